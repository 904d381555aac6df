"""Which packages of an index make up a release."""

from collections.abc import Sequence

import pytest

from dockswitch.model.catalog import Catalog
from dockswitch.model.release import Package
from dockswitch.model.spellings import from_deb
from dockswitch.sources.package_set import Index, Listed

V19, V20, V28 = "5:19.03.15~3-0~debian", "5:20.10.24~3-0~debian", "5:28.5.2-1~debian"


def listed(name: str, version: str, depends: str = "") -> Listed:
    return Listed(Package(name, version), depends)


def engine(version: str, least: str) -> Sequence[Listed]:
    depends = f"libc6 (>= 2.17), containerd.io{least}, docker-ce-cli, iptables"
    return (
        listed("docker-ce", version, depends),
        listed("docker-ce-cli", version),
    )


INDEX = Index(
    [
        listed("docker-ce", "18.06.3~ce~3-0~debian", "iptables, libc6 (>= 2.17)"),
        *engine(V19, " (>= 1.2.2-3)"),
        *engine(V20, " (>= 1.4.1)"),
        *engine(V28, " (>= 1.7.27)"),
        listed("docker-ce-rootless-extras", V20),
        listed("docker-ce-rootless-extras", V28),
        *(listed("containerd.io", each) for each in ("1.2.13-2", "1.6.9-1", "1.6.28-1", "2.1.5-1")),
        *(listed("docker-buildx-plugin", each) for each in ("0.9.1-1~debian", "0.10.2-1~debian")),
        *(listed("docker-compose-plugin", each) for each in ("2.6.0~debian", "2.40.3-1~debian")),
        listed("docker-scan-plugin", "0.23.0~debian"),
    ]
)
BUILDX = ("docker-buildx-plugin", "0.10.2-1~debian")
COMPOSE = ("docker-compose-plugin", "2.40.3-1~debian")
SCAN = ("docker-scan-plugin", "0.23.0~debian")
SHIPPED = Catalog.shipped()


def belonging(engine: Package) -> Sequence[str]:
    """What channels.yaml says of that version."""
    version = from_deb(engine.version)
    assert version is not None
    return SHIPPED.packages(version)


@pytest.mark.parametrize(
    ("version", "others"),
    [
        ("18.06.3~ce~3-0~debian", []),
        (V19, [("docker-ce-cli", V19), ("containerd.io", "1.6.28-1")]),
        (
            V20,
            [
                ("docker-ce-cli", V20),
                ("containerd.io", "1.6.28-1"),
                ("docker-ce-rootless-extras", V20),
                COMPOSE,
                SCAN,
            ],
        ),
        (
            V28,
            [
                ("docker-ce-cli", V28),
                ("containerd.io", "2.1.5-1"),
                ("docker-ce-rootless-extras", V28),
                BUILDX,
                COMPOSE,  # and docker-model-plugin, which this index does not have
            ],
        ),
    ],
)
def test_a_release_is_what_belongs_to_its_version_as_far_as_the_index_has_it(
    version: str, others: Sequence[tuple[str, str]]
) -> None:
    (own,) = (each for each in INDEX.engines() if each.version == version)
    found = [(each.name, each.version) for each in INDEX.release_of(own, belonging(own))]
    assert found == [("docker-ce", version), *others]


def test_a_containerd_that_is_too_old_is_not_taken() -> None:
    index = Index([*engine(V28, " (>= 1.7.27)"), listed("containerd.io", "1.7.9-1")])
    own = next(index.engines())
    assert "containerd.io" not in [each.name for each in index.release_of(own, belonging(own))]
