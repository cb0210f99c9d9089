"""Every diagram has its current drawing, and the builders say what the graph says."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
import torch

from helpers import diagrams
from tools import browser, refresh, vendor
from tools import diagrams as drawing

SCRIPTS = drawing.scripts(refresh.chapters())


def test_each_diagram_has_a_drawing_and_each_drawing_a_diagram():
    wanted = {diagrams.drawing(script) for script in SCRIPTS}
    assert wanted and wanted == set(diagrams.DRAWINGS.glob("*.svg")), "run: make diagrams"


@pytest.mark.parametrize(
    "script",
    SCRIPTS,
    ids=[script.split("accDescr: ")[1].splitlines()[0][:50] for script in SCRIPTS],
)
def test_a_drawing_is_whole_described_and_asks_no_host(script):
    text = diagrams.drawing(script).read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    description = next(child.text for child in root if child.tag.endswith("desc"))
    assert description in script and "foreignObject" not in text and "@import" not in text
    words = re.findall(r"(?:label|cluster|\.node) text\{[^}]*fill:([^;}]+)", text)
    assert words and all(colour.startswith("var(--diagram-") for colour in words)  # light and dark


def test_a_changed_text_has_no_drawing_and_shows_itself():
    bundle = diagrams.bundle(diagrams.script("flowchart LR\n  a --> brand_new", "Two boxes."))
    assert set(bundle) == {"text/vnd.mermaid", "text/plain"}


def test_a_text_that_does_not_parse_is_refused():
    with browser.opened() as chromium:
        page = chromium.new_page()
        page.add_script_tag(path=str(vendor.folder("mermaid") / "dist" / "mermaid.min.js"))
        page.evaluate("settings => mermaid.initialize(settings)", drawing.SETTINGS)
        assert drawing.svg(page, diagrams.script("flowchart LR\n  a --> b", "Fine.")).startswith(
            "<svg"
        )
        with pytest.raises(ValueError, match="cannot read this diagram"):
            drawing.svg(page, diagrams.script("flowchart LR\n  a --> --> b", "Broken."))


def test_alt_is_required():
    for alt in ("", "two\nlines"):
        with pytest.raises(ValueError, match="alt must be one line"):
            diagrams.draw("flowchart LR\n  a --> b", alt=alt)


def test_a_network_has_a_link_for_every_weight():
    text = diagrams.network(3, 2, 1)
    assert text.startswith("flowchart LR") and text.count("-->") == 3 * 2 + 2 * 1


def test_the_graph_is_the_one_autograd_recorded():
    w, b = torch.ones(2, requires_grad=True), torch.zeros(1, requires_grad=True)
    loss = ((w * 3).sum() + b).pow(2).sum()
    text = diagrams.graph(loss, w=w, b=b, loss=loss)
    assert all(f'"{name}"' in text for name in ("w", "b", "loss", "Mul", "Pow", "Add"))
    assert text.count("-->") == 7
    with pytest.raises(ValueError, match="no operation was recorded"):
        diagrams.graph(torch.ones(1))
