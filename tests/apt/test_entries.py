"""Both forms of the files that name apt's sources."""

from dockswitch.apt.entries import Entry, entries
from tests.apt.machine import Said, machine

LINES = """\
# deb https://example.org/commented stable main
deb https://download.docker.com/linux/debian/ bookworm stable test # both
deb-src https://download.docker.com/linux/debian bookworm stable
  deb [ arch=amd64,arm64 signed-by=/a.gpg,/b.asc trusted=yes ] http://me:secret@m.example/apt x y
deb [signed-by=9dc858229fc7dd38854ae2d88d81803c0ebfcd88] file:///srv/apt one two
"""
STANZAS = """\
# a site's own
Types: deb deb-src
URIs: https://m.example/one https://m.example/two/
suites: bookworm bookworm-updates
# in between
Components: stable
Signed-By: /a.gpg
 /b.asc

Types: deb
URIs: https://m.example/off
Suites: x
Components: y
Enabled: no

Types: deb
URIs: https://m.example/inline
Suites: x
Components: y
Trusted: Yes
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
"""


def found(**files: str) -> tuple[Entry, ...]:
    return entries(machine(Said(), **files))


def test_lines_are_read_with_their_options() -> None:
    docker, mirror, local = found(**{"sources.list": LINES})
    assert docker.urls == ("https://download.docker.com/linux/debian",)
    assert (docker.suites, docker.components) == (("bookworm",), ("stable", "test"))
    assert (docker.signed_by, docker.trusted) == ("", False)
    assert mirror.urls == ("http://m.example/apt",)
    assert (mirror.signed_by, mirror.trusted) == ("/a.gpg,/b.asc", True)
    assert "secret" in mirror.text
    assert local.signed_by == "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
    assert local.has("file:/srv/apt/", "one")


def test_stanzas_are_read_with_their_fields() -> None:
    one, inline = found(**{"sources.list.d/site.sources": STANZAS})
    assert one.file == "/etc/apt/sources.list.d/site.sources"
    assert one.urls == ("https://m.example/one", "https://m.example/two")
    assert one.suites == ("bookworm", "bookworm-updates")
    assert one.signed_by == "/a.gpg,/b.asc"
    assert one.text.startswith("# a site's own\nTypes: deb")
    assert inline.trusted
    assert inline.signed_by.splitlines()[:3] == [
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
        "",
        "abc",
    ]


def test_files_are_read_in_apts_order_and_others_not_at_all() -> None:
    line = "deb https://{}.example/ x y\n"
    files = {
        "sources.list": line.format("first"),
        "sources.list.d/b.list": line.format("third"),
        "sources.list.d/a.list": line.format("second"),
        "sources.list.d/c.list.save": line.format("never"),
    }
    assert [each.urls for each in found(**files)] == [
        ("https://first.example",),
        ("https://second.example",),
        ("https://third.example",),
    ]
