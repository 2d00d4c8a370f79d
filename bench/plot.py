"""The picture of the report: what a delivery costs each server, in three panels."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import matplotlib

from bench.tables import names_by_key
from bench.works import Book

PANELS = {
    "one": "one message in flight",
    "eight": "eight in flight",
    "burst": "100 members at once",
}
TICKS = (0.1, 1, 10, 100)
# Both are told from a white page and from a dark one.
GREY, ACCENT = "#8a8f98", "#2f81c4"


def draw(book: Book, path: Path) -> None:
    """Draws the medians as bars, dearest first, on a logarithmic scale."""
    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "bench",
            "font.family": "sans-serif",
            "font.size": 9,
            "text.color": GREY,
            "axes.labelcolor": GREY,
            "axes.edgecolor": GREY,
            "xtick.color": GREY,
            "ytick.color": GREY,
        }
    )
    names = {key: name.replace("`", "") for key, name in names_by_key().items()}
    keys = sorted((key for key in names if _has_all(book, key)), key=lambda key: -_cost(book, key))
    figure, panels = pyplot.subplots(1, len(PANELS), sharey=True, figsize=(9, 0.3 * len(keys) + 1))
    for axes, (work, title) in zip(panels, PANELS.items(), strict=True):
        values = [_cost(book, key, work) for key in keys]
        colours = [ACCENT if key.startswith("ours") else GREY for key in keys]
        axes.barh([names[key] for key in keys], values, color=colours, height=0.6)
        for place, value in enumerate(values):
            axes.text(value * 1.15, place, f"{value:.2f}", va="center", fontsize=8)
        axes.set(xscale="log", xlim=(0.02, 200), title=title)
        axes.set_xticks(TICKS, labels=[f"{tick:g}" for tick in TICKS])
        axes.minorticks_off()
        axes.title.set_fontsize(9)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
    panels[1].set_xlabel("processor time for each delivery, µs, on a logarithmic scale")
    figure.tight_layout()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, transparent=True, metadata={"Date": None})


def _has_all(book: Book, key: str) -> bool:
    return all(book.figures.get((work, key)) for work in PANELS)


def _cost(book: Book, key: str, work: str = "one") -> float:
    return 1e6 * median(book.figures[work, key])
