"""shellcheck on the scripts of infra/ and on the user data as an instance gets it."""

from __future__ import annotations

from pathlib import Path

from .step import Failed, run, tool


def check(repository: Path) -> str:
    scripts = [path for path in (repository / "infra").rglob("*") if ".terraform" not in path.parts and is_shell(path)]
    scripts += [path for path in (repository / "tests" / "infra").rglob("*") if is_shell(path)]
    if not scripts:
        raise Failed("no shell script under infra/")
    run([tool("shellcheck"), "--severity=style", *sorted(scripts)], repository)
    return f"{len(scripts)} scripts"


def is_shell(path: Path) -> bool:
    if not path.is_file() or path.is_symlink():
        return False
    if path.suffix == ".sh":
        return True
    with path.open("rb") as file:
        return file.readline().rstrip() in (b"#!/bin/bash", b"#!/usr/bin/env bash", b"#!/bin/sh")
