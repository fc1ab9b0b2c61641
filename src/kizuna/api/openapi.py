"""The OpenAPI description, made from the same operations and structs as the routes."""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kizuna.api.operations import Operation
from kizuna.doors.answers import ErrorBody
from kizuna.doors.tree import Upload

_PATH_PARAMETER: Final = re.compile(r"\{(\w+)(?::\w+)?\}")
_REF: Final = "#/components/schemas/{name}"
_BODIES: Final = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
Json = dict[str, Any]  # a JSON schema is whatever JSON Schema says


def describe(operations: Sequence[Operation], title: str, version: str, url: str) -> Json:
    """The description of all operations, as OpenAPI 3.1."""
    params = [operation.params for operation in operations]
    answers = [operation.answer for operation in operations]
    kinds = [*params, *answers, ErrorBody]
    schemas, components = msgspec.json.schema_components(kinds, schema_hook=_hook, ref_template=_REF)
    paths: dict[str, Json] = {}
    for operation, asked, answer in zip(operations, schemas, schemas[len(params) :], strict=False):
        path = _PATH_PARAMETER.sub(r"{\1}", operation.route.path)
        fields = components[asked["$ref"].rpartition("/")[2]]
        paths.setdefault(path, {})[operation.route.method.lower()] = _operation(
            operation, asked, fields, answer
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation, asked: Json, fields: Json, answer: Json) -> Json:
    needs_token = operation.access != "anyone"
    described: Json = {
        "summary": operation.summary,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _PATH_PARAMETER.findall(operation.route.path)
        ],
        "security": [{"token": [operation.scope] if operation.scope else []}] + ([] if needs_token else [{}]),
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": answer}}},
            "4XX": {
                "description": "Refused",
                "content": {"application/json": {"schema": {"$ref": _REF.format(name="ErrorBody")}}},
            },
        },
    }
    if operation.route.method == "GET":
        described["parameters"] += _query(fields)
    elif fields.get("properties"):
        described["requestBody"] = {"content": {media: {"schema": asked} for media in _BODIES}}
    return described


def _query(fields: Json) -> list[Json]:
    required = fields.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in fields.get("properties", {}).items()
    ]


def _hook(kind: type) -> Json:
    if kind is Upload:
        return {"type": "string", "format": "binary"}
    raise NotImplementedError
