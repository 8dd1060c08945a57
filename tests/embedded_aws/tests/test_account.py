"""What an account shows to whoever examines it."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from .case import EmbeddedAwsTest

ROLE = "arn:aws:iam::123456789012:role/worker"
STOP = {
    "Effect": "Allow",
    "Action": "rds:StopDBInstance",
    "Resource": "arn:aws:rds:*:123456789012:db:*",
    "Condition": {"StringEquals": {"aws:ResourceTag/nightcap:environment": ["preprod"]}},
}
DENY = {"Effect": "Deny", "Action": "rds:*", "Resource": "arn:aws:rds:*:*:db:prod-db"}


class TheSimulator(EmbeddedAwsTest):
    seeded = False

    def setUp(self) -> None:
        super().setUp()
        self.iam = self.aws.client("iam")
        self.iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
        document = json.dumps({"Version": "2012-10-17", "Statement": [STOP, DENY]})
        self.iam.put_role_policy(RoleName="worker", PolicyName="fleet", PolicyDocument=document)

    def decision(self, resource: str, environment: str | None, action: str = "rds:StopDBInstance") -> str:
        entries: list[dict[str, Any]] = []
        if environment:
            key = "aws:ResourceTag/nightcap:environment"
            entries = [{"ContextKeyName": key, "ContextKeyValues": [environment], "ContextKeyType": "string"}]
        answer = self.iam.simulate_principal_policy(
            PolicySourceArn=ROLE,
            ActionNames=[action],
            ResourceArns=[f"arn:aws:rds:eu-west-3:123456789012:db:{resource}"],
            ContextEntries=entries,
        )
        return answer["EvaluationResults"][0]["EvalDecision"]

    def test_the_roles_own_policies_decide(self) -> None:
        self.assertEqual(self.decision("db", "preprod"), "allowed")
        self.assertEqual(self.decision("db", "prod"), "implicitDeny")
        self.assertEqual(self.decision("db", None), "implicitDeny")
        self.assertEqual(self.decision("prod-db", "preprod"), "explicitDeny")
        self.assertEqual(self.decision("db", "preprod", "rds:DeleteDBInstance"), "implicitDeny")

    def test_a_principal_that_is_not_there_is_an_error(self) -> None:
        with self.assertRaises(ClientError) as refused:
            self.iam.simulate_principal_policy(PolicySourceArn=f"{ROLE}-other", ActionNames=["rds:StopDBInstance"])
        self.assertEqual(refused.exception.response["Error"]["Code"], "NoSuchEntity")


class CostTags(EmbeddedAwsTest):
    seeded = False

    def test_a_tag_is_active_once_somebody_has_activated_it(self) -> None:
        ce = self.aws.client("ce")
        self.assertEqual(ce.list_cost_allocation_tags()["CostAllocationTags"], [])
        self.aws.post("account", {"cost_tags": {"nightcap:environment": "Active", "Team": "Inactive"}})
        tags = ce.list_cost_allocation_tags(TagKeys=["nightcap:environment"])["CostAllocationTags"]
        self.assertEqual([(tag["TagKey"], tag["Status"]) for tag in tags], [("nightcap:environment", "Active")])
