"""Who is calling. The front end's word for it, as the document found it; or Clerk's, once Segue has done its work and left.

The document's phase 3 checks a signature and an expiry. A token of any Clerk instance with that key, for any site, passes there:
issuer and authorized party are checked here as well."""

import os
from functools import cache
from typing import Annotated

import jwt
from fastapi import Depends, Header, HTTPException, Query

AUTHORIZED_PARTIES = [os.environ.get("SEGUE_AUTHORIZED_PARTY", "http://localhost:3000")]


def asserted(user_id: Annotated[str, Query()]) -> str:
    """Before: trusts the front end."""
    return user_id


@cache
def keys() -> jwt.PyJWKClient:
    return jwt.PyJWKClient(os.environ["SEGUE_CLERK_JWKS_URL"])


def get_current_user(authorization: Annotated[str, Header()] = "", token: Annotated[str, Query()] = "") -> str:
    """After: verifies the token."""
    token = authorization.removeprefix("Bearer ") or token
    try:
        claims = jwt.decode(
            token, keys().get_signing_key_from_jwt(token).key, algorithms=["RS256"], issuer=os.environ["SEGUE_CLERK_ISSUER"],
            leeway=5, options={"require": ["exp", "iat", "nbf", "sub", "azp"]},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise HTTPException(401, "Invalid token") from error
    if claims["azp"] not in AUTHORIZED_PARTIES:
        raise HTTPException(401, "Invalid token")
    return claims["sub"]


VERIFIES = os.environ.get("XGROWTH_PHASE") == "3"
User = Annotated[str, Depends(get_current_user if VERIFIES else asserted)]
