"""Describe calls that lag behind writes: what somebody else sees of a change, and when."""

from __future__ import annotations

from .case import EmbeddedAwsTest

DB = "greenleaf-preprod-db"
APP = "greenleaf-preprod-app"


class Reads(EmbeddedAwsTest):
    def setUp(self) -> None:
        super().setUp()
        # Of the administrator nothing is hidden.
        self.others_rds = self.aws.client("rds", "somebody")
        self.others_autoscaling = self.aws.client("autoscaling", "somebody")

    def tearDown(self) -> None:
        self.aws.post("lag", {"seconds": 0})
        super().tearDown()

    def seen(self) -> str:
        return str(self.others_rds.describe_db_instances(DBInstanceIdentifier=DB)["DBInstances"][0]["DBInstanceStatus"])

    def size(self) -> tuple[int, int, int]:
        found = self.others_autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[APP])["AutoScalingGroups"][0]
        return found["MinSize"], found["DesiredCapacity"], found["MaxSize"]

    def resize(self, low: int, desired: int, high: int) -> None:
        self.autoscaling.update_auto_scaling_group(
            AutoScalingGroupName=APP, MinSize=low, DesiredCapacity=desired, MaxSize=high
        )

    def test_without_a_lag_a_change_is_seen_at_once(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.assertEqual(self.seen(), "stopping")

    def test_a_change_is_described_as_it_was_before_until_the_lag_is_over(self) -> None:
        self.aws.post("lag", {"seconds": 30})
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.assertEqual(self.seen(), "available")
        self.assertEqual(self.instance_status(DB), "stopping", "the administrator sees what is")
        self.aws.advance(29)
        self.assertEqual(self.seen(), "available")
        self.aws.advance(1)
        self.assertEqual(self.seen(), "stopping")

    def test_each_change_is_seen_in_its_turn(self) -> None:
        self.aws.post("lag", {"seconds": 30})
        self.resize(1, 1, 4)
        self.aws.advance(20)
        self.resize(0, 0, 0)
        self.assertEqual(self.size(), (2, 2, 4))
        self.aws.advance(10)
        self.assertEqual(self.size(), (1, 1, 4))
        self.aws.advance(20)
        self.assertEqual(self.size(), (0, 0, 0))

    def test_orders_are_judged_by_what_is(self) -> None:
        self.aws.post("lag", {"seconds": 30})
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.assertEqual(self.seen(), "available")
        with self.refused("InvalidDBInstanceState"):
            self.others_rds.stop_db_instance(DBInstanceIdentifier=DB)

    def test_one_service_may_lag_and_another_not(self) -> None:
        self.aws.post("lag", {"seconds": 30, "service": "autoscaling"})
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.resize(0, 0, 0)
        self.assertEqual((self.seen(), self.size()), ("stopping", (2, 2, 4)))
        # Replicas answer in turn: what was seen once may be hidden again.
        self.aws.post("lag", {"seconds": 30, "service": "rds"})
        self.assertEqual((self.seen(), self.size()), ("available", (0, 0, 0)))

    def test_tags_and_machines_lag_too(self) -> None:
        self.aws.post("lag", {"seconds": 30})
        ec2, tagging = self.aws.client("ec2"), self.aws.client("resourcegroupstaggingapi", "somebody")
        made = ec2.run_instances(
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "nightcap:environment", "Value": "new"}]}],
        )
        name = made["Instances"][0]["InstanceId"]
        wanted = [{"Key": "nightcap:environment", "Values": ["new"]}]

        def tagged() -> int:
            return len(tagging.get_resources(TagFilters=wanted)["ResourceTagMappingList"])

        self.assertEqual(tagged(), 0)
        # As AWS says of an instance that was just launched.
        with self.refused("InvalidInstanceID.NotFound"):
            self.aws.client("ec2", "somebody").describe_instances(InstanceIds=[name])
        self.aws.advance(30)
        self.assertEqual(tagged(), 1)

    def test_the_past_ends_with_the_lag(self) -> None:
        self.aws.post("lag", {"seconds": 600})
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.aws.post("lag", {"seconds": 0})
        self.assertEqual(self.seen(), "stopping")

    def test_nonsense_is_refused(self) -> None:
        for sent in ({}, {"seconds": -1}, {"seconds": 1, "resource": DB}):
            with self.subTest(sent=sent), self.assertRaises(ValueError):
                self.aws.post("lag", sent)
