"""The JSON API's description (OpenAPI 3.1), written beside the code it describes."""

from __future__ import annotations

from typing import Any

from kg import __version__
from kg.query.names import KINDS


def _parameter(name: str, where: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    required = {"required": True} if where == "path" else {}
    return {"name": name, "in": where, "description": text, "schema": schema, **required}


def _response(text: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": text, "content": {"application/json": {"schema": reference}}}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


_TEXT: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": "integer"}
_ITEM: dict[str, Any] = {"$ref": "#/components/schemas/Item"}


def _many(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _search() -> dict[str, Any]:
    return {
        "operationId": "search",
        "summary": "Resources with a text in their label, an alias or title",
        "parameters": [
            _parameter("q", "query", "the text", _TEXT),
            _parameter("type", "query", "only of this kind", {"enum": list(KINDS)}),
            _parameter("limit", "query", "at most so many", {**_NUMBER, "default": 20}),
        ],
        "responses": {
            "200": _response("what was found, best first", "Found"),
            "400": _response("a parameter that cannot be read", "Problem"),
        },
    }


def _node() -> dict[str, Any]:
    return {
        "operationId": "node",
        "summary": "A paper or concept: what the graph knows about it, with evidence",
        "parameters": [
            _parameter("id", "path", "method/lora, paper/arxiv:2106.09685, ...", _TEXT),
            _parameter("page", "query", "of a concept's papers", {**_NUMBER, "default": 1}),
        ],
        "responses": {
            "200": _response("the resource", "Node"),
            "301": {"description": "an id of an earlier build; Location has the present one"},
            "404": _response("no such resource; the nearest names", "Problem"),
        },
    }


def _sparql() -> dict[str, Any]:
    return {
        "operationId": "query",
        "summary": "SPARQL 1.1 Protocol, query operation",
        "parameters": [_parameter("query", "query", "SELECT, ASK, CONSTRUCT, DESCRIBE", _TEXT)],
        "responses": {
            "200": {"description": "results, in the format that Accept asks for"},
            **{
                str(code): {"description": text}
                for code, text in (
                    (400, "not SPARQL 1.1, or not run here"),
                    (406, "no such format"),
                    (503, "too many queries, or one that needs too much memory"),
                    (504, "ran past the time-out"),
                )
            },
        },
    }


def openapi(server: str) -> dict[str, Any]:
    """Return the description of the API that stands at the URL ``server``."""
    item = _object(id=_TEXT, iri=_TEXT, url=_TEXT, label=_TEXT, type=_TEXT, papers=_NUMBER)
    hit = {"allOf": [_ITEM, _object(matched=_TEXT)]}
    node = _object(
        id=_TEXT, iri=_TEXT, url=_TEXT, kind=_TEXT, type=_TEXT, label=_TEXT, aliases=_many(_TEXT),
        broader=_many(_ITEM), narrower=_many(_ITEM), related=_many(_ITEM), evidence=_many(_ITEM),
        concepts=_many(_ITEM), linked_by=_many(_ITEM),
        links=_many(_object(link=_TEXT, kind=_TEXT)),
    )  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": "paperkg", "version": __version__, "license": {"name": "MIT"}},
        "servers": [{"url": server}],
        "paths": {
            "/api/search": {"get": _search()},
            "/api/node/{id}": {"get": _node()},
            "/sparql": {"get": _sparql()},
        },
        "components": {
            "schemas": {
                "Item": item,
                "Found": _object(query=_TEXT, count=_NUMBER, results=_many(hit)),
                "Node": node,
                "Problem": _object(error=_TEXT, nearest=_many(_ITEM)),
            }
        },
    }
