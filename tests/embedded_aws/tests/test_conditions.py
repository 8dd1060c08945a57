"""What `nightcap doctor` is shown: failed launches, unwell services, trust, boundaries, subscribers, AWS's clock."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from datetime import datetime, timedelta, timezone
from typing import ClassVar
from urllib.request import Request, urlopen

from .case import EmbeddedAwsTest

OTHER = "222222222222"


class ConditionsTest(EmbeddedAwsTest):
    def test_a_launch_that_failed_is_an_activity_with_its_cause(self) -> None:
        name = self.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupName"]
        failed = {"status": "Failed", "message": "InsufficientInstanceCapacity"}
        self.aws.post("conditions", {"scaling_activities": {name: [{"status": "Successful", "launch": False}, failed]}})
        found = self.autoscaling.describe_scaling_activities(AutoScalingGroupName=name)["Activities"]
        self.assertEqual([one["StatusCode"] for one in found], ["Successful", "Failed"])
        self.assertTrue(found[1]["Description"].startswith("Launching"))
        newest = self.autoscaling.describe_scaling_activities(AutoScalingGroupName=name, MaxRecords=1)["Activities"]
        self.assertEqual(newest, found[:1])

    def test_parameters_wait_for_a_restart(self) -> None:
        name = self.rds.describe_db_instances()["DBInstances"][0]["DBInstanceIdentifier"]
        self.aws.post("conditions", {"parameters_pending": [name]})
        statuses = {
            one["DBInstanceIdentifier"]: [group["ParameterApplyStatus"] for group in one["DBParameterGroups"]]
            for one in self.rds.describe_db_instances()["DBInstances"]
        }
        self.assertEqual(statuses.pop(name), ["pending-reboot"])
        self.assertTrue(all(states == ["in-sync"] for states in statuses.values()), statuses)

    def test_every_answer_has_awss_clock(self) -> None:
        self.aws.post("conditions", {"clock_ahead_seconds": 600})
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=embedded/20260101/eu-west-3/sts/aws4_request"}
        asked = Request(self.aws.endpoint, data=b"Action=GetCallerIdentity&Version=2011-06-15", headers=signed)
        with urlopen(asked) as answer:
            dates = answer.headers.get_all("Date")
        self.assertEqual(len(dates), 1)
        ahead = parsedate_to_datetime(dates[0]) - datetime.now(timezone.utc)
        self.assertLess(abs(ahead - timedelta(seconds=600)), timedelta(seconds=30))


class ExaminedTest(EmbeddedAwsTest):
    seeded: ClassVar[bool] = False

    def test_a_tables_key_is_gone(self) -> None:
        dynamodb = self.aws.client("dynamodb")
        key = [{"AttributeName": "pk", "KeyType": "HASH"}]
        dynamodb.create_table(
            TableName="t", KeySchema=key, AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST"
        )
        self.aws.post("conditions", {"table_without_key": "t"})
        table = dynamodb.describe_table(TableName="t")["Table"]
        self.assertEqual(table["TableStatus"], "INACCESSIBLE_ENCRYPTION_CREDENTIALS")
        self.assertIn("InaccessibleEncryptionDateTime", table["SSEDescription"])

    def test_who_is_told_is_asked_notification_by_notification(self) -> None:
        budgets = self.aws.client("budgets")
        notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}
        subscribers = [{"SubscriptionType": "EMAIL", "Address": "finance@example.com"}]
        budgets.create_budget(
            AccountId="123456789012",
            Budget={"BudgetName": "b", "BudgetLimit": {"Amount": "5", "Unit": "USD"}, "TimeUnit": "MONTHLY", "BudgetType": "COST"},
            NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": subscribers}],
        )
        asked = {"AccountId": "123456789012", "BudgetName": "b"}
        found = budgets.describe_subscribers_for_notification(**asked, Notification=notification)
        self.assertEqual(found["Subscribers"], subscribers)

    def _role(self, *statements: dict[str, object], boundary: str | None = None) -> str:
        iam = self.aws.client("iam")
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
        if boundary:
            within = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": boundary, "Resource": "*"}]}
            made = iam.create_policy(PolicyName="b", PolicyDocument=json.dumps(within))["Policy"]["Arn"]
            iam.put_role_permissions_boundary(RoleName="r", PermissionsBoundary=made)
        return str(role)

    def _simulated(self, role: str, action: str, resource: str) -> dict[str, object]:
        asked = {"PolicySourceArn": role, "ActionNames": [action], "ResourceArns": [resource]}
        return dict(self.aws.client("iam").simulate_principal_policy(**asked)["EvaluationResults"][0])

    def test_the_simulator_knows_the_boundary_of_the_role(self) -> None:
        role = self._role({"Effect": "Allow", "Action": "rds:StopDBInstance", "Resource": "*"}, boundary="rds:Describe*")
        said = self._simulated(role, "rds:StopDBInstance", "*")
        self.assertEqual(said["EvalDecision"], "implicitDeny")
        self.assertEqual(said["PermissionsBoundaryDecisionDetail"], {"AllowedByPermissionsBoundary": False})

    def test_the_simulator_names_the_keys_that_nobody_gave_with_the_resource(self) -> None:
        condition = {"StringEquals": {"aws:ResourceTag/nightcap:environment": "dev"}}
        role = self._role({"Effect": "Allow", "Action": "rds:StopDBInstance", "Resource": "*", "Condition": condition})
        said = self._simulated(role, "rds:StopDBInstance", "arn:aws:rds:eu-west-3:123456789012:db:x")
        self.assertEqual((said["EvalDecision"], said["MissingContextValues"]), ("implicitDeny", []))
        (one,) = said["ResourceSpecificResults"]  # type: ignore[misc]
        self.assertEqual(one["MissingContextValues"], ["aws:ResourceTag/nightcap:environment"])

    def _target(self, **condition: object) -> str:
        role = f"arn:aws:iam::{OTHER}:role/nightcap"
        # A session of nobody's role in the other account makes the one that is about trust.
        keys = self.aws.client("sts").assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/maker", RoleSessionName="test")["Credentials"]
        iam = self.aws.client("iam", keys["AccessKeyId"])
        root = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole", **condition}
        iam.create_role(RoleName="nightcap", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [root]}))
        return role

    def test_a_role_is_assumed_by_whom_it_trusts_and_with_its_external_id(self) -> None:
        role = self._target(Condition={"StringEquals": {"sts:ExternalId": "right"}})
        sts = self.aws.client("sts")
        sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId="right")
        for wrong in ({"ExternalId": "wrong"}, {}):
            with self.refused("AccessDenied", "sts:AssumeRole"):
                sts.assume_role(RoleArn=role, RoleSessionName="test", **wrong)

    def test_a_role_that_trusts_somebody_else_is_not_assumed(self) -> None:
        role = self._target(Principal={"AWS": "arn:aws:iam::123456789012:role/nightcap-scheduler"})
        with self.refused("AccessDenied"):
            self.aws.client("sts").assume_role(RoleArn=role, RoleSessionName="test")

    def test_a_refused_assume_role_is_written_in_the_form_that_every_sdk_reads(self) -> None:
        # botocore finds the code in EC2's form too: only the text shows which one was sent.
        role = self._target(Principal={"AWS": "arn:aws:iam::123456789012:role/nightcap-scheduler"})
        sts = self.aws.client("sts")
        sent: list[tuple[int, bytes]] = []
        sts.meta.events.register("before-parse.sts.AssumeRole", lambda response_dict, **_: sent.append((response_dict["status_code"], response_dict["body"])))
        with self.refused("AccessDenied"):
            sts.assume_role(RoleArn=role, RoleSessionName="test")
        ((status, body),) = sent
        self.assertEqual(status, 403)
        self.assertRegex(body.decode(), r"^<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: .*role/nightcap</Message></Error>")
