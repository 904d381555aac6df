"""No secret of an address is ever shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.model.address import as_folder, asked_as, bare, lent, name_of, shown, unsigned

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://example.org/a/b.tgz", "https://example.org/a/b.tgz"),
        ("https://me:hunter2@example.org:8443/a", "https://example.org:8443/a"),
        ("https://hunter2@example.org/a", "https://example.org/a"),
        ("https://example.org/a?token=hunter2&page=2", "https://example.org/a?token=***&page=2"),
        ("https://example.org/a?hunter2", "https://example.org/a?***"),
        ("https://example.org/a#hunter2", "https://example.org/a"),
        ("https://me:hunter2@[::1/a", "https://[::1/a"),
        ("file:///srv/mirror/", "file:///srv/mirror/"),
    ],
)
def test_what_is_shown_of_an_address(url: str, seen: str) -> None:
    assert shown(url) == seen
    assert SECRET not in shown(url)


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    for read in (shown, bare, unsigned, name_of):
        assert isinstance(read(text), str)
    lent(text, text)
    asked_as(text, as_folder(text))


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://example.org/a/x.tgz", "https://example.org/a/x.tgz?token=hunter2"),
        ("https://example.org/b/x.tgz", "https://example.org/b/x.tgz?token=hunter2"),
        ("https://example.org/a/x.tgz?own=1", "https://example.org/a/x.tgz?own=1"),
        ("https://example.org:8443/a/x.tgz", "https://example.org:8443/a/x.tgz"),
        ("http://example.org/a/x.tgz", "http://example.org/a/x.tgz"),
        ("https://elsewhere.org/a/x.tgz", "https://elsewhere.org/a/x.tgz"),
    ],
)
def test_a_token_goes_along_to_the_same_origin_only(url: str, asked: str) -> None:
    assert asked_as(url, as_folder("https://example.org/a?token=hunter2")) == asked


def test_a_name_is_as_its_owner_spells_it() -> None:
    assert (
        name_of("https://example.org/docker-20.10.24%2Bdfsg1.tgz?x=y")
        == "docker-20.10.24+dfsg1.tgz"
    )
