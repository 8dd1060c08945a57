"""STS: a role is assumed by whom its trust policy lets in, with the external id that it asks for.

moto gives a session of any role to anybody. AWS answers `AccessDenied` unless the role's trust policy allows it, and
says no more of a role that is not there:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html

Functions are judged before (`iam/enforce.py`). Kinder than AWS: a role that no test made is assumed by any
administrator; a test that is about trust makes its role.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts.responses import TokenResponse
from werkzeug.exceptions import HTTPException

from .iam.evaluator import Principal, Request, delegates, verdict
from .request import query_error
from .world import corrects


class NotTrusted(HTTPException):
    """moto's own `AccessDeniedError` has an `<Errors>` around the error, which is EC2's form. botocore reads it all the same;
    the other SDKs look for `ErrorResponse/Error`, which is what STS sends, and would find no code."""

    code = 403

    def __init__(self, caller: str, role: str) -> None:
        super().__init__(query_error("AccessDenied", f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}"))

    def get_headers(self, *_: Any, **__: Any) -> list[tuple[str, str]]:
        return [("Content-Type", "text/xml")]


def install() -> None:
    original = TokenResponse.assume_role

    @corrects(TokenResponse)
    def assume_role(self: TokenResponse) -> ActionResult:
        arn, external = self._get_param("RoleArn"), self._get_param("ExternalId")
        trust = _trust(arn)
        # The administrator of the account that asks, as GetCallerIdentity calls them.
        caller = f"arn:aws:sts::{self.current_account}:user/moto"
        if trust is not None and not _lets(trust, arn, caller, self.current_account, external):
            raise NotTrusted(caller, arn)
        return original(self)


def _lets(trust: dict[str, Any], role: str, caller: str, account: str, external: str | None) -> bool:
    context = {"sts:ExternalId": external} if external else {}
    request = Request("sts:AssumeRole", role, context)
    said = verdict([trust], request, Principal(caller, account))
    return not said.denying and (bool(said.allowing) or delegates(trust, request, account))


def _trust(arn: str) -> dict[str, Any] | None:
    """The trust policy of a role that somebody made."""
    account, partition = arn.split(":")[4], arn.split(":")[1]
    role = next((one for one in iam_backends[account][partition].roles.values() if one.arn == arn), None)
    if role is None:
        return None
    text = role.assume_role_policy_document
    read = json.loads(unquote(text) if text.startswith("%") else text)
    return {**read, "Statement": read["Statement"] if isinstance(read["Statement"], list) else [read["Statement"]]}
