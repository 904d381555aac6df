"""The feed of boot2docker's releases."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImageFeed:
    """`url` is the list of releases, `image` an image's address with `{version}` in it."""

    channel: str
    url: str
    image: str
