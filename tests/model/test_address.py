"""No secret of an address is ever shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.model.address import bare, lent, name_of, shown, unsigned

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


def test_a_name_is_as_its_owner_spells_it() -> None:
    assert (
        name_of("https://example.org/docker-20.10.24%2Bdfsg1.tgz?x=y")
        == "docker-20.10.24+dfsg1.tgz"
    )
