"""The demo's last act: preprod and prod made by `infra/` itself, put to sleep by the function that Terraform deployed.

It takes about three minutes, most of which are the AWS provider's own pauses (a minute before it first looks at a
new database), so it runs beside the rest of the demo, which is there to read meanwhile, and is shown at the end. `DEMO_TERRAFORM=0` leaves it out.
`python -m demo.terraform` is this act alone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .function import ROOT, _end_group, _end_with_parent
from .screen import Progress, heading, say, table

if TYPE_CHECKING:
    from infra_checks.fit import Look
    from infra_checks.root import Root

LEFT_OUT = 3
"""Exit code where Terraform, or its AWS provider, is not on this machine."""
INFRA = ROOT / "tests" / "infra"
TOOLS = ROOT / "target" / "infra-tools"


class Act:
    """A context manager: inside, it is being played; `show` waits for its end. Nothing of it is left afterwards."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "demo.terraform")) -> None:
        self._command = command
        self._folder = tempfile.TemporaryDirectory(prefix="nightcap-demo-terraform-")
        self._told = Path(self._folder.name) / "told"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Act:
        if os.environ.get("DEMO_TERRAFORM") == "0":
            return self
        with self._told.open("wb") as told:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT / "tests",
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            _end_group(self._process)
        self._folder.cleanup()

    def show(self, progress: Progress) -> bool:
        """Prints what the act has to tell; False if something in it was not as it should be."""
        if self._process is None:
            return True
        if self._process.poll() is None:
            progress.step("Terraform is still at it, beside all this: some minutes more (Ctrl-C ends the demo here)")
        try:
            code = self._process.wait()
        except KeyboardInterrupt:
            progress.step("Left out: Terraform and the scheduler together")
            return True
        say()
        say(self._told.read_text(errors="replace").rstrip())
        return code in (0, LEFT_OUT)


def main() -> int:
    # An order to end unwinds everything that was started, as an error would.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.path.insert(0, str(INFRA))
    from infra_checks.step import Failed, Skipped

    try:
        at_hand()
        use_the_tools_of_the_checks()
        tell(ROOT)
    except Skipped as reason:
        say(f"Skipped: Terraform and the scheduler together ({reason}); see docs/infra.md.")
        return LEFT_OUT
    except Failed as failure:
        say(f"Terraform and the scheduler together: FAILED\n{failure}")
        return 1
    return 0


def at_hand() -> None:
    from infra_checks.step import Skipped
    from infra_checks.terraform import binary, mirror

    binary()
    if mirror() is None:
        raise Skipped("the AWS provider is not on this machine, and the demo does not fetch its 700 MB")


def use_the_tools_of_the_checks() -> None:
    """Their Python has more of the fake AWS than the demo's: CloudFormation, which the platform makes secrets with."""
    from infra_checks.setup import make_environment

    if Path(sys.prefix) != TOOLS:
        make_environment(TOOLS, INFRA / "requirements.txt")
        os.execv(TOOLS / "bin" / "python", [str(TOOLS / "bin" / "python"), "-m", "demo.terraform"])


def tell(repository: Path) -> None:
    from infra_checks import apply, package
    from infra_checks.aws import embedded_aws
    from infra_checks.terraform import copied

    with copied(repository) as root, embedded_aws(repository, root) as aws:
        package.real(repository, root)
        with ThreadPoolExecutor(2) as pool:
            preprod, prod = pool.map(lambda name: apply.made(root, name, aws), ("preprod", "prod"))
        show(preprod, prod, apply.prove(root, {"preprod": preprod, "prod": prod}, aws))


def show(preprod: Root, prod: Root, looks: list[Look]) -> None:
    heading("Terraform and the scheduler together")
    counts = ", ".join(f"{one.name} ({len(one.resources())} resources)" for one in (preprod, prod))
    say(f"  Applied from infra/platform to an empty AWS: {counts}.")
    say("  The scheduler is the package and the settings that Terraform deployed with prod:")
    say()
    nightcap: Any = prod.outputs()["nightcap"]
    rows = [[name, made["expression"], made["timezone"]] for name, made in sorted(nightcap["schedules"].items())]
    table([row for row in rows if row[0].startswith("preprod")], head=["schedule", "expression", "zone"])
    say()
    table([[name, *(state(one, name) for one in looks)] for name in names(looks)], head=["", "before", "Fri 19:00", "Mon 09:00"])
    say()
    for what in (
        "exactly preprod's group and database slept; prod and the NAT instances did not",
        "`terraform plan` is empty for both after the apply, asleep, and awake again",
        "every call the function made is one that its role allows",
    ):
        say(f"  ok   {what}")


def names(looks: list[Look]) -> list[str]:
    """Groups and databases; the single instances, which nothing touched, are too many for a table."""
    return [name for look in looks[:1] for part in (look.groups, look.databases) for name in sorted(part)]


def state(look: Look, name: str) -> str:
    if name in look.databases:
        return look.databases[name]
    return "/".join(map(str, look.groups[name]))


if __name__ == "__main__":
    sys.exit(main())
