"""The fleet as AWS describes it: what stands in the demo's tables, and what is compared at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from embedded_aws.seed import ENVIRONMENT
from embedded_aws.starter import Running

# In the order of the tables: a cluster's members stand below it.
GROUP, DATABASE, CLUSTER, MEMBER = range(4)
_WORD_OF_LIFECYCLE = {"InService": "up", "Pending": "launching", "Terminating": "draining"}


@dataclass(frozen=True)
class Resource:
    kind: int
    name: str
    environment: str
    """Empty for a stranger: a resource without the tag."""
    state: str
    """A group's `min/desired/max` and its instances; a database's status."""
    instances: tuple[str, ...] = field(default=())
    tags: tuple[tuple[str, str], ...] = field(default=())


Fleet = dict[str, Resource]


def look(aws: Running) -> Fleet:
    """Everything there is, whoever owns it, environment by environment."""
    found = [*_groups(aws), *_databases(aws), *_clusters(aws)]
    order = {"preprod": 0, "prod": 1, "": 2}
    found.sort(key=lambda resource: (order.get(resource.environment, 3), resource.kind))
    return {resource.name: resource for resource in found}


def _groups(aws: Running) -> list[Resource]:
    pages = aws.client("autoscaling").get_paginator("describe_auto_scaling_groups").paginate()
    return [_group(item) for page in pages for item in page["AutoScalingGroups"]]


def _group(item: dict[str, Any]) -> Resource:
    lifecycles = Counter(_WORD_OF_LIFECYCLE[instance["LifecycleState"]] for instance in item["Instances"])
    capacity = f"{item['MinSize']}/{item['DesiredCapacity']}/{item['MaxSize']}"
    instances = ", ".join(f"{count} {word}" for word, count in sorted(lifecycles.items(), reverse=True))
    tags = {tag["Key"]: tag["Value"] for tag in item["Tags"]}
    return Resource(
        GROUP,
        item["AutoScalingGroupName"],
        tags.get(ENVIRONMENT, ""),
        f"{capacity}  {instances}" if instances else capacity,
        tuple(sorted(instance["InstanceId"] for instance in item["Instances"])),
        tuple(sorted(tags.items())),
    )


def _databases(aws: Running) -> list[Resource]:
    pages = aws.client("rds").get_paginator("describe_db_instances").paginate()
    return [
        _database(
            MEMBER if "DBClusterIdentifier" in item else DATABASE,
            item["DBInstanceIdentifier"],
            item["DBInstanceStatus"],
            item["TagList"],
        )
        for page in pages
        for item in page["DBInstances"]
    ]


def _clusters(aws: Running) -> list[Resource]:
    pages = aws.client("rds").get_paginator("describe_db_clusters").paginate()
    return [
        _database(CLUSTER, item["DBClusterIdentifier"], item["Status"], item["TagList"])
        for page in pages
        for item in page["DBClusters"]
    ]


def _database(kind: int, name: str, status: str, tag_list: list[dict[str, str]]) -> Resource:
    tags = {tag["Key"]: tag["Value"] for tag in tag_list}
    return Resource(kind, name, tags.get(ENVIRONMENT, ""), status, tags=tuple(sorted(tags.items())))
