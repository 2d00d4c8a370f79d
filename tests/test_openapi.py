"""The OpenAPI document is true: all that it says can be asked is answered as it says."""

import json
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from chat.errors import Refusal
from clients import EVENTS, LINES
from handlers import routes
from handlers.assets import AssetHandler, LibraryHandler
from handlers.openapi import document
from handlers.socket import SocketHandler
from handlers.wanted import HTML, JSON, TEXT
from process import ServerProcess

# Only by a socket, to whom a plain sender's close code speaks; or not by what is in the document.
BY_SOCKET = {
    "room_full",
    "too_many_rooms",
    *("binary_refused", "bad_echo", "bad_secret", "not_yours"),
    *("not_watched", "bad_close", "bad_payload"),
}
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = ServerProcess(tmp_path_factory.mktemp("openapi"), "--durability=process")
    yield server
    server.stop()


API = schemathesis.openapi.from_dict(document("broadcast", "cookie"))
OPERATIONS = [operation.ok() for operation in API.get_all_operations()]


def can_be_wrong(operation):
    """Whether there is anything in it that could be asked against the document."""
    return any(operation.iter_parameters()) or bool(operation.body)


CASES = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.value}")
    for operation in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or can_be_wrong(operation)
]


@pytest.mark.parametrize("accept", [TEXT, JSON, HTML])
@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_whatever_is_asked_is_answered_as_the_document_says(server, operation, accept, mode):
    @settings(max_examples=15, derandomize=True, database=None, deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case):
        # What goes on has no end to be looked at: it has tests of its own (test_follow.py).
        case.query = {name: value for name, value in case.query.items() if name != "follow"}
        case.query |= {"wait": "0"} if "wait" in case.query else {}
        response = case.call(base_url=server.url, headers={"Accept": accept}, timeout=10)
        case.validate_response(response, checks=CHECKS)

    ask()


def test_every_address_of_http_is_in_it_and_no_other(services):
    documented = set(document("broadcast", "cookie")["paths"])
    served = {path_of(route) for route in routes(services) if is_http(route)}
    assert documented == served


def is_http(route):
    return not issubclass(route[1], SocketHandler | AssetHandler | LibraryHandler)


def path_of(route):
    """A route's pattern as the document writes it."""
    pattern = getattr(route[0], "regex", None)
    path = pattern.pattern if pattern else route[0]
    path = path.removesuffix("$").replace("/([0-9]{1,16})", "/{id}")
    return re.sub(r"\(\[\^/\]\+\)", "{room}", path)


def test_every_refusal_that_is_answered_by_http_is_in_it():
    said = json.dumps(document("broadcast", "cookie"))
    codes = {kind.code for kind in Refusal.__subclasses__()}
    assert {code for code in codes if f'"{code}"' not in said} == BY_SOCKET


async def test_every_answer_says_where_the_document_is(http_client, http_server, base_url):
    for path in ("/", "/r/ops", "/-/rooms"):
        answer = await http_client.fetch(base_url + path, headers={"Accept": "*/*"})
        where = re.match(r'<(.*?)>; rel="service-desc"', answer.headers["Link"])[1]
        found = await http_client.fetch(base_url + where)
        assert json.loads(found.body)["openapi"].startswith("3.1.")


def test_its_schemas_are_json_schema():
    for part in document("broadcast", "cookie")["components"]["schemas"].values():
        Draft202012Validator.check_schema(part)


@pytest.mark.parametrize("accept", [EVENTS, LINES])
async def test_what_goes_on_has_the_type_that_it_says(clients, accept):
    stream = await clients.follow("/r/ops", accept)
    types = document("broadcast", "c")["paths"]["/r/{room}"]["get"]["responses"]["200"]["content"]
    assert accept in types
    assert f"Content-Type: {accept}\r\n" in stream.head
