"""bin/write-env, with the real AWS CLI against a stand-in for Secrets Manager on loopback."""

from __future__ import annotations

import json
import shlex
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from support import APP, VENV, clean_environment, tool

ARN = "arn:aws:secretsmanager:eu-west-3:111122223333:secret:"
APP_SECRET, DATABASE, REDIS, MEDIA = (ARN + name for name in ("app", "rds!db", "redis", "media"))
PASSWORD = "p/a:s@s w#o$rd%&'\""


class SecretsManager:
    """GetSecretValue as AWS answers it, with its error for what does not exist, and a fault on demand."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.asked: list[str] = []
        self.faults = 0
        manager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                arn = request["SecretId"]
                manager.asked.append(arn)
                if manager.faults > 0:
                    manager.faults -= 1
                    self.answer(400, {"__type": "AccessDeniedException", "message": "not yet"})
                elif arn in manager.secrets:
                    self.answer(200, {"ARN": arn, "SecretString": manager.secrets[arn]})
                else:
                    self.answer(400, {"__type": "ResourceNotFoundException", "message": "no such secret"})

            def answer(self, status: int, body: dict[str, str]) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()


@unittest.skipIf(tool("aws") is None, "no AWS CLI")
class WriteEnv(unittest.TestCase):
    """What is written for each environment, and what is refused."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.output = self.home / ".env"
        self.manager = SecretsManager()
        self.addCleanup(self.manager.stop)
        self.manager.secrets = {
            APP_SECRET: json.dumps({"JWT_SECRET": "jwt$ecret", "COOKIE_SECRET": "cookie"}),
            DATABASE: json.dumps({"username": "green@leaf", "password": PASSWORD}),
            REDIS: "tok/en",
            MEDIA: json.dumps({"S3_ACCESS_KEY_ID": "AKIDEXAMPLE", "S3_SECRET_ACCESS_KEY": "wJal/rXU+="}),
        }
        self.conf = {
            "APP_ENV": "preprod",
            "AWS_REGION": "eu-west-3",
            "APP_SECRET_ARN": APP_SECRET,
            "BACKEND_IMAGE": "111122223333.dkr.ecr.eu-west-3.amazonaws.com/medusa-backend:1.2.0",
            "STOREFRONT_IMAGE": "111122223333.dkr.ecr.eu-west-3.amazonaws.com/medusa-storefront:1.2.0",
            "SHOP_URL": "https://shop.example.com",
            "DATABASE_SECRET_ARN": DATABASE,
            "DATABASE_HOST": "db.example.com",
            "REDIS_HOST": "cache.example.com",
        }
        self.compose = "docker-compose.yml"

    def run_it(self) -> subprocess.CompletedProcess[str]:
        """Runs the script with what self.conf says."""
        (self.home / "compose.conf").write_text(f"# by the playbook\nCOMPOSE_FILE={self.compose}\n")
        lines = "".join(f"{key}={value}\n" for key, value in self.conf.items())
        (self.home / "app.conf").write_text("# by user data\n\n" + lines)
        environment = clean_environment(
            HOME=str(self.home),
            AWS_ENDPOINT_URL=self.manager.url,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
            AWS_MAX_ATTEMPTS="1",
            WRITE_ENV_PAUSE="0.1",
        )
        environment["PATH"] = f"{VENV / 'bin'}:{environment['PATH']}"
        command = [sys.executable, str(APP / "bin/write-env")]
        command += ["--conf", str(self.home / "app.conf"), "--output", str(self.output)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        for secret in (PASSWORD, "jwt$ecret", "tok/en", "wJal/rXU+="):
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done

    def written(self, said: str = "") -> dict[str, str]:
        """The variables of .env, read as Compose reads single quotes: nothing is filled in."""
        done = self.run_it()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(said, done.stderr) if said else self.assertEqual(done.stderr, "")
        lines = [line for line in self.output.read_text().splitlines() if not line.startswith("#")]
        return dict(shlex.split(line)[0].split("=", 1) for line in lines)

    def refused(self) -> str:
        """The message of a run that must fail and must not write."""
        done = self.run_it()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertFalse(self.output.exists())
        return done.stderr

    def test_preprod_gets_encoded_addresses_of_rds_and_redis(self) -> None:
        values = self.written()
        url = urlsplit(values["DATABASE_URL"])
        self.assertEqual((url.scheme, url.hostname, url.port), ("postgres", "db.example.com", 5432))
        self.assertEqual((url.path, url.query), ("/medusa_db", "sslmode=verify-full"))
        self.assertEqual(unquote(url.username or ""), "green@leaf")
        self.assertEqual(unquote(url.password or ""), PASSWORD)
        self.assertEqual(values["REDIS_URL"], "redis://cache.example.com:6379")
        self.assertEqual(values["JWT_SECRET"], "jwt$ecret")
        self.assertEqual(values["COMPOSE_FILE"], "docker-compose.yml")
        self.assertNotIn("S3_BUCKET", values)

    def test_only_its_owner_can_read_it_even_if_it_was_open_before(self) -> None:
        self.written()
        self.assertEqual(stat.S_IMODE(self.output.stat().st_mode), 0o600)
        self.output.chmod(0o644)
        self.assertEqual(self.run_it().stdout, "changed\n")
        self.assertEqual(stat.S_IMODE(self.output.stat().st_mode), 0o600)

    def test_a_second_run_changes_nothing_and_a_rotated_password_does(self) -> None:
        self.assertEqual(self.run_it().stdout, "changed\n")
        before = self.output.stat().st_mtime_ns
        self.assertEqual(self.run_it().stdout, "unchanged\n")
        self.assertEqual(self.output.stat().st_mtime_ns, before)
        self.manager.secrets[DATABASE] = json.dumps({"username": "green@leaf", "password": "rotated"})
        self.assertEqual(self.run_it().stdout, "changed\n")
        self.assertIn(":rotated@", self.output.read_text())

    def test_a_role_that_is_not_ready_yet_is_asked_again(self) -> None:
        self.manager.faults = 2
        self.written()
        self.assertEqual(self.manager.asked.count(APP_SECRET), 3)

    def test_redis_with_tls_and_token(self) -> None:
        self.conf |= {"REDIS_TLS": "true", "REDIS_SECRET_ARN": REDIS}
        self.assertEqual(self.written()["REDIS_URL"], "rediss://:tok%2Fen@cache.example.com:6379")
        self.manager.secrets[REDIS] = json.dumps({"auth_token": "other"})
        self.assertEqual(self.written()["REDIS_URL"], "rediss://:other@cache.example.com:6379")

    def test_mysql(self) -> None:
        self.conf["DATABASE_ENGINE"] = "mysql"
        url = urlsplit(self.written()["DATABASE_URL"])
        self.assertEqual((url.scheme, url.port, url.path), ("mysql", 3306, "/medusa_db"))

    def test_media_settings_and_keys(self) -> None:
        self.conf |= {"MEDIA_SECRET_ARN": MEDIA, "S3_BUCKET": "greenleaf-media", "S3_REGION": "auto"}
        values = self.written()
        self.assertEqual(values["S3_BUCKET"], "greenleaf-media")
        self.assertEqual(values["S3_REGION"], "auto")
        self.assertEqual(values["S3_SECRET_ACCESS_KEY"], "wJal/rXU+=")

    def test_a_media_secret_that_is_not_there_yet_only_switches_uploads_off(self) -> None:
        self.conf["MEDIA_SECRET_ARN"] = MEDIA
        secret = self.manager.secrets.pop(MEDIA)
        self.assertNotIn("S3_SECRET_ACCESS_KEY", self.written("no uploads until infra/edge is applied"))
        self.manager.secrets[MEDIA] = secret
        self.assertEqual(self.run_it().stdout, "changed\n")

    def test_s3_is_used_with_the_instances_role(self) -> None:
        self.conf |= {"S3_BUCKET": "greenleaf-media", "S3_REGION": "eu-west-3"}
        values = self.written()
        self.assertEqual(values["S3_BUCKET"], "greenleaf-media")
        self.assertNotIn("S3_SECRET_ACCESS_KEY", values)

    def test_quoted_settings_are_read_alike(self) -> None:
        plain = self.written()
        self.conf = {key: f'"{value}"' for key, value in self.conf.items()}
        self.assertEqual(self.written(), plain)

    def test_dev_makes_its_own_password_once_and_asks_for_no_database_secret(self) -> None:
        self.conf = {key: value for key, value in self.conf.items() if not key.startswith(("DATABASE", "REDIS"))}
        self.conf["APP_ENV"] = "dev"
        self.compose = "docker-compose.yml:docker-compose.dev.yml"
        first = self.written()
        self.assertEqual(self.manager.asked, [APP_SECRET])
        self.assertRegex(first["POSTGRES_PASSWORD"], r"^[0-9a-f]{48}$")
        self.assertIn(f":{first['POSTGRES_PASSWORD']}@postgres:5432/", first["DATABASE_URL"])
        self.assertEqual(first["REDIS_URL"], "redis://redis:6379")
        self.assertEqual(stat.S_IMODE((self.home / "postgres-password").stat().st_mode), 0o600)
        self.output.unlink()
        self.assertEqual(self.written(), first)

    def test_missing_settings_are_named(self) -> None:
        for key in ("APP_ENV", "AWS_REGION", "APP_SECRET_ARN", "BACKEND_IMAGE", "SHOP_URL", "DATABASE_HOST", "REDIS_HOST"):
            with self.subTest(key):
                value = self.conf.pop(key)
                self.assertIn(f"{key} is missing", self.refused())
                self.conf[key] = value

    def test_wrong_settings_are_refused(self) -> None:
        for key, value, message in (
            ("APP_ENV", "staging", "expected one of dev, preprod, prod"),
            ("DATABASE_ENGINE", "oracle", "expected postgres or mysql"),
            ("REDIS_TLS", "yes", "expected true or false"),
            ("APP_ENV", "dev", "another environment"),
            ("no-key", "x", "expected KEY=value"),
        ):
            with self.subTest(message):
                kept = dict(self.conf)
                self.conf[key] = value
                self.assertIn(message, self.refused())
                self.conf = kept

    def test_wrong_secrets_are_refused_without_showing_them(self) -> None:
        for value, message in (
            ("s3cr3t", "is not JSON"),
            ('["s3cr3t"]', "is not a JSON object"),
            ('{"JWT_SECRET": "s3cr3t"}', "has no COOKIE_SECRET"),
            ('{"JWT_SECRET": "s3cr\'3t", "COOKIE_SECRET": "x"}', "JWT_SECRET has a quote"),
        ):
            with self.subTest(message):
                self.manager.secrets[APP_SECRET] = value
                error = self.refused()
                self.assertIn(message, error)
                self.assertNotIn("s3cr", error)
        del self.manager.secrets[APP_SECRET]
        self.assertIn(f"{APP_SECRET} does not exist", self.refused())

    def test_a_role_without_the_right_is_told_which(self) -> None:
        self.manager.faults = 100
        self.assertIn("secretsmanager:GetSecretValue", self.refused())
        self.assertEqual(len(self.manager.asked), 6)

    def test_a_failure_keeps_the_file_that_was_there(self) -> None:
        self.written()
        before = self.output.read_bytes()
        del self.manager.secrets[DATABASE]
        self.assertEqual(self.run_it().returncode, 1)
        self.assertEqual(self.output.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
