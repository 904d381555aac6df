"""Who runs this: the person in front of sudo, else whoever we are."""

import os
import sys


def person() -> str:
    """The login name; a number where the user has none."""
    if sys.platform == "win32":
        return os.environ.get("USERNAME") or "somebody"
    import pwd  # Windows has none

    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
