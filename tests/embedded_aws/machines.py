"""EC2 instances that take their time to stop and to start, and refuse orders meanwhile.

moto stops and starts at once, from any state. AWS goes through `stopping` and `pending`, takes a stop of what is
stopped and a start of what runs for done, and refuses the rest with `IncorrectInstanceState`:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html

A start may succeed and be undone: the machine goes `pending`, then `stopped`, and only its `stateReason` says why. So
it is where the caller may not use the KMS key of its disks; `POST /nightcap/machines` has the next starts end so:
https://repost.aws/knowledge-center/kms-iam-ec2-permission
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html

A machine may be governed by configurations of License Manager (`POST /nightcap/machines`). Its start is authorised on
them besides (Service Authorization Reference, Amazon EC2, `StartInstances`: license-configuration), and "exceeding a hard
limit blocks the launch of new instances"
(https://docs.aws.amazon.com/license-manager/latest/APIReference/API_CreateLicenseConfiguration.html). EC2's list of error
codes has none for that: the one here is License Manager's own, "You do not have enough licenses available to support a
new resource launch"
(https://docs.aws.amazon.com/license-manager/latest/APIReference/API_UpdateLicenseSpecificationsForResource.html).

AWS forgets a Spot request some time after it has ended, while its machine may run on; a request that names one by its
id is refused as a whole, and a filter finds the others (`POST /nightcap/machines` forgets one):
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (InvalidSpotInstanceRequestID.NotFound)

A launch keeps moto's own behaviour: at once. So do the machines of Auto Scaling groups (`autoscaling.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance, InstanceBackend, InstanceState, StateReason
from moto.ec2.models.spot_requests import SpotInstanceRequest, SpotRequestBackend

from . import licenses
from .world import World, corrects

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
        if instance._state.name != through:
            return
        failure = getattr(instance, "start_fails", None)
        if through == "pending" and failure:
            become(instance, "stopped")
            instance.state_reason = StateReason(f"{failure}: on launch", failure)
            return
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
                if through == "pending" and instance._state.name == "stopped" and licenses.are_used_up(instance.id):
                    raise EC2ClientError(
                        "LicenseUsageException",
                        "You do not have enough licenses available to support a new resource launch.",
                    )
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

    original_requests = SpotRequestBackend.describe_spot_instance_requests

    @corrects(SpotRequestBackend)
    def describe_spot_instance_requests(
        self: SpotRequestBackend, filters: dict[str, list[str]] | None = None, spot_instance_ids: list[str] | None = None
    ) -> list[SpotInstanceRequest]:
        for asked in spot_instance_ids or []:
            if asked not in self.spot_instance_requests:
                raise EC2ClientError(
                    "InvalidSpotInstanceRequestID.NotFound", f"The spot instance request ID '{asked}' does not exist"
                )
        return original_requests(self, filters, spot_instance_ids)


def encrypt_volumes(identifier: str, key: str | None) -> None:
    """The customer key that a machine's volumes are encrypted with, or none."""
    find(identifier).volume_key = key


def have_starts_fail(identifier: str, code: str | None) -> None:
    """From now on AWS undoes every start of this machine for this reason; without one, no more."""
    find(identifier).start_fails = code


def forget_spot_request(identifier: str) -> None:
    for account in ec2_backends.values():
        for backend in account.values():
            if backend.spot_instance_requests.pop(identifier, None) is not None:
                return
    raise LookupError(f"no Spot request {identifier}")


def find(identifier: str) -> Instance:
    """The machine of this id in whatever account and region it stands."""
    for account in ec2_backends.values():
        for backend in account.values():
            for reservation in backend.reservations.values():
                for instance in reservation.instances:
                    if instance.id == identifier:
                        return instance
    raise LookupError(f"no machine {identifier}")
