//! Every kind of resource that Nightcap knows: one line a kind.

use std::sync::Arc;

use crate::aurora_clusters::AuroraClusters;
use crate::autoscaling_groups::AutoScalingGroups;
use crate::clients::Clients;
use crate::kind::ResourceKind;
use crate::rds_instances::RdsInstances;

/// Every kind, in one account and region.
pub fn kinds(clients: &Arc<Clients>) -> Vec<Box<dyn ResourceKind>> {
    vec![
        Box::new(RdsInstances::new(Arc::clone(clients))),
        Box::new(AuroraClusters::new(Arc::clone(clients))),
        Box::new(AutoScalingGroups::new(Arc::clone(clients))),
    ]
}

#[cfg(test)]
mod tests {
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
            ]
        );
    }
}
