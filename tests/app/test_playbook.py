"""The playbook's files, templates and download, run for real on this machine into a temporary folder, twice.

What needs Amazon Linux itself (packages, services, the user) is left out by tag and variable; ansible-lint and the
syntax check cover its form.
"""

from __future__ import annotations

import ast
import hashlib
import json
import platform
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import APP, VENV, clean_environment, tool

REGISTRY = "111122223333.dkr.ecr.eu-west-3.amazonaws.com"
IMAGES = f"{REGISTRY}/medusa-backend:1,{REGISTRY}/medusa-storefront:1"


@unittest.skipIf(tool("ansible-playbook") is None, "no ansible-playbook")
class Playbook(unittest.TestCase):
    """Each test runs the playbook on a folder of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.plugin = self.home / "release" / f"docker-compose-linux-{platform.machine()}"
        self.plugin.parent.mkdir()
        self.plugin.write_bytes(b"#!/bin/sh\necho a plugin\n")
        (self.home / "bundle.pem").write_text("a certificate\n")
        self.arguments: list[str] = []
        self.variables: dict[str, object] = {
            "env": "preprod",
            "ansible_become": False,
            "docker_compose_source": self.plugin.parent.as_uri(),
            "docker_compose_sha256": {platform.machine(): hashlib.sha256(self.plugin.read_bytes()).hexdigest()},
            "docker_plugin_dir": str(self.home / "plugins"),
            "docker_daemon_config": str(self.home / "docker" / "daemon.json"),
            "docker_log_group": "/greenleaf/preprod/app",
            "docker_log_region": "eu-west-3",
            "docker_manage_service": False,
            "docker_retry_delay": 0,
            "application_images": IMAGES,
            "application_conf_dir": str(self.home / "greenleaf"),
            "application_unit_dir": str(self.home / "units"),
            "application_docker_config": str(self.home / "client" / "config.json"),
            "application_ca_bundle_url": (self.home / "bundle.pem").as_uri(),
            "application_manage_service": False,
        }

    def play(self) -> tuple[int, str]:
        """Exit code and output of one run."""
        done = subprocess.run(
            [
                str(tool("ansible-playbook")), "playbook.yml", *self.arguments,
                "--skip-tags", "base,docker_packages",
                "--extra-vars", json.dumps(self.variables),
            ],
            cwd=APP / "ansible",
            env=clean_environment(
                HOME=str(self.home), ANSIBLE_LOCAL_TEMP=str(self.home / "tmp"), ANSIBLE_NOCOLOR="1",
                PATH=f"{VENV / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            ),
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def changed(self) -> int:
        """Runs it, insists that it succeeds, and says how many tasks changed something."""
        code, output = self.play()
        self.assertEqual(code, 0, output)
        recap = re.search(r"ok=(\d+) +changed=(\d+) ", output)
        assert recap is not None, output
        self.assertGreater(int(recap[1]), 8)
        return int(recap[2])

    def test_the_second_run_changes_nothing(self) -> None:
        self.assertGreater(self.changed(), 5)
        self.assertEqual(self.changed(), 0)

    def test_what_it_writes(self) -> None:
        self.changed()
        plugin = self.home / "plugins" / "docker-compose"
        self.assertEqual(plugin.read_bytes(), self.plugin.read_bytes())
        self.assertEqual(plugin.stat().st_mode & 0o777, 0o755)
        daemon = json.loads((self.home / "docker" / "daemon.json").read_text())
        self.assertEqual(daemon["log-driver"], "awslogs")
        self.assertEqual(daemon["log-opts"]["awslogs-group"], "/greenleaf/preprod/app")
        self.assertRegex(daemon["log-opts"]["tag"], r"^[^/{}]+/\{\{\.Name\}\}$")
        self.assertTrue(all(isinstance(value, str) for value in daemon["log-opts"].values()))
        client = json.loads((self.home / "client" / "config.json").read_text())
        self.assertEqual(client, {"credHelpers": {REGISTRY: "ecr-login"}})
        self.assertIn("COMPOSE_FILE=docker-compose.yml\n", (self.home / "greenleaf" / "compose.conf").read_text())
        service = (self.home / "units" / "greenleaf-refresh.service").read_text()
        self.assertIn(f"ExecStart={APP}/bin/refresh\n", service)

    def test_dev_adds_the_databases_and_logs_stay_without_a_group(self) -> None:
        self.variables |= {"env": "dev", "docker_log_group": "", "application_images": "caddy:2,"}
        self.changed()
        compose = (self.home / "greenleaf" / "compose.conf").read_text()
        self.assertIn("COMPOSE_FILE=docker-compose.yml:docker-compose.dev.yml\n", compose)
        daemon = json.loads((self.home / "docker" / "daemon.json").read_text())
        self.assertEqual((daemon["log-driver"], daemon["log-opts"]["max-size"]), ("json-file", "10m"))
        self.assertEqual(json.loads((self.home / "client" / "config.json").read_text()), {"credHelpers": {}})

    def test_without_a_log_group_a_configuration_by_user_data_is_kept(self) -> None:
        self.variables["docker_log_group"] = ""
        daemon = self.home / "docker" / "daemon.json"
        daemon.parent.mkdir()
        daemon.write_text('{"log-driver": "awslogs"}')
        self.changed()
        self.assertEqual(daemon.read_text(), '{"log-driver": "awslogs"}')

    def test_runs_with_the_inventory_that_user_data_gives_on_the_command_line(self) -> None:
        self.arguments = ["--connection", "local", "--inventory", "localhost,"]
        self.assertGreater(self.changed(), 5)

    def test_a_plugin_with_another_hash_is_refused(self) -> None:
        self.plugin.write_bytes(b"something else\n")
        code, output = self.play()
        self.assertNotEqual(code, 0)
        self.assertIn("did not match", output)
        self.assertFalse((self.home / "plugins" / "docker-compose").exists())

    def test_an_unknown_environment_is_refused_before_anything_is_touched(self) -> None:
        self.variables["env"] = "staging"
        code, output = self.play()
        self.assertNotEqual(code, 0)
        self.assertIn("Say which environment this is", output)
        self.assertFalse((self.home / "plugins").exists())


class Scripts(unittest.TestCase):
    """What the instance's own Python must be able to read."""

    def test_write_env_is_python_3_9(self) -> None:
        ast.parse((APP / "bin/write-env").read_text(), feature_version=(3, 9))


if __name__ == "__main__":
    unittest.main()
