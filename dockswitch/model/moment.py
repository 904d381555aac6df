"""Moments as they are written down and told: ISO 8601, UTC, whole seconds."""

from datetime import datetime, timedelta, timezone

_ISO = "%Y-%m-%dT%H:%M:%SZ"


def parsed(text: str) -> datetime:
    """Raises ValueError for any other form."""
    return datetime.strptime(text, _ISO).replace(tzinfo=timezone.utc)


def after(now: str, seconds: float) -> str:
    """So many seconds after a moment."""
    return (parsed(now) + timedelta(seconds=seconds)).strftime(_ISO)
