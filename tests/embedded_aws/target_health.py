"""Target health: a target is `initial` until its health checks have passed.

moto finds every registered target healthy at once, so that what waits for health would never wait. AWS:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html

Not imitated: targets that fail their checks, and `unused` for a target group without a load balancer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from moto.ec2.models import EC2Backend
from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup

from .world import World, corrects

# Five checks, thirty seconds apart, once the application listens; counted from the registration, which
# comes while the machine still boots. What matters is that it is later than `InService`.
TURNING_HEALTHY_TAKES = timedelta(minutes=8)


def install(world: World) -> None:
    original_register = FakeTargetGroup.register
    original_health = FakeTargetGroup.health_for
    # By target group and target.
    registered: dict[tuple[str, str], datetime] = {}

    @corrects(FakeTargetGroup)
    def register(self: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            if target["Id"] not in self.targets:
                registered[self.arn, target["Id"]] = world.clock.now
        original_register(self, targets)

    @corrects(FakeTargetGroup)
    def health_for(self: FakeTargetGroup, target: dict[str, Any], ec2_backend: EC2Backend) -> FakeHealthStatus:
        health = original_health(self, target, ec2_backend)
        since = registered.get((self.arn, target["Id"]))
        if health.status == "healthy" and since and world.clock.now - since < TURNING_HEALTHY_TAKES:
            return FakeHealthStatus(
                target["Id"],
                health.port,
                self.health_check_port,
                "initial",
                "Elb.InitialHealthChecking",
                "Initial health checks in progress",
            )
        return health
