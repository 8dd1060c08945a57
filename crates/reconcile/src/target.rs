//! Targets: one account and region each.

use std::fmt;

use nightcap_domain::config::Compiled;
use nightcap_domain::names::{EnvironmentName, Region, RoleArn};

use crate::ledger::Home;

/// One account and region, with the environments to look for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The role to assume; without one, the account the credentials belong to.
    pub role: Option<RoleArn>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The region.
    pub region: Region,
    /// The environments that have resources there.
    pub environments: Vec<EnvironmentName>,
}

impl Target {
    /// Where its resources stand. The account that the credentials belong to has no number here.
    pub fn home(&self) -> Home {
        let account = self
            .role
            .as_ref()
            .and_then(|role| Some(role.parts()?.account));
        Home {
            region: self.region.clone(),
            account: account.map(str::to_owned),
        }
    }
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
    for (name, environment) in config.environments().filter(|(_, e)| e.is_looked_at()) {
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
                        external_id: role.and(environment.external_id.clone()),
                        region: region.clone(),
                        environments: vec![name.clone()],
                    }),
                }
            }
        }
    }
    targets
}
