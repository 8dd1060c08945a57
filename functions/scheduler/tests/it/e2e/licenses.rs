//! Machines that License Manager governs.

use nightcap_tests::{EmbeddedAws, Running};
use serde_json::{Value, json};

use crate::e2e::every_kind::{create_instance, instance};
use crate::e2e::world::{FRIDAY, MONDAY, decided, problems, scheduler, settle, tick};

const TABLE: &str = "nightcap";
const GOVERNING: &str =
    "arn:aws:license-manager:eu-west-3:123456789012:license-configuration:lic-0123456789abcdef";

const CONFIG: &str = "
drills: true
timezone: UTC
schedules:
  office-hours: { windows: [{ start: '0 8 * * MON-FRI', stop: '0 18 * * MON-FRI' }] }
environments:
  preprod: { schedule: office-hours, kinds: [ec2-instance] }
  prod: { protected: true }
";

/// Two machines of preprod asleep on Monday, of which one is governed.
struct Fleet {
    aws: EmbeddedAws,
    governed: String,
    other: String,
    function: Running,
}

fn asleep(licensed: bool, free: bool) -> Fleet {
    let aws = EmbeddedAws::start("2026-11-20T17:50:00Z");
    aws.create_ledger(TABLE);
    create_instance(&aws, "prod", "prod-box");
    let governed = create_instance(&aws, "preprod", "governed");
    let other = create_instance(&aws, "preprod", "other");
    aws.machines(&json!({ "instance": governed, "license": GOVERNING, "free": free }));
    let mut function = scheduler(&aws, CONFIG).with("NIGHTCAP_TABLE", TABLE);
    if licensed {
        function = function.licensed(GOVERNING);
    }
    let mut function = function.start();
    settle(&aws, &mut function, FRIDAY);
    aws.move_to(MONDAY);
    Fleet {
        aws,
        governed,
        other,
        function,
    }
}

fn remedy(answer: &Value) -> &str {
    answer["problems"][0]["remedy"].as_str().unwrap()
}

#[test]
fn a_licensed_machine_is_put_to_sleep_and_woken_like_any_other() {
    let mut fleet = asleep(true, true);
    let answer = fleet.function.invoke(&tick(MONDAY)).unwrap();
    assert_eq!(problems(&answer), [""; 0]);
    assert_eq!(decided(&answer, "governed"), "start/transition/done");
}

#[test]
fn a_start_without_the_right_to_its_license_configuration_names_that_right_and_costs_itself_alone()
{
    let mut fleet = asleep(false, true);
    let answer = fleet.function.invoke(&tick(MONDAY)).unwrap();
    assert_eq!(decided(&answer, "governed"), "start/transition/failed");
    assert_eq!(decided(&answer, "other"), "start/transition/done");
    let told = problems(&answer);
    assert!(told[0].contains("UnauthorizedOperation"), "{told:?}");
    assert!(
        remedy(&answer).contains("license configuration"),
        "{told:?}"
    );
    fleet.aws.forget_defects();
}

#[test]
fn licenses_that_are_used_up_are_told_with_their_remedy_until_one_is_free() {
    let mut fleet = asleep(true, false);
    let answer = fleet.function.invoke(&tick(MONDAY)).unwrap();
    assert_eq!(decided(&answer, "governed"), "start/transition/failed");
    assert_eq!(decided(&answer, "other"), "start/transition/done");
    let told = problems(&answer);
    assert!(told[0].contains("enough licenses"), "{told:?}");
    let remedy = remedy(&answer);
    assert!(remedy.contains("free a license"), "{remedy}");

    let freed = json!({ "instance": fleet.governed, "license": GOVERNING, "free": true });
    fleet.aws.machines(&freed);
    settle(&fleet.aws, &mut fleet.function, "2026-11-23T08:05:00Z");
    for id in [&fleet.governed, &fleet.other] {
        assert_eq!(instance(&fleet.aws, id), "running");
    }
}
