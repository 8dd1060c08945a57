"""What an account shows to whoever examines it: the policy simulator, and which cost tags are active.

Sources: IAM API reference, SimulatePrincipalPolicy (the decision is `allowed`, `implicitDeny` or `explicitDeny`; the
principal's identity policies count, those of the resources do not); Cost Explorer API reference,
ListCostAllocationTags, and Billing guide, "Activating user-defined cost allocation tags" (a tag is inactive until
somebody activates it, in the management account).
"""

from __future__ import annotations

import json
from typing import Any

from moto.ce.responses import CostExplorerResponse
from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse

try:
    from .iam.evaluator import Request, decision
except ModuleNotFoundError:
    from infra.infra_checks.evaluator import Request, decision  # type: ignore[no-redef]

from .world import World

DECISIONS = {"allowed": "allowed", "denied": "explicitDeny", "not allowed": "implicitDeny"}


class Account:
    """The state that no call of an AWS client leads to."""

    def __init__(self) -> None:
        self.cost_tags: dict[str, str] = {}

    def forget(self) -> None:
        self.cost_tags.clear()

    def post(self, sent: Any) -> dict[str, Any]:
        """`{"cost_tags": {"nightcap:environment": "Active"}}` sets the state of cost allocation tags."""
        if not isinstance(sent, dict) or set(sent) - {"cost_tags"}:
            raise ValueError('expected {"cost_tags": {KEY: "Active"|"Inactive"}}')
        states = sent.get("cost_tags", {})
        if not set(states.values()) <= {"Active", "Inactive"}:
            raise ValueError("a cost allocation tag is Active or Inactive")
        self.cost_tags.update(states)
        return {"cost_tags": self.cost_tags}


def install(world: World) -> Account:
    del world
    account = Account()

    def list_cost_allocation_tags(self: CostExplorerResponse) -> str:
        asked = json.loads(self.body)
        wanted = asked.get("TagKeys")
        tags = [
            {"TagKey": key, "Type": "UserDefined", "Status": state}
            for key, state in sorted(account.cost_tags.items())
            if wanted is None or key in wanted
        ]
        return json.dumps({"CostAllocationTags": tags})

    def simulate_principal_policy(self: IamResponse) -> ActionResult:
        principal = self._get_param("PolicySourceArn")
        resources = self._get_param("ResourceArns", ["*"])
        entries = self._get_param("ContextEntries", [])
        context = {
            entry["ContextKeyName"]: tuple(entry["ContextKeyValues"])
            if entry["ContextKeyType"].endswith("List")
            else entry["ContextKeyValues"][0]
            for entry in entries
        }
        policies = _policies(self.backend, principal)
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": DECISIONS[decision(policies, Request(action, resource, context))],
                "MissingContextValues": [],
            }
            for action in self._get_param("ActionNames")
            for resource in resources
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    for owner, function in (
        (CostExplorerResponse, list_cost_allocation_tags),
        (IamResponse, simulate_principal_policy),
    ):
        if hasattr(owner, function.__name__):
            raise AttributeError(f"{owner.__name__} has {function.__name__} already")
        setattr(owner, function.__name__, function)
    return account


def _policies(backend: Any, principal: str) -> list[Any]:
    """The identity policies of a role, inline and attached."""
    found = [role for role in backend.roles.values() if role.arn == principal]
    if not found:
        raise NotFoundException(f"The entity with ARN {principal} cannot be found.")
    inline = [document for document in found[0].policies.values()]
    attached = [policy.document for policy in found[0].managed_policies.values()]
    return [json.loads(text) if isinstance(text, str) else text for text in inline + attached]
