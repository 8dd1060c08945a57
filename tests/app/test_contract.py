"""What Terraform's user data writes is what bin/write-env reads: the two live in different folders."""

from __future__ import annotations

import re
import unittest

from support import APP, ROOT

COMPUTE = ROOT / "infra" / "modules" / "compute"
README = (APP / "README.md").read_text()


class UserData(unittest.TestCase):
    """infra/modules/compute against infra/app."""

    def setUp(self) -> None:
        if not COMPUTE.is_dir():
            self.skipTest("infra/modules/compute is not there")

    def test_every_setting_it_writes_is_documented_and_read(self) -> None:
        text = (COMPUTE / "user_data.tf").read_text()
        written = set(re.findall(r"^\s+([A-Z][A-Z0-9_]+)\s+= ", text, re.MULTILINE))
        written |= set(re.findall(r"\{ ([A-Z][A-Z0-9_]+) = ", text))
        self.assertIn("APP_ENV", written)
        documented = {
            key
            for row in re.findall(r"^\| (`[A-Z].*?) \|", README, re.MULTILINE)
            for key in re.findall(r"`([A-Z0-9_]+)`", row)
        }
        self.assertLessEqual(written, documented)
        required = {
            key
            for row in re.findall(r"^\| (`[A-Z].*?) \| required", README, re.MULTILINE)
            for key in re.findall(r"`([A-Z0-9_]+)`", row)
        }
        self.assertGreater(len(required), 4)
        self.assertLessEqual(required, written)
        reading = (APP / "bin" / "write-env").read_text() + (APP / "bin" / "boot").read_text()
        for key in written:
            self.assertRegex(reading, rf"\b{key}\b")

    def test_it_ends_by_calling_boot_and_holds_no_secret(self) -> None:
        script = (COMPUTE / "templates" / "application.sh").read_text()
        self.assertRegex(script, r"infra/app/bin/boot")
        self.assertIn("/var/log/user-data.log", script)
        self.assertNotRegex(script, r"get-secret-value|PASSWORD|JWT_SECRET=")


if __name__ == "__main__":
    unittest.main()
