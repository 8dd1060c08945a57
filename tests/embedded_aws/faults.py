"""Rules that make calls fail, as AWS's do: refused, throttled, slow, for all or for one resource."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

# The HTTP status that AWS sends with each code; anything else is a client's error.
STATUS_OF = {
    "AccessDenied": 403,
    "AccessDeniedException": 403,
    "UnauthorizedOperation": 403,
    "ExpiredToken": 403,
    "InvalidClientTokenId": 403,
    "InternalFailure": 500,
    "InternalError": 500,
    "ServiceUnavailable": 503,
}


@dataclass
class Fault:
    """One rule. Without `error` it only delays."""

    action: str = "*"
    """Pattern of the action's name: `StopDB*`."""
    service: str = "*"
    """Pattern of the service's signing name: `rds`."""
    resource: str | None = None
    """Only calls that name this resource, whole, in any parameter (or as the end of an ARN)."""
    error: str | None = None
    status: int | None = None
    message: str = ""
    times: int | None = None
    """How often it strikes before it is spent; for ever if absent."""
    after: int = 0
    """How many matching calls pass unharmed first."""
    delay_ms: int = 0
    seen: int = 0
    hits: int = 0

    def matches(self, service: str, action: str, parameters: dict[str, Any]) -> bool:
        return (
            fnmatchcase(action, self.action)
            and fnmatchcase(service, self.service)
            and (self.resource is None or _names(parameters, self.resource))
        )

    def strikes(self) -> bool:
        """Counts a matching call; true if this one is hit."""
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True

    @property
    def http_status(self) -> int:
        return self.status or STATUS_OF.get(self.error or "", 400)

    @property
    def text(self) -> str:
        return self.message or f"{self.error} (a fault set in the embedded AWS)"


class Faults:
    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def add(self, rule: dict[str, Any]) -> Fault:
        known = {item.name for item in fields(Fault)} - {"seen", "hits"}
        if unknown := sorted(set(rule) - known):
            raise ValueError(f"unknown key {', '.join(unknown)} in a fault; known: {', '.join(sorted(known))}")
        fault = Fault(**rule)
        self.rules.append(fault)
        return fault

    def strike(self, service: str, action: str, parameters: dict[str, Any]) -> Fault | None:
        """The first rule that hits this call."""
        for fault in self.rules:
            if fault.matches(service, action, parameters) and fault.strikes():
                return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.rules]


def _names(value: Any, resource: str) -> bool:
    if isinstance(value, dict):
        return any(_names(item, resource) for item in value.values())
    if isinstance(value, list):
        return any(_names(item, resource) for item in value)
    text = str(value)
    return text == resource or (text.startswith("arn:") and text.endswith((f":{resource}", f"/{resource}")))
