"""What words ask for, and which versions answer to them."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.model.version import Version
from dockswitch.model.wish import (
    BadWish,
    Exact,
    Latest,
    LatestPre,
    Newest,
    Previous,
    Request,
    SystemsOwn,
    Under,
    Wish,
    Within,
    parse,
)

CHANNELS = ("stable", "test", "edge", "nightly", "corp-stable")
RC2 = Version.parse("17.06.0-ce-rc2")

SPECS: list[tuple[list[str], str | None, Wish]] = [
    (["stable"], "stable", Newest()),
    (["corp-stable"], "corp-stable", Newest()),
    (["17.06.0-ce-rc2"], None, Exact(RC2)),
    (["v17.06.0-rc2"], None, Exact(RC2)),
    (["0.0.0-20190727010531-15bdbd7"], None, Exact(Version("0.0.0-20190727010531-15bdbd7"))),
    (["20.10.24+dfsg1"], None, Exact(Version("20.10.24+dfsg1"))),
    (["17.06"], None, Under("17.06")),
    (["v28"], None, Under("28")),
    (["0.1"], None, Under("0.1")),
    ([">=26,<28"], None, Within(">=26,<28")),
    ([">=26,", "<28"], None, Within(">=26, <28")),
    (["latest"], None, Latest()),
    (["latest-pre"], None, LatestPre()),
    (["previous"], None, Previous()),
    (["system"], None, SystemsOwn()),
    (["test", "29.8"], "test", Under("29.8")),
    (["test@29.8"], "test", Under("29.8")),
    (["test", "latest-pre"], "test", LatestPre()),
    (["test@latest-pre"], "test", LatestPre()),
    (["stable", "28.5.2"], "stable", Exact(Version("28.5.2"))),
    (["stable", ">=26,", "<28"], "stable", Within(">=26, <28")),
    (["stable@>=17.06.0-ce"], "stable", Within(">=17.06.0-ce")),
]


@pytest.mark.parametrize(("words", "channel", "wish"), SPECS, ids=lambda value: str(value))
def test_words_make_a_request(words: list[str], channel: str | None, wish: Wish) -> None:
    assert parse(words, CHANNELS) == Request(channel, wish, " ".join(words))


@pytest.mark.parametrize(
    "word", ["17.06", "28", "28.5.2", ">=26,<28", "latest", "latest-pre", "previous", "system"]
)
def test_a_wish_gives_its_word_back(word: str) -> None:
    assert str(parse([word], CHANNELS).wish) == word


ANSWERS = [
    ("20.10.1", "20.10.1", True),
    ("20.10.1", "20.10.10", False),
    ("20.10.1", "20.10.1-rc1", False),
    ("17.06.0", "17.06.0-ce", True),
    ("17.06.0", "17.06.0-ce-rc2", False),
    ("17.06.0-rc2", "17.06.0-ce-rc2", True),
    ("20.10.24", "20.10.24+dfsg1", False),
    ("20.10.24+dfsg1", "20.10.24", False),
    ("24.0", "24.0.9", True),
    ("24.0", "24.0.0-rc.1", False),
    ("24.0", "23.0.24", False),
    ("2", "20.10.1", False),
    ("20.1", "20.10.1", False),
    ("17.06", "17.06.2-ce", True),
    ("17.06", "17.06.2-ce-rc1", False),
    ("28", "28.5.2", True),
    ("28", "29.0.0-rc.1", False),
    (">=26,<28", "27.5.1", True),
    (">=26,<28", "26.0.0", True),
    (">=26,<28", "26.0.0-rc1", False),
    (">=26,<28", "28.0.0-rc.1", False),
    (">=26,<28", "28.0.0", False),
    (">17.06.0-ce-rc2,<=17.06.0-ce", "17.06.0-ce", True),
    ("~=28.2", "28.5.2", True),
    ("==28.*", "28.5.2", True),
    ("!=28.5.2", "28.5.2", False),
    ("latest", "28.5.2", True),
    ("latest", "29.0.0-rc.1", False),
    ("latest-pre", "29.0.0-rc.1", True),
    ("latest-pre", "28.5.2", False),
    ("test", "28.5.2", True),
    ("test", "29.0.0-rc.1", True),
    ("previous", "28.5.2", False),
    ("system", "28.5.2", False),
]


@pytest.mark.parametrize(("word", "version", "answers"), ANSWERS)
def test_a_version_answers_to_a_wish(word: str, version: str, *, answers: bool) -> None:
    assert parse([word], CHANNELS).wish.matches(Version.parse(version)) is answers


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing was asked for"),
        ([""], "nothing was asked for"),
        (["stabel"], "did you mean stable"),
        (["Stable"], "did you mean stable"),
        (["lastest"], "did you mean latest"),
        (["stabel", "28"], "did you mean stable"),
        (["stable", "lates"], "did you mean latest"),
        (["stable@"], "'stable@' is not"),
        (["stable", "test"], "'test' is not a version"),
        (["stable", "previous"], "stand alone"),
        (["28", "29"], "CHANNEL VERSION"),
        (["28.x"], "'28.x' is not"),
        ([">=26,<"], "'>=26,<' is not"),
        (["=>26"], "'=>26' is not"),
        (["stable", "28", "29"], "'28 29' is not a version"),
        (["28.5.2-2"], "'28.5.2-2' is not"),
        (["newest"], "'newest' is not"),
    ],
)
def test_bad_words_end_at_the_door(words: list[str], said: str) -> None:
    with pytest.raises(BadWish) as refused:
        parse(words, CHANNELS)
    assert refused.value.exit == 2
    assert said in f"{refused.value.message} {refused.value.details} {refused.value.hint}"
    assert "CHANNEL@VERSION" in refused.value.hint


def test_a_request_says_its_day() -> None:
    request = Request("edge", Newest(), "edge", date(2017, 6, 30))
    assert str(request) == "edge as of 2017-06-30"


@given(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)))
def test_a_prefix_covers_exactly_its_own_line(numbers: tuple[int, int, int]) -> None:
    major, minor, patch = numbers
    version = Version.parse(f"{major}.{minor}.{patch}")
    assert Under(f"{major}").matches(version)
    assert Under(f"{major}.{minor}").matches(version)
    assert not Under(f"{major}.{minor + 1}").matches(version)
    assert not Under(f"{major}1").matches(version)


@given(st.lists(st.text(max_size=12), max_size=3))
def test_any_words_make_a_request_or_a_usage_error(words: list[str]) -> None:
    with contextlib.suppress(BadWish):
        assert parse(words, CHANNELS).words == " ".join(words)
