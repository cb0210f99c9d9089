"""Show Mermaid diagrams from drawings made beforehand: no server, no script, the same picture everywhere."""

import hashlib
from itertools import pairwise
from pathlib import Path

from IPython.display import display
from mermaid.flowchart import FlowChart, Link, Node

DRAWINGS = Path(__file__).resolve().parent.parent / "web" / "diagrams"


def draw(text, *, alt):
    """Show the diagram that Mermaid `text` describes; `alt` says in words what it shows.

    The drawing is the SVG that `make diagrams` keeps in web/diagrams/. Text that was changed has none
    yet: JupyterLab then draws it itself, and other places show the text.
    Raises ValueError when `alt` is empty or has several lines.
    """
    if not alt.strip() or "\n" in alt:
        raise ValueError(f"alt must be one line that says what the diagram shows, not {alt!r}")
    display(bundle(script(text, alt)), metadata={"image/svg+xml": {"diagram": alt}}, raw=True)


def script(text, alt):
    """Return the Mermaid text with its description inside, as it is drawn, hashed and stored."""
    first, _, rest = text.strip().partition("\n")
    return f"{first}\n  accDescr: {alt}\n{rest.rstrip()}\n"


def drawing(script):
    """Return the path of the drawing that belongs to this script, whether or not it exists yet."""
    return DRAWINGS / f"{hashlib.sha256(script.encode()).hexdigest()[:16]}.svg"


def bundle(script):
    """Return the output of a diagram by MIME type: its drawing, or its text where none is drawn yet."""
    path = drawing(script)
    if path.exists():
        return {"image/svg+xml": path.read_text(encoding="utf-8"), "text/plain": script}
    return {"text/vnd.mermaid": script, "text/plain": script}


def network(*sizes):
    """Return Mermaid text of a fully connected network, one node a neuron: `network(3, 2, 1)`."""
    names = ["x", *(f"h{depth}," for depth in range(1, len(sizes) - 1)), "guess "]
    layers = [
        [
            Node(f"n{depth}x{i}", f"{name}{i}" if size > 1 else name.strip(" ,"), shape="circle")
            for i in range(1, size + 1)
        ]
        for depth, (name, size) in enumerate(zip(names, sizes, strict=True))
    ]
    links = [Link(a, b) for left, right in pairwise(layers) for a in left for b in right]
    return _text([node for layer in layers for node in layer], links)


def graph(result, **names):
    """Return Mermaid text of the graph that autograd recorded for `result`, from the inputs down to it.

    names: the tensors to call by name, as in `graph(loss, w=w, b=b)`; other leaves are called "leaf".
    Raises ValueError when nothing was recorded.
    """
    if result.grad_fn is None:
        raise ValueError(
            "no operation was recorded for this tensor; compute it from tensors with requires_grad=True"
        )
    known = {id(tensor): name for name, tensor in names.items()}
    nodes, links = {}, []

    def visit(step):
        if step not in nodes:
            leaf = getattr(step, "variable", None)
            text = (
                known.get(id(leaf), "leaf")
                if leaf is not None
                else step.name().removesuffix("0").removesuffix("Backward")
            )
            nodes[step] = Node(
                f"s{len(nodes)}", text, shape="circle" if leaf is not None else "round-edge"
            )
            for source, _ in step.next_functions:
                if source is not None:
                    links.append(Link(visit(source), nodes[step]))
        return nodes[step]

    end = Node("result", known.get(id(result), "result"), shape="stadium-shape")
    links.append(Link(visit(result.grad_fn), end))
    return _text([*nodes.values(), end], links)


def _text(nodes, links):
    """Return the flow chart as Mermaid text, left to right, without the header that names a theme."""
    script = FlowChart("", nodes, links, orientation="LR").script
    return script[script.index("flowchart") :]
