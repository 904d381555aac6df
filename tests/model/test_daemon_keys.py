"""Which keys of daemon.json the record knows of which engine."""

import csv
import itertools

import pytest

from dockswitch.model import daemon_keys, record, shipped
from dockswitch.model.daemon_keys import refused, span
from dockswitch.model.version import Version


@pytest.mark.parametrize(
    ("keys", "version", "named"),
    [
        ({"debug": True, "hosts": [], "log-opts": {"max-size": "1m"}}, "17.03.2-ce", ()),
        ({"data-root": "/d"}, "17.03.2-ce", ("data-root",)),
        ({"data-root": "/d"}, "17.06.0-ce-rc2", ()),
        ({"graph": "/d"}, "20.10.24+dfsg1", ()),
        ({"graph": "/d"}, "23.0.0", ("graph",)),
        ({"cluster-store": "x"}, "20.10.24", ()),
        ({"cluster-store": "x"}, "28.5.2+dfsg4", ("cluster-store",)),
        ({"no-such": 1, "debug": 1, "neither": 2}, "28.5.2", ("no-such", "neither")),
        ({"firewall-backend": "nftables"}, "28.5.2", ("firewall-backend",)),
        ({"firewall-backend": "nftables"}, "29.0.0", ()),
        ({"ip6tables": True}, "20.10.0-rc2", ("ip6tables",)),
        ({"ip6tables": True}, "20.10.0", ()),
        ({"api-cors-header": "*"}, "27.5.1", ()),
        ({"api-cors-header": "*"}, "28.0.0", ("api-cors-header",)),
        ({"storage-driver": "overlay2"}, "29.0.0", ()),
        ({"storage-driver": "aufs"}, "23.0.6", ()),
        ({"storage-driver": "aufs"}, "24.0.0", ("storage-driver=aufs",)),
        ({"storage-driver": "devicemapper"}, "25.0.0", ("storage-driver=devicemapper",)),
        ({"anything": {"debug": True, "zork": 1}}, "26.1.5", ("zork",)),
        ({"features": {"zork": True}, "runtimes": {"x": {"path": "/x"}}}, "26.1.5", ()),
    ],
)
def test_what_an_engine_refuses_is_named(
    keys: dict[str, object], version: str, named: tuple[str, ...]
) -> None:
    assert refused(keys, Version.parse(version)) == named


@pytest.mark.parametrize("version", ["1.13.1", "30.0.0"])
def test_of_engines_that_were_not_read_nothing_is_said(version: str) -> None:
    assert refused({"no-such": 1}, Version.parse(version)) is None


def test_every_version_of_the_record_since_17_03_was_read() -> None:
    first = Version.parse("17.03.0-ce-rc1")
    since = [each.version for each in record.releases() if each.published]
    assert all(daemon_keys.knows("*", each) for each in since if each >= first)


def test_each_row_has_a_source_and_none_overlaps_another() -> None:
    rows = list(csv.DictReader(shipped.text("record/daemon_keys.csv").splitlines()))
    assert len(rows) > 100
    for row in rows:
        assert row["source"].startswith("moby/moby:")
    for key in {row["key"] for row in rows}:
        spans = span(key)
        for before, after in itertools.pairwise(spans):
            assert before.until is not None
            assert before.until <= after.since
