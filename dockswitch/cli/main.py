"""The entry point: the fast lane first, since start-up is a feature; typer for all the rest."""

import sys


def main() -> None:
    """Runs one command and exits with its code."""
    from dockswitch.cli import fast

    said = fast.answer(sys.argv[1:])
    if said is not None:
        from dockswitch.report.line import line

        line(said)
        sys.exit(0)
    from dockswitch.cli.app import run
    from dockswitch.cli.privilege import told

    code = told(lambda: run(sys.argv[1:]))
    _be_deaf()
    sys.exit(code)


def _be_deaf() -> None:
    """All is done and said: a ^C while Python shuts down would make a failure of it."""
    import signal

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.SIG_IGN)
