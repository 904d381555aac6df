"""One line on stdout: all that the fast lane prints, so it imports nothing but `sys`."""

import sys


def line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
