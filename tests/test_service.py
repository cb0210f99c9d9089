"""The digit service refuses every bad request with a reason, shows no trace, and answers the good ones."""

import io
import json
import socket
import struct
import zlib

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import ValidationError

from helpers import service

BLANK = [[0] * 28 for _ in range(28)]
AS_JSON = {"content-type": "application/json"}
AS_PNG = {"content-type": "image/png"}


def answer(images):
    assert images.dtype == np.uint8 and images.shape[1:] == (28, 28)
    return [{"ink": int(image.sum())} for image in images]


def preprocess(grey):
    if grey.min() == grey.max():
        raise ValueError("the picture has no ink")
    return np.full((28, 28), grey.shape[0] % 256, np.uint8)


@pytest.fixture(scope="module")
def client():
    with TestClient(service.make(answer, preprocess), raise_server_exceptions=False) as client:
        yield client


def with_pixel(text):
    """Return the JSON of one blank picture whose first pixel is `text`."""
    return json.dumps({"images": [BLANK]}).replace("0", text, 1)


def png(grey, mode="L"):
    buffer = io.BytesIO()
    Image.fromarray(grey).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def chunk(kind, content):
    """Return one chunk of a PNG with its length and checksum."""
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def raw_png(width, height, bits=8, colour=0, extra=b""):
    """Return a small PNG with this header and 100,000 zero bytes of pixels, whatever the header promises."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + pixels + chunk(b"IEND", b"")


INK = np.zeros((60, 40), np.uint8)
INK[10:50, 15:25] = 255

BAD_JSON = {
    "27 rows": (json.dumps({"images": [BLANK[:27]]}), 422),
    "29 rows": (json.dumps({"images": [[*BLANK, BLANK[0]]]}), 422),
    "ragged rows": (json.dumps({"images": [[*BLANK[:27], [0] * 27]]}), 422),
    "flat pixels": (json.dumps({"images": [[0] * 784]}), 422),
    "no picture": (json.dumps({"images": []}), 422),
    "every pixel wrong": (
        json.dumps({"images": [[[-1] * 28] * 28] * 256}, separators=(",", ":")),
        422,
    ),
    "257 pictures": (json.dumps({"images": [BLANK] * 257}, separators=(",", ":")), 422),
    "NaN": (with_pixel("NaN"), 422),
    "Infinity": (with_pixel("Infinity"), 422),
    "1e9": (with_pixel("1e9"), 422),
    "huge integer": (with_pixel("9" * 4000), 422),
    "half a grey": (with_pixel("0.5"), 422),
    "-1": (with_pixel("-1"), 422),
    "256": (with_pixel("256"), 422),
    "text for a number": (with_pixel('"0"'), 422),
    "true for a number": (with_pixel("true"), 422),
    "null pixel": (with_pixel("null"), 422),
    "null": ("null", 422),
    "a list": ("[]", 422),
    "no field": ("{}", 422),
    "unknown field": (json.dumps({"images": [BLANK], "model": "x"}), 422),
    "not JSON": ('{"images":', 422),
    "deep JSON": ("[" * 100_000, (400, 422)),
    "empty body": ("", 422),
    "not UTF-8": (b'{"images":"\xff\xfe"}', (400, 422)),
    "2 MB announced": ("x" * 2_000_000, 413),
}

BAD_PNG = {
    "text": (b"hello", 422),
    "empty": (b"", 422),
    "a header alone": (b"\x89PNG\r\n\x1a\n", 422),
    "half a picture": (png(INK)[:60], 422),
    "a cut header": (png(INK)[:20], 422),
    "a flipped byte": (png(INK)[:45] + b"\xff" + png(INK)[46:], 422),
    "blank": (png(np.zeros((50, 50), np.uint8)), 422),
    "a bomb": (raw_png(30_000, 30_000), 422),
    "too wide": (raw_png(2049, 1), 422),
    "promises more than it holds": (raw_png(2000, 2000), 422),
    "no width": (raw_png(0, 5), 422),
    "a JPEG": (b"\xff\xd8\xff\xe0" + bytes(100), 422),
    "16 bits": (png(INK.astype(np.int32) * 200, "I;16"), 422),
    "16-bit colour": (raw_png(40, 40, bits=16, colour=2), 422),
    "a broken colour profile": (raw_png(40, 40, extra=chunk(b"iCCP", b"x")), 422),
    "2 MB": (bytes(2_000_000), 413),
}


def refused(response, expected):
    expected = expected if isinstance(expected, tuple) else (expected,)
    assert response.status_code in expected, response.text
    assert list(response.json()) == ["reason"] and response.json()["reason"]
    assert "Traceback" not in response.text and ".py" not in response.text
    assert len(response.text) < 400, "a refusal does not send the input back"


@pytest.mark.parametrize("fault", BAD_JSON)
def test_a_bad_body_is_refused(client, fault):
    body, status = BAD_JSON[fault]
    refused(client.post("/predict", content=body, headers=AS_JSON), status)


def test_reading_ends_at_the_first_fault():
    with pytest.raises(ValidationError) as refusal:
        service.Pictures.model_validate({"images": [[[-1] * 28] * 28] * 256})
    assert refusal.value.error_count() == 1


@pytest.mark.parametrize("fault", BAD_PNG)
def test_a_bad_picture_is_refused(client, fault):
    body, status = BAD_PNG[fault]
    refused(client.post("/predict/image", content=body, headers=AS_PNG), status)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/predict", {}, 405),
        ("GET", "/nothing", {}, 404),
        ("GET", "/docs", {}, 404),
        ("POST", "/predict/image", {"content-type": "text/plain"}, 415),
        ("POST", "/predict/image", {}, 415),
        ("POST", "/predict", {"content-type": "application/x-www-form-urlencoded"}, (415, 422)),
    ],
)
def test_a_wrong_door_is_refused(client, method, path, headers, status):
    refused(client.request(method, path, content=b"images=1", headers=headers), status)


def test_a_body_in_chunks_is_cut_off(client):
    chunks = (b"x" * 10_000 for _ in range(200))
    refused(client.post("/predict", content=chunks, headers=AS_JSON), 413)


def test_good_pixels_are_answered(client):
    picture = [[1] * 28] * 28
    response = client.post("/predict", json={"images": [picture, BLANK]})
    assert response.status_code == 200
    assert response.json() == {"answers": [{"ink": 784}, {"ink": 0}]}


def test_the_most_pictures_fit_even_with_spaces(client):
    body = json.dumps({"images": [[[255] * 28] * 28] * service.MOST_IMAGES})
    assert len(body) < service.LARGEST_BODY
    response = client.post("/predict", content=body, headers=AS_JSON)
    assert len(response.json()["answers"]) == service.MOST_IMAGES


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1"])
def test_a_good_picture_is_answered(client, mode):
    response = client.post("/predict/image", content=png(INK, mode), headers=AS_PNG)
    assert response.json() == {"answers": [{"ink": 60 * 784}]}


def test_transparent_is_white_paper():
    drawing = np.zeros((5, 4, 4), np.uint8)
    drawing[2, 1] = [0, 0, 0, 255]
    grey = service.read_png(png(drawing, "RGBA"))
    assert grey[0, 0] == 255 and grey[2, 1] == 0


def test_it_says_that_it_lives_and_is_ready(client):
    assert client.get("/health").json() == {"alive": True}
    assert client.get("/ready").json() == {"ready": True}


def test_a_failure_of_ours_shows_no_trace():
    calls = []

    def fail_later(images):
        calls.append(len(images))
        if len(calls) > 1:
            raise RuntimeError("a secret of the machine")
        return [{}]

    app = service.make(fail_later, preprocess)
    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.post("/predict", json={"images": [BLANK]})
    assert response.status_code == 500 and "secret" not in response.text


def test_a_model_that_fails_at_the_start_starts_no_service():
    def broken(images):
        raise RuntimeError("no model")

    with (
        pytest.raises(RuntimeError, match="did not start"),
        service.running(service.make(broken, preprocess)),
    ):
        pass


def test_a_caller_that_dawdles_is_sent_away(monkeypatch):
    monkeypatch.setattr(service, "LONGEST_WAIT", 0.2)
    with service.running(service.make(answer, preprocess)) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as caller:
            caller.sendall(b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{")
            assert b" 408 " in caller.recv(1000)


def test_it_runs_on_a_port_of_this_machine_and_stops(capfd):
    with service.running(service.make(answer, preprocess)) as url:
        assert url.startswith("http://127.0.0.1:")
        with httpx.Client(base_url=url, trust_env=False) as client:
            assert client.get("/ready").status_code == 200
            response = client.post("/predict", json={"images": [BLANK]})
            assert response.json() == {"answers": [{"ink": 0}]}
            chunks = (b"x" * 10_000 for _ in range(200))
            refused(client.post("/predict", content=chunks, headers=AS_JSON), 413)
            refused(client.post("/predict", content=b"x" * 5_000_000, headers=AS_JSON), 413)
            assert client.get("/health").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
    assert capfd.readouterr() == ("", "")
