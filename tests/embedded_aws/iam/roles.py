"""The roles of the functions: their policies as Terraform renders them, and who signs with which key.

policies/rendered.json has every statement of infra/modules/nightcap and infra/modules/nightcap-policy as Terraform
renders it, with names in angle brackets for what a deployment has there; `tests/infra/verify --write-policies` writes it.
A function is deployed here with its environment variables, as in Lambda; its role then has the statements that
Terraform gives one with that configuration. The step `policies` of tests/infra/verify holds what is put together here
against what Terraform renders for a whole configuration.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from . import actions, reference, tags
from .evaluator import holds, listed, matches
from .tags import Place

RENDERED = Path(__file__).parent / "policies" / "rendered.json"

SCHEDULER, GUARD, TARGET = "scheduler", "budget-guard", "target"
ACCOUNT = "123456789012"
# What the modules give an environment that names no kinds.
DEFAULT_KINDS = ("auto-scaling-group", "rds-instance", "aurora-cluster")
SNAPSHOTS = "snapshots"
# `limits.max_capacity` of a file that does not say.
MAX_CAPACITY = 100
# infra/modules/nightcap calls an environment so if the file has none.
NO_ENVIRONMENT = "nothing-is-scheduled"

Policy = dict[str, Any]
Statement = dict[str, Any]

# `{ start: cron(0 9 ? * MON-FRI) }`: YAML 1.2, Terraform and the functions take the question mark, PyYAML does not.
BARE_CRON = re.compile(r"(?<!['\"])\bcron\([^)'\"]*\)")

KEY_PREFIX = "ASIANIGHTCAP"


class BadRole(ValueError):
    """A policy that cannot be judged, or a function that cannot be deployed."""


@dataclass
class Role:
    """A role in whose session calls are made."""

    function: str
    arn: str
    session: str
    policies: list[Policy]
    trust: Policy | None = None
    boundary: Policy | None = None
    # The roles of other accounts, as its configuration has them.
    targets: dict[str, Role] = field(default_factory=dict)

    _narrowed: dict[str, list[Policy]] = field(default_factory=dict)

    def about(self, action: str) -> list[Policy]:
        """The statements that name an action. A transaction asks a hundred times, and the others have been judged."""
        if action not in self._narrowed:
            self._narrowed[action] = [
                {**policy, "Statement": [one for one in policy["Statement"] if any(matches(like, action, ignore_case=True) for like in listed(one["Action"]))]}
                for policy in self.policies
            ]
        return self._narrowed[action]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]

    @property
    def session_arn(self) -> str:
        partition = self.arn.split(":")[1]
        return f"arn:{partition}:sts::{self.account}:assumed-role/{self.name}/{self.session}"


class Roles:
    """Who signs with which key. A key that was not given out here is an administrator's."""

    def __init__(self) -> None:
        self._by_key: dict[str, Role] = {}

    def of(self, key: str) -> Role | None:
        found = self._by_key.get(key)
        if found is None and key.startswith(KEY_PREFIX):
            raise BadRole(f"{key} is the key of a function that was deployed in another AWS")
        return found

    def session(self, key: str, role: Role) -> None:
        self._by_key[key] = role

    def deploy(self, sent: Any) -> dict[str, str]:
        """`{"function": "scheduler", "environment": {…}}` gives `{"access_key", "role"}`.

        `"role"` takes the policies of a role that is in IAM instead, `"boundary"` adds a permissions boundary,
        `"names"` has more of what the rendering has in angle brackets (`key`, `organization`, `licences`, `volume-keys`), and
        `"without": [Sid…]` takes statements away: what a policy must refuse can then be tried.
        """
        known = {"function", "environment", "role", "boundary", "names", "without", "region"}
        if not isinstance(sent, dict) or set(sent) - known or sent.get("function") not in (SCHEDULER, GUARD):
            raise BadRole(f"expected an object with function ({SCHEDULER} or {GUARD}) and some of {', '.join(sorted(known))}")
        variables = sent.get("environment") or {}
        place = Place(ACCOUNT, sent.get("region") or variables.get("AWS_REGION") or "eu-west-3")
        more = {name: [value] for name, value in (sent.get("names") or {}).items()}
        role = in_iam(sent["function"], sent["role"]) if "role" in sent else made(sent["function"], variables, place, more)
        role.boundary = sent.get("boundary")
        removed = set(sent.get("without") or ())
        for policy in role.policies:
            policy["Statement"] = [one for one in policy["Statement"] if one.get("Sid") not in removed]
        for policy in [*role.policies, *([role.boundary] if role.boundary else [])]:
            judge(policy)
        # As long as Lambda's, and another for every deployment.
        key = f"{KEY_PREFIX}{len(self._by_key):08}"
        self._by_key[key] = role
        return {"access_key": key, "role": role.arn}


def made(function: str, variables: Mapping[str, str], place: Place, more: Mapping[str, list[str]]) -> Role:
    """The role that Terraform makes for a function with these variables."""
    config = configuration(variables.get("NIGHTCAP_CONFIG", ""), place)
    arn = place.arn("iam", f"role/nightcap-{function}", "")
    names = {**names_of(variables, config, place), **more}
    if names["organization"]:
        # One pattern stands for the roles of the common name, as in `listed_roles` of iam_scheduler.tf.
        names["roles"] = [one for one in names["roles"] if not one.endswith(common_role())]
    own = [{"Version": "2012-10-17", "Statement": list(put_in(rendered()[function], names))}]
    if function == GUARD:
        return Role(function, arn, "nightcap-budget-guard", own)
    environments = scheduled(config)
    policies = [fleet(environments, place.account, largest(config), names), *own]
    role = Role(function, arn, "nightcap-scheduler", policies)
    organization = names["organization"]
    role.targets = {one: target(one, role, environments, largest(config), organization) for one in target_roles(environments)}
    return role


def common_role() -> str:
    """How the ARNs end that the right for an organisation's accounts is about."""
    (one,) = [one for one in rendered()[SCHEDULER] if one["Sid"] == "WorkInAccountsOfTheOrganization"]
    return str(one["Resource"]).partition("*")[2]


def target(arn: str, scheduler: Role, environments: Mapping[str, Any], max_capacity: int, organization: list[str]) -> Role:
    """The role that infra/modules/nightcap-target-role makes in another account for the environments that name it."""
    account = arn.split(":")[4]
    there = {name: one for name, one in environments.items() if arn in (one.get("roles") or [])}
    # A role has one, whatever environments name it.
    external = [str(one["external_id"]) for one in there.values() if one.get("external_id")][:1]
    trust = copy.deepcopy(rendered()["trust"])
    # As the module does it: one statement, and a condition more for each that is asked for.
    for part, given in (("trust-with-external-id", external), ("trust-with-organization", organization)):
        for operator, keys in rendered()[part][0]["Condition"].items() if given else ():
            trust[0].setdefault("Condition", {}).setdefault(operator, {}).update(keys)
    names = {"scheduler-role": [scheduler.arn], "external-id": external, "organization": organization}
    filled = list(put_in(trust, names))
    return Role(TARGET, arn, "nightcap", [fleet(there, account, max_capacity)], {"Version": "2012-10-17", "Statement": filled})


def fleet(environments: Mapping[str, Any], account: str, max_capacity: int = MAX_CAPACITY, more: Mapping[str, list[str]] | None = None) -> Policy:
    """Each kind has its statements, and one that no environment lists has none; some stand with two kinds."""
    names: dict[str, list[str]] = {"account": [account], "max-capacity": [str(max_capacity)]}
    names |= {name: (more or {}).get(name, []) for name in ("volume-keys", "licences")}
    for name, one in (environments or {NO_ENVIRONMENT: {}}).items():
        for kind in one.get("kinds") or DEFAULT_KINDS:
            names.setdefault(kind, []).append(name)
            if kind == "rds-instance" and one.get("snapshot_on_stop"):
                names.setdefault(SNAPSHOTS, []).append(name)
    parts = rendered()["fleet"]
    by_sid: dict[str, Statement] = {}
    # With snapshots, what stands of instances beside them is that of instances, and is taken from there.
    for part in [SNAPSHOTS, *(kind for kind in parts if kind != SNAPSHOTS)]:
        if part in names:
            for statement in put_in(parts[part], {**names, SNAPSHOTS: names.get(SNAPSHOTS, [])}):
                by_sid[statement["Sid"]] = statement
    return {"Version": "2012-10-17", "Statement": list(by_sid.values())}


def put_in(statements: list[Statement], names: Mapping[str, list[str]]) -> Iterator[Statement]:
    """The statements with what stands in angle brackets; one about something that is not there is not there either."""
    for statement in statements:
        whole = _filled(copy.deepcopy(statement), names)
        if whole.get("Resource") != [] and all(values != [] for keys in whole.get("Condition", {}).values() for values in keys.values()):
            yield whole


def _filled(value: Any, names: Mapping[str, list[str]]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        filled = [_filled(one, names) for one in value]
        return [part for one in filled for part in (one if isinstance(one, list) else [one])]
    if not isinstance(value, str) or "<" not in value:
        return value
    if value.startswith("<") and value.endswith(">") and value.count("<") == 1:
        found = names.get(value[1:-1], [])
        return found[0] if len(found) == 1 else list(found)
    for name, found in names.items():
        if len(found) == 1:
            value = value.replace(f"<{name}>", found[0])
    if "<" in value:
        raise BadRole(f"nobody knows what stands for {value}")
    return value


def names_of(variables: Mapping[str, str], config: Mapping[str, Any], place: Place) -> dict[str, list[str]]:
    """What a deployment has where the rendering has a name in angle brackets."""
    names: dict[str, list[str]] = {"account": [place.account], "region": [place.region]}

    def add(name: str, *values: str | None) -> None:
        names[name] = [value for value in values if value]

    topic, table = variables.get("NIGHTCAP_TOPIC_ARN"), variables.get("NIGHTCAP_TABLE")
    add("topic", topic)
    add("topic-key", actions._topic_key(topic) if topic and topic.count(":") == 5 else None)
    add("table", table and place.arn("dynamodb", f"table/{table}"))
    queue = variables.get("NIGHTCAP_QUEUE_URL", "").rstrip("/").split("/")
    add("targets", place.arn("sqs", queue[-1]) if len(queue) > 1 else None)
    # Lambda's, not the functions': the queue of what failed for good, and the logs.
    for name in ("key", "organization", "dead-letters", "scheduler-logs", "guard-logs"):
        add(name)
    add("roles", *target_roles(scheduled(config)))
    for name, variable in (("config", "NIGHTCAP_CONFIG"), ("prices", "NIGHTCAP_PRICES")):
        where = variables.get(variable, "")
        add(f"{name}-parameter", place.arn("ssm", f"parameter/{where[6:].lstrip('/')}") if where.startswith("ssm://") else None)
        add(f"{name}-object", f"arn:{place.partition}:s3:::{where[5:]}" if where.startswith("s3://") else None)
    return names


def configuration(value: str, place: Place) -> dict[str, Any]:
    """What `NIGHTCAP_CONFIG` says, wherever it stands; what cannot be read schedules nothing."""
    text = value
    if value.startswith("ssm://"):
        found = tags.backend("ssm", place)._parameters.get(value[6:])
        text = found[-1].response_object(decrypt=True)["Value"] if found else ""
    elif value.startswith("s3://"):
        bucket, _, key = value[5:].partition("/")
        there = tags.backend("s3", place).buckets.get(bucket)
        found = there.keys.get(unquote(key)) if there else None
        text = found.value.decode() if found else ""
    elif "\n" not in value and len(value) < 1024 and Path(value).is_file():
        text = Path(value).read_text()
    for readable in (text, BARE_CRON.sub(r"'\g<0>'", text)):
        try:
            read = yaml.safe_load(readable)
        except (yaml.YAMLError, ValueError, RecursionError):
            continue
        return read if isinstance(read, dict) else {}
    return {}


def scheduled(config: Mapping[str, Any]) -> dict[str, Any]:
    """The environments that infra/modules/nightcap/main.tf counts as scheduled (`local.environments`)."""
    environments = config.get("environments")
    if not isinstance(environments, dict):
        return {}
    return {
        str(name): one
        for name, one in environments.items()
        if isinstance(one, dict) and one.get("schedule") is not None and not one.get("protected") and str(name).lower() not in protected()
    }


def largest(config: Mapping[str, Any]) -> int:
    limits = config.get("limits")
    given = limits.get("max_capacity") if isinstance(limits, dict) else None
    return given if isinstance(given, int) else MAX_CAPACITY


def target_roles(environments: Mapping[str, Any]) -> list[str]:
    listed_roles = [role for one in environments.values() for role in one.get("roles") or []]
    return list(dict.fromkeys(str(role) for role in listed_roles))


def in_iam(function: str, arn: str) -> Role:
    """A role that somebody made in IAM, with what it has there."""
    role = tags.backend("iam", Place(arn.split(":")[4], "aws")).get_role_by_arn(arn)
    texts = [unquote(text) if text.startswith("%") else text for text in role.policies.values()]
    versions = [version for policy in role.managed_policies.values() for version in policy.versions]
    attached = [version.document for version in versions if version.is_default_version]
    policies = [json.loads(text) for text in [*texts, *attached]]
    return Role(function, arn, function, [{**policy, "Statement": listed(policy["Statement"])} for policy in policies])


@cache
def rendered() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(RENDERED.read_text())
    return known


@cache
def protected() -> frozenset[str]:
    """The names that are never scheduled: those that the policy denies."""
    denials = [one for one in rendered()["fleet"]["auto-scaling-group"] if one["Sid"].startswith("Protect")]
    return frozenset(str(value).lower() for one in denials for keys in one["Condition"].values() for values in keys.values() for value in listed(values))


_judged: set[str] = set()


def judge(policy: Policy) -> None:
    """Every action and every condition key must be AWS's, and one that is set here: or it would be judged by guess."""
    text = json.dumps(policy, sort_keys=True)
    if text in _judged:
        return
    for statement in policy["Statement"]:
        for pattern in listed(statement["Action"]):
            if not reference.is_some_action(pattern):
                raise BadRole(f"{statement.get('Sid')}: AWS has no action like {pattern}")
        services = {pattern.partition(":")[0].lower() for pattern in listed(statement["Action"])}
        for operator, keys in statement.get("Condition", {}).items():
            holds(operator, None, ["0"])
            for key in keys:
                if not any(key.lower().startswith(known.lower()) if known.endswith("/") else key.lower() == known.lower() for known in actions.SET):
                    raise BadRole(f"{statement.get('Sid')}: the embedded AWS sets no {key}")
                if not any(reference.has_key(reference.service_keys(service), key) for service in services):
                    raise BadRole(f"{statement.get('Sid')}: AWS sets no {key} for {', '.join(sorted(services))}")
    _judged.add(text)
