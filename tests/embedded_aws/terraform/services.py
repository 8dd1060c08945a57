"""Lambda, SQS, Budgets and S3: what moto does not answer Terraform. Each says why it is here."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.budgets.responses import BudgetsResponse
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.sqs import models as sqs_models

from ..world import corrects


def function_settings() -> None:
    """moto forgets a function's dead-letter queue and log settings, which the next plan would add again."""
    kept = ("DeadLetterConfig", "LoggingConfig")
    made = LambdaFunction.__init__
    configuration, update = LambdaFunction.get_configuration, LambdaFunction.update_configuration

    @corrects(LambdaFunction)
    def __init__(self: Any, account_id: str, spec: dict[str, Any], *rest: Any, **more: Any) -> None:
        made(self, account_id, spec, *rest, **more)
        self.terraform_settings = {key: spec[key] for key in kept if key in spec}

    @corrects(LambdaFunction)
    def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
        return {**configuration(self, on_create), **self.terraform_settings}

    @corrects(LambdaFunction)
    def update_configuration(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        self.terraform_settings.update({key: config_updates[key] for key in kept if key in config_updates})
        return update(self, config_updates)


def queue_policies() -> None:
    """AWS gives a redrive policy back without blanks, moto with: a difference to Terraform."""
    original = sqs_models.Queue.attributes.fget

    def attributes(self: Any) -> dict[str, Any]:
        found = original(self)
        if text := found.get("RedrivePolicy"):
            found["RedrivePolicy"] = json.dumps(json.loads(text), separators=(",", ":"))
        return found

    sqs_models.Queue.attributes = property(attributes)


def budget_subscribers() -> None:
    """moto keeps a notification's subscribers and a budget's tags nowhere they can be read; Terraform reads both
    on every refresh.
    """
    tags: dict[str, list[dict[str, str]]] = {}
    original = BudgetsResponse.create_budget

    @corrects(BudgetsResponse)
    def create_budget(self: Any) -> str:
        answer = original(self)
        arn = f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{self._get_param('Budget')['BudgetName']}"
        tags[arn] = self._get_param("ResourceTags") or []
        return answer

    def list_tags_for_resource(self: Any) -> str:
        return json.dumps({"ResourceTags": tags.get(self._get_param("ResourceARN"), [])})

    def describe_subscribers_for_notification(self: Any) -> str:
        budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
        wanted = {key: value for key, value in self._get_param("Notification").items() if key != "NotificationState"}
        for notification in budget.notifications:
            if all(notification.details.get(key) == value for key, value in wanted.items()):
                return json.dumps({"Subscribers": notification.subscribers})
        return json.dumps({"Subscribers": []})

    for added in (list_tags_for_resource, describe_subscribers_for_notification):
        setattr(BudgetsResponse, added.__name__, added)


def noncurrent_versions() -> None:
    """moto forgets how many old versions a life cycle keeps whatever their age; Terraform waits until S3 says it."""
    rule, kept = "NoncurrentVersionExpiration", "NewerNoncurrentVersions"
    put, get = FakeBucket.set_lifecycle, S3Response.get_bucket_lifecycle

    @corrects(FakeBucket)
    def set_lifecycle(self: Any, rules: list[dict[str, Any]]) -> None:
        put(self, rules)
        self.kept_versions = [given[rule].get(kept) for given in rules if rule in given]

    @corrects(S3Response)
    def get_bucket_lifecycle(self: Any) -> Any:
        status, headers, body = get(self)
        counts = iter(self.backend.get_bucket(self.bucket_name).kept_versions)
        fill = (f"<{kept}>{count}</{kept}>" if count else "" for count in counts)
        return status, headers, re.sub(f"<{rule}>", lambda tag: tag[0] + next(fill), body)
