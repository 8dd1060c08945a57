"""What must be true of an applied environment, read from the embedded AWS, not from Terraform."""

from __future__ import annotations

from typing import Any

from .aws import Aws
from .judge import lint, stars
from .step import Failed

CAPACITY_TAG = "nightcap:capacity"


def checks(name: str, outputs: dict[str, Any], aws: Aws) -> None:
    if name == "dev":
        dev(aws)
    elif name in ("preprod", "prod"):
        shaped_like_prod(name, outputs, aws)
    if name == "prod":
        account_services(outputs, aws)
    prefixes = {"prod": ("greenleaf-prod", "nightcap"), "nightcap": ("example-nightcap",)}.get(name, (f"greenleaf-{name}",))
    # The variants are in an account of their own, under preprod's names.
    demand(name == "variants" or roles_are_sound(prefixes, aws) > 0, f"{name} has no role")


def roles_are_sound(prefixes: tuple[str, ...], aws: Aws) -> int:
    """Every role's own policies, as they are in IAM; the number of roles."""
    iam = aws.client("iam")
    names = [role["RoleName"] for role in iam.list_roles(MaxItems=1000)["Roles"] if role["RoleName"].startswith(prefixes)]
    for name in names:
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            lint(name, document)
            stars(name, document)
        for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            if ":aws:policy/" in attached["PolicyArn"]:
                continue
            current = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=current)["PolicyVersion"]["Document"]
            lint(name, document)
            stars(name, document)
    return len(names)


def demand(true: bool, what: str) -> None:
    if not true:
        raise Failed(what)


def dev(aws: Aws) -> None:
    (instance,) = running(aws, "greenleaf-dev-app")
    demand(instance["InstanceType"] == "t3.small", "dev's instance is a t3.small")
    demand(instance.get("InstanceLifecycle") == "spot", "dev's instance is Spot")
    (request,) = aws.client("ec2").describe_spot_instance_requests(SpotInstanceRequestIds=[instance["SpotInstanceRequestId"]])["SpotInstanceRequests"]
    stays = (request["Type"], request.get("InstanceInterruptionBehavior"))
    demand(stays == ("persistent", "stop"), f"dev's instance can be stopped and started, its Spot request is {stays}")
    demand(tags(instance["Tags"]).get("nightcap:environment") == "dev", "dev's instance is tagged for Nightcap")
    demand(bool(instance.get("PublicIpAddress")), "dev's instance has a public address")
    demand(not groups(aws, "greenleaf-dev"), "dev has no Auto Scaling group")
    databases = aws.client("rds").describe_db_instances()["DBInstances"]
    demand(not [one for one in databases if one["DBInstanceIdentifier"].startswith("greenleaf-dev")], "dev has no database")


def shaped_like_prod(name: str, outputs: dict[str, Any], aws: Aws) -> None:
    group = aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[outputs["group_name"]])["AutoScalingGroups"][0]
    size = (group["MinSize"], group["DesiredCapacity"], group["MaxSize"])
    demand(size == (2, 2, 4), f"{name}: the group is 2/2/4, not {size}")
    demand(tags(group["Tags"]).get("nightcap:environment") == name, f"{name}: the group is tagged for Nightcap")
    demand([tag["PropagateAtLaunch"] for tag in group["Tags"] if tag["Key"] == "nightcap:environment"] == [True], f"{name}: its instances' cost is counted with it")
    database = find_database(outputs, aws)
    demand(database["MultiAZ"] and not database["PubliclyAccessible"] and database["StorageEncrypted"], f"{name}: Multi-AZ, private, encrypted")
    demand(tags(database["TagList"]).get("nightcap:environment") == name, f"{name}: the database is tagged for Nightcap")
    demand("MasterUserSecret" in database, f"{name}: RDS manages the password")
    windows = (database["PreferredBackupWindow"], database["PreferredMaintenanceWindow"])
    wanted = {"prod": ("03:00-04:00", "mon:04:00-mon:05:00"), "preprod": ("11:00-12:00", "tue:15:00-tue:16:00")}[name]
    demand(windows == wanted, f"{name}: backup and maintenance windows are {windows}")
    for nat in groups(aws, f"greenleaf-{name}-nat"):
        demand("nightcap:environment" not in tags(nat["Tags"]), f"{name}: NAT instances are never scheduled")
    demand(len(groups(aws, f"greenleaf-{name}-nat")) == 2, f"{name}: one NAT instance a zone")


def read_replica(rds: Any) -> None:
    """The variants' one: small, in one zone, without backups, and not tagged for Nightcap, which could not stop it."""
    databases = {one["DBInstanceIdentifier"]: one for one in rds.describe_db_instances()["DBInstances"]}
    replica = databases["greenleaf-preprod-db-replica"]
    shape = (replica["DBInstanceClass"], replica["MultiAZ"], replica["BackupRetentionPeriod"], replica["ReadReplicaSourceDBInstanceIdentifier"])
    demand(shape == ("db.t3.small", False, 0, "greenleaf-preprod-db"), f"the read replica is {shape}")
    demand("nightcap:environment" not in tags(replica["TagList"]), "the read replica is not tagged for Nightcap")
    demand("MasterUserSecret" not in databases["greenleaf-preprod-db"], "RDS manages no password of a replica's source")


def account_services(outputs: dict[str, Any], aws: Aws) -> None:
    budgets = aws.client("budgets")
    budget = budgets.describe_budget(AccountId="123456789012", BudgetName="greenleaf-monthly")["Budget"]
    demand(float(budget["BudgetLimit"]["Amount"]) == 500 and budget["TimeUnit"] == "MONTHLY", "the budget is 500 USD a month")
    notes = budgets.describe_notifications_for_budget(AccountId="123456789012", BudgetName=budget["BudgetName"])["Notifications"]
    said = {(note["NotificationType"], float(note["Threshold"])) for note in notes}
    demand(said == {("ACTUAL", 80.0), ("FORECASTED", 100.0)}, f"its notifications: {said}")
    registry = aws.client("ecr")
    for repository in registry.describe_repositories()["repositories"]:
        safe = repository["imageTagMutability"] == "IMMUTABLE" and repository["imageScanningConfiguration"]["scanOnPush"]
        kept = registry.get_lifecycle_policy(repositoryName=repository["repositoryName"])["lifecyclePolicyText"]
        demand(safe and '"countNumber":10' in kept, f"{repository['repositoryName']}: immutable, scanned, the last 10 kept")
    nightcap = outputs["nightcap"]
    demand("prod" not in nightcap["scheduled_environments"], "prod is never schedulable")
    settings = nightcap["scheduler_environment"]
    wanted = {"NIGHTCAP_CONFIG", "NIGHTCAP_TOPIC_ARN", "NIGHTCAP_TABLE", "NIGHTCAP_QUEUE_URL"}
    demand(set(settings) == wanted, f"the function's settings are {sorted(settings)}")
    schedules = aws.client("scheduler").list_schedules(GroupName="nightcap")["Schedules"]
    names = {schedule["Name"] for schedule in schedules}
    # dev and preprod have the same hours: one start and one stop.
    made = nightcap["schedules"]
    wanted = {"nightcap-reconcile", "nightcap-budget-guard", *(f"nightcap-{name}" for name in made)}
    demand(names == wanted and len(made) == 2, f"schedules: {sorted(names)}")
    (begin,) = [name for name, one in made.items() if one["due"] == ["office-hours-0-start"]]
    start = aws.client("scheduler").get_schedule(GroupName="nightcap", Name=f"nightcap-{begin}")
    demand(start["ScheduleExpression"] == "cron(0 9 ? * MON,TUE,WED,THU,FRI *)", start["ScheduleExpression"])
    demand(start["ScheduleExpressionTimezone"] == "Europe/Paris", start["ScheduleExpressionTimezone"])
    demand(start["Target"]["Input"] == '{"command":"tick","scheduled_time":"<aws.scheduler.scheduled-time>"}', start["Target"]["Input"])


def lift_protection(outputs: dict[str, Any], aws: Aws) -> None:
    """By hand, as a person would have to: the variables of prod do not allow it. First: is it there?"""
    rds, database = aws.client("rds"), find_database(outputs, aws)
    demand(database["DeletionProtection"], "prod's database refuses to be deleted")
    rds.modify_db_instance(DBInstanceIdentifier=outputs["database_identifier"], DeletionProtection=False)
    balancing = aws.client("elbv2")
    (balancer,) = balancing.describe_load_balancers(Names=["greenleaf-prod-alb"])["LoadBalancers"]
    attribute = {"Key": "deletion_protection.enabled", "Value": "false"}
    balancing.modify_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"], Attributes=[attribute])
    aws.client("dynamodb").update_table(TableName=outputs["nightcap"]["ledger_table_name"], DeletionProtectionEnabled=False)


def left_behind(name: str, aws: Aws) -> None:
    """After destroy: nothing, but prod's final snapshot."""
    demand(not groups(aws, f"greenleaf-{name}"), f"{name}: no group is left")
    snapshots = [one["DBSnapshotIdentifier"] for one in aws.client("rds").describe_db_snapshots()["DBSnapshots"]]
    manual = [one for one in snapshots if one == f"greenleaf-{name}-db-final-1"]
    if name == "prod":
        demand(len(manual) == 1, f"prod leaves its final snapshot, found {snapshots}")
    elif name == "preprod":
        demand(not manual, "preprod leaves no final snapshot")


def running(aws: Aws, name: str) -> list[dict[str, Any]]:
    filters = [{"Name": "tag:Name", "Values": [name]}, {"Name": "instance-state-name", "Values": ["pending", "running"]}]
    return [one for found in aws.client("ec2").describe_instances(Filters=filters)["Reservations"] for one in found["Instances"]]


def groups(aws: Aws, prefix: str, region: str = "eu-west-3") -> list[dict[str, Any]]:
    every = aws.client("autoscaling", region).describe_auto_scaling_groups()["AutoScalingGroups"]
    return [group for group in every if group["AutoScalingGroupName"].startswith(f"{prefix}-")]


def find_database(outputs: dict[str, Any], aws: Aws) -> dict[str, Any]:
    return aws.client("rds").describe_db_instances(DBInstanceIdentifier=outputs["database_identifier"])["DBInstances"][0]


def tags(listed: list[dict[str, Any]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in listed}
