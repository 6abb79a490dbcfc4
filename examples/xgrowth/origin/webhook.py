"""The handler of the document's step 2, for who has no Segue in front."""

import json
import os

from fastapi import APIRouter, HTTPException, Request
from svix.webhooks import Webhook, WebhookVerificationError

from . import database

router = APIRouter()


@router.post("/api/webhooks/clerk")
async def receive(request: Request) -> dict:
    content = await request.body()
    try:
        Webhook(os.environ["CLERK_WEBHOOK_SECRET"]).verify(content, dict(request.headers))
    except WebhookVerificationError as error:
        raise HTTPException(400, "Invalid signature") from error
    event = json.loads(content)
    user = event["data"]
    match event["type"]:
        case "user.created" | "user.updated":
            addresses = {one["id"]: one["email_address"] for one in user["email_addresses"]}
            database.rows(
                "INSERT INTO users (id, email) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET email = excluded.email RETURNING id",
                user["id"], addresses.get(user["primary_email_address_id"]),
            )  # fmt: skip
    return {"status": "ok"}
