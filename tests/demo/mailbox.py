"""The mail as SNS delivered it, read back through the queue that is subscribed to the topic."""

from __future__ import annotations

import json
from dataclasses import dataclass

from embedded_aws.starter import Running


@dataclass(frozen=True)
class Mail:
    subject: str
    body: str


def empty(aws: Running, queue_url: str) -> list[Mail]:
    """Takes every mail out of the queue, oldest first."""
    sqs = aws.client("sqs")
    mails: list[tuple[str, Mail]] = []
    while found := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            # Raw delivery is off: the mail stands in SNS's envelope.
            envelope = json.loads(message["Body"])
            mails.append((envelope["Timestamp"], Mail(envelope.get("Subject") or "", envelope["Message"])))
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [mail for _, mail in sorted(mails, key=lambda item: item[0])]
