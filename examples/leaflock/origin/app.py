"""LeafLock: notes, behind a login of its own. It has never heard of Clerk."""

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from . import auth, notes

app = FastAPI(title="LeafLock", version="1")
app.include_router(auth.router)
app.include_router(notes.router)


@app.get("/api/v1/health")
def health() -> dict:
    return {"status": "ok"}


# Its clients know one shape of error.


@app.exception_handler(HTTPException)
def refuse(_: Request, refusal: HTTPException) -> JSONResponse:
    return JSONResponse({"error": refusal.detail}, refusal.status_code)


@app.exception_handler(RequestValidationError)
def refuse_content(_: Request, __: RequestValidationError) -> JSONResponse:
    return JSONResponse({"error": "Invalid request"}, 400)
