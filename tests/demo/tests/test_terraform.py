"""The last act where Terraform is not at hand, or not wanted: said plainly, and no failure of the demo."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import unittest
from unittest import mock

from ..function import group_is_alive
from ..screen import Progress
from ..terraform import Act


class TheLastAct(unittest.TestCase):
    def play(self, **environment: str) -> tuple[bool, str]:
        said = io.StringIO()
        with mock.patch.dict(os.environ, environment), Act() as act, contextlib.redirect_stdout(said):
            with contextlib.redirect_stderr(io.StringIO()):
                return act.show(Progress()), said.getvalue()

    def test_without_terraform_it_says_so(self) -> None:
        with tempfile.TemporaryDirectory() as empty:
            good, said = self.play(PATH=empty, TERRAFORM="terraform")
        self.assertTrue(good)
        self.assertIn("Skipped: Terraform and the scheduler together (tool terraform missing)", said)

    def test_it_can_be_left_out(self) -> None:
        self.assertEqual(self.play(DEMO_TERRAFORM="0"), (True, ""))

    def test_what_goes_wrong_is_shown_and_fails_the_demo(self) -> None:
        said = io.StringIO()
        program = "print('prod slept: FAILED'); raise SystemExit(1)"
        with Act([sys.executable, "-c", program]) as act, contextlib.redirect_stdout(said):
            self.assertFalse(act.show(Progress()))
        self.assertIn("prod slept: FAILED", said.getvalue())

    def test_nothing_is_left_of_it_when_the_demo_ends_early(self) -> None:
        with Act([sys.executable, "-c", "import time; time.sleep(60)"]) as act:
            process = act._process
            assert process is not None
        self.assertFalse(group_is_alive(process.pid))


if __name__ == "__main__":
    unittest.main()
