"""The file that a lock is: YAML that people can read, in an order that stays.

YAML and not TOML: Python 3.10 reads no TOML and none writes it, every Ansible reads YAML, and the
settings and channel maps beside it are YAML too.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, cast

from dockswitch.model.address import name_of, shown
from dockswitch.model.channel_map import Reading, read
from dockswitch.model.channel_shape import DATE, NOTE, VERSION, WORD, Many, Table, Text
from dockswitch.model.errors import UsageError
from dockswitch.model.lock import Asked, Entry, Lock, LockedFile
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version

SCHEMA = "1"
# One of 64 hosts by 3 backends has 300 kB.
_LARGEST = 16 << 20
_HEAD = """\
# The very files that `dockswitch use --locked` installs; their digests decide.
# Made by dockswitch: `dockswitch lock --check` says what changed, --update makes it anew.
# What vouched for each digest: signed (an index that is signed), recorded (dockswitch's record of
# published files), locked (a person), tls (nothing but the connection). Sizes are in bytes.
"""

_Plain: TypeAlias = Mapping[str, object]


def _matches(pattern: str) -> Text:
    return Text("", lambda text: re.fullmatch(pattern, text, re.ASCII) is not None)


def _is_address(text: str) -> bool:
    """No secrets, and a name at its end that leads nowhere else."""
    begins = re.match(r"(?:https?://[^/@\s]+|file://)/", text)
    whole = re.fullmatch(r"[!-~]+", text)
    name = name_of(text)
    return bool(begins and whole and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+~%:@-]*", name))


_ADDRESS = Text("the address of a file, without a password", _is_address)
_PLACE = Text(
    "an address, without a password",
    lambda text: re.fullmatch(r"(?:https?://[^/@\s]+|file:///)[!-?A-~]*", text) is not None,
)
_SHA256 = Text("a SHA-256: 64 lower-case hexadecimal digits", _matches("[0-9a-f]{64}").fits)
_SIZE = Text("a number of bytes", _matches("[1-9][0-9]{0,12}").fits)
_TRUST = Text(
    f"one of {', '.join(str(each) for each in Trust)}",
    lambda text: text in [str(each) for each in Trust],
)
_PACKAGE = Text(
    "a package as apt calls it, such as docker-ce=5:28.5.2-1~debian.12~bookworm",
    _matches(r"[a-z0-9][a-z0-9+.-]+=[0-9][A-Za-z0-9.+~:-]*").fits,
)
_HOST = Text(
    "a host such as debian:bookworm/x86_64, linux/aarch64, or any",
    _matches(r"any|[a-z][a-z0-9._-]*(?::[a-z][a-z0-9._-]*)?/[a-z0-9_]+").fits,
)
_YES = Text("yes", lambda text: text in ("yes", "true"))
_FILE = Table(
    {
        "url": _ADDRESS,
        "package": _PACKAGE,
        "rootless": _YES,
        "sha256": _SHA256,
        "size": _SIZE,
        "trust": _TRUST,
    }
)
_ENTRY = Table(
    {
        "spec": NOTE,
        "version": VERSION,
        "channel": WORD,
        "backend": WORD,
        "for": Many(_HOST),
        "files": Many(_FILE),
    }
)
_ASKED = Table({"specs": Many(NOTE), "for": Many(_HOST), "backends": Many(WORD), "as-of": DATE})
_SHAPE = Table(
    {
        "schema": Text("a number", _matches("[0-9]{1,9}").fits),
        "mirror": _PLACE,
        "asked": _ASKED,
        "releases": Many(_ENTRY),
    }
)
# What may be left out
_OPTIONAL = frozenset({"package", "rootless", "backends", "as-of"})


def written(lock: Lock) -> str:
    """The text of a lock: the same for the same lock, whoever writes it."""
    import yaml  # 16 ms

    asked: dict[str, object] = {"specs": list(lock.asked.specs), "for": list(lock.asked.hosts)}
    if lock.asked.backends:
        asked["backends"] = list(lock.asked.backends)
    if lock.asked.as_of:
        asked["as-of"] = lock.asked.as_of
    plain = {
        "schema": int(SCHEMA),
        "mirror": lock.mirror,
        "asked": asked,
        "releases": [_entry_plain(each) for each in lock.entries],
    }
    text = yaml.dump(plain, Dumper=yaml.SafeDumper, sort_keys=False, width=1000)
    return _HEAD + text.replace("\n- spec: ", "\n\n- spec: ")  # each release stands alone


def parsed(path: str, text: str) -> Lock:
    """The lock that a file says; raises BadLock, and NewerLock where it is not for us to read."""
    if len(text) > _LARGEST:
        raise BadLock(path, [f"{path}: it has more than {_LARGEST} characters"])
    reading = read(path, text, shape=_SHAPE, fast=True)
    if not reading.plain and reading.mistakes:  # no YAML at all
        raise BadLock(path, reading.mistakes)
    schema = str(reading.plain.get("schema", SCHEMA))
    if int(schema) > int(SCHEMA):
        raise NewerLock(path, schema)
    for mistake in _missing(reading):
        reading.mistakes.append(mistake)
    if not reading.mistakes:
        for key, what in _contradictions(reading.plain):
            reading.mistake(key, what)
    if reading.mistakes:
        raise BadLock(path, reading.mistakes)
    return _lock(path, reading.plain)


def _entry_plain(entry: Entry) -> dict[str, object]:
    return {
        "spec": entry.spec,
        "version": str(entry.version),
        "channel": entry.channel,
        "backend": entry.backend,
        "for": list(entry.hosts),
        "files": [_file_plain(each) for each in entry.files],
    }


def _file_plain(file: LockedFile) -> dict[str, object]:
    return {
        **({"package": file.package} if file.package else {}),
        "url": file.url,
        "sha256": file.sha256,
        "size": file.size,
        "trust": str(file.trust),
        **({"rootless": True} if file.rootless else {}),
    }


def _missing(reading: Reading) -> Iterator[str]:
    """What has to be there and is not, each with the line of what it is missing in."""
    for key, plain, shape in _tables(reading.plain):
        for name in shape.keys:
            wrong = f"{key}.{name}" if key else name
            said = any(f": {wrong}: " in mistake for mistake in reading.mistakes)
            if name not in plain and name not in _OPTIONAL and not said:
                line = _first_line(reading, key)
                yield f"{reading.path}:{line}: {key or 'the file'}: says no {name}"


def _first_line(reading: Reading, key: str) -> int:
    """The line of a table, which is that of the first of its keys."""
    lines = [line for each, line in reading.lines.items() if each.startswith(f"{key}.")]
    return min(lines, default=reading.lines.get(key, 1)) if key else 1


def _tables(plain: _Plain) -> Iterator[tuple[str, _Plain, Table]]:
    yield "", plain, _SHAPE
    if "asked" in plain:
        yield "asked", cast(_Plain, plain["asked"]), _ASKED
    for place, entry in enumerate(_many(plain, "releases"), 1):
        yield f"releases.{place}", entry, _ENTRY
        for number, file in enumerate(_many(entry, "files"), 1):
            yield f"releases.{place}.files.{number}", file, _FILE


def _contradictions(plain: _Plain) -> Iterator[tuple[str, str]]:
    """What cannot be meant: edited by hand, or two locks mixed into one."""
    digests: dict[str, tuple[object, str]] = {}
    answers: dict[tuple[object, object, str], str] = {}
    for place, entry in enumerate(_many(plain, "releases"), 1):
        key = f"releases.{place}"
        if not _words(entry, "for"):
            yield f"{key}.for", "names no host"
        for host in _words(entry, "for"):
            answer = (entry["spec"], entry["backend"], host)
            if answer in answers:
                yield f"{key}.for", f"{host} has its {entry['backend']} in {answers[answer]} too"
            answers[answer] = key
        files = _many(entry, "files")
        if not [each for each in files if "package" in each or "rootless" not in each]:
            yield f"{key}.files", "has no engine"
        names = Counter(str(each.get("package", "")).partition("=")[0] for each in files)
        for number, file in enumerate(files, 1):
            name = str(file.get("package", "")).partition("=")[0]
            if name and names[name] > 1:
                yield f"{key}.files.{number}.package", f"{name} stands here twice"
            url, digest = str(file["url"]), file["sha256"]
            known, where = digests.setdefault(url, (digest, f"{key}.files.{number}"))
            if known != digest:
                yield f"{key}.files.{number}.sha256", f"the same file has another in {where}"


def _lock(path: str, plain: _Plain) -> Lock:
    asked = cast(_Plain, plain["asked"])
    return Lock(
        mirror=str(plain["mirror"]),
        asked=Asked(
            specs=_words(asked, "specs"),
            hosts=_words(asked, "for"),
            backends=_words(asked, "backends"),
            as_of=str(asked.get("as-of", "")),
        ),
        entries=tuple(_entry(each) for each in _many(plain, "releases")),
        path=path,
    )


def _entry(plain: _Plain) -> Entry:
    return Entry(
        spec=str(plain["spec"]),
        version=Version.parse(str(plain["version"])),
        channel=str(plain["channel"]),
        backend=str(plain["backend"]),
        hosts=_words(plain, "for"),
        files=tuple(_file(each) for each in _many(plain, "files")),
    )


def _file(plain: _Plain) -> LockedFile:
    return LockedFile(
        url=str(plain["url"]),
        sha256=str(plain["sha256"]),
        size=int(str(plain["size"])),
        trust=Trust.of(str(plain["trust"])),
        package=str(plain.get("package", "")),
        rootless="rootless" in plain,
    )


def _many(plain: _Plain, name: str) -> Sequence[_Plain]:
    return cast(Sequence[_Plain], plain.get(name, ()))


def _words(plain: _Plain, name: str) -> tuple[str, ...]:
    return tuple(cast(Sequence[str], plain.get(name, ())))


class BadLock(UsageError):
    """`mistakes` are sentences that begin with file, line and key."""

    def __init__(self, path: str, mistakes: Sequence[str]) -> None:
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__(
            f"{shown(path)} is no lock, or has {count}",
            details="\n".join(mistakes[:20]),
            hint="take it from your version control again, or make it anew: "
            "`dockswitch lock SPEC -o FILE`; nothing was changed",
        )


class NewerLock(UsageError):
    def __init__(self, path: str, schema: str) -> None:
        super().__init__(
            f"{path} was made by a newer dockswitch",
            details=f"its schema is {schema}; this dockswitch reads {SCHEMA}",
            hint="take a newer dockswitch, or have the lock made by this one",
        )
