"""The decision on one call, and its refusal in the words and the protocol of the service.

Order and combination of policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Words: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import actions, tags
from .actions import Check
from .evaluator import NotUnderstood, Principal, Request, delegates, verdict
from .roles import Role, Roles
from .tags import Place

# One organisation for every account here; conditions on `aws:ResourceOrgID` are about others.
ORGANIZATION = "o-embedded00"

DECISIONS = "NIGHTCAP_DECISIONS"
"""The variable that names a file to which every decision is appended that differs from all before."""


@dataclass(frozen=True)
class Refusal:
    code: str
    status: int
    message: str
    headers: tuple[tuple[str, str], ...] = ()


class Enforcement:
    def __init__(self) -> None:
        self.roles = Roles()
        self.checked = 0
        """Calls that were held against policies."""
        self.decisions: list[dict[str, Any]] = []
        self._written: set[tuple[Any, ...]] = set()

    @property
    def refused(self) -> list[dict[str, Any]]:
        return [one for one in self.decisions if one["verdict"] == "refused"]

    def forget(self) -> None:
        """The roles stay: a function that runs on keeps its key, and must not become an administrator by an empty account."""
        self.decisions.clear()

    def refuse(self, key: str, service: str, operation: str, parameters: Mapping[str, Any], region: str) -> Refusal | None:
        """Nothing, if the call may be made. Who does not sign as a function is an administrator.

        Raises `NotMapped` or `NotUnderstood` where this cannot be told.
        """
        role = self.roles.of(key)
        if role is None:
            return None
        self.checked += 1
        place = Place(role.account, region or "us-east-1")
        for check in actions.checks(service, operation, parameters, place):
            if (why := self._decide(role, check, place)) is not None:
                return refusal(service, role, check, why)
        for machine, check in actions.behind(service, operation, parameters, place):
            # The call succeeds all the same, and the machine says why it stopped again.
            machine.start_fails = None if self._decide(role, check, place) is None else "Client.InternalError"
        return None

    def may(self, key: str, action: str, resource: str) -> bool:
        """Whether a function has a right that only changes how it is answered."""
        role = self.roles.of(key)
        if role is None:
            return True
        return verdict(role.policies, Request(action, resource, {})).word == "allowed"

    def assumed(self, key: str, role_arn: str, new_key: str) -> None:
        """A session was given out for a role that a function may assume."""
        asking = self.roles.of(key)
        if asking is not None and (target := asking.targets.get(role_arn)):
            self.roles.session(new_key, target)

    def _decide(self, role: Role, check: Check, place: Place) -> str | None:
        """Why not, in AWS's words; nothing if it may be done."""
        parts = check.resource.split(":")
        owner = parts[4] if len(parts) > 4 and parts[4] else role.account
        request = Request(check.action, check.resource, {**general(role, place, owner), **check.context})
        identity = verdict(role.about(check.action), request)
        policy, needed = resource_policy(role, check)
        there = verdict([policy], request, Principal(role.arn, role.account)) if policy else None
        boundary = verdict([role.boundary], request) if role.boundary else None
        denying = [*identity.denying, *(there.denying if there else ()), *(boundary.denying if boundary else ())]
        granted = bool(there and there.allowing)
        left_to_iam = bool(policy and delegates(policy, request, role.account))
        if denying:
            kind = "identity-based policy" if identity.denying else "resource-based policy" if there and there.denying else "permissions boundary"
            why: str | None = f"with an explicit deny in an {kind}".replace("an resource", "a resource").replace("an permissions", "a permissions")
        elif needed and not granted and not left_to_iam:
            why = f"because no resource-based policy allows the {check.action} action"
        elif owner != role.account and not granted and not left_to_iam:
            why = f"because no resource-based policy allows the {check.action} action"
        # In one account either suffices, but a key's policy and a role's trust decide about themselves.
        elif not identity.allowing and not (granted and owner == role.account):
            why = f"because no identity-based policy allows the {check.action} action"
        elif boundary and not boundary.allowing and not granted:
            why = f"because no permissions boundary allows the {check.action} action"
        else:
            why = None
        self._note(role, check, why, identity.allowing, denying)
        return why

    def _note(self, role: Role, check: Check, why: str | None, allowing: tuple[str, ...], denying: list[str]) -> None:
        noted = {
            "role": role.function,
            "action": check.action,
            "resource": check.resource,
            "verdict": "allowed" if why is None else "refused",
            "allowing": list(allowing),
            "denying": denying,
        }
        self.decisions.append(noted)
        # The same statements again say nothing new, whatever the resource.
        same = role.function, check.action, noted["verdict"], allowing, tuple(denying)
        if (file := os.environ.get(DECISIONS)) and same not in self._written:
            self._written.add(same)
            with Path(file).open("a") as out:
                out.write(json.dumps(noted) + "\n")


def general(role: Role, place: Place, owner: str) -> dict[str, str]:
    """Keys of every request: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    return {
        "aws:PrincipalAccount": role.account,
        "aws:PrincipalArn": role.arn,
        "aws:PrincipalOrgID": ORGANIZATION,
        "aws:RequestedRegion": place.region,
        "aws:ResourceAccount": owner,
        "aws:ResourceOrgID": ORGANIZATION,
        "aws:ViaAWSService": "false",
    }


def resource_policy(role: Role, check: Check) -> tuple[dict[str, Any] | None, bool]:
    """The policy of the resource itself, and whether nothing goes without it: a key's and a role's always decide.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """
    parts = check.resource.split(":", 5)
    if len(parts) < 6:
        return None, False
    _, partition, service, region, account, rest = parts
    place = Place(account, region, partition)
    if service == "sns":
        topic = tags.backend("sns", place).topics.get(check.resource)
        return (_read(topic.policy) if topic else None), False
    if service == "sqs":
        queue = tags.backend("sqs", place).queues.get(rest)
        return (_read(queue.policy) if queue else None), False
    if service == "kms":
        key = tags.backend("kms", place).keys.get(rest.partition("/")[2])
        return (_read(key.policy) if key else None), True
    if service == "iam" and check.action == "sts:AssumeRole":
        target = role.targets.get(check.resource)
        return (target.trust if target else None), True
    return None, False


def _read(policy: Any) -> dict[str, Any] | None:
    return json.loads(policy) if isinstance(policy, str) and policy else policy or None


# What each service calls it. Where AWS's models have an error for it, its name is in the service's list of errors:
# ECS, EKS, DynamoDB, SSM, Cost Explorer, Budgets, the price list and Application Auto Scaling AccessDeniedException,
# SNS AuthorizationErrorException with the code AuthorizationError, EC2 UnauthorizedOperation
# (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html), the query services and S3 AccessDenied.
CODES = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError", "sqs": "AccessDenied"}
XML = ("autoscaling", "elasticloadbalancing", "iam", "rds", "s3", "sts")
# Of the JSON services, those that answer with 403 as EKS's model says for its REST; the others answer with 400.
FORBIDDEN = ("eks", "lambda", "sqs")


def refusal(service: str, role: Role, check: Check, why: str) -> Refusal:
    action = check.action
    message = f"User: {role.session_arn} is not authorized to perform: {action} on resource: {check.resource} {why}"
    if action.startswith("kms:"):
        # https://docs.aws.amazon.com/sns/latest/api/API_Publish.html and API_SendMessage.html of SQS
        code = {"sns": "KMSAccessDenied", "sqs": "KMS.AccessDeniedException"}.get(service, "AccessDeniedException")
        headers = (("x-amzn-query-error", "KMS.AccessDeniedException;Sender"),) if service == "sqs" else ()
        return Refusal(code, 400, message, headers)
    if service == "ec2":
        message = f"You are not authorized to perform this operation. {message}. Encoded authorization failure message: 2_kHj0"
    if service == "sns":
        message = message.replace("sns:", "SNS:", 2)
    if service == "s3":
        message = "Access Denied"
    code = CODES.get(service, "AccessDenied" if service in XML else "AccessDeniedException")
    status = 403 if service in (*XML, *CODES, *FORBIDDEN) else 400
    headers = (("x-amzn-query-error", "AccessDenied;Sender"),) if service == "sqs" else ()
    return Refusal(code, status, message, headers)


__all__ = ["Enforcement", "NotUnderstood", "Refusal"]
