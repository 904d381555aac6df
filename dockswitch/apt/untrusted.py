"""Why a source of apt's is not taken for what it says it is; `place` is as apt names a source."""

from dockswitch.model.errors import NotAuthentic

_SIGNED_BY = "the source's Signed-By (in /etc/apt/sources.list.d)"


class ForgedIndex(NotAuthentic):
    def __init__(self, place: str, what: str) -> None:
        super().__init__(
            f"the signature of {place} is wrong",
            details=what,
            hint="take another mirror: this one was changed on its way, or is in the middle of an "
            "update",
        )


class KeyExpired(NotAuthentic):
    def __init__(self, place: str, what: str) -> None:
        super().__init__(
            f"the key that {place} is signed with is no longer valid",
            details=what,
            hint=f"get its publisher's present key, and name its file in {_SIGNED_BY}; look at "
            "this machine's clock too (`date`)",
        )


class KeyMissing(NotAuthentic):
    def __init__(self, place: str, key: str) -> None:
        super().__init__(
            f"{place} is signed with a key that is not trusted",
            details=f"the key {key} is not in any file that apt was told of for it",
            hint=f"name the file of its publisher's key in {_SIGNED_BY}, if you trust that key",
        )


class KeyringUnread(NotAuthentic):
    def __init__(self, place: str) -> None:
        super().__init__(
            f"the key for {place} cannot be read",
            details="apt reads keys as the user _apt, who may not open the file",
            hint=f"`chmod 644` the file that is named in {_SIGNED_BY}, or bring it back",
        )


class NotSigned(NotAuthentic):
    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not signed",
            details="anybody on the way could have changed it",
            hint="take a mirror that carries the publisher's InRelease file too",
        )


class OtherPublisher(NotAuthentic):
    def __init__(self, place: str, field: str, before: str, now: str) -> None:
        super().__init__(
            f"{place} says that it is another's now",
            details=f"its {field} was {before!r} and is {now!r}",
            hint="if its publisher announced that: `apt-get update --allow-releaseinfo-change`",
        )
