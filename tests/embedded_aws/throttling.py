"""Throttling by token buckets, for each account and region, as AWS documents it.

EC2 has a bucket for each action, of a size and a refill by its category; `RunInstances`, `StartInstances`,
`StopInstances` and `TerminateInstances` have a second one, of which each instance takes a token; what finds one empty
is refused with `RequestLimitExceeded`: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
("Request token bucket sizes and refill rates", "Resource token bucket sizes and refill rates"). The status 503 and the
words are those of CloudSnorkel/cdk-github-runners#946.

ECS has buckets by groups of actions and answers `ThrottlingException`, "Rate exceeded":
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
Auto Scaling "throttles API requests based on a shared API bucket", and RDS, EKS and the tagging API publish no figures
at all: theirs here are EC2's, and those of Auto Scaling are one bucket. Their codes are `Throttling` (the services of
the query protocol: "Common errors" of their API references), and those of the models of EKS and the tagging API.

`POST /nightcap/throttling` switches it on: {"size": 0.2, "refill": 2} leaves a fifth of each bucket (one token at
least), as where others of the account use it, and refills it twice as fast as AWS, so that tests need not wait as long;
{} takes the documented figures, null switches it off. The administrator, who seeds and looks, is not throttled. Buckets
are refilled by real time: callers back off by theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .iam.enforce import Refusal
from .request import AwsRequest
from .starter import ADMINISTRATOR

READS = ("Describe", "List", "Search", "Get", "GET ")

# Size, and tokens a second.
Figures = tuple[float, float]
NON_MUTATING: Figures = (100, 20)
UNFILTERED: Figures = (50, 10)
MUTATING: Figures = (50, 5)
# Of those that have a smaller bucket "when requested without specifying either pagination or a filter".
COSTLY_UNFILTERED = (
    "DescribeInstances",
    "DescribeInstanceStatus",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSnapshots",
    "DescribeSpotInstanceRequests",
    "DescribeVolumes",
)
# What is asked for here of the "uncategorized actions".
UNCATEGORIZED: dict[str, Figures] = {
    "CreateTags": (100, 10),
    "DeleteTags": (100, 10),
    "RunInstances": (5, 2),
    "StartInstances": (5, 2),
    "TerminateInstances": (100, 5),
}
RESOURCES: dict[str, Figures] = {
    "RunInstances": (1000, 2),
    "StartInstances": (1000, 2),
    "StopInstances": (1000, 20),
    "TerminateInstances": (1000, 20),
}
# Reading clusters; AWS lists the others by groups of actions.
ECS_READS: Figures = (50, 20)

CODES = {
    "ec2": ("RequestLimitExceeded", 503),
    "autoscaling": ("Throttling", 400),
    "rds": ("Throttling", 400),
    "ecs": ("ThrottlingException", 400),
    "eks": ("ThrottlingException", 429),
    "tagging": ("ThrottledException", 400),
}


@dataclass
class Bucket:
    size: float
    refill: float
    tokens: float
    at: float

    def has(self, count: float, now: float) -> bool:
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.refill)
        self.at = now
        return self.tokens >= min(count, self.size)


class Throttling:
    def __init__(self, account_of: Callable[[str], str], now: Callable[[], float] = time.monotonic) -> None:
        self._account_of = account_of
        self._now = now
        self._on = False
        self._size = self._refill = 1.0
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    def post(self, sent: Any) -> dict[str, Any]:
        if sent is None:
            self.forget()
            return {"on": False}
        if not isinstance(sent, dict) or not set(sent) <= {"size", "refill"} or any(not 0 < one for one in sent.values()):
            raise ValueError('expected {"size": share, "refill": times}, both above 0, or null')
        self.forget()
        self._on = True
        self._size, self._refill = float(sent.get("size", 1)), float(sent.get("refill", 1))
        return {"on": True, "size": self._size, "refill": self._refill}

    def forget(self) -> None:
        self._on = False
        self._buckets.clear()

    def refuse(self, asked: AwsRequest) -> Refusal | None:
        """The refusal, if a bucket of this call is empty; else it takes its tokens."""
        if not self._on or asked.service not in CODES or asked.key == ADMINISTRATOR:
            return None
        account, now = self._account_of(asked.key), self._now()
        wanted = [
            (self._bucket((account, asked.region, asked.service, name), figures, now), count)
            for name, figures, count in costs(asked)
        ]
        if all(bucket.has(count, now) for bucket, count in wanted):
            for bucket, count in wanted:
                bucket.tokens -= count
            return None
        code, status = CODES[asked.service]
        said = "Rate exceeded"
        if asked.service == "ec2":
            said = (
                f"Request limit exceeded. Account {account} has been throttled on ec2:{asked.action} because it "
                "exceeded its request rate limit."
            )
        return Refusal(code, status, said)

    def _bucket(self, key: tuple[str, ...], figures: Figures, now: float) -> Bucket:
        if key not in self._buckets:
            size = max(1.0, figures[0] * self._size)
            self._buckets[key] = Bucket(size, figures[1] * self._refill, size, now)
        return self._buckets[key]


def costs(asked: AwsRequest) -> list[tuple[str, Figures, float]]:
    """The buckets of a call: name, figures, tokens."""
    reads = asked.action.startswith(READS)
    if asked.service == "autoscaling":
        return [("all", NON_MUTATING, 1)]
    if asked.service == "ecs":
        return [("reads", ECS_READS, 1)] if reads else [(asked.action, MUTATING, 1)]
    if asked.service != "ec2":
        name = asked.action.split(" ")[0] if asked.rest else asked.action
        return [(name, NON_MUTATING if reads else MUTATING, 1)]
    if asked.action in COSTLY_UNFILTERED and not any(key.startswith(("Filter.", "MaxResults")) for key in asked.parameters):
        return [(f"{asked.action} without a filter", UNFILTERED, 1)]
    found = [(asked.action, UNCATEGORIZED.get(asked.action, NON_MUTATING if reads else MUTATING), 1.0)]
    if asked.action in RESOURCES:
        named = sum(key.startswith("InstanceId.") for key in asked.parameters)
        count = float(named or asked.parameters.get("MaxCount") or 1)
        found.append((f"{asked.action}'s instances", RESOURCES[asked.action], count))
    return found
