"""How long other schedulers take to decide about one resource.

Each is asked in its own way for the same office hours (Monday to Friday, 09:00 to 19:00 in Paris)
at 1,024 instants spread over 2026, and must agree about them with plain arithmetic on the wall
clock: what answers wrongly is not timed. Cloud Custodian decides an "off" and an "on" apart and only
for now; one of the two is counted, and its clock is left alone.

Sources of the others are not kept here. Cloud Custodian comes from PyPI; of the other two a
checkout's folder is given: Instance Scheduler 1.5's `source/app`, py-kube-downscaler's root.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
START = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
INSTANTS = [START + dt.timedelta(seconds=step * 7_919_773 % (365 * 86_400)) for step in range(1024)]
ROUNDS = 9

Decide = Callable[[dt.datetime], bool]


def expected(instant: dt.datetime) -> bool:
    local = instant.astimezone(PARIS)
    return local.weekday() < 5 and 9 <= local.hour < 19


def instance_scheduler() -> Decide:
    from instance_scheduler.configuration.instance_schedule import InstanceSchedule
    from instance_scheduler.configuration.running_period import RunningPeriod

    period = RunningPeriod("office", dt.time(9), dt.time(19), weekdays=set(range(5)))
    schedule = InstanceSchedule("office-hours", periods=[{"period": period}], timezone="Europe/Paris")
    instance = {"id": "i-1", "allow_resize": False, "is_running": True, "instancetype": "t3.small"}
    return lambda instant: schedule.get_desired_state(instance, instant)[0] == "running"


def kube_downscaler() -> Decide:
    from kube_downscaler.helper import matches_time_spec

    return lambda instant: matches_time_spec(instant, "Mon-Fri 09:00-19:00 Europe/Paris")


def cloud_custodian() -> Decide:
    from c7n.filters.offhours import OffHour

    policy = OffHour({"default_tz": "Europe/Paris", "tag": "nightcap", "offhour": 19})
    resource = {"InstanceId": "i-1", "Tags": [{"Key": "nightcap", "Value": "off=(M-F,19);tz=Europe/Paris"}]}
    return lambda _instant: policy(resource)


def rounds(decide: Decide) -> Iterator[float]:
    """Microseconds a decision, round by round."""
    for _ in range(ROUNDS):
        begun = time.perf_counter_ns()
        for instant in INSTANTS:
            decide(instant)
        yield (time.perf_counter_ns() - begun) / len(INSTANTS) / 1_000


def measured(name: str, decide: Decide, *, agrees: bool) -> dict[str, object]:
    wrong = sum(decide(instant) != expected(instant) for instant in INSTANTS) if agrees else 0
    if wrong:
        sys.exit(f"{name} disagrees about {wrong} of {len(INSTANTS)} instants: not timed")
    list(rounds(decide))  # warm
    times = list(rounds(decide))
    return {"name": name, "microseconds": {"least": min(times), "median": statistics.median(times), "most": max(times)}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instance-scheduler", type=Path, metavar="DIR")
    parser.add_argument("--kube-downscaler", type=Path, metavar="DIR")
    asked = parser.parse_args()
    found = [measured("Cloud Custodian", cloud_custodian(), agrees=False)]
    for name, folder, make in (
        ("Instance Scheduler", asked.instance_scheduler, instance_scheduler),
        ("kube-downscaler", asked.kube_downscaler, kube_downscaler),
    ):
        if folder:
            sys.path.insert(0, str(folder.resolve()))
            found.append(measured(name, make(), agrees=True))
        else:
            print(f"left out: {name} (no folder of its sources was given)", file=sys.stderr)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
