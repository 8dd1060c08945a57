from __future__ import annotations

from .case import EmbeddedAwsTest


class LifecycleHooks(EmbeddedAwsTest):
    def test_a_hook_that_notifies_nobody_has_neither_role_nor_target(self) -> None:
        name = self.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupName"]
        self.autoscaling.put_lifecycle_hook(
            AutoScalingGroupName=name,
            LifecycleHookName="boot",
            LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING",
            HeartbeatTimeout=1200,
            DefaultResult="ABANDON",
        )
        (hook,) = self.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"]
        self.assertFalse({"RoleARN", "NotificationTargetARN"} & set(hook), hook)
        self.assertEqual((hook["HeartbeatTimeout"], hook["DefaultResult"]), (1200, "ABANDON"))
