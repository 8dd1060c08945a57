"""Whether a policy allows a request, by AWS's documented logic: an explicit deny wins, then an allow, else denied.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

Written here because nothing on PyPI serves: moto enforces actions only (its source: "TODO add support for the
Resource and Condition parts"), Principal Mapper has not been importable since Python 3.10, and the IAM policy
simulator needs an account. It knows what our policies use and refuses anything else, so that a policy cannot
pass by means the evaluator does not understand. tests/infra/test_evaluator.py checks it against AWS's examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

KNOWN = {"Sid", "Effect", "Action", "Resource", "Condition"}


class NotUnderstood(ValueError):
    """The policy uses something this evaluator does not know."""


@dataclass(frozen=True)
class Request:
    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Condition keys: a text, or a tuple for a key with many values such as aws:TagKeys."""


def decision(policies: Iterable[Mapping[str, Any]], request: Request) -> str:
    """`allowed`, `denied` (by a statement) or `not allowed` (by none)."""
    effects = [statement["Effect"] for policy in policies for statement in listed(policy["Statement"]) if applies(statement, request)]
    if "Deny" in effects:
        return "denied"
    return "allowed" if "Allow" in effects else "not allowed"


def applies(statement: Mapping[str, Any], request: Request) -> bool:
    if unknown := set(statement) - KNOWN:
        raise NotUnderstood(f"element {', '.join(unknown)}")
    # Evaluated always, so that nothing hides behind an action that does not match.
    condition = conditions_hold(statement.get("Condition", {}), request.context)
    action = any(matches(pattern, request.action, ignore_case=True) for pattern in listed(statement["Action"]))
    resource = any(matches(pattern, request.resource) for pattern in listed(statement["Resource"]))
    return action and resource and condition


def conditions_hold(conditions: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    """Every operator and every key must hold; one of a key's values is enough."""
    # Condition keys, the tag's own key included, match whatever their case.
    present = {key.lower(): value for key, value in context.items()}
    results = [
        holds(operator, present.get(key.lower()), [str(value) for value in listed(values)])
        for operator, keys in conditions.items()
        for key, values in keys.items()
    ]
    return all(results)


def holds(operator: str, present: str | tuple[str, ...] | None, wanted: list[str]) -> bool:
    quantifier, _, plain = operator.rpartition(":")
    if plain == "Null":
        return (present is None) == (wanted == ["true"])
    compare = {
        "StringEquals": lambda value, pattern: value == pattern,
        "StringEqualsIgnoreCase": lambda value, pattern: value.lower() == pattern.lower(),
        "StringLike": matches_value,
        "ArnEquals": matches_value,
        "ArnLike": matches_value,
        "StringNotLike": matches_value,
        "ArnNotLike": matches_value,
        "NumericLessThanEquals": lambda value, limit: float(value) <= float(limit),
        "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    }.get(plain)
    if compare is None:
        raise NotUnderstood(f"operator {operator}")

    negated = plain in ("StringNotLike", "ArnNotLike")

    def fits(value: str) -> bool:
        # A negated operator wants none of its patterns to match.
        return any(compare(value, pattern) for pattern in wanted) != negated

    if quantifier == "ForAllValues":
        return all(fits(value) for value in as_many(present))
    if quantifier == "ForAnyValue":
        return any(fits(value) for value in as_many(present))
    if quantifier:
        raise NotUnderstood(f"operator {operator}")
    if isinstance(present, tuple):
        raise NotUnderstood(f"{operator} without a quantifier on a key with many values")
    return negated if present is None else fits(present)


def as_many(present: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return () if present is None else (present,) if isinstance(present, str) else present


def matches_value(value: str, pattern: str) -> bool:
    return matches(pattern, value)


def matches(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """IAM's wildcards: * for any number of characters, ? for one."""
    if "${" in pattern:
        raise NotUnderstood(f"policy variable in {pattern}")
    regex = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch(regex, value, re.IGNORECASE if ignore_case else 0) is not None


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
