"""The compose files: what no schema can say. Interpolation here is Compose's own subset, written out below."""

from __future__ import annotations

import json
import re
import subprocess
import unittest
from pathlib import Path
from typing import Any

import yaml
from support import APP, clean_environment, tool

MAIN = APP / "docker-compose.yml"
DEV = APP / "docker-compose.dev.yml"
VARIABLE = re.compile(r"\$\$|\$\{(?P<name>[A-Z0-9_]+)(?:(?P<op>:-|:\?)(?P<word>[^}]*))?\}")


class Refused(Exception):
    """A variable that `:?` insists on is missing."""


def dotenv(path: Path) -> dict[str, str]:
    """KEY='value' lines, as bin/write-env writes them."""
    pairs = re.findall(r"^([A-Z0-9_]+)='([^']*)'$", path.read_text(), re.MULTILINE)
    return dict(pairs)


def fill(text: str, values: dict[str, str]) -> str:
    """Compose's interpolation: ${A}, ${A:-default}, ${A:?message}, $$."""

    def one(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        value = values.get(match["name"], "")
        if value or match["op"] is None:
            return value
        if match["op"] == ":?":
            raise Refused(match["name"])
        return str(match["word"])

    return VARIABLE.sub(one, text)


def walk(tree: Any, values: dict[str, str]) -> Any:
    """Fills every string of a parsed file (Compose fills values, never keys)."""
    if isinstance(tree, dict):
        return {key: walk(branch, values) for key, branch in tree.items()}
    if isinstance(tree, list):
        return [walk(branch, values) for branch in tree]
    return fill(tree, values) if isinstance(tree, str) else tree


def services(path: Path) -> dict[str, Any]:
    """The services of one file, filled from env.example."""
    parsed: dict[str, Any] = walk(yaml.safe_load(path.read_text()), dotenv(APP / "env.example"))["services"]
    return parsed


class Compose(unittest.TestCase):
    """Both files."""

    def test_every_service_restarts_reports_its_health_and_gains_no_rights(self) -> None:
        both = services(MAIN) | {name: one for name, one in services(DEV).items() if "image" in one}
        self.assertEqual(set(both), {"caddy", "medusa-backend", "medusa-storefront", "postgres", "redis"})
        for name, service in both.items():
            with self.subTest(name):
                self.assertEqual(service["restart"], "unless-stopped")
                self.assertIn("test", service["healthcheck"])
                self.assertIn("no-new-privileges:true", service["security_opt"])
                self.assertNotIn("privileged", service)
                self.assertRegex(service["image"], r":[A-Za-z0-9][\w.-]*$", "an image without a tag moves")
                self.assertFalse(service["image"].endswith(":latest"))

    def test_only_caddy_is_reachable_from_outside(self) -> None:
        published = {name: one["ports"] for path in (MAIN, DEV) for name, one in services(path).items() if "ports" in one}
        self.assertEqual(published, {"caddy": ["80:80"]})

    def test_ports_and_names_are_those_of_the_caddyfile(self) -> None:
        main = services(MAIN)
        self.assertEqual(main["medusa-backend"]["expose"], ["9000"])
        self.assertEqual(main["medusa-storefront"]["expose"], ["8000"])
        caddyfile = (APP / "Caddyfile").read_text()
        self.assertIn("{$BACKEND:medusa-backend:9000}", caddyfile)
        self.assertIn("{$STOREFRONT:medusa-storefront:8000}", caddyfile)

    def test_images_come_from_variables(self) -> None:
        main = services(MAIN)
        self.assertEqual(main["medusa-backend"]["image"], "medusa-backend:local")
        self.assertEqual(main["medusa-storefront"]["image"], "medusa-storefront:local")
        raw = yaml.safe_load(MAIN.read_text())["services"]["caddy"]["image"]
        self.assertEqual(fill(raw, {"CADDY_IMAGE": "mirror/caddy:2.9"}), "mirror/caddy:2.9")

    def test_a_missing_secret_stops_the_start(self) -> None:
        raw = yaml.safe_load(MAIN.read_text())
        complete = dotenv(APP / "env.example")
        for name in ("JWT_SECRET", "COOKIE_SECRET", "DATABASE_URL", "REDIS_URL", "BACKEND_IMAGE"):
            for broken in ({**complete, name: ""}, {k: v for k, v in complete.items() if k != name}):
                with self.subTest(name), self.assertRaises(Refused):
                    walk(raw, broken)

    def test_secrets_reach_the_backend_only(self) -> None:
        for name, service in services(MAIN).items():
            given = set(service.get("environment", {}))
            secret = given & {"DATABASE_URL", "REDIS_URL", "JWT_SECRET", "COOKIE_SECRET", "S3_SECRET_ACCESS_KEY"}
            self.assertEqual(bool(secret), name == "medusa-backend", name)
            self.assertNotIn("env_file", service, "the whole .env would reach the container")

    def test_dev_waits_for_its_databases(self) -> None:
        waits = services(DEV)["medusa-backend"]["depends_on"]
        self.assertEqual({name: one["condition"] for name, one in waits.items()}, dict.fromkeys(("postgres", "redis"), "service_healthy"))  # fmt: skip
        self.assertEqual(services(DEV)["postgres"]["healthcheck"]["test"][1], "pg_isready -U $POSTGRES_USER -d $POSTGRES_DB")

    def test_the_template_has_every_variable_and_no_other(self) -> None:
        parsed = json.dumps([yaml.safe_load(path.read_text()) for path in (MAIN, DEV)])  # without the comments
        used = {m["name"] for m in VARIABLE.finditer(parsed) if m["name"]}
        optional = {"CADDY_IMAGE", "POSTGRES_IMAGE", "REDIS_IMAGE", "POSTGRES_USER", "POSTGRES_DB"}
        self.assertEqual(used - optional, set(dotenv(APP / "env.example")) - {"APP_ENV", "COMPOSE_FILE"})

    def test_docker_compose_itself_agrees(self) -> None:
        docker = tool("docker")
        if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
            self.skipTest("no docker compose")
        done = subprocess.run(
            [docker, "compose", "--env-file", str(APP / "env.example"), "-f", str(MAIN), "-f", str(DEV), "config", "--format", "json"],
            env=clean_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        merged = json.loads(done.stdout)["services"]
        self.assertEqual(merged["medusa-backend"]["depends_on"]["postgres"]["condition"], "service_healthy")
        self.assertEqual(merged["medusa-backend"]["image"], "medusa-backend:local")


if __name__ == "__main__":
    unittest.main()
