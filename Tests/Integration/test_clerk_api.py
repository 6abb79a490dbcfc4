"""clerk-api.yml, our own description of the part of Clerk's API that Segue uses, against Clerk's published one."""

import os
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate

from harness import published
from harness.clerk_api import description

NAME = "clerk-bapi-2026-05-12.yml"
BESIDE = Path(__file__).parents[3] / "shared" / "reference" / NAME


@pytest.fixture(scope="module")
def clerks() -> dict:
    """SEGUE_CLERK_API_FILE names the published file; otherwise it may lie beside the clone."""
    named = os.environ.get("SEGUE_CLERK_API_FILE")
    file = Path(named) if named else BESIDE
    if not file.exists():
        assert not named, f"SEGUE_CLERK_API_FILE names {file}, which is not there"
        pytest.skip(f"there is no {file}; name Clerk's published {NAME} in SEGUE_CLERK_API_FILE")
    return yaml.load(file.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def test_our_description_is_one():
    validate(description())


def test_ours_promises_what_clerks_does(clerks):
    faults = published.compare(description(), clerks)
    assert not faults, "\n".join(faults)


def changed(change) -> dict:
    made = description()
    change(made)
    return made


def schema(name: str):
    return lambda made: made["components"]["schemas"][name]


def _add_path(made):
    made["paths"]["/users/{user_id}/promote"] = made["paths"]["/users/{user_id}/ban"]


def _add_method(made):
    made["paths"]["/users"]["put"] = made["paths"]["/users"]["post"]


def _add_parameter(made):
    made["paths"]["/users"]["get"]["parameters"].append({"name": "age", "in": "query", "schema": {"type": "integer"}})


def _retype_parameter(made):
    made["components"]["parameters"]["limit"]["schema"]["type"] = "string"


def _widen_parameter(made):
    made["components"]["parameters"]["limit"]["schema"]["maximum"] = 5_000


def _require_parameter(made):
    made["paths"]["/sessions"]["get"]["parameters"][0]["required"] = True


def _add_response(made):
    made["paths"]["/users"]["get"]["responses"]["201"] = made["paths"]["/users"]["get"]["responses"]["200"]


def _add_member(made):
    schema("Session")(made)["properties"]["device"] = {"type": "string"}


def _retype_member(made):
    schema("Session")(made)["properties"]["created_at"] = {"type": "string"}


def _annul_member(made):
    schema("User")(made)["properties"]["banned"]["nullable"] = True


def _deny_null(made):
    del schema("User")(made)["properties"]["external_id"]["nullable"]


def _require_member(made):
    schema("Invitation")(made)["required"].append("url")


def _forget_requirement(made):
    schema("User")(made)["required"].remove("banned")


def _add_value(made):
    schema("SignInToken")(made)["properties"]["status"]["enum"].append("expired")


def _forget_value(made):
    schema("Session")(made)["properties"]["status"]["enum"].remove("abandoned")


def _free_value(made):
    del schema("Invitation")(made)["properties"]["status"]["enum"]


def _change_variant(made):
    schema("VerifiedByTicket")(made)["properties"]["strategy"]["enum"] = ["invitation"]


def _drop_variant(made):
    schema("EmailAddress")(made)["properties"]["verification"]["oneOf"].pop()


def _add_content_member(made):
    schema("NewUser")(made)["properties"]["age"] = {"type": "integer"}


def _lengthen_list(made):
    bulk = made["paths"]["/invitations/bulk"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    bulk["maxItems"] = 100


@pytest.mark.parametrize("change", [value for name, value in list(globals().items()) if name.startswith("_") and callable(value)])
def test_a_description_that_promises_something_else_is_noticed(clerks, change):
    """The comparison itself: each of these must show."""
    assert published.compare(changed(change), clerks), f"{change.__name__} went unnoticed"
