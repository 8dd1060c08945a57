"""What must be so after each look of the budget guard."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from .expectations import APP, SLEEPERS, Expectation
from .fleet import Fleet
from .mailbox import Mail
from .transition import Transition

ENGLISH = ("How much", "Against", "By when", "How sure", "Next")
FRENCH = ("Combien", "Sur", "Quand", "Certitude", "Ensuite")
MONTH_END = "2026-12-01T00:00:00Z"
AMOUNT = re.compile(r"(-?\d+\.\d\d) USD$")


@dataclass(frozen=True)
class Told:
    """One look: what the guard answered, and what SNS delivered."""

    answer: dict[str, Any]
    mails: list[Mail]

    def mail(self, kind: str) -> Mail:
        """The last mail of the news of this kind; one that no expectation meets where none was delivered."""
        subjects = [news.get("subject") for news in self.answer["news"] if news["kind"] == kind]
        found = [mail for mail in self.mails if mail.subject in subjects]
        return found[-1] if found else Mail(f"(no mail: {kind})", "\n")

    def sent(self, kind: str) -> bool:
        return any(news["kind"] == kind and news["result"] == "sent" for news in self.answer["news"])


def of_the_forecast(english: Told, again: Told, french: Told) -> list[Expectation]:
    forecast = english.answer["forecast"]
    body = english.mail("forecast").body
    expected = Decimal(forecast["expected"])
    return [
        Expectation("the guard saw three weeks and a day, and doubted none of it", _believed(english)),
        Expectation(
            "the forecast is above the budget, and sure enough to say so",
            expected > 500 and Decimal(str(forecast["probability_over"])) >= Decimal("0.8"),
        ),
        Expectation("its mail was delivered, in English and in French", _speaks(body, ENGLISH) and _speaks(french.mail("forecast").body, FRENCH)),
        Expectation("what the mail says adds up to the cent", bool(_why(body)) and sum(_why(body)[:-2]) == _why(body)[-2] == expected),
        Expectation(
            "a second look at the same day paid nothing and sent nothing",
            english.answer["cost"]["pages"] > 0 and again.answer["cost"]["pages"] == 0 and not again.mails,
        ),
        Expectation("somebody reads the mails", english.answer["subscriptions"] == {"confirmed": 1, "pending": 0}),
        Expectation("the guard had no problem to report", not english.answer["problems"]),
    ]


def of_the_brake(
    first: Fleet, acted: Told, asleep: Transition, holds: list[dict[str, Any]], orders_of_the_guard: list[str]
) -> list[Expectation]:
    body = acted.mail("action-taken").body
    return [
        Expectation("the ladder took its step on the second date, and told what it saves", acted.sent("action-taken") and "Expected to save" in body),
        Expectation(
            "it asked for one thing: preprod asleep until the month ends",
            [(hold["author"], hold["state"], hold["until"], hold["on"]["environment"]) for hold in holds]
            == [("guard", "stopped", MONTH_END, "preprod")],
        ),
        Expectation("the guard gave no order to a database or group", not orders_of_the_guard),
        Expectation("the scheduler put preprod to bed in the middle of the day", _asleep(asleep.after) and not asleep.problems),
        Expectation("production and the strangers are as they were", _untouched(first, asleep.after)),
    ]


def of_the_recovery(first: Fleet, recovered: Told, awake: Transition, holds: list[dict[str, Any]]) -> list[Expectation]:
    return [
        Expectation(
            "the recovery and the end of the step were told",
            recovered.sent("recovered") and recovered.sent("action-reverted") and len(recovered.mails) >= 2,
        ),
        Expectation("no hold is left", not holds),
        Expectation(
            "preprod is awake as it was",
            all(awake.after[name].state == first[name].state for name in (APP, *SLEEPERS)) and not _asleep(awake.after),
        ),
        Expectation("production and the strangers are still as they were", _untouched(first, awake.after)),
    ]


def of_the_events(folder: Path, answers: dict[str, dict[str, Any]]) -> list[Expectation]:
    files = {file.name for file in folder.glob("guard-*.json")}
    return [
        Expectation(
            f"each of the guard's {len(files)} event files was answered",
            bool(files) and files == set(answers) and all("command" in answer for answer in answers.values()),
        )
    ]


def _believed(told: Told) -> bool:
    return told.answer["data"] == {"doubts": []} and "spent on 22 days" in told.mail("forecast").body


def _speaks(body: str, labels: tuple[str, ...]) -> bool:
    """Whether the five answers stand at the top, in this order."""
    heads = [line.split(":")[0] for line in body.split("\n\n")[0].splitlines() if not line.startswith(" ")]
    return tuple(heads) == labels


def _why(body: str) -> list[Decimal]:
    """The amounts of the paragraph that says why: the parts, their sum, and what that is beyond the budget."""
    for part in body.split("\n\n"):
        title, *rows = part.splitlines() or [""]
        if title.startswith("Why"):
            return [Decimal(found[1]) for row in rows if (found := AMOUNT.search(row))]
    return []


def _asleep(fleet: Fleet) -> bool:
    return not fleet[APP].instances and all(fleet[name].state == "stopped" for name in SLEEPERS)


def _untouched(first: Fleet, fleet: Fleet) -> bool:
    return all(fleet.get(name) == resource for name, resource in first.items() if resource.environment != "preprod")
