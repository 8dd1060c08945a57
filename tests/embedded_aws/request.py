"""What a request to AWS asks: service, action, region, parameters, whatever its protocol."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

# "AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-west-3/rds/aws4_request, SignedHeaders=…"
SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass
class AwsRequest:
    service: str
    action: str
    region: str
    parameters: dict[str, Any]
    key: str
    """The access key it was signed with."""
    protocol: str
    """How an error must be written: `query`, `ec2`, `json` or `xml`."""
    form: dict[str, str] | None = None
    """The fields of a query, without action and version."""
    version: str = ""
    body: bytes = b""
    rest: tuple[str, str, str] | None = None
    """Method, path and query of REST."""
    opaque: bool = False
    """Sent as CBOR, which boto3 alone speaks and which is not read here."""


def read(environ: dict[str, Any]) -> AwsRequest:
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service, region, key = (scope["service"].lower(), scope["region"], scope["key"]) if scope else ("unsigned", "", "")
    target = environ.get("HTTP_X_AMZ_TARGET")
    body = _body(environ)
    if target:
        return AwsRequest(service, target.rsplit(".", 1)[-1], region, _json(body), key, "json", body=body)
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        if "Action" in fields:
            action = fields.pop("Action")
            version = fields.pop("Version", "")
            protocol = "ec2" if service == "ec2" else "query"
            return AwsRequest(service, action, region, fields, key, protocol, form=fields, version=version)
    # REST: the action is the method and path, as AWS's own access logs have it.
    path = environ.get("PATH_INFO", "/")
    protocol = "xml" if service in ("s3", "route53", "cloudfront") else "json"
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    sent = _json(body) if protocol == "json" else {}
    # As it was sent: an ARN in a path has slashes of its own, which are escaped there.
    sent_path = environ.get("RAW_URI", path).partition("?")[0]
    rest = environ["REQUEST_METHOD"], sent_path, environ.get("QUERY_STRING", "")
    opaque = "cbor" in environ.get("CONTENT_TYPE", "") or environ.get("HTTP_SMITHY_PROTOCOL") is not None
    action = f"{environ['REQUEST_METHOD']} {path}"
    return AwsRequest(service, action, region, {**query, **sent}, key, protocol, body=body, rest=rest, opaque=opaque)


def error_answer(asked: AwsRequest, code: str, message: str) -> tuple[str, bytes]:
    """Content type and body of an error, as the request's protocol has it."""
    if asked.protocol == "json":
        return "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message}).encode()
    if asked.protocol == "query":
        return "text/xml", query_error(code, message).encode()
    code, message = _escaped(code), _escaped(message)
    if asked.protocol == "ec2":
        return "text/xml", (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            "<RequestID>00000000-0000-0000-0000-000000000000</RequestID></Response>"
        ).encode()
    return "text/xml", f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


def query_error(code: str, message: str) -> str:
    """An error in the query protocol: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization"""
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{_escaped(code)}</Code><Message>{_escaped(message)}</Message></Error>"
        "<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    )


def _body(environ: dict[str, Any]) -> bytes:
    """Reads the body and puts it back for moto. One of unknown length is left alone."""
    length = environ.get("CONTENT_LENGTH")
    if not length or not length.isdecimal():
        return b""
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _json(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
