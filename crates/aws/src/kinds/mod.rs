//! Every kind of resource that Nightcap knows: one line a kind.

pub mod aurora_clusters;
pub mod autoscaling_groups;
pub mod capacity_tag;
pub(crate) mod ec2;
pub mod ec2_instances;
pub mod ecs_services;
pub mod eks_node_groups;
pub(crate) mod found;
pub(crate) mod rds;
pub mod rds_instances;
pub(crate) mod rds_snapshots;
pub(crate) mod rds_status;
pub(crate) mod tagged;

use std::sync::Arc;

use self::aurora_clusters::AuroraClusters;
use self::autoscaling_groups::AutoScalingGroups;
use self::ec2_instances::Ec2Instances;
use self::ecs_services::EcsServices;
use self::eks_node_groups::EksNodeGroups;
use self::rds_instances::RdsInstances;
use crate::clients::Clients;
use crate::kind::ResourceKind;

/// Every kind, in one account and region.
///
/// One that nobody asks costs nothing: its client is made when it is first needed.
pub fn kinds(clients: &Arc<Clients>) -> Vec<Box<dyn ResourceKind>> {
    vec![
        Box::new(RdsInstances::new(Arc::clone(clients))),
        Box::new(AuroraClusters::new(Arc::clone(clients))),
        Box::new(AutoScalingGroups::new(Arc::clone(clients))),
        Box::new(Ec2Instances::new(Arc::clone(clients))),
        Box::new(EcsServices::new(Arc::clone(clients))),
        Box::new(EksNodeGroups::new(Arc::clone(clients))),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use nightcap_domain::config::KindName;

    use super::*;
    use crate::mocks;

    #[test]
    fn databases_come_before_what_needs_them() {
        let kinds = kinds(&mocks::rds(&[]));
        let order: Vec<_> = kinds
            .iter()
            .map(|kind| (kind.kind().name, kind.kind().tier.0))
            .collect();
        assert_eq!(
            order,
            [
                ("rds-instance", 10),
                ("aurora-cluster", 10),
                ("auto-scaling-group", 20),
                ("ec2-instance", 20),
                ("ecs-service", 20),
                ("eks-node-group", 20),
            ]
        );
    }

    #[test]
    fn every_kind_can_be_configured_and_every_configured_kind_is_here() {
        let here: BTreeSet<&str> = kinds(&mocks::rds(&[]))
            .iter()
            .map(|kind| kind.kind().name)
            .collect();
        let there: BTreeSet<&str> = KindName::ALL.iter().map(|(name, _)| *name).collect();
        assert_eq!(here, there);
    }
}
