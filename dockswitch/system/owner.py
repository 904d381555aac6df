"""Who runs this command, by the name that they logged in with."""

import os


def owner() -> str:
    """The person behind sudo, else the user; a number where the user has no name."""
    behind = os.environ.get("SUDO_USER")
    if behind:
        return behind
    import pwd  # most often there is no need of it

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
