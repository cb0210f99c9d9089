"""The network that learns in the page: its arithmetic is torch's, its controls obey, its address keeps it."""

import itertools
import re
import time

import pytest
import torch

from helpers import chapters
from tools import axe, refresh

PAGE = "chapters/backpropagation.html"
GRID = list(
    itertools.product(
        ["moons", "spiral"],
        [1, 4, 8],
        ["tanh", "ReLU", "sigmoid"],
        ["0.03", "0.3", "1"],
    )
)
# At these rates some settings are chaotic: the last digit of a number decides about the first, many steps on
WILD = list(itertools.product(["ring", "moons"], [4, 8], ["tanh", "ReLU", "sigmoid"], ["3", "30"]))
LEARN = """([settings, steps]) => settings.map(([data, width, activation, rate]) => {
    const net = Learning.makeNetwork({data, width, activation, start: 1});
    const losses = [], weights = [];
    for (let i = 0; i <= steps; i++) {
        const now = Learning.look(net);
        losses.push(now.loss);
        weights.push(["W1", "b1", "W2", "b2"].map(name => [...net[name]]));
        if (i < steps) Learning.update(net, now.grads, Number(rate));
    }
    return {losses, weights};
})"""
COUNT_LOOKS = """() => { window.looks = 0; const look = Learning.look;
    Learning.look = net => { window.looks++; return look(net); }; }"""


@pytest.fixture(scope="module")
def ours():
    """Return what the chapter's own cells define, in their own precision."""
    before = torch.get_default_dtype()
    cells = ["start", "descend", "learner-numbers", "learner-places"]
    yield chapters.take(
        "backpropagation", *cells, "learner-forward", "learner-backward", "learner-train"
    )
    torch.set_default_dtype(before)


@pytest.fixture
def chapter(visit):
    """Return a function that opens the chapter at its top, with the network's script loaded."""

    def go(way="http"):
        page = visit(PAGE, way)
        page.wait_for_selector(".learner-alive", state="attached")
        return page

    return go


@pytest.fixture
def learner(visit):
    """Return a function that opens the chapter at the network, at the setting that a query asks for."""

    def go(query="", way="http", **options):
        page = visit(f"{PAGE}?{query}#learner", way, **options)
        page.wait_for_selector(".learner-alive")
        until(page, "document.querySelector('.learner-said').textContent")
        return page

    return go


def until(page, condition, *given):
    """Wait until a condition holds; asked from here, because the page's policy forbids asking from within."""
    ends = time.monotonic() + 15
    while not page.evaluate(condition, *given):
        assert time.monotonic() < ends, condition
        page.wait_for_timeout(30)


def reading(page):
    """Return the numbers shown: the steps, the loss in every digit, how many points are right."""
    steps, loss, right = page.locator(".learner-numbers data").evaluate_all(
        "all => all.map(one => one.value)"
    )
    return int(steps), float(loss), int(right)


def press(page, name, keyboard=False):
    button = page.locator(".learner-alive").get_by_role("button", name=name, exact=True)
    if keyboard:
        button.focus()
        page.keyboard.press("Enter")
    else:
        button.click()


def step_of(ours, params, cloud, activation, rate):
    """Return the loss of the chapter's network and its parameters one step on, by torch's own gradients."""
    params = [p.detach().requires_grad_() for p in params]
    loss = ours.class_loss(params, *cloud, activation)
    grads = torch.autograd.grad(loss, params)
    return loss.item(), [(p - rate * grad).detach() for p, grad in zip(params, grads, strict=True)]


def farthest(flat, params):
    """Return the largest difference between the page's numbers (lists) and torch's tensors."""
    pairs = zip(flat, params, strict=True)
    return max((torch.tensor(one) - other.flatten()).abs().max().item() for one, other in pairs)


def test_the_page_learns_as_torch_does_over_100_steps(chapter, ours):
    page = chapter()
    for setting, found in zip(GRID, page.evaluate(LEARN, [GRID, 100]), strict=True):
        data, width, activation, rate = setting
        cloud = ours.dataset(data)
        params = ours.first_weights(width, 1)
        for loss in found["losses"]:
            last = params
            right, params = step_of(ours, params, cloud, activation, float(rate))
            assert abs(loss - right) < 1e-6, setting
        assert farthest(found["weights"][-1], last) < 1e-6, setting
        assert max(found["losses"]) - min(found["losses"]) > 1e-5, setting  # something was learned


def test_every_single_step_is_torchs_at_rates_too_large_to_compare_100(chapter, ours):
    page = chapter()
    for setting, found in zip(WILD, page.evaluate(LEARN, [WILD, 20]), strict=True):
        data, width, activation, rate = setting
        cloud = ours.dataset(data)
        for step in range(20):
            params = [
                torch.tensor(flat, dtype=p.dtype).reshape(p.shape)
                for flat, p in zip(
                    found["weights"][step], ours.first_weights(width, 1), strict=True
                )
            ]
            loss, params = step_of(ours, params, cloud, activation, float(rate))
            near = 1e-9 * max(1.0, *(p.abs().max().item() for p in params))
            assert abs(found["losses"][step] - loss) <= 1e-9 * max(1.0, loss), (setting, step)
            assert farthest(found["weights"][step + 1], params) < near, (setting, step)


def test_the_page_draws_the_points_and_starts_of_the_chapter(chapter, ours):
    page = chapter("file")
    for data in ("ring", "moons", "xor", "spiral"):
        made = page.evaluate(
            "data => Learning.makePoints(data).map(({x1, x2, y}) => [x1, x2, y])", data
        )
        points, classes = ours.dataset(data)
        assert torch.equal(torch.tensor(made).T, torch.cat([points, classes]))
    for start in (0, 1, 9999):
        net = page.evaluate(
            "start => { const net = Learning.makeNetwork({data: 'ring', width: 3, activation: 'tanh', start});"
            " return [[...net.W1], [...net.W2]]; }",
            start,
        )
        W1, _, W2, _ = ours.first_weights(3, start)
        assert net == [W1.flatten().tolist(), W2.flatten().tolist()]


def test_the_numbers_of_the_chapter_are_the_pages(learner):
    (text,) = [
        cell.outputs[0].text
        for cell in refresh.code_cells(refresh.CHAPTERS / "backpropagation.ipynb")
        if cell.id == "learner-widths"
    ]
    for width, right in re.findall(r"hidden neurons (\d): (\d+) %", text):
        page = learner(f"data=ring&activation=tanh&rate=1&width={width}&steps=1000")
        until(page, "document.querySelector('.learner-numbers data').value === '1000'")
        assert reading(page)[2] == int(right)


@pytest.mark.parametrize("keyboard", [False, True])
def test_step_run_pause_and_reset_do_what_they_say(learner, keyboard):
    page = learner(way="file" if keyboard else "http")
    first = reading(page)
    assert first[0] == 0
    press(page, "Step", keyboard)
    one = reading(page)
    assert one[0] == 1 and one[1] < first[1]
    assert "1 step:" in page.locator(".learner-said").inner_text()
    press(page, "Run", keyboard)
    until(page, "document.querySelector('.learner-numbers data').value > 20")
    press(page, "Pause", keyboard)
    paused = reading(page)
    page.wait_for_timeout(300)
    assert reading(page) == paused and paused[1] < one[1]
    assert f"{paused[0]:,} steps:" in page.locator(".learner-said").inner_text()
    assert page.locator(".learner-table tbody tr").last.text_content().startswith(f"{paused[0]:,}")
    press(page, "Reset", keyboard)
    assert reading(page) == first
    page.wait_for_timeout(200)
    assert reading(page) == first


def test_every_control_makes_a_new_network_and_goes_into_the_address(learner):
    page = learner("steps=5")
    changed = {"data": "moons", "width": "6", "activation": "ReLU", "rate": "1"}
    seen = {reading(page)}
    for name, value in changed.items():
        control = page.locator(f".learner select[name={name}]")
        control.focus()
        for _ in range(9):
            if control.input_value() != value:
                page.keyboard.press("ArrowDown")
        assert control.input_value() == value and f"{name}={value}" in page.url
        press(page, "Step")
        assert reading(page)[0] == 1
        seen.add(reading(page))
    press(page, "New start")
    assert "start=2" in page.url and "steps=0" in page.url
    page.locator(".learner input[name=start]").fill("70000")
    page.keyboard.press("Enter")
    assert page.locator(".learner input[name=start]").input_value() == "9999"
    assert "start=9999" in page.url and len(seen | {reading(page)}) == 6
    assert page.locator(".learner-units canvas").count() == 6


def test_an_experiment_is_set_up_by_its_button(learner):
    page = learner()
    buttons = page.locator(".learner li button")
    assert buttons.count() == 3
    for i, end in ((0, "width=1&activation=tanh&rate=1&start=1"), (2, "rate=1&start=0")):
        buttons.nth(i).click()
        assert end in page.url and reading(page)[0] == 0
    press(page, "Step")
    drawn = page.locator(".learner-units canvas").evaluate_all(
        "all => all.map(one => one.toDataURL())"
    )
    assert len(drawn) == 8 and len(set(drawn)) == 1  # twins look alike


def pixels(page, places):
    """Return the colours (0 to 255) of the shaded plane at places (x1, x2)."""
    return page.evaluate(
        """places => { const canvas = document.querySelector(".learner-pictures canvas");
        const pen = canvas.getContext("2d", {willReadFrequently: true});
        return places.map(([x1, x2]) => [...pen.getImageData(Math.round((x1 / 2.6 + 1) * canvas.width / 2),
            Math.round((1 - x2 / 2.6) * canvas.height / 2), 1, 1).data].slice(0, 3)); }""",
        places,
    )


def expected(page, guess):
    """Return the colour that stands for a guess: from paper toward one class's colour or the other's."""
    names = ["--paper", "--mark" if guess > 0.5 else "--accent"]
    style = "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    paper, tint = [bytes.fromhex(page.evaluate(style, name)[1:]) for name in names]
    share = 1.1 * abs(guess - 0.5)
    return torch.tensor([p + share * (t - p) for p, t in zip(paper, tint, strict=True)])


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_plane_is_shaded_by_the_guess_and_changes_as_it_learns(learner, ours, mode):
    places = [(-2.5, -2.5), (2.5, 2.5), (-2.4, 2.4), (1.1, -0.6), (2.5, 0.0), (-1.1, 1.1)]
    shown = {}
    for steps in (0, 60):
        page = learner(f"data=ring&rate=1&width=4&activation=tanh&steps={steps}", color_scheme=mode)
        until(page, "n => document.querySelector('.learner-numbers data').value === n", str(steps))
        params, _ = ours.learn_classes(*ours.dataset("ring"), 1.0, 4, "tanh", steps=steps)
        z2 = ours.hidden_and_output(params, torch.tensor(places).T, "tanh")[2][0]
        shown[steps] = pixels(page, places)
        for colour, guess in zip(shown[steps], torch.sigmoid(z2).tolist(), strict=True):
            assert (torch.tensor(colour) - expected(page, guess)).abs().max() < 5, (steps, guess)
    moved = [
        max(abs(a - b) for a, b in zip(*pair, strict=True))
        for pair in zip(*shown.values(), strict=True)
    ]
    assert sum(change > 20 for change in moved) >= 3, moved


@pytest.mark.parametrize("way", ["http", "file"])
def test_the_address_brings_the_same_network_back(learner, way):
    page = learner("data=moons&rate=1&width=6&activation=ReLU&start=3", way)
    press(page, "Run")
    until(page, "document.querySelector('.learner-numbers data').value > 50")
    press(page, "Pause")
    kept = reading(page)
    query = page.url.split("?")[1].split("#")[0]
    again = learner(query, way)
    until(again, "n => document.querySelector('.learner-numbers data').value === n", str(kept[0]))
    assert reading(again)[0] == kept[0] and reading(again)[2] == kept[2]
    assert abs(reading(again)[1] - kept[1]) < 1e-12
    again.wait_for_timeout(200)
    assert reading(again)[0] == kept[0]  # it stands where it was left


def test_the_address_is_copied_or_shown(learner):
    page = learner("width=3", permissions=["clipboard-read", "clipboard-write"])
    press(page, "Step")
    press(page, "Copy the address")
    until(page, "document.querySelector('.learner-said').textContent.includes('copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "width=3" in copied and "steps=1" in copied and copied.endswith("#learner")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    press(page, "Copy the address")
    field = page.get_by_label("The address of this network")
    field.wait_for(state="visible")
    assert field.input_value() == copied


def test_anchors_and_the_way_back_stay_whole(visit):
    page = visit("chapters/concepts.html")
    page.goto(page.url.replace("concepts", "backpropagation") + "#cell-one-step")
    length = page.evaluate("history.length")
    page.locator(".learner-alive").scroll_into_view_if_needed()
    press(page, "Step")
    press(page, "Step")
    assert page.url.endswith("&steps=2#cell-one-step") and page.evaluate("history.length") == length
    page.go_back()
    assert page.url.endswith("concepts.html")


@pytest.mark.parametrize(
    "query, named",
    [
        ("rate=7&width=8", "7"),
        ("width=0", "0"),
        ("steps=1000000000", "1000000000"),
        ("start=-1&activation=%3Cb%3Ehard%3C/b%3E", "<b>hard</b>"),
    ],
)
def test_a_nonsense_address_is_told_and_the_usual_network_stands(learner, query, named):
    page = learner(query)
    said = page.locator(".learner-said").text_content()
    assert f"“{named}”" in said and not page.complaints
    values = page.locator(".learner :is(select, input[name=start])").evaluate_all(
        "all => all.map(one => one.value)"
    )
    assert values == ["ring", "4", "tanh", "0.3", "1"]
    press(page, "Step")
    assert reading(page)[0] == 1 and "“" not in page.locator(".learner-said").text_content()


def test_a_rate_that_breaks_the_network_is_told(learner):
    page = learner("data=moons&activation=ReLU&width=8&rate=100&start=2&steps=10000")
    said = page.locator(".learner-said")
    until(
        page, "document.querySelector('.learner-said').textContent.includes('no longer a number')"
    )
    steps = int(page.locator(".learner-numbers data").first.get_attribute("value"))
    assert 0 < steps < 10000 and "100" in said.inner_text()
    assert page.locator(".learner-numbers data").nth(1).inner_text() == "not a number"
    press(page, "Run")
    page.wait_for_timeout(200)
    assert "no longer a number" in said.inner_text() and not page.complaints
    press(page, "Reset")
    assert reading(page)[0] == 0
    page.goto(page.url.split("?")[0] + "?activation=ReLU&width=8&rate=10&steps=20#learner")
    until(page, "document.querySelector('.learner-said').textContent")
    assert "Every hidden neuron is dead" in said.inner_text() and "higher" in said.inner_text()


def test_nothing_is_worked_out_unasked_or_unseen(chapter):
    page = chapter()
    page.evaluate(COUNT_LOOKS)
    page.wait_for_timeout(300)
    assert page.evaluate("looks") == 0  # below the fold: not even built
    page.locator(".learner-alive").scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    assert page.evaluate("looks") == 1  # on screen: built, and no step taken
    press(page, "Run")
    until(page, "looks > 10")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.wait_for_timeout(300)
    before = page.evaluate("looks")
    page.wait_for_timeout(400)
    assert page.evaluate("looks") == before
    page.locator(".learner-alive").scroll_into_view_if_needed()
    until(page, "n => looks > n + 10", before)
    press(page, "Pause")
    paused = page.evaluate("looks")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.wait_for_timeout(200)
    page.locator(".learner-alive").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert page.evaluate("looks") == paused


def test_a_run_speaks_at_most_once_a_second_and_calm_readers_get_few_pictures(learner):
    listen = """() => { window.said = 0; new MutationObserver(() => { window.said++; }).observe(
        document.querySelector(".learner-said"), {childList: true, characterData: true, subtree: true});
        window.seen = []; new MutationObserver(() => { window.seen.push(
            Number(document.querySelector(".learner-numbers data").value)); }).observe(
        document.querySelector(".learner-numbers"), {attributes: true, subtree: true}); }"""
    for motion in ("no-preference", "reduce"):
        page = learner("data=spiral", reduced_motion=motion)
        page.wait_for_timeout(300)
        assert reading(page)[0] == 0
        page.evaluate(listen)
        press(page, "Run")
        page.wait_for_timeout(2500)
        seen = {step for step in page.evaluate("seen") if step}
        assert page.evaluate("said") <= 3
        if motion == "reduce":
            assert seen and len(seen) <= 3 and all(step % 100 == 0 for step in seen), seen
        else:
            assert len(seen) > 10, seen


def test_without_scripts_the_words_stay(visit):
    page = visit(PAGE, "file", java_script_enabled=False)
    box = page.locator(".learner")
    assert box.locator("li:visible").count() == 3 and box.locator(".learner-else").is_visible()
    assert not box.locator("button, canvas, select").count()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_no_fault_in_the_living_network(learner, mode, width):
    page = learner(
        "width=8&activation=ReLU&rate=3&steps=30",
        color_scheme=mode,
        viewport={"width": width, "height": 900},
    )
    page.locator(".learner-table summary").click()
    assert not page.complaints  # axe itself may make some
    assert not axe.faults(page, "'.learner'")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.locator(".learner :is(button, select, input):visible").evaluate_all(
        "all => all.map(one => [one.offsetWidth, one.offsetHeight])"
    )
    assert min(map(min, sizes)) >= 24
