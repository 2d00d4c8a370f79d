"""What an OpenAPI document is made of, one small function for each of its objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chat.answers import Problem
from chat.errors import BadMethod, BadRequest, Bug, NothingHere, Refusal
from handlers.wanted import PROBLEM, TEXT

Part = dict[str, Any]
Kinds = Iterable[type[Refusal]]

WORD: Part = {"type": "string"}
ANY: Part = {"type": "object"}
NUMBER: Part = {"type": "integer", "minimum": 0, "maximum": 10**16 - 1}
ANYWHERE = (BadRequest, Bug)
"""What any request may be refused by."""


def ref(kind: type) -> Part:
    """The schema of a type of ours."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def content(kinds: dict[str, Part]) -> Part:
    """Bodies, by their media type."""
    return {kind: {"schema": schema} for kind, schema in kinds.items()}


def header(words: str, schema: Part, required: bool = True) -> Part:
    return {"description": words, "required": required, "schema": schema}


ALLOW = header("What this address can be asked.", WORD)


def parameter(where: str, name: str, words: str, schema: Part) -> Part:
    here: Part = {"name": name, "in": where, "description": words, "schema": schema}
    # In a query, what is empty is as good as left out.
    more = {"path": {"required": True}, "query": {"allowEmptyValue": True}}
    return {**here, **more.get(where, {})}


def answer(words: str, kinds: dict[str, Part], **headers: Part) -> Part:
    found = {"description": words, "headers": headers, "content": content(kinds)}
    return {name: value for name, value in found.items() if value}


def refused(kinds: Kinds) -> Part:
    """The answers to what is refused in these ways, by their status."""
    by_status: dict[int, list[type[Refusal]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {str(status): refusal(status, by_status[status]) for status in sorted(by_status)}


def refusal(status: int, kinds: list[type[Refusal]], **headers: Part) -> Part:
    words = "\n".join(f"- `{kind.code}`: {kind.words}" for kind in kinds)
    codes = {"status": {"const": status}, "code": {"enum": [kind.code for kind in kinds]}}
    problem = {"allOf": [ref(Problem), {"properties": codes}]}
    later = [kind.retry_after is not None for kind in kinds]
    if any(later):
        wait = header("Seconds after which it may be taken.", NUMBER, required=all(later))
        headers = {**headers, "Retry-After": wait}
    return answer(words, {TEXT: WORD | {"pattern": f"^{status} "}, PROBLEM: problem}, **headers)


NO_SUCH_METHOD = {BadMethod.code: refusal(BadMethod.status, [BadMethod], Allow=ALLOW)}
"""Of no operation, but of what an address has none for."""


def operation(id: str, words: str, answers: Part, refusals: Kinds = (), **more: Any) -> Part:
    responses = {**answers, **refused((*ANYWHERE, *refusals))}
    return {"operationId": id, "summary": words, **more, "responses": responses}


def address(get: Part | None = None, **others: Any) -> Part:
    """What can be asked at an address; HEAD is GET without a body."""
    reads = {"get": get, "head": _without_bodies(get)} if get else {}
    methods = {"204": answer("Nothing but that.", {}, Allow=ALLOW)}
    nowhere = refused((*ANYWHERE, NothingHere))
    # It needs no id: nobody calls it by one.
    options = {"summary": "What can be asked here.", "responses": {**methods, **nowhere}}
    return {**others, **reads, "options": options}


def _without_bodies(get: Part) -> Part:
    bare = {
        status: {name: value for name, value in found.items() if name != "content"}
        for status, found in get["responses"].items()
    }
    return {**get, "operationId": f"{get['operationId']}_head", "responses": bare}


def page(id: str, words: str, kind: str, schema: Part) -> Part:
    """An address where there is one thing to be had."""
    return address(operation(id, words, {"200": answer(words, {kind: schema})}))
