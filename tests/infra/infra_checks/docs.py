"""The READMEs' tables of requirements, modules, resources, inputs and outputs, in terraform-docs's form.

`tests/infra/verify --write-docs` writes them between the markers; the step compares, and asks for a description
of every input and output, a type of every input and a validation or a reason to have none.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import lines
from .step import Failed, Skipped
from .terraform import configurations

BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"


@dataclass
class Folder:
    """What the *.tf files of one folder declare."""

    versions: dict[str, str] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    resources: set[tuple[str, str]] = field(default_factory=set)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)


def check(repository: Path) -> str:
    stale = [str(folder / "README.md") for folder in documented(repository) if not current(repository / folder)]
    if stale:
        raise Failed("not current, run tests/infra/verify --write-docs: " + ", ".join(stale))
    as_the_primary(repository)
    from .main import STEPS

    count = lines.check(repository, {step.name for step in STEPS})
    return f"{len(documented(repository))} READMEs are current; {count} lines of the platform have their place and their check"


# What infra/platform tells its instances and its network, and the standby's do not need to be told.
PLATFORMS_ALONE = {
    "compute": {
        "mode": "the standby is a group, always",
        "spot_max_price": "dev's",
        "ssh_cidrs": "dev's",
        "schedule_tags": "production is never scheduled",
        "secret_replica_regions": "the standby reads the copies",
    },
    "network": {"nat_zone_count": "every zone has its own", "tags": "the provider's"},
}


def as_the_primary(repository: Path) -> None:
    """What prod can be told of a module, the standby can be told as well, or a fail-over would be to something else."""
    given = {root: module_inputs(repository / "infra" / root) for root in ("platform", "standby")}
    for module, reasons in PLATFORMS_ALONE.items():
        platform, standby = given["platform"][module], given["standby"][module]
        if missing := platform - standby - set(reasons):
            raise Failed(f"infra/standby passes {module} nothing for {', '.join(sorted(missing))}, which infra/platform does")
        if stale := set(reasons) - (platform - standby):
            raise Failed(f"infra_checks/docs.py excuses the standby from what it passes or platform does not: {', '.join(sorted(stale))}")


def module_inputs(folder: Path) -> dict[str, set[str]]:
    """The inputs that a root's calls give each module."""
    import hcl2

    found: dict[str, set[str]] = {}
    for path in folder.glob("*.tf"):
        with path.open() as file:
            for block in hcl2.load(file).get("module", []):
                for name, body in block.items():
                    found[name] = {key for key in body if not key.startswith("__")} - {"source", "count", "for_each", "providers", "depends_on"}
    return found


def write(repository: Path) -> int:
    for folder in documented(repository):
        readme = repository / folder / "README.md"
        text = readme.read_text()
        readme.write_text(f"{text.split(BEGIN)[0]}{BEGIN}\n{table(repository / folder)}{END}{text.split(END)[1]}")
    return 0


def documented(repository: Path) -> list[Path]:
    return [folder for folder in configurations(repository) if "examples" not in folder.parts and "tests" not in folder.parts]


def current(folder: Path) -> bool:
    readme = folder / "README.md"
    if not readme.exists() or BEGIN not in readme.read_text():
        raise Failed(f"{readme} is missing or has no {BEGIN}")
    return readme.read_text().split(BEGIN)[1].split(END)[0] == f"\n{table(folder)}"


def table(folder: Path) -> str:
    found = parse(folder)
    parts = [section("Requirements", ["Name", "Version"], [[name, f"`{version}`"] for name, version in sorted(found.versions.items())])]
    parts.append(section("Modules", ["Name", "Source"], [[name, f"`{source}`"] for name, source in sorted(found.modules.items())]))
    parts.append(section("Resources", ["Name", "Type"], [[f"`{name}`", kind] for name, kind in sorted(found.resources)]))
    rows = []
    for name, block in sorted(found.inputs.items(), key=lambda pair: ("default" in pair[1], pair[0])):
        default = f"`{short(block['default'])}`" if "default" in block else "n/a"
        required = "no" if "default" in block else "yes"
        rows.append([f"`{name}`", text(block["description"]), f"`{kind_of(block)}`", default, required])
    parts.append(section("Inputs", ["Name", "Description", "Type", "Default", "Required"], rows))
    outputs = [[f"`{name}`", text(block["description"])] for name, block in sorted(found.outputs.items())]
    parts.append(section("Outputs", ["Name", "Description"], outputs))
    return "\n".join(parts)


def section(title: str, head: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return f"## {title}\n\nNone.\n"
    lines = [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]
    return f"## {title}\n\n" + "\n".join(lines) + "\n"


def parse(folder: Path) -> Folder:
    try:
        import hcl2
    except ImportError:
        raise Skipped("Python module hcl2 missing") from None
    found = Folder()
    for path in sorted(folder.glob("*.tf")):
        with path.open() as file:
            read(found, hcl2.load(file))
    for kind, blocks in (("variable", found.inputs), ("output", found.outputs)):
        for name, block in blocks.items():
            if len(text(block.get("description", ""))) < 8:
                raise Failed(f"{folder}: {kind} {name} has no description")
            if kind == "variable" and "type" not in block:
                raise Failed(f"{folder}: variable {name} has no type")
    return found


def read(found: Folder, content: dict[str, Any]) -> None:
    for block in content.get("terraform", []):
        if "required_version" in block:
            found.versions["terraform"] = one(block["required_version"])
        for providers in block.get("required_providers", []):
            for name, needs in providers.items():
                if isinstance(needs, dict):
                    found.versions[name] = needs["version"]
    for block in content.get("module", []):
        for name, body in block.items():
            found.modules[name] = one(body["source"])
    for kind, label in (("resource", "resource"), ("data", "data source"), ("ephemeral", "ephemeral resource")):
        for block in content.get(kind, []):
            found.resources |= {(f"{category}.{name}", label) for category, bodies in block.items() for name in bodies}
    for kind, blocks in (("variable", found.inputs), ("output", found.outputs)):
        for block in content.get(kind, []):
            for name, body in block.items():
                blocks[name] = {key: one(value) for key, value in body.items()}


def one(value: Any) -> Any:
    """hcl2 gives every attribute of a block as a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def text(value: str) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def kind_of(block: dict[str, Any]) -> str:
    return re.sub(r"\s+", " ", str(block["type"]).removeprefix("${").removesuffix("}"))


def short(value: Any) -> str:
    """The default as JSON; what a long list holds is in the file."""
    said = json.dumps(value)
    return said if len(said) <= 80 else f"{said[:70]}…"
