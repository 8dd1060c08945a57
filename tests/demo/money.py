"""The second story: a month that will cost too much, told in two languages, braked, and corrected."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from embedded_aws.clock import parse_rfc3339, rfc3339
from embedded_aws.starter import Running

from . import bill, mailbox, money_expectations
from .expectations import Expectation
from .fleet import Fleet, look
from .function import EVENTS, Function
from .mailbox import Mail
from .money_expectations import Told
from .screen import BOLD, DIM, Progress, heading, paint, say, table
from .transition import Transition, live_through, paris

GUARD = "budget-guard"
RULE = "forecast > 110% for 2 days: sleep preprod until month end"
MONDAY, LATER = "2026-11-23T10:00:00Z", "2026-11-23T16:00:00Z"
TUESDAY, THURSDAY = "2026-11-24T10:00:00Z", "2026-11-26T10:00:00Z"
# How long after the guard's look the scheduler's next tick comes.
TICK_AFTER_MINUTES = 5


def tell(progress: Progress, aws: Running, function: Function, made: dict[str, Any]) -> list[Expectation]:
    """Everything from the first look to the recovery; what must have been so."""
    story = Story(aws, function, made["mailbox_queue_url"])
    bill.prepare(aws, made["topic_arn"])
    first = look(aws)

    progress.step("Monday, 11:00 in Paris: the budget guard looks at three weeks of November")
    english = story.guard(MONDAY, ladder=True)
    again = story.guard(LATER, ladder=True)
    french = story.guard(MONDAY, french=True)
    show_forecast(aws, english)
    show_whole("The mail, as SNS delivered it", english.mail("forecast"))
    show_whole("The same look where the configuration says `language: fr`", french.mail("forecast"))
    show_others("and with it", english, "forecast")

    progress.step("Tuesday, 11:00: the second day on which the figures agree")
    acted = story.guard(TUESDAY, ladder=True)
    asleep = story.tick(TUESDAY)
    holds = story.holds(TUESDAY)
    heading("Tuesday: the ladder asks, and the scheduler puts preprod to bed")
    say(f"  The rule: {RULE}")
    show_parts(acted.mail("action-taken"), "What happened", "What was done")
    show_fleet(first, asleep, f"{paris(parse_rfc3339(TUESDAY)):%a %H:%M}")

    progress.step("Thursday: AWS corrects its figures")
    bill.correct(aws)
    recovered = story.guard(THURSDAY, ladder=True)
    awake = story.tick(THURSDAY)
    heading("Thursday: AWS has corrected its figures, and preprod wakes")
    show_parts(recovered.mail("recovered"), "How much")
    show_parts(recovered.mail("action-reverted"), "What happened")
    show_fleet(asleep.after, awake, f"{paris(parse_rfc3339(THURSDAY)):%a %H:%M}")

    progress.step("Every event of the guard, with `cargo lambda invoke`")
    answers = story.every_event()
    heading("Every event of the guard, with `cargo lambda invoke budget-guard --data-file events/...`")
    table([[name, answer["command"], _outcome(answer)] for name, answer in answers.items()])
    return [
        *money_expectations.of_the_forecast(english, again, french),
        *money_expectations.of_the_brake(first, acted, asleep, holds, story.orders_of_the_guard),
        *money_expectations.of_the_recovery(first, recovered, awake, story.holds(THURSDAY)),
        *money_expectations.of_the_events(EVENTS, answers),
    ]


class Story:
    """Invokes the guard and the scheduler at their instants, and collects what they said and sent."""

    def __init__(self, aws: Running, function: Function, mailbox_url: str) -> None:
        self._aws, self._function, self._mailbox = aws, function, mailbox_url
        self.orders_of_the_guard: list[str] = []
        mailbox.empty(aws, mailbox_url)

    def guard(self, at: str, ladder: bool = False, french: bool = False) -> Told:
        """One daily look, and the mails it led to."""
        self._configure(ladder, french)
        if parse_rfc3339(at) > parse_rfc3339(self._aws.get("clock")["now"]):
            self._aws.post("clock", {"now": at})
        self._aws.delete("calls")
        answer = self._function.invoke({"command": "report", "at": at}, GUARD)
        self.orders_of_the_guard += [
            call["action"] for call in self._aws.get("calls") if call["service"] in ("rds", "autoscaling", "ec2")
        ]
        return Told(answer, mailbox.empty(self._aws, self._mailbox))

    def tick(self, after: str) -> Transition:
        """The scheduler's ticks after the guard's look, until all is quiet."""
        at = parse_rfc3339(after)
        at = at.replace(minute=at.minute + TICK_AFTER_MINUTES)
        with tempfile.TemporaryDirectory(prefix="nightcap-demo-") as folder:
            event = Path(folder) / "tick.json"
            event.write_text(json.dumps({"command": "tick", "at": rfc3339(at)}))
            seen = live_through(self._aws, self._function, event)
        # Its mails are the first story's.
        mailbox.empty(self._aws, self._mailbox)
        return seen

    def holds(self, at: str) -> list[dict[str, Any]]:
        """The holds in the ledger an hour after a look."""
        at = rfc3339(parse_rfc3339(at).replace(minute=59))
        holds: list[dict[str, Any]] = self._function.invoke({"command": "holds", "at": at})["holds"]
        return holds

    def every_event(self) -> dict[str, dict[str, Any]]:
        """Each file of the guard's, some of which are about the present, whenever that is."""
        self._configure()
        present = datetime.now(timezone.utc)
        if present > parse_rfc3339(self._aws.get("clock")["now"]):
            self._aws.post("clock", {"now": rfc3339(present)})
        files = sorted(EVENTS.glob("guard-*.json"))
        answers = {file.name: self._function.invoke_file(file, GUARD) for file in files}
        mailbox.empty(self._aws, self._mailbox)
        return answers

    def _configure(self, ladder: bool = False, french: bool = False) -> None:
        changes = {}
        if ladder:
            changes["ladder: []"] = f'ladder: ["{RULE}"]'
        if french:
            changes["language: en"] = "language: fr"
            changes[f"name: {bill.BUDGET}"] = f"name: {bill.FRENCH_BUDGET}"
        self._function.configure(changes)


def show_forecast(aws: Running, told: Told) -> None:
    heading("The budget guard: three weeks of November")
    table(bill.by_week(aws), head=["USD", *bill.DEAR, "all"])
    forecast, budget = told.answer["forecast"], told.answer["budget"]
    say()
    say(f"  {budget['actual']} USD are spent of {budget['limit']} USD. Expected by the end of the month:")
    say(f"  {forecast['expected']} USD, four times in five between {forecast['low']} and {forecast['high']} USD;")
    say(f"  used up on {forecast['used_up_on']}. {_sources(told.answer)}")
    cost = told.answer["cost"]
    say(f"  The look itself cost {cost['usd']} USD: {cost['pages']} pages of Cost Explorer.")


def _sources(answer: dict[str, Any]) -> str:
    opinion = answer["aws"]["second_opinion"]
    return f"Cost Explorer's own forecast: {opinion} USD." if opinion else "Cost Explorer has no forecast yet."


def show_whole(title: str, mail: Mail) -> None:
    say()
    say(f"  {title}:")
    say()
    say("    " + paint(f"Subject: {mail.subject}", BOLD))
    for line in mail.body.splitlines():
        say(f"    {paint('|', DIM)} {line}".rstrip())


def show_others(words: str, told: Told, kind: str) -> None:
    for mail in told.mails:
        if mail != told.mail(kind):
            say()
            say(f"    {words}: " + paint(f"Subject: {mail.subject}", BOLD))


def show_parts(mail: Mail, *titles: str) -> None:
    """The subject, and those paragraphs of the body that begin so."""
    say()
    say("    " + paint(f"Subject: {mail.subject}", BOLD))
    paragraphs = [part.splitlines() for part in mail.body.split("\n\n")]
    for lines in paragraphs:
        if lines[0].startswith(titles):
            for line in lines:
                say(f"    {paint('|', DIM)} {line}".rstrip())


def show_fleet(before: Fleet, seen: Transition, at: str) -> None:
    say()
    rows = [
        [name, resource.state, seen.after[name].state]
        for name, resource in before.items()
        if resource.environment in ("preprod", "prod")
    ]
    table(rows, head=["resource", f"{at}, before", "after the scheduler's ticks"])


def _outcome(answer: dict[str, Any]) -> str:
    if answer.get("ignored"):
        return "ignored: " + answer["reason"]
    told = [f"{news['kind']} {news['result']}" for news in answer["news"]]
    return ("dry run; " if answer["dry_run"] else "") + (", ".join(told) or "nothing to tell")
