"""The evaluator against the examples of AWS's own documentation, and against what it must refuse to judge."""

from __future__ import annotations

import pytest
from embedded_aws.iam.evaluator import NotUnderstood, Principal, Request, decision, delegates, verdict

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
        allow("z:z", DateLessThan={"x": "2026-01-01T00:00:00Z"}),
        allow("a:b", StringEquals={"k": "${aws:username}"}),
        {"Effect": "Allow", "Principal": "*", "Action": "a:b", "Resource": "*"},
        allow("a:b", "arn:aws:s3:::${aws:username}"),
        allow("a:b", **{"ForSome:StringEquals": {"k": "v"}}),
    ],
)
def test_what_it_does_not_know_it_does_not_judge(statement: dict) -> None:
    with pytest.raises(NotUnderstood):
        decision(policy(statement), Request("a:b", "arn:aws:s3:::x", {"k": "v"}))


# "Numeric condition operators", "Boolean condition operators", "...IfExists condition operators".
@pytest.mark.parametrize(
    ("operator", "wanted", "value", "expected"),
    [
        ("NumericLessThanEquals", "10", "10", "allowed"),
        ("NumericLessThanEquals", "10", "9.5", "allowed"),
        ("NumericLessThanEquals", "10", "11", "not allowed"),
        ("NumericLessThanEquals", "10", None, "not allowed"),
        ("NumericLessThanEqualsIfExists", "10", None, "allowed"),
        ("NumericGreaterThan", "10", "ten", "not allowed"),
        ("NumericNotEquals", "10", "11", "allowed"),
        ("Bool", True, "true", "allowed"),
        ("Bool", "false", "true", "not allowed"),
        ("StringNotEquals", ["a", "b"], "c", "allowed"),
        ("StringNotEquals", ["a", "b"], "a", "not allowed"),
        ("StringNotEquals", "a", None, "allowed"),
        ("ArnLike", "arn:aws:sns:*:1:topic", "arn:aws:sns:eu-west-3:1:topic", "allowed"),
        ("ArnLike", "arn:aws:sns:*:topic", "arn:aws:sns:eu-west-3:1:topic", "not allowed"),
    ],
)
def test_operators(operator: str, wanted: object, value: str | None, expected: str) -> None:
    context = {} if value is None else {"a:k": value}
    assert decision(policy(allow("a:b", **{operator: {"a:k": wanted}})), Request("a:b", "*", context)) == expected


def test_statements_are_named_by_their_sids_or_places() -> None:
    policies = policy({"Sid": "First", **allow("a:*")}, allow("a:b"), {"Effect": "Deny", "Action": "a:c", "Resource": "*"})
    assert verdict(policies, Request("a:b", "x")).allowing == ("First", "#2")
    assert verdict(policies, Request("a:c", "x")).denying == ("#3",)


# "Principals": a role's ARN stands for its sessions, an account hands the decision to its own policies.
def test_a_policy_of_a_resource_names_who_may() -> None:
    def of(principal: object) -> dict:
        return {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sns:Publish", "Resource": "*"}]}

    role, asked = Principal("arn:aws:iam::1:role/x", "1"), Request("sns:Publish", "arn:aws:sns:eu-west-3:1:t")
    for principal, allowed in (("*", True), ({"AWS": role.role}, True), ({"AWS": "arn:aws:iam::1:role/y"}, False), ({"Service": "events.amazonaws.com"}, False)):
        assert bool(verdict([of(principal)], asked, role).allowing) == allowed
    account = of({"AWS": "arn:aws:iam::123456789012:root"})
    assert not verdict([account], asked, role).allowing
    assert delegates(account, asked, "123456789012") and not delegates(account, asked, "210987654321")


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
