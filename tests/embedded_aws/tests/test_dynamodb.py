"""Transactions are all or nothing, and quick on a large table."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from .case import EmbeddedAwsTest


def put(number: int, **condition: str) -> dict[str, Any]:
    item = {"pk": {"S": "state"}, "sk": {"S": f"item-{number:05}"}, "text": {"S": "x" * 200}}
    return {"Put": {"TableName": "ledger", "Item": item, **condition}}


class Transactions(EmbeddedAwsTest):
    seeded = False

    def setUp(self) -> None:
        super().setUp()
        self.dynamodb = self.aws.client("dynamodb")
        self.dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )

    def write(self, items: list[dict[str, Any]]) -> None:
        self.dynamodb.transact_write_items(TransactItems=items)

    def count(self) -> int:
        return int(self.dynamodb.scan(TableName="ledger", Select="COUNT")["Count"])

    def test_one_refusal_undoes_all(self) -> None:
        self.write([put(1)])
        with self.assertRaises(ClientError) as refused:
            self.write([put(2), put(1, ConditionExpression="attribute_not_exists(sk)")])
        self.assertEqual(refused.exception.response["Error"]["Code"], "TransactionCanceledException")
        self.assertEqual(self.count(), 1)

    def test_a_transaction_on_a_large_table_is_answered_in_time(self) -> None:
        for first in range(0, 1_000, 100):
            self.write([put(number) for number in range(first, first + 100)])
        begun = time.monotonic()
        self.write([put(number) for number in range(100)])
        # Copied deeply a hundred times, it would be half a minute.
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(self.count(), 1_000)
