//! Who may be acted on: the environment that a resource belongs to, or why nothing may be done.

use crate::config::{Compiled, EnvironmentConfig, nearest};
use crate::fleet::{Claim, Resource, looks_like_production};
use crate::names::EnvironmentName;

use super::{Decision, Fault, Leave};

/// What may not be acted on.
pub(super) struct Refused {
    pub(super) environment: Option<EnvironmentName>,
    pub(super) decision: Decision,
    /// Whether it is production, by its tags or its environment.
    pub(super) protected: bool,
}

/// The environment a resource belongs to, or why nothing may be done to it.
///
/// This is where production is protected in code: whatever the rest of the program
/// decides, a resource that is refused here is never acted on.
pub(super) fn admit<'a>(
    config: &'a Compiled,
    resource: &Resource,
) -> Result<(&'a EnvironmentName, &'a EnvironmentConfig), Box<Refused>> {
    let refused = |environment, decision, protected| {
        Box::new(Refused {
            environment,
            decision,
            protected,
        })
    };
    let claimed = match resource.claim() {
        Claim::Environment(name) => name,
        Claim::Overlapping(values) => {
            let values = values.into_iter().map(str::to_owned).collect();
            let decision = Decision::Refuse(Fault::OverlappingTags(values));
            return Err(refused(None, decision, false));
        }
        Claim::None => "",
    };
    let known = config.environment(claimed);
    if let Some(tag) = config.config().protected_by(&resource.tags) {
        let name = known.map(|(name, _)| name.clone());
        let production = match known {
            Some((_, environment)) => environment.protected,
            None => looks_like_production(claimed),
        };
        let decision = if production {
            Decision::Leave(Leave::ProtectedTag(tag))
        } else {
            Decision::Refuse(Fault::ProductionInDisguise {
                claimed: claimed.to_owned(),
                key: tag.key,
                value: tag.value,
            })
        };
        return Err(refused(name, decision, true));
    }
    let Some((name, environment)) = known else {
        let fault = Fault::UnknownEnvironment {
            name: claimed.to_owned(),
            nearest: nearest(
                claimed,
                config.environments().map(|(name, _)| name.as_str()),
            ),
        };
        return Err(refused(None, Decision::Refuse(fault), false));
    };
    if environment.protected {
        let decision = Decision::Leave(Leave::ProtectedEnvironment);
        return Err(refused(Some(name.clone()), decision, true));
    }
    let kind = resource.kind.name;
    if !environment.kinds.include(kind) {
        let decision = Decision::Leave(Leave::KindNotNamed { kind });
        return Err(refused(Some(name.clone()), decision, false));
    }
    if let Err(text) = resource.tier() {
        let decision = Decision::Refuse(Fault::UnreadableTier(text));
        return Err(refused(Some(name.clone()), decision, false));
    }
    Ok((name, environment))
}
