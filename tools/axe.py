"""Ask axe-core what WCAG 2.2 AA finds wrong with an open page."""

from tools import vendor

RUN = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}})).violations.flatMap(
    fault => fault.nodes.map(node => `${fault.id}: ${node.target.join(' ')}`))"""


def faults(page, within="document"):
    """Return what axe-core finds, one line a fault, in the whole document or in what a selector ("'.quiz'") finds.

    It is evaluated, not added as a script: the page's policy lets no other script in.
    """
    page.evaluate((vendor.folder("axe-core") / "axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(RUN.replace("run(document", f"run({within}"))
