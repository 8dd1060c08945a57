//! Changes by hand, kind by kind: `respect` leaves them, `revert` undoes them, and what AWS
//! does by itself is none.

use nightcap_tests::{EmbeddedAws, REGION, Running};
use serde_json::Value;

use crate::e2e::every_kind::{
    Compute, KINDS, TAG, instance, node_group, service, set_node_group, set_service,
};
use crate::e2e::world::{
    create_database, create_group, database, decided, group, scheduler, settle, tick,
};

pub(crate) const TABLE: &str = "nightcap";

/// Every kind by the name of its one resource in preprod.
pub(crate) const NAMES: [&str; 6] = ["db", "search", "app", "dev-box", "shop/web", "shop/workers"];

/// Up from Monday to Friday.
pub(crate) const WEEK: &str = "{ start: '0 8 * * MON', stop: '0 18 * * FRI' }";
/// Down from the evening of 20 November to the morning of 1 December.
const TEN_DAYS_OFF: &str = "{ start: '0 8 1 * *', stop: '0 18 20 * *' }";

fn config(window: &str, manual_changes: &str) -> String {
    format!(
        "drills: true
timezone: UTC
schedules:
  office-hours: {{ windows: [{window}] }}
environments:
  preprod: {{ schedule: office-hours, manual_changes: {manual_changes}, kinds: {KINDS} }}
  prod: {{ protected: true }}
"
    )
}

/// One of each kind, and the function.
pub(crate) struct Fleet {
    pub(crate) aws: EmbeddedAws,
    compute: Compute,
    pub(crate) function: Running,
}

impl Fleet {
    pub(crate) fn open(window: &str, manual_changes: &str) -> Self {
        let aws = EmbeddedAws::start("2026-11-20T17:30:00Z");
        aws.create_ledger(TABLE);
        let compute = Compute::create(&aws);
        let tags = [(TAG, "preprod")];
        create_database(&aws, REGION, "db", &tags);
        create_cluster(&aws, "search");
        create_group(&aws, "app", "2/2/4", &tags);
        aws.move_to("2026-11-20T17:58:00Z");
        let function = scheduler(&aws, &config(window, manual_changes))
            .with("NIGHTCAP_TABLE", TABLE)
            .start();
        Self {
            aws,
            compute,
            function,
        }
    }

    pub(crate) fn tick(&mut self, at: &str) -> Value {
        self.aws.move_to(at);
        self.function.invoke(&tick(at)).unwrap()
    }

    pub(crate) fn settle(&mut self, from: &str) -> Value {
        settle(&self.aws, &mut self.function, from).remove(0)
    }

    /// A person wakes all of it, to the size that it had.
    pub(crate) fn wake(&self) {
        let aws = &self.aws;
        for (action, key, name) in [
            ("StartDBInstance", "DBInstanceIdentifier", "db"),
            ("StartDBCluster", "DBClusterIdentifier", "search"),
        ] {
            aws.query("rds", action, &[(key, name)]);
        }
        self.size_group("2/2/4");
        aws.query(
            "ec2",
            "StartInstances",
            &[("InstanceId.1", &self.compute.dev_box)],
        );
        set_service(aws, "web", 3);
        set_node_group(aws, "workers", [2, 3, 4]);
    }

    /// A person puts all of it to sleep.
    pub(crate) fn put_to_sleep(&self) {
        let aws = &self.aws;
        for (action, key, name) in [
            ("StopDBInstance", "DBInstanceIdentifier", "db"),
            ("StopDBCluster", "DBClusterIdentifier", "search"),
        ] {
            aws.query("rds", action, &[(key, name)]);
        }
        self.size_group("0/0/0");
        aws.query(
            "ec2",
            "StopInstances",
            &[("InstanceId.1", &self.compute.dev_box)],
        );
        set_service(aws, "web", 0);
        set_node_group(aws, "workers", [0, 0, 4]);
    }

    fn size_group(&self, capacity: &str) {
        let [min, desired, max]: [&str; 3] =
            capacity.split('/').collect::<Vec<_>>().try_into().unwrap();
        let sent = [
            ("AutoScalingGroupName", "app"),
            ("MinSize", min),
            ("DesiredCapacity", desired),
            ("MaxSize", max),
        ];
        self.aws
            .query("autoscaling", "UpdateAutoScalingGroup", &sent);
    }

    /// Which of all kinds are up.
    pub(crate) fn up(&self) -> [bool; 6] {
        let aws = &self.aws;
        [
            database(aws, "db") == "available",
            cluster(aws, "search") == "available",
            group(aws, "app") == ("2/2/4".to_owned(), 2),
            instance(aws, &self.compute.dev_box) == "running",
            service(aws, "web").0 == 3,
            node_group(aws, "workers").0 == "2/3/4",
        ]
    }

    /// Which of all kinds are down.
    pub(crate) fn down(&self) -> [bool; 6] {
        let aws = &self.aws;
        [
            database(aws, "db") == "stopped",
            cluster(aws, "search") == "stopped",
            group(aws, "app") == ("0/0/0".to_owned(), 0),
            instance(aws, &self.compute.dev_box) == "stopped",
            service(aws, "web").0 == 0,
            node_group(aws, "workers").0 == "0/0/4",
        ]
    }
}

fn create_cluster(aws: &EmbeddedAws, name: &str) {
    let sent = [
        ("DBClusterIdentifier", name),
        ("Engine", "aurora-postgresql"),
        ("MasterUsername", "greenleaf"),
        ("MasterUserPassword", "not-a-secret-here"),
        ("Tags.Tag.1.Key", TAG),
        ("Tags.Tag.1.Value", "preprod"),
    ];
    aws.query("rds", "CreateDBCluster", &sent);
    let member = [
        ("DBInstanceIdentifier", "search-1"),
        ("DBInstanceClass", "db.t3.medium"),
        ("Engine", "aurora-postgresql"),
        ("DBClusterIdentifier", name),
    ];
    aws.query("rds", "CreateDBInstance", &member);
}

fn cluster(aws: &EmbeddedAws, name: &str) -> String {
    let told = aws.query(
        "rds",
        "DescribeDBClusters",
        &[("DBClusterIdentifier", name)],
    );
    told.text("Status").to_owned()
}

pub(crate) const FRIDAY: &str = "2026-11-20T18:00:00Z";
pub(crate) const MONDAY: &str = "2026-11-23T08:00:00Z";

#[test]
fn respect_leaves_every_kind_as_a_person_left_it_until_the_next_transition() {
    let mut fleet = Fleet::open(WEEK, "respect");
    fleet.settle(FRIDAY);
    assert_eq!(fleet.down(), [true; 6]);
    fleet.aws.move_to("2026-11-20T23:00:00Z");
    fleet.wake();
    let answer = fleet.tick("2026-11-20T23:30:00Z");
    for name in NAMES {
        assert_eq!(decided(&answer, name), "leave/manual-change/none", "{name}");
    }
    assert_eq!(fleet.up(), [true; 6]);
    // And the other way round, once Monday has made it the schedule's again.
    fleet.settle(MONDAY);
    fleet.aws.move_to("2026-11-24T12:00:00Z");
    fleet.put_to_sleep();
    let answer = fleet.tick("2026-11-24T12:30:00Z");
    for name in NAMES {
        let decided = decided(&answer, name);
        // What stands at 0/0/4 and remembers nothing may have scaled itself there.
        let left = if name == "shop/workers" {
            "leave/scaled-to-zero-by-itself/none"
        } else {
            "leave/manual-change/none"
        };
        assert_eq!(decided, left, "{name}");
    }
    assert_eq!(fleet.down(), [true; 6]);
}

#[test]
fn revert_undoes_what_a_person_did_to_every_kind() {
    let mut fleet = Fleet::open(WEEK, "revert");
    fleet.settle(FRIDAY);
    fleet.aws.move_to("2026-11-20T23:00:00Z");
    fleet.wake();
    fleet.settle("2026-11-20T23:30:00Z");
    assert_eq!(fleet.down(), [true; 6]);
    fleet.settle(MONDAY);
    assert_eq!(fleet.up(), [true; 6]);
}

/// What was put to sleep by hand remembers nothing: a group and a service wake to the environment's
/// capacity, and a node group may have scaled itself to zero.
#[test]
fn revert_wakes_every_kind_that_a_person_put_to_sleep_as_far_as_its_size_is_known() {
    let mut fleet = Fleet::open(WEEK, "revert, capacity: { min: 2, desired: 3, max: 4 }");
    fleet.settle(FRIDAY);
    fleet.settle(MONDAY);
    assert_eq!(fleet.up(), [true; 6]);
    fleet.aws.move_to("2026-11-24T12:00:00Z");
    fleet.put_to_sleep();
    fleet.aws.move_to("2026-11-24T12:25:00Z");
    assert_eq!(fleet.down(), [true; 6]);
    let answer = fleet.settle("2026-11-24T12:30:00Z");
    assert_eq!(
        decided(&answer, "shop/workers"),
        "leave/scaled-to-zero-by-itself/none"
    );
    assert_eq!(group(&fleet.aws, "app"), ("2/3/4".to_owned(), 3));
    assert_eq!(fleet.up(), [true, true, false, true, true, false]);
}

/// AWS starts databases by itself on day 7: what else differs then is a person's doing.
#[test]
fn a_restart_on_day_seven_is_nobodys_change() {
    let mut fleet = Fleet::open(TEN_DAYS_OFF, "respect");
    fleet.settle(FRIDAY);
    assert_eq!(fleet.down(), [true; 6]);
    fleet.aws.move_to("2026-11-28T12:00:00Z");
    assert_eq!(fleet.up(), [true, true, false, false, false, false]);
    let answer = fleet.tick("2026-11-28T12:00:00Z");
    for name in &NAMES[..2] {
        assert_eq!(decided(&answer, name), "stop/transition/done", "{name}");
    }
    fleet.settle("2026-11-28T12:05:00Z");
    assert_eq!(fleet.down(), [true; 6]);
}
