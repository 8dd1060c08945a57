"""The NAT instance's user data, run for real in network namespaces: see nat/run.sh."""

from __future__ import annotations

import os
from pathlib import Path

from .step import Skipped, run, tool

# Names that instances of different generations and kernels give their interfaces.
NAMES = [("ens5", "ens6"), ("eth0", "eth1"), ("enX0", "enX1")]


def check(repository: Path) -> str:
    if os.geteuid() != 0:
        raise Skipped("not root, who alone may make network namespaces")
    for program in ("ip", "iptables", "curl", "unshare"):
        tool(program)
    script = repository / "tests/infra/nat/run.sh"
    for primary, lasting in NAMES:
        run([script, repository, primary, lasting], repository, timeout=120)
    return f"masqueraded by the primary interface, before and after a reboot, under {len(NAMES)} kinds of names"
