from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

from ..starter import PACKAGE_PARENT, DidNotStart, Running
from .case import START, EmbeddedAwsTest


class TheClock(EmbeddedAwsTest):
    seeded = False

    def test_it_stands_still(self) -> None:
        self.assertEqual(self.aws.get("clock"), {"now": START, "pending": []})

    def test_it_is_moved_by_seconds_and_to_an_instant(self) -> None:
        self.aws.advance(90)
        self.assertEqual(self.aws.get("clock")["now"], "2026-11-20T17:01:30Z")
        self.aws.post("clock", {"now": "2026-11-23T09:00:00+01:00"})
        self.assertEqual(self.aws.get("clock")["now"], "2026-11-23T08:00:00Z")

    def test_it_goes_back_only_while_nothing_is_under_way(self) -> None:
        self.aws.post("clock", {"now": "2026-01-01T00:00:00Z"})
        self.rds.create_db_instance(DBInstanceIdentifier="db", Engine="postgres", DBInstanceClass="db.t3.micro")
        self.rds.stop_db_instance(DBInstanceIdentifier="db")
        with self.assertRaisesRegex(ValueError, "cannot go back"):
            self.aws.post("clock", {"now": "2025-01-01T00:00:00Z"})

    def test_a_reset_empties_the_account_and_forgets_what_was_due(self) -> None:
        self.rds.create_db_instance(DBInstanceIdentifier="db", Engine="postgres", DBInstanceClass="db.t3.micro")
        self.rds.stop_db_instance(DBInstanceIdentifier="db")
        self.aws.post("faults", {"error": "AccessDenied"})
        self.aws.post("reset", {"now": "2026-01-01T00:00:00Z"})
        self.assertEqual(self.aws.get("clock"), {"now": "2026-01-01T00:00:00Z", "pending": []})
        self.assertEqual(self.rds.describe_db_instances()["DBInstances"], [])
        self.assertEqual([call["action"] for call in self.aws.get("calls")], ["DescribeDBInstances"])

    def test_nonsense_is_refused_with_what_was_expected(self) -> None:
        for sent in ({}, {"advance_seconds": -1}, {"now": "soon"}, {"now": "2026-11-20T18:00:00"}, [1]):
            with self.assertRaises(ValueError, msg=json.dumps(sent)):
                self.aws.post("clock", sent)
        with self.assertRaisesRegex(ValueError, "GET /nightcap/clock"):
            self.aws.get("nothing")


class TheMail(EmbeddedAwsTest):
    def test_a_message_arrives_in_its_envelope(self) -> None:
        self.aws.client("sns").publish(TopicArn=self.made["topic_arn"], Subject="Asleep", Message="Good night.")
        found = self.aws.client("sqs").receive_message(QueueUrl=self.made["mailbox_queue_url"])["Messages"]
        envelope = json.loads(found[0]["Body"])
        self.assertEqual((envelope["Subject"], envelope["Message"]), ("Asleep", "Good night."))


class OtherServices(EmbeddedAwsTest):
    """What later parts ask of the same server: its requirements are pinned without moto's large extra."""

    seeded = False

    def test_each_answers(self) -> None:
        self.aws.client("ssm").put_parameter(Name="/nightcap", Value="x: 1", Type="String")
        self.aws.client("s3").create_bucket(
            Bucket="nightcap", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
        )
        self.aws.client("s3").put_object(Bucket="nightcap", Key="nightcap.yaml", Body=b"x: 1", IfNoneMatch="*")
        self.aws.client("dynamodb").create_table(
            TableName="ledger",
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        put = {"TableName": "ledger", "Item": {"key": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(#k)"}
        dynamodb = self.aws.client("dynamodb")
        dynamodb.put_item(**put, ExpressionAttributeNames={"#k": "key"})
        with self.refused("ConditionalCheckFailedException"):
            dynamodb.put_item(**put, ExpressionAttributeNames={"#k": "key"})
        self.aws.client("scheduler").list_schedules()
        self.aws.client("events").list_rules()
        role = "arn:aws:iam::210987654321:role/nightcap"
        assumed = self.aws.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
        self.assertIn("Credentials", assumed)
        self.aws.client("logs").describe_log_groups()
        self.aws.client("cloudwatch").list_metrics()


class Ending(unittest.TestCase):
    def start(self, folder: str, **more: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "embedded_aws", "--port-file", f"{folder}/port"]
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE_PARENT)}
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, **more)  # type: ignore[call-overload]
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 60
        while not Path(folder, "port").exists():
            self.assertIsNone(process.poll(), "it ended at once")
            self.assertLess(time.monotonic(), deadline, "no port file within a minute")
            time.sleep(0.02)
        return process

    def test_it_ends_when_the_pipe_on_its_input_closes(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            process = self.start(folder, stdin=subprocess.PIPE)
            assert process.stdin is not None
            process.stdin.close()
            self.assertEqual(process.wait(timeout=10), 0)
            self.assertFalse(Path(folder, "port").exists())

    def test_it_ends_on_sigterm_and_lives_on_an_empty_input_till_then(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            process = self.start(folder, stdin=subprocess.DEVNULL)
            port = Path(folder, "port").read_text().strip()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/nightcap/identity", timeout=10) as answer:
                self.assertEqual(json.load(answer)["pid"], process.pid)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=10), 0)

    def test_a_starter_says_why_it_did_not_start(self) -> None:
        with self.assertRaisesRegex(DidNotStart, "ended at once"), Running(now="soon"):
            pass
