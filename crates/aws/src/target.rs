//! Targets: one account and region each.

use std::fmt;
use std::sync::Arc;

use nightcap_domain::config::Compiled;
use nightcap_domain::names::{EnvironmentName, Region, RoleArn};

use crate::clients::Clients;
use crate::kind::ResourceKind;
use crate::ledger::Home;
use crate::registry;
use crate::role::{Assumed, SESSION};

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
            .and_then(|role| role.as_str().split(':').nth(4));
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

/// A target with the means to read and change it.
pub struct Reach {
    /// The target.
    pub target: Target,
    /// The kinds of resource that its environments name.
    pub kinds: Vec<Box<dyn ResourceKind>>,
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// The means to read and change every target: of each the kinds that an environment of it
/// names, for each kind is a call or more on every tick.
pub fn reach(base: &Arc<Clients>, config: &Compiled, targets: Vec<Target>) -> Vec<Reach> {
    reach_as(SESSION, base, config, targets)
}

/// The same by sessions of this name, which AWS's own records of calls show as who made them: the
/// correlation id of a tick tells which.
pub fn reach_as(
    session: &str,
    base: &Arc<Clients>,
    config: &Compiled,
    targets: Vec<Target>,
) -> Vec<Reach> {
    let mut reached = Vec::with_capacity(targets.len());
    for target in targets {
        let clients = clients_as(session, base, &target);
        reached.push(Reach {
            kinds: wanted(config, &target, registry::kinds(&clients)),
            target,
        });
    }
    reached
}

/// The clients of a target, its role assumed with all that its trust policy asks for.
pub fn clients(base: &Arc<Clients>, target: &Target) -> Arc<Clients> {
    clients_as(SESSION, base, target)
}

fn clients_as(session: &str, base: &Arc<Clients>, target: &Target) -> Arc<Clients> {
    if target.role.is_none() && base.region() == Some(target.region.as_str()) {
        return Arc::clone(base);
    }
    let role = target.role.as_ref().map(|role| Assumed {
        role: role.as_str(),
        external_id: target.external_id.as_deref(),
        session,
    });
    Arc::new(base.target_as(target.region.as_str(), role))
}

/// Of these kinds, those that an environment of the target names.
pub fn wanted(
    config: &Compiled,
    target: &Target,
    kinds: Vec<Box<dyn ResourceKind>>,
) -> Vec<Box<dyn ResourceKind>> {
    let environments = target
        .environments
        .iter()
        .filter_map(|name| config.environment(name.as_str()));
    let named: Vec<_> = environments.map(|(_, e)| &e.kinds).collect();
    kinds
        .into_iter()
        .filter(|kind| named.iter().any(|kinds| kinds.include(kind.kind().name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mocks;

    fn asked(kinds: &str) -> Vec<String> {
        let config = format!(
            "timezone: UTC\nschedules: {{ s: {{ windows: [{{ start: '0 9 * * *', stop: '0 19 * * *' }}] }} }}\n\
             environments:\n  dev: {{ schedule: s }}\n  preprod: {{ schedule: s{kinds} }}\n  prod: {{ protected: true }}\n"
        );
        let config = Compiled::parse(&config).unwrap();
        let own = Region::new("eu-west-3");
        let reached = reach(&mocks::rds(&[]), &config, targets(&config, &own));
        let kinds = reached[0].kinds.iter();
        kinds.map(|kind| kind.kind().name.to_owned()).collect()
    }

    #[test]
    fn a_target_is_asked_about_what_one_of_its_environments_names() {
        let usual = ["rds-instance", "aurora-cluster", "auto-scaling-group"];
        assert_eq!(asked(""), usual);
        assert_eq!(
            asked(", kinds: [eks-node-group, ec2-instance]"),
            [&usual[..], &["ec2-instance", "eks-node-group"]].concat(),
        );
    }
}
