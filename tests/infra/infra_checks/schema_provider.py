"""A Terraform provider that has a schema and nothing else, for `validate` and `test` where the real one cannot be had.

Terraform is told of it by TF_REATTACH_PROVIDERS (how a provider under a debugger is used) and asks it over the plugin
protocol (https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol) what there is; values are checked
by Terraform itself. Nothing can be planned or applied with it: `terraform test` mocks that.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .step import Skipped

NESTING = {"single": 1, "list": 2, "set": 3, "map": 4}


@contextmanager
def serving(address: str, schema: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The setting by which Terraform finds the provider `address` here, while it lasts."""
    try:
        import grpc
        from tf.gen import tfplugin_pb2 as messages
        from tf.gen import tfplugin_pb2_grpc as protocol
    except ImportError as missing:
        raise Skipped(f"Python module {missing.name} missing") from None

    def attribute(name: str, one: dict[str, Any]) -> Any:
        use = {key: one.get(key, False) for key in ("required", "optional", "computed")}
        if nested := one.get("nested_type"):
            inner = [attribute(*item) for item in nested["attributes"].items()]
            kind = messages.Schema.Object(attributes=inner, nesting=NESTING[nested["nesting_mode"]])
            return messages.Schema.Attribute(name=name, nested_type=kind, **use)
        return messages.Schema.Attribute(name=name, type=json.dumps(one["type"]).encode(), **use)

    def message(one: dict[str, Any]) -> Any:
        attributes = [attribute(*item) for item in one["block"]["attributes"].items()]
        return messages.Schema(version=one["version"], block=messages.Schema.Block(attributes=attributes))

    class Provider(protocol.ProviderServicer):  # type: ignore[misc]
        """What Terraform calls before anything is planned; the rest answers UNIMPLEMENTED."""

        def GetProviderSchema(self, request: Any, context: Any) -> Any:
            return messages.GetProviderSchema.Response(
                provider=message(schema["provider"]),
                resource_schemas={name: message(one) for name, one in schema["resource_schemas"].items()},
                data_source_schemas={name: message(one) for name, one in schema["data_source_schemas"].items()},
            )

        def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
            return messages.ValidateProviderConfig.Response()

        def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
            return messages.ValidateResourceConfig.Response()

        def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
            return messages.ValidateDataResourceConfig.Response()

    server = grpc.server(ThreadPoolExecutor(4))
    protocol.add_ProviderServicer_to_server(Provider(), server)
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "provider"
        server.add_insecure_port(f"unix://{socket}")
        server.start()
        where = {"Network": "unix", "String": str(socket)}
        attached = {address: {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": where}}
        try:
            yield {"TF_REATTACH_PROVIDERS": json.dumps(attached)}
        finally:
            server.stop(None).wait()
