"""What an operation with its parameters is authorised as: actions of IAM, each on a resource.

Which action has which resources and condition keys is `reference`'s; how a request names them is here. An operation
whose action takes no resource is authorised on `*` and needs no line; any other without a line, a resource or a key
that AWS does not know, and an action that AWS makes another depend on without a word about when, is a `NotMapped`,
which fails the test that made the call: nothing passes because nobody thought of it.

Names of operations and actions differ for a few (each says where that is written); the rest have one name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..licenses import configuration_of
from . import reference, tags
from .tags import Place

Parameters = Mapping[str, Any]
Context = dict[str, "str | tuple[str, ...]"]


class NotMapped(LookupError):
    """Nobody has said what this is authorised as, or AWS does not know what was said."""


@dataclass(frozen=True)
class Check:
    """One question to IAM."""

    action: str
    resource: str
    context: Context


# The prefix under which a service has its own name for the tags of a resource.
OWN_TAG_KEYS = {"autoscaling": "autoscaling:ResourceTag", "ec2": "ec2:ResourceTag", "eks": "", "ecs": "ecs:ResourceTag"}

# Keys that are set here. A policy that asks for another cannot be judged and is refused when it is read.
SET = (
    "aws:ResourceTag/", "aws:RequestTag/", "aws:TagKeys", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID",
    "aws:RequestedRegion", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:SourceAccount", "aws:SourceArn", "aws:ViaAWSService",
    "autoscaling:MaxSize", "autoscaling:MinSize", "autoscaling:ResourceTag/", "dynamodb:LeadingKeys", "ec2:ResourceTag/",
    "ecs:cluster", "ecs:ResourceTag/", "kms:EncryptionContextKeys", "kms:GrantIsForAWSResource", "kms:GrantOperations",
    "kms:ViaService", "sts:ExternalId", "sts:RoleSessionName",
    "AWS:SourceOwner",
)  # fmt: skip

# When an action needs the one that AWS's reference makes it depend on. Handled below where the answer is a function.
DEPENDENT = {
    ("autoscaling:UpdateAutoScalingGroup", "iam:PassRole"): "only with ServiceLinkedRoleARN, which is refused below",
    ("rds:StopDBInstance", "rds:CreateDBSnapshot"): "with DBSnapshotIdentifier: asked below",
    ("rds:StopDBInstance", "rds:AddTagsToResource"): "with DBSnapshotIdentifier: asked below",
    ("rds:CreateDBSnapshot", "rds:AddTagsToResource"): "with Tags: asked below",
    ("rds:StopDBCluster", "rds:AddTagsToResource"): "there is no snapshot at the stop of a cluster",
    ("rds:StopDBCluster", "rds:CreateDBClusterSnapshot"): "there is no snapshot at the stop of a cluster",
    ("budgets:ViewBudget", "billing:GetBillingViewData"): "on the view that the budget is of: asked below",
}


def checks(service: str, operation: str, parameters: Parameters, place: Place) -> list[Check]:
    """All that must be allowed for this call."""
    try:
        if rule := RULES.get(f"{service}:{operation}"):
            return list(rule(parameters, place))
        return list(_by_name(service, operation, place))
    except reference.Unknown as error:
        raise NotMapped(str(error)) from error


def _by_name(service: str, operation: str, place: Place) -> Iterator[Check]:
    action = f"{PREFIX.get(service, service)}:{operation}"
    if reference.takes_resources(action):
        raise NotMapped(f"{service}:{operation} takes resources: say which in tests/embedded_aws/iam/actions.py")
    yield check(action, "*")


# The prefix in policies, where requests are signed with another name.
PREFIX = {"monitoring": "cloudwatch", "tagging": "tag"}


def check(action: str, resource: str, context: Context | None = None) -> Check:
    """A question with the resource's tags; keys that AWS does not set for it are not set here either."""
    kind = reference.type_of(action, resource)
    known = reference.keys(action, kind)
    for one in reference.resource_types(action).get(kind, {}).get("dependents", ()):
        if (action, one) not in DEPENDENT:
            raise NotMapped(f"{action} depends on {one}: say when in tests/embedded_aws/iam/actions.py")
    full: Context = {}
    service = action.partition(":")[0]
    for key, value in tags.of(resource).items():
        full[f"aws:ResourceTag/{key}"] = value
        if own := OWN_TAG_KEYS.get(service):
            full[f"{own}/{key}"] = value
    for key, given in (context or {}).items():
        if not reference.has_key(known, key):
            raise NotMapped(f"AWS sets no {key} for {action}")
        full[key] = given
    return Check(action, resource, {key: value for key, value in full.items() if reference.has_key(known, key)})


def tagging(asked: Mapping[str, str] | list[str]) -> Context:
    """The keys about tags of a request; removing some names no values, and asking for none sets nothing."""
    if not asked:
        return {}
    values: Context = {f"aws:RequestTag/{key}": value for key, value in asked.items()} if isinstance(asked, Mapping) else {}
    return {**values, "aws:TagKeys": tuple(asked)}


def _tag_list(parameters: Parameters, name: str = "Tags", key: str = "Key", value: str = "Value") -> dict[str, str]:
    return {tag[key]: tag.get(value) or "" for tag in parameters.get(name) or []}


# RDS


def _named(place: Place, kind: str, name: str) -> str:
    """RDS takes a name or an ARN, and keeps names in lower case."""
    return name if name.startswith("arn:") else place.arn("rds", f"{kind}:{name.lower()}")


def _listing(action: str, kind: str, parameter: str, region: str | None = None) -> Callable[[Parameters, Place], Iterator[Check]]:
    """A list is authorised on the one that is asked for, or on all of them: `db:*`."""

    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        name = parameters.get(parameter) or "*"
        yield check(action, name if name.startswith("arn:") else place.arn("rds", f"{kind}:{name}", region))

    return asked


def _one(action: str, kind: str, parameter: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        yield check(action, _named(place, kind, parameters[parameter]))

    return asked


def _stop_instance(parameters: Parameters, place: Place) -> Iterator[Check]:
    database = _named(place, "db", parameters["DBInstanceIdentifier"])
    yield check("rds:StopDBInstance", database)
    if name := parameters.get("DBSnapshotIdentifier"):
        snapshot = _named(place, "snapshot", name)
        yield check("rds:StopDBInstance", snapshot)
        yield check("rds:CreateDBSnapshot", database)
        yield check("rds:CreateDBSnapshot", snapshot)
        yield check("rds:AddTagsToResource", snapshot)


def _create_snapshot(parameters: Parameters, place: Place) -> Iterator[Check]:
    asked = _tag_list(parameters)
    snapshot = _named(place, "snapshot", parameters["DBSnapshotIdentifier"])
    yield check("rds:CreateDBSnapshot", _named(place, "db", parameters["DBInstanceIdentifier"]), tagging(asked))
    yield check("rds:CreateDBSnapshot", snapshot, tagging(asked))
    if asked:
        yield check("rds:AddTagsToResource", snapshot, tagging(asked))


def _describe_snapshots(parameters: Parameters, place: Place) -> Iterator[Check]:
    yield check("rds:DescribeDBSnapshots", place.arn("rds", f"db:{parameters.get('DBInstanceIdentifier') or '*'}"))
    yield check("rds:DescribeDBSnapshots", place.arn("rds", f"snapshot:{parameters.get('DBSnapshotIdentifier') or '*'}"))


def _rds_tags(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        yield check(action, parameters["ResourceName"], tagging(_tag_list(parameters) or list(parameters.get("TagKeys") or [])))

    return asked


# Auto Scaling


def _group(action: str, parameter: str = "AutoScalingGroupName") -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        yield check(action, tags.group_arn(place, parameters[parameter]))

    return asked


def _update_group(parameters: Parameters, place: Place) -> Iterator[Check]:
    if "ServiceLinkedRoleARN" in parameters:
        raise NotMapped("a service-linked role needs iam:PassRole, which nobody asks for here")
    sizes: Context = {f"autoscaling:{name}": str(parameters[name]) for name in ("MinSize", "MaxSize") if name in parameters}
    yield check("autoscaling:UpdateAutoScalingGroup", tags.group_arn(place, parameters["AutoScalingGroupName"]), sizes)


def _group_tags(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        about = _tag_list(parameters)
        for name in dict.fromkeys(tag["ResourceId"] for tag in parameters["Tags"]):
            yield check(action, tags.group_arn(place, name), tagging(about))

    return asked


# EC2, ECS, EKS


def _machines(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        for name in parameters["InstanceIds"]:
            yield check(action, place.arn("ec2", f"instance/{name}"))
            # A start, on what licenses it besides (Service Authorization Reference, Amazon EC2).
            if action == "ec2:StartInstances" and (configuration := configuration_of(str(name))):
                yield check(action, configuration)

    return asked


def _started(parameters: Parameters, place: Place) -> list[Any]:
    asked = set(parameters["InstanceIds"])
    reservations = tags.backend("ec2", place).reservations.values()
    return [one for reservation in reservations for one in reservation.instances if one.id in asked]


def behind(service: str, operation: str, parameters: Parameters, place: Place) -> Iterator[tuple[Any, Check]]:
    """What AWS asks for in the caller's name once a call has succeeded, and the machine that is stopped again if it may not.

    EBS is given a grant on the customer key of an encrypted volume:
    https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html and
    https://repost.aws/knowledge-center/kms-iam-ec2-permission
    """
    if (service, operation) != ("ec2", "StartInstances"):
        return
    for machine in _started(parameters, place):
        if key := getattr(machine, "volume_key", None):
            context: Context = {
                "kms:EncryptionContextKeys": ("aws:ebs:id",),
                "kms:GrantIsForAWSResource": "true",
                "kms:GrantOperations": ("Decrypt",),
                "kms:ViaService": f"ec2.{place.region}.amazonaws.com",
            }
            yield machine, check("kms:CreateGrant", key, context)


def _log(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        yield check(action, place.arn("logs", f"log-group:{parameters['logGroupName']}:log-stream:{parameters['logStreamName']}"))

    return asked


def _services(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        cluster = str(parameters.get("cluster") or "default").rpartition("/")[2]
        whose: Context = {"ecs:cluster": place.arn("ecs", f"cluster/{cluster}")}
        for name in parameters.get("services") or [parameters["service"]]:
            yield check(action, place.arn("ecs", f"service/{cluster}/{name.rpartition('/')[2]}"), whose)

    return asked


def _tag_by_arn(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        given = parameters.get("tags") or {}
        about = given if isinstance(given, Mapping) else {tag["key"]: tag.get("value") or "" for tag in given}
        yield check(action, parameters["resourceArn"], tagging(about or list(parameters.get("tagKeys") or [])))

    return asked


def _node_group(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        yield check(action, tags.node_group_arn(place, parameters["clusterName"], parameters["nodegroupName"]))

    return asked


# The ledger


def _table(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    """One item, or those of one table that a query names by their partition key (`dynamodb:LeadingKeys`)."""

    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        name = parameters["TableName"]
        if action == "dynamodb:Query":
            leading = _queried(parameters, place)
        else:
            leading = _leading(name, parameters.get("Item") or parameters.get("Key"), place)
        yield check(action, _table_arn(name, place), {"dynamodb:LeadingKeys": leading} if leading else {})

    return asked


def _batch_write(parameters: Parameters, place: Place) -> Iterator[Check]:
    for name, asked in parameters["RequestItems"].items():
        items = [one.get("PutRequest", {}).get("Item") or one.get("DeleteRequest", {}).get("Key") for one in asked]
        leading = tuple(dict.fromkeys(key for item in items for key in _leading(name, item, place)))
        yield check("dynamodb:BatchWriteItem", _table_arn(name, place), {"dynamodb:LeadingKeys": leading} if leading else {})


def _transaction(parameters: Parameters, place: Place) -> Iterator[Check]:
    """There is no action for a transaction: it is authorised by what it does to each item.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    """
    for one in parameters["TransactItems"]:
        for verb, asked in one.items():
            action = f"dynamodb:{verb}" + ("" if verb.endswith("Item") else "Item")
            if verb == "ConditionCheck":
                action = "dynamodb:ConditionCheckItem"
            leading = _leading(asked["TableName"], asked.get("Item") or asked.get("Key"), place)
            yield check(action, _table_arn(asked["TableName"], place), {"dynamodb:LeadingKeys": leading} if leading else {})


def _table_arn(name: str, place: Place) -> str:
    return name if name.startswith("arn:") else place.arn("dynamodb", f"table/{name}")


def _hash_key(name: str, place: Place) -> str | None:
    table = tags.backend("dynamodb", place).tables.get(name.rpartition("/")[2])
    return str(table.hash_key_attr) if table else None


def _leading(name: str, item: Mapping[str, Any] | None, place: Place) -> tuple[str, ...]:
    value = (item or {}).get(_hash_key(name, place) or "")
    return tuple(str(text) for text in value.values()) if isinstance(value, Mapping) else ()


def _queried(parameters: Parameters, place: Place) -> tuple[str, ...]:
    named = parameters.get("ExpressionAttributeNames") or {}
    values = parameters.get("ExpressionAttributeValues") or {}
    for name, value in re.findall(r"(#?\w+)\s*=\s*(:\w+)", parameters.get("KeyConditionExpression") or ""):
        if named.get(name, name) == _hash_key(parameters["TableName"], place):
            return tuple(str(text) for text in values[value].values())
    if _hash_key(parameters["TableName"], place) is None:
        return ()
    raise NotMapped("a Query whose partition key is not found in its KeyConditionExpression")


# Messages, settings, money


def _queue(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    """The batches have no action of their own.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    """

    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        account, name = parameters["QueueUrl"].rstrip("/").split("/")[-2:]
        arn = Place(account, place.region, place.partition).arn("sqs", name)
        yield check(action, arn)
        yield from _encrypted(_queue_key(arn), "sqs", SEALING if action == "sqs:SendMessage" else OPENING, place)

    return asked


def _topic(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        arn = parameters["TopicArn"]
        yield check(action, arn)
        if action == "sns:Publish":
            yield from _encrypted(_topic_key(arn), "sns", SEALING, place)

    return asked


# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html and
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
SEALING = ("kms:GenerateDataKey", "kms:Decrypt")
OPENING = ("kms:Decrypt",)


def _encrypted(key: str | None, service: str, wanted: tuple[str, ...], place: Place) -> Iterator[Check]:
    """What a customer's key asks of who uses what it encrypts; AWS's own keys are open to all of the account."""
    if not key or key.startswith("alias/aws/"):
        return
    arn = key if key.startswith("arn:") else place.arn("kms", f"key/{key}")
    for action in wanted:
        yield check(action, arn, {"kms:ViaService": f"{service}.{place.region}.amazonaws.com"})


def _topic_key(arn: str) -> str | None:
    _, partition, _, region, account, _ = arn.split(":", 5)
    topic = tags.backend("sns", Place(account, region, partition)).topics.get(arn)
    return topic.kms_master_key_id if topic else None


def _queue_key(arn: str) -> str | None:
    _, partition, _, region, account, name = arn.split(":", 5)
    queue = tags.backend("sqs", Place(account, region, partition)).queues.get(name)
    return getattr(queue, "kms_master_key_id", None) if queue else None


def _parameter(parameters: Parameters, place: Place) -> Iterator[Check]:
    name = str(parameters["Name"])
    yield check("ssm:GetParameter", name if name.startswith("arn:") else place.arn("ssm", f"parameter/{name.lstrip('/')}"))
    found = tags.backend("ssm", place)._parameters.get(name)
    if found and parameters.get("WithDecryption") and found[-1].parameter_type == "SecureString":
        yield from _encrypted(found[-1].keyid, "ssm", OPENING, place)


def _object(action: str) -> Callable[[Parameters, Place], Iterator[Check]]:
    def asked(parameters: Parameters, place: Place) -> Iterator[Check]:
        yield check(action, f"arn:{place.partition}:s3:::{parameters['Bucket']}/{parameters['Key']}")

    return asked


def _budget(parameters: Parameters, place: Place) -> Iterator[Check]:
    """Every operation that reads a budget is `ViewBudget`.

    https://docs.aws.amazon.com/cost-management/latest/userguide/billing-permissions-ref.html
    """
    account = parameters["AccountId"]
    yield check("budgets:ViewBudget", f"arn:{place.partition}:budgets::{account}:budget/{parameters.get('BudgetName') or '*'}")
    # The reference makes the one depend on the other and does not say when; every budget here is of the primary view.
    yield check("billing:GetBillingViewData", f"arn:{place.partition}:billing::{account}:billingview/primary")


def _assume(parameters: Parameters, place: Place) -> Iterator[Check]:
    about: Context = {"sts:RoleSessionName": parameters["RoleSessionName"]}
    if "ExternalId" in parameters:
        about["sts:ExternalId"] = parameters["ExternalId"]
    if "SourceIdentity" in parameters or "Tags" in parameters:
        raise NotMapped("a source identity or session tags need actions of their own (sts:SetSourceIdentity, sts:TagSession)")
    yield check("sts:AssumeRole", parameters["RoleArn"], about)


def _nothing(parameters: Parameters, place: Place) -> Iterator[Check]:
    """"No permissions are required to perform this operation": API_GetCallerIdentity.html of STS."""
    return iter(())


RULES: dict[str, Callable[[Parameters, Place], Iterator[Check]]] = {
    "rds:DescribeDBInstances": _listing("rds:DescribeDBInstances", "db", "DBInstanceIdentifier"),
    "rds:DescribeDBClusters": _listing("rds:DescribeDBClusters", "cluster", "DBClusterIdentifier"),
    "rds:DescribeGlobalClusters": _listing("rds:DescribeGlobalClusters", "global-cluster", "GlobalClusterIdentifier", ""),
    "rds:DescribeBlueGreenDeployments": _listing("rds:DescribeBlueGreenDeployments", "deployment", "BlueGreenDeploymentIdentifier"),
    "rds:DescribeDBSnapshots": _describe_snapshots,
    "rds:StopDBInstance": _stop_instance,
    "rds:StartDBInstance": _one("rds:StartDBInstance", "db", "DBInstanceIdentifier"),
    "rds:StopDBCluster": _one("rds:StopDBCluster", "cluster", "DBClusterIdentifier"),
    "rds:StartDBCluster": _one("rds:StartDBCluster", "cluster", "DBClusterIdentifier"),
    "rds:CreateDBSnapshot": _create_snapshot,
    "rds:DeleteDBSnapshot": _one("rds:DeleteDBSnapshot", "snapshot", "DBSnapshotIdentifier"),
    "rds:AddTagsToResource": _rds_tags("rds:AddTagsToResource"),
    "rds:RemoveTagsFromResource": _rds_tags("rds:RemoveTagsFromResource"),
    "rds:ListTagsForResource": _rds_tags("rds:ListTagsForResource"),
    "rds:ModifyDBInstance": _one("rds:ModifyDBInstance", "db", "DBInstanceIdentifier"),
    "rds:RebootDBInstance": _one("rds:RebootDBInstance", "db", "DBInstanceIdentifier"),
    "autoscaling:UpdateAutoScalingGroup": _update_group,
    "autoscaling:SetDesiredCapacity": _group("autoscaling:SetDesiredCapacity"),
    "autoscaling:SuspendProcesses": _group("autoscaling:SuspendProcesses"),
    "autoscaling:PutWarmPool": _group("autoscaling:PutWarmPool"),
    "autoscaling:DeleteWarmPool": _group("autoscaling:DeleteWarmPool"),
    "autoscaling:CreateOrUpdateTags": _group_tags("autoscaling:CreateOrUpdateTags"),
    "autoscaling:DeleteTags": _group_tags("autoscaling:DeleteTags"),
    "ec2:StopInstances": _machines("ec2:StopInstances"),
    "ec2:StartInstances": _machines("ec2:StartInstances"),
    "ec2:TerminateInstances": _machines("ec2:TerminateInstances"),
    "logs:CreateLogStream": _log("logs:CreateLogStream"),
    "logs:PutLogEvents": _log("logs:PutLogEvents"),
    "ecs:DescribeServices": _services("ecs:DescribeServices"),
    "ecs:UpdateService": _services("ecs:UpdateService"),
    "ecs:TagResource": _tag_by_arn("ecs:TagResource"),
    "ecs:UntagResource": _tag_by_arn("ecs:UntagResource"),
    "eks:DescribeNodegroup": _node_group("eks:DescribeNodegroup"),
    "eks:UpdateNodegroupConfig": _node_group("eks:UpdateNodegroupConfig"),
    "eks:TagResource": _tag_by_arn("eks:TagResource"),
    "eks:UntagResource": _tag_by_arn("eks:UntagResource"),
    "dynamodb:GetItem": _table("dynamodb:GetItem"),
    "dynamodb:PutItem": _table("dynamodb:PutItem"),
    "dynamodb:UpdateItem": _table("dynamodb:UpdateItem"),
    "dynamodb:DeleteItem": _table("dynamodb:DeleteItem"),
    "dynamodb:Query": _table("dynamodb:Query"),
    "dynamodb:BatchWriteItem": _batch_write,
    "dynamodb:TransactWriteItems": _transaction,
    "sqs:SendMessage": _queue("sqs:SendMessage"),
    "sqs:SendMessageBatch": _queue("sqs:SendMessage"),
    "sqs:ReceiveMessage": _queue("sqs:ReceiveMessage"),
    "sqs:DeleteMessage": _queue("sqs:DeleteMessage"),
    "sqs:DeleteMessageBatch": _queue("sqs:DeleteMessage"),
    "sqs:GetQueueAttributes": _queue("sqs:GetQueueAttributes"),
    "sns:Publish": _topic("sns:Publish"),
    "sns:ListSubscriptionsByTopic": _topic("sns:ListSubscriptionsByTopic"),
    "sns:GetTopicAttributes": _topic("sns:GetTopicAttributes"),
    "ssm:GetParameter": _parameter,
    "s3:GetObject": _object("s3:GetObject"),
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    "s3:HeadObject": _object("s3:GetObject"),
    "budgets:DescribeBudget": _budget,
    "budgets:DescribeBudgets": _budget,
    "budgets:DescribeBudgetPerformanceHistory": _budget,
    "sts:AssumeRole": _assume,
    "sts:GetCallerIdentity": _nothing,
    # Without a BillingViewArn it is the account's own view, for which the reference has no resource.
    "ce:GetCostAndUsage": lambda parameters, place: _own_view("ce:GetCostAndUsage", parameters),
    "ce:GetCostForecast": lambda parameters, place: _own_view("ce:GetCostForecast", parameters),
}


def _own_view(action: str, parameters: Parameters) -> Iterator[Check]:
    yield check(action, parameters.get("BillingViewArn") or "*")
