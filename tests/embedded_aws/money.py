"""Money: what things cost, as Cost Explorer and Budgets tell it, and who reads the mails about it.

What moto lacks or falsifies, and what is here instead:

- `GetCostAndUsage` gives seeded answers back whatever is asked, checks nothing and never pages. Here a bill is
  kept, day by day, environment by environment, and asked: daily, end-exclusive, grouped by at most two keys,
  `Estimated` for a month that is not invoiced, no figure of today or later, pages with `NextPageToken` (a day's
  groups may go on on the next page), `ValidationException` for a start in the future or an end not after it,
  `DataUnavailableException` where nothing was ever charged.
- Costs are grouped by a tag only under the key that was activated as a cost allocation tag, capital letters
  counted; under any other key, and for what carries no tag, a group's key is `key$` with nothing behind it. Only
  days from the activation on know the tag, and only the management account may activate one.
  https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
  https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GroupDefinition.html
- A management account sees the costs of every account of its organization, a member its own alone; the filter
  `LINKED_ACCOUNT` names those that count, and a budget's `CostFilters` may name them, too. No other filter is kept here.
  https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html
  https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Expression.html
- An account in which nobody has opened Cost Explorer is refused with the code of a missing right:
  `AccessDeniedException: User not enabled for cost explorer access`.
  https://docs.aws.amazon.com/cost-management/latest/userguide/ce-enable.html
  https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
- `GetCostForecast` does not exist. Here it is the mean of four weeks, and `DataUnavailableException` with less
  than five weeks of history: before that AWS has no forecast either.
  https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostForecast.html
- A budget's `CalculatedSpend` is always zero. Here it follows from the same bill, of the period that the budget's
  `TimeUnit` says (the day, month, quarter or year so far; credits and refunds subtracted
  where the budget's cost types say so), and its forecast is absent, not zero, without five weeks of history.
- `DescribeBudgetPerformanceHistory` does not exist.
- E-mail subscriptions are confirmed at once. On AWS, nobody reads there until somebody clicks:
  `ListSubscriptionsByTopic` says `PendingConfirmation` instead of an ARN.
  https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html

`POST /nightcap/money` writes the bill (see `Money.post`); a day shows once the virtual clock has passed it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from moto.budgets.models import Budget
from moto.budgets.responses import BudgetsResponse
from moto.ce.responses import CostExplorerResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import JsonRESTError
from moto.sns.models import SNSBackend, sns_backends

from .paging import BadToken
from .world import World, corrects

# AWS publishes no number; a year of this account's days fits on one page unless /nightcap/pages cuts it.
ROWS_A_PAGE = 5000
MEAN_OF = timedelta(days=28)
HISTORY_OF_A_FORECAST = timedelta(days=35)
DAY = timedelta(days=1)
READ_BY_PEOPLE = ("email", "email-json", "http", "https", "sms")


@dataclass(frozen=True)
class Charge:
    day: date
    environment: str
    """The value of the tag `nightcap:environment`; empty for what carries none."""
    record: str
    """AWS's record type: `Usage`, `Tax`, `Support`, `Credit`, `Refund`…; credits and refunds are below zero."""
    usd: Decimal
    account: str = DEFAULT_ACCOUNT_ID
    """The linked account that is charged."""


class Money:
    """The bill, and how it is changed from outside."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._charges: list[Charge] = []
        self.forget()

    def forget(self) -> None:
        self._charges.clear()
        self.enabled = True
        """Whether somebody has opened Cost Explorer."""
        self.manages = True
        """Whether this is the management account of its organization."""
        self._active: dict[str, date] = {"nightcap:environment": date.min}
        """The cost allocation tags, each with the first day that knows it."""

    def post(self, sent: Any) -> dict[str, Any]:
        """Any of these, in this order:

        `"clear_from": "2026-11-01"`   AWS corrects its figures: nothing is charged from that day on;
        `"charges": [{"from", "to" (exclusive), "usd" (a day), "environment", "record", "wave_cents",
        "account"}]`;
        `"confirm": "finance@example.com"`   somebody clicks on "Confirm subscription";
        `"cost_explorer": false`   nobody has opened Cost Explorer, or this account may not see it;
        `"member": true`   this account is a member of its organization and sees its own costs alone;
        `"cost_tags": {"Environment": "2026-11-01"}`   what is activated in the management account, and since when.
        """
        known = {"clear_from", "charges", "confirm", "cost_explorer", "cost_tags", "member"}
        if not isinstance(sent, dict) or set(sent) - known:
            raise ValueError(f"expected an object with some of {', '.join(sorted(known))}")
        if first := sent.get("clear_from"):
            self._charges = [charge for charge in self._charges if charge.day < date.fromisoformat(first)]
        for span in sent.get("charges", []):
            self._charges.extend(_days_of(span))
        if endpoint := sent.get("confirm"):
            _confirm(endpoint)
        self.enabled = sent.get("cost_explorer", self.enabled)
        self.manages = not sent.get("member", not self.manages)
        if (active := sent.get("cost_tags")) is not None:
            self._active = {key: date.fromisoformat(since) for key, since in active.items()}
        return {"charges": len(self._charges)}

    @property
    def today(self) -> date:
        """AWS bills by UTC."""
        return self._world.clock.now.date()

    def tagged(self, charge: Charge, key: str) -> str:
        """The value under which Cost Explorer knows a charge by this key: empty unless the key was active that day."""
        since = self._active.get(key)
        return charge.environment if since is not None and charge.day >= since else ""

    def known(self, start: date, end: date, accounts: list[str] | None = None) -> list[Charge]:
        """What is known today of the days from `start` to, not including, `end`, of all accounts or of these."""
        seen = [charge for charge in self._charges if self.manages or charge.account == DEFAULT_ACCOUNT_ID]
        counted = [charge for charge in seen if not accounts or charge.account in accounts]
        return [charge for charge in counted if start <= charge.day < min(end, self.today)]

    def rest(self, start: date, end: date, accounts: list[str] | None = None) -> Decimal | None:
        """AWS's own forecast of these days; none without five weeks of history."""
        history = self.known(date.min, self.today, accounts)
        if not history or self.today - min(charge.day for charge in history) < HISTORY_OF_A_FORECAST:
            return None
        recent = sum((charge.usd for charge in history if charge.day >= self.today - MEAN_OF), Decimal(0))
        return recent / MEAN_OF.days * (end - start).days

    def periods(self, budget: dict[str, Any]) -> Iterator[tuple[date, date]]:
        """Every period of a budget from the first charge to the one that runs, each with the first day of the next."""
        days = [charge.day for charge in self.known(date.min, self.today)]
        start, end = _period_of(budget, min(days, default=self.today))
        while start <= self.today:
            yield start, end
            start, end = _period_of(budget, end)


def install(world: World) -> Money:
    money = Money(world)
    _cost_explorer(world, money)
    _budgets(money)
    _subscriptions()
    return money


def _cost_explorer(world: World, money: Money) -> None:
    @corrects(CostExplorerResponse)
    def get_cost_and_usage(self: CostExplorerResponse) -> str:
        _enabled(money)
        asked = json.loads(self.body)
        start, end = _period(asked)
        if start > money.today:
            raise JsonRESTError("ValidationException", "Start date should not be in the future.")
        if asked.get("Granularity") != "DAILY":
            raise JsonRESTError("ValidationException", "The embedded AWS keeps a bill of days: Granularity DAILY.")
        groups = asked.get("GroupBy", [])
        if len(groups) > 2:
            raise JsonRESTError("ValidationException", "At most two GroupBy definitions are supported.")
        if not money.known(date.min, money.today):
            raise _unavailable()
        accounts = _accounts(asked.get("Filter"))
        rows = [row for day in _each(start, end) for row in _rows(money, day, groups, accounts)]
        try:
            page, token = world.pages.cut(rows, ROWS_A_PAGE, asked.get("NextPageToken"))
        except BadToken as error:
            raise JsonRESTError("InvalidNextTokenException", "The pagination token is invalid.") from error
        answer = {"GroupDefinitions": groups, "DimensionValueAttributes": [], "ResultsByTime": []}
        answer["ResultsByTime"] = _by_time(page, asked["Metrics"], bool(groups), money.today)
        return json.dumps(answer if token is None else {**answer, "NextPageToken": token})

    @_adds(CostExplorerResponse)
    def get_cost_forecast(self: CostExplorerResponse) -> str:
        _enabled(money)
        asked = json.loads(self.body)
        start, end = _period(asked)
        if start > money.today:
            raise JsonRESTError("ValidationException", "Start date should be equal to or no later than today.")
        rest = money.rest(start, end, _accounts(asked.get("Filter")))
        if rest is None:
            raise _unavailable()
        return json.dumps({"Total": {"Amount": str(rest), "Unit": "USD"}, "ForecastResultsByTime": []})


def _budgets(money: Money) -> None:
    original = Budget.to_dict

    @corrects(Budget)
    def to_dict(self: Budget) -> dict[str, Any]:
        budget = original(self)
        start, end = _period_of(budget, money.today)
        accounts = budget.get("CostFilters", {}).get("LinkedAccount")
        actual = _counted(budget, money.known(start, money.today, accounts))
        rest = money.rest(money.today, end, accounts)
        budget["CalculatedSpend"] = {"ActualSpend": _spend(actual)}
        if rest is not None:
            budget["CalculatedSpend"]["ForecastedSpend"] = _spend(actual + rest)
        return budget

    @_adds(BudgetsResponse)
    def describe_budget_performance_history(self: BudgetsResponse) -> str:
        budget = self.backend.describe_budget(self._get_param("AccountId"), self._get_param("BudgetName"))
        periods = [
            {
                "BudgetedAmount": budget["BudgetLimit"],
                "ActualAmount": _spend(
                    _counted(budget, money.known(first, after, budget.get("CostFilters", {}).get("LinkedAccount")))
                ),
                "TimePeriod": {"Start": _seconds(first), "End": _seconds(after)},
            }
            for first, after in money.periods(budget)
        ]
        kept = {key: budget[key] for key in ("BudgetName", "BudgetType", "CostTypes", "TimeUnit") if key in budget}
        return json.dumps({"BudgetPerformanceHistory": {**kept, "BudgetedAndActualAmountsList": periods}})


def _subscriptions() -> None:
    original = SNSBackend.list_subscriptions_by_topic

    @corrects(SNSBackend)
    def list_subscriptions_by_topic(self: SNSBackend, topic_arn: str, next_token: str | None = None) -> Any:
        subscriptions, token = original(self, topic_arn, next_token=next_token)
        return [_as_listed(subscription) for subscription in subscriptions], token


def _as_listed(subscription: Any) -> Any:
    if subscription.confirmed or subscription.protocol not in READ_BY_PEOPLE:
        return subscription
    pending = copy.copy(subscription)
    pending.arn = "PendingConfirmation"
    return pending


def _confirm(endpoint: str) -> None:
    regions = [backend for account in sns_backends.values() for backend in account.values()]
    found = [item for backend in regions for item in backend.subscriptions.values() if item.endpoint == endpoint]
    if not found:
        raise ValueError(f"nothing is subscribed at {endpoint}")
    for subscription in found:
        subscription.confirmed = True


def _days_of(span: dict[str, Any]) -> Iterator[Charge]:
    known = {"from", "to", "usd", "environment", "record", "wave_cents", "account"}
    if unknown := set(span) - known:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))} in a charge; known: {', '.join(sorted(known))}")
    wave = Decimal(span.get("wave_cents", 0)) / 100
    for day in _each(date.fromisoformat(span["from"]), date.fromisoformat(span["to"])):
        # Not quite the same every day, as bills are.
        amount = Decimal(span["usd"]) + wave * (day.toordinal() % 5 - 2)
        account = span.get("account", DEFAULT_ACCOUNT_ID)
        yield Charge(day, span.get("environment", ""), span.get("record", "Usage"), amount, account)


def _rows(
    money: Money, day: date, groups: list[dict[str, str]], accounts: list[str] | None
) -> list[tuple[date, list[str], Decimal | None]]:
    """A row a group; a day of which nothing is known has one without an amount."""
    sums: dict[tuple[str, ...], Decimal] = {}
    for charge in money.known(day, day + DAY, accounts):
        keys = tuple(_key(money, charge, group) for group in groups)
        sums[keys] = sums.get(keys, Decimal(0)) + charge.usd
    return [(day, list(keys), usd) for keys, usd in sorted(sums.items())] or [(day, [], None)]


def _accounts(asked: dict[str, Any] | None) -> list[str] | None:
    """The accounts that a filter names; all without a filter."""
    match asked:
        case None:
            return None
        case {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [*accounts]}, **others} if not others:
            return [str(account) for account in accounts]
    raise JsonRESTError("ValidationException", f"The embedded AWS cannot filter by {asked}.")


def _enabled(money: Money) -> None:
    if not money.enabled:
        raise JsonRESTError("AccessDeniedException", "User not enabled for cost explorer access")


def _key(money: Money, charge: Charge, group: dict[str, str]) -> str:
    match (group["Type"], group["Key"]):
        case ("TAG", name):
            return f"{name}${money.tagged(charge, name)}"
        case ("DIMENSION", "RECORD_TYPE"):
            return charge.record
    raise JsonRESTError("ValidationException", f"The embedded AWS cannot group by {group}.")


def _by_time(
    rows: list[tuple[date, list[str], Decimal | None]], metrics: list[str], grouped: bool, today: date
) -> list[dict[str, Any]]:
    days: dict[date, dict[str, Any]] = {}
    for day, keys, usd in rows:
        found = days.setdefault(
            day,
            {
                "TimePeriod": {"Start": day.isoformat(), "End": (day + DAY).isoformat()},
                "Total": {},
                "Groups": [],
                "Estimated": day >= today.replace(day=1),
            },
        )
        amounts = {metric: {"Amount": str(usd or 0), "Unit": "USD"} for metric in metrics}
        if not grouped:
            found["Total"] = amounts
        elif usd is not None:
            found["Groups"].append({"Keys": keys, "Metrics": amounts})
    return list(days.values())


def _period_of(budget: dict[str, Any], today: date) -> tuple[date, date]:
    """The period of a budget that runs, by its `TimeUnit`: calendar days, months, quarters, years.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
    """
    match budget.get("TimeUnit", "MONTHLY"):
        case "DAILY":
            return today, today + DAY
        case "QUARTERLY":
            first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
            return first, (first + timedelta(days=100)).replace(day=1)
        case "ANNUALLY":
            return today.replace(month=1, day=1), date(today.year + 1, 1, 1)
    return today.replace(day=1), _next_month(today)


def _counted(budget: dict[str, Any], charges: list[Charge]) -> Decimal:
    """What a budget counts of some charges, by its cost types."""
    types = budget.get("CostTypes", {})
    excluded = {kind for kind in ("Credit", "Refund", "Tax", "Support") if not types.get(f"Include{kind}", True)}
    return sum((charge.usd for charge in charges if charge.record not in excluded), Decimal(0))


def _period(asked: dict[str, Any]) -> tuple[date, date]:
    start, end = (date.fromisoformat(asked["TimePeriod"][key]) for key in ("Start", "End"))
    if start >= end:
        raise JsonRESTError("ValidationException", "Start date (and hour) should be before end date (and hour).")
    return start, end


def _each(start: date, end: date) -> Iterator[date]:
    while start < end:
        yield start
        start += DAY


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _spend(amount: Decimal) -> dict[str, str]:
    return {"Amount": str(amount), "Unit": "USD"}


def _seconds(day: date) -> float:
    return datetime.combine(day, time(), timezone.utc).timestamp()


def _unavailable() -> JsonRESTError:
    return JsonRESTError("DataUnavailableException", "Data is not available. Please try to adjust the time period.")


def _adds(owner: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a class of moto's a method it lacks; refuses one that it has by now: then moto's should be looked at."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        if hasattr(owner, function.__name__):
            raise AttributeError(f"{owner.__name__} has {function.__name__} already")
        setattr(owner, function.__name__, function)
        return function

    return add
