"""The demo, from an empty account to a Monday morning. Exit code 1 if the fleet is not what it should be."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

from embedded_aws.seed import seed
from embedded_aws.starter import DidNotStart, Running

from . import expectations, mailbox, money, terraform
from .expectations import Expectation
from .fleet import Fleet, look
from .function import EVENTS, Function, FunctionFailed, build
from .mailbox import Mail
from .order import happenings
from .screen import BOLD, DIM, GREEN, RED, Progress, heading, paint, say, table
from .transition import Transition, live_through, paris

# Half an hour before the evening's transition: where the story begins.
BEGINNING = "2026-11-20T17:27:00Z"
CONFIG = Path(__file__).parent / "nightcap.yaml"


def main() -> int:
    # An order to end unwinds everything that was started, as an error would.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    progress = Progress()
    try:
        met = run(progress)
    except (DidNotStart, FunctionFailed) as error:
        print(f"\nThe demo stops here: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    progress.step("Done; nothing is left running")
    return 0 if met else 1


def run(progress: Progress) -> bool:
    progress.step("Building the functions (a first time takes minutes)")
    build()
    with terraform.Act() as act:
        return story(progress) & act.show(progress)


def story(progress: Progress) -> bool:
    progress.step("Starting an AWS of our own on loopback")
    with Running(now=BEGINNING) as aws:
        progress.step("Making GreenLeaf: preprod, prod, and strangers")
        made = seed(aws.client, aws.advance)
        progress.step("Starting the functions under `cargo lambda watch`")
        with Function(aws, made["topic_arn"], CONFIG) as function:
            met = tell(progress, aws, function, made)
        if defects := aws.get("checks")["defects"]:
            raise FunctionFailed(f"calls or answers that AWS does not have: {defects}")
        return met


def tell(progress: Progress, aws: Running, function: Function, made: dict[str, Any]) -> bool:
    first = look(aws)
    progress.step("Friday, 19:00 in Paris")
    evening = live_through(aws, function, EVENTS / "tick-friday-evening.json")
    mails = mailbox.empty(aws, made["mailbox_queue_url"])
    show_transition("Friday evening: preprod goes to sleep", aws, first, evening)
    show_mail(mails)
    checks = expectations.of_the_evening(aws, first, evening, mails)
    show_checks(checks)

    progress.step("The plan for the next two weeks")
    show_plan(function.invoke_file(EVENTS / "plan-friday-evening.json"))

    progress.step("Monday, 09:00 in Paris")
    morning = live_through(aws, function, EVENTS / "tick-monday-morning.json")
    mails = mailbox.empty(aws, made["mailbox_queue_url"])
    show_transition("Monday morning: preprod wakes, databases first", aws, morning.before, morning)
    show_mail(mails)
    more = expectations.of_the_morning(aws, first, morning, mails)
    show_checks(more)
    money_checks = money.tell(progress, aws, function, made)
    show_checks(money_checks)
    return all(check.holds for check in [*checks, *more, *money_checks])


def show_transition(title: str, aws: Running, before: Fleet, seen: Transition) -> None:
    heading(title)
    columns = _columns(before, seen)
    rows: list[list[str] | None] = []
    owner = None
    for name, resource in before.items():
        if owner not in (None, resource.environment):
            rows.append(None)
        owner = resource.environment
        states = [fleet[name].state if name in fleet else "gone" for _, fleet in columns]
        rows.append([name, resource.environment or "(no tag)", *states])
    table(rows, head=["resource", "environment", *(label for label, _ in columns)])
    say()
    say("  In this order (Paris time):")
    table(
        [[f"{paris(item.at):%H:%M}", item.who, item.resource, item.what] for item in happenings(aws, seen)],
        indent="    ",
    )
    say()
    say("  Left as they are, and why:")
    table(_left_alone(seen.ticks[-1][1]), indent="    ")
    for problem in seen.problems:
        say(paint(f"  Problem: {problem['resource']}: {problem['message']} {problem['remedy']}", RED))


def _columns(before: Fleet, seen: Transition) -> list[tuple[str, Fleet]]:
    """The fleet before and after each tick; ticks that found nothing new have no column of their own."""
    columns = [("before", before)]
    for at, _, fleet in seen.ticks:
        if [item.state for item in fleet.values()] != [item.state for item in columns[-1][1].values()]:
            columns.append((f"{paris(at):%H:%M}", fleet))
    return columns


def _left_alone(answer: dict[str, Any]) -> list[list[str]]:
    """The resources that the function will not touch; not those that are simply as they should be."""
    left = [item for item in answer["resources"] if item["decision"] == "leave" and item.get("code") != "as-desired"]
    return [[item["name"], item["reason"]] for item in left]


def show_plan(answer: dict[str, Any]) -> None:
    """A line a day. An environment that nothing is tagged with has its times, but nothing happens at them."""
    heading("The plan for the next two weeks")
    touched: dict[str, list[str]] = {}
    days: dict[tuple[str, str], list[str]] = {}
    for item in answer["upcoming"]:
        touched.setdefault(item["environment"], item["resources"])
        # "Mon 23 Nov 2026 09:00 CET"
        *day, time, zone = item["local"].split()
        days.setdefault((item["environment"], " ".join(day)), []).append(f"{time} {zone} {item['to']}")
    table([[name, day, ", ".join(changes)] for (name, day), changes in days.items() if touched[name]])
    say()
    for name, resources in touched.items():
        say(f"  {name}: {', '.join(resources) or 'nothing carries its tag'}")


def show_mail(mails: list[Mail]) -> None:
    """The first mail whole; of the others, which tell how it went on, the subject."""
    say()
    say("  The mail, as SNS delivered it:")
    say()
    for mail in mails[:1]:
        say("    " + paint(f"Subject: {mail.subject}", BOLD))
        for line in mail.body.splitlines():
            say(f"    {paint('|', DIM)} {line}".rstrip())
    for mail in mails[1:]:
        say()
        say("    and later: " + paint(f"Subject: {mail.subject}", BOLD))


def show_checks(checks: list[Expectation]) -> None:
    say()
    for check in checks:
        say(f"  {paint('ok  ', GREEN) if check.holds else paint('FAIL', BOLD, RED)} {check.what}")


if __name__ == "__main__":
    sys.exit(main())
