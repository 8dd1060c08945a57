"""The virtual environment of the tools, with every file's hash checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def make_environment(folder: Path, requirements: Path) -> None:
    """Makes or completes the environment; quick when it is as it should be."""
    stamp = folder / "requirements.txt"
    if stamp.exists() and stamp.read_bytes() == requirements.read_bytes():
        return
    print(f"installing the tools of {requirements.name} into {folder}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(requirements)]
    subprocess.run(pip, check=True)
    stamp.write_bytes(requirements.read_bytes())
