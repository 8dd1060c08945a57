//! The means to read and change targets: the clients of each, its role assumed.

use std::sync::Arc;

use nightcap_domain::config::Compiled;
use nightcap_reconcile::reach::{Reach, wanted};
use nightcap_reconcile::target::Target;

use crate::clients::Clients;
use crate::registry;
use crate::role::{Assumed, SESSION};

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

#[cfg(test)]
mod tests {
    use nightcap_domain::names::Region;
    use nightcap_reconcile::target::targets;

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
