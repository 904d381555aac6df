"""The Debian archive is found in either form of apt's sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.archive import Archive, ArchiveMissing


def _machine(etc: Path, name: str, text: str) -> Path:
    path = etc / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return etc


def test_a_deb822_source_keeps_its_key(tmp_path: Path) -> None:
    etc = _machine(
        tmp_path,
        "sources.list.d/debian.sources",
        "Types: deb\n# a comment between fields\nURIs: http://archive.invalid/debian\n"
        "Suites: bookworm bookworm-updates\nComponents: main\nSigned-By: /k.gpg\n",
    )
    archive = Archive.of_machine(etc)
    assert archive == Archive("http://archive.invalid/debian", (("signed-by", "/k.gpg"),))
    assert archive.stanza("sid") == (
        "Types: deb\nURIs: http://archive.invalid/debian\nSuites: sid\nComponents: main\n"
        "signed-by: /k.gpg\n"
    )


def test_a_key_within_the_source_is_kept_whole(tmp_path: Path) -> None:
    key = "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abcd\n -----END PGP PUBLIC KEY BLOCK-----"
    stanza = (
        f"Types: deb\nURIs: http://a.invalid/\nSuites: sid\nComponents: main\nSigned-By:{key}\n"
    )
    etc = _machine(tmp_path, "sources.list.d/debian.sources", stanza)
    assert Archive.of_machine(etc).trust == (("signed-by", key),)


def test_a_one_line_source_keeps_its_key(tmp_path: Path) -> None:
    line = "deb [arch=amd64 signed-by=/k.gpg] http://archive.invalid/debian trixie main contrib\n"
    etc = _machine(tmp_path, "sources.list", "# deb http://commented.invalid/ sid main\n" + line)
    assert Archive.of_machine(etc) == Archive(
        "http://archive.invalid/debian", (("signed-by", "/k.gpg"),)
    )


@pytest.mark.parametrize(
    "stanza",
    [
        "Types: deb\nURIs: http://a.invalid\nSuites: bookworm\nComponents: main\nEnabled: no\n",
        "Types: deb-src\nURIs: http://a.invalid\nSuites: bookworm\nComponents: main\n",
        "Types: deb\nURIs: http://a.invalid\nSuites: bookworm-security\nComponents: main\n",
        "Types: deb\nURIs: http://a.invalid\nSuites: bookworm\nComponents: stable\n",
    ],
)
def test_other_sources_are_not_the_archive(tmp_path: Path, stanza: str) -> None:
    etc = _machine(tmp_path, "sources.list.d/other.sources", stanza)
    with pytest.raises(ArchiveMissing, match="no source under"):
        Archive.of_machine(etc)
