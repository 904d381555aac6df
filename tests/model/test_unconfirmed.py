"""How long a switch waits to be confirmed, whatever becomes of clocks."""

import pytest

from dockswitch.model.moment import after
from dockswitch.model.unconfirmed import Unconfirmed, from_json

NOON = "2026-12-01T12:00:00Z"
WAITS = Unconfirmed(2, 1, after(NOON, 600), 600, boot="a", due=1600.0)


def test_within_one_boot_no_clock_that_is_set_moves_it() -> None:
    for clock in (NOON, "1970-01-01T00:00:00Z", "2038-01-01T00:00:00Z"):
        assert WAITS.left(clock, "a", 1000.0) == 600
        assert WAITS.left(clock, "a", 1601.0) == -1


def test_behind_a_reboot_the_clock_decides() -> None:
    assert WAITS.left("2026-12-01T12:04:00Z", "b", 3.0) == 360
    assert WAITS.left("2026-12-02T12:00:00Z", "b", 3.0) < 0


def test_a_clock_that_went_back_over_a_reboot_makes_it_no_longer_than_it_was() -> None:
    assert WAITS.left("1970-01-01T00:00:00Z", "b", 3.0) == 600


def test_where_nobody_knows_the_boot_the_clock_decides() -> None:
    waits = Unconfirmed(2, 1, after(NOON, 600), 600)
    assert waits.left("2026-12-01T12:04:00Z", "", 0.0) == 360


def test_it_is_read_as_it_was_written() -> None:
    assert from_json(WAITS.to_json()) == WAITS


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"generation": 2}', "3"])
def test_anything_else_is_no_such_note(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)
