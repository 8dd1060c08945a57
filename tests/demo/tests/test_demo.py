"""The demo without its function: what it shows, and that its exit code is honest."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from embedded_aws.seed import seed
from embedded_aws.starter import Running

from .. import expectations, mailbox
from ..fleet import look
from ..function import EVENTS, Function, FunctionFailed, _end_group, group_is_alive
from ..order import happenings, orders
from ..screen import table
from ..transition import Transition, is_quiet, live_through

APP, DB, CLUSTER = "greenleaf-preprod-app", "greenleaf-preprod-db", "greenleaf-preprod-search"
QUIET = {"started": 0, "stopped": 0, "waiting": 0, "left": 9, "problems": 0}


class ByHand(Function):
    """Does by hand, through the same API, what the function is there for: right, or wrong on purpose."""

    def __init__(self, aws: Running, *steps: Any) -> None:
        self.aws, self.steps = aws, list(steps)

    def invoke_file(self, file: Path) -> dict[str, Any]:
        return self.invoke(json.loads(file.read_text()))

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        summary = dict(QUIET)
        if self.steps:
            self.steps.pop(0)()
            summary["waiting"] = 1
        return {"resources": [], "problems": [], "summary": summary}

    def tail(self, lines: int = 30) -> str:
        return ""


class TheDemo(unittest.TestCase):
    aws: Running

    @classmethod
    def setUpClass(cls) -> None:
        cls.aws = Running()
        cls.aws.__enter__()
        cls.addClassCleanup(cls.aws.stop)

    def setUp(self) -> None:
        self.aws.post("reset", {"now": "2026-11-20T17:27:00Z"})
        self.made = seed(self.aws.client, self.aws.advance)
        self.rds = self.aws.client("rds")
        self.first = look(self.aws)

    def capacity(self, name: str, low: int, desired: int, high: int) -> None:
        self.aws.client("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName=name, MinSize=low, DesiredCapacity=desired, MaxSize=high
        )

    def stop_databases(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.rds.stop_db_cluster(DBClusterIdentifier=CLUSTER)

    def start_databases(self) -> None:
        self.rds.start_db_instance(DBInstanceIdentifier=DB)
        self.rds.start_db_cluster(DBClusterIdentifier=CLUSTER)

    def mail(self) -> None:
        self.aws.client("sns").publish(TopicArn=self.made["topic_arn"], Subject="News", Message="line 1\nline 2")

    def sleep(self) -> None:
        self.mail()
        self.capacity(APP, 0, 0, 4)

    def evening(self, *steps: Any) -> Transition:
        return live_through(self.aws, ByHand(self.aws, *steps), EVENTS / "tick-friday-evening.json")

    def morning(self, *steps: Any) -> Transition:
        return live_through(self.aws, ByHand(self.aws, *steps), EVENTS / "tick-monday-morning.json")

    def failures(self, seen: Transition, which: Any) -> list[str]:
        mails = mailbox.empty(self.aws, self.made["mailbox_queue_url"])
        return [check.what for check in which(self.aws, self.first, seen, mails) if not check.holds]

    def test_a_good_evening_and_morning_meet_every_expectation(self) -> None:
        evening = self.evening(self.sleep, self.stop_databases)
        self.assertEqual(self.failures(evening, expectations.of_the_evening), [])
        self.mail()
        morning = self.morning(self.start_databases, lambda: None, lambda: self.capacity(APP, 2, 2, 4), lambda: None)
        self.assertEqual(self.failures(morning, expectations.of_the_morning), [])

    def test_each_way_to_fail_in_the_evening_is_seen(self) -> None:
        ways = {
            "a mail was delivered": [lambda: self.capacity(APP, 0, 0, 4), self.stop_databases],
            "no database was stopped before the last instance was gone": [
                lambda: (self.sleep(), self.stop_databases()),
            ],
            "preprod's group has no instance left": [self.mail, self.stop_databases],
            "preprod's database and Aurora cluster are stopped": [self.sleep],
            "no order named any of them": [
                self.sleep,
                lambda: (self.stop_databases(), self.capacity("data-team-batch", 2, 2, 4)),
            ],
            "prod and the strangers are exactly as they were, instance by instance, tag by tag": [
                self.sleep,
                lambda: (self.stop_databases(), self.rds.stop_db_instance(DBInstanceIdentifier="greenleaf-prod-db")),
            ],
        }
        for expected, steps in ways.items():
            with self.subTest(expected):
                self.setUp()
                self.assertIn(expected, self.failures(self.evening(*steps, lambda: None), expectations.of_the_evening))

    def test_compute_before_its_database_is_seen_in_the_morning(self) -> None:
        self.evening(self.sleep, self.stop_databases)
        seen = self.morning(lambda: (self.start_databases(), self.capacity(APP, 2, 2, 4)), lambda: None)
        self.assertIn(
            "no instance was launched before the databases were available",
            self.failures(seen, expectations.of_the_morning),
        )

    def test_a_function_that_never_comes_to_rest_is_an_error(self) -> None:
        with self.assertRaisesRegex(FunctionFailed, "not quiet after"):
            self.evening(*[lambda: None] * 99)

    def test_the_order_has_orders_and_what_aws_did_and_no_reading(self) -> None:
        seen = self.evening(self.sleep, self.stop_databases, lambda: None)
        told = [(f"{item.at:%H:%M}", item.who, item.resource, item.what) for item in happenings(self.aws, seen)]
        self.assertEqual(
            told,
            [
                ("18:00", "nightcap", "greenleaf-alerts", 'Publish  "News"'),
                ("18:00", "nightcap", APP, "UpdateAutoScalingGroup  0/0/4"),
                ("18:02", "AWS", APP, "2 instances terminated"),
                ("18:05", "nightcap", DB, "StopDBInstance"),
                ("18:05", "nightcap", CLUSTER, "StopDBCluster"),
                ("18:10", "AWS", DB, "stopped"),
                ("18:10", "AWS", CLUSTER, "stopped"),
                ("18:10", "AWS", f"{CLUSTER}-1", "stopped"),
            ],
        )
        self.assertEqual(len(orders(self.aws, seen)), 4)

    def test_mail_is_read_whole_and_once(self) -> None:
        self.mail()
        url = self.made["mailbox_queue_url"]
        self.assertEqual([(mail.subject, mail.body) for mail in mailbox.empty(self.aws, url)], [("News", "line 1\nline 2")])
        self.assertEqual(mailbox.empty(self.aws, url), [])

    def test_quiet_means_nothing_done_and_nothing_awaited(self) -> None:
        self.assertTrue(is_quiet({"summary": QUIET}))
        for count in ("started", "stopped", "waiting"):
            self.assertFalse(is_quiet({"summary": {**QUIET, count: 1}}))


class TheScreen(unittest.TestCase):
    def test_a_table_is_plain_text_in_a_file(self) -> None:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            table([["app", "2/2/4  2 up"], None, ["data-team-batch", "stopped"]], head=["resource", "state"])
            table([["no", "head"]])
        self.assertEqual(
            said.getvalue(),
            "  resource         state\n  app              2/2/4  2 up\n\n  data-team-batch  stopped\n  no  head\n",
        )


class TheEvents(unittest.TestCase):
    def test_every_file_is_one_json_object_and_the_drills_are_the_right_instants(self) -> None:
        files = sorted(EVENTS.glob("*.json"))
        self.assertTrue(files)
        for file in files:
            self.assertIsInstance(json.loads(file.read_text()), dict, file.name)
        for name, weekday, hour in (("tick-friday-evening", 4, 19), ("tick-monday-morning", 0, 9)):
            at = json.loads((EVENTS / f"{name}.json").read_text())["at"]
            paris = datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(timezone(timedelta(hours=1)))
            self.assertEqual((paris.weekday(), paris.hour, paris.minute), (weekday, hour, 0))


class TheEnd(unittest.TestCase):
    def test_a_whole_process_group_is_ended_children_that_ignore_the_order_too(self) -> None:
        script = "trap '' TERM; sleep 300 & wait"
        process = subprocess.Popen(["bash", "-c", script], start_new_session=True)
        self.addCleanup(process.kill)
        time.sleep(0.2)
        self.assertTrue(group_is_alive(process.pid))
        _end_group(process)
        self.assertIsNotNone(process.returncode)
        self.assertFalse(group_is_alive(process.pid))
