"""What a suite's Release file announces: which files there are, of which digest, and when."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from dockswitch.model.errors import NotPublished
from dockswitch.model.indexes import IndexExpired, IndexMismatch

_SUMS = ("MD5Sum", "SHA1", "SHA256", "SHA512")
_AHEAD_OF_CLOCK = timedelta(hours=1)


class Announced:
    """What a suite's Release file says; `digests` are SHA-256 by file name below the suite."""

    def __init__(self, content: bytes, url: str) -> None:
        self.url = url
        text = content.decode("utf-8", "replace")
        self._fields = fields(text)
        self.digests = dict(_digests(text))
        # as `by-hash` calls them: apt asks by the strongest of these
        self.sums = tuple(name for name in _SUMS if f"\n{name}:" in f"\n{text}")
        self.components = tuple(self._fields.get("Components", "").split())
        self.by_hash = self._fields.get("Acquire-By-Hash", "") == "yes"

    def check(self, suite: str, component: str, arch: str, now: str) -> None:
        """Raises IndexExpired, IndexMismatch or NoSuchComponent; `now` is ISO 8601, UTC."""
        self._check_time(datetime.fromisoformat(now.replace("Z", "+00:00")))
        names = {self._fields.get(name, "") for name in ("Suite", "Codename")} - {""}
        if names and suite.strip("/") not in names:
            raise IndexMismatch(self.url, f"it is that of {' or '.join(sorted(names))}")
        # `Components: updates/main` is how some archives say `main`.
        known = {name.rpartition("/")[2] for name in self.components} | set(self.components)
        if self.components and component not in known:
            raise NoSuchComponent(self.url, "component", component, self.components)
        architectures = self._fields.get("Architectures", "").split()
        if architectures and arch not in architectures:
            raise NoSuchComponent(self.url, "architecture", arch, architectures)

    def _check_time(self, now: datetime) -> None:
        made, until = self._time("Date"), self._time("Valid-Until")
        if made is not None and made > now + _AHEAD_OF_CLOCK:
            raise IndexExpired(self.url, f"it was made at {made:%Y-%m-%d %H:%M} UTC: not valid yet")
        if until is not None and until < now:
            raise IndexExpired(self.url, f"it was valid until {until:%Y-%m-%d %H:%M} UTC")

    def _time(self, name: str) -> datetime | None:
        told = self._fields.get(name, "")
        if not told:
            return None
        try:
            found = parsedate_to_datetime(told)
        except ValueError:
            raise IndexExpired(self.url, f"its {name} {told!r} is no time") from None
        return (
            found.astimezone(timezone.utc) if found.tzinfo else found.replace(tzinfo=timezone.utc)
        )


def fields(text: str) -> dict[str, str]:
    """The one-line fields of a paragraph."""
    pairs = (line.partition(":") for line in text.split("\n") if line[:1] not in ("", " ", "\t"))
    return {name: value.strip() for name, _, value in pairs}


def _digests(text: str) -> Iterator[tuple[str, str]]:
    _, _, section = f"\n{text}".partition("\nSHA256:")
    for line in section.split("\n")[1:]:
        words = line.split()
        if line[:1] not in (" ", "\t") or len(words) != 3:
            return
        yield words[2], words[0].lower()


class NoSuchComponent(NotPublished):
    """`have` are what the repository's suite has in place of it."""

    def __init__(self, url: str, what: str, name: str, have: Sequence[str]) -> None:
        super().__init__(
            f"there is no {what} {name} in {url}",
            details=f"there: {', '.join(have)}",
            hint="`dockswitch channels` shows where each channel is published",
        )
