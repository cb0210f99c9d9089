"""Draw every diagram of the chapters once, with Mermaid in a headless browser (make diagrams)."""

import re

import nbformat

from helpers import diagrams
from tools import browser, refresh, vendor

# One palette for both colour modes: the page sets the variables, elsewhere the values after the comma hold
PAPER, INK, LINE, NODE = (
    "var(--diagram-paper, #FFFDF8)",
    "var(--diagram-ink, #2B2A27)",
    "var(--diagram-line, #6B6558)",
    "var(--diagram-node, #EAF1F5)",
)
STAND_INS = {"#fffdf7": PAPER, "#2b2a26": INK, "#000208": INK, "#6b6557": LINE, "#eaf1f4": NODE}
SETTINGS = {
    "startOnLoad": False,
    "deterministicIds": True,
    "deterministicIDSeed": "book",
    "htmlLabels": False,
    "flowchart": {"htmlLabels": False, "padding": 14, "curve": "basis"},
    "theme": "base",
    "fontFamily": "DejaVu Sans, Noto Sans CJK SC, Noto Sans SC, system-ui, sans-serif",
    "themeVariables": {
        "background": "#fffdf7",
        "primaryColor": "#eaf1f4",
        "primaryTextColor": "#2b2a26",
        "primaryBorderColor": "#6b6557",
        "lineColor": "#6b6557",
        "textColor": "#2b2a26",
        "edgeLabelBackground": "#fffdf7",
        "tertiaryColor": "#fffdf7",
        "clusterBkg": "#fffdf7",
        "clusterBorder": "#6b6557",
        "fontSize": "15px",
    },
}


def scripts(paths):
    """Return the Mermaid scripts that the chapters at `paths` show, in order, each once."""
    shown = [
        output.data["text/plain"]
        for path in paths
        for _, output in refresh.outputs(path, "diagram")
    ]
    return list(dict.fromkeys(shown))


def svg(page, script):
    """Return the drawing of one script; raises ValueError with Mermaid's words when it does not parse."""
    name = "d" + diagrams.drawing(script).stem
    try:
        text = page.evaluate(
            "async ([name, script]) => (await mermaid.render(name, script)).svg", [name, script]
        )
    except Exception as problem:
        raise ValueError(f"Mermaid cannot read this diagram: {problem}\n{script}") from None
    text = text.replace(
        ".edgeLabel rect{opacity:0.5;", ".edgeLabel rect{opacity:1;"
    )  # no line through words
    for colour, variable in STAND_INS.items():
        text = re.sub(colour, variable, text, flags=re.IGNORECASE)
    return text


def draw(scripts):
    """Draw the scripts that have no drawing yet and store each as an SVG named by its text's hash."""
    missing = [script for script in scripts if not diagrams.drawing(script).exists()]
    if not missing:
        return
    with browser.opened() as chromium:
        page = chromium.new_page()
        page.route("**/*", lambda route: route.abort())
        page.set_content("<!doctype html><meta charset='utf-8'><body></body>")
        page.add_script_tag(path=str(vendor.folder("mermaid") / "dist" / "mermaid.min.js"))
        page.evaluate("settings => mermaid.initialize(settings)", SETTINGS)
        for script in missing:
            path = diagrams.drawing(script)
            path.write_text(svg(page, script), encoding="utf-8", newline="\n")
            print(f"drew {path.name}: {script.split('accDescr: ')[1].splitlines()[0]}")


if __name__ == "__main__":
    chapters = refresh.chapters()
    shown = scripts(chapters)
    draw(shown)
    for stray in {*diagrams.DRAWINGS.glob("*.svg")} - {
        diagrams.drawing(script) for script in shown
    }:
        stray.unlink()
        print(f"dropped {stray.name}: no chapter shows it")
    for path in chapters:  # put new drawings into the stored outputs
        refresh.store(path, nbformat.read(path, as_version=4))
