"""What moto falsifies about target health, and the extension mends."""

from __future__ import annotations

from ..target_health import TURNING_HEALTHY_TAKES
from .case import EmbeddedAwsTest

HALF = int(TURNING_HEALTHY_TAKES.total_seconds()) // 2


class TargetHealth(EmbeddedAwsTest):
    seeded = False

    def test_a_target_is_initial_before_it_is_healthy(self) -> None:
        elb, ec2 = self.aws.client("elbv2"), self.aws.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        group = elb.create_target_group(Name="app", Protocol="HTTP", Port=9000, VpcId=vpc)["TargetGroups"][0]
        arn = group["TargetGroupArn"]
        machine = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]

        def state() -> str:
            told = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            return str(told[0]["TargetHealth"]["State"])

        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": machine}])
        self.assertEqual(state(), "initial")
        # Registered again, as moto does with every machine of a group, it does not begin anew.
        self.aws.advance(HALF)
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": machine}])
        self.assertEqual(state(), "initial")
        self.aws.advance(HALF)
        self.assertEqual(state(), "healthy")
