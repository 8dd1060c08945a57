"""infra/edge, whose Cloudflare provider cannot be had everywhere: `validate` and `terraform test` against the provider's
own schema, served by schema_provider.py; with the provider itself where it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import mocks, static
from .schema_provider import serving
from .step import Failed
from .terraform import OPENTOFU_FOLDER, PROVIDER_FOLDER, binary, copied, has_provider

FOLDER = Path("infra/edge")
PROVIDER = "cloudflare/cloudflare"
SCHEMA = "tests/infra/fixtures/cloudflare_schema.json"
# In the expression that picks the token's permission group, which mocks leave without a value.
PERMISSION = re.compile(r'permission_groups\s*=\s*\[for group in [\w.]+\.result : \{ id = group\.id \} if group\.name == "([^"]+)"\]')
WANTED = "Workers R2 Storage Bucket Item Write"


def check(repository: Path) -> str:
    picked = PERMISSION.findall((repository / FOLDER / "main.tf").read_text())
    if picked != [WANTED]:
        raise Failed(f"{FOLDER}: the media token's permission groups are {picked}, not just {WANTED}")
    schema: dict[str, Any] = json.loads((repository / SCHEMA).read_text())
    with copied(repository) as root, provider(schema) as (name, env):
        static.validate_one(root / FOLDER, env)
        count = mocks.test_one(root / FOLDER, env)
    return f"valid, and {count} runs of terraform test, by {name}"


@contextmanager
def provider(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """What stands in for the provider, and the settings with which Terraform finds it."""
    if has_provider(PROVIDER):
        yield f"the provider {PROVIDER}", {}
        return
    registry = OPENTOFU_FOLDER if Path(binary()).name.startswith("tofu") else PROVIDER_FOLDER
    with serving(f"{registry}/{PROVIDER}", schema) as env:
        yield f"the schema of {PROVIDER} {schema['provider_version']}", env
