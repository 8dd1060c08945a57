"""The roles' policies as Terraform renders them, as a file that the embedded AWS enforces (embedded_aws/iam/policies).

What a deployment has in its place - account, names, environments by kind - stands in angle brackets.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from embedded_aws.iam import roles
from embedded_aws.iam.evaluator import listed

from .aws import Aws
from .docs import parse
from .judge import Policy
from .root import Root
from .step import Failed, run
from .terraform import binary, environment, init

Statements = list[dict[str, Any]]

KINDS = ("auto-scaling-group", "rds-instance", "aurora-cluster", "ec2-instance", "ecs-service", "eks-node-group")
# Settings of the modules, and what stands for them in the rendering; one that a module does not have is left out.
CAPACITY = 987654321
VOLUME_KEY = "arn:aws:kms:eu-west-1:000000000000:key/volumes"
LICENCE = "arn:aws:license-manager:eu-west-1:000000000000:license-configuration:lic-0123456789abcdef"
ORGANIZATION = "o-a1b2c3d4e5"
TWIN = "variant-twin"
EXTERNAL_ID = "what-the-other-account-asks-for"
OF_THE_FLEET = {"max_capacity": CAPACITY, "kms_key_arns": [VOLUME_KEY], "license_configuration_arns": [LICENCE]}


def fleet(root: Path) -> dict[str, Statements]:
    """The fleet's policy by kind. The module has no provider, and so this asks nobody."""
    folder = root / "rendering"
    folder.mkdir()
    settings = known(root, "nightcap-policy", OF_THE_FLEET)

    def module(name: str, kind: str, snapshots: bool) -> dict[str, Any]:
        environment_name = f"<{name}>"
        return {
            "source": "../infra/modules/nightcap-policy",
            "environments": [environment_name],
            "kinds": {environment_name: [kind]},
            "snapshot_environments": [environment_name] if snapshots else [],
            "account_id": "<account>",
            **settings,
        }

    modules = {kind: module(kind, kind, False) for kind in KINDS} | {"snapshots": module("snapshots", "rds-instance", True)}
    outputs = {name: {"value": f"${{jsondecode(module.{name}.json).Statement}}"} for name in modules}
    (folder / "main.tf.json").write_text(json.dumps({"module": modules, "output": outputs}))
    env = environment()
    init(folder, env)
    run([binary(), "apply", "-auto-approve", "-no-color"], folder, env)
    said = json.loads(run([binary(), "output", "-json"], folder, env).stdout)
    names = {str(CAPACITY): "<max-capacity>", VOLUME_KEY: "<volume-keys>", LICENCE: "<licences>"}
    return {kind: named(said[kind]["value"], names) for kind in sorted(said)}


def with_variants(root: Path, example: Root) -> None:
    """Puts what the example does not choose beside it: a configuration that is too long for a variable, one in a
    bucket, a price book in a parameter and in a bucket, a customer's key, an organisation, a role that asks for an
    external id."""
    common = {
        "source": "../..",
        "scheduler_zip": "${var.scheduler_zip}",
        "budget_guard_zip": "${var.budget_guard_zip}",
        "topic_arn": "${module.budget.topic_arn}",
        "topic_key_arn": "${module.budget.topic_key_arn}",
        "kms_key_arn": "${aws_kms_key.variant.arn}",
        "config_file": "${path.module}/long.yaml",
    }
    more = {"config_s3": {"bucket": "${aws_s3_bucket.config.id}", "key": "nightcap.yaml"}, "organization_id": ORGANIZATION}
    variants = {
        "parameter": {**common, "name": "variant-parameter", "prices": "ssm:///prices/book"},
        "object": {**common, "name": "variant-object", "prices": "s3://prices/book.csv", **known(root, "nightcap", more)},
    }
    target = {
        "source": "../../../nightcap-target-role",
        "name": "variant-target",
        "scheduler_role_arn": "${module.nightcap.scheduler_role_arn}",
        "external_id": EXTERNAL_ID,
        "environments": ["batch"],
    }
    member = {**target, "name": "variant-member", "external_id": None, **known(root, "nightcap-target-role", {"organization_id": ORGANIZATION})}
    written = {
        "module": {**variants, "target": target, "member": member, "twin": twin(example)},
        "resource": {
            "aws_kms_key": {"variant": {"description": "Encrypts what Nightcap keeps"}},
            "aws_s3_bucket": {"config": {"bucket": "nightcap-config"}},
        },
        "output": {
            "variants": {
                "value": {
                    name: {"own": f"${{module.{name}.scheduler_policies.own}}", "guard": f"${{module.{name}.guard_policy}}"}
                    for name in variants
                }
            },
            "managed": {"value": "${module.nightcap.managed_policies}"},
            "names": {
                "value": {
                    "topic": "${module.budget.topic_arn}",
                    "topic_key": "${module.budget.topic_key_arn}",
                    "key": "${aws_kms_key.variant.arn}",
                }
            },
        },
    }
    (example.folder / "variants.tf.json").write_text(json.dumps(written))
    long = (example.folder / "nightcap.yaml").read_text() + "# The rest is too long for a variable.\n" * 100
    (example.folder / "long.yaml").write_text(long)


def twin(example: Root) -> dict[str, Any]:
    """A target's role that is given what the scheduler's own role is given, of the same configuration."""
    environments = roles.scheduled(roles.configuration(str(example.folder / "nightcap.yaml"), roles.Place("123456789012", "eu-west-1")))
    return {
        "source": "../../../nightcap-target-role",
        "name": TWIN,
        "scheduler_role_arn": "${module.nightcap.scheduler_role_arn}",
        "environments": list(environments),
        "kinds": {name: one["kinds"] for name, one in environments.items() if "kinds" in one},
        "snapshot_environments": [name for name, one in environments.items() if one.get("snapshot_on_stop")],
    }


def known(root: Path, module: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Those of some settings that a module has."""
    inputs = parse(root / "infra/modules" / module).inputs
    return {name: value for name, value in settings.items() if name in inputs}


def whole(root: Path, example: Root, aws: Aws) -> dict[str, Any]:
    """All that embedded_aws/iam/policies/rendered.json has."""
    outputs: dict[str, Any] = example.outputs()
    iam = aws.client("iam")
    scheduler = own(outputs)
    guard = json.loads(outputs["guard_policy"])
    variants = {name: {key: json.loads(text) for key, text in one.items()} for name, one in outputs["variants"].items()}
    names = placeholders(outputs["names"])

    def merged(plain: Policy, *more: Policy) -> Statements:
        # What the variants add: a statement that the plain one has too is the plain one's, but for the keys.
        found: dict[str, dict[str, Any]] = {}
        for policy in (plain, *more):
            for statement in named(policy["Statement"], names):
                key = statement["Sid"] + ("-object" if "-object>" in json.dumps(statement) else "")
                if key not in found or statement["Sid"] == "UseTheKeys":
                    found[key] = statement
        return list(found.values())

    def trust(role: str) -> Statements:
        return named(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"], names)

    return {
        "fleet": fleet(root),
        "scheduler": merged(scheduler, *(one["own"] for one in variants.values())),
        "budget-guard": merged(guard, *(one["guard"] for one in variants.values())),
        "trust": trust("example-nightcap-target"),
        "trust-with-external-id": trust("variant-target"),
        "trust-with-organization": trust("variant-member"),
    }


def own(outputs: dict[str, Any]) -> Policy:
    """The scheduler's own things, and the roles of other accounts, which stand apart where there is no room beside the fleet."""
    policies = [outputs["scheduler_policies"]["own"], *(text for name, text in outputs["managed"].items() if name.startswith("roles-"))]
    return {"Version": "2012-10-17", "Statement": [statement for text in policies for statement in json.loads(text)["Statement"]]}


def placeholders(made: dict[str, str]) -> dict[str, str]:
    """Texts as they stand in the policies, and what they stand for; longer ones first."""
    account, region = made["topic"].split(":")[4], made["topic"].split(":")[3]
    here = f"{region}:{account}"
    names = {
        made["topic"]: "<topic>",
        made["topic_key"]: "<topic-key>",
        made["key"]: "<key>",
        f"arn:aws:iam::{account}:role/example-nightcap-scheduler": "<scheduler-role>",
        f"arn:aws:ssm:{here}:parameter/prices/book": "<prices-parameter>",
        "arn:aws:s3:::prices/book.csv": "<prices-object>",
        "arn:aws:s3:::nightcap-config/nightcap.yaml": "<config-object>",
        ORGANIZATION: "<organization>",
        EXTERNAL_ID: "<external-id>",
        account: "<account>",
        region: "<region>",
    }
    for name in ("example-nightcap", "variant-parameter", "variant-object"):
        names |= {
            f"arn:aws:dynamodb:{here}:table/{name}": "<table>",
            f"arn:aws:sqs:{here}:{name}-targets": "<targets>",
            f"arn:aws:sqs:{here}:{name}-dead-letters": "<dead-letters>",
            f"arn:aws:logs:{here}:log-group:/aws/lambda/{name}-scheduler:*": "<scheduler-logs>",
            f"arn:aws:logs:{here}:log-group:/aws/lambda/{name}-budget-guard:*": "<guard-logs>",
            f"arn:aws:ssm:{here}:parameter/{name}/config": "<config-parameter>",
        }
    return names


def named(statements: Statements, names: dict[str, str]) -> Statements:
    text = json.dumps(statements)
    for found in sorted(names, key=len, reverse=True):
        text = text.replace(found, names[found])
    read: Statements = json.loads(text)
    for statement in read:
        if statement["Sid"] == "WorkInOtherAccounts":
            statement["Resource"] = "<roles>"
        if any(word in json.dumps(statement) for word in ("example", "variant-", "nightcap-config")):
            raise Failed(f"a name that nothing stands for yet (infra_checks/rendering.py): {json.dumps(statement)}")
    return read


def text(document: Any) -> str:
    return json.dumps(document, indent=1) + "\n"


def current(document: Any, file: Path) -> None:
    if not file.exists() or file.read_text() != text(document):
        raise Failed(f"{file.name} is not what Terraform renders: run tests/infra/verify --write-policies and commit it")


def composed_alike(root: Path, policies: dict[str, list[Policy]], config: Path) -> None:
    """What the embedded AWS puts together for a configuration is what Terraform renders for it."""
    environments = roles.scheduled(roles.configuration(str(config), roles.Place("123456789012", "eu-west-1")))
    ours, theirs = by_sid(roles.fleet(environments, "123456789012")), by_sid(policies["scheduler"][0])
    for sid in sorted(set(ours) | set(theirs)):
        if ours.get(sid) != theirs.get(sid):
            raise Failed(f"{sid} as the embedded AWS has it:\n{ours.get(sid)}\nas Terraform has it:\n{theirs.get(sid)}")


def by_sid(policy: Policy) -> dict[str, Any]:
    """In one form: a list of one is its element, and the order of what is listed says nothing."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items()}
        return sorted(value) if isinstance(value, list) and len(value) > 1 else listed(value)[0]

    return {statement["Sid"]: {key: plain(value) for key, value in statement.items()} for statement in policy["Statement"]}
