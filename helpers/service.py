"""Serve a digit reader over HTTP: check every request, answer in JSON, refuse the rest with a reason.

Nothing here knows the model: the caller brings two functions, one that answers and one that prepares a picture.
"""

import asyncio
import contextlib
import io
import socket
import struct
import threading
import time
from typing import Annotated

import numpy as np
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from PIL import Image
from pydantic import BaseModel, ConfigDict, FailFast, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException

MOST_IMAGES = 256
LARGEST_BODY = 2**20  # bytes; 256 images of three-digit pixels fit, spaces included
LARGEST_SIDE = 2048  # pixels of a PNG
LONGEST_WAIT = 10  # seconds for a body to arrive
START = 20  # seconds for the server to come up

Pixel = Annotated[int, Field(strict=True, ge=0, le=255)]
# The first fault ends the reading: a list of 200,000 faults would cost more than any answer
Row = Annotated[list[Pixel], Field(min_length=28, max_length=28), FailFast()]
Picture = Annotated[list[Row], Field(min_length=28, max_length=28), FailFast()]


class Pictures(BaseModel):
    """The body of POST /predict: 1 to 256 pictures, each 28 rows of 28 whole numbers from 0 to 255."""

    model_config = ConfigDict(extra="forbid")
    images: Annotated[list[Picture], Field(min_length=1, max_length=MOST_IMAGES), FailFast()]


def make(answer, preprocess):
    """Return the service as an ASGI app.

    answer: takes uint8 (N, 28, 28), returns a list of N dictionaries that JSON can hold.
    preprocess: takes grey values, uint8 (height, width), returns uint8 (28, 28); it raises ValueError,
        with a reason for the caller, when it cannot.

    GET /health: the process lives. GET /ready: a first answer has been given, send work.
    POST /predict: {"images": [28 × 28 whole numbers, …]}. POST /predict/image: one PNG as the body.
    Answers {"answers": […]}, or {"reason": "…"} with 4xx (503 before it is ready, 500
    when `answer` itself fails); never a trace, never the input sent back.
    """
    # The pages /docs and /redoc would load scripts from another host
    app = FastAPI(title="digits", docs_url=None, redoc_url=None, lifespan=_warm(answer))
    app.add_middleware(LimitBody)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(Exception, _failed)

    @app.get("/health")
    async def health():
        return {"alive": True}

    @app.get("/ready")
    async def ready():
        if not app.state.warm:
            raise HTTPException(503, "not ready yet; try again in a few seconds")
        return {"ready": True}

    @app.post("/predict")
    async def predict(body: Pictures):
        return {"answers": answer(np.array(body.images, dtype=np.uint8))}

    @app.post("/predict/image")
    async def predict_image(request: Request):
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "image/png":
            raise HTTPException(415, "send one picture with content-type image/png")
        try:
            content = await request.body()
            # A large picture takes its time; meanwhile others must be heard
            picture = await run_in_threadpool(lambda: preprocess(read_png(content)))
        except ValueError as problem:
            raise HTTPException(422, str(problem)) from None
        return {"answers": answer(picture[None])}

    return app


def _warm(answer):
    """Return the app's life: before the first request comes, the answering function has run once."""

    @contextlib.asynccontextmanager
    async def life(app):
        app.state.warm = False
        answer(np.zeros((1, 28, 28), dtype=np.uint8))
        app.state.warm = True
        yield

    return life


def read_png(content):
    """Return the grey values, uint8 (height, width), of an 8-bit PNG; what is transparent counts as white paper.

    Its size is read from the header first, so that a small file cannot unfold into a huge picture.
    Raises ValueError, with a reason for the caller, for anything else.
    """
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 26:
        raise ValueError("this is not a PNG picture")
    width, height = struct.unpack(">II", content[16:24])
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise ValueError(f"a picture has 1 to {LARGEST_SIDE} pixels a side")
    if content[24] > 8:
        raise ValueError("send a PNG of at most 8 bits a channel")
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            colours = picture.convert("RGBA")
    except Exception:  # Pillow lets through whatever its parts raise
        raise ValueError("this PNG picture is damaged") from None
    paper = Image.new("RGBA", colours.size, "white")
    return np.asarray(Image.alpha_composite(paper, colours).convert("L"))


class LimitBody:
    """ASGI middleware: take in a whole body of at most 1 MiB within 10 seconds, or answer 413 or 408."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        try:
            body = await asyncio.wait_for(_read(receive), LONGEST_WAIT)
        except TooLarge:
            return await _closing(413, f"at most {LARGEST_BODY:,} bytes")(scope, receive, send)
        except TimeoutError:
            return await _closing(408, f"the body took over {LONGEST_WAIT} s")(scope, receive, send)
        except HungUp:
            return None
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay():
            return waiting.pop() if waiting else await receive()

        return await self.app(scope, replay, send)


class TooLarge(Exception):
    """More bytes have arrived than a body may have."""


class HungUp(Exception):
    """The caller went away before the body was complete."""


async def _read(receive):
    """Return the body that arrives, announced or in chunks; raises TooLarge or HungUp.

    What is over the limit is thrown away as it comes, up to 16 times the limit: a caller that is still
    sending would see a broken connection instead of the reason.
    """
    body, arrived, more = bytearray(), 0, True
    while more and arrived <= 16 * LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUp
        part, more = message.get("body", b""), message.get("more_body", False)
        arrived += len(part)
        if arrived <= LARGEST_BODY:
            body += part
    if arrived > LARGEST_BODY:
        raise TooLarge
    return bytes(body)


def _closing(status, reason):
    return JSONResponse({"reason": reason}, status, headers={"connection": "close"})


async def _invalid(request, problem):
    """Say what is wrong with a body, and where, in the first place found; do not send it back."""
    first = problem.errors()[0]
    where = " ".join(str(step) for step in first["loc"][1:6])
    if first["type"] == "json_invalid":
        where = f"character {where}"
    return JSONResponse({"reason": f"{where}: {first['msg']}" if where else first["msg"]}, 422)


async def _refused(request, problem):
    return JSONResponse({"reason": problem.detail}, problem.status_code, headers=problem.headers)


async def _failed(request, problem):
    return JSONResponse({"reason": "the service failed; try again later"}, 500)


@contextlib.contextmanager
def running(app):
    """Run `app` on a free port of this machine only; gives its address, and stops it at the end.

    Raises RuntimeError when it does not come up.
    """
    door = socket.create_server(("127.0.0.1", 0))
    settings = uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        access_log=False,
        limit_concurrency=64,
        ws="none",
    )
    server = uvicorn.Server(settings)

    def serve():
        with contextlib.suppress(SystemExit):  # uvicorn's way to say that it could not start
            server.run(sockets=[door])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + START
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the service did not start; call its answering function by hand")
            time.sleep(0.01)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=START)
        door.close()
