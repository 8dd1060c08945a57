"""What must be so at the end of each transition: the demo's honest exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from embedded_aws.starter import Running

from .fleet import Fleet
from .mailbox import Mail
from .order import orders, resource_of
from .transition import Transition

APP = "greenleaf-preprod-app"
SLEEPERS = ("greenleaf-preprod-db", "greenleaf-preprod-search")
# A read replica and its source cannot be stopped; the cluster's member follows its cluster.
AWAKE_FOR_GOOD = ("greenleaf-preprod-reports", "greenleaf-preprod-reports-replica")


@dataclass(frozen=True)
class Expectation:
    what: str
    holds: bool


def of_the_evening(aws: Running, first: Fleet, seen: Transition, mails: list[Mail]) -> list[Expectation]:
    fleet = seen.after
    group = fleet[APP]
    given = orders(aws, seen)
    return [
        Expectation("preprod's group has no instance left", not group.instances and "/0/" in group.state),
        Expectation("preprod's database and Aurora cluster are stopped", _are(fleet, SLEEPERS, "stopped")),
        Expectation("a read replica and its source were left running", _are(fleet, AWAKE_FOR_GOOD, "available")),
        Expectation(
            "no database was stopped before the last instance was gone",
            _first_call(given, "StopDB") > _last_change(aws, seen, "Terminated") > 0,
        ),
        *_of_both(first, seen, given, mails),
    ]


def of_the_morning(aws: Running, first: Fleet, seen: Transition, mails: list[Mail]) -> list[Expectation]:
    fleet = seen.after
    group = fleet[APP]
    given = orders(aws, seen)
    return [
        Expectation("preprod's group is back at 2/2/4 with two instances", group.state == "2/2/4  2 up"),
        Expectation("preprod's database and Aurora cluster are available", _are(fleet, SLEEPERS, "available")),
        Expectation(
            "no instance was launched before the databases were available",
            _first_call(given, "UpdateAutoScalingGroup", "SetDesiredCapacity") > _last_change(aws, seen, "available") > 0,
        ),
        *_of_both(first, seen, given, mails),
    ]


def _of_both(first: Fleet, seen: Transition, given: list[dict[str, Any]], mails: list[Mail]) -> list[Expectation]:
    others = [name for name, resource in first.items() if resource.environment != "preprod"]
    return [
        Expectation(
            "prod and the strangers are exactly as they were, instance by instance, tag by tag",
            all(seen.after.get(name) == first[name] for name in others),
        ),
        Expectation(
            "no order named any of them", not {resource_of(call) for call in given}.intersection(others)
        ),
        Expectation("no problem was reported", not seen.problems),
        Expectation("a mail was delivered", bool(mails) and all(mail.subject for mail in mails)),
    ]


def _are(fleet: Fleet, names: tuple[str, ...], status: str) -> bool:
    return all(fleet[name].state == status for name in names)


def _first_call(given: list[dict[str, Any]], *actions: str) -> int:
    """The sequence number of the first such call; 0 if there is none."""
    return min((call["sequence"] for call in given if call["action"].startswith(actions)), default=0)


def _last_change(aws: Running, seen: Transition, to: str) -> int:
    return max(
        (
            change["sequence"]
            for change in aws.get("changes")
            if change["to"] == to and seen.first_sequence < change["sequence"] <= seen.last_sequence
        ),
        default=0,
    )
