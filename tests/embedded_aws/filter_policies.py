"""SNS: filter policies that ask for an attribute that is not there.

moto delivers a message without any attributes to a subscription whose policy is `{"key": [{"exists": false}]}`. AWS
does not: "the message must have at least one attribute", for `exists: false` as well
(https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html). AWS Budgets and CloudWatch set none.
"""

from __future__ import annotations

from typing import Any

from moto.sns.utils import FilterPolicyMatcher

from .world import corrects


def install() -> None:
    original = FilterPolicyMatcher.matches

    @corrects(FilterPolicyMatcher)
    def matches(self: FilterPolicyMatcher, message_attributes: dict[str, Any] | None, message: str) -> bool:
        by_attributes = self.filter_policy_scope == "MessageAttributes"
        if self.filter_policy and by_attributes and not message_attributes:
            return False
        return original(self, message_attributes, message)
