"""Every fleet that is seeded has what nothing may act on: see `bystanders`. A seed that is not known here fails."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .. import deployment, seed
from ..starter import Running
from .case import EmbeddedAwsTest

TESTS = Path(__file__).resolve().parents[2]
ROOT = TESTS.parent
# What makes something that Nightcap may act on.
MAKES = {
    "create_auto_scaling_group",
    "create_db_cluster",
    "create_db_instance",
    "create_nodegroup",
    "create_service",
    "run_instances",
}
# The kinds that an environment has which names none (docs/configuration.md).
DEFAULT_KINDS = {"rds-instance", "aurora-cluster", "auto-scaling-group"}
ENVIRONMENT = seed.ENVIRONMENT


def greenleaf(aws: Running) -> None:
    seed.seed(aws.client, aws.advance)


def deployed(aws: Running) -> None:
    deployment._fleet(aws.client)


# Each seed, by the module that makes it.
SEEDS: dict[str, Callable[[Running], None]] = {
    "embedded_aws/seed.py": greenleaf,
    "embedded_aws/deployment.py": deployed,
}
# Fleets in Rust that are made without a seed, by the file and what in it makes production.
IN_RUST = {
    "functions/scheduler/tests/it/e2e/every_kind.rs": ("prod-box", "prod-web", "prod-workers"),
    "crates/aws/tests/it/faults/run.rs": ("prod-db", "prod-app", "prod-box", "prod-nodes"),
}


def makers() -> Iterator[str]:
    """The modules beside the tests that make fleets."""
    for folder in ("embedded_aws", "demo"):
        for path in sorted((TESTS / folder).rglob("*.py")):
            name = path.relative_to(TESTS).as_posix()
            if "/tests/" in name or "/terraform/" in name:
                continue
            calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
            if any(isinstance(call.func, ast.Attribute) and call.func.attr in MAKES and _is_of_boto(call.func.value) for call in calls):
                yield name


def _is_of_boto(value: ast.expr) -> bool:
    """`client("rds").…` or `rds.…`, and no backend of moto's."""
    return isinstance(value, ast.Call) or (isinstance(value, ast.Name) and value.id in ("rds", "ec2", "ecs", "eks", "autoscaling"))


def bystanders(aws: Running) -> dict[str, list[str]]:
    """By what they are: production by its tag, strangers (tagged by others, or by nobody), of a kind that is not named."""
    found: dict[str, list[str]] = {"production": [], "stranger": [], "kind-not-named": []}
    for kind, name, tags in resources(aws):
        claimed = tags.get(ENVIRONMENT)
        if claimed == "prod":
            found["production"].append(name)
        elif claimed:
            if kind not in DEFAULT_KINDS:
                found["kind-not-named"].append(name)
        else:
            found["stranger"].append(name)
    return found


def resources(aws: Running) -> Iterator[tuple[str, str, dict[str, str]]]:
    for group in aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]:
        yield "auto-scaling-group", group["AutoScalingGroupName"], _tags(group["Tags"])
    for database in aws.client("rds").describe_db_instances()["DBInstances"]:
        yield "rds-instance", database["DBInstanceIdentifier"], _tags(database["TagList"])
    for cluster in aws.client("rds").describe_db_clusters()["DBClusters"]:
        yield "aurora-cluster", cluster["DBClusterIdentifier"], _tags(cluster["TagList"])
    for reservation in aws.client("ec2").describe_instances()["Reservations"]:
        for machine in reservation["Instances"]:
            tags = _tags(machine.get("Tags", []))
            # Those of a group are the group's.
            if "aws:autoscaling:groupName" not in tags:
                yield "ec2-instance", machine["InstanceId"], tags


def _tags(tags: list[dict[str, Any]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


class Seeds(EmbeddedAwsTest):
    seeded = False

    def test_every_module_that_makes_a_fleet_is_known_here(self) -> None:
        self.assertEqual(sorted(makers()), sorted(SEEDS))

    def test_every_seed_has_production_strangers_and_kinds_that_nobody_named(self) -> None:
        for name, plant in SEEDS.items():
            with self.subTest(seed=name):
                self.aws.post("reset", {"now": "2026-11-20T17:00:00Z"})
                plant(self.aws)
                missing = [what for what, names in bystanders(self.aws).items() if not names]
                self.assertEqual(missing, [], f"{name} has nobody of: {', '.join(missing)}")

    def test_the_fleets_in_rust_have_production(self) -> None:
        for name, names in IN_RUST.items():
            text = (ROOT / name).read_text()
            for one in names:
                with self.subTest(fleet=name):
                    self.assertIn(f'"{one}"', text)
