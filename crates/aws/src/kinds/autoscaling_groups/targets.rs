//! Whether load balancers find the machines of a group healthy.
//!
//! Asked of `ELBv2` alone and only while an environment is waking: one call a target group.
//! "Target health status" (Elastic Load Balancing User Guide): a target is `initial` while
//! it registers, then `healthy` or `unhealthy`; `unavailable` where health checks are off;
//! `unused` where no load balancer sends it traffic; `draining` on its way out.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    TargetHealth, TargetHealthReasonEnum, TargetHealthStateEnum,
};
use futures_util::{StreamExt, stream};
use nightcap_domain::fleet::{Health, Resource, Text};
use nightcap_domain::names::ResourceArn;

use crate::error::{AwsError, FromSdk};

/// Target groups asked at once.
const AT_ONCE: usize = 8;

/// What the target groups of these groups say, group by group.
pub(super) async fn health(
    client: &Client,
    groups: &[&Resource],
) -> Vec<(ResourceArn, Result<Health, AwsError>)> {
    // Of all groups that a target group serves together.
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for group in groups {
        for arn in &group.facts.target_groups {
            *wanted.entry(arn.clone()).or_default() +=
                usize::try_from(group.facts.in_service).unwrap_or(usize::MAX);
        }
    }
    let told: BTreeMap<String, Result<Health, AwsError>> = stream::iter(wanted)
        .map(|(arn, wanted)| async move {
            let told = ask(client, &arn, wanted).await;
            (arn, told)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    groups
        .iter()
        .map(|group| (group.arn.clone(), together(group, &told)))
        .collect()
}

/// A group is healthy if it is so to all its target groups.
fn together(
    group: &Resource,
    told: &BTreeMap<String, Result<Health, AwsError>>,
) -> Result<Health, AwsError> {
    let targets = group.facts.target_groups.iter();
    for told in targets.filter_map(|arn| told.get(arn.as_str())) {
        match told {
            Ok(Health::Healthy) => {}
            other => return other.clone(),
        }
    }
    Ok(Health::Healthy)
}

async fn ask(client: &Client, arn: &str, wanted: usize) -> Result<Health, AwsError> {
    let answer = client
        .describe_target_health()
        .target_group_arn(arn)
        .send()
        .await
        .map_err(|error| {
            AwsError::from_sdk("elasticloadbalancing", "DescribeTargetHealth", &error)
        })?;
    let targets: Vec<&TargetHealth> = answer
        .target_health_descriptions()
        .iter()
        .filter_map(|target| target.target_health())
        .collect();
    Ok(verdict(name(arn), &targets, wanted))
}

/// Enough healthy targets for the machines in service.
fn verdict(name: &str, targets: &[&TargetHealth], wanted: usize) -> Health {
    let idle = |target: &&TargetHealth| {
        target.state() == Some(&TargetHealthStateEnum::Unused)
            && target.reason() == Some(&TargetHealthReasonEnum::NotInUse)
    };
    // Nothing sends traffic to it: there is nothing to wait for.
    if !targets.is_empty() && targets.iter().all(idle) {
        return Health::Healthy;
    }
    let healthy = targets.iter().filter(|target| is_healthy(target)).count();
    if healthy >= wanted {
        return Health::Healthy;
    }
    let why = why(targets);
    Health::Waiting(Text::made(
        format!("healthy targets in {name}: {healthy} of {wanted}{why}"),
        format!("cibles saines dans {name} : {healthy} sur {wanted}{why}"),
    ))
}

fn is_healthy(target: &TargetHealth) -> bool {
    matches!(
        target.state(),
        Some(TargetHealthStateEnum::Healthy | TargetHealthStateEnum::Unavailable)
    )
}

/// AWS's own words for the first target that is not healthy.
fn why(targets: &[&TargetHealth]) -> String {
    let first = targets.iter().find(|target| !is_healthy(target));
    let Some(state) = first.and_then(|target| target.state()) else {
        return String::new();
    };
    match first.and_then(|target| target.reason()) {
        Some(reason) => format!(" ({}: {})", state.as_str(), reason.as_str()),
        None => format!(" ({})", state.as_str()),
    }
}

/// `arn:aws:elasticloadbalancing:eu-west-3:123456789012:targetgroup/app/73e2d6bc24d8a067`.
fn name(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "arn:aws:elasticloadbalancing:eu-west-3:123456789012:targetgroup/app/73e2";

    fn target(
        state: TargetHealthStateEnum,
        reason: Option<TargetHealthReasonEnum>,
    ) -> TargetHealth {
        TargetHealth::builder()
            .state(state)
            .set_reason(reason)
            .build()
    }

    fn of(targets: &[TargetHealth], wanted: usize) -> Health {
        verdict(name(APP), &targets.iter().collect::<Vec<_>>(), wanted)
    }

    #[test]
    fn as_many_healthy_targets_as_machines_in_service_are_needed() {
        use TargetHealthStateEnum::{Draining, Healthy, Initial, Unavailable, Unhealthy, Unused};
        for (states, wanted, healthy) in [
            (vec![Healthy, Healthy], 2, true),
            (vec![Healthy, Initial], 2, false),
            (vec![Healthy, Unhealthy], 2, false),
            // Of an earlier night, on its way out.
            (vec![Healthy, Healthy, Draining], 2, true),
            (vec![Unavailable, Unavailable], 2, true),
            // Not registered yet.
            (vec![], 2, false),
            (vec![Unused, Unused], 2, false),
        ] {
            let targets: Vec<_> = states.iter().map(|s| target(s.clone(), None)).collect();
            assert_eq!(
                of(&targets, wanted) == Health::Healthy,
                healthy,
                "{states:?}"
            );
        }
    }

    #[test]
    fn a_target_group_without_a_load_balancer_keeps_nobody_waiting() {
        let idle = target(
            TargetHealthStateEnum::Unused,
            Some(TargetHealthReasonEnum::NotInUse),
        );
        assert_eq!(of(&[idle.clone(), idle], 2), Health::Healthy);
    }

    #[test]
    fn what_is_missing_is_said_in_awss_words() {
        let failing = target(
            TargetHealthStateEnum::Unhealthy,
            Some(TargetHealthReasonEnum::FailedHealthChecks),
        );
        let well = target(TargetHealthStateEnum::Healthy, None);
        let Health::Waiting(text) = of(&[well, failing], 2) else {
            panic!("it is not healthy");
        };
        assert_eq!(
            text.en,
            "healthy targets in app: 1 of 2 (unhealthy: Target.FailedHealthChecks)"
        );
        assert!(text.fr.starts_with("cibles saines dans app : 1 sur 2"));
    }
}
