"""A server for a test class, seeded or empty, and the questions tests ask most."""

from __future__ import annotations

import atexit
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from ..seed import seed
from ..starter import Running

START = "2026-11-20T17:00:00Z"


@cache
def shared() -> Running:
    """Starting takes a second, emptying a few milliseconds."""
    aws = Running()
    aws.__enter__()
    atexit.register(aws.stop)
    return aws


class EmbeddedAwsTest(unittest.TestCase):
    """One server for all, emptied for each test: what one leaves behind is no other's beginning."""

    seeded: ClassVar[bool] = True
    aws: ClassVar[Running]

    @classmethod
    def setUpClass(cls) -> None:
        cls.aws = shared()

    def setUp(self) -> None:
        self.aws.post("reset", {"now": START})
        self.rds = self.aws.client("rds")
        self.autoscaling = self.aws.client("autoscaling")
        self.made: dict[str, Any] = seed(self.aws.client, self.aws.advance) if self.seeded else {}

    def tearDown(self) -> None:
        self.assertEqual(self.aws.get("checks")["defects"], [], "a request or an answer that AWS's models do not have")

    def instance(self, name: str) -> dict[str, Any]:
        return self.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]

    def instance_status(self, name: str) -> str:
        return self.instance(name)["DBInstanceStatus"]

    def cluster_status(self, name: str) -> str:
        return self.rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]["Status"]

    def group(self, name: str) -> dict[str, Any]:
        return self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]

    def lifecycles(self, name: str) -> list[str]:
        return sorted(instance["LifecycleState"] for instance in self.group(name)["Instances"])

    @contextmanager
    def refused(self, code: str, message: str = "") -> Iterator[None]:
        with self.assertRaises(ClientError) as caught:
            yield
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code)
        self.assertIn(message, error["Message"])
