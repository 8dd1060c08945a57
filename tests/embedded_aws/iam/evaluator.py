"""Whether a policy allows a request, by AWS's documented logic: an explicit deny wins, then an allow, else denied.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

Written here because nothing on PyPI serves: moto enforces actions only (its source: "TODO add support for the
Resource and Condition parts"), Principal Mapper has not been importable since Python 3.10, and the IAM policy
simulator needs an account. It knows what our policies use and refuses anything else, so that a policy cannot
pass by means the evaluator does not understand. tests/infra/test_evaluator.py checks it against AWS's examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

KNOWN = {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}


class NotUnderstood(ValueError):
    """The policy uses something this evaluator does not know."""


@dataclass(frozen=True)
class Request:
    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Condition keys: a text, or a tuple for a key with many values such as aws:TagKeys."""


@dataclass(frozen=True)
class Principal:
    """Who asks, as policies of resources name it."""

    role: str
    """The ARN of the role whose session it is."""
    account: str


@dataclass(frozen=True)
class Verdict:
    """What the policies say, and which of their statements say it."""

    allowing: tuple[str, ...]
    denying: tuple[str, ...]

    @property
    def word(self) -> str:
        return "denied" if self.denying else "allowed" if self.allowing else "not allowed"


def decision(policies: Iterable[Mapping[str, Any]], request: Request) -> str:
    """`allowed`, `denied` (by a statement) or `not allowed` (by none)."""
    return verdict(policies, request).word


def verdict(policies: Iterable[Mapping[str, Any]], request: Request, principal: Principal | None = None) -> Verdict:
    """The same with the statements. A policy of a resource has principals, and is asked with one."""
    found: dict[str, list[str]] = {"Allow": [], "Deny": []}
    for policy in policies:
        for index, statement in enumerate(listed(policy["Statement"])):
            if applies(statement, request, principal):
                found[statement["Effect"]].append(statement.get("Sid", f"#{index + 1}"))
    return Verdict(tuple(found["Allow"]), tuple(found["Deny"]))


def applies(statement: Mapping[str, Any], request: Request, principal: Principal | None = None) -> bool:
    if unknown := set(statement) - KNOWN:
        raise NotUnderstood(f"element {', '.join(unknown)}")
    if ("Principal" in statement) != (principal is not None):
        raise NotUnderstood("a Principal is of policies of resources, and every statement of theirs has one")
    # Evaluated always, so that nothing hides behind an action that does not match.
    condition = conditions_hold(statement.get("Condition", {}), request.context)
    action = any(matches(pattern, request.action, ignore_case=True) for pattern in listed(statement["Action"]))
    # A trust policy speaks of the role that it belongs to and of nothing else.
    resource = any(matches(pattern, request.resource) for pattern in listed(statement.get("Resource", "*" if principal else [])))
    return action and resource and condition and (principal is None or is_meant(statement["Principal"], principal))


def is_meant(named: Any, principal: Principal) -> bool:
    """Whether a statement names this session of a role, not only its account.

    An account that is named hands the decision to its own policies (`delegates`).
    """
    if named == "*":
        return True
    if not isinstance(named, dict) or set(named) - {"AWS", "Service"}:
        raise NotUnderstood(f"principal {named}")
    return any(one in ("*", principal.role) for one in listed(named.get("AWS", [])))


def delegates(policy: Mapping[str, Any], request: Request, account: str) -> bool:
    """Whether a policy of a resource leaves it to the identity policies of an account."""
    root = re.compile(rf"arn:[a-z-]+:iam::{account}:root|{account}")
    for statement in listed(policy["Statement"]):
        named = statement.get("Principal")
        if statement["Effect"] == "Allow" and isinstance(named, dict) and any(root.fullmatch(one) for one in listed(named.get("AWS", []))):
            anybody = {**statement, "Principal": "*"}
            if applies(anybody, request, Principal("", account)):
                return True
    return False


def conditions_hold(conditions: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    """Every operator and every key must hold; one of a key's values is enough."""
    if not conditions:
        return True
    # Condition keys, the tag's own key included, match whatever their case.
    present = {key.lower(): value for key, value in context.items()}
    results = [
        holds(operator, present.get(key.lower()), [text(value) for value in listed(values)])
        for operator, keys in conditions.items()
        for key, values in keys.items()
    ]
    return all(results)


def text(value: Any) -> str:
    """JSON's true and false are the texts of the same name."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def number(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def numeric(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[str, str], bool]:
    def fits(value: str, wanted: str) -> bool:
        left, right = number(value), number(wanted)
        return left is not None and right is not None and compare(left, right)

    return fits


def matches_value(value: str, pattern: str) -> bool:
    return matches(pattern, value)


def arn_matches(value: str, pattern: str) -> bool:
    """Each of an ARN's six parts is compared for itself: a wildcard does not reach over a colon before the last."""
    values, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(values) == len(patterns) and all(map(matches, patterns, values))


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
COMPARE: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": matches_value,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "NumericEquals": numeric(lambda value, wanted: value == wanted),
    "NumericLessThan": numeric(lambda value, wanted: value < wanted),
    "NumericLessThanEquals": numeric(lambda value, wanted: value <= wanted),
    "NumericGreaterThan": numeric(lambda value, wanted: value > wanted),
    "NumericGreaterThanEquals": numeric(lambda value, wanted: value >= wanted),
}
# True of a value that none of those written fits, and of a key that is not there.
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
}


def holds(operator: str, present: str | tuple[str, ...] | None, wanted: list[str]) -> bool:
    quantifier, _, plain = operator.rpartition(":")
    if plain == "Null":
        return (present is None) == (wanted == ["true"])
    if any("${" in pattern for pattern in wanted):
        raise NotUnderstood(f"policy variable in {wanted}")
    if_exists = plain.endswith("IfExists")
    plain = plain.removesuffix("IfExists")
    negated = plain in NEGATED
    compare = COMPARE.get(NEGATED.get(plain, plain))
    if compare is None:
        raise NotUnderstood(f"operator {operator}")
    if if_exists and present is None:
        return True

    def fits(value: str) -> bool:
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


def matches(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """IAM's wildcards: * for any number of characters, ? for one."""
    if pattern == "*":
        return True
    return compiled(pattern, ignore_case).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    if "${" in pattern:
        raise NotUnderstood(f"policy variable in {pattern}")
    regex = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile(regex, re.IGNORECASE | re.DOTALL if ignore_case else re.DOTALL)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
