"""infra/modules/nightcap/cron against two independent readers: croniter (Unix) and pyawscron (EventBridge).

Random expressions from a fixed seed are converted by Terraform; the next instants of the original and of
the conversion must be the same.
"""

from __future__ import annotations

import json
import random
from datetime import datetime, timezone
from pathlib import Path

from .step import Failed, Skipped, run
from .terraform import binary, copied, environment, init

SEED = 20261121
COUNT = 400
INSTANTS = 40
BEGIN = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def check(repository: Path) -> str:
    try:
        from croniter import croniter
        from pyawscron import AWSCron
    except ImportError as error:
        raise Skipped(f"Python module {error.name} missing") from None
    expressions = {str(index): text for index, text in enumerate(generated())}
    with copied(repository) as root:
        folder = root / "infra/modules/nightcap/cron"
        env = environment()
        init(folder, env)
        (folder / "generated.auto.tfvars.json").write_text(json.dumps({"expressions": expressions}))
        # A plan says the outputs, for there is nothing to make; an apply would convert everything a second time.
        run([binary(), "plan", "-out=plan", "-no-color"], folder, env)
        answer = json.loads(run([binary(), "show", "-json", "plan"], folder, env).stdout)["planned_values"]["outputs"]
    converted, problems = answer["expressions"]["value"], answer["problems"]["value"]
    if problems:
        raise Failed("valid expressions were refused:\n" + "\n".join(problems.values()))
    for key, text in expressions.items():
        inner = converted[key].removeprefix("cron(").removesuffix(")")
        theirs = croniter(text, BEGIN, day_or=True)
        unix = [theirs.get_next(datetime) for _ in range(INSTANTS)]
        # pyawscron answers from the instant given on; croniter after it.
        ours = [at for at in AWSCron.get_next_n_schedule(INSTANTS + 1, BEGIN, inner) if at > BEGIN][:INSTANTS]
        if unix != ours:
            raise Failed(f"{text!r} became {converted[key]!r}: {first_difference(unix, ours)} (seed {SEED})")
    return f"{len(expressions)} random expressions, {INSTANTS} instants each, the same"


def first_difference(unix: list[datetime], ours: list[datetime]) -> str:
    for theirs, mine in zip(unix, ours):
        if theirs != mine:
            return f"{theirs:%a %F %R} against {mine:%a %F %R}"
    return f"{len(unix)} instants against {len(ours)}"


def generated() -> list[str]:
    """Expressions that both dialects can say: at most one of day of month and weekday is restricted."""
    pick = random.Random(SEED)

    def number(low: int, high: int, names: list[str] | None = None) -> str:
        value = pick.randint(low, high)
        return pick.choice([str(value), names[value - low]]) if names and value - low < len(names) else str(value)

    def item(low: int, high: int, names: list[str] | None) -> str:
        # pyawscron fails on the 29th to 31st of short months, so days of the month end at 28 and no `*/2` of
        # them is generated; infra/modules/nightcap/tests has those.
        kind = pick.choice([0, 1, 2, 4]) if high == 28 else pick.randrange(5)
        if kind == 0:
            return number(low, high, names)
        first, last = sorted(pick.sample(range(low, high + 1), 2))
        if kind == 1:
            return f"{first}-{last}"
        if kind == 2:
            return f"{first}-{last}/{pick.randint(1, 4)}"
        if kind == 3:
            return f"*/{pick.randint(1, 4)}"
        return number(low, high, names)

    def field(low: int, high: int, names: list[str] | None = None, star: float = 0.3) -> str:
        if pick.random() < star:
            return "*"
        return ",".join(item(low, high, names) for _ in range(pick.randint(1, 3)))

    texts = []
    while len(texts) < COUNT:
        by_weekday = pick.random() < 0.6
        day = "*" if by_weekday else field(1, 28, star=0.1)
        # 7 is Sunday as well; steps over it are Vixie's own affair and not generated.
        weekday = field(0, 6, DAYS, star=0.1) if by_weekday else "*"
        texts.append(f"{field(0, 59, star=0.1)} {field(0, 23)} {day} {field(1, 12, MONTHS, star=0.7)} {weekday}")
    return [*texts, "0 9 * * MON-FRI", "0 19 * * 1-5", "30 6 * * 7", "0 22 * * 5-7"]
