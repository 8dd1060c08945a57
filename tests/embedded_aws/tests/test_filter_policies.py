"""What a subscription with a filter policy is delivered."""

from __future__ import annotations

import json

from .case import EmbeddedAwsTest

MARK = {"nightcap": {"DataType": "String", "StringValue": "mail"}}
OTHER = {"other": {"DataType": "String", "StringValue": "yes"}}


class FilterPolicies(EmbeddedAwsTest):
    seeded = False

    def delivered(self, policy: dict[str, object] | None) -> list[str]:
        sns, sqs = self.aws.client("sns"), self.aws.client("sqs")
        topic = sns.create_topic(Name="alerts")["TopicArn"]
        queue = sqs.create_queue(QueueName="reader")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        attributes = {} if policy is None else {"FilterPolicy": json.dumps(policy)}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
        sns.publish(TopicArn=topic, Message="from AWS Budgets")
        sns.publish(TopicArn=topic, Message="marked", MessageAttributes=MARK)
        sns.publish(TopicArn=topic, Message="with another", MessageAttributes=OTHER)
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return sorted(json.loads(message["Body"])["Message"] for message in found)

    def test_without_a_policy_everything_comes(self) -> None:
        self.assertEqual(self.delivered(None), ["from AWS Budgets", "marked", "with another"])

    def test_that_an_attribute_is_missing_matches_no_message_without_attributes(self) -> None:
        self.assertEqual(self.delivered({"nightcap": [{"exists": False}]}), ["with another"])
