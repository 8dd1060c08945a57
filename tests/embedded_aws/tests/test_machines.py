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

    def test_a_start_that_aws_undoes_succeeds_and_says_why_only_in_the_state_reason(self) -> None:
        self.ec2.stop_instances(InstanceIds=[self.id])
        self.aws.advance(60)
        self.aws.post("machines", {"instance": self.id, "start_fails": "Client.InternalError"})
        self.ec2.start_instances(InstanceIds=[self.id])
        self.assertEqual(self.state(), "pending")
        self.aws.advance(60)
        found = self.ec2.describe_instances(InstanceIds=[self.id])["Reservations"][0]["Instances"][0]
        self.assertEqual(found["State"]["Name"], "stopped")
        self.assertEqual(found["StateReason"]["Code"], "Client.InternalError")
        self.aws.post("machines", {"instance": self.id, "start_fails": None})
        self.ec2.start_instances(InstanceIds=[self.id])
        self.aws.advance(60)
        self.assertEqual(self.state(), "running")

    def test_a_start_beyond_a_hard_limit_of_licenses_is_refused(self) -> None:
        self.ec2.stop_instances(InstanceIds=[self.id])
        self.aws.advance(60)
        governing = "arn:aws:license-manager:eu-west-3:123456789012:license-configuration:lic-0123456789abcdef"
        self.aws.post("machines", {"instance": self.id, "license": governing, "free": False})
        with self.refused("LicenseUsageException", "enough licenses"):
            self.ec2.start_instances(InstanceIds=[self.id])
        self.assertEqual(self.state(), "stopped")
        self.aws.post("machines", {"instance": self.id, "license": governing})
        self.ec2.start_instances(InstanceIds=[self.id])
        self.assertEqual(self.state(), "pending")

    def test_a_spot_request_that_is_forgotten_fails_a_list_of_ids_and_no_filter(self) -> None:
        asked = {"ImageId": "ami-12c6146b", "InstanceType": "t3.small"}
        made = self.ec2.request_spot_instances(InstanceCount=2, LaunchSpecification=asked)["SpotInstanceRequests"]
        kept, gone = (request["SpotInstanceRequestId"] for request in made)
        self.aws.post("machines", {"forget_spot_request": gone})
        with self.refused("InvalidSpotInstanceRequestID.NotFound"):
            self.ec2.describe_spot_instance_requests(SpotInstanceRequestIds=[kept, gone])
        named = [{"Name": "spot-instance-request-id", "Values": [kept, gone]}]
        found = self.ec2.describe_spot_instance_requests(Filters=named)["SpotInstanceRequests"]
        self.assertEqual([request["SpotInstanceRequestId"] for request in found], [kept])
