"""A site's own channel map: what it adds, and how its mistakes are told."""

import textwrap

import pytest

from dockswitch.model.catalog import Catalog
from dockswitch.model.channel_map import BadChannelMap

SHIPPED = Catalog.shipped()
FINGERPRINT = "AAAA BBBB CCCC DDDD EEEE FFFF 0000 1111 2222 3333"


def site(text: str) -> Catalog:
    return SHIPPED.with_site("/etc/dockswitch/channels.yaml", textwrap.dedent(text))


def test_an_empty_file_changes_nothing() -> None:
    assert site("") == SHIPPED
    assert site("# nothing yet\n") == SHIPPED


def test_a_site_adds_a_channel() -> None:
    corp = site("""
        channels:
          corp:
            note: what we have tested
            static:
              linux: [x86_64]
              address: https://m.example/docker/{arch}/
        """).channels["corp"]
    assert (corp.state, corp.backends) == ("live", ("static",))
    assert corp.static is not None
    assert corp.static.archs == {"linux": ("x86_64",)}
    assert corp.static.address == "https://m.example/docker/{arch}/"


def test_a_site_changes_one_thing_of_a_channel_and_the_rest_stays() -> None:
    catalog = site("""
        channels:
          stable:
            apt: {address: "https://m.example/apt"}
        """)
    was, now = SHIPPED.channels["stable"], catalog.channels["stable"]
    assert now.apt is not None
    assert was.apt is not None
    assert now.apt.address == "https://m.example/apt"
    assert (now.apt.component, now.apt.distributions) == ("stable", was.apt.distributions)
    assert (now.static, now.images, now.note) == (was.static, was.images, was.note)
    assert catalog.channels["test"] == SHIPPED.channels["test"]


def test_a_site_sets_addresses_one_by_one() -> None:
    addresses = site("""
        addresses:
          static: https://m.example/{channel}/{arch}/
          key: https://m.example/key.asc
          image: https://m.example/b2d/{version}.iso
        """).addresses
    assert addresses.static == "https://m.example/{channel}/{arch}/"
    assert addresses.key == "https://m.example/key.asc"
    assert addresses.images == "https://m.example/b2d/"
    assert (addresses.apt, addresses.mirror) == (SHIPPED.addresses.apt, SHIPPED.addresses.mirror)


def test_a_sites_own_key_has_nothing_of_dockers() -> None:
    key = site(f"keys: {{deb: {{fingerprint: {FINGERPRINT.lower()}}}}}").keys["deb"]
    assert key.fingerprint == FINGERPRINT.replace(" ", "")
    assert key.file == ""
    assert key.text() is None


def test_a_site_moves_the_file_of_a_key() -> None:
    key = site("keys: {deb: {file: /etc/keys/docker.asc}}").keys["deb"]
    assert (key.fingerprint, key.file) == (SHIPPED.keys["deb"].fingerprint, "/etc/keys/docker.asc")


def test_a_site_knows_its_own_derivative() -> None:
    derivatives = site("derivatives: {corpix: {one: debian/trixie}}").derivatives
    assert derivatives["corpix"] == {"one": "debian/trixie"}
    assert derivatives["linuxmint"] == SHIPPED.derivatives["linuxmint"]


MISTAKES = {
    "an unknown key": (
        "chanels: {}",
        "channels.yaml:1: chanels: unknown; did you mean channels?",
    ),
    "a key of the shipped map only": (
        "systems: {}",
        ":1: systems: unknown; expected one of addresses, keys, channels, derivatives",
    ),
    "a state": (
        "channels:\n  corp:\n    state: alive\n    static: {}",
        ":3: channels.corp.state: 'alive'; expected live or retired",
    ),
    "a number that is a version": (
        "channels:\n  stable:\n    last: 28",
        ":3: channels.stable.last: '28'; expected a version such as 28.5.2 or 17.06.0-ce",
    ),
    "a date": (
        "channels: {stable: {ended: yesterday}}",
        ":1: channels.stable.ended: 'yesterday'; expected a date such as 2020-06-29",
    ),
    "a channel that reads as a version": (
        "channels:\n  '28': {static: {}}",
        ":2: channels.28: expected a channel's name",
    ),
    "a channel that is a word of its own": (
        "channels:\n  latest: {static: {}}",
        ":2: channels.latest: expected a channel's name",
    ),
    "a channel from nowhere": (
        "channels:\n  corp:\n    note: x",
        ":2: channels.corp: publishes nowhere; expected one of apt, static, images",
    ),
    "an address for all without its channel": (
        "addresses:\n  static: https://m.example/{arch}/",
        ":2: addresses.static: 'https://m.example/{arch}/'; expected an address",
    ),
    "an unknown hole": (
        "addresses:\n  apt: https://m.example/{dist}/",
        "{mirror}, {distribution}, {channel} may stand in it",
    ),
    "no scheme": (
        "addresses: {mirror: m.example}",
        "'m.example'; expected an address (https://, http:// or file:///)",
    ),
    "a key that is not there": (
        "channels:\n  corp:\n    apt:\n      key: corp",
        ":4: channels.corp.apt.key: 'corp'; expected one of deb, rpm",
    ),
    "a short fingerprint": (
        "keys: {deb: {fingerprint: 0EBFCD88}}",
        "keys.deb.fingerprint: '0EBFCD88'; expected 40 hex digits",
    ),
    "a new key without one": (
        "keys:\n  corp:\n    file: corp.asc",
        ":2: keys.corp: expected a fingerprint",
    ),
    "text for a list": (
        "channels: {stable: {static: {linux: x86_64}}}",
        "channels.stable.static.linux: expected a list, each of it a word",
    ),
    "a list for a table": (
        "channels: [stable]",
        ":1: channels: expected a table by a channel's name",
    ),
    "nothing for a table": (
        "channels:\n  corp:\n    static:\n",
        "channels.corp.static: expected a table with any of linux, mac, win, address",
    ),
    "text for the whole": ("stable", ":1: the file: expected a table with any of addresses"),
    "a key twice": (
        "channels:\n  stable: {}\n  stable: {}",
        ":3: channels.stable: stands here twice",
    ),
    "no YAML": ("channels: {\n", "channels.yaml:2: the file: is no YAML"),
    "a tab": ("channels:\n\tstable: {}", "channels.yaml:2: the file: is no YAML"),
    "a key that is a list": ("? [a, b]\n: c", ":1: ?: unknown"),
    "two files in one": ("channels: {}\n---\nkeys: {}", "the file: is no YAML"),
}


@pytest.mark.parametrize(("text", "told"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BadChannelMap) as refused:
        site(text)
    assert refused.value.exit == 2
    assert told in refused.value.details


def test_several_mistakes_are_told_together() -> None:
    with pytest.raises(BadChannelMap) as refused:
        site("""\
            channels:
              corp: {note: x}
              stable: {state: on, component: main}
            adresses: {}
            """)
    assert refused.value.message == "/etc/dockswitch/channels.yaml has 4 mistakes"
    assert [line.split(": ")[1] for line in refused.value.details.splitlines()] == [
        "channels.stable.state",
        "channels.stable.component",
        "adresses",
        "channels.corp",
    ]


def test_a_secret_in_an_address_is_not_told() -> None:
    with pytest.raises(BadChannelMap) as refused:
        site("addresses: {apt: 'https://me:secret@m.example/{x}'}")
    assert "secret" not in refused.value.details
    assert "m.example" in refused.value.details


def test_a_map_that_refers_to_itself_ends() -> None:
    with pytest.raises(BadChannelMap):
        site("channels: &all {stable: *all}")
