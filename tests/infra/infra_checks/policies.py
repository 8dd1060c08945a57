"""The roles' real policies, as Terraform makes them: linted, held against AWS's own reference, simulated.

Cases are in fixtures/policy_cases.json. The policies are those of the module's complete example, applied to the
embedded AWS with a configuration that has every kind.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from embedded_aws.iam import reference as embedded_reference
from embedded_aws.iam import roles as embedded_roles
from embedded_aws.iam.evaluator import Request, decision, listed

from . import reference, rendering
from .apply import nightcap_example
from .aws import embedded_aws
from .docs import parse
from .judge import NEWER_THAN_THE_LISTS, Policy, lint, stars
from .package import shaped
from .step import Failed, Skipped, run
from .terraform import binary, copied, init

SERVICE_CONTROL_POLICY = "infra/modules/nightcap-policy/examples/protect-tags.scp.json"

# Written by the functions to Nightcap's own things; the guard may write nothing else.
OWN_WRITES = {
    "dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "kms:Decrypt", "kms:GenerateDataKey",
    "logs:CreateLogStream", "logs:PutLogEvents", "sns:Publish", "sqs:SendMessage",
}  # fmt: skip


def check(repository: Path) -> str:
    binary()
    try:
        import parliament  # noqa: F401
        import policy_sentry  # noqa: F401
        import pytest  # noqa: F401
    except ImportError as error:
        raise Skipped(f"Python module {error.name} missing") from None
    # Who judges the policies is judged first.
    env = {**os.environ, "PYTHONPATH": str(repository / "tests")}
    run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_evaluator.py"], repository / "tests/infra", env)
    same_rights(repository)
    if embedded_reference.FILE.read_text() != reference.written():
        raise Failed("reference.json is not policy_sentry's: run tests/infra/verify --write-policies and commit it")
    roles, document = rendered(repository)
    rendering.current(document, embedded_roles.RENDERED)
    rendering.composed_alike(repository, roles, repository / "tests/infra/fixtures/every_kind.yaml")
    same_statements(roles["scheduler"][0], roles.pop("twin")[0])
    for role, policies in roles.items():
        for policy in policies:
            lint(role, policy)
            stars(role, policy)
    guard_writes_nothing(roles["guard"])
    # The service control policy that the documents offer, over somebody who may do everything.
    control: Policy = json.loads((repository / SERVICE_CONTROL_POLICY).read_text())
    lint("service control policy", control)
    roles["member"] = [{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, control]
    every_tag_is_protected(repository, control, roles["member"])
    cases = json.loads((repository / "tests/infra/fixtures/policy_cases.json").read_text())
    wrong = [problem for case in cases for problem in simulate(case, roles)]
    if wrong:
        raise Failed("simulation:\n" + "\n".join(wrong))
    if f"{len(cases)} cases" not in (repository / "docs/infra.md").read_text():
        raise Failed(f"docs/infra.md does not say that there are {len(cases)} cases")
    expected = [case["expect"] for case in cases]
    return f"{len(roles)} roles linted, no avoidable *; {expected.count('allowed')} allowed and {len(cases) - expected.count('allowed')} refused cases"


def write(repository: Path) -> int:
    """Writes what the embedded AWS enforces: the reference's extract, and the policies as Terraform renders them now."""
    reference.write()
    _, document = rendered(repository)
    embedded_roles.RENDERED.write_text(rendering.text(document))
    return 0


def rendered(repository: Path) -> tuple[dict[str, list[Policy]], dict[str, Any]]:
    """The roles' policies for a configuration with every kind, and all of them as the embedded AWS takes them."""
    with copied(repository) as root, embedded_aws(repository, root) as aws:
        shaped(root)
        example = nightcap_example(root, aws)
        # Its own configuration has the default kinds only.
        shutil.copy(root / "fixtures" / "every_kind.yaml", example.folder / "nightcap.yaml")
        rendering.with_variants(root, example)
        # The variants are modules more than the example had when it was initialised.
        init(example.folder, example.env)
        example.apply()
        document = rendering.whole(root, example, aws)
        outputs = example.outputs()
        iam = aws.client("iam")
        target = iam.get_role_policy(RoleName="example-nightcap-target", PolicyName="schedule")["PolicyDocument"]
        twin = iam.get_role_policy(RoleName=rendering.TWIN, PolicyName="schedule")["PolicyDocument"]
        invoker = iam.get_role_policy(RoleName="example-nightcap-invoker", PolicyName="invoke")["PolicyDocument"]
    scheduler = outputs["scheduler_policies"]
    policies = {
        "scheduler": [json.loads(scheduler["fleet"]), rendering.own(outputs)],
        "guard": [json.loads(outputs["guard_policy"])],
        "target": [target],
        "twin": [twin],
        "invoker": [invoker],
    }
    return policies, document


def same_rights(repository: Path) -> None:
    """Whatever the scheduler's own role can be given, a target account's role can be given as well."""
    modules = repository / "infra/modules"
    ours, theirs = (set(parse(modules / name).inputs) for name in ("nightcap-policy", "nightcap-target-role"))
    # The account and the partition are the target's own.
    if missing := ours - theirs - {"account_id", "partition"}:
        raise Failed(f"nightcap-target-role cannot be given what nightcap-policy takes: {', '.join(sorted(missing))}")


def same_statements(own: Policy, theirs: Policy) -> None:
    """And told the same, it has the same, statement by statement: as they stand in IAM, not as a module means them."""
    ours, others = rendering.by_sid(own), rendering.by_sid(theirs)
    for sid in sorted(set(ours) | set(others)):
        if ours.get(sid) != others.get(sid):
            raise Failed(f"{sid} of the scheduler's own role:\n{ours.get(sid)}\nof a target account's role:\n{others.get(sid)}")


def every_tag_is_protected(repository: Path, control: Policy, member: list[Policy]) -> None:
    """Each action that the service control policy names is refused with each tag that the code reads, but to those it spares."""
    code = "\n".join(path.read_text() for folder in ("crates", "functions") for path in (repository / folder).glob("*/src/**/*.rs"))
    read = set(re.findall(r"\"(nightcap:[a-z-]+)\"", code))
    (statement,) = control["Statement"]
    protected = set(statement["Condition"]["ForAnyValue:StringEqualsIgnoreCase"]["aws:TagKeys"])
    if read != protected:
        raise Failed(f"the code reads the tags {sorted(read)}, the service control policy protects {sorted(protected)}")
    spared = ("greenleaf-deploy-prod", "nightcap-scheduler", "nightcap-target")
    for action in listed(statement["Action"]):
        for tag in sorted(read):
            for role in ("developers", *spared):
                context = {"aws:TagKeys": ("Name", tag.title()), "aws:PrincipalArn": f"arn:aws:iam::210987654321:role/{role}"}
                said = decision(member, Request(action, "*", context))
                if (said == "allowed") != (role in spared):
                    raise Failed(f"service control policy: {action} with {tag} is {said} to {role}")


def guard_writes_nothing(policies: list[Policy]) -> None:
    from policy_sentry.querying.actions import get_action_data

    for policy in policies:
        for statement in policy["Statement"]:
            for action in listed(statement["Action"]) if statement["Effect"] == "Allow" else []:
                if action in NEWER_THAN_THE_LISTS:
                    continue
                service, name = action.split(":")
                levels = {row["access_level"] for row in get_action_data(service, name)[service]}
                if levels & {"Write", "Tagging", "Permissions management"} and action not in OWN_WRITES:
                    raise Failed(f"guard: {action} writes ({', '.join(levels)})")


def simulate(case: dict[str, Any], roles: dict[str, list[Policy]]) -> list[str]:
    context = {key: tuple(value) if isinstance(value, list) else value for key, value in case.get("context", {}).items()}
    problems = []
    for action in listed(case["action"]):
        said = decision(roles[case["role"]], Request(action, case["resource"], context))
        if said != case["expect"]:
            problems.append(f"{case['role']}: {action} on {case['resource']} with {context or 'no tags'}: {said}, expected {case['expect']}")
    return problems
