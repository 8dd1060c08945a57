"""EC2 instances that take their time to stop and to start, and refuse orders meanwhile.

moto stops and starts at once, from any state. AWS goes through `stopping` and `pending`, takes a stop of what is
stopped and a start of what runs for done, and refuses the rest with `IncorrectInstanceState`:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html

A launch keeps moto's own behaviour: at once. So do the machines of Auto Scaling groups (`autoscaling.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance, InstanceBackend, InstanceState

from .world import World

# What matters is that it is not at once.
STOPPING_TAKES = timedelta(minutes=1)
STARTING_TAKES = timedelta(minutes=1)

CODES = {"pending": 0, "running": 16, "stopping": 64, "stopped": 80}

Changed = list[tuple[Instance, InstanceState]]
Order = Callable[[InstanceBackend, list[str]], Changed]


def install(world: World) -> None:
    def become(instance: Instance, state: str) -> None:
        before = instance._state.name
        instance._state.name, instance._state.code = state, CODES[state]
        world.journal.change("ec2-instance", instance.id, before, state)

    def arrive(instance: Instance, through: str, state: str) -> None:
        if instance._state.name == through:
            become(instance, state)

    def pass_through(instance: Instance, before: InstanceState, through: str, takes: timedelta) -> None:
        """moto has brought it there already: it goes back to where it was, and comes there in time."""
        there = instance._state.name
        if before.name == there:
            return
        instance._state.name = before.name
        become(instance, through)
        world.clock.after(takes, lambda: arrive(instance, through, there))

    def order(original: Order, what: str, through: str, takes: timedelta) -> Order:
        def ordered(self: InstanceBackend, ids: list[str]) -> Changed:
            instances = self.get_multi_instances_by_id(ids)
            # All or none, as AWS does it.
            for instance in instances:
                if instance._state.name not in ("stopped", "running", through):
                    raise EC2ClientError(
                        "IncorrectInstanceState",
                        f"The instance '{instance.id}' is not in a state from which it can be {what}.",
                    )
            under_way = [(instance, instance._state) for instance in instances if instance._state.name == through]
            others = [instance.id for instance in instances if instance._state.name != through]
            changed = original(self, others) if others else []
            for instance, before in changed:
                pass_through(instance, before, through, takes)
            return [*changed, *under_way]

        return ordered

    InstanceBackend.start_instances = order(InstanceBackend.start_instances, "started", "pending", STARTING_TAKES)
    InstanceBackend.stop_instances = order(InstanceBackend.stop_instances, "stopped", "stopping", STOPPING_TAKES)
