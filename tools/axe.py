"""Ask axe-core what WCAG 2.2 AA finds wrong with an open page."""

from tools import vendor

RUN = """async () => (await axe.run(document, {runOnly: {type: 'tag', values:
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}})).violations.flatMap(
    fault => fault.nodes.map(node => `${fault.id}: ${node.target.join(' ')}`))"""

# What fades in has too little contrast for a moment: everything is judged at rest
REST = """() => Promise.all(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime < Infinity)
    .map(one => one.finished.catch(() => {})))"""


def faults(page, within="document"):
    """Return what axe-core finds, one line a fault, in the whole document or in what a selector ("'.quiz'") finds.

    It is evaluated, not added as a script: the page's policy lets no other script in.
    """
    page.evaluate(REST)
    page.evaluate((vendor.folder("axe-core") / "axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(RUN.replace("run(document", f"run({within}"))
