from __future__ import annotations

from .case import EmbeddedAwsTest


class Machines(EmbeddedAwsTest):
    seeded = False

    def setUp(self) -> None:
        super().setUp()
        self.ec2 = self.aws.client("ec2")
        made = self.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
        self.id = made["Instances"][0]["InstanceId"]

    def state(self) -> str:
        found = self.ec2.describe_instances(InstanceIds=[self.id])
        return str(found["Reservations"][0]["Instances"][0]["State"]["Name"])

    def test_a_stop_and_a_start_take_a_minute_each(self) -> None:
        self.assertEqual(self.state(), "running")
        stopped = self.ec2.stop_instances(InstanceIds=[self.id])["StoppingInstances"][0]
        self.assertEqual(stopped["PreviousState"]["Name"], "running")
        self.assertEqual(stopped["CurrentState"]["Name"], "stopping")
        self.assertEqual(self.state(), "stopping")
        self.aws.advance(60)
        self.assertEqual(self.state(), "stopped")
        self.ec2.start_instances(InstanceIds=[self.id])
        self.assertEqual(self.state(), "pending")
        self.aws.advance(60)
        self.assertEqual(self.state(), "running")

    def test_orders_meanwhile_are_refused_and_the_same_order_is_none(self) -> None:
        self.ec2.stop_instances(InstanceIds=[self.id])
        self.ec2.stop_instances(InstanceIds=[self.id])
        with self.refused("IncorrectInstanceState"):
            self.ec2.start_instances(InstanceIds=[self.id])
        self.aws.advance(60)
        self.ec2.stop_instances(InstanceIds=[self.id])
        self.ec2.start_instances(InstanceIds=[self.id])
        with self.refused("IncorrectInstanceState"):
            self.ec2.stop_instances(InstanceIds=[self.id])
        self.aws.advance(60)
        self.assertEqual(self.state(), "running")
