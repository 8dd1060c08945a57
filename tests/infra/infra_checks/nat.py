"""The NAT instance's user data, run for real in network namespaces: see nat/run.sh."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .step import Skipped, run, tool

# Names that instances of different generations and kernels give their interfaces.
NAMES = [("ens5", "ens6"), ("eth0", "eth1"), ("enX0", "enX1")]

# Debian's packages iproute2, iptables, systemd, dbus, curl, util-linux (unshare, nsenter) and procps (sysctl).
PROGRAMS = ("ip", "iptables", "networkctl", "dbus-daemon", "curl", "unshare", "nsenter", "sysctl")


def check(repository: Path) -> str:
    if os.geteuid() != 0:
        raise Skipped("not root, who alone may make network namespaces")
    for program in PROGRAMS:
        tool(program)
    script = repository / "tests/infra/nat/run.sh"
    # They mostly wait, each in namespaces of its own.
    with ThreadPoolExecutor(len(NAMES)) as pool:
        list(pool.map(lambda names: run([script, repository, *names], repository, timeout=180), NAMES))
    return f"masqueraded by the primary interface, through reloads of systemd-networkd and a reboot, under {len(NAMES)} kinds of names"
