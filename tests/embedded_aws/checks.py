"""What stands between a call and moto: the service's model, and the policies of who calls.

A defect is what must not be in a test run: a call of which nobody has said how AWS authorises it, a request that the
service's model does not allow, an answer that it does not have. The harness of every test asks for them at the end.
"""

from __future__ import annotations

import re
import traceback
from typing import Any

from moto.iam.models import get_account_id_from

from . import models
from .iam.actions import NotMapped
from .iam.enforce import Enforcement, Refusal
from .iam.evaluator import NotUnderstood
from .iam.roles import BadRole
from .request import AwsRequest
from .world import World

# How Terraform signs in the checks of infra/: its calls are hundreds of operations of two score services, of which the
# functions know none.
UNCHECKED_KEYS = ("test",)
SESSION = re.compile(rb"<AccessKeyId>([^<]+)</AccessKeyId>")


class Checks:
    def __init__(self, world: World) -> None:
        self._world = world
        self.iam = Enforcement()
        self.requests = 0
        self.answers = 0
        self.defects: list[dict[str, Any]] = []
        self._unchecked = set(UNCHECKED_KEYS)
        # By the number of the call: an answer is held against what was asked.
        self._asked: dict[int, models.Asked] = {}

    def forget(self) -> None:
        self.iam.forget()
        self.defects.clear()
        self._asked.clear()

    def as_json(self) -> dict[str, Any]:
        counts = {"iam": self.iam.checked, "requests": self.requests, "answers": self.answers}
        return {**counts, "defects": self.defects, "refused": self.iam.refused}

    def forget_defects(self) -> dict[str, Any]:
        self.defects.clear()
        self.iam.decisions.clear()
        return self.as_json()

    def account_of(self, key: str) -> str:
        """Whose calls these are."""
        role = self.iam.roles.of(key)
        return role.account if role else get_account_id_from(key)

    def of_request(self, asked: AwsRequest, entry: dict[str, Any]) -> Refusal | None:
        """Why this call is not made."""
        try:
            is_function = self.iam.roles.of(asked.key) is not None
        except BadRole as error:
            return self._unknown(entry, str(error))
        if not is_function and (asked.key in self._unchecked or asked.opaque or asked.service == "unsigned"):
            return None
        try:
            read = _read(asked)
        except models.NoModel as error:
            # An administrator may use more of S3 than is read here.
            return self._unknown(entry, str(error)) if is_function else None
        self.requests += 1
        if read.problems:
            self._defect(entry, "request", "; ".join(read.problems))
            return Refusal(read.code, 400, f"Parameter validation failed: {'; '.join(read.problems)}")
        self._asked[entry["sequence"]] = read
        if not is_function:
            return None
        try:
            return self.iam.refuse(asked.key, asked.service, read.operation, read.parameters, asked.region)
        except (NotMapped, NotUnderstood) as error:
            return self._unknown(entry, str(error))
        except Exception as error:  # noqa: BLE001: whatever goes wrong here must fail the test and not look like AWS's
            traceback.print_exc()
            return self._unknown(entry, repr(error))

    def of_answer(self, asked: AwsRequest, body: bytes, entry: dict[str, Any]) -> None:
        read = self._asked.pop(entry["sequence"], None)
        if read is None:
            # Terraform's session in another account is Terraform's too.
            if asked.key in self._unchecked and asked.action == "AssumeRole" and (found := SESSION.search(body)):
                self._unchecked.add(found[1].decode())
            return
        self.answers += 1
        if wrong := models.wrong_in_answer(read, asked.service, asked.version, body):
            self._defect(entry, "answer", "; ".join(dict.fromkeys(wrong)))
        if asked.service == "sts" and read.operation == "AssumeRole" and (found := SESSION.search(body)):
            self.iam.assumed(asked.key, read.parameters["RoleArn"], found[1].decode())

    def instead_of_error(self, asked: AwsRequest, entry: dict[str, Any]) -> Refusal | None:
        """S3 does not tell who may not list a bucket that an object is not in it: it says "Access Denied".

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html ("Permissions")
        """
        read = self._asked.pop(entry["sequence"], None)
        if read is None or asked.service != "s3" or entry["error"] != "NoSuchKey":
            return None
        bucket = f"arn:aws:s3:::{read.parameters['Bucket']}"
        return None if self.iam.may(asked.key, "s3:ListBucket", bucket) else Refusal("AccessDenied", 403, "Access Denied")

    def _unknown(self, entry: dict[str, Any], why: str) -> Refusal:
        self._defect(entry, "not-mapped", why)
        return Refusal("InternalFailure", 500, f"the embedded AWS cannot tell whether this is allowed: {why}")

    def _defect(self, entry: dict[str, Any], kind: str, what: str) -> None:
        entry["defect"] = what
        call = {key: entry[key] for key in ("sequence", "service", "action", "key")}
        self.defects.append({"kind": kind, "what": what, **call})


def _read(asked: AwsRequest) -> models.Asked:
    if asked.form is not None:
        return models.read_form(asked.service, asked.action, asked.version, asked.form)
    if asked.rest is None:
        return models.read_json(asked.service, asked.action, asked.body)
    method, path, query = asked.rest
    if asked.service == "s3":
        return models.read_object(method, path, query)
    return models.read_rest(asked.service, method, path, query, asked.body)
