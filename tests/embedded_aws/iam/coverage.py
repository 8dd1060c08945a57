"""Which statement of the shipped policies is needed: `python -m embedded_aws.iam.coverage FILE`.

FILE has the decisions of a whole test run, which every embedded AWS appends to the file that NIGHTCAP_DECISIONS names.
Each Allow must have been the only permit of at least one call, and each Deny must have stood in the way of one: what
nobody needs is a right too many or a denial that denies nothing. What cannot be reached here is in unreached.json with
its reason; a reason for what was reached, or for what there no longer is, fails as well.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .roles import GUARD, SCHEDULER, TARGET, rendered

UNREACHED = Path(__file__).parent / "unreached.json"


def statements() -> dict[str, str]:
    """The effect of each, by role and Sid. The fleet's are one text, in the scheduler's role and in a target's."""
    found = {f"fleet:{one['Sid']}": one["Effect"] for part in rendered()["fleet"].values() for one in part}
    for role in (SCHEDULER, GUARD):
        found |= {f"{role}:{one['Sid']}": one["Effect"] for one in rendered()[role]}
    return found


def needed(decisions: Iterable[dict[str, Any]]) -> set[str]:
    known = statements()
    reached = set()
    for one in decisions:
        role = one["role"]

        def named(sid: str, role: str = role) -> str:
            return f"{role}:{sid}" if f"{role}:{sid}" in known else f"fleet:{sid}" if role in (SCHEDULER, TARGET) else f"{role}:{sid}"

        if one["verdict"] == "allowed" and len(one["allowing"]) == 1:
            reached.add(named(one["allowing"][0]))
        if one["verdict"] == "refused":
            reached |= {named(sid) for sid in one["denying"]}
    return reached


def problems(decisions: Iterable[dict[str, Any]], reasons: dict[str, str]) -> list[str]:
    known, reached = statements(), needed(decisions)
    told = [
        f"{name}: no call was permitted by it alone" if effect == "Allow" else f"{name}: no call was refused by it"
        for name, effect in sorted(known.items())
        if name not in reached and name not in reasons
    ]
    told += [f"{name}: was reached, though {UNREACHED.name} says that it cannot be" for name in sorted(set(reasons) & reached)]
    told += [f"{name}: is in {UNREACHED.name} and in no policy" for name in sorted(set(reasons) - set(known))]
    return told


def main() -> int:
    file = Path(sys.argv[1])
    decisions = [json.loads(line) for line in file.read_text().splitlines()]
    reasons: dict[str, str] = json.loads(UNREACHED.read_text())
    told = problems(decisions, reasons)
    for line in told:
        print(line, file=sys.stderr)
    print(f"{len(statements())} statements of the policies: {len(reasons)} cannot be reached here, {len(told)} problems")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
