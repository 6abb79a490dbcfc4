"""A learning platform on Railway, with twenty-three routers."""

from fastapi import FastAPI

from .routers import WITH_CLERK, WITH_OLD_TOKENS

app = FastAPI(title="Railway", version="1")
for router in [*WITH_CLERK, *WITH_OLD_TOKENS]:
    app.include_router(router)
