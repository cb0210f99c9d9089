"""Read the sliders that the chapters store: what they say about themselves, and their pictures one by one."""

import base64
import io
from functools import lru_cache

from PIL import Image

from tools import refresh


@lru_cache
def sliders(name):
    """Return a chapter's sliders in order, each as (what its metadata says, its pictures, RGB)."""
    outputs = refresh.outputs(refresh.CHAPTERS / f"{name}.ipynb", "slider")
    return [(about, panels(output.data["image/png"], about)) for about, output in outputs]


def panels(png, about):
    """Cut a contact sheet (base64 of a PNG) into its pictures, in the order of their values."""
    sheet = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    width, height, columns = about["width"], about["height"], about["columns"]
    corners = [(i % columns * width, i // columns * height) for i in range(len(about["labels"]))]
    return [sheet.crop((x, y, x + width, y + height)) for x, y in corners]
