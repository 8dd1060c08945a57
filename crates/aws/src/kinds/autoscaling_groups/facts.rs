//! What a group's own description says beyond its size: machines, their makes, their traffic.

use std::collections::BTreeMap;

use aws_sdk_autoscaling::types::AutoScalingGroup;
use nightcap_domain::fleet::{Facts, Part, Size};

use super::size::{exists, in_machines, usable, weight};
use super::warm_pool;

pub(super) fn of(group: &AutoScalingGroup, size: Option<&Size>) -> Facts {
    let serving = || group.instances().iter().filter(|machine| usable(machine));
    let asked = size.map_or(0, |size| u64::from(size.now.desired()));
    Facts {
        in_service: u32::try_from(serving().count()).unwrap_or(u32::MAX),
        // A group that counts virtual CPUs or memory does not say how many each machine brings.
        lacking: in_machines(group) && serving().map(weight).sum::<u64>() < asked,
        target_groups: target_groups(group),
        runs_on: runs_on(group),
        warm_pool: warm_pool::at_zero(group),
        ..Facts::default()
    }
}

/// Its target groups, under both names that AWS has for them. Classic load balancers and
/// VPC Lattice are other services with other calls: they are not asked.
fn target_groups(group: &AutoScalingGroup) -> Vec<String> {
    let sources = group.traffic_sources().iter();
    let sources = sources
        .filter(|source| source.r#type() == Some("elbv2"))
        .filter_map(|source| source.identifier().map(str::to_owned));
    let mut arns: Vec<String> = group.target_group_arns().to_vec();
    arns.extend(sources);
    arns.sort_unstable();
    arns.dedup();
    arns
}

/// Its machines by make. Spot machines are not told apart here: AWS says so of none of them.
fn runs_on(group: &AutoScalingGroup) -> Vec<Part> {
    let mut makes: BTreeMap<&str, u32> = BTreeMap::new();
    for machine in group.instances().iter().filter(|machine| exists(machine)) {
        if let Some(make) = machine.instance_type() {
            *makes.entry(make).or_default() += 1;
        }
    }
    let part = |(make, count): (&str, u32)| Part {
        make: make.to_owned(),
        price: format!("ec2:{make}"),
        count,
    };
    makes.into_iter().map(part).collect()
}
