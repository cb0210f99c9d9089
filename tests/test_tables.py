"""The numbers behind a picture: checked, written alike on every machine, shown with the figure."""

import base64

import numpy as np
import pytest
import torch

from helpers import plots, tables
from tools import refresh

RATES = [0.01, 0.1, 1.0]


@pytest.fixture
def shown(displayed):
    yield displayed(plots)
    plots.plt.close("all")


@pytest.mark.parametrize(
    "table, complaint",
    [
        ({}, "no column"),
        ({"rate": [1, 2], "loss": [1]}, "rate: 2, loss: 1"),
        ({"rate": [], "loss": []}, "no rows"),
        ({"rate": range(26)}, "26 rows"),
        ({"rate": [[1, 2], [3, 4]]}, r"\[1, 2\]"),
        ({"rate": [1, None]}, "None"),
    ],
)
def test_what_is_no_table_is_refused(table, complaint, shown):
    plots.axes()
    with pytest.raises(ValueError, match=complaint):
        plots.show(table=table)
    assert not shown


def test_a_table_needs_a_figure(shown):
    plots.plt.close("all")
    with pytest.raises(ValueError, match="no open figure"):
        plots.show(table={"rate": RATES})


@pytest.mark.parametrize(
    "values",
    [
        [1234, 5],
        np.array([1234, 5]),
        torch.tensor([1234, 5]),
        (value for value in (1234, 5)),
    ],
)
def test_lists_arrays_and_tensors_are_written_alike(values):
    assert tables.columns({"n": values}) == {"n": ["1,234", "5"]}


def test_numbers_are_cut_to_what_is_stable_and_text_stays():
    values = torch.tensor([1 / 3, 12345.678, 1e-9, -0.0, float("nan")], requires_grad=True)
    table = tables.columns({"x": values, "said": ["36 %", "a < b", "0.00010", "–", ""]})
    assert table == {
        "x": ["0.3333", "12,350", "1e-09", "0", "nan"],
        "said": ["36 %", "a < b", "0.00010", "–", ""],
    }


def test_plain_text_is_aligned():
    lines = tables.plain({"kind": ["mean", "a median"], "n": ["1,234", "5"]}).splitlines()
    assert lines == ["kind          n", "mean      1,234", "a median      5"]


def test_the_page_names_every_row_and_column_and_escapes_text():
    page = tables.page({"a < b": ["x & y"], "n": ["5"]})
    assert page.count('scope="col"') == 2 and page.count('scope="row"') == 1
    assert "a &lt; b" in page and "x &amp; y" in page and "a < b" not in page
    assert "<caption>n by a &lt; b</caption>" in page


def test_a_figure_and_its_table_are_one_output(shown):
    plots.axes().plot(RATES)
    assert plots.show(table={"rate": RATES, "loss": [3, 2, 1]}) is None
    ((bundle, metadata),) = shown
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"].splitlines()[1].split() == ["0.01", "3"]
    assert metadata["image/png"]["table"][1] == ("loss", ["3", "2", "1"])
    assert not plots.plt.get_fignums(), "the figure would be shown twice"


def test_the_live_form_shows_both(shown):
    plots.axes().plot(RATES)
    plots.show(table={"rate": RATES})
    live = plots._live(shown[0][0]["image/png"], {"rate": ["0.01"]})
    image, numbers = live.children
    assert bytes(image.value).startswith(b"\x89PNG") and "<table>" in numbers.value


def test_without_ipywidgets_the_figure_is_still_shown(shown, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ipywidgets", None)
    plots.axes().plot(RATES)
    plots.show(table={"rate": RATES})
    assert set(shown[0][0]) == {"text/plain", "image/png"}


def test_helpers_that_draw_pass_a_table_on(shown):
    plots.curves({"loss": RATES}, xlabel="step", ylabel="loss", table={"step": [0, 1, 2]})
    plots.bars("ab", [1, 2], xlabel="n", table={"name": ["a", "b"], "n": [1, 2]})
    assert [[name for name, _ in about["image/png"]["table"]] for _, about in shown] == [
        ["step"],
        ["name", "n"],
    ]


@pytest.mark.parametrize("path", refresh.chapters(), ids=lambda path: path.stem)
def test_stored_text_and_stored_table_agree(path):
    for table, output in refresh.outputs(path, "table"):
        assert output.data["text/plain"] == tables.plain(dict(table))
