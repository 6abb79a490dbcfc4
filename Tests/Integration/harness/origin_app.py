"""The origin as an application would be: FastAPI. It answers with what it received; the last segment of a path asks for more."""

import asyncio
import hashlib
import os

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, Response, StreamingResponse

app = FastAPI()
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@app.websocket("/{path:path}")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    fields = {name: value for name, value in websocket.headers.items()}
    await websocket.send_json({"fields": fields, "query": websocket.url.query})
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") is not None:
                await websocket.send_text(message["text"])
            else:
                await websocket.send_bytes(message["bytes"])
    except WebSocketDisconnect:
        return


@app.api_route("/{path:path}", methods=METHODS)
async def answer(request: Request, path: str) -> Response:
    ask = request.query_params
    match path.rpartition("/")[2]:
        case "slow":
            await asyncio.sleep(float(ask["seconds"]))
        case "stream":
            return StreamingResponse(pieces(int(ask["count"]), float(ask.get("pause", 0))), media_type="text/plain")
        case "bytes":
            return StreamingResponse(zeros(int(ask["count"])), headers={"Content-Length": ask["count"]})
        case "status":
            return Response(status_code=int(ask["code"]))
    digest, length = hashlib.sha256(), 0
    async for piece in request.stream():
        digest.update(piece)
        length += len(piece)
    return JSONResponse(
        {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.scope["query_string"].decode(),
            "fields": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.headers.raw],
            "sha256": digest.hexdigest(),
            "length": length,
            "process": os.getpid(),
        }
    )


async def pieces(count: int, pause: float):
    for number in range(count):
        yield f"piece {number}\n"
        await asyncio.sleep(pause)


async def zeros(count: int):
    block = bytes(65_536)
    while count > 0:
        yield block[:count]
        count -= len(block)
