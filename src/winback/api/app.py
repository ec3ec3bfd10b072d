"""The HTTP API. Only what the routes say; no rules."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI, Response

from winback import __version__
from winback.api.health import Health, Served, health_of

Fault = Callable[[], BaseException | None]
_UNAVAILABLE = 503


def app_of(served: Served, fault: Fault, runtime: str = "local") -> FastAPI:
    """`fault` gives what stopped the runner, while it is stopped."""
    # The pages FastAPI makes load scripts from elsewhere; /openapi.json is ours.
    app = FastAPI(title="Winback", version=__version__, docs_url=None, redoc_url=None)

    # The store may be slow, so not in the thread of the server's loop; and in no pool that comes and goes with the
    # requests, since every thread that reads keeps a connection of its own.
    reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")

    @app.get("/health", response_model_exclude_none=True, responses={_UNAVAILABLE: {"model": Health}})
    async def health(response: Response) -> Health:
        """Whether Winback works, what it depends on, and whether sending is on. Needs no sign-in, tells of nobody."""
        found = await asyncio.get_running_loop().run_in_executor(reading, health_of, served, fault(), runtime)
        response.headers["Cache-Control"] = "no-store"
        if not found.ok:
            response.status_code = _UNAVAILABLE
        return found

    return app
