"""Terraform as the checks use it: a copy of infra/, the provider from a local mirror where there is one."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .step import Failed, run, tool

PROVIDER_FOLDER = "registry.terraform.io"
OPENTOFU_FOLDER = "registry.opentofu.org"


def binary() -> str:
    return tool(os.environ.get("TERRAFORM", "terraform"))


def opentofu() -> str | None:
    """OpenTofu beside Terraform, for what both have to understand."""
    found = shutil.which("tofu")
    return found if found and Path(found).resolve() != Path(binary()).resolve() else None


def environment(**more: str) -> dict[str, str]:
    """Without the workplace's own settings, colours and questions."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("TF_", "AWS_"))}
    config = os.environ.get("TF_CLI_CONFIG_FILE", "")
    # A file that is named but missing is a warning on every call.
    env["TF_CLI_CONFIG_FILE"] = config if config and Path(config).exists() else ""
    return {**env, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1", **more}


_looking = threading.Lock()


def mirror() -> Path | None:
    """The folder of a provider mirror: $TF_PLUGIN_DIR, or found on this file system."""
    # Looked for once: the steps that run side by side would each go through all of the disk.
    with _looking:
        return _found()


@functools.cache
def _found() -> Path | None:
    if named := os.environ.get("TF_PLUGIN_DIR"):
        return Path(named)
    command = ["find", "/", "-xdev", "(", "-name", ".terraform", "-o", "-path", "/proc", ")", "-prune"]
    command += ["-o", "-type", "d", "-name", PROVIDER_FOLDER, "-print"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False).stdout.split("\n")
    mirrors = [Path(line).parent for line in sorted(filter(None, found)) if (Path(line) / "hashicorp" / "aws").is_dir()]
    return mirrors[0] if mirrors else None


def has_provider(name: str) -> bool:
    """Whether the mirror holds a provider such as cloudflare/cloudflare; without a mirror init may fetch it."""
    place = mirror()
    return place is None or (place / PROVIDER_FOLDER / name).is_dir()


def init(folder: Path, env: Mapping[str, str], backend: bool = False, more: Sequence[str] = (), program: str | None = None) -> None:
    command: list[str | Path] = [program or binary(), "init", "-no-color", "-input=false", *more]
    if not backend:
        command.append("-backend=false")
    if place := plugins(folder, program):
        command.append(f"-plugin-dir={place}")
    run(command, folder, env, timeout=300)


def plugins(folder: Path, program: str | None = None) -> Path | None:
    """The mirror for the program that runs in `folder`, if there is one."""
    place = mirror()
    is_tofu = Path(program or binary()).name.startswith("tofu")
    return for_opentofu(place, folder) if place and is_tofu else place


def for_opentofu(place: Path, folder: Path) -> Path:
    """The mirror as OpenTofu looks for it, which takes `hashicorp/aws` from a registry of its own: the same programs."""
    theirs = folder / ".mirror"
    if theirs.exists():
        return theirs
    for host in (PROVIDER_FOLDER, OPENTOFU_FOLDER):
        # A package is a folder NAMESPACE/TYPE/VERSION/TARGET, or a zip beside the versions; links are followed there only.
        for package in [*(place / PROVIDER_FOLDER).glob("*/*/*/*"), *(place / PROVIDER_FOLDER).glob("*/*/*.zip")]:
            link = theirs / host / package.relative_to(place / PROVIDER_FOLDER)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(package)
    return theirs


@contextmanager
def copied(repository: Path) -> Iterator[Path]:
    """A copy of infra/ and the configuration, in which overrides may be written and that vanishes afterwards."""
    (repository / "target").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="infra-verify-", dir=repository / "target") as place:
        root = Path(place)
        skip = shutil.ignore_patterns(".terraform", "*.tfstate*", ".terraform.lock.hcl")
        shutil.copytree(repository / "infra", root / "infra", ignore=skip, symlinks=True)
        shutil.copytree(repository / "tests" / "infra" / "fixtures", root / "fixtures")
        # The proof that all fits says what time it is, which the function takes from nobody unless this is set.
        (root / "nightcap.yaml").write_text((repository / "nightcap.yaml").read_text() + "\ndrills: true\n")
        yield root


_SHARED = ExitStack()
atexit.register(_SHARED.close)
_lock = threading.Lock()
_folders: dict[Path, threading.Lock] = {}
_ready: set[Path] = set()


@functools.cache
def _copy(repository: Path) -> Path:
    return _SHARED.enter_context(copied(repository))


def shared(repository: Path) -> Path:
    """One copy for the steps that write nothing into it; gone when the process ends."""
    with _lock:
        return _copy(repository)


def initialised(folder: Path, env: Mapping[str, str]) -> None:
    """Initialises a folder of the shared copy, once for all steps that look at it."""
    with _lock:
        own = _folders.setdefault(folder, threading.Lock())
    with own:
        if folder not in _ready:
            init(folder, env)
            _ready.add(folder)


def configurations(repository: Path) -> list[Path]:
    """Every folder under infra/ that holds Terraform, relative to the repository."""
    found = {path.parent.relative_to(repository) for path in (repository / "infra").rglob("*.tf") if ".terraform" not in path.parts}
    if not found:
        raise Failed("no Terraform under infra/")
    return sorted(found)
