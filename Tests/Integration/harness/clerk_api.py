"""clerk-api.yml: our description of the part of Clerk's Backend API that Segue uses, and what validates exchanges against it."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import yaml
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

FILE = Path(__file__).parent.parent / "clerk-api.yml"


def description() -> dict:
    """The file, with what any request may be answered written out for every operation."""
    made = yaml.safe_load(FILE.read_text())
    for operations in made["paths"].values():
        for name, operation in operations.items():
            if name != "parameters":
                operation["responses"] = made["x-every-operation"] | operation["responses"]
    return made


@cache
def _validator() -> OpenAPI:
    return OpenAPI.from_dict(_with_nulls(description()))


def _with_nulls(node):
    """`nullable` beside `oneOf` lets nothing through by the letter of OpenAPI 3.0; what Clerk means is that null is one of them."""
    if isinstance(node, list):
        return [_with_nulls(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _with_nulls(value) for key, value in node.items()}
    if made.get("nullable") and "oneOf" in made:
        made["oneOf"] = [*made["oneOf"], {"nullable": True, "enum": [None]}]
    return made


@dataclass
class Exchange:
    """A request to Clerk and its reply, as openapi-core wants to see them."""

    verb: str
    target: str
    fields: Headers
    content: bytes
    reply: httpx.Response

    # A request of openapi-core, which writes into the parameters what the path says.
    host_url = "http://127.0.0.1"

    @property
    def method(self) -> str:
        return self.verb.lower()

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def body(self) -> bytes | None:
        return self.content or None

    @cached_property
    def parameters(self) -> RequestParameters:
        query = ImmutableMultiDict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))
        return RequestParameters(query=query, header=self.fields, cookie=ImmutableMultiDict(), path={})

    @property
    def content_type(self) -> str:
        return self.fields.get("Content-Type", "application/json")

    def faults_of_the_request(self) -> list[str]:
        return [f"{self.verb} {self.target}: {fault}" for fault in _faults(lambda: _validator().validate_request(self))]

    def faults_of_the_reply(self) -> list[str]:
        reply = _Reply(self.reply)
        faults = _faults(lambda: _validator().validate_response(self, reply))
        return [f"{self.verb} {self.target}: {self.reply.status_code}: {fault}" for fault in faults]


class _Reply:
    def __init__(self, reply: httpx.Response):
        self.status_code, self.data = reply.status_code, reply.content
        self.headers = Headers(list(reply.headers.items()))
        self.content_type = reply.headers.get("Content-Type", "")


def _faults(validate) -> list[str]:
    try:
        validate()
        return []
    except OpenAPIError as fault:
        details = getattr(fault.__cause__, "schema_errors", None) or []
        return [f"{type(fault).__name__}: {fault}; " + "; ".join(f"{list(one.absolute_path)}: {one.message}" for one in details)]
