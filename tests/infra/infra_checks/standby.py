"""The standby in Ireland, both ways of keeping the data: dormant beside a database in Paris, then the fail-over of the
run-book (docs/disaster-recovery.md) by its own commands, then taken down.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .aws import Aws
from .living import demand
from .root import LOCAL_BACKEND, OVERRIDE, Root, fresh
from .step import Failed
from .terraform import environment, init

REGION = "eu-west-1"
SOURCE, DATABASE = "standby-source", "greenleaf-standby-db"
NAMES = ("standby", "standby-replica")
"""The standby with replicated backups, and the one with a replica, which is in an account of its own."""


@dataclass(frozen=True)
class Ireland:
    """What is there, read from the embedded AWS."""

    aws: Aws
    account: Mapping[str, str]

    def client(self, service: str, region: str = REGION) -> Any:
        return self.aws.client(service, region, self.account)

    def groups(self, prefix: str) -> list[dict[str, Any]]:
        every = self.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        return [group for group in every if group["AutoScalingGroupName"].startswith(prefix)]

    def size(self) -> tuple[int, int, int]:
        (group,) = self.groups("greenleaf-standby-app")
        demand(not [tag for tag in group["Tags"] if tag["Key"] == "nightcap:environment"], "the standby is not Nightcap's to wake")
        return group["MinSize"], group["DesiredCapacity"], group["MaxSize"]

    def databases(self) -> list[dict[str, Any]]:
        return list(self.client("rds").describe_db_instances()["DBInstances"])

    def caches(self) -> list[dict[str, Any]]:
        return list(self.client("elasticache").describe_cache_clusters()["CacheClusters"])


def life(root: Path, name: str, aws: Aws) -> int:
    replica = name == "standby-replica"
    account = aws.other_account() if replica else aws.environment()
    ireland = Ireland(aws, account)
    standby = prepared(root, name, account, source(ireland, managed=not replica))
    if replica:
        secret = "arn:aws:secretsmanager:eu-west-1:210987654321:secret:greenleaf-prod/database-master-AbC123"
        standby.arguments += ["-var", "database_mode=replica", "-var", f"database_secret_arn={secret}"]
    standby.apply()
    standby.nothing_to_do("dormant")
    asleep(ireland)
    (replicating if replica else copied)(ireland)
    fail_over(standby, ireland, replica)
    count = len(standby.resources())
    lift_protection(ireland)
    standby.destroy()
    if standby.resources():
        raise Failed(f"{name}: something is left in the state after destroy")
    snapshots = [one["DBSnapshotIdentifier"] for one in ireland.client("rds").describe_db_snapshots()["DBSnapshots"]]
    demand(f"{DATABASE}-final-1" in snapshots, f"{name} leaves its final snapshot, found {snapshots}")
    return count


def prepared(root: Path, name: str, account: Mapping[str, str], database: str) -> Root:
    folder = fresh(root, name, "standby")
    (folder / "zz_override.tf").write_text(LOCAL_BACKEND + OVERRIDE)
    env = environment(AWS_REGION=REGION, **account)
    init(folder, env, backend=True)
    return Root(name, folder, env, ["-var-file", "terraform.tfvars.example", "-var", f"source_database_arn={database}"])


def source(ireland: Ireland, managed: bool) -> str:
    """A primary in Paris of its own, so that the standby need not wait for prod."""
    # A replica's source cannot have its password managed by RDS (infra/modules/data/password.tf).
    password: dict[str, Any] = {"ManageMasterUserPassword": True} if managed else {"MasterUserPassword": "for-this-check-only"}
    database = ireland.client("rds", "eu-west-3").create_db_instance(
        DBInstanceIdentifier=SOURCE,
        DBInstanceClass="db.t3.medium",
        Engine="postgres",
        EngineVersion="15.12",
        AllocatedStorage=20,
        StorageType="gp3",
        DBName="medusa_db",
        MasterUsername="medusa",
        BackupRetentionPeriod=7,
        PreferredBackupWindow="03:00-04:00",
        PreferredMaintenanceWindow="mon:04:00-mon:05:00",
        StorageEncrypted=True,
        **password,
    )["DBInstance"]
    return str(database["DBInstanceArn"])


def asleep(ireland: Ireland) -> None:
    demand(ireland.size() == (0, 0, 0), f"the standby's group is {ireland.size()}, not dormant")
    demand(not ireland.caches(), "no cache is kept warm")
    demand(not ireland.groups("greenleaf-standby-nat"), "no NAT instance waits")


def copied(ireland: Ireland) -> None:
    demand(backup(ireland)["Status"] == "replicating", f"backups: {backup(ireland)}")
    demand(not ireland.databases(), "no database runs in the standby")


def replicating(ireland: Ireland) -> None:
    (database,) = ireland.databases()
    waits = (database["ReadReplicaSourceDBInstanceIdentifier"].endswith(f":{SOURCE}"), database["DBInstanceClass"], database["MultiAZ"])
    demand(waits == (True, "db.t3.small", False), f"a Single-AZ db.t3.small that replicates Paris: {waits}")


def backup(ireland: Ireland) -> dict[str, Any]:
    """What the run-book asks for before the fail-over."""
    (found,) = ireland.client("rds").describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    demand(found["DBInstanceIdentifier"] == SOURCE, f"backups of {found['DBInstanceIdentifier']}")
    return dict(found)


def fail_over(standby: Root, ireland: Ireland, replica: bool) -> None:
    standby.arguments += ["-var", "active=true"]
    if not replica:
        standby.arguments += ["-var", f"replicated_backup_arn={backup(ireland)['DBInstanceAutomatedBackupsArn']}"]
    standby.apply()
    start(str(standby.outputs()["start_command"]), ireland)
    standby.nothing_to_do("active")
    demand(ireland.size() == (2, 2, 4), f"the standby's group is {ireland.size()}, not started")
    demand(len(ireland.groups("greenleaf-standby-nat")) == 2 and len(ireland.caches()) == 1, "NAT instances and a cache came with the fail-over")
    (database,) = ireland.databases()
    shape = (database["DBInstanceIdentifier"], database["DBInstanceClass"], database["MultiAZ"], database["StorageEncrypted"])
    demand(shape == (DATABASE, "db.t3.medium", True, True), f"the standby's database is {shape}")
    demand(not database.get("ReadReplicaSourceDBInstanceIdentifier"), "the replica was promoted")
    demand(database["MasterUsername"] == "medusa" and database["Engine"] == "postgres", "it is Paris's database")
    told = standby.outputs()["database_host"]
    demand(told == database["Endpoint"]["Address"], f"the application is told {told}")


def start(command: str, ireland: Ireland) -> None:
    """The output's own command, by boto3: the AWS CLI is not asked for."""
    aws, service, action, *flags = shlex.split(command)
    demand((aws, service, action) == ("aws", "autoscaling", "update-auto-scaling-group"), command)
    given = dict(zip(flags[::2], flags[1::2], strict=True))
    demand(given.pop("--region") == REGION, command)
    words = {"".join(word.title() for word in key[2:].split("-")): int(value) if value.isdigit() else value for key, value in given.items()}
    ireland.client("autoscaling").update_auto_scaling_group(**words)


def lift_protection(ireland: Ireland) -> None:
    balancing = ireland.client("elbv2")
    for balancer in balancing.describe_load_balancers()["LoadBalancers"]:
        attribute = {"Key": "deletion_protection.enabled", "Value": "false"}
        balancing.modify_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"], Attributes=[attribute])
    for database in ireland.databases():
        demand(database["DeletionProtection"], "the standby's database refuses to be deleted")
        ireland.client("rds").modify_db_instance(DBInstanceIdentifier=database["DBInstanceIdentifier"], DeletionProtection=False)
