"""The order in which things happened, from the calls that the embedded AWS noted and from what it did by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from embedded_aws.clock import parse_rfc3339
from embedded_aws.starter import Running

from .transition import Transition

READING = ("Describe", "List", "Get", "Receive", "Batch")
# What the ledger remembers is no order.
LEDGER = "dynamodb"


@dataclass
class Happening:
    sequence: int
    at: datetime
    who: str
    what: str
    resource: str
    count: int = 1


def happenings(aws: Running, seen: Transition) -> list[Happening]:
    """Orders given and states reached, instances of a group that change together counted together."""
    calls = [_call(call) for call in aws.get("calls") if _is_order(call) and call["status"] == 200]
    changes = [_change(change) for change in aws.get("changes") if change["to"] in ("stopped", "available", "InService", "Terminated")]
    everything = sorted(calls + changes, key=lambda happening: happening.sequence)
    ours = [item for item in everything if seen.first_sequence < item.sequence <= seen.last_sequence]
    return _together(ours)


def orders(aws: Running, seen: Transition) -> list[dict[str, Any]]:
    """The calls of this transition that changed, or meant to change, anything."""
    return [
        call
        for call in aws.get("calls")
        if seen.first_sequence < call["sequence"] <= seen.last_sequence and _is_order(call)
    ]


def _is_order(call: dict[str, Any]) -> bool:
    return call["service"] != LEDGER and not call["action"].startswith(READING)


def _call(call: dict[str, Any]) -> Happening:
    return Happening(call["sequence"], parse_rfc3339(call["at"]), "nightcap", _order(call), resource_of(call))


def resource_of(call: dict[str, Any]) -> str:
    sent = call["parameters"]
    for key in ("DBInstanceIdentifier", "DBClusterIdentifier", "AutoScalingGroupName", "Tags.member.1.ResourceId"):
        if key in sent:
            return str(sent[key])
    for key in ("ResourceName", "TopicArn"):
        if key in sent:
            return str(sent[key]).rsplit(":", 1)[-1]
    return ""


def _order(call: dict[str, Any]) -> str:
    sent = call["parameters"]
    action = call["action"]
    if action in ("CreateOrUpdateTags", "DeleteTags"):
        tags = [
            f"{sent[key]}={sent.get(key.replace('.Key', '.Value'), '')}".rstrip("=")
            for key in sorted(sent)
            if key.startswith("Tags.member.") and key.endswith(".Key")
        ]
        return f"{action}  {', '.join(tags)}"
    if action == "UpdateAutoScalingGroup":
        capacity = "/".join(str(sent.get(key, "-")) for key in ("MinSize", "DesiredCapacity", "MaxSize"))
        return f"{action}  {capacity}"
    if action == "Publish":
        return f"{action}  \"{sent.get('Subject', '')}\""
    return str(action)


def _change(change: dict[str, Any]) -> Happening:
    is_instance = change["kind"] == "auto-scaling-instance"
    resource = change["resource"].split("/")[0] if is_instance else change["resource"]
    what = {"InService": "in service", "Terminated": "terminated"}.get(change["to"], change["to"])
    return Happening(change["sequence"], parse_rfc3339(change["at"]), "AWS", what, resource)


def _together(items: list[Happening]) -> list[Happening]:
    merged: list[Happening] = []
    for item in items:
        last = merged[-1] if merged else None
        if last and item.who == "AWS" and (last.at, last.who, last.what, last.resource) == (
            item.at,
            item.who,
            item.what,
            item.resource,
        ):
            last.count += 1
        else:
            merged.append(item)
    for item in merged:
        if item.what in ("in service", "terminated"):
            item.what = f"{item.count} instance{'s' if item.count > 1 else ''} {item.what}"
    return merged
