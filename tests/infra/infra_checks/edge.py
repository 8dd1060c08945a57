"""infra/edge where the Cloudflare provider cannot be had: its blocks against the provider's published schema.

Not what `terraform validate` would find, which runs where the provider is; names and presence of every argument, and
what the platform asks of the record, the TLS mode and the credentials.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .step import Failed, Skipped

KEYS = ["S3_URL", "S3_BUCKET", "S3_REGION", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_ENDPOINT"]
Blocks = dict[str, dict[str, Any]]


def check(repository: Path) -> str:
    schema = json.loads((repository / "tests/infra/fixtures/cloudflare_schema.json").read_text())["types"]
    blocks = parse(repository / "infra" / "edge")
    wrong: list[str] = []
    for address, body in blocks.items():
        kind = address.split(".")[0]
        if kind.startswith("cloudflare_"):
            wrong += problems(address, kind, body, schema)
    wrong += [what for what, holds in demands(blocks) if not holds]
    if wrong:
        raise Failed("infra/edge:\n" + "\n".join(wrong))
    return f"{sum(address.startswith('cloudflare_') for address in blocks)} blocks have the arguments that the provider publishes"


def parse(folder: Path) -> Blocks:
    try:
        import hcl2
    except ImportError:
        raise Skipped("Python module hcl2 missing") from None
    blocks: Blocks = {}
    for path in sorted(folder.glob("*.tf")):
        with path.open() as file:
            content = hcl2.load(file)
        for block in [*content.get("resource", []), *content.get("data", [])]:
            blocks |= {f"{kind}.{name}": plain(body) for kind, named in block.items() for name, body in named.items()}
        for block in content.get("variable", []):
            blocks |= {f"var.{name}": plain(body) for name, body in block.items()}
    return blocks


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """hcl2 gives every attribute of a block as a list of one, and the lines it stood on."""
    return {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in body.items() if not key.startswith("__")}


def problems(address: str, kind: str, body: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    known = schema.get(kind)
    if known is None:
        yield f"{address}: {kind} is not in fixtures/cloudflare_schema.json: add it from the provider's documentation"
        return
    for name in sorted(set(known["required"]) - set(body)):
        yield f"{address}: {kind} needs {name}"
    for name in sorted(set(body) - set(known["required"]) - set(known["optional"])):
        yield f"{address}: {kind} has no argument {name}"
    for name, value in body.items():
        for nested in value if isinstance(value, list) else [value]:
            if isinstance(nested, dict):
                yield from problems(address, f"{kind}.{name}", nested, schema)


def demands(blocks: Blocks) -> list[tuple[str, bool]]:
    """What the platform's design says of the edge."""
    record, secret = blocks["cloudflare_dns_record.shop"], blocks["aws_secretsmanager_secret_version.media"]["secret_string"]
    return [
        ("the shop's record is not proxied to the load balancer", record["proxied"] is True and record["content"] == "${var.load_balancer_dns_name}"),
        ("TLS mode is not Full by default", blocks["var.tls_mode"]["default"] == "full"),
        ("the media bucket is not greenleaf-media", blocks["var.media_bucket_name"]["default"] == "greenleaf-media"),
        ("the credentials lack one of " + ", ".join(KEYS), all(f"'{key}'" in secret for key in KEYS) and "'S3_REGION': 'auto'" in secret),
    ]
