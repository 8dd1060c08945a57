use aws_sdk_autoscaling::types::{Operator, WarmPoolConfiguration, WarmPoolState};

use super::*;

#[test]
fn the_state_follows_from_size_and_machines() {
    let memory = |group: AutoScalingGroupBuilder, text| group.tags(tag(CAPACITY_TAG, text));
    let pending = || {
        vec![
            machine(LifecycleState::Pending),
            machine(LifecycleState::Pending),
        ]
    };
    let leaving = || vec![machine(LifecycleState::Terminating)];
    let gone = || vec![machine(LifecycleState::Terminated)];
    let one_of_two = || {
        vec![
            machine(LifecycleState::InService),
            machine(LifecycleState::Pending),
        ]
    };
    for (what, group, expected) in vec![
        (
            "asleep",
            described("g", (0, 0, 0), vec![]),
            Observed::Stopped,
        ),
        (
            "its last machine is terminated",
            described("g", (0, 0, 0), gone()),
            Observed::Stopped,
        ),
        (
            "draining",
            described("g", (0, 0, 0), leaving()),
            Observed::Stopping,
        ),
        (
            "max edited asleep",
            memory(described("g", (0, 0, 6), vec![]), "2/2/4"),
            Observed::Stopped,
        ),
        (
            "edited while draining",
            memory(described("g", (0, 0, 6), leaving()), "2/2/4"),
            Observed::Stopping,
        ),
        (
            "edited, garbage in memory",
            memory(described("g", (0, 0, 6), vec![]), "lots"),
            Observed::Stopped,
        ),
        (
            "scaled to zero by itself",
            described("g", (0, 0, 4), vec![]),
            Observed::Running,
        ),
        (
            "a stop that died after its first call",
            memory(described("g", (0, 0, 4), vec![]), "0/0/4"),
            Observed::Running,
        ),
        (
            "the same with machines",
            memory(described("g", (2, 2, 4), up(2)), "2/2/4"),
            Observed::Running,
        ),
        (
            "a start that died after its first call",
            memory(described("g", (2, 2, 4), up(2)), "2/2/4"),
            Observed::Running,
        ),
        ("up", described("g", (2, 2, 4), up(2)), Observed::Running),
        (
            "growing beyond its minimum",
            described("g", (1, 4, 4), up(1)),
            Observed::Running,
        ),
        (
            "below its minimum",
            described("g", (2, 2, 4), one_of_two()),
            Observed::Starting,
        ),
        (
            "none in service yet",
            described("g", (0, 2, 4), pending()),
            Observed::Starting,
        ),
        (
            "no machine yet",
            described("g", (0, 2, 4), vec![]),
            Observed::Starting,
        ),
    ] {
        assert_eq!(observed(group), expected, "{what}");
    }
}

#[test]
fn an_unhealthy_machine_is_not_in_service() {
    let ill = Instance::builder()
        .lifecycle_state(LifecycleState::InService)
        .health_status("UNHEALTHY")
        .build();
    assert_eq!(
        observed(described("g", (1, 1, 1), vec![ill])),
        Observed::Starting
    );
}

#[test]
fn machines_may_weigh_more_than_one() {
    let heavy = |weight: &str| {
        Instance::builder()
            .lifecycle_state(LifecycleState::InService)
            .weighted_capacity(weight)
            .build()
    };
    let group = |machines| described("g", (8, 8, 16), machines);
    assert_eq!(
        observed(group(vec![heavy("4"), heavy("4")])),
        Observed::Running
    );
    assert_eq!(observed(group(vec![heavy("4")])), Observed::Starting);
    let vcpus = group(up(1)).desired_capacity_type("vcpu");
    assert_eq!(observed(vcpus), Observed::Running);
}

#[test]
fn peer_defect_f_a_memory_of_zero_is_unreadable() {
    let read = |text| memory(&Tags::from_iter([(CAPACITY_TAG, text)]));
    assert_eq!(read("2/2/4"), Memory::Of(Capacity::new(2, 2, 4).unwrap()));
    assert_eq!(read(" 0/0/4 "), Memory::Of(Capacity::new(0, 0, 4).unwrap()));
    for text in ["0/0/0", "", "2/2", "4/2/2", "two"] {
        assert_eq!(read(text), Memory::Unreadable(text.to_owned()));
    }
    assert_eq!(memory(&Tags::default()), Memory::None);
}

#[test]
fn numbers_that_make_no_sense_are_a_problem_of_this_group() {
    for (size, told) in [
        ((3, 2, 4), "size 3/2/4"),
        ((1, 5, 4), "size 1/5/4"),
        ((-1, 0, 4), "size -1/0/4"),
    ] {
        let found = resource(&described("g", size, up(2)).build()).unwrap();
        assert!(found.size.is_none());
        assert!(
            matches!(&found.observed, Observed::Faulty { status, .. } if status == told),
            "{:?}",
            found.observed
        );
    }
    let missing = described("g", (1, 1, 1), up(1)).set_max_size(None);
    assert!(matches!(observed(missing), Observed::Faulty { .. }));
}

#[test]
fn a_group_that_takes_no_orders_from_here_says_why() {
    let fixed = |group| match observed(group) {
        Observed::Fixed(text) => text.en.into_owned(),
        other => panic!("{other:?}"),
    };
    let deleted = described("g", (0, 0, 0), up(1)).status("Delete in progress");
    assert_eq!(fixed(deleted), "it is being deleted");
    let operator = Operator::builder().principal("eks.amazonaws.com").build();
    let managed = described("g", (2, 2, 4), up(2)).operator(operator);
    assert_eq!(fixed(managed), "only eks.amazonaws.com may change it");
    let nodes = described("g", (2, 2, 4), up(2)).tags(tag("eks:nodegroup-name", "workers"));
    assert!(fixed(nodes).contains("EKS node group workers"));
}

fn pool(
    state: WarmPoolState,
    min: i32,
    prepared: Option<i32>,
    size: i32,
) -> AutoScalingGroupBuilder {
    let pool = WarmPoolConfiguration::builder()
        .pool_state(state)
        .min_size(min)
        .set_max_group_prepared_capacity(prepared)
        .build();
    described("g", (0, 0, 0), vec![])
        .warm_pool_configuration(pool)
        .warm_pool_size(size)
}

#[test]
fn a_group_has_not_drained_while_machines_of_its_warm_pool_run() {
    use WarmPoolState::{Hibernated, Running, Stopped};
    let read = |group: AutoScalingGroupBuilder| resource(&group.build()).unwrap();
    let kept = read(pool(Running, 2, None, 2));
    assert_eq!(kept.observed, Observed::Stopping);
    assert!(!kept.has_drained());
    assert_eq!(kept.facts.warm_pool, 2);
    // Scaling to zero makes it grow to what is to be prepared.
    assert_eq!(read(pool(Running, 0, Some(4), 0)).facts.warm_pool, 4);
    let empty = read(pool(Running, 0, None, 0));
    assert_eq!(
        (empty.observed, empty.facts.warm_pool),
        (Observed::Stopped, 0)
    );
    for state in [Stopped, Hibernated] {
        let asleep = read(pool(state, 2, None, 2));
        assert_eq!(
            (asleep.observed, asleep.facts.warm_pool),
            (Observed::Stopped, 0)
        );
    }
    // On their way into a pool of stopped machines, they still run.
    let warming = pool(Stopped, 1, None, 1).instances(machine(LifecycleState::WarmedPending));
    assert_eq!(read(warming).observed, Observed::Stopping);
}
