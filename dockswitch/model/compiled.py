"""The shipped channel map as it was compiled when the package was built.

Apart from the catalog, because the names of channels alone cost nothing, and a catalog 8 ms.
"""

import importlib
import os
from collections.abc import Mapping

from dockswitch.model import shipped


def channel_map() -> Mapping[str, Mapping[str, object]] | None:
    """What the map says; None where it is missing, or older than the one in a checkout."""
    try:
        compiled = importlib.import_module("dockswitch._shipped_channels")
    except ImportError:
        return None
    said: Mapping[str, Mapping[str, object]] = compiled.CHANNELS
    try:
        source = os.stat(in_checkout()).st_mtime
        return said if os.stat(str(compiled.__file__)).st_mtime >= source else None
    except OSError:
        return said


def in_checkout() -> str:
    """Where a checkout has the map itself."""
    return os.path.join(os.path.dirname(shipped.PACKAGE), "channels.yaml")
