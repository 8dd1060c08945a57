"""The bill as Cost Explorer and Budgets tell it, and subscriptions that nobody confirmed."""

from __future__ import annotations

from typing import Any

from .case import EmbeddedAwsTest

ACCOUNT = "123456789012"
GROUPS = [{"Type": "TAG", "Key": "nightcap:environment"}, {"Type": "DIMENSION", "Key": "RECORD_TYPE"}]


class TheBill(EmbeddedAwsTest):
    seeded = False

    def setUp(self) -> None:
        super().setUp()
        self.ce = self.aws.client("ce")
        self.budgets = self.aws.client("budgets")

    def charge(self, first: str, after: str, usd: str, **keys: Any) -> None:
        self.aws.post("money", {"charges": [{"from": first, "to": after, "usd": usd, **keys}]})

    def usage(self, start: str, end: str, **keys: Any) -> dict[str, Any]:
        asked = {"Granularity": "DAILY", "Metrics": ["UnblendedCost"], "GroupBy": GROUPS, **keys}
        return self.ce.get_cost_and_usage(TimePeriod={"Start": start, "End": end}, **asked)

    def amounts(self, answer: dict[str, Any]) -> list[tuple[str, list[str], str]]:
        return [
            (day["TimePeriod"]["Start"], group["Keys"], group["Metrics"]["UnblendedCost"]["Amount"])
            for day in answer["ResultsByTime"]
            for group in day["Groups"]
        ]

    def test_days_are_grouped_and_the_end_is_not_included(self) -> None:
        self.charge("2026-10-31", "2026-11-03", "3.80", environment="preprod")
        self.charge("2026-11-01", "2026-11-02", "20", record="Tax")
        answer = self.usage("2026-10-31", "2026-11-02")
        self.assertEqual(
            self.amounts(answer),
            [
                ("2026-10-31", ["nightcap:environment$preprod", "Usage"], "3.80"),
                ("2026-11-01", ["nightcap:environment$", "Tax"], "20"),
                ("2026-11-01", ["nightcap:environment$preprod", "Usage"], "3.80"),
            ],
        )
        self.assertEqual([day["Estimated"] for day in answer["ResultsByTime"]], [False, True])

    def test_today_and_later_are_not_known_yet(self) -> None:
        self.charge("2026-11-18", "2026-12-01", "1")
        answer = self.usage("2026-11-18", "2026-11-22")
        self.assertEqual([day for day, _, _ in self.amounts(answer)], ["2026-11-18", "2026-11-19"])
        self.assertEqual(len(answer["ResultsByTime"]), 4)
        self.aws.advance(86_400)
        self.assertEqual(len(self.amounts(self.usage("2026-11-18", "2026-11-22"))), 3)

    def test_pages_go_on_in_the_middle_of_a_day(self) -> None:
        for environment in ("dev", "preprod", "prod"):
            self.charge("2026-11-01", "2026-11-03", "1", environment=environment)
        whole = self.amounts(self.usage("2026-11-01", "2026-11-03"))
        self.aws.post("pages", {"limit": 2})
        pages, token = [], {}
        while True:
            answer = self.usage("2026-11-01", "2026-11-03", **token)
            pages.append(self.amounts(answer))
            if "NextPageToken" not in answer:
                break
            token = {"NextPageToken": answer["NextPageToken"]}
        self.assertEqual([len(page) for page in pages], [2, 2, 2])
        self.assertEqual(sum(pages, []), whole)
        with self.refused("InvalidNextTokenException"):
            self.usage("2026-11-01", "2026-11-03", NextPageToken="forged")

    def test_what_makes_no_sense_is_refused(self) -> None:
        with self.refused("DataUnavailableException"):
            self.usage("2026-11-01", "2026-11-03")
        for start, end in (("2026-11-03", "2026-11-03"), ("2026-11-21", "2026-11-25")):
            with self.refused("ValidationException"):
                self.usage(start, end)
        with self.assertRaisesRegex(ValueError, "environments"):
            self.charge("2026-11-01", "2026-11-03", "1", environments="dev")

    def test_a_forecast_needs_five_weeks(self) -> None:
        period = {"Start": "2026-11-20", "End": "2026-12-01"}
        asked = {"TimePeriod": period, "Metric": "UNBLENDED_COST", "Granularity": "MONTHLY"}
        self.charge("2026-10-17", "2026-11-20", "2")
        with self.refused("DataUnavailableException"):
            self.ce.get_cost_forecast(**asked)
        self.charge("2026-10-16", "2026-10-17", "2")
        self.assertEqual(self.ce.get_cost_forecast(**asked)["Total"], {"Amount": "22", "Unit": "USD"})

    def test_a_budget_has_spent_what_the_bill_says(self) -> None:
        self.create_budget("net")
        self.create_budget("gross", CostTypes={"IncludeCredit": False, "IncludeRefund": False})
        self.charge("2026-10-25", "2026-11-20", "2")
        self.charge("2026-11-05", "2026-11-06", "-10", record="Credit")
        spent = {budget["BudgetName"]: budget["CalculatedSpend"] for budget in self.described()}
        self.assertEqual(spent["net"]["ActualSpend"]["Amount"], "28")
        self.assertEqual(spent["gross"]["ActualSpend"]["Amount"], "38")
        self.assertNotIn("ForecastedSpend", spent["net"])
        self.charge("2026-09-01", "2026-10-25", "2")
        self.assertEqual(float(self.described()[1]["CalculatedSpend"]["ForecastedSpend"]["Amount"]), 38 + 11 * 46 / 28)
        history = self.budgets.describe_budget_performance_history(AccountId=ACCOUNT, BudgetName="gross")
        periods = history["BudgetPerformanceHistory"]["BudgetedAndActualAmountsList"]
        told = [(f"{period['TimePeriod']['Start']:%Y-%m}", period["ActualAmount"]["Amount"]) for period in periods]
        self.assertEqual(told, [("2026-09", "60"), ("2026-10", "62"), ("2026-11", "38")])

    def described(self) -> list[dict[str, Any]]:
        return self.budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]

    def create_budget(self, name: str, **keys: Any) -> None:
        limit = {"Amount": "500", "Unit": "USD"}
        budget = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit, **keys}
        self.budgets.create_budget(AccountId=ACCOUNT, Budget=budget)

    def test_a_tag_that_nobody_activated_tells_nothing_apart(self) -> None:
        self.charge("2026-11-01", "2026-11-04", "2", environment="preprod")
        self.aws.post("money", {"cost_tags": {"Environment": "2026-11-02"}})

        def by(key: str) -> list[str]:
            answer = self.usage("2026-11-01", "2026-11-04", GroupBy=[{"Type": "TAG", "Key": key}])
            return [keys[0] for _, keys, _ in self.amounts(answer)]

        self.assertEqual(by("Environment"), ["Environment$", "Environment$preprod", "Environment$preprod"])
        self.assertEqual(by("environment"), ["environment$"] * 3)
        self.assertEqual(by("nightcap:environment"), ["nightcap:environment$"] * 3)

    def test_a_management_account_sees_all_accounts_and_a_filter_names_those_that_count(self) -> None:
        self.charge("2026-08-01", "2026-12-01", "1", account=ACCOUNT)
        self.charge("2026-08-01", "2026-12-01", "10", account="444455556666")

        def cost(*accounts: str) -> list[str]:
            asked = {"Filter": {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": accounts}}} if accounts else {}
            return [amount for _, _, amount in self.amounts(self.usage("2026-11-01", "2026-11-02", **asked))]

        self.assertEqual([cost(), cost("444455556666"), cost("777788889999")], [["11"], ["10"], []])
        with self.assertRaises(self.ce.exceptions.ClientError):
            self.usage("2026-11-01", "2026-11-02", Filter={"Dimensions": {"Key": "SERVICE", "Values": ["AmazonEC2"]}})
        self.create_budget("shop", CostFilters={"LinkedAccount": [ACCOUNT]})
        (budget,) = self.budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]
        self.assertEqual(budget["CostFilters"], {"LinkedAccount": [ACCOUNT]})
        self.assertEqual(budget["CalculatedSpend"]["ActualSpend"]["Amount"], "19")
        self.aws.post("money", {"member": True})
        self.assertEqual(cost(), ["1"])

    def test_cost_explorer_that_nobody_opened_refuses_as_for_a_missing_right(self) -> None:
        self.charge("2026-11-01", "2026-11-04", "2")
        self.aws.post("money", {"cost_explorer": False})
        refused = "AccessDeniedException.*User not enabled for cost explorer access"
        with self.assertRaisesRegex(self.ce.exceptions.ClientError, refused):
            self.usage("2026-11-01", "2026-11-04")
        self.aws.post("money", {"cost_explorer": True})
        self.assertEqual(len(self.amounts(self.usage("2026-11-01", "2026-11-04"))), 3)

    def test_a_budget_counts_the_period_it_is_for(self) -> None:
        self.charge("2026-01-01", "2026-12-01", "10")
        spent = {}
        for unit in ("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY"):
            limit = {"Amount": "500", "Unit": "USD"}
            budget = {"BudgetName": unit, "BudgetType": "COST", "TimeUnit": unit, "BudgetLimit": limit}
            self.budgets.create_budget(AccountId=ACCOUNT, Budget=budget)
        for found in self.budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]:
            spent[found["TimeUnit"]] = found["CalculatedSpend"]["ActualSpend"]["Amount"]
        self.assertEqual(spent, {"DAILY": "0", "MONTHLY": "190", "QUARTERLY": "500", "ANNUALLY": "3230"})
        history = self.budgets.describe_budget_performance_history(AccountId=ACCOUNT, BudgetName="QUARTERLY")
        amounts = history["BudgetPerformanceHistory"]["BudgetedAndActualAmountsList"]
        self.assertEqual([one["ActualAmount"]["Amount"] for one in amounts], ["900", "910", "920", "500"])

    def test_a_corrected_bill_forgets_what_was_said_before(self) -> None:
        self.charge("2026-11-01", "2026-11-10", "9")
        self.aws.post("money", {"clear_from": "2026-11-05", "charges": [{"from": "2026-11-05", "to": "2026-11-06", "usd": "1"}]})
        told = [usd for _, _, usd in self.amounts(self.usage("2026-11-01", "2026-11-10"))]
        self.assertEqual(told, ["9", "9", "9", "9", "1"])
        self.aws.post("reset", {})
        with self.refused("DataUnavailableException"):
            self.usage("2026-11-01", "2026-11-10")


class TheReaders(EmbeddedAwsTest):
    def test_an_address_is_pending_until_somebody_clicks(self) -> None:
        sns, topic = self.aws.client("sns"), self.made["topic_arn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="finance@example.com")
        listed = lambda: sorted(item["SubscriptionArn"] for item in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"])
        self.assertEqual(listed()[0], "PendingConfirmation")
        self.assertNotIn("PendingConfirmation", listed()[1], "a queue is there at once")
        self.aws.post("money", {"confirm": "finance@example.com"})
        self.assertNotIn("PendingConfirmation", listed())
        with self.assertRaisesRegex(ValueError, "nothing is subscribed"):
            self.aws.post("money", {"confirm": "nobody@example.com"})
