//! What could not be read, told: one reason is one problem.

use nightcap_domain::names::ResourceArn;
use nightcap_domain::plan::{Fault, Obstacle, Problem};

use crate::error::AwsError;
use crate::fleet::{Fleet, UnreadKinds};
use crate::target::Target;

/// Names told in a problem; more are counted.
const NAMED: usize = 3;

/// Every target, kind and resource that could not be read.
pub(super) fn problems(fleet: &Fleet<'_>) -> Vec<Problem> {
    let targets = fleet.unread.iter().map(target);
    let kinds = fleet.unread_kinds.iter().map(kinds);
    targets.chain(kinds).chain(resources(fleet)).collect()
}

fn target((target, error): &(Target, AwsError)) -> Problem {
    Problem {
        about: target.to_string(),
        name: target.to_string(),
        fault: Fault::Failed {
            action: "read",
            error: error.to_string(),
            remedy: error.remedy(),
        },
    }
}

fn kinds(unread: &UnreadKinds) -> Problem {
    let about = unread.about();
    Problem {
        name: about.clone(),
        about,
        fault: Fault::from(Obstacle::KindsUnread {
            kinds: unread.names(),
            error: unread.error.to_string(),
            remedy: unread.error.remedy(),
        }),
    }
}

/// Resources that one refusal has in common are told together, by the first of them.
fn resources(fleet: &Fleet<'_>) -> Vec<Problem> {
    let mut told: Vec<(&AwsError, Option<&Target>, Vec<&ResourceArn>)> = vec![];
    for (arn, error) in &fleet.unread_resources {
        let home = fleet.target(arn.as_str());
        let mut known = told.iter_mut();
        match known.find(|(other, target, _)| *other == error && *target == home) {
            Some((.., arns)) => arns.push(arn),
            None => told.push((error, home, vec![arn])),
        }
    }
    told.into_iter()
        .filter_map(|(error, _, arns)| {
            let names: Vec<&str> = arns.iter().map(|arn| name(fleet, arn)).collect();
            let mut name = names
                .iter()
                .take(NAMED)
                .copied()
                .collect::<Vec<_>>()
                .join(", ");
            if let Some(more) = names.len().checked_sub(NAMED).filter(|more| *more > 0) {
                name = format!("{name}, +{more}");
            }
            Some(Problem {
                about: arns.first()?.to_string(),
                name,
                fault: Fault::from(Obstacle::ResourceUnread {
                    error: error.to_string(),
                    remedy: error.remedy(),
                }),
            })
        })
        .collect()
}

fn name<'f>(fleet: &'f Fleet<'_>, arn: &'f ResourceArn) -> &'f str {
    let mut resources = fleet.resources.iter();
    let known = resources.find(|resource| resource.arn == *arn);
    known.map_or(arn.as_str(), |resource| resource.name.as_str())
}
