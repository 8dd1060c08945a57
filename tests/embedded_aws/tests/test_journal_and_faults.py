from __future__ import annotations

import time

from .case import EmbeddedAwsTest

APP = "greenleaf-preprod-app"
DB = "greenleaf-preprod-db"


class TheJournal(EmbeddedAwsTest):
    def test_calls_are_noted_with_what_was_asked_and_answered(self) -> None:
        self.aws.delete("calls")
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        with self.refused("InvalidDBInstanceState"):
            self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        calls = self.aws.get("calls")
        self.assertEqual(
            [(call["service"], call["action"], call["region"], call["status"], call["error"]) for call in calls],
            [
                ("rds", "StopDBInstance", "eu-west-3", 200, None),
                ("rds", "StopDBInstance", "eu-west-3", 400, "InvalidDBInstanceState"),
            ],
        )
        self.assertEqual(calls[0]["parameters"], {"DBInstanceIdentifier": DB})
        self.assertEqual(calls[0]["at"], "2026-11-20T17:03:00Z")

    def test_json_services_are_noted_too(self) -> None:
        budgets = self.aws.client("budgets")
        budgets.describe_budgets(AccountId="123456789012")
        last = self.aws.get("calls")[-1]
        self.assertEqual(
            (last["service"], last["action"], last["parameters"]),
            ("budgets", "DescribeBudgets", {"AccountId": "123456789012"}),
        )

    def test_calls_can_be_picked(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.assertEqual(len(self.aws.get("calls?service=rds&action=Stop*")), 1)

    def test_calls_and_changes_share_one_order(self) -> None:
        self.aws.delete("calls")
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.aws.advance(300)
        self.rds.start_db_instance(DBInstanceIdentifier=DB)
        both = [(call["sequence"], call["action"]) for call in self.aws.get("calls")]
        both += [(change["sequence"], change["to"]) for change in self.aws.get("changes")]
        self.assertEqual(
            [what for _, what in sorted(both)],
            ["StopDBInstance", "stopping", "stopped", "StartDBInstance", "starting"],
        )


class TheFaults(EmbeddedAwsTest):
    def test_one_action_denied(self) -> None:
        self.aws.post("faults", {"action": "StopDBInstance", "error": "AccessDenied"})
        with self.refused("AccessDenied"):
            self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.assertEqual(self.instance_status(DB), "available")
        self.assertEqual(self.aws.get("calls")[-2]["status"], 403)
        self.aws.delete("faults")
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)

    def test_throttled_twice_then_well(self) -> None:
        self.aws.post("faults", {"service": "rds", "action": "Describe*", "error": "Throttling", "times": 2})
        for _ in range(2):
            with self.refused("Throttling"):
                self.rds.describe_db_instances()
        self.rds.describe_db_instances()
        self.assertEqual(self.aws.get("faults")[0]["hits"], 2)

    def test_the_second_call_fails(self) -> None:
        self.aws.post("faults", {"action": "DescribeDBClusters", "error": "InternalFailure", "after": 1, "times": 1})
        self.rds.describe_db_clusters()
        with self.refused("InternalFailure"):
            self.rds.describe_db_clusters()
        self.rds.describe_db_clusters()

    def test_one_resource_is_poisoned(self) -> None:
        self.aws.post("faults", {"resource": APP, "action": "UpdateAutoScalingGroup", "error": "ResourceContention"})
        with self.refused("ResourceContention"):
            self.autoscaling.update_auto_scaling_group(AutoScalingGroupName=APP, MinSize=0)
        self.autoscaling.update_auto_scaling_group(AutoScalingGroupName="data-team-batch", MinSize=0)

    def test_a_resource_is_known_by_its_arn_too_and_not_by_a_part_of_its_name(self) -> None:
        arn = self.instance(DB)["DBInstanceArn"]
        self.aws.post("faults", {"resource": DB, "error": "AccessDenied"})
        with self.refused("AccessDenied"):
            self.rds.list_tags_for_resource(ResourceName=arn)
        self.assertEqual(self.instance_status("greenleaf-preprod-reports"), "available")

    def test_a_json_service_gets_a_json_error(self) -> None:
        self.aws.post("faults", {"service": "budgets", "error": "ThrottlingException"})
        with self.refused("ThrottlingException"):
            self.aws.client("budgets").describe_budgets(AccountId="123456789012")

    def test_a_delay_only_delays(self) -> None:
        self.aws.post("faults", {"action": "DescribeDBClusters", "delay_ms": 300})
        began = time.monotonic()
        self.rds.describe_db_clusters()
        self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_a_rule_with_an_unknown_key_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "unknown key colour"):
            self.aws.post("faults", {"colour": "red"})


class Budgets(EmbeddedAwsTest):
    seeded = False

    def test_budgets_come_in_pages_that_can_be_followed(self) -> None:
        budgets = self.aws.client("budgets")
        for number in range(3):
            budgets.create_budget(
                AccountId="123456789012",
                Budget={
                    "BudgetName": f"budget-{number}",
                    "BudgetType": "COST",
                    "TimeUnit": "MONTHLY",
                    "BudgetLimit": {"Amount": "500", "Unit": "USD"},
                },
            )
        first = budgets.describe_budgets(AccountId="123456789012", MaxResults=2)
        second = budgets.describe_budgets(AccountId="123456789012", MaxResults=2, NextToken=first["NextToken"])
        names = [budget["BudgetName"] for page in (first, second) for budget in page["Budgets"]]
        self.assertEqual(names, ["budget-0", "budget-1", "budget-2"])
        self.assertNotIn("NextToken", second)
        with self.refused("InvalidNextTokenException"):
            budgets.describe_budgets(AccountId="123456789012", NextToken="nonsense")
