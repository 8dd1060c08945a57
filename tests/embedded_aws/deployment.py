"""Nightcap as its Terraform deploys it, with a small fleet in order, and faults that an examination should find.

`python -m embedded_aws.deployment --endpoint URL --config FILE --policy FILE --faults a,b` makes it, for tests.
"""

from __future__ import annotations

import argparse
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .starter import REGION, control

ACCOUNT = "123456789012"
NAME = "nightcap"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:greenleaf-alerts"
DEAD = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}-dead-letters"
SCHEDULER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}-scheduler"
GUARD = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}-budget-guard"
# `policies/rendered.json` has the policies of infra/modules/nightcap with names in angle brackets for these.
RENDERED = Path(__file__).parent / "iam" / "policies" / "rendered.json"
THINGS = {
    "account": ACCOUNT,
    "dead-letters": DEAD,
    "guard-logs": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{NAME}-budget-guard:*",
    "scheduler-logs": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{NAME}-scheduler:*",
    "table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{NAME}",
    "targets": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}-targets",
    "topic": TOPIC,
}
REPORT = '{"command":"report","scheduled_time":"<aws.scheduler.scheduled-time>"}'
TICK = '{"command":"tick","scheduled_time":"<aws.scheduler.scheduled-time>"}'
ENVIRONMENT = "nightcap:environment"
# `schedules.tf` names a schedule by the instant that it stands for, however many environments it is for:
# "tick-" and the beginning of the sha1 of its expression and zone.
START, STOP = "tick-e827a08eaa", "tick-8b0051c517"

Of = Callable[[str], Any]
Send = Callable[[str, Any], None]


def deploy(client: Of, config: str, policy: str, send: Callable[[str, Any], None]) -> None:
    key = _topic_key(client)
    _roles(client, policy, key)
    _ledger(client)
    _queues(client)
    _functions(client, config)
    _schedules(client)
    _topic(client, send, key)
    _budget(client)
    _fleet(client)
    send("money", {"charges": [{"from": "2026-10-01", "to": "2026-11-20", "usd": "3", "environment": "preprod"}]})
    send("account", {"cost_tags": {ENVIRONMENT: "Active"}})


def _topic_key(client: Of) -> str:
    """The alert topic's own key, as infra/modules/budget makes it."""
    policy = [
        {"Sid": "AccountAdministersByIam", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
        {
            "Sid": "BudgetsAndAlarmsPublish", "Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*",
            "Principal": {"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]},
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        },
    ]
    made = client("kms").create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": policy}))
    return str(made["KeyMetadata"]["Arn"])


def _roles(client: Of, policy: str, key: str) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam = client("iam")
    for name, documents in (("scheduler", {"own-things": _own("scheduler", key), "fleet": policy}), ("budget-guard", {"guard": _own("budget-guard", key)})):
        iam.create_role(RoleName=f"{NAME}-{name}", AssumeRolePolicyDocument=trust)
        for title, document in documents.items():
            iam.put_role_policy(RoleName=f"{NAME}-{name}", PolicyName=title, PolicyDocument=document)


def _own(function: str, key: str) -> str:
    """What Terraform gives a function of Nightcap's own things; without what stands for something that is not here."""
    text = json.dumps(json.loads(RENDERED.read_text())[function])
    for name, value in THINGS.items():
        text = text.replace(f"<{name}>", value)
    statements = json.loads(text.replace("<topic-key>", key).replace(', "<key>"', ""))
    return json.dumps({"Version": "2012-10-17", "Statement": [one for one in statements if "<" not in json.dumps(one)]})


def _ledger(client: Of) -> None:
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=NAME,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    dynamodb.update_time_to_live(TableName=NAME, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    dynamodb.update_continuous_backups(TableName=NAME, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})


def _queues(client: Of) -> None:
    sqs = client("sqs")
    sqs.create_queue(QueueName=f"{NAME}-dead-letters")
    redrive = json.dumps({"deadLetterTargetArn": DEAD, "maxReceiveCount": 5})
    sqs.create_queue(QueueName=f"{NAME}-targets", Attributes={"VisibilityTimeout": "360", "RedrivePolicy": redrive})


def _functions(client: Of, config: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("bootstrap", "#!/bin/sh\n")
    variables = {"NIGHTCAP_CONFIG": config, "NIGHTCAP_TABLE": NAME, "NIGHTCAP_TOPIC_ARN": TOPIC}
    aws_lambda = client("lambda")
    for name in ("scheduler", "budget-guard"):
        aws_lambda.create_function(
            FunctionName=f"{NAME}-{name}", Runtime="provided.al2023", Handler="bootstrap", Timeout=60,
            Role=f"arn:aws:iam::{ACCOUNT}:role/{NAME}-{name}", Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": variables},
        )
    # The guard listens to the topic, the scheduler to RDS's events.
    for name, statement, service, source in (
        ("budget-guard", "alert-topic", "sns.amazonaws.com", TOPIC),
        ("scheduler", "rds-events", "events.amazonaws.com", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{NAME}-databases"),
    ):
        aws_lambda.add_permission(
            FunctionName=f"{NAME}-{name}", StatementId=statement, Action="lambda:InvokeFunction", Principal=service,
            SourceArn=source, SourceAccount=ACCOUNT,
        )
    aws_lambda.create_event_source_mapping(EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}-targets", FunctionName=f"{NAME}-scheduler")


def _schedules(client: Of) -> None:
    scheduler = client("scheduler")
    scheduler.create_schedule_group(Name=NAME)
    for name, expression, zone in (
        (START, "cron(0 9 ? * MON,TUE,WED,THU,FRI *)", "Europe/Paris"),
        (STOP, "cron(0 19 ? * MON-FRI *)", "Europe/Paris"),
        ("reconcile", "rate(5 minutes)", "UTC"),
    ):
        schedule(client, name, expression, zone)
    schedule(client, "budget-guard", "cron(0 8 * * ? *)", "Europe/Paris", target=GUARD, document=REPORT)
    events = client("events")
    events.put_rule(Name=f"{NAME}-databases", EventPattern='{"source":["aws.rds"]}', State="ENABLED")
    events.put_targets(Rule=f"{NAME}-databases", Targets=[{"Id": "scheduler", "Arn": SCHEDULER}])


def schedule(
    client: Of, name: str, expression: str, zone: str, change: str = "create_schedule", state: str = "ENABLED",
    target: str = SCHEDULER, document: str = TICK, **settings: Any,
) -> None:
    getattr(client("scheduler"), change)(
        Name=f"{NAME}-{name}", GroupName=NAME, ScheduleExpression=expression, ScheduleExpressionTimezone=zone, State=state,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": target, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{NAME}-invoker", "Input": document},
        **settings,
    )


BUDGETS_PUBLISH = {
    "Effect": "Allow", "Principal": {"Service": "budgets.amazonaws.com"}, "Action": "SNS:Publish", "Resource": TOPIC,
    "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
}


def _topic_attribute(client: Of, name: str, value: str) -> None:
    client("sns").set_topic_attributes(TopicArn=TOPIC, AttributeName=name, AttributeValue=value)


def _topic_policy(client: Of, *statements: dict[str, Any]) -> None:
    _topic_attribute(client, "Policy", json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def _topic(client: Of, send: Callable[[str, Any], None], key: str) -> None:
    sns = client("sns")
    sns.create_topic(Name="greenleaf-alerts")
    _topic_policy(client, BUDGETS_PUBLISH)
    _topic_attribute(client, "KmsMasterKeyId", key)
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="finance@example.com")
    sns.subscribe(TopicArn=TOPIC, Protocol="lambda", Endpoint=GUARD)
    send("money", {"confirm": "finance@example.com"})


TO_TOPIC = {"SubscriptionType": "SNS", "Address": TOPIC}
TO_MAIL = {"SubscriptionType": "EMAIL", "Address": "finance@example.com"}


def _budget(
    client: Of, limit: str = "500", unit: str = "USD", period: str = "MONTHLY", kind: str = "COST",
    subscribers: tuple[dict[str, str], ...] = (TO_TOPIC,),
) -> None:
    client("budgets").create_budget(
        AccountId=ACCOUNT,
        Budget={"BudgetName": "greenleaf-monthly", "BudgetLimit": {"Amount": limit, "Unit": unit}, "TimeUnit": period, "BudgetType": kind},
        NotificationsWithSubscribers=[{
            "Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80},
            "Subscribers": list(subscribers),
        }] if subscribers else [],
    )


def tagged(value: str) -> list[dict[str, str]]:
    return [{"Key": ENVIRONMENT, "Value": value}]


def database(client: Of, name: str, tags: list[dict[str, str]], **settings: Any) -> None:
    client("rds").create_db_instance(**{
        "DBInstanceIdentifier": name, "Engine": "postgres", "DBInstanceClass": "db.t3.medium", "AllocatedStorage": 20,
        "MasterUsername": "greenleaf", "MasterUserPassword": "not-a-secret-here", "BackupRetentionPeriod": 7,
        "PreferredBackupWindow": "10:00-11:00", "PreferredMaintenanceWindow": "mon:12:00-mon:13:00", "Tags": tags, **settings,
    })


def group(client: Of, name: str, tags: list[dict[str, str]], **settings: Any) -> None:
    client("autoscaling").create_auto_scaling_group(**{
        "AutoScalingGroupName": name, "MinSize": 2, "DesiredCapacity": 2, "MaxSize": 4, "AvailabilityZones": [f"{REGION}a"],
        "LaunchTemplate": {"LaunchTemplateName": "app"},
        "Tags": [{**tag, "ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False} for tag in tags],
        **settings,
    })


def machine(client: Of, tags: list[dict[str, str]]) -> str:
    made = client("ec2").run_instances(
        ImageId="ami-12c6146b", InstanceType="t3.small", MinCount=1, MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )
    return made["Instances"][0]["InstanceId"]


def _fleet(client: Of) -> None:
    ec2 = client("ec2")
    ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.small"})
    database(client, "preprod-db", tagged("preprod"))
    rds = client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier="preprod-search", Engine="aurora-postgresql", MasterUsername="greenleaf",
        MasterUserPassword="not-a-secret-here", PreferredMaintenanceWindow="mon:12:00-mon:13:00", Tags=tagged("preprod"),
    )
    rds.create_db_instance(
        DBInstanceIdentifier="preprod-search-1", DBClusterIdentifier="preprod-search", DBInstanceClass="db.t3.medium",
        Engine="aurora-postgresql", Tags=tagged("preprod"),
    )
    database(client, "warehouse", [])
    database(client, "prod-db", tagged("prod"))
    group(client, "preprod-app", tagged("preprod"))
    machine(client, [*tagged("dev"), {"Key": "Name", "Value": "dev-box"}])


def _policy_without(client: Of) -> None:
    iam = client("iam")
    role = f"{NAME}-scheduler"
    policy = iam.get_role_policy(RoleName=role, PolicyName="fleet")["PolicyDocument"]
    policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] not in ("ResizeGroups", "StopAndStartMachines")]
    iam.put_role_policy(RoleName=role, PolicyName="fleet", PolicyDocument=json.dumps(policy))


def _variables(client: Of, **changes: str) -> None:
    aws_lambda = client("lambda")
    name = f"{NAME}-scheduler"
    variables = aws_lambda.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    kept = {key: value for key, value in {**variables, **changes}.items() if value}
    aws_lambda.update_function_configuration(FunctionName=name, Environment={"Variables": kept})


def _replace_budget(client: Of, **settings: Any) -> None:
    client("budgets").delete_budget(AccountId=ACCOUNT, BudgetName="greenleaf-monthly")
    _budget(client, **settings)


def _subscription(client: Of, protocol: str) -> str:
    listed = client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    return next(one["SubscriptionArn"] for one in listed if one["Protocol"] == protocol)


def _table(client: Of, keys: tuple[str, ...]) -> None:
    dynamodb = client("dynamodb")
    dynamodb.delete_table(TableName=NAME)
    dynamodb.create_table(
        TableName=NAME, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"))],
    )


def _warm(client: Of) -> None:
    client("autoscaling").put_warm_pool(AutoScalingGroupName="preprod-app", MaxGroupPreparedCapacity=4, PoolState="Running")


def _spot_only(client: Of) -> None:
    client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="preprod-spot", MinSize=1, DesiredCapacity=1, MaxSize=2, AvailabilityZones=[f"{REGION}a"],
        MixedInstancesPolicy={
            "LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateName": "app", "Version": "$Latest"}},
            "InstancesDistribution": {"OnDemandBaseCapacity": 0, "OnDemandPercentageAboveBaseCapacity": 0},
        },
        Tags=[{**tag, "ResourceId": "preprod-spot", "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False} for tag in tagged("preprod")],
    )


def _encrypted(client: Of) -> None:
    """A machine whose volume has a customer key that somebody disabled."""
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    machine_id = machine(client, [*tagged("dev"), {"Key": "Name", "Value": "dev-vault"}])
    ec2 = client("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, Encrypted=True, KmsKeyId=key)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=machine_id, Device="/dev/sdf")
    client("kms").disable_key(KeyId=key.rsplit("/", 1)[1])


def _customer_key(client: Of) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    machine_id = machine(client, [*tagged("dev"), {"Key": "Name", "Value": "dev-vault"}])
    ec2 = client("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, Encrypted=True, KmsKeyId=key)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=machine_id, Device="/dev/sdf")


def _service(client: Of, name: str, environment: str) -> None:
    """An ECS service of the cluster web."""
    ecs = client("ecs")
    ecs.create_cluster(clusterName="web")
    ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 128}])
    ecs.create_service(cluster="web", serviceName=name, taskDefinition="web", desiredCount=1, tags=[{"key": ENVIRONMENT, "value": environment}])


def _start_failed(client: Of, send: Send) -> None:
    failing = machine(client, [*tagged("dev"), {"Key": "Name", "Value": "dev-poor"}])
    ec2 = client("ec2")
    ec2.stop_instances(InstanceIds=[failing])
    send("clock", {"advance_seconds": 120})
    send("machines", {"instance": failing, "start_fails": "Server.InsufficientInstanceCapacity"})
    ec2.start_instances(InstanceIds=[failing])


def _service_of(client: Of, send: Send, name: str, running: int, **said: Any) -> None:
    _service(client, name, "staging")
    # Its tasks have come up once.
    send("clock", {"advance_seconds": 120})
    send("conditions", {"service": {"cluster": "web", "name": name, "running": running, **said}})


def _node_group(client: Of, send: Send) -> None:
    eks = client("eks")
    eks.create_cluster(name="batch", roleArn=f"arn:aws:iam::{ACCOUNT}:role/eks", resourcesVpcConfig={"subnetIds": ["subnet-1", "subnet-2"]})
    eks.create_nodegroup(
        clusterName="batch", nodegroupName="workers", subnets=["subnet-1"], nodeRole=f"arn:aws:iam::{ACCOUNT}:role/nodes",
        scalingConfig={"minSize": 1, "desiredSize": 1, "maxSize": 2}, tags={ENVIRONMENT: "staging"},
    )
    send("conditions", {"node_group_issues": {"batch/workers": ["AsgInstanceLaunchFailures", "NodeCreationFailure"]}})


def _launches(client: Of, send: Send) -> None:
    capacity = "We currently do not have sufficient t3.small capacity in the Availability Zone you requested. (InsufficientInstanceCapacity)"
    group(client, "preprod-poor", tagged("preprod"))
    group(client, "preprod-hooked", tagged("preprod"))
    group(client, "preprod-again", tagged("preprod"))
    group(client, "preprod-fell", tagged("preprod"))
    send("conditions", {"scaling_activities": {
        # What was terminated since says nothing of the launch that failed.
        "preprod-poor": [{"launch": False, "status": "Successful"}, {"status": "Failed", "message": f"Launching a new EC2 instance. Status Reason: {capacity}"}],
        "preprod-hooked": [{"status": "MidLifecycleAction", "minutes_ago": 40}],
        # A launch that succeeded after one that failed, and one that a new size overtook, are no fault.
        "preprod-again": [{"status": "Successful"}, {"status": "Failed", "message": capacity}],
        "preprod-fell": [{"status": "Cancelled", "message": "The desired capacity was lowered."}],
    }})


def _spot(client: Of, send: Send) -> None:
    """A Spot machine that runs on while AWS has forgotten its request."""
    made = client("ec2").request_spot_instances(
        InstanceCount=1, Type="persistent", InstanceInterruptionBehavior="stop",
        LaunchSpecification={"ImageId": "ami-12c6146b", "InstanceType": "t3.small"},
    )["SpotInstanceRequests"][0]
    client("ec2").create_tags(Resources=[made["InstanceId"]], Tags=[*tagged("dev"), {"Key": "Name", "Value": "dev-spot"}])
    send("machines", {"forget_spot_request": made["SpotInstanceRequestId"]})


def _deleted_cluster(client: Of) -> None:
    """A cluster that is gone with its service, which the index of tags goes on naming: nothing to say of it."""
    ecs = client("ecs")
    ecs.create_cluster(clusterName="gone")
    ecs.register_task_definition(family="gone", containerDefinitions=[{"name": "gone", "image": "gone", "memory": 128}])
    for environment in ("staging", "preprod", "preprd"):
        ecs.create_service(cluster="gone", serviceName=environment, taskDefinition="gone", desiredCount=0, tags=[{"key": ENVIRONMENT, "value": environment}])
        ecs.delete_service(cluster="gone", service=environment, force=True)
    ecs.delete_cluster(cluster="gone")


def _unused_tag(send: Send, listed: bool) -> None:
    send("money", {"cost_tags": {}})
    if not listed:
        # Only the management account may list them.
        denied = {"error": "AccessDeniedException", "message": "Failed to list Cost Allocation Tags: Linked account doesn't have access to cost allocation tags."}
        send("faults", {"service": "ce", "action": "ListCostAllocationTags", **denied})


def _role_policy(client: Of, change: Callable[[dict[str, Any]], None]) -> None:
    """Another policy of the scheduler's role on its fleet."""
    iam = client("iam")
    named = {"RoleName": f"{NAME}-scheduler", "PolicyName": "fleet"}
    policy = iam.get_role_policy(**named)["PolicyDocument"]
    for statement in policy["Statement"]:
        change(statement)
    iam.put_role_policy(**named, PolicyDocument=json.dumps(policy))


def _reads_by_tag(statement: dict[str, Any]) -> None:
    if statement["Sid"] == "SeeGroups":
        statement["Condition"] = {"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT}": ["preprod"]}}


def _boundary(client: Of) -> None:
    iam = client("iam")
    statement = {"Effect": "Allow", "Action": ["autoscaling:*", "ec2:*", "ecs:*", "eks:*", "tag:*", "application-autoscaling:*", "elasticloadbalancing:*",
                                               "dynamodb:*", "sqs:*", "sns:*", "logs:*", "kms:*"], "Resource": "*"}
    made = iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    iam.put_role_permissions_boundary(RoleName=f"{NAME}-scheduler", PermissionsBoundary=made["Policy"]["Arn"])


def _denied_here(client: Of) -> None:
    statement = {"Effect": "Deny", "Action": "rds:Stop*", "Resource": "*"}
    client("iam").put_role_policy(
        RoleName=f"{NAME}-scheduler", PolicyName="freeze", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Freeze", **statement}]})
    )


def _customers_key(client: Of, *statements: dict[str, Any]) -> str:
    made = client("kms").create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    return str(made["KeyMetadata"]["Arn"])


ROOT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
BUDGETS = {"Effect": "Allow", "Principal": {"Service": "budgets.amazonaws.com"}, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"}
DENY_ROLE = {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{NAME}-scheduler"}, "Resource": "*"}
DENY_OTHERS = {
    "Effect": "Deny", "Principal": "*", "Action": "SNS:Publish", "Resource": TOPIC, "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-greenleaf"}},
}


def _topic_key_off(client: Of) -> None:
    key = client("sns").get_topic_attributes(TopicArn=TOPIC)["Attributes"]["KmsMasterKeyId"]
    client("kms").disable_key(KeyId=key.rsplit("/", 1)[1])


def _queue(client: Of, **attributes: str) -> None:
    sqs = client("sqs")
    sqs.set_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName=f"{NAME}-targets")["QueueUrl"], Attributes=attributes)


def _fifo(client: Of) -> None:
    made = client("sns").create_topic(Name="greenleaf-alerts.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    _variables(client, NIGHTCAP_TOPIC_ARN=made)


# Those that no call of an AWS client makes.
SENT: dict[str, Callable[[Of, Send], Any]] = {
    "cost-tag-inactive": lambda c, send: send("account", {"cost_tags": {ENVIRONMENT: "Inactive"}}),
    "function-unfit": lambda c, send: send("account", {"function_states": {f"{NAME}-scheduler": "Failed"}}),
    "start-failed": _start_failed,
    "launch-failed": _launches,
    "tasks-fail": lambda c, send: _service_of(
        c, send, "api", 0, events=["(service api) was unable to place a task because no container instance met all of its requirements."]
    ),
    "rollout-failed": lambda c, send: _service_of(c, send, "front", 1, rollout_state="FAILED"),
    "nodes-fail": _node_group,
    "spot-forgotten": _spot,
    "parameters-pending": lambda c, send: send("conditions", {"parameters_pending": ["preprod-db"]}),
    "ledger-unusable": lambda c, send: send("conditions", {"table_without_key": NAME}),
    "clock-wrong": lambda c, send: send("conditions", {"clock_ahead_seconds": 200}),
    "costs-stale": lambda c, send: send("money", {"clear_from": "2026-11-12"}),
    "costs-none": lambda c, send: send("money", {"clear_from": "2026-01-01"}),
    "cost-tag-unused": lambda c, send: _unused_tag(send, listed=False),
    "cost-tag-active-unused": lambda c, send: _unused_tag(send, listed=True),
}

FAULTS: dict[str, Callable[[Of], Any]] = {
    "permission-missing": _policy_without,
    "function-missing": lambda c: c("lambda").delete_function(FunctionName=f"{NAME}-budget-guard"),
    "function-config": lambda c: _variables(c, NIGHTCAP_CONFIG="timezone: UTC\nenvironments: { prod: { protected: true } }\n"),
    "function-variable": lambda c: _variables(c, NIGHTCAP_TOPIC_ARN=""),
    "function-reserved": lambda c: c("lambda").put_function_concurrency(FunctionName=f"{NAME}-scheduler", ReservedConcurrentExecutions=0),
    "mapping-off": lambda c: [
        c("lambda").delete_event_source_mapping(UUID=one["UUID"]) for one in c("lambda").list_event_source_mappings()["EventSourceMappings"]
    ],
    "ledger-missing": lambda c: c("dynamodb").delete_table(TableName=NAME),
    "ledger-keys": lambda c: _table(c, ("id",)),
    "ledger-ttl": lambda c: c("dynamodb").update_time_to_live(TableName=NAME, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"}),
    "ledger-backup": lambda c: c("dynamodb").update_continuous_backups(TableName=NAME, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}),
    "queue-missing": lambda c: c("sqs").delete_queue(QueueUrl=c("sqs").get_queue_url(QueueName=f"{NAME}-targets")["QueueUrl"]),
    "queue-redrive": lambda c: c("sqs").set_queue_attributes(
        QueueUrl=c("sqs").get_queue_url(QueueName=f"{NAME}-targets")["QueueUrl"],
        Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": DEAD, "maxReceiveCount": 1}), "VisibilityTimeout": "30"},
    ),
    "dead-letters": lambda c: c("sqs").send_message(QueueUrl=c("sqs").get_queue_url(QueueName=f"{NAME}-dead-letters")["QueueUrl"], MessageBody="{}"),
    "schedules-missing": lambda c: c("scheduler").delete_schedule_group(Name=NAME),
    "schedule-missing": lambda c: c("scheduler").delete_schedule(Name=f"{NAME}-{STOP}", GroupName=NAME),
    "schedule-zone": lambda c: schedule(c, START, "cron(0 9 ? * MON-FRI *)", "UTC", "update_schedule"),
    "schedule-cron": lambda c: schedule(c, STOP, "cron(0 20 ? * MON-FRI *)", "Europe/Paris", "update_schedule"),
    "schedule-off": lambda c: schedule(c, START, "cron(0 9 ? * MON-FRI *)", "Europe/Paris", "update_schedule", "DISABLED"),
    "schedule-extra": lambda c: schedule(c, "noon", "cron(0 12 * * ? *)", "Europe/Paris"),
    "reconcile-missing": lambda c: c("scheduler").delete_schedule(Name=f"{NAME}-reconcile", GroupName=NAME),
    "rule-off": lambda c: c("events").disable_rule(Name=f"{NAME}-databases"),
    "budget-missing": lambda c: c("budgets").delete_budget(AccountId=ACCOUNT, BudgetName="greenleaf-monthly"),
    "budget-limit": lambda c: _replace_budget(c, limit="600"),
    "budget-currency": lambda c: _replace_budget(c, unit="EUR"),
    "budget-period": lambda c: _replace_budget(c, period="QUARTERLY"),
    "budget-silent": lambda c: _replace_budget(c, subscribers=()),
    "budget-not-to-topic": lambda c: _replace_budget(c, subscribers=(TO_MAIL,)),
    "budget-type": lambda c: _replace_budget(c, kind="USAGE", unit="GB"),
    "permissions-denied": _denied_here,
    "reads-by-tag": lambda c: _role_policy(c, _reads_by_tag),
    "boundary": _boundary,
    "function-config-missing": lambda c: _variables(c, NIGHTCAP_CONFIG="ssm:///nightcap/nowhere"),
    # What SNS gives a topic for which nobody wrote a policy.
    "topic-default-policy": lambda c: _topic_policy(c, {
        "Sid": "__default_statement_ID", "Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": TOPIC,
        "Action": ["SNS:GetTopicAttributes", "SNS:Subscribe", "SNS:Publish"], "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
    }),
    "topic-denied": lambda c: _topic_policy(c, BUDGETS_PUBLISH, {**DENY_ROLE, "Action": "SNS:*"}),
    "topic-deny-conditional": lambda c: _topic_policy(c, BUDGETS_PUBLISH, DENY_OTHERS),
    "topic-fifo": _fifo,
    "topic-key-of-others": lambda c: _topic_attribute(c, "KmsMasterKeyId", _customers_key(c, ROOT)),
    "topic-key-of-nobody": lambda c: _topic_attribute(c, "KmsMasterKeyId", _customers_key(c, {**ROOT, "Action": ["kms:Describe*", "kms:Get*", "kms:Put*"]}, BUDGETS)),
    "topic-key-off": _topic_key_off,
    "filter-body": lambda c: [
        c("sns").set_subscription_attributes(SubscriptionArn=_subscription(c, "lambda"), AttributeName=name, AttributeValue=value)
        for name, value in (("FilterPolicyScope", "MessageBody"), ("FilterPolicy", '{"source":["budgets"]}'))
    ],
    "guard-not-invokable": lambda c: c("lambda").remove_permission(FunctionName=f"{NAME}-budget-guard", StatementId="alert-topic"),
    "rule-without-target": lambda c: c("events").remove_targets(Rule=f"{NAME}-databases", Ids=["scheduler"]),
    "rule-not-let-in": lambda c: c("lambda").remove_permission(FunctionName=f"{NAME}-scheduler", StatementId="rds-events"),
    "guard-schedule-missing": lambda c: c("scheduler").delete_schedule(Name=f"{NAME}-budget-guard", GroupName=NAME),
    "guard-schedule-zone": lambda c: schedule(c, "budget-guard", "cron(0 8 * * ? *)", "UTC", "update_schedule", target=GUARD, document=REPORT),
    "guard-schedule-off": lambda c: schedule(c, "budget-guard", "cron(0 8 * * ? *)", "Europe/Paris", "update_schedule", "DISABLED", GUARD, REPORT),
    "guard-schedule-target": lambda c: schedule(c, "budget-guard", "cron(0 8 * * ? *)", "Europe/Paris", "update_schedule", document=REPORT),
    "schedule-ended": lambda c: schedule(c, START, "cron(0 9 ? * MON-FRI *)", "Europe/Paris", "update_schedule", EndDate="2026-11-01T00:00:00Z"),
    "queue-denied": lambda c: _queue(c, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {**DENY_ROLE, "Action": "sqs:SendMessage", "Resource": THINGS["targets"]}
    ]})),
    "queue-key": lambda c: _queue(c, KmsMasterKeyId=_customers_key(c, ROOT)),
    "predictive": lambda c: c("autoscaling").put_scaling_policy(
        AutoScalingGroupName="preprod-app", PolicyName="ahead", PolicyType="PredictiveScaling",
        PredictiveScalingConfiguration={
            "MetricSpecifications": [{"TargetValue": 50, "PredefinedMetricPairSpecification": {"PredefinedMetricType": "ASGCPUUtilization"}}],
            "Mode": "ForecastAndScale", "MaxCapacityBreachBehavior": "IncreaseMaxCapacity", "MaxCapacityBuffer": 10,
        },
    ),
    "blue-green": lambda c: c("rds").create_blue_green_deployment(
        BlueGreenDeploymentName="upgrade", Source=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:preprod-db"
    ),
    "deleted-cluster": _deleted_cluster,
    "topic-closed": lambda c: c("sns").set_topic_attributes(
        TopicArn=TOPIC, AttributeName="Policy", AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": []})
    ),
    "topic-missing": lambda c: c("sns").delete_topic(TopicArn=TOPIC),
    "readers-none": lambda c: c("sns").unsubscribe(SubscriptionArn=_subscription(c, "email")),
    "topic-key": lambda c: c("sns").set_topic_attributes(TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns"),
    "readers-pending": lambda c: c("sns").subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="later@example.com"),
    "filter-blocks": lambda c: c("sns").set_subscription_attributes(
        SubscriptionArn=_subscription(c, "lambda"), AttributeName="FilterPolicy", AttributeValue='{"nightcap":[{"exists":false}]}'
    ),
    "guard-deaf": lambda c: c("sns").unsubscribe(SubscriptionArn=_subscription(c, "lambda")),
    "backup-in-sleep": lambda c: database(c, "preprod-night", tagged("preprod"), PreferredBackupWindow="03:00-04:00"),
    "maintenance-in-sleep": lambda c: database(c, "preprod-sunday", tagged("preprod"), PreferredMaintenanceWindow="sun:12:00-sun:13:00"),
    "replica": lambda c: c("rds").create_db_instance_read_replica(
        DBInstanceIdentifier="preprod-replica", SourceDBInstanceIdentifier="preprod-db", DBInstanceClass="db.t3.small", Tags=tagged("preprod")
    ),
    "suspended": lambda c: c("autoscaling").suspend_processes(AutoScalingGroupName="preprod-app", ScalingProcesses=["Launch"]),
    "warm-pool": _warm,
    "all-spot": _spot_only,
    "scheduled-action": lambda c: c("autoscaling").put_scheduled_update_group_action(
        AutoScalingGroupName="preprod-app", ScheduledActionName="morning", Recurrence="0 6 * * *", MinSize=2, MaxSize=4, DesiredCapacity=2
    ),
    "key-dead": _encrypted,
    "key-closed": _customer_key,
    "environment-unknown": lambda c: database(c, "lost", tagged("preprd")),
    "tag-case": lambda c: database(c, "loud", [{"Key": "Nightcap:Environment", "Value": "preprod"}, *tagged("preprod")]),
    "kind-unlisted": lambda c: _service(c, "stray", "preprod"),
    # Read because another environment lists its kind; its own lists machines alone.
    "kind-of-another": lambda c: database(c, "dev-database", tagged("dev")),
    "kind-of-nowhere": lambda c: _service(c, "lost", "preprd"),
    "looks-like-production": lambda c: group(c, "live-shop", tagged("preprod")),
}


def main() -> None:
    import boto3

    parser = argparse.ArgumentParser(prog="python -m embedded_aws.deployment", description=__doc__)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--config", type=Path, help="make everything, with this configuration")
    parser.add_argument("--policy", type=Path, help="the policy of the scheduler's role on its fleet")
    parser.add_argument("--faults", default="", help=", ".join([*FAULTS, *SENT]))
    options = parser.parse_args()
    endpoint = options.endpoint.rstrip("/")

    def client(service: str) -> Any:
        return boto3.client(
            service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="embedded", aws_secret_access_key="embedded"
        )

    def send(what: str, document: Any) -> None:
        control(endpoint, "POST", what, document)

    if options.config:
        deploy(client, options.config.read_text(), options.policy.read_text(), send)
    for fault in filter(None, options.faults.split(",")):
        if fault in SENT:
            SENT[fault](client, send)
        else:
            FAULTS[fault](client)
    # What is new is up, and machines are in service.
    send("clock", {"advance_seconds": 600})


if __name__ == "__main__":
    main()
