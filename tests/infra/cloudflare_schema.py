#!/usr/bin/env python3
"""Makes fixtures/cloudflare_schema.json: what infra/edge uses of the Cloudflare provider's own schema.

    npm pack @cdktf/provider-cloudflare@13.9.1
    tests/infra/cloudflare_schema.py cdktf-provider-cloudflare-13.9.1.tgz

The package is generated from `terraform providers schema` of the provider version that it names, and keeps every
attribute's type, nesting, and whether it is required, optional or computed. It does not keep which optional
attributes the provider also fills in by itself, nor which are sensitive: neither matters to `validate`. The answer has
the form of `terraform providers schema -json`.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
USED = re.compile(r'^(resource|data) "cloudflare_(\w+)"', re.M)

CLASS = re.compile(r"^class (\w+) extends cdktf\.(\w+) \{\n(.*?)^\}", re.M | re.S)
SIMPLE = re.compile(r"return (cdktf\.Fn\.tolist\()?this\.get(\w+)Attribute\('(\w+)'\)")
NESTED = re.compile(r"this\._\w+ = new (\w+)\(this, \"(\w+)\"(?:, (true|false))?\)")
ELEMENT = re.compile(r"return new (\w+)\(this\.terraformResource")
INTERFACE = re.compile(r"^export interface (\w+) (?:extends \S+ )?\{\n(.*?)^\}", re.M | re.S)
PROPERTY = re.compile(r"\{@link \S+#(\w+) [^}]+\}(?:(?!\{@link).)*?readonly \w+(\??): ([^;]+);", re.S)
VERSION = re.compile(r"providerVersion: '([\d.]+)'")

TYPES: dict[str, Any] = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    # How the generator writes what may be anything, such as a zone setting's value.
    "AnyMap": "dynamic",
    "string": "string",
}
CONTAINERS = {"ComplexList": "list", "ComplexMap": "map"}


@dataclass(frozen=True)
class Bindings:
    """One folder of the package: its classes by name, and what may be set of each structure."""

    classes: dict[str, tuple[str, str]]
    settable: dict[str, dict[str, bool]]

    @classmethod
    def read(cls, program: str, types: str) -> Bindings:
        classes = {name: (base, body) for name, base, body in CLASS.findall(program)}
        settable = {name: {key: mark == "" for key, mark, _ in PROPERTY.findall(body)} for name, body in INTERFACE.findall(types)}
        return cls(classes, settable)

    def attributes(self, name: str, interface: str) -> dict[str, Any]:
        _, body = self.classes[name]
        settable = self.settable.get(interface, {})
        found: dict[str, Any] = {}
        for wrapped, kind, key in SIMPLE.findall(body):
            type_ = TYPES[kind]
            found[key] = {"type": ["set", type_[1]] if wrapped else type_, **use(settable.get(key))}
        for kind, key, of_set in NESTED.findall(body):
            found[key] = {"nested_type": self.nested(kind, of_set == "true"), **use(settable.get(key))}
        if missing := set(settable) - set(found):
            raise SystemExit(f"{name}: no type found for {', '.join(sorted(missing))}: the package's form has changed")
        return dict(sorted(found.items()))

    def nested(self, name: str, of_set: bool) -> dict[str, Any]:
        base, body = self.classes[name]
        mode = CONTAINERS.get(base, "single")
        if mode != "single":
            (name,) = ELEMENT.findall(body)
        return {"attributes": self.attributes(name, name.removesuffix("OutputReference")), "nesting_mode": "set" if of_set else mode}


def use(required: bool | None) -> dict[str, bool]:
    """Who gives the value; what no structure lets one set, the provider does."""
    return {"computed": True} if required is None else {"required": True} if required else {"optional": True}


def made(package: tarfile.TarFile, used: set[tuple[str, str]]) -> dict[str, Any]:
    versions: set[str] = set()
    schemas: dict[str, dict[str, Any]] = {"resource": {}, "data": {}}
    for block, kind in sorted(used):
        folder = ("data-cloudflare-" if block == "data" else "") + kind.replace("_", "-")
        program, types = (text(package, f"package/lib/{folder}/index.{end}") for end in ("js", "d.ts"))
        bindings = Bindings.read(program, types)
        (name,) = [name for name, (base, _) in bindings.classes.items() if base in ("TerraformResource", "TerraformDataSource")]
        schemas[block][f"cloudflare_{kind}"] = {"version": 0, "block": {"attributes": bindings.attributes(name, f"{name}Config")}}
        versions |= set(VERSION.findall(program))
    types = text(package, "package/lib/provider/index.d.ts")
    body = dict(INTERFACE.findall(types))["CloudflareProviderConfig"]
    provider = {key: {"type": TYPES[kind], "optional": True} for key, _, kind in PROPERTY.findall(body) if key != "alias"}
    (version,) = versions
    return {
        "source": f"npm package @cdktf/provider-cloudflare {json.loads(text(package, 'package/package.json'))['version']}, by tests/infra/cloudflare_schema.py",
        "provider_version": version,
        "provider": {"version": 0, "block": {"attributes": provider}},
        "resource_schemas": schemas["resource"],
        "data_source_schemas": schemas["data"],
    }


def text(package: tarfile.TarFile, path: str) -> str:
    file = package.extractfile(path)
    if file is None:
        raise SystemExit(f"the package has no {path}")
    return file.read().decode()


def main(archive: Path) -> None:
    edge = HERE.parents[1] / "infra" / "edge"
    used = {found for path in edge.glob("*.tf") for found in USED.findall(path.read_text())}
    with tarfile.open(archive) as package:
        schema = made(package, used)
    (HERE / "fixtures" / "cloudflare_schema.json").write_text(json.dumps(schema, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
