"""How this program is started again: the command line that a unit, or sudo, is to name."""

import os
import sys


def own() -> tuple[str, ...]:
    """The absolute program as it was called, or Python with the module where that is none."""
    called = os.path.abspath(sys.argv[0])
    if os.path.basename(called) == "dockswitch" and os.access(called, os.X_OK):
        return (called,)
    return (sys.executable, "-m", "dockswitch")
