"""GreenLeaf as the platform's documents have it: preprod, prod, and strangers that carry no tag of ours.

Beside what the tests act on stand those that nothing may ever act on: production, somebody else's, what bears no tag at
all, and what bears an environment's tag but is of a kind that the environment does not name (`test_seeds.py`).

`python -m embedded_aws.seed --endpoint URL` makes it and prints what it made, as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from .starter import REGION, control

ENVIRONMENT = "nightcap:environment"
TOPIC = "greenleaf-alerts"
MAILBOX = "greenleaf-mailbox"
LAUNCH_TEMPLATE = "greenleaf-app"
# Longer than an instance takes to launch: the seeded groups are in service.
SETTLING_SECONDS = 180

ClientOf = Callable[[str], Any]
Tags = dict[str, str]


def seed(client: ClientOf, settle: Callable[[int], None]) -> dict[str, Any]:
    """Makes everything. `settle` moves the virtual clock by so many seconds."""
    client("ec2").create_launch_template(
        LaunchTemplateName=LAUNCH_TEMPLATE,
        LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.small"},
    )
    made = {
        "region": REGION,
        "preprod": _preprod(client),
        "prod": _prod(client),
        "strangers": _strangers(client),
        **_topic(client),
    }
    settle(SETTLING_SECONDS)
    return made


def _preprod(client: ClientOf) -> dict[str, Any]:
    tags = {ENVIRONMENT: "preprod", "Environment": "preprod"}
    return {
        "auto_scaling_groups": [_group(client, "greenleaf-preprod-app", tags)],
        "databases": [
            _database(client, "greenleaf-preprod-db", tags, DBInstanceClass="db.t3.medium"),
            _database(client, "greenleaf-preprod-reports", tags, DBInstanceClass="db.t3.small"),
            _replica(client, "greenleaf-preprod-reports-replica", "greenleaf-preprod-reports", tags),
        ],
        "clusters": [_aurora(client, "greenleaf-preprod-search", tags)],
        # Of a kind that no environment names unless it says so.
        "machines": [_machine(client, "greenleaf-preprod-bastion", tags)],
    }


def _prod(client: ClientOf) -> dict[str, Any]:
    tags = {ENVIRONMENT: "prod", "Environment": "prod"}
    return {
        "auto_scaling_groups": [_group(client, "greenleaf-prod-app", tags)],
        "databases": [
            _database(
                client, "greenleaf-prod-db", tags, DBInstanceClass="db.t3.medium", MultiAZ=True, DeletionProtection=True
            )
        ],
        "clusters": [],
        "machines": [_machine(client, "greenleaf-prod-bastion", tags)],
    }


def _strangers(client: ClientOf) -> dict[str, Any]:
    """Somebody else's, in the same account: nothing here may ever touch them."""
    tags = {"Owner": "data-team"}
    return {
        "auto_scaling_groups": [_group(client, "data-team-batch", tags)],
        "databases": [_database(client, "data-team-warehouse", tags, DBInstanceClass="db.t3.small")],
        "clusters": [],
        "machines": [_machine(client, "data-team-notebook", tags), _machine(client, None, {})],
    }


def _group(client: ClientOf, name: str, tags: Tags) -> str:
    client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": LAUNCH_TEMPLATE},
        MinSize=2,
        DesiredCapacity=2,
        MaxSize=4,
        AvailabilityZones=[f"{REGION}a", f"{REGION}b"],
        # As infra/ does: the group is what sleeps, so its machines do not bear the scheduling tag.
        Tags=[
            {
                "ResourceId": name,
                "ResourceType": "auto-scaling-group",
                "Key": key,
                "Value": value,
                "PropagateAtLaunch": key != "nightcap:environment",
            }
            for key, value in tags.items()
        ],
    )
    return name


def _machine(client: ClientOf, name: str | None, tags: Tags) -> str:
    """Its id. Without a name and tags it is one of which nobody knows whose it is."""
    named = {**tags, **({"Name": name} if name else {})}
    made = client("ec2").run_instances(
        ImageId="ami-12c6146b",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        **({"TagSpecifications": [{"ResourceType": "instance", "Tags": _list(named)}]} if named else {}),
    )
    return str(made["Instances"][0]["InstanceId"])


def _database(client: ClientOf, name: str, tags: Tags, **settings: Any) -> str:
    client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        Engine="postgres",
        EngineVersion="15.10",
        DBName="medusa_db",
        AllocatedStorage=20,
        StorageType="gp3",
        MasterUsername="greenleaf",
        MasterUserPassword="not-a-secret-here",
        # Within office hours in Paris, summer and winter: AWS backs up only what is available.
        PreferredBackupWindow="12:00-13:00",
        PreferredMaintenanceWindow="mon:04:00-mon:05:00",
        BackupRetentionPeriod=7,
        Tags=_list(tags),
        **settings,
    )
    return name


def _replica(client: ClientOf, name: str, source: str, tags: Tags) -> str:
    client("rds").create_db_instance_read_replica(
        DBInstanceIdentifier=name, SourceDBInstanceIdentifier=source, DBInstanceClass="db.t3.small", Tags=_list(tags)
    )
    return name


def _aurora(client: ClientOf, name: str, tags: Tags) -> str:
    rds = client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-postgresql",
        EngineVersion="15.10",
        MasterUsername="greenleaf",
        MasterUserPassword="not-a-secret-here",
        Tags=_list(tags),
    )
    rds.create_db_instance(
        DBInstanceIdentifier=f"{name}-1",
        DBClusterIdentifier=name,
        DBInstanceClass="db.t3.medium",
        Engine="aurora-postgresql",
        Tags=_list(tags),
    )
    return name


def _topic(client: ClientOf) -> dict[str, str]:
    """The alert topic, and a queue that reads the mail as SNS delivers it: in its envelope (raw delivery off)."""
    topic = client("sns").create_topic(Name=TOPIC)["TopicArn"]
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=MAILBOX)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "false"}
    )
    return {"topic_arn": topic, "mailbox_queue_url": url}


def _list(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def main() -> int:
    import boto3

    parser = argparse.ArgumentParser(prog="python -m embedded_aws.seed", description=__doc__)
    parser.add_argument("--endpoint", required=True, help="URL of an embedded AWS: http://127.0.0.1:PORT")
    endpoint = parser.parse_args().endpoint.rstrip("/")

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id="embedded",
            aws_secret_access_key="embedded",
        )

    def settle(seconds: int) -> None:
        control(endpoint, "POST", "clock", {"advance_seconds": seconds})

    json.dump(seed(client, settle), sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
