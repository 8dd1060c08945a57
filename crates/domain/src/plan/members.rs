//! What stops with a resource: its members' tags protect it too.

use crate::config::Compiled;
use crate::fleet::{Claim, ENVIRONMENT_TAG, Member, Tags};
use crate::names::ResourceArn;

use super::{Action, Decision, Fault, Obstacle, Plan, Wait};

/// What is known of what would stop with a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// The resource.
    pub of: ResourceArn,
    /// What would stop with it; nothing, if that could not be read.
    pub members: Option<Vec<Member>>,
}

impl Plan {
    /// The resources that would be stopped.
    pub fn stops(&self) -> impl Iterator<Item = &crate::fleet::Resource> {
        self.actions()
            .filter(|(_, action)| matches!(action, Action::Stop { .. }))
            .map(|(step, _)| &step.resource)
    }

    /// Refuses the stops with which something protected would stop, and has those wait of which
    /// that is not known: whatever stops a resource stops its members.
    ///
    /// What waits for them goes on waiting: they would have been stopped first.
    pub fn protect_members(&mut self, config: &Compiled, company: &[Company]) {
        for step in &mut self.steps {
            if !matches!(step.decision, Decision::Act(Action::Stop { .. })) {
                continue;
            }
            let mut known = company.iter().filter(|known| known.of == step.resource.arn);
            let refused = known.find_map(|known| match &known.members {
                Some(members) => members
                    .iter()
                    .find_map(|member| protected(config, member))
                    .map(Decision::Refuse),
                None => Some(Decision::Wait(Wait::Unread)),
            });
            if let Some(refused) = refused {
                step.decision = refused;
            }
        }
    }
}

fn protected(config: &Compiled, member: &Member) -> Option<Fault> {
    let (key, value) = protection(config, &member.tags)?;
    Some(Fault::from(Obstacle::ProtectedMember {
        member: member.name.clone(),
        key,
        value,
    }))
}

/// The tag that protects what bears these tags: it says production, or it names an environment
/// that is protected.
fn protection(config: &Compiled, tags: &Tags) -> Option<(String, String)> {
    if let Some(tag) = tags.protected_by() {
        return Some((tag.key, tag.value));
    }
    let claimed = match tags.claim() {
        Claim::None => vec![],
        Claim::Environment(name) => vec![name],
        Claim::Overlapping(names) => names,
    };
    let name = claimed.into_iter().find(|name| {
        config
            .environment(name)
            .is_some_and(|(_, environment)| environment.protected)
    })?;
    Some((ENVIRONMENT_TAG.to_owned(), name.to_owned()))
}
