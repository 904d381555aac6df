"""Durations as people say them."""

import pytest

from dockswitch.model.duration import BadDuration, parse, spelled

SAID = {
    "1s": 1,
    "90s": 90,
    "10m": 600,
    "2h": 7200,
    "1h30m": 5400,
    "1h1m1s": 3661,
    "8760h": 31_536_000,
    " 10M ": 600,
}
SPELLED = {1: "1s", 90: "1m30s", 600: "10m", 5400: "1h30m", 3661: "1h1m1s", 31_536_000: "8760h"}


@pytest.mark.parametrize(("said", "seconds"), SAID.items())
def test_they_are_hours_minutes_and_seconds_in_that_order(said: str, seconds: int) -> None:
    assert parse(said) == seconds


@pytest.mark.parametrize(
    "said", ["", "10", "0s", "0h0m", "m", "-5m", "1.5h", "30m1h", "5d", "10 m", "8761h", "9e9s"]
)
def test_what_is_none_is_refused_with_what_would_be_one(said: str) -> None:
    with pytest.raises(BadDuration) as failure:
        parse(said)
    assert (failure.value.exit, failure.value.code) == (2, "usage")
    assert "90s, 10m, 2h or 1h30m" in failure.value.hint


@pytest.mark.parametrize(("seconds", "said"), SPELLED.items())
def test_they_are_spelled_as_they_are_read(seconds: int, said: str) -> None:
    assert spelled(seconds) == said
    assert parse(said) == seconds
