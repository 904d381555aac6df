"""Rows for people: each column as wide as its widest cell, none of it cut."""

from collections.abc import Iterator, Sequence


def columns(rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """One line a row; the last cell of a row may be empty, and nothing trails."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
