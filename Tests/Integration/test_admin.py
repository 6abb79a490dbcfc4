"""What an operator sees."""

import json

from harness import legacy
from harness.clerk import identifier
from harness.gateway import ADMIN_TOKEN
from harness.processes import wait_until


def test_health_needs_nothing(gateway):
    assert gateway.admin("/healthz")[0] == 200
    assert gateway.get("/healthz").status_code == 200


def test_ready_names_its_causes(gateway):
    status, text = gateway.admin("/readyz")
    assert status == 200
    assert json.loads(text)["ready"] is True


def test_version_is_told(gateway):
    status, text = gateway.admin("/version")
    assert status == 200
    assert "version" in json.loads(text)


def test_admin_pages_need_the_token(gateway):
    for token in (None, "wrong-token-0123456789"):
        assert gateway.admin("/admin/migration-status", token)[0] == 401


def test_migration_status_has_the_shape_of_the_old_endpoint(gateway, users):
    users.add("status-1@example.com", clerk_user_id=identifier("user"))
    users.add("status-2@example.com")
    status, text = gateway.admin("/admin/migration-status", ADMIN_TOKEN)
    assert status == 200
    report = json.loads(text)
    assert report["total_users"] == 2
    assert report["migrated_users"] == 1
    assert report["not_migrated"] == 1
    assert report["migration_percentage"] == 50


def test_the_public_listener_has_no_admin_pages(gateway):
    for path in ("/metrics", "/readyz", "/version", "/admin/migration-status"):
        assert gateway.get(path).status_code == 404


def test_each_request_is_one_line_with_its_verdict(gateway, users):
    user = users.add("logged@example.com")
    answer = gateway.get("/dual/x?code=secret-in-the-query", bearer=legacy.token(user))

    def lines():
        return [
            json.loads(line)
            for line in gateway.process.output.splitlines()
            if line.startswith("{") and answer.headers["x-request-id"] in line
        ]

    [line] = wait_until(lines, "the access log tells of the request")
    assert line["status"] == 200
    assert line["route"] == "dual"
    assert line["mode"] == "dual"
    assert "secret-in-the-query" not in json.dumps(line)


def test_metrics_count_requests_by_route(gateway, users):
    user = users.add("counted@example.com")
    before = gateway.metric("segue_http_requests_total", route="dual")
    for _ in range(3):
        gateway.get("/dual/x", bearer=legacy.token(user))
    wait_until(lambda: gateway.metric("segue_http_requests_total", route="dual") >= before + 3, "the requests are counted")


def test_metrics_are_well_formed(gateway):
    for line in gateway.admin("/metrics")[1].splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            float(value)
            assert name.startswith(("segue_", "process_")), line
