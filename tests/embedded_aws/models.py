"""Requests and answers against AWS's own service models, as botocore ships them.

moto reads what it needs of a request and passes over the rest, and it answers what its authors wrote down. AWS refuses
what its models do not have, and never answers it. So every request is read here by its operation's model (required
members, types, ranges, lengths, patterns, enums, unknown parameters) and refused as AWS refuses it, and every answer,
moto's and our own, is held against the model too: what is wrong there is a fault of this fake, and fails the test run.

The models: https://github.com/boto/botocore/tree/develop/botocore/data
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, ServiceModel, Shape
from moto.core.utils import get_service_model

from . import java_patterns

# The names by which requests are signed, where botocore calls the service otherwise.
NAMES = {"tagging": "resourcegroupstaggingapi", "monitoring": "cloudwatch"}
# Two services of one signing name, told apart by their version.
ELASTIC_LOAD_BALANCING = {"2012-06-01": "elb", "2015-12-01": "elbv2"}

# The code with which a service refuses a request that its model does not allow, from its own list of errors.
# Of services not named here: `ValidationException` where they speak JSON, `ValidationError` where they speak XML
# (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonErrors.html and each service's "Common errors").
REFUSAL = {
    "budgets": "InvalidParameterException",
    "ecs": "InvalidParameterException",
    "eks": "InvalidParameterException",
    "pricing": "InvalidParameterException",
    "rds": "InvalidParameterValue",
    "ec2": "InvalidParameterValue",
    "s3": "InvalidRequest",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
    "tagging": "InvalidParameterException",
}
MISSING = {"ec2": "MissingParameter", "rds": "MissingParameter", "sqs": "MissingParameter"}
UNKNOWN = {"ec2": "UnknownParameter"}


class NoModel(LookupError):
    """There is no such service, or it has no such operation."""


@dataclass
class Asked:
    """A request as its model reads it."""

    operation: str
    parameters: dict[str, Any]
    problems: list[str] = field(default_factory=list)
    code: str = ""
    """The code it is refused with, if there are problems."""


@cache
def service(signing_name: str, version: str = "") -> ServiceModel:
    name = NAMES.get(signing_name, signing_name)
    if name == "elasticloadbalancing":
        name = ELASTIC_LOAD_BALANCING.get(version, "elbv2")
    try:
        # moto has read the same file: EC2's takes a quarter of a second.
        read = get_service_model(name)._service_description
    except UnknownServiceError:
        raise NoModel(f"botocore knows no service {signing_name}") from None
    return ServiceModel(read, name)


def preload(*signing_names: str) -> None:
    """Reads models before they are asked for, for a process that is forked afterwards."""
    for name in signing_names:
        service(name)


@cache
def operation(signing_name: str, name: str, version: str = "") -> OperationModel:
    model = service(signing_name, version)
    if name not in model.operation_names:
        raise NoModel(f"{model.service_name} has no operation {name}")
    return model.operation_model(name)


# Requests


def read_form(signing_name: str, action: str, version: str, form: dict[str, str]) -> Asked:
    """A request of the query protocols."""
    model = operation(signing_name, action, version)
    ec2 = signing_name == "ec2"
    reader = _FormReader(ec2)
    parameters = reader.structure(_tree(form), model.input_shape, "")
    return _checked(signing_name, model, parameters, reader.problems)


def read_json(signing_name: str, action: str, body: bytes) -> Asked:
    """A request of the JSON protocols."""
    model = operation(signing_name, action)
    problems: list[str] = []
    try:
        sent = json.loads(body or b"{}")
    except ValueError:
        return Asked(action, {}, ["the body is no JSON"], "SerializationException")
    parameters = _json_value(sent, model.input_shape, "", problems) if model.input_shape else {}
    return _checked(signing_name, model, parameters if isinstance(parameters, dict) else {}, problems)


def read_rest(signing_name: str, method: str, path: str, query: str, body: bytes) -> Asked:
    """A request of the REST protocol with JSON."""
    model, labels = _route(signing_name, method, path)
    shape = model.input_shape
    problems: list[str] = []
    sent: dict[str, Any] = {}
    known_query: set[str] = set()
    pairs = parse_qsl(query, keep_blank_values=True)
    in_body = {}
    for name, member in shape.members.items() if shape else ():
        location, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "uri":
            sent[name] = labels[wire]
        elif location == "querystring":
            known_query.add(wire)
            values = [value for key, value in pairs if key == wire]
            if values:
                sent[name] = _scalars(values, member)
        elif location is None:
            in_body[name] = member
    problems += [f'Unknown parameter in query: "{key}"' for key, _ in pairs if key not in known_query]
    text = body.strip()
    if text:
        try:
            given = json.loads(text)
        except ValueError:
            return Asked(model.name, sent, ["the body is no JSON"], "InvalidRequestException")
        by_wire = {member.serialization.get("name", name): (name, member) for name, member in in_body.items()}
        for key, value in given.items() if isinstance(given, dict) else ():
            if key in by_wire:
                name, member = by_wire[key]
                sent[name] = _json_value(value, member, name, problems)
            else:
                problems.append(f'Unknown parameter in input: "{key}"')
    return _checked(signing_name, model, sent, problems)


def read_object(method: str, path: str, query: str) -> Asked:
    """The few requests of S3 that are read here: of objects and buckets, by path; what is in them is moto's."""
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    # The SDKs name the operation in the query where nothing else tells them apart.
    asked = {name for name, _ in parse_qsl(query, keep_blank_values=True)} - {"x-id"}
    names = {("GET", True): "GetObject", ("HEAD", True): "HeadObject", ("PUT", True): "PutObject", ("PUT", False): "CreateBucket"}
    name = names.get((method, bool(key)))
    if name is None or asked:
        raise NoModel(f"S3 is not read here beyond objects: {method} {path}?{query}")
    return Asked(name, {"Bucket": bucket, **({"Key": key} if key else {})})


def _checked(signing_name: str, model: OperationModel, parameters: dict[str, Any], problems: list[str]) -> Asked:
    unknown = len(problems)
    if model.input_shape:
        _validate(parameters, model.input_shape, "", problems)
    if not problems:
        return Asked(model.name, parameters)
    xml = model.service_model.metadata["protocol"] in ("query", "ec2")
    code = REFUSAL.get(signing_name, "ValidationError" if xml else "ValidationException")
    if problems[0].startswith("Missing"):
        code = MISSING.get(signing_name, code)
    elif unknown and problems[0].startswith("Unknown"):
        code = UNKNOWN.get(signing_name, code)
    return Asked(model.name, parameters, problems, code)


@cache
def _routes(signing_name: str) -> list[tuple[str, re.Pattern[str], OperationModel]]:
    model = service(signing_name)
    routes = []
    for name in model.operation_names:
        one = model.operation_model(name)
        path = one.http["requestUri"].split("?")[0]
        parts = re.split(r"(\{[^}]+\})", path)
        text = "".join(
            (f"(?P<{part[1:-1].rstrip('+')}>{'.+' if part.endswith('+}') else '[^/]+'})" if part.startswith("{") else re.escape(part)) for part in parts
        )
        routes.append((one.http["method"], re.compile(text), one))
    return routes


def _route(signing_name: str, method: str, path: str) -> tuple[OperationModel, dict[str, str]]:
    for its_method, pattern, model in _routes(signing_name):
        if its_method == method and (found := pattern.fullmatch(path)):
            return model, {name: unquote(value) for name, value in found.groupdict().items()}
    raise NoModel(f"{signing_name} has no operation {method} {path}")


def _scalars(values: list[str], shape: Shape) -> Any:
    if shape.type_name == "list":
        return [_scalar(value, shape.member) for value in values]
    return _scalar(values[0], shape)


def _scalar(value: str, shape: Shape) -> Any:
    """The value, or the text as it came where it is none; `_validate` says so then."""
    try:
        if shape.type_name in ("integer", "long"):
            return int(value)
        if shape.type_name in ("float", "double"):
            return float(value)
        if shape.type_name == "boolean":
            return {"true": True, "false": False}[value.lower()]
    except (ValueError, KeyError):
        return value
    return value


def _tree(form: dict[str, str]) -> dict[str, Any]:
    """`Tags.member.1.Key=x` as nested dictionaries; a text and things under it cannot both be."""
    tree: dict[str, Any] = {}
    for key, value in form.items():
        parts = key.split(".")
        node = tree
        for part in parts[:-1]:
            below = node.setdefault(part, {})
            if not isinstance(below, dict):
                below = node[part] = {"": below}
            node = below
        node[parts[-1]] = value
    return tree


class _FormReader:
    def __init__(self, ec2: bool) -> None:
        self.ec2 = ec2
        self.problems: list[str] = []

    def structure(self, tree: Any, shape: Shape | None, place: str) -> dict[str, Any]:
        if not isinstance(tree, dict):
            # An empty structure or list is sent as `Name=`.
            if tree:
                self.problems.append(f"Invalid type for parameter {place}: {tree!r}")
            return {}
        read = {}
        left = dict(tree)
        for name, member in shape.members.items() if shape else ():
            wire = self.wire_name(name, member)
            if wire in left:
                read[name] = self.value(left.pop(wire), member, f"{place}.{name}".lstrip("."))
        self.problems += [f'Unknown parameter in {place or "input"}: "{key}"' for key in left]
        return read

    def wire_name(self, name: str, member: Shape) -> str:
        serial = member.serialization
        if self.ec2:
            # https://github.com/boto/botocore/blob/develop/botocore/serialize.py (EC2Serializer)
            alias = serial.get("queryName") or serial.get("name", name)
            return str(alias if serial.get("queryName") else alias[0].upper() + alias[1:])
        if member.type_name in ("list", "map") and serial.get("flattened") and member.type_name == "list":
            return str(member.member.serialization.get("name") or serial.get("name", name))
        return str(serial.get("name", name))

    def value(self, tree: Any, shape: Shape, place: str) -> Any:
        kind = shape.type_name
        if kind == "structure":
            return self.structure(tree, shape, place)
        if kind == "list":
            return self.items(tree, shape, place)
        if kind == "map":
            return self.pairs(tree, shape, place)
        if isinstance(tree, dict):
            self.problems.append(f"Invalid type for parameter {place}: a {kind} has nothing under it")
            return ""
        return _scalar(tree, shape)

    def items(self, tree: Any, shape: Shape, place: str) -> list[Any]:
        if isinstance(tree, dict) and not self.ec2 and not shape.serialization.get("flattened"):
            wire = shape.member.serialization.get("name", "member")
            self.problems += [f'Unknown parameter in {place}: "{key}"' for key in tree if key != wire]
            tree = tree.get(wire, {})
        if not isinstance(tree, dict):
            if tree:
                self.problems.append(f"Invalid type for parameter {place}: {tree!r} is no list")
            return []
        if wrong := [key for key in tree if not key.isdecimal()]:
            self.problems.append(f'Unknown parameter in {place}: "{wrong[0]}"')
        numbered = sorted((key for key in tree if key.isdecimal()), key=int)
        return [self.value(tree[key], shape.member, f"{place}[{key}]") for key in numbered]

    def pairs(self, tree: Any, shape: Shape, place: str) -> dict[str, Any]:
        if not isinstance(tree, dict):
            return {}
        if not shape.serialization.get("flattened"):
            tree = tree.get("entry", {})
        key_name, value_name = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        entries = tree.values() if isinstance(tree, dict) else ()
        return {entry.get(key_name, ""): self.value(entry.get(value_name, ""), shape.value, place) for entry in entries if isinstance(entry, dict)}


def _json_value(sent: Any, shape: Shape, place: str, problems: list[str]) -> Any:
    """By the names of the model; what it does not have is told and left out."""
    kind = shape.type_name
    if kind == "structure" and isinstance(sent, dict):
        if getattr(shape, "is_document_type", False):
            return sent
        wire = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
        read = {}
        for key, value in sent.items():
            if key not in wire:
                problems.append(f'Unknown parameter in {place or "input"}: "{key}"')
            elif value is not None:
                name, member = wire[key]
                read[name] = _json_value(value, member, f"{place}.{name}".lstrip("."), problems)
        return read
    if kind == "list" and isinstance(sent, list):
        return [_json_value(value, shape.member, f"{place}[{index}]", problems) for index, value in enumerate(sent)]
    if kind == "map" and isinstance(sent, dict):
        return {key: _json_value(value, shape.value, f"{place}.{key}", problems) for key, value in sent.items()}
    if kind == "blob" and isinstance(sent, str):
        try:
            return base64.b64decode(sent, validate=True)
        except binascii.Error:
            problems.append(f"Invalid type for parameter {place}: no base64")
            return b""
    return sent


# Values


def _validate(value: Any, shape: Shape, place: str, problems: list[str]) -> None:
    """https://smithy.io/2.0/spec/constraint-traits.html: required, length, range, pattern, enum; and the type."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            problems.append(f"Invalid type for parameter {place}: {value!r} is no structure")
            return
        if getattr(shape, "is_document_type", False):
            return
        for name in shape.metadata.get("required", ()):
            if value.get(name) is None:
                problems.append(f"Missing required parameter in {place or 'input'}: {name!r}")
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            problems.append(f"Invalid value for parameter {place}: a union has one member, not {sorted(value)}")
        for name, member in shape.members.items():
            if value.get(name) is not None:
                _validate(value[name], member, f"{place}.{name}".lstrip("."), problems)
        return
    if kind == "list":
        if not isinstance(value, list):
            problems.append(f"Invalid type for parameter {place}: {value!r} is no list")
            return
        _bounds(len(value), shape, place, "length", problems)
        for index, one in enumerate(value):
            _validate(one, shape.member, f"{place}[{index}]", problems)
        return
    if kind == "map":
        if not isinstance(value, dict):
            problems.append(f"Invalid type for parameter {place}: {value!r} is no map")
            return
        _bounds(len(value), shape, place, "length", problems)
        for key, one in value.items():
            _validate(key, shape.key, f"{place} (key)", problems)
            _validate(one, shape.value, f"{place}.{key}", problems)
        return
    if kind in ("string", "char"):
        if not isinstance(value, str):
            problems.append(f"Invalid type for parameter {place}: {value!r} is no string")
            return
        _bounds(len(value), shape, place, "length", problems)
        allowed = getattr(shape, "enum", None) or ()
        if allowed and value not in allowed:
            problems.append(f"Invalid value for parameter {place}: {value!r} is none of {', '.join(allowed)}")
        wanted = shape.metadata.get("pattern")
        if wanted and (pattern := _pattern(wanted)) and not java_patterns.fits(pattern, value):
            problems.append(f"Invalid value for parameter {place}: {value!r} does not match {wanted}")
        return
    if kind in ("integer", "long"):
        if not isinstance(value, int) or isinstance(value, bool):
            problems.append(f"Invalid type for parameter {place}: {value!r} is no integer")
            return
        _bounds(value, shape, place, "value", problems)
        return
    if kind in ("float", "double"):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            problems.append(f"Invalid type for parameter {place}: {value!r} is no number")
            return
        _bounds(value, shape, place, "value", problems)
        return
    if kind == "boolean" and not isinstance(value, bool):
        problems.append(f"Invalid type for parameter {place}: {value!r} is no boolean")
    if kind == "timestamp" and not _is_time(value):
        problems.append(f"Invalid type for parameter {place}: {value!r} is no timestamp")


def _bounds(size: float, shape: Shape, place: str, what: str, problems: list[str]) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        problems.append(f"Invalid {what} for parameter {place}: {size}, at least {low}")
    if high is not None and size > high:
        problems.append(f"Invalid {what} for parameter {place}: {size}, at most {high}")


def _is_time(value: Any) -> bool:
    if isinstance(value, (int, float, datetime)) and not isinstance(value, bool):
        return True
    try:
        datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return _is_number(str(value))
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str] | None:
    return java_patterns.compiled(text)


# Answers


def wrong_in_answer(asked: Asked, signing_name: str, version: str, body: bytes) -> list[str]:
    """What the model does not have of an answer, or has otherwise. S3's answers are objects, and have no shape here."""
    if signing_name == "s3":
        return []
    model = operation(signing_name, asked.operation, version)
    problems: list[str] = []
    if model.output_shape is None:
        return problems
    protocol = model.service_model.metadata["protocol"]
    if protocol in ("query", "ec2"):
        _xml_answer(body, model, protocol == "ec2", problems)
    else:
        try:
            answer = json.loads(body or b"{}")
        except ValueError:
            return ["the answer is no JSON"]
        read = _json_value(answer, model.output_shape, "", problems)
        _types(read, model.output_shape, "", problems)
    return problems


def _types(value: Any, shape: Shape, place: str, problems: list[str]) -> None:
    """Types and enums: an answer's lengths are AWS's own business, and its enums grow with time, but not here."""
    found: list[str] = []
    _validate(value, shape, place, found)
    problems += [one for one in found if one.startswith("Invalid type") or " is none of " in one]


def _xml_answer(body: bytes, model: OperationModel, ec2: bool, problems: list[str]) -> None:
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        problems.append(f"the answer is no XML: {error}")
        return
    wrapper = model.output_shape.serialization.get("resultWrapper")
    ignored = {"requestId", "ResponseMetadata"}
    if wrapper:
        found = next((one for one in root if _local(one) == wrapper), None)
        if found is None:
            if model.output_shape.members:
                problems.append(f"no {wrapper} in the answer")
            return
        root, ignored = found, set()
    _xml_structure(root, model.output_shape, "", problems, ignored, ec2)


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _xml_members(shape: Shape) -> dict[str, tuple[str, Shape, bool]]:
    """A structure's members by their elements: name, shape, whether each element is one of a list. Kept on the shape,
    because answers have thousands of structures."""
    known: dict[str, tuple[str, Shape, bool]] | None = shape.__dict__.get("_members_by_element")
    if known is None:
        known = {}
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            flat = member.type_name == "list" and bool(member.serialization.get("flattened"))
            if flat:
                wire, member = member.member.serialization.get("name", wire), member.member
            known[wire] = name, member, flat
        shape.__dict__["_members_by_element"] = known
    return known


def _xml_structure(element: ElementTree.Element, shape: Shape, place: str, problems: list[str], ignored: set[str], ec2: bool) -> None:
    by_wire = _xml_members(shape)
    for child in element:
        wire = _local(child)
        if wire in by_wire:
            name, member, _ = by_wire[wire]
            _xml_value(child, member, f"{place}.{name}" if place else name, problems, ec2)
        elif wire not in ignored:
            problems.append(f'Unknown member in {place or "the answer"}: "{wire}"')


def _xml_value(element: ElementTree.Element, shape: Shape, place: str, problems: list[str], ec2: bool) -> None:
    kind = shape.type_name
    if kind == "structure":
        _xml_structure(element, shape, place, problems, set(), ec2)
    elif kind == "list":
        wanted = shape.member.serialization.get("name", "item" if ec2 else "member")
        for child in element:
            if _local(child) != wanted:
                problems.append(f'Unknown member in {place}: "{_local(child)}", a list of {wanted}')
            _xml_value(child, shape.member, place, problems, ec2)
    elif kind == "map":
        _xml_pairs(element, shape, place, problems, ec2)
    elif len(element):
        problems.append(f"Invalid type for parameter {place}: a {kind} has nothing under it")
    elif kind == "string":
        if (allowed := shape.metadata.get("enum")) and (element.text or "") not in allowed:
            problems.append(f"Invalid value for parameter {place}: {element.text!r} is none of {', '.join(allowed)}")
    else:
        _types(_scalar(element.text or "", shape), shape, place, problems)


def _xml_pairs(element: ElementTree.Element, shape: Shape, place: str, problems: list[str], ec2: bool) -> None:
    key_name, value_name = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    for entry in element:
        parts = {_local(child): child for child in entry}
        if key_name not in parts or value_name not in parts:
            problems.append(f"{place}: an entry of a map has {key_name} and {value_name}, not {', '.join(parts)}")
            continue
        _xml_value(parts[value_name], shape.value, place, problems, ec2)
