//! Targets: one account and region each.

use std::fmt;
use std::sync::Arc;

use nightcap_domain::config::Compiled;
use nightcap_domain::names::{EnvironmentName, Region, RoleArn};

use crate::clients::Clients;
use crate::kind::ResourceKind;
use crate::registry;

/// One account and region, with the environments to look for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The role to assume; without one, the account the credentials belong to.
    pub role: Option<RoleArn>,
    /// The region.
    pub region: Region,
    /// The environments that have resources there.
    pub environments: Vec<EnvironmentName>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.role {
            Some(role) => write!(f, "{} as {role}", self.region),
            None => write!(f, "{}", self.region),
        }
    }
}

/// The targets of a configuration: every role with every region of every environment that
/// is not protected, each once. `own` stands in where an environment names no region.
pub fn targets(config: &Compiled, own: &Region) -> Vec<Target> {
    let mut targets: Vec<Target> = vec![];
    for (name, environment) in config.environments().filter(|(_, e)| !e.protected) {
        let regions = match environment.regions.as_slice() {
            [] => std::slice::from_ref(own),
            some => some,
        };
        let roles: Vec<Option<&RoleArn>> = match environment.roles.as_slice() {
            [] => vec![None],
            some => some.iter().map(Some).collect(),
        };
        for region in regions {
            for role in &roles {
                let known = targets
                    .iter_mut()
                    .find(|t| t.region == *region && t.role.as_ref() == *role);
                match known {
                    Some(target) => target.environments.push(name.clone()),
                    None => targets.push(Target {
                        role: role.cloned(),
                        region: region.clone(),
                        environments: vec![name.clone()],
                    }),
                }
            }
        }
    }
    targets
}

/// A target with the means to read and change it.
pub struct Reach {
    /// The target.
    pub target: Target,
    /// Every kind of resource there.
    pub kinds: Vec<Box<dyn ResourceKind>>,
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// The means to read and change every target.
pub async fn reach(base: &Arc<Clients>, targets: Vec<Target>) -> Vec<Reach> {
    let mut reached = Vec::with_capacity(targets.len());
    for target in targets {
        let own = target.role.is_none() && base.region() == Some(target.region.as_str());
        let clients = if own {
            Arc::clone(base)
        } else {
            let role = target.role.as_ref().map(RoleArn::as_str);
            Arc::new(base.target(target.region.as_str(), role).await)
        };
        reached.push(Reach {
            kinds: registry::kinds(&clients),
            target,
        });
    }
    reached
}
