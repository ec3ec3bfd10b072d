"""The HTTP API. Only what the routes say; no rules."""

from collections.abc import Callable

from fastapi import FastAPI, Response

from winback import __version__
from winback.api.health import Health, Served, health_of

Fault = Callable[[], BaseException | None]
_UNAVAILABLE = 503


def app_of(served: Served, fault: Fault, runtime: str = "local") -> FastAPI:
    """`fault` gives what stopped the runner, while it is stopped."""
    # The pages FastAPI makes load scripts from elsewhere; /openapi.json is ours.
    app = FastAPI(title="Winback", version=__version__, docs_url=None, redoc_url=None)

    # Asynchronous, so that it runs in the server's own thread: a pool of threads would open a connection for each.
    @app.get("/health", response_model_exclude_none=True, responses={_UNAVAILABLE: {"model": Health}})
    async def health(response: Response) -> Health:
        """Whether Winback works, what it depends on, and whether sending is on. Needs no sign-in, tells of nobody."""
        found = health_of(served, fault(), runtime)
        response.headers["Cache-Control"] = "no-store"
        if not found.ok:
            response.status_code = _UNAVAILABLE
        return found

    return app
