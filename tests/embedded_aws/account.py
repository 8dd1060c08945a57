"""What an account shows to whoever examines it: the policy simulator, which cost tags are active, and the lists of
schedules and of event sources.

Sources: IAM API reference, SimulatePrincipalPolicy (the decision is `allowed`, `implicitDeny` or `explicitDeny`; the
principal's identity policies and its boundary count, policies of resources do not); Cost Explorer API reference,
ListCostAllocationTags, and Billing guide, "Activating user-defined cost allocation tags" (a tag is inactive until
somebody activates it, in the management account).

moto lists a schedule with everything it knows of it. AWS's ListSchedules gives a summary; the expression, its zone and
the target's input are GetSchedule's (EventBridge Scheduler API reference, ScheduleSummary). And moto shows the tags of
an event source mapping, which AWS's EventSourceMappingConfiguration does not have (Lambda API reference).
"""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.models import EventSourceMapping, lambda_backends
from moto.ce.responses import CostExplorerResponse
from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse
from moto.scheduler.models import Schedule

from .iam.evaluator import Request, decision, listed, matches
from .world import World, corrects

SUMMARY = ("Arn", "CreationDate", "GroupName", "LastModificationDate", "Name", "State", "Target")
DECISIONS = {"allowed": "allowed", "denied": "explicitDeny", "not allowed": "implicitDeny"}


class Account:
    """The state that no call of an AWS client leads to."""

    def __init__(self) -> None:
        self.cost_tags: dict[str, str] = {}

    def forget(self) -> None:
        self.cost_tags.clear()

    def post(self, sent: Any) -> dict[str, Any]:
        """`{"cost_tags": {"nightcap:environment": "Active"}}` sets the state of cost allocation tags,
        `{"function_states": {"nightcap-scheduler": "Failed"}}` that of Lambda functions."""
        if not isinstance(sent, dict) or set(sent) - {"cost_tags", "function_states"}:
            raise ValueError('expected {"cost_tags": {KEY: "Active"|"Inactive"}} or {"function_states": {NAME: STATE}}')
        for name, state in sent.get("function_states", {}).items():
            _have_functions_be(name, state)
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
        role = _role(self.backend, principal)
        policies, boundary = _policies(role), _boundary(self.backend, role)

        def evaluated(action: str, resource: str) -> dict[str, Any]:
            asked = Request(action, resource, context)
            said = DECISIONS[decision(policies, asked)]
            result: dict[str, Any] = {"EvalActionName": action, "EvalResourceName": resource}
            if boundary is not None:
                within = decision([boundary], asked) == "allowed"
                result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
                said = said if within or said == "explicitDeny" else "implicitDeny"
            missing = _missing([*policies, *([boundary] if boundary else [])], action, context)
            # "If you include a list of resources, then any missing context values are instead included under the
            # ResourceSpecificResults section" (EvaluationResult).
            named = resource != "*"
            result |= {"EvalDecision": said, "MissingContextValues": [] if named else missing}
            if named:
                result["ResourceSpecificResults"] = [
                    {"EvalResourceName": resource, "EvalResourceDecision": said, "MissingContextValues": missing}
                ]
            return result

        results = [evaluated(action, resource) for action in self._get_param("ActionNames") for resource in resources]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    for owner, function in (
        (CostExplorerResponse, list_cost_allocation_tags),
        (IamResponse, simulate_principal_policy),
    ):
        if hasattr(owner, function.__name__):
            raise AttributeError(f"{owner.__name__} has {function.__name__} already")
        setattr(owner, function.__name__, function)
    _summaries()
    return account


def _have_functions_be(name: str, state: str) -> None:
    found = [
        function
        for regions in lambda_backends.values()
        for backend in regions.values()
        for function in backend.list_functions()
        if function.function_name == name
    ]
    if not found:
        raise ValueError(f"no function {name}")
    for function in found:
        function.state = state


def _summaries() -> None:
    schedule, mapping = Schedule.to_dict, EventSourceMapping.get_configuration

    @corrects(Schedule)
    def to_dict(self: Schedule, short: bool = False) -> dict[str, Any]:
        whole = schedule(self, short)
        return {key: whole[key] for key in SUMMARY} if short else whole

    @corrects(EventSourceMapping)
    def get_configuration(self: EventSourceMapping) -> dict[str, Any]:
        return {key: value for key, value in mapping(self).items() if key != "Tags"}


def _role(backend: Any, principal: str) -> Any:
    found = [role for role in backend.roles.values() if role.arn == principal]
    if not found:
        raise NotFoundException(f"The entity with ARN {principal} cannot be found.")
    return found[0]


def _boundary(backend: Any, role: Any) -> Any:
    """The permissions boundary that is attached to the role: it bounds what is simulated as well."""
    arn = role.permissions_boundary_arn
    if not arn:
        return None
    return json.loads(_in_force(backend.get_policy(arn)))


def _in_force(policy: Any) -> str:
    """The default version of a managed policy: the others decide nothing."""
    return next(version.document for version in policy.versions if version.is_default_version)


def _missing(policies: list[Any], action: str, context: dict[str, Any]) -> list[str]:
    """The condition keys of the statements about an action that nobody gave a value."""
    given = {key.lower() for key in context}
    statements = [statement for policy in policies for statement in listed(policy["Statement"])]
    about = [one for one in statements if any(matches(like, action, ignore_case=True) for like in listed(one["Action"]))]
    keys = {key for one in about for keys in one.get("Condition", {}).values() for key in keys}
    return sorted(key for key in keys if key.lower() not in given)


def _policies(role: Any) -> list[Any]:
    """The identity policies of a role, inline and attached."""
    inline = [document for document in role.policies.values()]
    attached = [_in_force(policy) for policy in role.managed_policies.values()]
    return [json.loads(text) if isinstance(text, str) else text for text in inline + attached]
