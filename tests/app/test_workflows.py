"""The workflows: what actionlint, zizmor and the schema (run by `verify`) do not look at."""

from __future__ import annotations

import re
import subprocess
import unittest
from typing import Any

import yaml
from support import ROOT, tool

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def jobs(name: str) -> dict[str, Any]:
    """The jobs of one workflow."""
    parsed: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())["jobs"]
    return parsed


def steps() -> list[tuple[str, dict[str, Any]]]:
    """Every step of every workflow, with where it is."""
    return [
        (f"{path.name}: {job}, step {number}", step)
        for path in WORKFLOWS
        for job, body in jobs(path.name).items()
        for number, step in enumerate(body["steps"], start=1)
    ]


class Workflows(unittest.TestCase):
    """All of them."""

    @unittest.skipIf(tool("shellcheck") is None, "no shellcheck")
    def test_every_run_block_passes_shellcheck(self) -> None:
        blocks = [(where, step["run"]) for where, step in steps() if "run" in step]
        self.assertGreater(len(blocks), 8)
        for where, script in blocks:
            with self.subTest(where):
                plain = re.sub(r"\$\{\{.*?\}\}", "value", script)
                done = subprocess.run(
                    [str(tool("shellcheck")), "--shell", "bash", "--exclude", "SC2016", "-"],
                    input=plain, capture_output=True, text=True, check=False,
                )  # fmt: skip
                self.assertEqual(done.returncode, 0, done.stdout)

    def test_nothing_of_an_event_is_pasted_into_a_script(self) -> None:
        for where, step in steps():
            with self.subTest(where):
                self.assertNotIn("${{", step.get("run", ""), "give it to the script by `env:`")

    def test_actions_are_pinned_by_commit_one_commit_an_action(self) -> None:
        pins: dict[str, set[str]] = {}
        for path in WORKFLOWS:
            for action, pin in re.findall(r"uses: (\S+)@(.+)", path.read_text()):
                self.assertRegex(pin, r"^[0-9a-f]{40} # v\d+\.\d+\.\d+$", f"{path.name}: {action}")
                pins.setdefault(action, set()).add(pin)
        self.assertGreater(len(pins), 3)
        self.assertEqual({action: pin for action, pin in pins.items() if len(pin) > 1}, {})

    def test_checks_run_on_main_and_pull_requests_without_rights(self) -> None:
        parsed = yaml.safe_load((ROOT / ".github" / "workflows" / "checks.yml").read_text())
        # YAML 1.1 reads the bare key "on" as true.
        triggers = parsed[True]
        self.assertEqual(triggers["push"]["branches"], ["main"])
        self.assertIn("pull_request", triggers)
        self.assertEqual(parsed["permissions"], {})
        for name, job in parsed["jobs"].items():
            self.assertEqual(job["permissions"], {"contents": "read"}, name)

    def test_a_deployment_is_manual_approved_and_of_the_plan_that_was_shown(self) -> None:
        parsed = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())
        self.assertEqual(list(parsed[True]), ["workflow_dispatch"])
        plan, apply = parsed["jobs"]["plan"], parsed["jobs"]["apply"]
        self.assertEqual(apply["needs"], "plan")
        self.assertEqual(apply["environment"], "${{ inputs.environment }}")
        self.assertNotEqual(plan["environment"], apply["environment"])
        last = apply["steps"][-1]["env"]
        self.assertEqual(last["EXPECTED_PLAN"], "${{ needs.plan.outputs.plan }}")
        self.assertNotIn("PLAN_ONLY", last)
        self.assertEqual(plan["steps"][-1]["env"]["PLAN_ONLY"], "1")
        self.assertFalse(parsed["concurrency"]["cancel-in-progress"])

    def test_no_workflow_knows_an_access_key(self) -> None:
        for path in WORKFLOWS:
            self.assertNotRegex(path.read_text(), r"(?i)aws_(secret_)?access_key|aws-secret-access-key|secrets\.", path.name)


if __name__ == "__main__":
    unittest.main()
