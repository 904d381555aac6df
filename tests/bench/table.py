"""The figures as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.figures import Bound, Figure, NotMeasured, Ratio

_HEAD = ("what", "ours", "theirs", "ratio", "target", "", "by CPU", "spread", "pairs")


def table(figures: Sequence[Figure]) -> str:
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    match figure:
        case Ratio():
            return _ratio(figure)
        case Bound(what, value, most):
            spoken = (f"{value:.0f} MiB", "", "", f"< {most:.0f}", _verdict(value, most))
            return (what, *spoken, "", "", "")
        case NotMeasured(what, reason):
            return (f"{what}: not measured, {reason}", *[""] * 8)


def _ratio(figure: Ratio) -> tuple[str, ...]:
    return (
        figure.what,
        _seconds(figure.ours),
        _seconds(figure.theirs),
        f"{figure.wall:.2f}",
        f"≤ {figure.most:g}" if figure.most is not None else "",
        _verdict(figure.wall, figure.most),
        f"{figure.cpu:.2f}" if figure.cpu is not None else "",
        f"{figure.spread:.0%}",
        str(len(figure.pairs)),
    )


def _verdict(value: float, most: float | None) -> str:
    if most is None:
        return ""
    return "PASS" if value <= most else "miss"


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = [
        cell.ljust(width) if at == 0 else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join((first, *rest)).rstrip()
