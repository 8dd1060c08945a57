"""The guides' commands: what they call must be there. Every `aws` operation and option against AWS's own service models,
every `terraform` folder, output, variable and address against the code, every `make` target against the Makefile.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from .docs import parse as declared
from .step import Failed, Skipped

PAGES = ("deployment.md", "deploiement.md", "disaster-recovery.md", "security.md")
BLOCK = re.compile(r"^ *```bash\n(.*?)^ *```", re.M | re.S)
INLINE = re.compile(r"`((?:aws|make|terraform) [^`]+)`")
CALL = re.compile(r"(?<![\w./-])(aws|terraform|make) ([^|;&()]*)")
# Options of the AWS CLI itself, which no service has.
EVERYWHERE = {"query", "output", "region", "profile", "cli-binary-format", "max-items"}
# Commands that the AWS CLI adds to the services' operations.
ADDED = {("ecr", "get-login-password"): set(), ("logs", "tail"): {"since", "follow", "format"}}
SUBCOMMANDS = {"apply", "destroy", "force-unlock", "import", "init", "output", "plan", "providers", "state", "version", "workspace"}


def check(repository: Path) -> str:
    try:
        import botocore  # noqa: F401
    except ImportError:
        raise Skipped("Python module botocore missing") from None
    wrong: list[str] = []
    count = 0
    for page in PAGES:
        for tool, words in calls((repository / "docs" / page).read_text()):
            count += 1
            problems = {"aws": aws, "terraform": terraform, "make": make}[tool](words, repository)
            wrong += [f"docs/{page}: {tool} {' '.join(words[:4])}: {problem}" for problem in problems]
    if wrong:
        raise Failed("\n".join(wrong))
    return f"{count} commands of {len(PAGES)} pages call what there is"


def calls(page: str) -> Iterator[tuple[str, list[str]]]:
    """Every call of one of the three tools, in blocks and in running text, without comments."""
    texts = [re.sub(r"\\\n", " ", block) for block in BLOCK.findall(page)] + INLINE.findall(BLOCK.sub("", page))
    for text in texts:
        for line in re.sub(r"(?m)(^|\s)# .*$", "", text).splitlines():
            # What stands in quotes is data; a call within "$(…)" is none.
            bare = re.sub(r"'[^']*'", "TEXT", re.sub(r'"(?!\$\()[^"]*"', "TEXT", line.replace('\\"', "")))
            for tool, rest in CALL.findall(bare):
                yield tool, [word.strip('"') for word in rest.split(" > ")[0].split()]


def aws(words: list[str], repository: Path) -> Iterator[str]:
    import botocore.session
    from botocore import xform_name

    service, operation, *rest = words
    options = {word[2:].split("=")[0] for word in rest if word.startswith("--")} - EVERYWHERE
    if (service, operation) in ADDED:
        yield from (f"no option --{name}" for name in sorted(options - ADDED[service, operation]))
        return
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        yield f"no service {service}"
        return
    model = session.get_service_model(service)
    if operation == "wait":
        waiters = {xform_name(name, "-") for name in session.get_waiter_model(service).waiter_names}
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
