"""The scripts' own logic, with stand-ins for the programs they call. What they build and deploy is proved elsewhere."""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from support import APP, ROOT, clean_environment


class Sandbox(unittest.TestCase):
    """A folder with a copy of what is tested and a PATH whose programs write down how they were called."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.programs = self.home / "programs"
        self.programs.mkdir()
        self.calls_file = self.home / "calls"

    def program(self, name: str, body: str = "") -> None:
        """A stand-in: notes its arguments, then does `body` (bash)."""
        path = self.programs / name
        path.write_text(f'#!/usr/bin/env bash\necho "{name} $*" >> "{self.calls_file}"\n{body}\n')
        path.chmod(0o755)

    def run_it(self, *command: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        """Runs a script; input is closed."""
        environment = clean_environment(HOME=str(self.home), **extra)
        environment["PATH"] = f"{self.programs}:/usr/local/bin:/usr/bin:/bin"
        return subprocess.run(
            [str(part) for part in command],
            env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip

    def calls(self) -> list[str]:
        """How the stand-ins were called, in order."""
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []


class Boot(Sandbox):
    """boot, start and refresh."""

    def setUp(self) -> None:
        super().setUp()
        self.app = self.home / "app"
        shutil.copytree(APP, self.app, ignore=shutil.ignore_patterns(".env"))
        self.conf = self.home / "app.conf"
        self.conf.write_text(
            "APP_ENV=dev\nAWS_REGION=eu-west-3\nAPP_SECRET_ARN=arn:app\nSHOP_URL=http://dev.example.com\n"
            "BACKEND_IMAGE=registry/medusa-backend:1\nSTOREFRONT_IMAGE=registry/medusa-storefront:1\nLOG_GROUP=/greenleaf/dev\n"
        )
        compose = "COMPOSE_FILE=docker-compose.yml:docker-compose.dev.yml"
        self.program("ansible-playbook", f'echo "{compose}" > "{self.home}/compose.conf"')
        self.secret('{"JWT_SECRET": "one", "COOKIE_SECRET": "two"}')
        self.program("docker")

    def secret(self, value: str) -> None:
        """What Secrets Manager answers."""
        self.program("aws", f"cat <<'JSON'\n{json.dumps({'SecretString': value})}\nJSON")

    def script(self, name: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return self.run_it(self.app / "bin" / name, GREENLEAF_CONF=str(self.conf), START_PAUSE="0", **extra)

    def test_boot_configures_then_fetches_then_starts(self) -> None:
        done = self.script("boot")
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = self.calls()
        self.assertEqual([call.split()[0] for call in calls], ["ansible-playbook", "aws", "docker"])
        self.assertIn("env=dev", calls[0])
        self.assertIn("docker_log_group=/greenleaf/dev", calls[0])
        self.assertIn("application_images=registry/medusa-backend:1,registry/medusa-storefront:1", calls[0])
        self.assertEqual(calls[2], "docker compose up --detach --remove-orphans")
        self.assertIn("JWT_SECRET='one'", (self.app / ".env").read_text())

    def test_boot_refuses_a_wrong_environment_before_anything(self) -> None:
        self.conf.write_text("APP_ENV=$(touch pwned)\n")
        done = self.script("boot")
        self.assertEqual(done.returncode, 1)
        self.assertIn("expected dev, preprod or prod", done.stderr)
        self.assertEqual(self.calls(), [])
        self.assertFalse((self.app / "ansible" / "pwned").exists())

    def test_boot_stops_when_the_playbook_fails(self) -> None:
        self.program("ansible-playbook", "exit 2")
        self.assertEqual(self.script("boot").returncode, 2)
        self.assertEqual(len(self.calls()), 1)

    def test_start_tries_again_and_gives_up_in_the_end(self) -> None:
        (self.app / ".env").write_text("")
        self.program("docker", f'[[ $(wc -l < "{self.calls_file}") -ge 3 ]]')
        self.assertEqual(self.script("start").returncode, 0)
        self.assertEqual(len(self.calls()), 3)
        self.program("docker", "exit 1")
        done = self.script("start")
        self.assertEqual(done.returncode, 1)
        self.assertIn("gave up after 5 attempts", done.stderr)

    def test_refresh_starts_anew_only_when_a_secret_changed(self) -> None:
        self.assertEqual(self.script("refresh").returncode, 0)
        self.assertEqual(self.calls(), [], "nothing to do before the first boot is through")
        self.script("boot")
        self.calls_file.unlink()
        self.assertEqual(self.script("refresh").returncode, 0)
        self.assertEqual([call.split()[0] for call in self.calls()], ["aws"])
        self.secret('{"JWT_SECRET": "new", "COOKIE_SECRET": "two"}')
        self.assertEqual(self.script("refresh").returncode, 0)
        self.assertEqual(self.calls()[-1], "docker compose up --detach --remove-orphans")


class Package(Sandbox):
    """scripts/package, with a stand-in for the compiler that leaves an ELF header of a chosen machine."""

    def setUp(self) -> None:
        super().setUp()
        self.root = self.home / "repository"
        for name in ("scheduler", "budget-guard"):
            manifest = self.root / "functions" / name / "Cargo.toml"
            manifest.parent.mkdir(parents=True)
            manifest.write_text(f'[package]\nname = "{name}"\n')
        (self.root / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "package", self.root / "scripts" / "package")
        self.prebuilt = self.home / "prebuilt"
        # .venv brings zopfli; here it packs as zlib does.
        zopfli = self.home / "python" / "zopfli"
        zopfli.mkdir(parents=True)
        (zopfli / "__init__.py").touch()
        packs = "import zlib\n\n\ndef compress(data, numiterations):\n    return zlib.compress(data, 9)\n"
        (zopfli / "zlib.py").write_text(packs)
        self.program("cargo-lambda")
        self.program("rustup", '[[ "$*" != "target list --installed" ]] || echo x86_64-unknown-linux-musl')
        copies = "".join(
            f'mkdir -p target/lambda/{name}; cp "{self.prebuilt}" target/lambda/{name}/bootstrap\n'
            for name in ("scheduler", "budget-guard")
        )
        self.program("cargo", f'printf "%s" "$CARGO_ENCODED_RUSTFLAGS" > "{self.home}/flags"\n{copies}')

    def elf(self, machine: int, segment: int = 1, body: bytes = b"") -> None:
        """What the stand-in builds: a header, one segment of this type, and a body."""
        header = b"\x7fELF\x02" + bytes(13) + struct.pack("<H", machine) + bytes(12) + struct.pack("<Q", 64) + bytes(14)
        header += struct.pack("<HH", 56, 1) + bytes(6)
        self.prebuilt.write_bytes(header + struct.pack("<I", segment) + bytes(52) + body)

    def zip(self, name: str = "scheduler") -> Path:
        return self.root / "target" / "lambda" / name / "bootstrap.zip"

    def package(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run_it(self.root / "scripts" / "package", *arguments, PYTHONPATH=str(self.home / "python"))

    def test_builds_every_function_for_arm64(self) -> None:
        self.elf(183)
        done = self.package()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("rustup target add aarch64-unknown-linux-musl", self.calls())
        self.assertEqual(
            self.calls()[-1],
            "cargo lambda build --release --target aarch64-unknown-linux-musl --package budget-guard --package scheduler",
        )
        self.assertIn("target/lambda/scheduler/bootstrap.zip  ", done.stdout)
        self.assertRegex(done.stdout, r"scheduler/bootstrap.zip  \d+ bytes zipped, 120 bytes")
        self.assertIn("--icf=all", (self.home / "flags").read_text())

    def test_the_zip_holds_the_program_alone_and_can_be_started(self) -> None:
        self.elf(183)
        self.assertEqual(self.package().returncode, 0)
        with zipfile.ZipFile(self.zip()) as archive:
            (entry,) = archive.infolist()
            self.assertEqual((entry.filename, entry.external_attr >> 16, entry.create_system), ("bootstrap", 0o100755, 3))
            self.assertEqual(archive.read(entry), self.prebuilt.read_bytes())

    def test_the_same_program_gives_the_same_zip(self) -> None:
        self.elf(183, body=bytes(range(256)) * 50)
        made = []
        for date in (1_000_000_000, 1_500_000_000):
            os.utime(self.prebuilt, (date, date))
            self.assertEqual(self.package().returncode, 0)
            made.append(self.zip().read_bytes())
        self.assertEqual(*made)

    def test_a_heavy_zip_is_refused_with_advice(self) -> None:
        self.elf(183, body=random.Random(1).randbytes(3_000_000))
        done = self.package()
        self.assertEqual(done.returncode, 1)
        self.assertIn("a zip may weigh 3,000,000 bytes", done.stderr)
        self.assertIn("docs/decisions/size.md", done.stderr)
        self.assertIn("3,000,", done.stdout)
        self.assertFalse(self.zip().exists() or self.zip("budget-guard").exists())

    def test_x86_64_needs_no_further_target(self) -> None:
        self.elf(62)
        self.assertEqual(self.package("--arch", "x86_64").returncode, 0)
        self.assertIn("--target x86_64-unknown-linux-musl ", self.calls()[-1])
        self.assertFalse(any("target add" in call for call in self.calls()))

    def test_a_stale_zip_is_gone_before_the_build(self) -> None:
        stale = self.root / "target" / "lambda" / "scheduler" / "bootstrap.zip"
        stale.parent.mkdir(parents=True)
        stale.write_text("of yesterday")
        self.program("cargo", "exit 101")
        self.assertEqual(self.package().returncode, 101)
        self.assertFalse(stale.exists())

    def test_what_lambda_could_not_start_is_refused(self) -> None:
        for machine, segment, message in (
            (62, 1, "is not a Linux program for arm64"),
            (183, 3, "needs a dynamic linker"),
        ):
            with self.subTest(message):
                self.elf(machine, segment)
                done = self.package()
                self.assertEqual(done.returncode, 1)
                self.assertIn(message, done.stderr)
                self.assertFalse(self.zip().exists())

    def test_wrong_usage(self) -> None:
        for arguments in (["--arch"], ["--arch", "riscv"], ["--fast"]):
            self.assertEqual(self.package(*arguments).returncode, 2)
        self.assertEqual(self.calls(), [])


class Deploy(Sandbox):
    """scripts/deploy, with a stand-in for Terraform."""

    def setUp(self) -> None:
        super().setUp()
        self.root = self.home / "repository"
        envs = self.root / "infra" / "platform" / "envs"
        envs.mkdir(parents=True)
        for name in ("dev", "preprod", "prod"):
            (envs / f"{name}.tfvars").write_text(f"account_services = {str(name == 'prod').lower()}\n")
        (self.root / "infra" / "platform" / "backend.hcl").touch()
        (self.root / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "deploy", self.root / "scripts" / "deploy")
        self.package_script()
        self.plan("aws_vpc.this", "create")

    def package_script(self) -> None:
        path = self.root / "scripts" / "package"
        path.write_text(f'#!/usr/bin/env bash\necho package >> "{self.calls_file}"\n')
        path.chmod(0o755)

    def plan(self, *changes: str) -> None:
        """Terraform whose plan does one thing to one address."""
        address, action = changes
        shown = {
            "resource_changes": [
                {"address": address, "change": {"actions": [action]}},
                {"address": "aws_subnet.same", "change": {"actions": ["no-op"]}},
                {"address": "data.aws_region.current", "change": {"actions": ["read"]}},
            ]
        }
        self.program("terraform", f"case \"$*\" in *\" show \"*) cat <<'JSON'\n{json.dumps(shown)}\nJSON\n;; esac")

    def deploy(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return self.run_it(self.root / "scripts" / "deploy", *arguments, **extra)

    def verbs(self) -> list[str]:
        """What Terraform was asked, without -chdir."""
        return [call.split()[2] if call.startswith("terraform") else call for call in self.calls()]

    def test_packages_plans_and_applies_that_plan(self) -> None:
        done = self.deploy("preprod", AUTO_APPROVE="1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.verbs(), ["init", "workspace", "plan", "show", "apply", "output"])
        plan, apply = (next(call for call in self.calls() if f" {verb} " in call) for verb in ("plan", "apply"))
        self.assertIn("-var-file=envs/preprod.tfvars", plan)
        self.assertEqual(apply.split()[-1], plan.split("-out=")[1])
        self.assertIn("select -or-create preprod", next(call for call in self.calls() if "workspace" in call))
        self.assertIn("1 changes", done.stderr)
        self.assertFalse(Path(apply.split()[-1]).exists(), "a plan may hold secrets")

    def test_the_environment_that_deploys_nightcap_packages_it_first(self) -> None:
        self.assertEqual(self.deploy("prod", PLAN_ONLY="1").returncode, 0)
        self.assertEqual(self.verbs()[:2], ["package", "init"])
        self.calls_file.unlink()
        self.assertEqual(self.deploy("prod", PLAN_ONLY="1", SKIP_PACKAGE="1").returncode, 0)
        self.assertEqual(self.verbs()[0], "init")

    def test_asks_first_and_does_not_apply_when_nobody_answers(self) -> None:
        done = self.deploy("prod")
        self.assertEqual(done.returncode, 1)
        self.assertIn("AUTO_APPROVE=1", done.stderr)
        self.assertNotIn("apply", self.verbs())

    def test_plan_only_prints_a_hash_that_the_same_plan_has_again_and_another_has_not(self) -> None:
        first = self.deploy(ENV="preprod", PLAN_ONLY="1")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertNotIn("apply", self.verbs())
        approved = first.stdout.strip()
        self.assertRegex(approved, r"^[0-9a-f]{16}$")
        self.assertEqual(self.deploy("preprod", AUTO_APPROVE="1", EXPECTED_PLAN=approved).returncode, 0)
        self.calls_file.unlink()
        self.plan("aws_db_instance.this", "delete")
        done = self.deploy("preprod", AUTO_APPROVE="1", EXPECTED_PLAN=approved)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no longer the one that was approved", done.stderr)
        self.assertNotIn("apply", self.verbs())

    def test_an_unknown_environment_is_refused_with_the_known_ones(self) -> None:
        for arguments in ([], ["staging"], ["dev preprod"]):
            done = self.deploy(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn("dev preprod prod", done.stderr)
        self.assertEqual(self.calls(), [])

    def test_a_failed_package_deploys_nothing(self) -> None:
        (self.root / "scripts" / "package").write_text("#!/usr/bin/env bash\nexit 3\n")
        self.assertEqual(self.deploy("prod", AUTO_APPROVE="1").returncode, 3)
        self.assertEqual(self.calls(), [])

    def test_the_state_bucket_must_be_known(self) -> None:
        (self.root / "infra" / "platform" / "backend.hcl").unlink()
        done = self.deploy("dev", PLAN_ONLY="1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("infra/bootstrap", done.stderr)
        self.assertEqual(self.deploy("dev", PLAN_ONLY="1", STATE_BUCKET="mine").returncode, 0)
        init = next(call for call in self.calls() if " init " in call)
        self.assertIn("bucket=mine", init)
        self.assertIn("use_lockfile=true", init)


if __name__ == "__main__":
    os.umask(0o022)
    unittest.main()
