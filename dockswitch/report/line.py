"""One line on stdout: all that the fast lane prints, so it imports nothing but `os` and `sys`."""

import os
import sys


def line(text: str) -> None:
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        nobody_reads()


def nobody_reads() -> None:
    """The reader went away (`| head`): nothing is wrong, and Python shall not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
