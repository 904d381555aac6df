"""Which stores the record says that an engine knows."""

import csv
import itertools

import pytest

from dockswitch.model import shipped, stores
from dockswitch.model.version import Version


@pytest.mark.parametrize(
    ("name", "version", "how"),
    [
        ("aufs", "17.03.0-ce", "itself"),
        ("aufs", "20.10.24+dfsg1", "itself"),
        ("aufs", "23.0.6", "named"),
        ("aufs", "24.0.0", None),
        ("overlay", "24.0.0-beta.2", "named"),
        ("overlay", "24.0.0-rc.1", None),
        ("devicemapper", "24.0.9", "named"),
        ("devicemapper", "25.0.0", None),
        ("overlay2", "17.03.0-ce", "itself"),
        ("overlay2", "29.0.0", "itself"),
        ("fuse-overlayfs", "19.03.15", None),
        ("fuse-overlayfs", "20.10.0", "itself"),
        ("vfs", "29.0.0", "named"),
        ("containerd", "23.0.6", None),
        ("containerd", "28.5.2+dfsg4", "named"),
        ("containerd", "29.0.0", "itself"),
        ("no-such", "28.5.2", None),
    ],
)
def test_an_engine_knows_the_stores_of_its_time(name: str, version: str, how: str | None) -> None:
    assert stores.how(name, Version.parse(version)) == how


def test_each_row_has_a_source_and_none_overlaps_another() -> None:
    rows = list(csv.DictReader(shipped.text("record/stores.csv").splitlines()))
    assert len(rows) == len(stores.known())
    for row in rows:
        assert row["source"].startswith("moby/moby:")
        assert row["how"] in ("itself", "named")
    for name in stores.names():
        spans = [each for each in stores.known() if each.name == name]
        for before, after in itertools.pairwise(spans):
            assert before.below == after.since
