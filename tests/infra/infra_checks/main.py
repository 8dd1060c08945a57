"""The command line: which steps run, and what they said."""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import apply, cron, docs, edge, guide, mocks, nat, policies, scan, shell, static
from .step import Failed, Skipped, Step

STEPS = [
    Step("fmt", "terraform fmt -check -recursive", static.fmt),
    Step("validate", "terraform validate of every root, module and example with the real provider", static.validate),
    Step("test", "terraform test with mock providers", mocks.test),
    Step("cron", "Unix cron to EventBridge, against two independent readers", cron.check),
    Step("docs", "the READMEs' tables are current, every variable and output is described", docs.check),
    Step("guide", "the guides' aws, terraform and make commands call what there is", guide.check),
    Step("edge", "infra/edge: validate and terraform test with the Cloudflare provider's own schema", edge.check),
    Step("shell", "shellcheck on user data and scripts", shell.check),
    Step("scan", "checkov, no skip without a reason", scan.check),
    Step("policies", "policy linting, and simulation of allowed and denied cases", policies.check),
    Step("nat", "the NAT's user data for real, in network namespaces", nat.check),
    Step("apply", "plan, apply, empty plan, sleep, empty plan, destroy against the embedded AWS", apply.check),
]

LONG = ("apply", "policies")


def main(repository: Path) -> int:
    parser = argparse.ArgumentParser(prog="tests/infra/verify", description="Checks of infra/.")
    parser.add_argument("--strict", action="store_true", help="a skipped step is a failure")
    parser.add_argument("--only", default="", help="comma-separated steps: " + ", ".join(step.name for step in STEPS))
    parser.add_argument("--jobs", type=int, default=3, help="steps at once (default: 3)")
    parser.add_argument("--write-docs", action="store_true", help="write the READMEs' tables and end")
    parser.add_argument("--write-policies", action="store_true", help="write what the embedded AWS enforces (tests/embedded_aws/iam) and end")
    parser.add_argument("--list", action="store_true", help="say what there is and end")
    options = parser.parse_args()
    if options.write_docs:
        return docs.write(repository)
    if options.write_policies:
        return policies.write(repository)
    if options.list:
        for step in STEPS:
            print(f"{step.name:9} {step.about}")
        return 0
    wanted = set(filter(None, options.only.split(","))) or {step.name for step in STEPS}
    if unknown := wanted - {step.name for step in STEPS}:
        parser.error(f"no such step: {', '.join(sorted(unknown))}")
    # The longest first: it mostly waits for the provider's pauses, and the others use the time.
    queued = sorted((step for step in STEPS if step.name in wanted), key=lambda step: step.name not in LONG)
    with ThreadPoolExecutor(options.jobs) as pool:
        verdicts = list(pool.map(lambda step: outcome(step, repository), queued))
    failed, skipped = verdicts.count("failed"), verdicts.count("skipped")
    print(f"infra: {verdicts.count('ok')} ok, {skipped} skipped, {failed} failed")
    return 1 if failed or (options.strict and skipped) else 0


def outcome(step: Step, repository: Path) -> str:
    """Runs one step and prints its line."""
    begun = time.monotonic()
    try:
        verdict, text = "ok", step.run(repository)
    except Skipped as reason:
        verdict, text = "skipped", f"skipped: {reason}"
    except Failed as failure:
        verdict, text = "failed", f"FAILED: {failure}"
    print(f"{step.name}: {text} ({time.monotonic() - begun:.0f} s)", flush=True)
    return verdict
