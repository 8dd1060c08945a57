"""Throttling by token buckets."""

from __future__ import annotations

import unittest
from typing import Any

from botocore.exceptions import ClientError

from ..request import AwsRequest
from ..throttling import Throttling
from .case import EmbeddedAwsTest

REGION = "eu-west-3"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def call(service: str, action: str, region: str = REGION, key: str = "one", **parameters: str) -> AwsRequest:
    return AwsRequest(service, action, region, dict(parameters), key, "ec2")


class Buckets(unittest.TestCase):
    """By AWS's own figures, on a clock of ours."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.throttling = Throttling(lambda key: f"account of {key}", self.clock)
        self.throttling.post({})

    def burst(self, asked: AwsRequest) -> int:
        """How many calls pass at once."""
        for passed in range(10_000):
            if self.throttling.refuse(asked):
                return passed
        return 10_000

    def test_each_action_has_the_size_and_the_refill_that_aws_documents(self) -> None:
        for asked, size, refill in (
            (call("ec2", "DescribeRouteTables"), 100, 20),
            (call("ec2", "DescribeInstances"), 50, 10),
            (call("ec2", "DescribeInstances", **{"Filter.1.Name": "tag-key"}), 100, 20),
            (call("ec2", "DescribeInstances", MaxResults="100"), 100, 20),
            (call("ec2", "StopInstances", **{"InstanceId.1": "i-1"}), 50, 5),
            (call("ec2", "StartInstances", **{"InstanceId.1": "i-1"}), 5, 2),
            (call("ec2", "CreateTags"), 100, 10),
            (call("ec2", "TerminateInstances", **{"InstanceId.1": "i-1"}), 100, 5),
        ):
            with self.subTest(action=asked.action, parameters=asked.parameters):
                self.throttling.post({})
                self.assertEqual(self.burst(asked), size)
                self.clock.now += 1
                self.assertEqual(self.burst(asked), refill)
                self.clock.now += 1000
                self.assertEqual(self.burst(asked), size, "a bucket holds no more than its size")

    def test_each_instance_takes_a_token_of_its_own(self) -> None:
        many = {f"InstanceId.{number}": f"i-{number}" for number in range(1, 501)}
        self.assertEqual(self.burst(call("ec2", "StopInstances", **many)), 2)
        self.clock.now += 1
        self.assertEqual(self.burst(call("ec2", "StopInstances", **{"InstanceId.1": "i-1"})), 20)

    def test_accounts_regions_and_actions_have_buckets_of_their_own(self) -> None:
        start = call("ec2", "StartInstances", **{"InstanceId.1": "i-1"})
        self.assertEqual(self.burst(start), 5)
        for other in (
            call("ec2", "StartInstances", key="two", **{"InstanceId.1": "i-1"}),
            call("ec2", "StartInstances", region="eu-west-1", **{"InstanceId.1": "i-1"}),
            call("ec2", "RunInstances"),
        ):
            self.assertEqual(self.burst(other), 5)
        self.assertEqual(self.burst(start), 0)

    def test_auto_scaling_has_one_bucket_for_all_its_actions(self) -> None:
        self.assertEqual(self.burst(call("autoscaling", "DescribeAutoScalingGroups")), 100)
        self.assertEqual(self.burst(call("autoscaling", "UpdateAutoScalingGroup")), 0)

    def test_a_test_may_leave_less_and_refill_faster(self) -> None:
        self.throttling.post({"size": 0.2, "refill": 3})
        start = call("ec2", "StartInstances", **{"InstanceId.1": "i-1"})
        self.assertEqual(self.burst(start), 1)
        self.clock.now += 0.2
        self.assertEqual(self.burst(start), 1)


class Answers(EmbeddedAwsTest):
    def tearDown(self) -> None:
        self.aws.post("throttling", None)
        super().tearDown()

    def code(self, ask: Any) -> tuple[str, int, str]:
        self.aws.post("throttling", {"size": 0.001, "refill": 0.001})
        ask()
        with self.assertRaises(ClientError) as caught:
            ask()
        answer = caught.exception.response
        return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]

    def test_each_service_says_so_in_its_own_words(self) -> None:
        aws = self.aws
        for service, ask, code, status in (
            ("ec2", lambda client: client.describe_instances(), "RequestLimitExceeded", 503),
            ("autoscaling", lambda client: client.describe_auto_scaling_groups(), "Throttling", 400),
            ("rds", lambda client: client.describe_db_instances(), "Throttling", 400),
            ("ecs", lambda client: client.list_clusters(), "ThrottlingException", 400),
            ("eks", lambda client: client.list_clusters(), "ThrottlingException", 429),
            ("resourcegroupstaggingapi", lambda client: client.get_resources(), "ThrottledException", 400),
        ):
            with self.subTest(service=service):
                client = aws.client(service, "somebody")
                told = self.code(lambda ask=ask, client=client: ask(client))
                self.assertEqual(told[:2], (code, status))
        self.assertIn("throttled on ec2:DescribeInstances", self.code(aws.client("ec2", "somebody").describe_instances)[2])

    def test_the_administrator_and_who_did_not_ask_for_it_are_not_throttled(self) -> None:
        for _ in range(3):
            self.aws.client("ec2", "somebody").describe_instances()
        self.aws.post("throttling", {"size": 0.001, "refill": 0.001})
        for _ in range(3):
            self.aws.client("ec2").describe_instances()
