"""A listing of static archives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StaticIndex:
    """The folder of one channel for one system and architecture; `url` ends with a slash."""

    channel: str
    url: str
    os: str
    arch: str
