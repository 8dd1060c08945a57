"""What AWS comes to say of things by itself, and no call of a test leads to: a launch that failed, a service that cannot
place its tasks, a node group that is unwell, parameters that wait for a restart, a table whose key is gone, a clock
that is ahead. `POST /nightcap/conditions` brings it about (`Conditions.post`).

- A launch that failed is a scaling activity `Failed` or `Cancelled`, the newest first, with the cause in `StatusMessage`;
  one that a lifecycle hook holds is `MidLifecycleAction`:
  https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html, API_Activity.html
  (moto lists none; those of launches that succeeded are not imitated)
- A service that cannot place tasks says so in its events, the newest first, and its deployment's `rolloutState`:
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
- `health.issues` of a node group: https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html
- `ParameterApplyStatus` is `pending-reboot` until the instance was rebooted:
  https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBParameterGroupStatus.html
- A table whose customer key cannot be used is `INACCESSIBLE_ENCRYPTION_CREDENTIALS`:
  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
- Every answer has AWS's clock in its header `Date`.
"""

from __future__ import annotations

import copy
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.ecs.models import Service, ecs_backends
from moto.eks.models import eks_backends
from moto.rds.models import DBInstance

from .world import World, corrects

KNOWN = {"scaling_activities", "service", "node_group_issues", "parameters_pending", "table_without_key", "clock_ahead_seconds"}


class Conditions:
    def __init__(self, world: World) -> None:
        self._world = world
        self.forget()

    def forget(self) -> None:
        self.activities: dict[str, list[dict[str, Any]]] = {}
        self.parameters_pending: set[str] = set()
        self.tables_without_key: set[str] = set()
        self.clock_ahead = timedelta()

    def post(self, sent: Any) -> dict[str, Any]:
        """Any of these:

        `"scaling_activities": {"GROUP": [{"launch": true, "status": "Failed", "message": "…", "minutes_ago": 3}]}`, newest first;
        `"service": {"cluster": "…", "name": "…", "events": ["…"], "rollout_state": "FAILED", "running": 0}`;
        `"node_group_issues": {"CLUSTER/NAME": ["AsgInstanceLaunchFailures"]}`;
        `"parameters_pending": ["DB INSTANCE"]`; `"table_without_key": "TABLE"`; `"clock_ahead_seconds": 600`.
        """
        if not isinstance(sent, dict) or set(sent) - KNOWN:
            raise ValueError(f"expected an object with some of {', '.join(sorted(KNOWN))}")
        for group, activities in sent.get("scaling_activities", {}).items():
            self.activities[group] = [self._activity(group, index, one) for index, one in enumerate(activities)]
        if "service" in sent:
            self._service(sent["service"])
        for path, codes in sent.get("node_group_issues", {}).items():
            _have_issues(*path.split("/"), codes)
        self.parameters_pending.update(sent.get("parameters_pending", []))
        if "table_without_key" in sent:
            self.tables_without_key.add(sent["table_without_key"])
        self.clock_ahead = timedelta(seconds=sent.get("clock_ahead_seconds", self.clock_ahead.total_seconds()))
        return {}

    def _activity(self, group: str, index: int, sent: dict[str, Any]) -> dict[str, Any]:
        start = self._world.clock.now - timedelta(minutes=sent.get("minutes_ago", 5))
        what = "Launching a new EC2 instance" if sent.get("launch", True) else "Terminating EC2 instance"
        activity = {
            "ActivityId": f"00000000-0000-0000-0000-{index:012}",
            "AutoScalingGroupName": group,
            "Description": f"{what}: i-0123456789abcdef0",
            "Cause": "At 2026-11-20T07:59:50Z an instance was started in response to a difference between desired and actual capacity.",
            "StartTime": start,
            "StatusCode": sent["status"],
            "StatusMessage": sent.get("message", ""),
            "Progress": 100,
        }
        return activity if sent["status"] == "MidLifecycleAction" else {**activity, "EndTime": start + timedelta(seconds=30)}

    def _service(self, sent: dict[str, Any]) -> None:
        service = _service(sent["cluster"], sent["name"])
        now = self._world.clock.now
        service.events = [
            {"id": f"00000000-0000-0000-0000-{index:012}", "createdAt": now, "message": message}
            for index, message in enumerate(sent.get("events", []))
        ]
        if state := sent.get("rollout_state"):
            service.deployments[0]["rolloutState"] = state
        service.running_count = sent.get("running", service.running_count)

    def date(self) -> str:
        """AWS's clock, as a header of HTTP has it: that of this machine, and what it is ahead of it."""
        return format_datetime(datetime.now(timezone.utc) + self.clock_ahead, usegmt=True)


def install(world: World) -> Conditions:
    conditions = Conditions(world)

    @corrects(AutoScalingResponse)
    def describe_scaling_activities(self: AutoScalingResponse) -> ActionResult:
        name, most = self._get_param("AutoScalingGroupName"), self._get_int_param("MaxRecords", 100)
        found = conditions.activities.get(name, []) if name else [one for all_ in conditions.activities.values() for one in all_]
        return ActionResult({"Activities": found[:most]})

    original_describe = Table.describe

    @corrects(Table)
    def describe(self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
        described = original_describe(self, base_key)
        if self.name in conditions.tables_without_key:
            since = conditions._world.clock.now.timestamp()
            described[base_key]["TableStatus"] = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
            described[base_key]["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "InaccessibleEncryptionDateTime": since}
        return described

    def db_parameter_group_status_list(self: DBInstance) -> list[Any]:
        waits = self.db_instance_identifier in conditions.parameters_pending
        groups = [copy.copy(group) for group in self.db_parameter_groups()]
        for group in groups:
            group.ParameterApplyStatus = "pending-reboot" if waits else "in-sync"
        return groups

    if not hasattr(DBInstance, "db_parameter_group_status_list"):
        raise AttributeError("DBInstance has no db_parameter_group_status_list to correct")
    DBInstance.db_parameter_group_status_list = property(db_parameter_group_status_list)
    return conditions


def _service(cluster: str, name: str) -> Service:
    for account in ecs_backends.values():
        for backend in account.values():
            for service in backend.services.values():
                if (service.cluster_name, service.name) == (cluster, name):
                    return service
    raise LookupError(f"no service {cluster}/{name}")


def _have_issues(cluster: str, name: str, codes: list[str]) -> None:
    for account in eks_backends.values():
        for backend in account.values():
            found = backend.clusters.get(cluster)
            if found is not None and name in found.nodegroups:
                issues = [{"code": code, "message": code, "resourceIds": [name]} for code in codes]
                found.nodegroups[name].health = {"issues": issues}
                return
    raise LookupError(f"no node group {cluster}/{name}")
