"""Which statements of the policies are needed."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from ..iam import coverage
from ..iam.enforce import DECISIONS, Enforcement


def decided(verdict: str, allowing: list[str], denying: list[str], role: str = "scheduler") -> dict[str, Any]:
    return {"role": role, "action": "a:b", "resource": "*", "verdict": verdict, "allowing": allowing, "denying": denying}


class Coverage(unittest.TestCase):
    def test_an_allow_is_needed_where_it_is_the_only_one_and_a_deny_where_it_refuses(self) -> None:
        needed = coverage.needed(
            [
                decided("allowed", ["SeeGroups"], []),
                decided("allowed", ["SeeServices", "SeeNodeGroups"], []),
                decided("allowed", ["TellPeople"], [], "budget-guard"),
                decided("allowed", ["StopAndStartInstances"], [], "target"),
                decided("refused", [], ["StopNothing"], "budget-guard"),
            ]
        )
        self.assertEqual(
            needed, {"fleet:SeeGroups", "budget-guard:TellPeople", "fleet:StopAndStartInstances", "budget-guard:StopNothing"}
        )

    def test_what_is_not_needed_or_wrongly_excused_is_told(self) -> None:
        told = "\n".join(coverage.problems([decided("allowed", ["SeeGroups"], [])], {"fleet:SeeGroups": "x", "fleet:Gone": "x"}))
        for expected in (
            "fleet:StopAndStartInstances: no call was permitted by it alone",
            "budget-guard:StopNothing: no call was refused by it",
            "fleet:SeeGroups: was reached",
            "fleet:Gone: is in unreached.json and in no policy",
        ):
            self.assertIn(expected, told)

    def test_every_excuse_is_of_a_statement_and_has_a_reason(self) -> None:
        reasons = json.loads(coverage.UNREACHED.read_text())
        self.assertEqual(set(reasons) - set(coverage.statements()), set())
        self.assertTrue(all(len(reason) > 20 for reason in reasons.values()))

    def test_a_decision_is_written_once(self) -> None:
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {DECISIONS: f"{folder}/decisions"}):
            enforcement = Enforcement()
            key = enforcement.roles.deploy({"function": "scheduler", "environment": {"NIGHTCAP_CONFIG": "environments: {dev: {schedule: x}}"}})["access_key"]
            for _ in range(2):
                self.assertIsNone(enforcement.refuse(key, "rds", "DescribeDBInstances", {}, "eu-west-3"))
            (line,) = Path(folder, "decisions").read_text().splitlines()
            self.assertEqual(json.loads(line)["allowing"], ["SeeDatabases"])
