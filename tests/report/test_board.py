"""Lines on a terminal that are kept up to date."""

import pytest

from dockswitch.report.board import Board


def test_lines_take_the_place_of_those_before(capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(moving=True)
    board.draw(["a", "b"])
    board.draw(["c"])
    board.clear()
    board.clear()
    said = capsys.readouterr()
    assert said.err == "a\nb\n\033[2A\r\033[Jc\n\033[1A\r\033[J"
    assert said.out == ""


def test_where_nothing_is_to_move_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(moving=False)
    board.draw(["a"])
    board.clear()
    assert capsys.readouterr() == ("", "")
