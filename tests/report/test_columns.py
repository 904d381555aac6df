"""Rows for people."""

from dockswitch.report.columns import columns


def test_each_column_is_as_wide_as_its_widest_cell() -> None:
    rows = [["28.5.2", "stable", "-"], ["17.06.0-ce-rc2", "test", "unproven"]]
    assert list(columns(rows)) == ["28.5.2          stable  -", "17.06.0-ce-rc2  test    unproven"]


def test_nothing_trails_where_the_last_cell_is_empty() -> None:
    assert list(columns([["a", ""], ["bb", ""]])) == ["a", "bb"]
    assert list(columns([["a", ""], ["bb", "c"]])) == ["a", "bb  c"]


def test_no_rows_are_no_lines() -> None:
    assert list(columns([])) == []
