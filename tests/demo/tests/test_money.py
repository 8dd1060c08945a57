"""The second story without its functions: that each way in which it may not be true is seen."""

from __future__ import annotations

import unittest
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from .. import money_expectations as expected
from ..expectations import Expectation
from ..fleet import CLUSTER, DATABASE, GROUP, Fleet, Resource
from ..function import Function, FunctionFailed
from ..mailbox import Mail
from ..money_expectations import Told

BODY = """How much:   453.11 USD spent
Against:    500.00 USD
By when:    used up
How sure:   90 %
Next:       nothing

Why, in money
  spent on 22 days                                  453.11 USD
  planned for the days to come                       93.97 USD
  beyond the plan, as it has been                    66.92 USD
  expected for the month                            614.00 USD
  above the budget                                  114.00 USD
"""
FRENCH = "Combien: 1\nSur: 2\nQuand: 3\nCertitude: 4\nEnsuite: 5\n"
HOLD = {"author": "guard", "state": "stopped", "until": expected.MONTH_END, "on": {"environment": "preprod"}}


def told(kind: str, body: str = BODY, pages: int = 2, result: str = "sent", **answer: Any) -> Told:
    whole = {
        "forecast": {"expected": "614.00", "probability_over": 0.9},
        "data": {"doubts": []},
        "news": [{"kind": kind, "result": result, "subject": kind}],
        "cost": {"pages": pages},
        "subscriptions": {"confirmed": 1, "pending": 0},
        "problems": [],
        **answer,
    }
    return Told(whole, [Mail(kind, body)] if result == "sent" else [])


def fleet(capacity: str, instances: tuple[str, ...], status: str) -> Fleet:
    all_of_it = [
        Resource(GROUP, "greenleaf-preprod-app", "preprod", capacity, instances),
        Resource(DATABASE, "greenleaf-preprod-db", "preprod", status),
        Resource(CLUSTER, "greenleaf-preprod-search", "preprod", status),
        Resource(DATABASE, "greenleaf-prod-db", "prod", "available"),
    ]
    return {resource.name: resource for resource in all_of_it}


AWAKE, ASLEEP = fleet("2/2/4  2 up", ("i-1", "i-2"), "available"), fleet("0/0/0", (), "stopped")


def seen(after: Fleet, problems: tuple[str, ...] = ()) -> Any:
    return SimpleNamespace(after=after, problems=list(problems))


class TheMoney(unittest.TestCase):
    def failing(self, checks: list[Expectation]) -> list[str]:
        return [check.what for check in checks if not check.holds]

    def assert_fails(self, checks: list[Expectation], *words: str) -> None:
        failing = self.failing(checks)
        self.assertEqual(len(failing), len(words), failing)
        for word, what in zip(words, failing, strict=True):
            self.assertIn(word, what)

    def test_a_true_forecast_meets_every_expectation_and_each_lie_is_seen(self) -> None:
        good, again, french = told("forecast"), told("spent", pages=0, result="noted"), told("forecast", FRENCH)
        self.assertEqual(self.failing(expected.of_the_forecast(good, again, french)), [])
        lies: list[tuple[Told, Told, Told, str]] = [
            (told("forecast", data={"doubts": ["old"]}), again, french, "doubted none"),
            (told("forecast", BODY.replace("66.92", "66.93")), again, french, "adds up"),
            (good, again, good, "English and in French"),
            (good, told("forecast", pages=1, result="noted"), french, "paid nothing"),
            (good, told("forecast", pages=0), french, "paid nothing"),
            (told("forecast", subscriptions={"confirmed": 0, "pending": 1}), again, french, "somebody reads"),
            (told("forecast", problems=[{"code": "unread"}]), again, french, "no problem"),
        ]
        for english, second, other, word in lies:
            with self.subTest(word):
                self.assert_fails(expected.of_the_forecast(english, second, other), word)

    def test_a_mail_that_never_came_fails_and_does_not_break(self) -> None:
        none = told("forecast", result="failed")
        self.assertIn("adds up", " ".join(self.failing(expected.of_the_forecast(none, none, none))))

    def test_each_way_to_fail_the_brake_is_seen(self) -> None:
        acted = told("action-taken", "\nExpected to save 10.42 USD")
        self.assertEqual(self.failing(expected.of_the_brake(AWAKE, acted, seen(ASLEEP), [HOLD], [])), [])
        woken = {**ASLEEP, "greenleaf-prod-db": replace(ASLEEP["greenleaf-prod-db"], state="stopped")}
        self.assert_fails(expected.of_the_brake(AWAKE, told("forecast"), seen(ASLEEP), [HOLD], []), "took its step")
        self.assert_fails(expected.of_the_brake(AWAKE, acted, seen(ASLEEP), [], []), "asked for one thing")
        self.assert_fails(expected.of_the_brake(AWAKE, acted, seen(ASLEEP), [{**HOLD, "author": "person"}], []), "asked for one")
        self.assert_fails(expected.of_the_brake(AWAKE, acted, seen(ASLEEP), [HOLD], ["StopDBInstance"]), "gave no order")
        self.assert_fails(expected.of_the_brake(AWAKE, acted, seen(AWAKE), [HOLD], []), "put preprod to bed")
        self.assert_fails(expected.of_the_brake(AWAKE, acted, seen(woken), [HOLD], []), "production and the strangers")

    def test_each_way_to_fail_the_recovery_is_seen(self) -> None:
        news = [{"kind": kind, "result": "sent", "subject": kind} for kind in ("recovered", "action-reverted")]
        both = Told({"news": news}, [Mail("recovered", ""), Mail("action-reverted", "")])
        self.assertEqual(self.failing(expected.of_the_recovery(AWAKE, both, seen(AWAKE), [])), [])
        self.assert_fails(expected.of_the_recovery(AWAKE, Told({"news": news[:1]}, both.mails), seen(AWAKE), []), "were told")
        self.assert_fails(expected.of_the_recovery(AWAKE, Told(both.answer, []), seen(AWAKE), []), "were told")
        self.assert_fails(expected.of_the_recovery(AWAKE, both, seen(AWAKE), [HOLD]), "no hold")
        self.assert_fails(expected.of_the_recovery(AWAKE, both, seen(ASLEEP), []), "awake as it was")

    def test_every_event_must_be_answered(self) -> None:
        with TemporaryDirectory() as folder:
            Path(folder, "guard-report.json").touch()
            answered = {"guard-report.json": {"command": "report"}}
            self.assertEqual(self.failing(expected.of_the_events(Path(folder), answered)), [])
            self.assert_fails(expected.of_the_events(Path(folder), {}), "answered")
            self.assert_fails(expected.of_the_events(Path(folder), {"guard-report.json": {}}), "answered")


class TheConfiguration(unittest.TestCase):
    def test_a_change_of_something_that_is_not_there_is_an_error(self) -> None:
        function = Function.__new__(Function)
        function._text = "language: en"
        with TemporaryDirectory() as folder:
            function._config = Path(folder) / "nightcap.yaml"
            function.configure({"language: en": "language: fr"})
            self.assertEqual(function._config.read_text(), "language: fr")
            with self.assertRaises(FunctionFailed):
                function.configure({"ladder: []": ""})
