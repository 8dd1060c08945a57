"""Pages as AWS gives them: a limit asked for, an opaque token to go on."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any


class BadToken(ValueError):
    """The token is none that was handed out here."""


@dataclass
class Pages:
    """`limit` cuts every page down, whatever was asked for, so that tests need not make hundreds of things.
    AWS itself may send fewer than asked for: a caller that does not follow the token is wrong either way."""

    limit: int | None = None

    def cut(self, items: list[Any], asked: int, token: str | None) -> tuple[list[Any], str | None]:
        size = min(asked, self.limit) if self.limit else asked
        start = _offset(token)
        end = start + size
        return items[start:end], (_token(end) if end < len(items) else None)


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"nightcap:{offset}".encode()).decode()


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        mark, offset = base64.urlsafe_b64decode(token.encode()).decode().split(":")
    except (ValueError, binascii.Error) as error:
        raise BadToken(token) from error
    if mark != "nightcap" or not offset.isdecimal():
        raise BadToken(token)
    return int(offset)
