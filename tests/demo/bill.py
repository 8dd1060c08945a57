"""The bill of the demo: a calm autumn, a November that is too dear, and what AWS later says of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from embedded_aws.starter import Running

ACCOUNT = "123456789012"
BUDGET = "greenleaf-monthly"
# Watched for those who read French: a configuration speaks one language.
FRENCH_BUDGET = "greenleaf-mensuel"
READER = "finance@example.com"

HISTORY, MONTH, AFTER = "2026-08-01", "2026-11-01", "2026-12-01"
# USD a day.
CALM = {"dev": "0.40", "preprod": "3.80", "prod": "8.00"}
DEAR = {"dev": "0.60", "preprod": "8.00", "prod": "12.00"}
WEEKS = (("1 to 7 November", 1, 7), ("8 to 14 November", 8, 14), ("15 to 21 November", 15, 21))


def prepare(aws: Running, topic_arn: str) -> None:
    """The budgets, somebody who reads the mails, and the bill up to the end of November: a day shows once it is over."""
    for name in (BUDGET, FRENCH_BUDGET):
        limit = {"Amount": "500", "Unit": "USD"}
        budget = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
        aws.client("budgets").create_budget(AccountId=ACCOUNT, Budget=budget)
    aws.client("sns").subscribe(TopicArn=topic_arn, Protocol="email", Endpoint=READER)
    aws.post("money", {"confirm": READER, "charges": [*_days(HISTORY, MONTH, CALM), *_days(MONTH, AFTER, DEAR)]})


def correct(aws: Running) -> None:
    """AWS says that November was never that dear."""
    aws.post("money", {"clear_from": MONTH, "charges": _days(MONTH, AFTER, CALM)})


def by_week(aws: Running) -> list[list[str]]:
    """The weeks of November by environment, as Cost Explorer tells them."""
    answer = aws.client("ce").get_cost_and_usage(
        TimePeriod={"Start": MONTH, "End": "2026-11-22"},
        Granularity="DAILY",
        Metrics=["UnblendedCost"],
        GroupBy=[{"Type": "TAG", "Key": "nightcap:environment"}],
    )
    rows = []
    for label, first, last in WEEKS:
        spent = {name: Decimal(0) for name in DEAR}
        for day in answer["ResultsByTime"]:
            if first <= int(day["TimePeriod"]["Start"][-2:]) <= last:
                for group in day["Groups"]:
                    spent[group["Keys"][0].partition("$")[2]] += Decimal(group["Metrics"]["UnblendedCost"]["Amount"])
        rows.append([label, *(f"{amount:.2f}" for amount in spent.values()), f"{sum(spent.values()):.2f}"])
    return rows


def _days(first: str, after: str, usd: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"from": first, "to": after, "environment": name, "usd": amount, "wave_cents": 3} for name, amount in usd.items()
    ]
