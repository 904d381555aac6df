"""The addresses of what is published, as patterns with names in braces."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dockswitch.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class Addresses:
    """`mirror` stands for `{mirror}` in the others; `images` is the list of boot2docker releases,
    `image` one of them.
    """

    mirror: str
    apt: str
    static: str
    key: str
    images: str
    image: str

    def over(self, changed: Mapping[str, str]) -> "Addresses":
        """These addresses with others in their place, taken as they are."""
        laid = replace(self, **changed)
        if "image" in changed and "images" not in changed:
            return replace(laid, images=folder_of(laid.image))
        return laid

    def at(self, **changed: str) -> "Addresses":
        """These addresses with others that a person gave; raises BadMirror."""
        from dockswitch.model.channel_shape import ADDRESSES

        if changed.get("image") and "{version}" not in changed["image"]:
            changed["image"] = changed["image"].rstrip("/") + "/v{version}/boot2docker.iso"
        for name, address in changed.items():
            if not ADDRESSES[name].fits(address):
                raise BadMirror(name, ADDRESSES[name].expected)
        return self.over(changed)

    def fill(self, pattern: str, **names: str) -> str:
        """The address that a pattern makes; `{version}` stays where it is not given."""
        names = {"mirror": self.mirror.rstrip("/"), "version": "{version}", **names}
        return pattern.format(**names)


def folder_of(pattern: str) -> str:
    """The folder in which a pattern with `{version}` lists its versions."""
    return pattern.partition("{version}")[0].rpartition("/")[0] + "/"


class BadMirror(UsageError):
    """The address itself is not repeated: it may hold a secret."""

    def __init__(self, what: str, expected: str) -> None:
        super().__init__(
            f"the {what} address cannot be used",
            details=f"expected {expected}",
            hint="set it right with --mirror, in DOCKSWITCH_MIRROR or in settings.yaml"
            if what == "mirror"
            else f"set it right in DOCKSWITCH_{what.upper()}_MIRROR or in settings.yaml",
        )
