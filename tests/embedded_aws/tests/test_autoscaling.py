from __future__ import annotations

from .case import EmbeddedAwsTest

APP = "greenleaf-preprod-app"


class Instances(EmbeddedAwsTest):
    def capacity(self, low: int, desired: int, high: int) -> None:
        self.autoscaling.update_auto_scaling_group(
            AutoScalingGroupName=APP, MinSize=low, DesiredCapacity=desired, MaxSize=high
        )

    def test_terminating_takes_two_minutes(self) -> None:
        self.capacity(0, 0, 4)
        self.assertEqual(self.lifecycles(APP), ["Terminating", "Terminating"])
        self.aws.advance(119)
        self.assertEqual(self.lifecycles(APP), ["Terminating", "Terminating"])
        self.aws.advance(1)
        self.assertEqual(self.lifecycles(APP), [])

    def test_launching_takes_two_minutes(self) -> None:
        self.capacity(0, 0, 0)
        self.aws.advance(120)
        self.capacity(2, 2, 4)
        self.assertEqual(self.lifecycles(APP), ["Pending", "Pending"])
        self.aws.advance(120)
        self.assertEqual(self.lifecycles(APP), ["InService", "InService"])

    def test_asking_twice_launches_once(self) -> None:
        self.capacity(3, 3, 4)
        self.capacity(3, 3, 4)
        self.assertEqual(self.lifecycles(APP), ["InService", "InService", "Pending"])

    def test_woken_while_still_draining_it_launches_anew(self) -> None:
        self.capacity(0, 0, 4)
        self.aws.advance(60)
        self.capacity(2, 2, 4)
        self.assertEqual(self.lifecycles(APP), ["Pending", "Pending", "Terminating", "Terminating"])
        self.aws.advance(120)
        self.assertEqual(self.lifecycles(APP), ["InService", "InService"])

    def test_put_to_sleep_while_still_launching_it_ends_empty(self) -> None:
        self.capacity(3, 3, 4)
        self.capacity(0, 0, 4)
        self.aws.advance(600)
        self.assertEqual(self.lifecycles(APP), [])

    def test_protected_instances_stay(self) -> None:
        kept = self.group(APP)["Instances"][0]["InstanceId"]
        self.autoscaling.set_instance_protection(
            AutoScalingGroupName=APP, InstanceIds=[kept], ProtectedFromScaleIn=True
        )
        self.capacity(0, 0, 4)
        self.aws.advance(600)
        self.assertEqual([item["InstanceId"] for item in self.group(APP)["Instances"]], [kept])

    def test_an_instance_terminated_from_ec2_is_replaced_in_time(self) -> None:
        lost = self.group(APP)["Instances"][0]["InstanceId"]
        self.aws.client("ec2").terminate_instances(InstanceIds=[lost])
        self.assertEqual(self.lifecycles(APP), ["InService", "Pending"])
        self.aws.advance(120)
        self.assertEqual(self.lifecycles(APP), ["InService", "InService"])

    def test_a_suspended_launch_is_made_up_for_when_it_resumes(self) -> None:
        self.autoscaling.suspend_processes(AutoScalingGroupName=APP, ScalingProcesses=["Launch"])
        self.capacity(3, 3, 4)
        self.assertEqual(self.lifecycles(APP), ["InService", "InService"])
        self.autoscaling.resume_processes(AutoScalingGroupName=APP, ScalingProcesses=["Launch"])
        self.assertEqual(self.lifecycles(APP), ["InService", "InService", "Pending"])


class Limits(EmbeddedAwsTest):
    def test_min_above_max_is_refused_and_changes_nothing(self) -> None:
        with self.refused("ValidationError", "min bound, 5"):
            self.autoscaling.update_auto_scaling_group(AutoScalingGroupName=APP, MinSize=5, MaxSize=4)
        group = self.group(APP)
        self.assertEqual((group["MinSize"], group["DesiredCapacity"], group["MaxSize"]), (2, 2, 4))

    def test_a_desired_capacity_outside_the_bounds_is_refused(self) -> None:
        for desired in (1, 5):
            with self.refused("ValidationError", f"Desired capacity:{desired} must be between"):
                self.autoscaling.update_auto_scaling_group(AutoScalingGroupName=APP, DesiredCapacity=desired)
        with self.refused("ValidationError", "is above max value 4"):
            self.autoscaling.set_desired_capacity(AutoScalingGroupName=APP, DesiredCapacity=5)
        with self.refused("ValidationError", "is below min value 2"):
            self.autoscaling.set_desired_capacity(AutoScalingGroupName=APP, DesiredCapacity=1)

    def test_new_bounds_move_the_desired_capacity_into_them(self) -> None:
        self.autoscaling.update_auto_scaling_group(AutoScalingGroupName=APP, MinSize=3)
        self.assertEqual(self.group(APP)["DesiredCapacity"], 3)
        self.autoscaling.update_auto_scaling_group(AutoScalingGroupName=APP, MinSize=0, MaxSize=1)
        self.assertEqual(self.group(APP)["DesiredCapacity"], 1)

    def test_an_unknown_group_is_a_validation_error(self) -> None:
        with self.refused("ValidationError", "not found"):
            self.autoscaling.update_auto_scaling_group(AutoScalingGroupName="nobody", MinSize=0)
        with self.refused("ValidationError", "not found"):
            self.autoscaling.set_desired_capacity(AutoScalingGroupName="nobody", DesiredCapacity=0)
        with self.refused("ValidationError", "not found"):
            self.autoscaling.create_or_update_tags(
                Tags=[{"ResourceId": "nobody", "ResourceType": "auto-scaling-group", "Key": "k", "Value": "v"}]
            )

    def test_deleting_needs_force_while_instances_are_there(self) -> None:
        with self.refused("ResourceInUse"):
            self.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=APP)
        self.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=APP, ForceDelete=True)
        self.aws.advance(600)
        found = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[APP])["AutoScalingGroups"]
        self.assertEqual(found, [])


class Finding(EmbeddedAwsTest):
    def names(self, **asked: object) -> list[str]:
        found = self.autoscaling.describe_auto_scaling_groups(**asked)["AutoScalingGroups"]
        return [group["AutoScalingGroupName"] for group in found]

    def test_by_tag_key(self) -> None:
        found = self.names(Filters=[{"Name": "tag-key", "Values": ["nightcap:environment"]}])
        self.assertEqual(found, [APP, "greenleaf-prod-app"])

    def test_by_tag_value(self) -> None:
        self.assertEqual(self.names(Filters=[{"Name": "tag:nightcap:environment", "Values": ["preprod"]}]), [APP])

    def test_in_pages(self) -> None:
        first = self.autoscaling.describe_auto_scaling_groups(MaxRecords=2)
        self.assertEqual(len(first["AutoScalingGroups"]), 2)
        second = self.autoscaling.describe_auto_scaling_groups(MaxRecords=2, NextToken=first["NextToken"])
        self.assertEqual(len(second["AutoScalingGroups"]), 1)
        self.assertNotIn("NextToken", second)

    def test_a_page_too_large_and_a_foreign_token_are_refused(self) -> None:
        with self.refused("ValidationError"):
            self.names(MaxRecords=101)
        with self.refused("InvalidNextToken"):
            self.names(NextToken="nonsense")


class WarmPools(EmbeddedAwsTest):
    NAME = "greenleaf-preprod-app"

    def size(self) -> int:
        return int(self.group(self.NAME)["WarmPoolSize"])

    def test_a_pool_with_a_prepared_capacity_grows_when_the_group_shrinks_and_its_minimum_stays(self) -> None:
        name = {"AutoScalingGroupName": self.NAME}
        self.autoscaling.put_warm_pool(**name, MaxGroupPreparedCapacity=4, MinSize=1, PoolState="Running")
        self.assertEqual(self.group(self.NAME)["WarmPoolConfiguration"]["PoolState"], "Running")
        self.assertEqual(self.size(), 2)
        self.autoscaling.update_auto_scaling_group(**name, MinSize=0, DesiredCapacity=0, MaxSize=0)
        self.assertEqual(self.size(), 4)
        self.autoscaling.put_warm_pool(**name, MaxGroupPreparedCapacity=-1, MinSize=1)
        self.assertEqual(self.size(), 1)


class PredictiveScaling(EmbeddedAwsTest):
    def put(self, **settings: object) -> None:
        metric = {
            "TargetValue": 50.0,
            "PredefinedMetricPairSpecification": {"PredefinedMetricType": "ASGCPUUtilization"},
        }
        self.autoscaling.put_scaling_policy(
            AutoScalingGroupName="greenleaf-preprod-app",
            PolicyName="foresight",
            PolicyType="PredictiveScaling",
            PredictiveScalingConfiguration={"MetricSpecifications": [metric], **settings},
        )

    def foresee(self, forecast: int) -> tuple[int, int, int]:
        size = self.aws.post("groups", {"group": "greenleaf-preprod-app", "forecast": forecast})
        return size["min"], size["desired"], size["max"]

    def test_a_forecast_above_the_maximum_ends_there_unless_the_policy_may_raise_it(self) -> None:
        self.put(Mode="ForecastAndScale")
        self.assertEqual(self.foresee(10), (2, 4, 4))
        self.put(Mode="ForecastAndScale", MaxCapacityBreachBehavior="IncreaseMaxCapacity", MaxCapacityBuffer=10)
        self.assertEqual(self.foresee(10), (2, 10, 11))
        # "The maximum capacity does not automatically decrease back".
        self.assertEqual(self.foresee(1), (2, 10, 11))

    def test_a_sleeping_group_is_given_room_and_machines(self) -> None:
        self.put(Mode="ForecastAndScale", MaxCapacityBreachBehavior="IncreaseMaxCapacity")
        self.autoscaling.update_auto_scaling_group(
            AutoScalingGroupName="greenleaf-preprod-app", MinSize=0, DesiredCapacity=0, MaxSize=0
        )
        self.assertEqual(self.foresee(3), (0, 3, 3))

    def test_a_policy_that_only_forecasts_changes_nothing(self) -> None:
        self.put(MaxCapacityBreachBehavior="IncreaseMaxCapacity")
        self.assertEqual(self.foresee(10), (2, 2, 4))
