"""Known names like one that somebody mistyped."""

from collections.abc import Collection


def near(word: str, known: Collection[str]) -> tuple[str, ...]:
    """At most three known names, the likest first."""
    import difflib  # 5 ms that only a mistake needs

    return tuple(difflib.get_close_matches(word.lower(), list(known), n=3, cutoff=0.6))
