"""IAM: a function may do what its role's policies say, to the resources they say, and is refused in AWS's words."""

from __future__ import annotations

import json
from typing import Any

from ..iam import actions, reference, roles
from ..iam.enforce import ORGANIZATION
from ..iam.tags import Place
from .case import EmbeddedAwsTest

CONFIG = """
timezone: Europe/Paris
schedules:
  office: { windows: [{ start: "0 9 * * MON-FRI", stop: "0 19 * * MON-FRI" }] }
environments:
  preprod: { schedule: office, snapshot_on_stop: true }
  dev: { schedule: office, kinds: [ec2-instance, ecs-service, eks-node-group] }
  far: { schedule: office, roles: ["arn:aws:iam::210987654321:role/nightcap"] }
  prod: { protected: true }
"""
TAG = "nightcap:environment"
TABLE = "nightcap"
QUEUE = "http://127.0.0.1/123456789012/targets"


class Iam(EmbeddedAwsTest):
    def setUp(self) -> None:
        super().setUp()
        self.variables = {
            "NIGHTCAP_CONFIG": CONFIG,
            "NIGHTCAP_TOPIC_ARN": self.made["topic_arn"],
            "NIGHTCAP_TABLE": TABLE,
            "NIGHTCAP_QUEUE_URL": QUEUE,
        }
        self.key = self.aws.deploy("scheduler", self.variables)

    def scheduler(self, service: str) -> Any:
        return self.aws.client(service, self.key)

    def guard(self, service: str) -> Any:
        key = self.aws.deploy("budget-guard", self.variables)
        return self.aws.client(service, key)

    def test_a_database_is_stopped_by_the_tag_that_it_has_at_that_moment(self) -> None:
        rds = self.scheduler("rds")
        rds.stop_db_instance(DBInstanceIdentifier="greenleaf-preprod-db")
        for name in ("greenleaf-prod-db", "data-team-warehouse"):
            with self.refused("AccessDenied", "rds:StopDBInstance"):
                rds.stop_db_instance(DBInstanceIdentifier=name)
        arn = self.instance("data-team-warehouse")["DBInstanceArn"]
        self.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": TAG, "Value": "preprod"}])
        rds.stop_db_instance(DBInstanceIdentifier="data-team-warehouse")

    def test_the_refusal_names_who_what_and_why(self) -> None:
        who = "User: arn:aws:sts::123456789012:assumed-role/nightcap-scheduler/nightcap-scheduler is not authorized to perform: "
        with self.refused("AccessDenied", who + "rds:StopDBInstance on resource: arn:aws:rds:eu-west-3:123456789012:db:data-team-warehouse because no identity-based policy allows the rds:StopDBInstance action"):
            self.scheduler("rds").stop_db_instance(DBInstanceIdentifier="data-team-warehouse")
        with self.refused("AccessDenied", "with an explicit deny in an identity-based policy"):
            self.scheduler("rds").stop_db_instance(DBInstanceIdentifier="greenleaf-prod-db")

    def test_production_is_denied_by_each_of_its_tags_whatever_else_it_bears(self) -> None:
        arn = self.instance("greenleaf-preprod-db")["DBInstanceArn"]
        keys = ["Environment", "environment", "Env", "Stage"]
        for key in keys:
            self.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=keys)
            self.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": key, "Value": "LIVE"}])
            with self.refused("AccessDenied", "explicit deny"):
                self.scheduler("rds").stop_db_instance(DBInstanceIdentifier="greenleaf-preprod-db")

    def test_a_stop_with_a_snapshot_is_authorised_on_both_and_by_name(self) -> None:
        rds = self.scheduler("rds")
        with self.refused("AccessDenied", "snapshot:mine"):
            rds.stop_db_instance(DBInstanceIdentifier="greenleaf-preprod-db", DBSnapshotIdentifier="mine")
        rds.stop_db_instance(DBInstanceIdentifier="greenleaf-preprod-db", DBSnapshotIdentifier="nightcap-1")
        with self.refused("AccessDenied", "rds:DeleteDBSnapshot"):
            # Whose tags RDS did not copy is nobody's that may be pruned.
            self.rds.create_db_snapshot(DBInstanceIdentifier="greenleaf-preprod-reports", DBSnapshotIdentifier="nightcap-2")
            rds.delete_db_snapshot(DBSnapshotIdentifier="nightcap-2")

    def test_a_group_is_resized_and_remembers_in_one_tag(self) -> None:
        autoscaling = self.scheduler("autoscaling")
        mine, theirs = "greenleaf-preprod-app", "greenleaf-prod-app"
        autoscaling.update_auto_scaling_group(AutoScalingGroupName=mine, MinSize=0, DesiredCapacity=0, MaxSize=0)
        with self.refused("AccessDenied", "explicit deny"):
            autoscaling.update_auto_scaling_group(AutoScalingGroupName=theirs, MinSize=0, DesiredCapacity=0, MaxSize=0)
        with self.refused("AccessDenied", "no identity-based policy"):
            autoscaling.update_auto_scaling_group(AutoScalingGroupName="data-team-batch", MinSize=0, DesiredCapacity=0, MaxSize=0)

        def tag(key: str) -> dict[str, Any]:
            return {"ResourceId": mine, "ResourceType": "auto-scaling-group", "Key": key, "Value": "2/2/4", "PropagateAtLaunch": False}

        autoscaling.create_or_update_tags(Tags=[tag("nightcap:capacity")])
        for keys in (["Name"], ["nightcap:capacity", "Name"]):
            with self.refused("AccessDenied", "no identity-based policy"):
                autoscaling.create_or_update_tags(Tags=[tag(key) for key in keys])
        with self.refused("AccessDenied", "explicit deny"):
            autoscaling.create_or_update_tags(Tags=[tag(TAG)])
        autoscaling.delete_tags(Tags=[{"ResourceId": mine, "ResourceType": "auto-scaling-group", "Key": "nightcap:capacity"}])

    def test_machines_are_authorised_one_by_one(self) -> None:
        ec2 = self.aws.client("ec2")

        def machine(value: str) -> str:
            tags = [{"ResourceType": "instance", "Tags": [{"Key": TAG, "Value": value}]}]
            made = ec2.run_instances(ImageId="ami-12c6146b", InstanceType="t3.small", MinCount=1, MaxCount=1, TagSpecifications=tags)
            return str(made["Instances"][0]["InstanceId"])

        mine, theirs, unlisted = machine("dev"), machine("prod"), machine("preprod")
        self.scheduler("ec2").stop_instances(InstanceIds=[mine])
        for other in (theirs, unlisted):
            with self.refused("UnauthorizedOperation", "You are not authorized to perform this operation."):
                self.scheduler("ec2").stop_instances(InstanceIds=[mine, other])

    def test_services_of_all_are_seen_and_of_an_environment_resized(self) -> None:
        ecs = self.aws.client("ecs")
        ecs.create_cluster(clusterName="shop")
        arns = {}
        for value in ("dev", "prod", "preprod"):
            made = ecs.create_service(cluster="shop", serviceName=value, desiredCount=1, tags=[{"key": TAG, "value": value}])
            arns[value] = made["service"]["serviceArn"]
        seen = self.scheduler("ecs").describe_services(cluster="shop", services=list(arns.values()))["services"]
        self.assertEqual(len(seen), 3)
        self.scheduler("ecs").update_service(cluster="shop", service="dev", desiredCount=0)
        self.scheduler("ecs").tag_resource(resourceArn=arns["dev"], tags=[{"key": "nightcap:capacity", "value": "1"}])
        for value in ("prod", "preprod"):
            with self.refused("AccessDeniedException", "ecs:UpdateService"):
                self.scheduler("ecs").update_service(cluster="shop", service=value, desiredCount=0)
        with self.refused("AccessDeniedException", "explicit deny"):
            self.scheduler("ecs").untag_resource(resourceArn=arns["dev"], tagKeys=[TAG])

    def test_node_groups_of_all_are_seen_and_of_an_environment_resized(self) -> None:
        eks = self.aws.client("eks")
        eks.create_cluster(name="shop", roleArn="arn:aws:iam::123456789012:role/eks", resourcesVpcConfig={})
        for value in ("dev", "prod"):
            eks.create_nodegroup(
                clusterName="shop",
                nodegroupName=value,
                nodeRole="arn:aws:iam::123456789012:role/node",
                subnets=["subnet-1"],
                scalingConfig={"minSize": 1, "desiredSize": 1, "maxSize": 1},
                tags={TAG: value},
            )
        mine = self.scheduler("eks")
        arns = {value: mine.describe_nodegroup(clusterName="shop", nodegroupName=value)["nodegroup"]["nodegroupArn"] for value in ("dev", "prod")}
        smaller = {"minSize": 0, "desiredSize": 0, "maxSize": 1}
        mine.update_nodegroup_config(clusterName="shop", nodegroupName="dev", scalingConfig=smaller)
        mine.tag_resource(resourceArn=arns["dev"], tags={"nightcap:capacity": "1/1/1"})
        with self.refused("AccessDeniedException", "explicit deny"):
            mine.update_nodegroup_config(clusterName="shop", nodegroupName="prod", scalingConfig=smaller)

    def test_the_ledger_is_written_item_by_item(self) -> None:
        self.table(TABLE)
        self.table("other")
        item = {"pk": {"S": "state"}, "sk": {"S": "x"}}
        self.scheduler("dynamodb").transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, "Item": item}}])
        with self.refused("AccessDeniedException", "dynamodb:PutItem"):
            self.scheduler("dynamodb").transact_write_items(
                TransactItems=[{"Put": {"TableName": TABLE, "Item": item}}, {"Put": {"TableName": "other", "Item": item}}]
            )
        with self.refused("AccessDeniedException", "dynamodb:DeleteItem"):
            self.scheduler("dynamodb").delete_item(TableName=TABLE, Key=item)

    def test_messages_go_to_its_own_topic_and_queue(self) -> None:
        sqs, topic = self.aws.client("sqs"), self.made["topic_arn"]
        url = sqs.create_queue(QueueName="targets")["QueueUrl"]
        self.scheduler("sqs").send_message(QueueUrl=url, MessageBody="x")
        with self.refused("AccessDenied", "sqs:SendMessage"):
            self.scheduler("sqs").send_message(QueueUrl=self.made["mailbox_queue_url"], MessageBody="x")
        self.scheduler("sns").publish(TopicArn=topic, Message="x")
        other = self.aws.client("sns").create_topic(Name="other")["TopicArn"]
        with self.refused("AuthorizationError", "SNS:Publish"):
            self.scheduler("sns").publish(TopicArn=other, Message="x")

    def test_a_topic_of_which_the_policy_names_the_role_takes_it_without_a_right_of_its_own(self) -> None:
        sns = self.aws.client("sns")
        other = sns.create_topic(Name="other")["TopicArn"]

        def opened(effect: str, principal: str) -> None:
            statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": "SNS:Publish", "Resource": other}
            sns.set_topic_attributes(TopicArn=other, AttributeName="Policy", AttributeValue=json.dumps({"Statement": [statement]}))

        opened("Allow", "arn:aws:iam::123456789012:role/nightcap-scheduler")
        self.scheduler("sns").publish(TopicArn=other, Message="x")
        # The account alone leaves it to the role's own policies.
        opened("Allow", "arn:aws:iam::123456789012:root")
        with self.refused("AuthorizationError"):
            self.scheduler("sns").publish(TopicArn=other, Message="x")
        opened("Deny", "*")
        with self.refused("AuthorizationError", "explicit deny in a resource-based policy"):
            self.aws.client("sns", self.key).publish(TopicArn=other, Message="x")

    def test_an_encrypted_topic_needs_its_key(self) -> None:
        kms = self.aws.client("kms")
        key = kms.create_key(Description="topic")["KeyMetadata"]["Arn"]
        self.aws.client("sns").set_topic_attributes(TopicArn=self.made["topic_arn"], AttributeName="KmsMasterKeyId", AttributeValue=key)
        with self.refused("KMSAccessDenied", "kms:GenerateDataKey"):
            self.scheduler("sns").publish(TopicArn=self.made["topic_arn"], Message="x")
        # Deployed now, the function has a right on it; the key's own policy leaves that to the account.
        again = self.aws.deploy("scheduler", self.variables)
        self.aws.client("sns", again).publish(TopicArn=self.made["topic_arn"], Message="x")
        shut = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/admin"}, "Action": "kms:*", "Resource": "*"}]}
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(shut))
        with self.refused("KMSAccessDenied", "no resource-based policy"):
            self.aws.client("sns", again).publish(TopicArn=self.made["topic_arn"], Message="x")

    def test_a_role_of_another_account_is_assumed_and_has_rights_of_its_own(self) -> None:
        sts = self.scheduler("sts")
        given = sts.assume_role(RoleArn="arn:aws:iam::210987654321:role/nightcap", RoleSessionName="nightcap")["Credentials"]
        with self.refused("AccessDenied", "sts:AssumeRole"):
            sts.assume_role(RoleArn="arn:aws:iam::210987654321:role/admin", RoleSessionName="nightcap")
        there = self.aws.client("rds", given["AccessKeyId"])
        there.describe_db_instances()
        with self.refused("AccessDenied", "assumed-role/nightcap/nightcap is not authorized to perform: rds:CreateDBSnapshot"):
            there.create_db_snapshot(DBInstanceIdentifier="x", DBSnapshotIdentifier="nightcap-1")
        with self.refused("AuthorizationError"):
            self.aws.client("sns", given["AccessKeyId"]).publish(TopicArn=self.made["topic_arn"], Message="x")

    def test_the_common_role_is_assumed_in_every_account_of_the_organization(self) -> None:
        role = "arn:aws:iam::210987654321:role/nightcap-target"
        config = CONFIG.replace("arn:aws:iam::210987654321:role/nightcap", role)
        self.assertIn(role, config)
        settings = {**self.variables, "NIGHTCAP_CONFIG": config}
        mine = self.aws.deploy("scheduler", settings, names={"organization": ORGANIZATION})
        self.aws.client("sts", mine).assume_role(RoleArn=role, RoleSessionName="tick")
        other = self.aws.deploy("scheduler", settings, names={"organization": "o-somebodyelse"})
        with self.refused("AccessDenied", "sts:AssumeRole"):
            self.aws.client("sts", other).assume_role(RoleArn=role, RoleSessionName="tick")

    def test_a_target_turns_away_a_scheduler_of_another_organization(self) -> None:
        # Its own policies let it ask: this role is of another name than the common one, and listed.
        role = "arn:aws:iam::210987654321:role/nightcap"
        for organization, goes in ((ORGANIZATION, True), ("o-somebodyelse", False)):
            sts = self.aws.client("sts", self.aws.deploy("scheduler", self.variables, names={"organization": organization}))
            if goes:
                sts.assume_role(RoleArn=role, RoleSessionName="tick")
                continue
            with self.refused("AccessDenied", "no resource-based policy allows the sts:AssumeRole action"):
                sts.assume_role(RoleArn=role, RoleSessionName="tick")

    def test_lambda_logs_and_gives_up_with_the_functions_role(self) -> None:
        # Lambda makes these calls, in the function's name: Lambda Developer Guide, "Sending Lambda function logs to CloudWatch
        # Logs" and "Capturing records of Lambda asynchronous invocations".
        logs = self.aws.client("logs")
        for name in ("dead-letters", "others"):
            self.aws.client("sqs").create_queue(QueueName=name)
        for function, named in (("scheduler", "scheduler-logs"), ("budget-guard", "guard-logs")):
            group = f"/aws/lambda/nightcap-{function}"
            logs.create_log_group(logGroupName=group)
            given = {named: f"arn:aws:logs:eu-west-3:123456789012:log-group:{group}:*", "dead-letters": "arn:aws:sqs:eu-west-3:123456789012:dead-letters"}
            key = self.aws.deploy(function, self.variables, names=given)
            writing, sending = self.aws.client("logs", key), self.aws.client("sqs", key)
            writing.create_log_stream(logGroupName=group, logStreamName="2026/11/20/[$LATEST]0a1b")
            line = {"timestamp": 1795194000000, "message": "a tick"}
            writing.put_log_events(logGroupName=group, logStreamName="2026/11/20/[$LATEST]0a1b", logEvents=[line])
            with self.refused("AccessDeniedException", "log-group:/aws/lambda/other:log-stream:"):
                writing.create_log_stream(logGroupName="/aws/lambda/other", logStreamName="x")
            sending.send_message(QueueUrl="http://127.0.0.1/123456789012/dead-letters", MessageBody="{}")
            with self.refused("AccessDenied", "sqs:SendMessage"):
                sending.send_message(QueueUrl="http://127.0.0.1/123456789012/others", MessageBody="{}")

    def encrypted(self, key: str) -> str:
        """A machine of dev, asleep, whose volume a customer's key encrypts."""
        ec2 = self.aws.client("ec2")
        spec = [{"ResourceType": "instance", "Tags": [{"Key": TAG, "Value": "dev"}]}]
        machine = str(ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=spec)["Instances"][0]["InstanceId"])
        self.aws.post("machines", {"instance": machine, "volume_key": key})
        ec2.stop_instances(InstanceIds=[machine])
        self.aws.advance(60)
        return machine

    def started(self, machine: str, signed: str) -> tuple[str, str]:
        """What became of it, and why."""
        self.aws.client("ec2", signed).start_instances(InstanceIds=[machine])
        self.aws.advance(60)
        found = self.aws.client("ec2").describe_instances(InstanceIds=[machine])["Reservations"][0]["Instances"][0]
        return str(found["State"]["Name"]), str(found.get("StateReason", {}).get("Code", ""))

    def test_a_start_lets_a_volume_be_decrypted_by_the_keys_that_are_named_and_by_no_other(self) -> None:
        kms = self.aws.client("kms")
        ours, theirs = (kms.create_key(Description=name)["KeyMetadata"]["Arn"] for name in ("ours", "theirs"))
        signed = self.aws.deploy("scheduler", self.variables, names={"volume-keys": ours})
        self.assertEqual(self.started(self.encrypted(ours), signed)[0], "running")
        # The order is accepted; only the reason says that it came to nothing.
        self.assertEqual(self.started(self.encrypted(theirs), signed), ("stopped", "Client.InternalError"))
        self.assertEqual(self.started(self.encrypted(ours), self.key), ("stopped", "Client.InternalError"))

    def test_a_machine_with_a_licence_is_started_by_the_licence_too(self) -> None:
        ours, theirs = (f"arn:aws:license-manager:eu-west-3:123456789012:license-configuration:lic-{n * 8}" for n in ("ab", "cd"))
        signed = self.aws.deploy("scheduler", self.variables, names={"licences": ours})
        machine = self.encrypted("")
        self.aws.post("machines", {"instance": machine, "license": theirs})
        with self.refused("UnauthorizedOperation", theirs):
            self.aws.client("ec2", signed).start_instances(InstanceIds=[machine])
        self.aws.post("machines", {"instance": machine, "license": ours})
        with self.refused("UnauthorizedOperation", ours):
            self.aws.client("ec2", self.key).start_instances(InstanceIds=[machine])
        self.assertEqual(self.started(machine, signed)[0], "running")

    def test_the_guard_reads_and_can_stop_nothing(self) -> None:
        self.guard("rds").describe_db_instances()
        self.guard("autoscaling").describe_auto_scaling_groups()
        with self.refused("AccessDenied", "explicit deny"):
            self.guard("rds").stop_db_instance(DBInstanceIdentifier="greenleaf-preprod-db")

    def test_every_right_of_the_guard_is_one(self) -> None:
        ssm, kms = self.aws.client("ssm"), self.aws.client("kms")
        self.table(TABLE)
        for name, value in (("/nightcap/config", CONFIG), ("/nightcap/prices", "kind,usd")):
            ssm.put_parameter(Name=name, Type="String", Value=value)
        self.aws.client("s3").create_bucket(Bucket="books", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        self.aws.client("s3").put_object(Bucket="books", Key="prices.csv", Body=b"kind,usd")
        topic = self.made["topic_arn"]
        key = kms.create_key(Description="topic")["KeyMetadata"]["Arn"]
        self.aws.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue=key)
        variables = {**self.variables, "NIGHTCAP_CONFIG": "ssm:///nightcap/config", "NIGHTCAP_PRICES": "ssm:///nightcap/prices"}
        mine = self.aws.deploy("budget-guard", variables)
        self.aws.client("ssm", mine).get_parameter(Name="/nightcap/config")
        self.aws.client("ssm", mine).get_parameter(Name="/nightcap/prices")
        with self.refused("AccessDeniedException", "ssm:GetParameter"):
            self.aws.client("ssm", mine).get_parameter(Name="/other")
        self.aws.client("sns", mine).publish(TopicArn=topic, Message="x")
        self.aws.client("sns", mine).list_subscriptions_by_topic(TopicArn=topic)
        self.aws.client("dynamodb", mine).put_item(TableName=TABLE, Item={"pk": {"S": "state"}, "sk": {"S": "x"}})
        self.aws.client("budgets", mine).describe_budgets(AccountId="123456789012")
        with_object = self.aws.deploy("budget-guard", {**variables, "NIGHTCAP_PRICES": "s3://books/prices.csv"})
        self.aws.client("s3", with_object).get_object(Bucket="books", Key="prices.csv")
        with self.refused("AccessDenied"):
            self.aws.client("s3", mine).get_object(Bucket="books", Key="prices.csv")

    def test_every_reading_right_of_the_scheduler_is_one(self) -> None:
        self.aws.client("ssm").put_parameter(Name="/nightcap/config", Type="String", Value=CONFIG)
        mine = self.aws.deploy("scheduler", {**self.variables, "NIGHTCAP_CONFIG": "ssm:///nightcap/config"})
        self.aws.client("ssm", mine).get_parameter(Name="/nightcap/config")
        # AWS's own key is open to all of the account; a customer's is not.
        self.aws.client("ssm").put_parameter(Name="/nightcap/config", Type="SecureString", Value=CONFIG, Overwrite=True)
        self.aws.client("ssm", mine).get_parameter(Name="/nightcap/config", WithDecryption=True)
        key = self.aws.client("kms").create_key(Description="settings")["KeyMetadata"]["Arn"]
        self.aws.client("ssm").put_parameter(Name="/nightcap/config", Type="SecureString", Value=CONFIG, KeyId=key, Overwrite=True)
        with self.refused("AccessDeniedException", "kms:Decrypt"):
            self.aws.client("ssm", mine).get_parameter(Name="/nightcap/config", WithDecryption=True)
        self.aws.client("ec2", mine).describe_instances()
        self.aws.client("ec2", mine).describe_spot_instance_requests()
        self.aws.client("autoscaling", mine).describe_auto_scaling_groups()
        self.aws.client("application-autoscaling", mine).describe_scalable_targets(ServiceNamespace="ecs")
        self.aws.client("rds", mine).describe_db_snapshots(DBInstanceIdentifier="greenleaf-preprod-db", SnapshotType="manual")
        # Where nobody has groups, the machines of node groups are still counted.
        nodes = CONFIG[: CONFIG.index("  preprod")] + "  dev: { schedule: office, kinds: [eks-node-group] }"
        only = self.aws.deploy("scheduler", {**self.variables, "NIGHTCAP_CONFIG": nodes})
        self.aws.client("autoscaling", only).describe_auto_scaling_groups()
        # Whose tags protect the group that would stop them.
        self.aws.client("ec2", only).describe_instances()
        with self.refused("AccessDenied", "rds:DescribeDBInstances"):
            self.aws.client("rds", only).describe_db_instances()

    def test_snapshots_that_bear_its_name_and_its_tag_are_pruned(self) -> None:
        rds = self.aws.client("rds")
        for name, tags in (("nightcap-old", [{"Key": TAG, "Value": "preprod"}]), ("kept", [{"Key": TAG, "Value": "preprod"}])):
            rds.create_db_snapshot(DBInstanceIdentifier="greenleaf-preprod-db", DBSnapshotIdentifier=name, Tags=tags)
        self.scheduler("rds").delete_db_snapshot(DBSnapshotIdentifier="nightcap-old")
        with self.refused("AccessDenied", "snapshot:kept"):
            self.scheduler("rds").delete_db_snapshot(DBSnapshotIdentifier="kept")

    def test_a_role_that_was_made_in_iam_has_what_it_has_there(self) -> None:
        iam = self.aws.client("iam")
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        role = iam.create_role(RoleName="made", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]

        def allowing(action: str) -> str:
            return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})

        iam.put_role_policy(RoleName="made", PolicyName="inline", PolicyDocument=allowing("rds:DescribeDBInstances"))
        policy = iam.create_policy(PolicyName="managed", PolicyDocument=allowing("ec2:DescribeInstances"))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="made", PolicyArn=policy)
        key = self.aws.deploy("scheduler", {}, role=role)
        self.aws.client("rds", key).describe_db_instances()
        self.aws.client("ec2", key).describe_instances()
        with self.refused("AccessDenied", "assumed-role/made/"):
            self.aws.client("rds", key).stop_db_instance(DBInstanceIdentifier="greenleaf-preprod-db")

    def test_a_key_of_a_function_elsewhere_is_nobodys(self) -> None:
        with self.refused("InternalFailure", "another AWS"):
            self.aws.client("rds", "ASIANIGHTCAP99999999").describe_db_instances()
        self.aws.delete("checks")

    def test_a_boundary_bounds(self) -> None:
        reads = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:Describe*", "Resource": "*"}]}
        bounded = self.aws.deploy("scheduler", self.variables, boundary=reads)
        self.aws.client("rds", bounded).describe_db_instances()
        with self.refused("AccessDenied", "no permissions boundary allows"):
            self.aws.client("rds", bounded).stop_db_instance(DBInstanceIdentifier="greenleaf-preprod-db")

    def test_an_object_that_is_missing_is_only_told_to_who_may_list(self) -> None:
        self.aws.client("s3").create_bucket(Bucket="settings", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        key = self.aws.deploy("scheduler", {**self.variables, "NIGHTCAP_CONFIG": "s3://settings/nightcap.yaml"})
        with self.refused("AccessDenied"):
            self.aws.client("s3", key).get_object(Bucket="settings", Key="nightcap.yaml")
        with self.refused("NoSuchKey"):
            self.aws.client("s3").get_object(Bucket="settings", Key="nightcap.yaml")

    def test_what_nobody_said_how_to_authorise_fails_loudly(self) -> None:
        with self.refused("InternalFailure", "cannot tell whether this is allowed"):
            self.scheduler("rds").delete_db_cluster(DBClusterIdentifier="greenleaf-preprod-search")
        (defect,) = self.aws.get("checks")["defects"]
        self.assertEqual((defect["kind"], defect["action"]), ("not-mapped", "DeleteDBCluster"))
        self.aws.delete("checks")

    def test_decisions_name_their_statements(self) -> None:
        self.scheduler("rds").stop_db_instance(DBInstanceIdentifier="greenleaf-preprod-db")
        *_, last = self.aws.get("decisions")
        self.assertEqual((last["verdict"], last["allowing"], last["denying"]), ("allowed", ["StopAndStartInstances"], []))
        self.assertGreaterEqual(self.aws.get("checks")["iam"], 1)

    def test_policies_that_cannot_be_judged_are_not_deployed(self) -> None:
        for statement in (
            {"Effect": "Allow", "Action": "rds:StopDatabase", "Resource": "*"},
            {"Effect": "Allow", "Action": "rds:StopDBInstance", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        ):
            with self.assertRaises(ValueError):
                self.aws.deploy("scheduler", self.variables, boundary={"Statement": [statement]})

    def table(self, name: str) -> None:
        keys = (("pk", "HASH"), ("sk", "RANGE"))
        self.aws.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        )


class Reference(EmbeddedAwsTest):
    seeded = False

    def test_every_rule_is_about_an_action_and_resources_that_aws_knows(self) -> None:
        with self.assertRaises(reference.Unknown):
            reference.type_of("rds:StopDBInstance", "arn:aws:rds:eu-west-3:123456789012:cluster:x")
        with self.assertRaises(reference.Unknown):
            reference.type_of("rds:StopDBInstance", "*")
        with self.assertRaises(reference.Unknown):
            reference.resource_types("rds:StopDatabase")
        with self.assertRaises(actions.NotMapped):
            actions.check("rds:StopDBInstance", "arn:aws:rds:eu-west-3:123456789012:db:x", {"rds:Colour": "blue"})

    def test_services_that_sign_with_another_name_are_known_by_their_prefix(self) -> None:
        here = Place("123456789012", "eu-west-3")
        for service, operation, action in (
            ("tagging", "GetResources", "tag:GetResources"),
            ("monitoring", "GetMetricData", "cloudwatch:GetMetricData"),
            ("elasticloadbalancing", "DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth"),
            ("application-autoscaling", "DescribeScheduledActions", "application-autoscaling:DescribeScheduledActions"),
            ("pricing", "GetProducts", "pricing:GetProducts"),
            ("ce", "GetCostForecast", "ce:GetCostForecast"),
        ):
            (check,) = actions.checks(service, operation, {}, here)
            self.assertEqual((check.action, check.resource), (action, "*"))

    def test_a_configuration_is_read_as_terraform_reads_it(self) -> None:
        here = Place("123456789012", "eu-west-3")
        flow = "schedules: { s: { windows: [{ start: cron(0 9 ? * MON-FRI), stop: cron(0 19 ? * MON-FRI) }] } }\nenvironments: { dev: { schedule: s }, prod: { schedule: s } }"
        self.assertEqual(sorted(roles.scheduled(roles.configuration(flow, here))), ["dev"])
        self.assertEqual(roles.configuration("environments: [", here), {})

    def test_a_kind_that_no_environment_lists_has_no_statement(self) -> None:
        environments = roles.scheduled(roles.configuration(CONFIG, Place("123456789012", "eu-west-3")))
        self.assertEqual(sorted(environments), ["dev", "far", "preprod"])
        of_dev = {one["Sid"] for one in roles.fleet({"dev": environments["dev"]}, "123456789012")["Statement"]}
        self.assertTrue({"SeeMachines", "StopAndStartMachines", "ReadServices"} <= of_dev)
        self.assertFalse({"SeeDatabases", "ResizeGroups", "SnapshotAtStop"} & of_dev)
