"""The evaluator against the examples of AWS's own documentation, and against what it must refuse to judge."""

from __future__ import annotations

import pytest
from infra_checks.evaluator import NotUnderstood, Request, decision

BUCKET = "arn:aws:s3:::carlossalazar/x"


def policy(*statements: dict) -> list[dict]:
    return [{"Statement": list(statements)}]


def allow(action: str, resource: str = "*", **condition: dict) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **({"Condition": condition} if condition else {})}


def test_nothing_is_allowed_by_default() -> None:
    assert decision(policy(allow("s3:GetObject")), Request("s3:PutObject", BUCKET)) == "not allowed"


def test_a_deny_wins_wherever_it_stands() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": BUCKET}
    for policies in (policy(deny, allow("s3:*")), policy(allow("s3:*"), deny), policy(allow("s3:*")) + policy(deny)):
        assert decision(policies, Request("s3:GetObject", BUCKET)) == "denied"


def test_actions_match_in_any_case_and_resources_in_theirs() -> None:
    policies = policy(allow("S3:getobject", "arn:aws:s3:::Bucket/*"))
    assert decision(policies, Request("s3:GetObject", "arn:aws:s3:::Bucket/a/b")) == "allowed"
    assert decision(policies, Request("s3:GetObject", "arn:aws:s3:::bucket/a/b")) == "not allowed"


def test_keys_match_in_any_case_and_values_exactly() -> None:
    policies = policy(allow("rds:StopDBInstance", StringEquals={"aws:ResourceTag/Env": ["dev", "test"]}))
    assert decision(policies, Request("rds:StopDBInstance", "*", {"aws:resourcetag/env": "test"})) == "allowed"
    assert decision(policies, Request("rds:StopDBInstance", "*", {"aws:ResourceTag/Env": "Test"})) == "not allowed"
    assert decision(policies, Request("rds:StopDBInstance", "*")) == "not allowed"


# "Single-valued vs. multivalued context keys": ForAllValues is true of no values, ForAnyValue is not.
@pytest.mark.parametrize(
    ("operator", "keys", "expected"),
    [
        ("ForAllValues:StringEquals", ("a",), "allowed"),
        ("ForAllValues:StringEquals", ("a", "b"), "not allowed"),
        ("ForAllValues:StringEquals", None, "allowed"),
        ("ForAnyValue:StringEquals", ("a", "b"), "allowed"),
        ("ForAnyValue:StringEquals", ("b",), "not allowed"),
        ("ForAnyValue:StringEquals", None, "not allowed"),
    ],
)
def test_quantifiers(operator: str, keys: tuple[str, ...] | None, expected: str) -> None:
    context = {} if keys is None else {"aws:TagKeys": keys}
    assert decision(policy(allow("a:b", **{operator: {"aws:TagKeys": ["a"]}})), Request("a:b", "*", context)) == expected


def test_null_asks_whether_a_key_is_there() -> None:
    policies = policy(allow("a:b", Null={"aws:TagKeys": "false"}))
    assert decision(policies, Request("a:b", "*", {"aws:TagKeys": ("x",)})) == "allowed"
    assert decision(policies, Request("a:b", "*")) == "not allowed"


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "NotAction": "a:b", "Resource": "*"},
        allow("z:z", NumericLessThan={"x": "1"}),
        allow("a:b", "arn:aws:s3:::${aws:username}"),
        allow("a:b", **{"ForSome:StringEquals": {"k": "v"}}),
    ],
)
def test_what_it_does_not_know_it_does_not_judge(statement: dict) -> None:
    with pytest.raises(NotUnderstood):
        decision(policy(statement), Request("a:b", "arn:aws:s3:::x", {"k": "v"}))


def test_a_number_is_compared_as_one_and_must_be_there() -> None:
    policies = policy(allow("autoscaling:UpdateAutoScalingGroup", NumericLessThanEquals={"autoscaling:MaxSize": "100"}))
    for size, expected in (("9", "allowed"), ("100", "allowed"), ("101", "not allowed")):
        assert decision(policies, Request("autoscaling:UpdateAutoScalingGroup", "*", {"autoscaling:MaxSize": size})) == expected
    assert decision(policies, Request("autoscaling:UpdateAutoScalingGroup", "*")) == "not allowed"


# "Negated matching": true of a key that is not there, and of a value that none of the patterns matches.
def test_a_negated_operator_wants_no_pattern_to_match() -> None:
    policies = policy(allow("dynamodb:PutItem", **{"ForAllValues:StringNotLike": {"dynamodb:LeadingKeys": ["history#*", "held"]}}))
    for keys, expected in ((("state",), "allowed"), (("state", "held"), "not allowed"), (("history#x",), "not allowed")):
        assert decision(policies, Request("dynamodb:PutItem", "*", {"dynamodb:LeadingKeys": keys})) == expected
    single = policy(allow("s3:GetObject", StringNotLike={"aws:PrincipalTag/team": "x*"}))
    assert decision(single, Request("s3:GetObject", "*")) == "allowed"
