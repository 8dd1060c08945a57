"""What a resource is tagged with at this moment, and its real ARN: read from moto's state, never from a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend

Tags = dict[str, str]


@dataclass(frozen=True)
class Place:
    """Where a call acts."""

    account: str
    region: str
    partition: str = "aws"

    def arn(self, service: str, rest: str, region: str | None = None) -> str:
        return f"arn:{self.partition}:{service}:{self.region if region is None else region}:{self.account}:{rest}"


def backend(service: str, place: Place) -> Any:
    """moto's state of a service; of one without regions, its one part."""
    account = get_backend(service)[place.account]
    return account[place.region] if place.region in account.regions else account[place.partition]


def of(arn: str) -> Tags:
    """The tags of what an ARN names; none if it is not there, which no condition on a tag then fits."""
    if not arn.startswith("arn:"):
        return {}
    _, partition, service, region, account, rest = arn.split(":", 5)
    reader = READERS.get(service)
    if reader is None or "*" in rest:
        return {}
    return reader(Place(account, region, partition), rest)


def _rds(place: Place, rest: str) -> Tags:
    kind, _, name = rest.partition(":")
    state = backend("rds", place)
    shelves = {"db": "databases", "cluster": "clusters", "snapshot": "database_snapshots", "cluster-snapshot": "cluster_snapshots"}
    found = getattr(state, shelves[kind]).get(name) if kind in shelves else None
    return _pairs(found.tags) if found is not None else {}


def _autoscaling(place: Place, rest: str) -> Tags:
    group = backend("autoscaling", place).autoscaling_groups.get(rest.partition("autoScalingGroupName/")[2])
    return {tag.get("key", tag.get("Key")): tag.get("value", tag.get("Value")) for tag in group.tags} if group else {}


def _ec2(place: Place, rest: str) -> Tags:
    return dict(backend("ec2", place).tags.get(rest.partition("/")[2], {}))


def _ecs(place: Place, rest: str) -> Tags:
    kind, _, name = rest.partition("/")
    if kind != "service":
        return {}
    services = backend("ecs", place).services.values()
    found = next((one for one in services if f"{one.cluster_name}/{one.name}" == name), None)
    return {tag["key"]: tag["value"] for tag in found.tags or []} if found else {}


def _eks(place: Place, rest: str) -> Tags:
    parts = rest.split("/")
    group = node_group(place, parts[1], parts[2]) if parts[0] == "nodegroup" and len(parts) > 2 else None
    return dict(group.tags or {}) if group else {}


def _sns(place: Place, rest: str) -> Tags:
    topic = backend("sns", place).topics.get(place.arn("sns", rest))
    return dict(topic._tags) if topic else {}


def _sqs(place: Place, rest: str) -> Tags:
    queue = backend("sqs", place).queues.get(rest)
    return dict(queue.tags) if queue else {}


def _dynamodb(place: Place, rest: str) -> Tags:
    table = backend("dynamodb", place).tables.get(rest.partition("/")[2])
    return _pairs(table.tags) if table else {}


def _pairs(tags: Any) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in tags or []}


READERS: dict[str, Callable[[Place, str], Tags]] = {
    "rds": _rds,
    "autoscaling": _autoscaling,
    "ec2": _ec2,
    "ecs": _ecs,
    "eks": _eks,
    "sns": _sns,
    "sqs": _sqs,
    "dynamodb": _dynamodb,
}


# Where a name does not make the ARN.
NOBODY = "00000000-0000-0000-0000-000000000000"


def group_arn(place: Place, name: str) -> str:
    found = backend("autoscaling", place).autoscaling_groups.get(name)
    return str(found.arn) if found else place.arn("autoscaling", f"autoScalingGroup:{NOBODY}:autoScalingGroupName/{name}")


def node_group(place: Place, cluster: str, name: str) -> Any:
    found = backend("eks", place).clusters.get(cluster)
    return found.nodegroups.get(name) if found else None


def node_group_arn(place: Place, cluster: str, name: str) -> str:
    found = node_group(place, cluster, name)
    return str(found.arn) if found else place.arn("eks", f"nodegroup/{cluster}/{name}/{NOBODY}")
