"""The plot: how time and storage grow with the number of provinces."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.scale.measures import Storage, Taken

#: The same figures give the same file.
_SETTINGS = {"svg.hashsalt": "scale", "svg.fonttype": "none", "font.size": 9}


def draw(taken: Sequence[Taken], storage: Sequence[Storage], file: Path) -> None:
    """Draw time against one province's, and bytes by table, both over the number of provinces."""
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(10, 4), layout="constrained")
        times, sizes = figure.subplots(1, 2)
        for what in dict.fromkeys(each.what for each in taken):
            of = sorted((each.provinces, each.median) for each in taken if each.what == what)
            times.plot(*zip(*((x, y / of[0][1]) for x, y in of), strict=True), "o-", label=what)
        times.axhline(1.5, color="grey", linestyle=":", label="target of reads")
        times.set(title="Time for one province", xlabel="provinces", ylabel="times that at 1 ×")
        times.set_ylim(bottom=0)
        for table in dict.fromkeys(each.table for each in storage):
            own = [each for each in storage if each.table == table]
            gib = [(each.heap + each.indexes) / 2**30 for each in own]
            sizes.plot([each.provinces for each in own], gib, "o-", label=table)
        sizes.set(title="Storage with indexes", xlabel="provinces", ylabel="GiB")
        for axes in (times, sizes):
            axes.grid(visible=True, alpha=0.3)
            axes.legend(fontsize=7)
        figure.savefig(file, format="svg", metadata={"Date": None})
