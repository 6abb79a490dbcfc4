"""xGrowth's `backend_websocket_server.py`: posts that are to be sent later, their socket, and Clerk's webhook."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from . import posts, socket, webhook

app = FastAPI(title="xGrowth", version="1")
app.add_middleware(
    CORSMiddleware, allow_origins=["http://localhost:3000"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
)
app.include_router(posts.router)
app.include_router(socket.router)
app.include_router(webhook.router)
