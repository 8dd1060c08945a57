"""Requests and answers against AWS's service models."""

from __future__ import annotations

import json
import unittest
import urllib.error
import urllib.request

from .. import models
from .case import EmbeddedAwsTest


class Requests(EmbeddedAwsTest):
    """Sent by hand: boto3 would not let them out."""

    seeded = False

    def send(self, service: str, body: str, target: str = "") -> tuple[int, str]:
        credential = f"Credential=embedded/20261120/eu-west-3/{service}/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"}
        headers |= {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"} if target else {"Content-Type": "application/x-www-form-urlencoded"}
        asked = urllib.request.Request(self.aws.endpoint, body.encode(), headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(asked, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def defect(self) -> str:
        (only,) = self.aws.get("checks")["defects"]
        self.aws.delete("checks")
        self.assertEqual(only["kind"], "request")
        return str(only["what"])

    def test_a_query_is_refused_as_its_service_refuses(self) -> None:
        for service, body, code, what in (
            ("rds", "Action=StopDBInstance&Version=2014-10-31", "MissingParameter", "DBInstanceIdentifier"),
            ("rds", "Action=StopDBInstance&Version=2014-10-31&DBInstanceIdentifier=x&Force=true", "InvalidParameterValue", "Force"),
            ("rds", "Action=DescribeDBInstances&Version=2014-10-31&MaxRecords=many", "InvalidParameterValue", "MaxRecords"),
            ("autoscaling", "Action=UpdateAutoScalingGroup&Version=2011-01-01&AutoScalingGroupName=", "ValidationError", "at least 1"),
            ("ec2", "Action=StopInstances&Version=2016-11-15&InstanceId.1=i-1&Gently=true", "UnknownParameter", "Gently"),
            ("sns", "Action=Publish&Version=2010-03-31&TopicArn=x", "InvalidParameter", "Message"),
        ):
            with self.subTest(service=service, what=what):
                status, said = self.send(service, body)
                self.assertEqual(status, 400)
                self.assertIn(f"<Code>{code}</Code>", said)
                self.assertIn(what, self.defect())

    def test_json_is_refused_as_its_service_refuses(self) -> None:
        for service, target, sent, code, what in (
            ("dynamodb", "DynamoDB_20120810.GetItem", {"TableName": "nightcap"}, "ValidationException", "'Key'"),
            ("dynamodb", "DynamoDB_20120810.DescribeTable", {"TableName": ""}, "ValidationException", "at least 1"),
            ("ecs", "AmazonEC2ContainerServiceV20141113.DescribeServices", {"services": "web"}, "InvalidParameterException", "no list"),
            ("ecs", "AmazonEC2ContainerServiceV20141113.DescribeServices", {"services": ["web"], "include": ["tags"]}, "InvalidParameterException", "none of TAGS"),
            ("ssm", "AmazonSSM.GetParameter", {"Name": "x", "Decrypt": True}, "ValidationException", "Decrypt"),
            ("sqs", "AmazonSQS.SendMessage", {"QueueUrl": "x"}, "MissingParameter", "MessageBody"),
            ("ce", "AWSInsightsIndexService.GetCostAndUsage", {"TimePeriod": {"Start": "1st", "End": "2026-11-02"}, "Granularity": "DAILY", "Metrics": []}, "ValidationException", "does not match"),
        ):
            with self.subTest(service=service, what=what):
                status, said = self.send(service, json.dumps(sent), target)
                self.assertEqual((status, json.loads(said)["__type"]), (400, code))
                self.assertIn(what, self.defect())

    def test_what_terraform_asks_is_not_read_here_nor_in_another_account(self) -> None:
        sts = self.aws.client("sts", "test")
        given = sts.assume_role(RoleArn="arn:aws:iam::210987654321:role/deploy", RoleSessionName="deploy")["Credentials"]
        before = self.aws.get("checks")["requests"]
        self.aws.client("rds", given["AccessKeyId"]).describe_db_instances()
        self.assertEqual(self.aws.get("checks")["requests"], before)
        self.aws.client("rds").describe_db_instances()
        self.assertEqual(self.aws.get("checks")["requests"], before + 1)

    def test_what_was_refused_did_nothing_and_is_counted(self) -> None:
        before = self.aws.get("checks")["requests"]
        self.send("sns", "Action=CreateTopic&Version=2010-03-31&Name=made&Colour=blue")
        self.assertIn("Colour", self.defect())
        self.assertEqual(self.aws.client("sns").list_topics()["Topics"], [])
        self.assertEqual(self.aws.get("checks")["requests"], before + 2)


class Answers(unittest.TestCase):
    def wrong(self, service: str, operation: str, body: str, version: str = "") -> list[str]:
        return models.wrong_in_answer(models.Asked(operation, {}), service, version, body.encode())

    def test_a_member_that_the_model_does_not_have(self) -> None:
        (wrong,) = self.wrong("dynamodb", "GetItem", json.dumps({"Item": {}, "Colour": "blue"}))
        self.assertIn("Colour", wrong)
        (wrong,) = self.wrong(
            "rds",
            "StopDBInstance",
            "<R><StopDBInstanceResult><DBInstance><Colour>blue</Colour></DBInstance></StopDBInstanceResult></R>",
        )
        self.assertIn("Colour", wrong)

    def test_a_value_of_another_type_or_outside_of_its_enum(self) -> None:
        group = "<R><DescribeAutoScalingGroupsResult><AutoScalingGroups><member><MinSize>two</MinSize></member></AutoScalingGroups></DescribeAutoScalingGroupsResult></R>"
        self.assertTrue(any("MinSize" in one for one in self.wrong("autoscaling", "DescribeAutoScalingGroups", group)))
        (wrong,) = self.wrong("eks", "UpdateNodegroupConfig", json.dumps({"update": {"params": [{"type": "ScalingConfig", "value": "1"}]}}))
        self.assertIn("none of", wrong)

    def test_an_answer_without_its_wrapper_or_its_form(self) -> None:
        self.assertTrue(self.wrong("rds", "StopDBInstance", "<R/>"))
        self.assertTrue(self.wrong("rds", "StopDBInstance", "no XML"))
        self.assertTrue(self.wrong("dynamodb", "GetItem", "no JSON"))

    def test_a_right_one(self) -> None:
        instance = "<R><StopDBInstanceResult><DBInstance><DBInstanceIdentifier>x</DBInstanceIdentifier></DBInstance></StopDBInstanceResult><ResponseMetadata/></R>"
        self.assertEqual(self.wrong("rds", "StopDBInstance", instance), [])


class Shapes(unittest.TestCase):
    def test_forms_are_read_by_their_shapes(self) -> None:
        form = {"AutoScalingGroupName": "a", "MinSize": "2", "Tags.member.1.Key": "k"}
        read = models.read_form("autoscaling", "CreateAutoScalingGroup", "", {**form, "MaxSize": "4"})
        self.assertEqual(read.problems, [])
        self.assertEqual((read.parameters["MinSize"], read.parameters["Tags"]), (2, [{"Key": "k"}]))
        read = models.read_form("ec2", "StopInstances", "", {"InstanceId.1": "i-1", "InstanceId.2": "i-2"})
        self.assertEqual(read.parameters, {"InstanceIds": ["i-1", "i-2"]})

    def test_paths_are_operations(self) -> None:
        read = models.read_rest("eks", "POST", "/clusters/shop/node-groups/workers/update-config", "", b"{}")
        self.assertEqual((read.operation, read.parameters), ("UpdateNodegroupConfig", {"clusterName": "shop", "nodegroupName": "workers"}))
        read = models.read_rest("eks", "DELETE", "/tags/arn%3Aaws%3Aeks%3A%2Fx", "tagKeys=a&tagKeys=b", b"")
        self.assertEqual(read.parameters, {"resourceArn": "arn:aws:eks:/x", "tagKeys": ["a", "b"]})
        with self.assertRaises(models.NoModel):
            models.read_rest("eks", "POST", "/nowhere", "", b"")

    def test_nothing_that_is_not_there_is_an_operation(self) -> None:
        for call in (lambda: models.operation("rds", "StopEverything"), lambda: models.service("nosuch")):
            self.assertRaises(models.NoModel, call)
