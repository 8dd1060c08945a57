"""Terraform and the scheduler together: every environment applied, then the deployed function run against them.

The function is the package Terraform uploaded, with the settings Lambda then has for it, invoked with the input of
the schedules Terraform made. Only the instant is given to it besides, since its clock is the machine's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .aws import Aws
from .living import CAPACITY_TAG, demand, tags
from .runtime import Deployed, deployed
from .step import Failed

FUNCTION = "nightcap-scheduler"
EVENING, MORNING = "2026-11-20T18:00:00Z", "2026-11-23T08:00:00Z"
"""Friday 19:00 and Monday 09:00 in Paris."""
TICK_SECONDS, MOST_TICKS = 300, 12


@dataclass(frozen=True)
class Look:
    """All that could be stopped, by name: sizes of groups, states of databases and of instances of no scheduled group."""

    groups: dict[str, tuple[int, int, int]]
    databases: dict[str, str]
    instances: dict[str, str]

    def changed(self, later: Look) -> set[str]:
        now = {**later.groups, **later.databases, **later.instances}
        then = {**self.groups, **self.databases, **self.instances}
        return {name for name in {**then, **now} if then.get(name) != now.get(name)}


@dataclass
class Proof:
    """The steps in order; Terraform's plans are made between them."""

    aws: Aws
    function: Deployed
    preprod: dict[str, Any]
    nightcap: dict[str, Any]

    def fall_asleep(self) -> tuple[Look, Look]:
        before = look(self.aws)
        demand(before.groups[self.group] == (2, 2, 4), f"before: {before}")
        self.aws.control("calls", method="DELETE")
        answers = self.until_quiet(EVENING, "stop")
        self.permitted()
        after = look(self.aws)
        slept = before.changed(after)
        demand(slept == self.sleepers(), f"asleep are {sorted(slept)}, not just {sorted(self.sleepers())}\n{answers[-1]}")
        demand({after.instances[name] for name in self.machines()} <= {"stopped"}, f"dev asleep: {after.instances}")
        demand(after.groups[self.group] == (0, 0, 0) and after.databases[self.database] == "stopped", f"asleep: {after}")
        demand(self.memory() == "2/2/4", f"the group remembers {self.memory()}")
        problems = [problem for answer in answers for problem in answer["problems"]]
        demand(not problems, f"the function reports problems: {problems}")
        return before, after

    def wake(self) -> Look:
        asleep = look(self.aws)
        answers = self.until_quiet(MORNING, "start")
        after = look(self.aws)
        demand(asleep.changed(after) == self.sleepers(), f"woken: {sorted(asleep.changed(after))}")
        demand({after.instances[name] for name in self.machines()} <= {"running"}, f"dev awake: {after.instances}")
        demand(after.groups[self.group] == (2, 2, 4) and after.databases[self.database] == "available", f"awake: {after}\n{answers[-1]}")
        return after

    def sleepers(self) -> set[str]:
        """Preprod's group and database, dev's machine, and nothing else."""
        return {self.group, self.database} | self.machines()

    def machines(self) -> set[str]:
        """dev's, where dev was applied: all that bears its tag."""
        states = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
        tagged = [{"Name": "tag:nightcap:environment", "Values": ["dev"]}]
        pages = self.aws.client("ec2").describe_instances(Filters=states + tagged)["Reservations"]
        return {one["InstanceId"] for page in pages for one in page["Instances"]}

    def until_quiet(self, instant: str, edge: str) -> list[dict[str, Any]]:
        """The schedule's own tick at its instant, then one every five minutes of the embedded AWS's clock."""
        now = self.aws.control("clock", {"now": instant})["now"]
        (name,) = [name for name, one in self.nightcap["schedules"].items() if f"office-hours-0-{edge}" in one["due"]]
        text = self.aws.client("scheduler").get_schedule(GroupName="nightcap", Name=f"nightcap-{name}")["Target"]["Input"]
        answers = []
        for _ in range(MOST_TICKS):
            event = {**json.loads(text.replace("<aws.scheduler.scheduled-time>", instant)), "at": now}
            answers.append(self.function.invoke(event))
            if not any(answers[-1]["summary"][count] for count in ("started", "stopped", "waiting")):
                return answers
            now = self.aws.control("clock", {"advance_seconds": TICK_SECONDS})["now"]
        raise Failed(f"still not quiet after {MOST_TICKS} ticks: {json.dumps(answers[-1]['summary'])}")

    def permitted(self) -> None:
        """Every call the function made was held against its role's policies as they are in IAM, and none was refused."""
        made = {call["action"] for call in self.aws.control("calls") if call["key"] == self.function.key}
        stops = {"StopDBInstance"} | ({"StopInstances"} if self.machines() else set())
        refused = [one for one in self.aws.control("decisions") if one["verdict"] != "allowed"]
        demand(stops <= made and not refused, f"calls the role does not allow: {refused}; made: {sorted(made)}")
        defects = self.aws.control("checks")["defects"]
        demand(not defects, f"calls or answers that AWS does not have: {json.dumps(defects)[:3000]}")

    @property
    def group(self) -> str:
        return str(self.preprod["group_name"])

    @property
    def database(self) -> str:
        return str(self.preprod["database_identifier"])

    def memory(self) -> str | None:
        (group,) = self.aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[self.group])["AutoScalingGroups"]
        return tags(group["Tags"]).get(CAPACITY_TAG)


def look(aws: Aws) -> Look:
    groups = aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    # A sleeping group's instances come and go with its size.
    sleepers = [group for group in groups if tags(group["Tags"]).get("nightcap:environment") == "preprod"]
    members = {instance["InstanceId"] for group in sleepers for instance in group["Instances"]}
    pages = aws.client("ec2").describe_instances()["Reservations"]
    instances = {one["InstanceId"]: one["State"]["Name"] for page in pages for one in page["Instances"]}
    databases = aws.client("rds").describe_db_instances()["DBInstances"]
    return Look(
        {group["AutoScalingGroupName"]: (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) for group in groups},
        {database["DBInstanceIdentifier"]: database["DBInstanceStatus"] for database in databases},
        {name: state for name, state in instances.items() if name not in members and state != "terminated"},
    )


def together(preprod: dict[str, Any], nightcap: dict[str, Any], package: Path, folder: Path, aws: Aws, plans: Callable[[str], None]) -> list[Look]:
    """Sleep, an empty plan, waking, an empty plan; `plans` makes the plans of every environment. Before, asleep, awake."""
    with deployed(FUNCTION, package, folder, aws) as function:
        proof = Proof(aws, function, preprod, nightcap)
        before, asleep = proof.fall_asleep()
        plans("asleep")
        awake = proof.wake()
        plans("awake again")
    return [before, asleep, awake]
