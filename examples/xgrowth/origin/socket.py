"""The socket: it says whose it is, and sends that person's posts whenever it is asked."""

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from .clerk_auth import User
from .posts import posts_of

router = APIRouter()


@router.websocket("/ws/{session_id}")
async def follow(socket: WebSocket, session_id: str, user_id: User) -> None:
    await socket.accept()
    await socket.send_json({"session": session_id, "user": user_id})
    try:
        while True:
            await socket.receive_text()
            await socket.send_json({"posts": [post["content"] for post in posts_of(user_id)]})
    except WebSocketDisconnect:
        return
