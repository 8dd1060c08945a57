"""DynamoDB: transactions that take milliseconds.

Before a transaction moto copies the whole table deeply, once for each item of it, to be able to go back: a hundred
items on a table of a hundred take a second, on one of a thousand half a minute. What only puts items replaces them
and changes none, so that a copy of the table's two levels of keys is enough.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from .world import corrects


def install() -> None:
    original = DynamoDBBackend.transact_write_items

    @corrects(DynamoDBBackend)
    def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        if any(list(item) != ["Put"] for item in transact_items):
            return original(self, transact_items)
        with _copied_by_keys():
            return original(self, transact_items)


@contextmanager
def _copied_by_keys() -> Iterator[None]:
    """Calls are served one at a time, so nobody else copies a table meanwhile."""
    copies: dict[str, Table] = {}

    def by_keys(table: Table, _: dict[int, Any]) -> Table:
        if table.name not in copies:
            copied = copy.copy(table)
            rows = {key: dict(row) if isinstance(row, dict) else row for key, row in table.items.items()}
            copied.items = defaultdict(dict, rows)
            copies[table.name] = copied
        return copies[table.name]

    Table.__deepcopy__ = by_keys  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del Table.__deepcopy__  # type: ignore[attr-defined]
