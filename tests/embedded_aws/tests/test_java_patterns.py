"""AWS's patterns are Java's: what they allow and what they refuse."""

from __future__ import annotations

import re
import unittest
from functools import cache

from botocore.session import Session

from ..java_patterns import CLASS, compiled, fits

# Of the services that the functions, the command and Terraform's modules ask.
SERVICES = (
    "application-autoscaling autoscaling budgets ce cloudwatch dynamodb ec2 ecs eks elbv2 events iam kms lambda logs "
    "pricing rds resourcegroupstaggingapi s3 scheduler sns sqs ssm sts"
).split()


@cache
def patterns() -> frozenset[str]:
    found = set()
    for service in SERVICES:
        for shape in Session().get_service_data(service)["shapes"].values():
            if "pattern" in shape:
                found.add(shape["pattern"])
    return frozenset(found)


class Patterns(unittest.TestCase):
    def test_no_pattern_of_these_services_goes_unchecked(self) -> None:
        unread = sorted(one for one in patterns() if compiled(one) is None)
        self.assertEqual(unread, [])
        self.assertTrue(any(CLASS.search(one) for one in patterns()))

    def test_classes_of_characters_hold_what_java_has_in_them(self) -> None:
        tag = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$"
        for pattern, good, bad in (
            (tag, ["", "nightcap:environment", "préprod 1", "環境", "٣"], ["a;b", "a\tb", "é!", "a\u200bb"]),
            (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", ["é"], ["", "a b;"]),
            (r"\p{Print}+", ["Nightcap 1!"], ["é", "a\nb", ""]),
            (r"^(?! )[\p{L}\p{N}\p{Z}-_]*(?<! )$", ["cost centre-1_"], [" a", "a ", "a+b"]),
            (r"[\P{C}]+", ["a é"], ["a\x07"]),
            (r"\p{Alpha}\p{Digit}", ["a1"], ["é1", "a٣"]),
            (r"[^\p{Cntrl}]*", ["é"], ["\x00"]),
            (r"\pL+", ["é"], ["1"]),
            (r"[\w-_]*", ["a-b_c"], ["a b"]),
            (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", ["a\U0001f319\n"], ["\x07"]),
            (r"^(?!a|(?i)b)[ab]+$", [], ["a", "b"]),
            (r"^(?!a|(?i)b)[A-Z]+$", ["AB"], ["BA"]),
        ):
            for value in good:
                with self.subTest(pattern=pattern, good=value):
                    self.assertTrue(fits(_(pattern), value))
            for value in bad:
                with self.subTest(pattern=pattern, bad=value):
                    self.assertFalse(fits(_(pattern), value))

    def test_without_anchors_a_pattern_holds_for_the_whole_value(self) -> None:
        self.assertTrue(fits(_(r"[\w+=,.@-]*"), "nightcap-1"))
        self.assertFalse(fits(_(r"[\w+=,.@-]*"), "a b"))
        self.assertTrue(fits(_(r"^arn:aws"), "arn:aws:iam::1"))


def _(text: str) -> re.Pattern[str]:
    pattern = compiled(text)
    assert pattern is not None
    return pattern
