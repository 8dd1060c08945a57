"""Auto Scaling: capacity limits, instances that come and go in time, suspended processes, pages.

moto accepts min above max, launches and terminates at once, scales a group whose `Launch` process is
suspended, and answers an unknown group or an over-large page with HTTP 500. AWS:
- capacity limits: https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html
- lifecycle: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
- suspended processes: https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html

Groups with several instance types (overrides with weights) keep moto's own behaviour: at once.
Warm pools have a size, and no machines of their own: that grows when the desired capacity falls, at once, where AWS
takes minutes: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutWarmPool.html

Predictive scaling: a forecast (`POST /nightcap/groups`) asks for so many machines; at the maximum it ends, unless the
policy's `MaxCapacityBreachBehavior` is `IncreaseMaxCapacity`: then the maximum follows, with `MaxCapacityBuffer` per cent
above the forecast, and "does not automatically decrease back":
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PredictiveScalingConfiguration.html

Not imitated: lifecycle hooks, scheduled actions (moto stores them; nothing carries them out).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, InstanceState, autoscaling_backends
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult

from .paging import BadToken
from .world import World, corrects

# Of the order seen for a small instance behind a load balancer; what matters is that they are not zero.
LAUNCHING_TAKES = timedelta(minutes=2)
TERMINATING_TAKES = timedelta(minutes=2)

HERE = ("Pending", "InService")


class Fleet:
    """Brings a group's instances to its desired capacity, each taking its time."""

    def __init__(self, world: World) -> None:
        self._world = world

    def launched(self, group: FakeAutoScalingGroup, states: Sequence[InstanceState]) -> None:
        """moto has just made these instances `InService`: they begin as `Pending`."""
        for state in states:
            self._become(group, state, "Pending")
            self._world.clock.after(LAUNCHING_TAKES, lambda state=state: self._in_service(group, state))

    def terminate(self, group: FakeAutoScalingGroup, count: int) -> None:
        # The oldest go first; protected ones stay, as AWS keeps them.
        unprotected = [state for state in group.instance_states if _is_here(state) and not state.protected_from_scale_in]
        for state in unprotected[:count]:
            self._become(group, state, "Terminating")
            self._world.clock.after(TERMINATING_TAKES, lambda state=state: self._gone(group, state))

    def _in_service(self, group: FakeAutoScalingGroup, state: InstanceState) -> None:
        if state in group.instance_states and state.lifecycle_state == "Pending":
            self._become(group, state, "InService")
            _register(group)

    def _gone(self, group: FakeAutoScalingGroup, state: InstanceState) -> None:
        if state not in group.instance_states:
            return
        self._become(group, state, "Terminated")
        group.instance_states = [other for other in group.instance_states if other is not state]
        group.autoscaling_backend.ec2_backend.terminate_instances([state.instance.id])
        _register(group)

    def _become(self, group: FakeAutoScalingGroup, state: InstanceState, lifecycle: str) -> None:
        before = "" if lifecycle == "Pending" else state.lifecycle_state
        state.lifecycle_state = lifecycle
        self._world.journal.change("auto-scaling-instance", f"{group.name}/{state.instance.id}", before, lifecycle)


def install(world: World) -> None:
    fleet = Fleet(world)
    _correct_scaling(fleet)
    _correct_limits()
    _correct_unknown_groups()
    _correct_warm_pools()
    _correct_pages(world)


def _correct_scaling(fleet: Fleet) -> None:
    original_set = FakeAutoScalingGroup.set_desired_capacity
    original_launch = FakeAutoScalingGroup.replace_autoscaling_group_instances
    original_resume = AutoScalingBackend.resume_processes

    # Every way to a new instance leads through here, also the replacement of a terminated one.
    @corrects(FakeAutoScalingGroup)
    def replace_autoscaling_group_instances(
        self: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]
    ) -> None:
        if "Launch" in self._suspended_processes:
            return
        known = {id(state) for state in self.instance_states}
        original_launch(self, count_needed, propagated_tags)
        if not _is_mixed(self):
            fleet.launched(self, [state for state in self.instance_states if id(state) not in known])

    @corrects(FakeAutoScalingGroup)
    def set_desired_capacity(self: FakeAutoScalingGroup, new_capacity: int | None) -> None:
        if _is_mixed(self):
            original_set(self, new_capacity)
            return
        self.desired_capacity = self.min_size if new_capacity is None else new_capacity
        surplus = len([state for state in self.instance_states if _is_here(state)]) - (self.desired_capacity or 0)
        if surplus < 0:
            self.replace_autoscaling_group_instances(-surplus, self.get_propagated_tags())
        elif "Terminate" not in self._suspended_processes:
            fleet.terminate(self, surplus)
        _register(self)

    # What a suspended process left undone is done when it is resumed.
    @corrects(AutoScalingBackend)
    def resume_processes(self: AutoScalingBackend, group_name: str, scaling_processes: list[str]) -> None:
        original_resume(self, group_name, scaling_processes)
        group = self.autoscaling_groups[group_name]
        group.set_desired_capacity(group.desired_capacity)


def _correct_limits() -> None:
    original_create = AutoScalingBackend.create_auto_scaling_group
    original_update = FakeAutoScalingGroup.update
    original_set = AutoScalingBackend.set_desired_capacity

    @corrects(AutoScalingBackend)
    def create_auto_scaling_group(self: AutoScalingBackend, name: str, **settings: Any) -> FakeAutoScalingGroup:
        if name in self.autoscaling_groups:
            raise AutoscalingClientError("AlreadyExists", "AutoScalingGroup by this name already exists")
        _refuse_bounds(settings["min_size"], settings["desired_capacity"], settings["max_size"])
        return original_create(self, name=name, **settings)

    # Without a desired capacity AWS moves the current one into the new bounds; moto moves it only when the
    # number of instances lies outside. moto also forgets the mixed instances policy on every update.
    @corrects(FakeAutoScalingGroup)
    def update(self: FakeAutoScalingGroup, **settings: Any) -> None:
        low = self.min_size if settings["min_size"] is None else settings["min_size"]
        high = self.max_size if settings["max_size"] is None else settings["max_size"]
        desired = settings["desired_capacity"]
        _refuse_bounds(low, desired, high)
        if desired is None:
            desired = min(max(self.desired_capacity or 0, low or 0), high or 0)
        settings["desired_capacity"] = desired
        settings["mixed_instances_policy"] = settings.get("mixed_instances_policy") or self.mixed_instances_policy
        original_update(self, **settings)

    @corrects(AutoScalingBackend)
    def set_desired_capacity(self: AutoScalingBackend, group_name: str, desired_capacity: int | None) -> None:
        group = _find(self, group_name)
        if desired_capacity is not None and desired_capacity > (group.max_size or 0):
            raise ValidationError(
                f"New SetDesiredCapacity value {desired_capacity} is above max value {group.max_size} for the AutoScalingGroup."
            )
        if desired_capacity is not None and desired_capacity < (group.min_size or 0):
            raise ValidationError(
                f"New SetDesiredCapacity value {desired_capacity} is below min value {group.min_size} for the AutoScalingGroup."
            )
        original_set(self, group_name, desired_capacity)

    # moto deletes a group by setting its capacity to zero, which the bounds above would refuse.
    # AWS refuses to delete a group that has instances, unless it is forced.
    @corrects(AutoScalingResponse)
    def delete_auto_scaling_group(self: AutoScalingResponse) -> ActionResult:
        backend = self.autoscaling_backend
        group = _find(backend, self._get_param("AutoScalingGroupName"))
        if group.instance_states and not self._get_bool_param("ForceDelete", False):
            raise AutoscalingClientError(
                "ResourceInUse",
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
            )
        ids = [state.instance.id for state in group.instance_states]
        backend.autoscaling_groups.pop(group.name)
        group.instance_states = []
        if ids:
            backend.ec2_backend.terminate_instances(ids)
        return ActionResult({})


def _correct_unknown_groups() -> None:
    original_update = AutoScalingBackend.update_auto_scaling_group
    original_tag = AutoScalingBackend.create_or_update_tags

    @corrects(AutoScalingBackend)
    def update_auto_scaling_group(self: AutoScalingBackend, name: str, **settings: Any) -> FakeAutoScalingGroup:
        _find(self, name)
        return original_update(self, name=name, **settings)

    @corrects(AutoScalingBackend)
    def create_or_update_tags(self: AutoScalingBackend, tags: list[dict[str, str]]) -> None:
        for tag in tags:
            _find(self, tag["ResourceId"])
        original_tag(self, tags)


def _correct_warm_pools() -> None:
    # "the difference between the maximum prepared capacity (if it is set, else the group's maximum) and the desired
    # capacity", and never less than its minimum. moto tells no size.
    def warm_pool_size(self: FakeAutoScalingGroup) -> int | None:
        pool = self.warm_pool
        if pool is None:
            return None
        prepared = pool.max_group_prepared_capacity
        most = (self.max_size or 0) if prepared is None or prepared < 0 else prepared
        return max(most - (self.desired_capacity or 0), pool.min_size, 0)

    FakeAutoScalingGroup.warm_pool_size = property(warm_pool_size)


def _correct_pages(world: World) -> None:
    @corrects(AutoScalingResponse)
    def describe_auto_scaling_groups(self: AutoScalingResponse) -> ActionResult:
        asked = self._get_int_param("MaxRecords", 50)
        if not 1 <= asked <= 100:
            raise ValidationError(f"Max records {asked} is not in the range of 1 to 100")
        groups = self.autoscaling_backend.describe_auto_scaling_groups(
            self._get_param("AutoScalingGroupNames", []), filters=self._get_param("Filters", [])
        )
        try:
            page, token = world.pages.cut(groups, asked, self._get_param("NextToken"))
        except BadToken as error:
            raise AutoscalingClientError("InvalidNextToken", "The NextToken value is not valid.") from error
        return ActionResult({"AutoScalingGroups": page, "NextToken": token})


def _refuse_bounds(low: int | None, desired: int | None, high: int | None) -> None:
    if low is None or high is None:
        raise ValidationError("MinSize and MaxSize are required.")
    if low < 0 or high < 0 or low > high:
        raise ValidationError(f"Max bound, {high}, must be greater than or equal to min bound, {low}")
    if desired is not None and not low <= desired <= high:
        raise ValidationError(f"Desired capacity:{desired} must be between the specified min size:{low} and max size:{high}")


def _find(backend: AutoScalingBackend, name: str) -> FakeAutoScalingGroup:
    if name not in backend.autoscaling_groups:
        raise ValidationError(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    return backend.autoscaling_groups[name]


def _register(group: FakeAutoScalingGroup) -> None:
    if group.name in group.autoscaling_backend.autoscaling_groups:
        group.autoscaling_backend.update_attached_elbs(group.name)
        group.autoscaling_backend.update_attached_target_groups(group.name)


def _is_here(state: InstanceState) -> bool:
    return state.lifecycle_state in HERE


def _is_mixed(group: FakeAutoScalingGroup) -> bool:
    policy = group.mixed_instances_policy or {}
    return bool(policy.get("LaunchTemplate", {}).get("Overrides"))


def foresee(name: str, forecast: int) -> tuple[int, int, int]:
    """What the group's policies of predictive scaling do when so many machines are foreseen; its size then."""
    group = next(
        (
            backend.autoscaling_groups[name]
            for account in autoscaling_backends.values()
            for backend in account.values()
            if name in backend.autoscaling_groups
        ),
        None,
    )
    if group is None:
        raise LookupError(f"no Auto Scaling group {name}")
    for policy in group.autoscaling_backend.describe_policies(autoscaling_group_name=name):
        settings = policy.predictive_scaling_configuration or {}
        # `ForecastOnly`, the default, acts on nothing.
        if policy.policy_type != "PredictiveScaling" or settings.get("Mode") != "ForecastAndScale":
            continue
        high = group.max_size or 0
        if settings.get("MaxCapacityBreachBehavior") == "IncreaseMaxCapacity":
            buffer = int(settings.get("MaxCapacityBuffer") or 0)
            group.max_size = high = max(high, math.ceil(forecast * (100 + buffer) / 100))
        wanted = min(forecast, high)
        # It scales out only; other policies scale in.
        if wanted > (group.desired_capacity or 0):
            group.set_desired_capacity(wanted)
    return group.min_size or 0, group.desired_capacity or 0, group.max_size or 0
