//! Predictive scaling: AWS raises the maximum of a group by itself, of a sleeping one too.

use nightcap_tests::{EmbeddedAws, Running};

use crate::e2e::world::{
    FRIDAY, MONDAY, create_group, decided, group, problems, scheduler, settle, tick,
};

const TABLE: &str = "nightcap";
const NIGHT: &str = "2026-11-20T23:00:00Z";

/// A group that sleeps, with a policy that acts on what it foresees.
fn asleep(manual_changes: &str, breach: &str) -> (EmbeddedAws, Running) {
    let config = format!(
        "drills: true
timezone: UTC
schedules:
  office-hours: {{ windows: [{{ start: '0 8 * * MON-FRI', stop: '0 18 * * MON-FRI' }}] }}
environments:
  preprod: {{ schedule: office-hours, manual_changes: {manual_changes} }}
  prod: {{ protected: true }}
"
    );
    let aws = EmbeddedAws::start("2026-11-20T17:50:00Z");
    aws.create_ledger(TABLE);
    create_group(&aws, "app", "2/2/4", &[("nightcap:environment", "preprod")]);
    create_group(
        &aws,
        "prod-app",
        "1/1/1",
        &[("nightcap:environment", "prod")],
    );
    let target = "PredictiveScalingConfiguration.MetricSpecifications.member.1";
    let sent = [
        ("AutoScalingGroupName".to_owned(), "app"),
        ("PolicyName".to_owned(), "foresight"),
        ("PolicyType".to_owned(), "PredictiveScaling"),
        (format!("{target}.TargetValue"), "50"),
        (
            format!("{target}.PredefinedMetricPairSpecification.PredefinedMetricType"),
            "ASGCPUUtilization",
        ),
        (
            "PredictiveScalingConfiguration.Mode".to_owned(),
            "ForecastAndScale",
        ),
        (
            "PredictiveScalingConfiguration.MaxCapacityBreachBehavior".to_owned(),
            breach,
        ),
    ];
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|(key, value)| (key.as_str(), *value))
        .collect();
    aws.query("autoscaling", "PutScalingPolicy", &sent);
    aws.move_to("2026-11-20T17:55:00Z");
    let mut function = scheduler(&aws, &config)
        .with("NIGHTCAP_TABLE", TABLE)
        .start();
    settle(&aws, &mut function, FRIDAY);
    assert_eq!(group(&aws, "app").0, "0/0/0");
    aws.move_to(NIGHT);
    aws.foresee("app", 3);
    aws.move_to("2026-11-20T23:05:00Z");
    (aws, function)
}

#[test]
fn a_policy_that_honours_the_maximum_wakes_nothing() {
    let (aws, mut function) = asleep("respect", "HonorMaxCapacity");
    assert_eq!(group(&aws, "app"), ("0/0/0".to_owned(), 0));
    let answer = function.invoke(&tick("2026-11-20T23:05:00Z")).unwrap();
    assert_eq!(decided(&answer, "app"), "leave/as-desired/none");
}

#[test]
fn a_maximum_that_aws_raised_at_night_loses_no_capacity_and_costs_one_night_at_most() {
    let (aws, mut function) = asleep("respect", "IncreaseMaxCapacity");
    assert_eq!(group(&aws, "app"), ("0/3/3".to_owned(), 3));
    // AWS does not say who changed it.
    let answer = function.invoke(&tick("2026-11-20T23:05:00Z")).unwrap();
    assert_eq!(decided(&answer, "app"), "leave/manual-change/none");
    assert_eq!(problems(&answer), [""; 0]);
    settle(&aws, &mut function, MONDAY);
    assert_eq!(group(&aws, "app"), ("2/3/4".to_owned(), 3));
    settle(&aws, &mut function, "2026-11-23T18:00:00Z");
    assert_eq!(group(&aws, "app"), ("0/0/0".to_owned(), 0));
}

#[test]
fn what_aws_raised_at_night_is_put_to_sleep_again_where_changes_are_reverted() {
    let (aws, mut function) = asleep("revert", "IncreaseMaxCapacity");
    settle(&aws, &mut function, "2026-11-20T23:05:00Z");
    assert_eq!(group(&aws, "app"), ("0/0/0".to_owned(), 0));
    settle(&aws, &mut function, MONDAY);
    assert_eq!(group(&aws, "app"), ("2/2/4".to_owned(), 2));
}
