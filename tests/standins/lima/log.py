"""limactl's log as logrus writes it where no terminal is, and its way to end."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone


class Fatal(Exception):
    """limactl ends with 1, and this is the last line of its log."""


def log(level: str, message: str) -> None:
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    print(f'time="{now}" level={level} msg={json.dumps(message)}', file=sys.stderr, flush=True)
