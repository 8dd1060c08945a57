"""Names in the documents of infra/: files, Terraform's addresses and variables, and what things are called in AWS.

A name is looked for where it is made: a path in the repository, an address or an input in the code of infra/, a name of
AWS in the code, or in a command of the same page that makes it by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.M | re.S)
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?<![\w/.<…-])(?:infra|scripts|tests|docs|events|crates|functions|cli|\.github)/[\w./*-]*\w")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
ADDRESS = re.compile(r"(?<![\w.])((?:aws|cloudflare)_[a-z0-9_]+)\.([a-z]\w+)")
ENDINGS_OF_FILES = {"py", "tf", "json"}
IN_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
CALLED = re.compile(r"(?<![\w/.@-])(?:greenleaf|nightcap)-[a-z0-9-]*[a-z0-9](?![\w*])")
# What a command that is given them makes: its options' names say so.
MADE_BY_HAND = re.compile(r"--(?:cache-cluster-id|target-db-instance-identifier|new-db-instance-identifier|role-name)[ =]([\w$\"{}-]+)|^ *\w+=(greenleaf-[\w-]+)", re.M)
# Not in the repository: what the commands that are written beside them make.
GENERATED = {"infra/bootstrap/terraform.tfstate", "infra/platform/backend.hcl"}
PLACES = r"greenleaf-(?:dev|preprod|prod|standby|ENVIRONMENT)"
ZONE = re.compile(r"-(?:eu-(?:west|central)-\d[a-c])$")


def problems(page: Path, repository: Path) -> Iterator[str]:
    """What a page names and nothing here is."""
    text = page.read_text()
    spoken = [one for one in CODE.findall(BLOCK.sub("", text)) if "…" not in one]
    blocks = [block for language, block in BLOCK.findall(text) if language in ("bash", "sh", "")]
    for path in {found for one in [*spoken, *blocks] for found in PATH.findall(one)}:
        if path not in GENERATED and not any(repository.glob(path)):
            yield f"no file {path}"
    for link in LINK.findall(text):
        if not (page.parent / link).exists():
            yield f"no file {link}"
    code = terraform(repository)
    for kind, name in {found for one in spoken for found in ADDRESS.findall(one)}:
        if name not in ENDINGS_OF_FILES and not re.search(rf'(?:resource|data|ephemeral) "{kind}" "{name}"', code):
            yield f"no {kind}.{name}"
    words = known_words(repository)
    for name in {one for code_span in spoken if (found := IN_SNAKE_CASE.fullmatch(code_span.split(" = ")[0].strip())) for one in [found[0]]}:
        if name not in words:
            yield f"nothing is called {name}"
    by_hand = {first or second for block in blocks for first, second in MADE_BY_HAND.findall(block)}
    for name in {found for one in [*spoken, *blocks] for found in CALLED.findall(one)}:
        if name not in by_hand and not made(name, repository):
            yield f"nothing makes {name}"


@cache
def terraform(repository: Path) -> str:
    return "\n".join(path.read_text() for path in sorted((repository / "infra").rglob("*.tf")) if ".terraform" not in path.parts)


@cache
def sources(repository: Path) -> str:
    """All that is no prose: what a name in a document can be the name of."""
    kinds = ("*.tf", "*.hcl", "*.tfvars", "*.yaml", "*.yml", "*.sh", "*.py", "*.rs", "*.j2", "*.json", "*.toml", "*.cfg", "Caddyfile")
    folders = ("infra", "tests/infra", "tests/app", "tests/embedded_aws", "tests/demo", "crates", "functions", "cli/src", ".github", "scripts")
    files = [path for folder in folders for kind in kinds for path in sorted((repository / folder).rglob(kind))]
    files += [path for folder in ("scripts", "infra/app/bin") for path in (repository / folder).iterdir() if path.is_file()]
    files += [repository / name for name in ("nightcap.yaml", "Makefile", "deny.toml", "tests/infra/verify", "tests/app/verify")]
    return "\n".join(path.read_text() for path in files if not {".terraform", "target", "test_names.py"} & set(path.parts))


@cache
def known_words(repository: Path) -> frozenset[str]:
    files = {path.stem for folder in ("tests", "infra") for path in (repository / folder).rglob("*_*.*") if ".terraform" not in path.parts}
    return frozenset(re.findall(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+", sources(repository))) | files


@cache
def endings(repository: Path) -> frozenset[str]:
    """What follows a variable part in a name of Terraform's: `-app` of "${var.name}-app"."""
    return frozenset(re.findall(r"\}((?:-[a-z0-9]+)+)(?=[\"/$])", terraform(repository)))


def made(name: str, repository: Path) -> bool:
    """By its whole name somewhere in the code, or as an environment's or Nightcap's name with an ending of Terraform's."""
    if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", sources(repository)) or (repository / "infra/modules" / name).is_dir():
        return True
    # One of those that a policy names by a pattern, as GitHub's roles.
    if any(name.startswith(pattern) for pattern in re.findall(r"role/(greenleaf-[a-z]+-)\*", sources(repository))):
        return True
    for prefix in (PLACES, "nightcap"):
        if found := re.fullmatch(rf"{prefix}((?:-[a-z0-9]+)*)", ZONE.sub("", name)):
            return not found[1] or found[1] in endings(repository)
    return False
