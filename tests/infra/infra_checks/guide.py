"""The commands and names of infra/'s documents: what they call must be there. Every `aws` operation and option against AWS's
own service models, every `terraform` folder, output, variable and address against the code, every `make` target against
the Makefile, every `nightcap` command against the program's own; and every name (see `names`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from . import names
from .docs import parse as declared
from .step import Failed, Skipped, run

PAGES = ("deployment.md", "deploiement.md", "disaster-recovery.md", "doctor.md", "infra.md", "operations.md", "security.md")
BLOCK = re.compile(r"^ *```bash\n(.*?)^ *```", re.M | re.S)
INLINE = re.compile(r"`((?:aws|make|nightcap|terraform) [^`]+)`")
CALL = re.compile(r"(?<![\w./-])(aws|terraform|make|nightcap) ([^|;&()]*)")
# Options of the AWS CLI itself, which no service has.
EVERYWHERE = {"query", "output", "region", "profile", "cli-binary-format", "max-items"}
# Commands that the AWS CLI adds to the services' operations.
ADDED = {("ecr", "get-login-password"): set(), ("logs", "tail"): {"since", "follow", "format"}}
SUBCOMMANDS = {"apply", "destroy", "force-unlock", "import", "init", "output", "plan", "providers", "state", "test", "version", "workspace"}


def check(repository: Path) -> str:
    try:
        import botocore  # noqa: F401
    except ImportError:
        raise Skipped("Python module botocore missing") from None
    # Who judges the names is judged first.
    run([sys.executable, "-m", "unittest", "-q", "test_names"], repository / "tests/infra", {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    wrong: list[str] = []
    count = 0
    pages = [*(repository / "docs" / page for page in PAGES), *sorted((repository / "infra").rglob("README.md"))]
    pages = [page for page in pages if ".terraform" not in page.parts]
    for page in pages:
        where = page.relative_to(repository)
        for tool, words in calls(page.read_text()):
            count += 1
            # A root's README is read in its folder.
            begun = words[0] if words else ""
            if tool == "terraform" and begun.startswith("-chdir=.."):
                folder = (page.parent / begun.removeprefix("-chdir=")).resolve()
                words[0] = f"-chdir={folder.relative_to(repository.resolve())}"
            problems = {"aws": aws, "terraform": terraform, "make": make, "nightcap": nightcap}[tool](words, repository)
            wrong += [f"{where}: {tool} {' '.join(words[:4])}: {problem}" for problem in problems]
        wrong += [f"{where}: {problem}" for problem in names.problems(page, repository)]
    if wrong:
        raise Failed("\n".join(wrong))
    return f"{count} commands of {len(pages)} pages call what there is, and their names name it"


def calls(page: str) -> Iterator[tuple[str, list[str]]]:
    """Every call of one of the three tools, in blocks and in running text, without comments."""
    texts = [re.sub(r"\\\n", " ", block) for block in BLOCK.findall(page)] + INLINE.findall(BLOCK.sub("", page))
    for text in texts:
        for line in re.sub(r"(?m)(^|\s)# .*$", "", text).splitlines():
            # What stands in quotes is data; a call within "$(…)" is none.
            bare = re.sub(r"'[^']*'", "TEXT", re.sub(r'"(?!\$\()[^"]*"', "TEXT", line.replace('\\"', "")))
            for tool, rest in CALL.findall(bare):
                yield tool, [word.strip('"') for word in rest.split(" > ")[0].split()]


@cache
def session() -> Any:
    import botocore.session

    return botocore.session.get_session()


@cache
def service_model(service: str) -> Any:
    """EC2's alone takes a second to read, and is asked for a dozen times."""
    return session().get_service_model(service)


def aws(words: list[str], repository: Path) -> Iterator[str]:
    from botocore import xform_name

    service, operation, *rest = words
    options = {word[2:].split("=")[0] for word in rest if word.startswith("--")} - EVERYWHERE
    if (service, operation) in ADDED:
        yield from (f"no option --{name}" for name in sorted(options - ADDED[service, operation]))
        return
    if service not in session().get_available_services():
        yield f"no service {service}"
        return
    model = service_model(service)
    if operation == "wait":
        waiters = {xform_name(name, "-") for name in session().get_waiter_model(service).waiter_names}
        if rest[0] not in waiters:
            yield f"no waiter {rest[0]}"
        return
    named = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in named:
        yield "no such operation"
        return
    shape = model.operation_model(named[operation]).input_shape
    known = {xform_name(name, "-") for name in shape.members} if shape else set()
    known |= {f"no-{name}" for name in known}
    known |= RENAMED.get((service, operation), set())
    yield from (f"no option --{name}" for name in sorted(options - known))
    required = {xform_name(name, "-") for name in (shape.required_members if shape else [])}
    yield from (f"needs --{name}" for name in sorted(required - options - CLI_FILLS.get((service, operation), set())))


# What the AWS CLI calls otherwise than the service, because of its own --endpoint-url.
RENAMED = {("sns", "subscribe"): {"notification-endpoint"}}
# What the AWS CLI takes as a plain argument or fills in itself.
CLI_FILLS = {("lambda", "invoke"): {"outfile"}}


def terraform(words: list[str], repository: Path) -> Iterator[str]:
    folder, rest = None, list(words)
    if rest and rest[0].startswith("-chdir="):
        folder = repository / rest.pop(0).removeprefix("-chdir=")
        if not folder.is_dir():
            yield f"no folder {folder.relative_to(repository)}"
            return
    if not rest or rest[0] not in SUBCOMMANDS:
        yield "no such command"
        return
    if folder is None:
        return
    code = declared(folder)
    plain = [word for word in rest[1:] if not word.startswith("-")]
    if rest[0] == "output" and plain and plain[0] not in code.outputs:
        yield f"no output {plain[0]}"
    for word in rest:
        if word.startswith("-var-file=") and not (folder / word.removeprefix("-var-file=")).exists():
            yield f"no file {word}"
        if (found := re.match(r"-target=module\.(\w+)", word)) and found[1] not in code.modules:
            yield f"no module {found[1]}"
    for index, word in enumerate(rest):
        if word == "-var" and (name := rest[index + 1].split("=")[0]) not in code.inputs:
            yield f"no variable {name}"


def make(words: list[str], repository: Path) -> Iterator[str]:
    targets = set(re.findall(r"^([\w-]+):", (repository / "Makefile").read_text(), re.M))
    for word in words:
        name, _, value = word.partition("=")
        if not value and not word.endswith("=") and word not in targets:
            yield f"no target {word}"
        if name == "ENV" and value.isalpha() and value.islower() and not (repository / f"infra/platform/envs/{value}.tfvars").exists():
            yield f"no environment {value}"


def nightcap(words: list[str], repository: Path) -> Iterator[str]:
    """The program's own commands, and those of its groups, as clap derives their names from `cli/src`."""
    known = subcommands(repository)
    for word in words[:2]:
        if not re.fullmatch(r"[a-z][a-z-]*", word):
            return
        if word not in known:
            yield f"no command {word}"


def subcommands(repository: Path) -> set[str]:
    source = "\n".join(path.read_text() for path in sorted((repository / "cli/src").rglob("*args.rs")))
    bodies = re.findall(r"derive\([^)]*Subcommand[^)]*\)\]\s*(?:#\[[^\]]*\]\s*)*pub(?:\(\w+\))? enum \w+ \{(.*?)^\}", source, re.M | re.S)
    found = {name for body in bodies for name in re.findall(r"^    ([A-Z]\w+)", body, re.M)}
    return {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() for name in found}
