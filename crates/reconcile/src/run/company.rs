//! What would stop with what is stopped: its tags are read before anything is ordered.

use nightcap_domain::config::Compiled;
use nightcap_domain::plan::{Company, Fault, Obstacle, Plan, Problem};

use crate::fleet::Fleet;

/// Refuses the stops with which something protected would stop. Only a tick that would stop
/// something asks, and only about that.
///
/// Where the tags cannot be read, nothing of that kind is stopped, and one problem says so.
pub(super) async fn protect(config: &Compiled, fleet: &Fleet<'_>, plan: &mut Plan) -> Vec<Problem> {
    let mut company = vec![];
    let mut problems = vec![];
    for (means, resources) in fleet.by_means(plan.stops()) {
        match means.members(&resources).await {
            Ok(found) => company.extend(found.into_iter().map(|(of, members)| Company {
                of,
                members: Some(members),
            })),
            Err(error) => {
                tracing::error!(%error, "the tags of what would stop too could not be read");
                company.extend(resources.iter().map(|resource| Company {
                    of: resource.arn.clone(),
                    members: None,
                }));
                problems.extend(resources.first().map(|resource| {
                    let unread = Obstacle::MembersUnread {
                        error: error.to_string(),
                        remedy: error.remedy(),
                    };
                    Problem::of(resource, Fault::from(unread))
                }));
            }
        }
    }
    plan.protect_members(config, &company);
    problems
}
