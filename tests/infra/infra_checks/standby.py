"""The standby in Ireland: dormant beside a database in Paris, then active as in a fail-over, and back."""

from __future__ import annotations

from pathlib import Path

from .aws import Aws
from .living import demand, groups
from .root import LOCAL_BACKEND, OVERRIDE, Root, fresh
from .step import Failed
from .terraform import environment, init

REGION = "eu-west-1"
SOURCE = "standby-source"


def life(root: Path, aws: Aws) -> int:
    folder = fresh(root, "standby", "standby")
    (folder / "zz_override.tf").write_text(LOCAL_BACKEND + OVERRIDE)
    env = environment(AWS_REGION=REGION, **aws.environment())
    init(folder, env, backend=True)
    arguments = ["-var-file", "terraform.tfvars.example", "-var", f"source_database_arn={source(aws)}"]
    standby = Root("standby", folder, env, arguments)
    standby.apply()
    standby.nothing_to_do("dormant")
    dormant(aws)
    count = len(standby.resources())
    lift_protection(aws)
    standby.destroy()
    if standby.resources():
        raise Failed("standby: something is left in the state after destroy")
    return count


def source(aws: Aws) -> str:
    """A primary in Paris of its own, so that the standby need not wait for prod."""
    database = aws.client("rds").create_db_instance(
        DBInstanceIdentifier=SOURCE,
        DBInstanceClass="db.t3.medium",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="medusa",
        ManageMasterUserPassword=True,
        BackupRetentionPeriod=7,
        StorageEncrypted=True,
    )["DBInstance"]
    return str(database["DBInstanceArn"])


def dormant(aws: Aws) -> None:
    (group,) = [one for one in aws.client("autoscaling", REGION).describe_auto_scaling_groups()["AutoScalingGroups"]]
    size = (group["MinSize"], group["DesiredCapacity"], group["MaxSize"])
    demand(size == (0, 0, 0), f"the standby's group is {size}, not dormant")
    demand(not [tag for tag in group["Tags"] if tag["Key"] == "nightcap:environment"], "the standby is not Nightcap's to wake")
    (backup,) = aws.client("rds", REGION).describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    demand(backup["DBInstanceIdentifier"] == SOURCE and backup["Status"] == "replicating", f"backups: {backup}")
    demand(not aws.client("rds", REGION).describe_db_instances()["DBInstances"], "no database runs in the standby")
    demand(not aws.client("elasticache", REGION).describe_cache_clusters()["CacheClusters"], "no cache is kept warm")
    demand(not groups(aws, "greenleaf-standby-nat", REGION), "no NAT instance waits")


def lift_protection(aws: Aws) -> None:
    balancing = aws.client("elbv2", REGION)
    for balancer in balancing.describe_load_balancers()["LoadBalancers"]:
        attribute = {"Key": "deletion_protection.enabled", "Value": "false"}
        balancing.modify_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"], Attributes=[attribute])
