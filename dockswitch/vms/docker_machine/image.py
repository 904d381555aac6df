"""Whether a file is the image of boot2docker that it is said to be."""

from dockswitch.model.ports import Reader
from dockswitch.model.version import Version


def refuse_unfit(reader: Reader, path: str, version: Version) -> None:
    """Raises NoImage for what is no image that boots, OtherImage for that of another version."""
    raise NotImplementedError
