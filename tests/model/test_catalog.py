"""The shipped catalog, in both its forms, and other addresses for it."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from dockswitch.model import channel_map, channel_shape, record, shipped
from dockswitch.model.addresses import BadMirror
from dockswitch.model.catalog import Catalog
from dockswitch.model.file_name import FileName
from dockswitch.model.version import Version

TOP = Path(__file__).parents[2]
SHIPPED = Catalog.shipped()
LIVE = ["stable", "test", "distro"]
MADE = shutil.ignore_patterns("__pycache__", "_shipped_channels.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own, built as the package is."""
    shutil.copytree(TOP / "dockswitch", tmp_path / "dockswitch", ignore=MADE)
    shutil.copy(TOP / "channels.yaml", tmp_path)
    _module(TOP / ".build" / "compile_channels.py").write(tmp_path)
    return tmp_path


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _uses_yaml(checkout: Path) -> bool:
    code = (
        "import sys; from dockswitch.model.catalog import Catalog; Catalog.shipped();"
        "print('yaml' in sys.modules, sys.modules['dockswitch'].__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, check=True, capture_output=True, text=True
    )
    used, where = done.stdout.split()
    assert Path(where).parents[1] == checkout
    return used == "True"


def test_both_forms_say_the_same(checkout: Path) -> None:
    compiled = _module(checkout / "dockswitch" / "_shipped_channels.py")
    assert Catalog.of(compiled.CHANNELS) == Catalog.from_yaml(str(TOP / "channels.yaml"))


def test_the_compiled_form_needs_no_yaml(checkout: Path) -> None:
    assert not _uses_yaml(checkout)


def test_a_checkout_with_a_newer_map_reads_that_one(checkout: Path) -> None:
    made = (checkout / "dockswitch" / "_shipped_channels.py").stat().st_mtime
    os.utime(checkout / "channels.yaml", (made + 5, made + 5))
    assert _uses_yaml(checkout)


def test_a_checkout_that_was_never_built_reads_the_map(checkout: Path) -> None:
    (checkout / "dockswitch" / "_shipped_channels.py").unlink()
    assert _uses_yaml(checkout)


def test_the_catalog_in_use_is_that_of_the_channel_map() -> None:
    assert Catalog.from_yaml(str(TOP / "channels.yaml")) == SHIPPED


def test_the_shipped_map_has_no_mistake() -> None:
    text = (TOP / "channels.yaml").read_text()
    reading = channel_map.read("channels.yaml", text, shape=channel_shape.SHIPPED)
    assert reading.mistakes == []
    assert reading.plain == yaml.load(text, Loader=yaml.BaseLoader)


def test_edge_and_nightly_are_retired() -> None:
    assert [name for name, channel in SHIPPED.channels.items() if channel.live] == LIVE
    for channel in SHIPPED.channels.values():
        assert channel.live or (channel.last and channel.ended)


def test_every_recorded_file_has_a_place_in_the_catalog() -> None:
    rows = [line.split(",")[:4] for line in shipped.text("record/files.csv").splitlines()[1:]]
    for channel, system, arch, name in rows:
        place = SHIPPED.channels[channel].static
        assert place is not None
        assert arch in place.archs[system], name


def test_every_recorded_name_is_one_that_the_catalog_makes() -> None:
    rows = [line.split(",")[:4] for line in shipped.text("record/files.csv").splitlines()[1:]]
    for _, system, arch, name in rows:
        said = FileName.recognise(name)
        assert said is not None
        if not said.rootless:
            assert name in SHIPPED.file_names(said.version, system, arch)


@pytest.mark.parametrize("name", ["deb", "rpm"])
def test_the_keys_ship(name: str) -> None:
    text = SHIPPED.keys[name].text()
    assert text is not None
    assert text.startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert len(SHIPPED.keys[name].fingerprint) == 40


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("29.7.2", ("docker-29.7.2.tgz",)),
        ("29.4.2", ("docker-29.4.2-2.tgz", "docker-29.4.2.tgz")),
        ("17.06.0-ce-rc2", ("docker-17.06.0-ce-rc2.tgz", "docker-17.06.0-ce-rc2-x86_64.tgz")),
    ],
)
def test_a_static_archive_has_a_name_with_exceptions(version: str, names: tuple[str, ...]) -> None:
    assert SHIPPED.file_names(Version.parse(version), "linux", "x86_64") == names


def test_windows_has_zips() -> None:
    assert SHIPPED.file_names(Version("28.5.2"), "win", "x86_64") == ("docker-28.5.2.zip",)


@pytest.mark.parametrize(
    ("version", "arch", "name"),
    [
        ("29.7.2", "aarch64", "docker-rootless-extras-29.7.2.tgz"),
        ("29.7.2", "s390x", None),
        ("19.03.12", "x86_64", None),
    ],
)
def test_engines_without_root_have_an_archive_of_their_own(
    version: str, arch: str, name: str | None
) -> None:
    assert SHIPPED.rootless_name(Version(version), arch) == name


SETS = {
    "17.06.0-ce-rc2": "docker-ce",
    "18.06.3-ce": "docker-ce",
    "18.09.0": "docker-ce docker-ce-cli containerd.io",
    "20.10.7": "docker-ce docker-ce-cli containerd.io docker-ce-rootless-extras docker-scan-plugin",
    "23.0.0": "docker-ce docker-ce-cli containerd.io docker-ce-rootless-extras"
    " docker-compose-plugin docker-buildx-plugin",
    "28.2.2": "docker-ce docker-ce-cli containerd.io docker-ce-rootless-extras"
    " docker-compose-plugin docker-buildx-plugin docker-model-plugin",
}


@pytest.mark.parametrize(("version", "names"), SETS.items())
def test_a_release_is_a_set_of_packages(version: str, names: str) -> None:
    assert SHIPPED.packages(Version(version)) == tuple(names.split())


@pytest.mark.parametrize(
    ("version", "least"),
    [("18.06.3-ce", ""), ("19.03.15", "1.2.2-3"), ("24.0.9", "1.6.4"), ("29.0.0-rc.1", "2.1.5")],
)
def test_an_engine_accepts_containerd_from_a_version_on(version: str, least: str) -> None:
    assert SHIPPED.least_containerd(Version(version)) == least


@pytest.mark.parametrize(
    ("said", "static", "apt"),
    [("x86_64", "x86_64", "amd64"), ("amd64", "x86_64", "amd64"), ("arm64", "aarch64", "arm64"),
     ("armv7l", "armhf", "armhf"), ("armv6l", "armel", "armhf"), ("ppc64le", "ppc64le", "ppc64el")],
)  # fmt: skip
def test_an_architecture_has_a_name_everywhere(said: str, static: str, apt: str) -> None:
    found = SHIPPED.architecture(said)
    assert found is not None
    assert (found.static, found.apt) == (static, apt)


def test_an_unknown_architecture_has_none() -> None:
    assert SHIPPED.architecture("sparc64") is None


def test_a_whole_mirror_replaces_the_host() -> None:
    addresses = SHIPPED.at(mirror="https://m.example/docker/").addresses
    assert addresses.fill(addresses.apt, distribution="debian") == (
        "https://m.example/docker/linux/debian"
    )


def test_no_other_address_is_no_change() -> None:
    assert SHIPPED.at() is SHIPPED


@pytest.mark.parametrize(
    ("image", "pattern", "feed"),
    [
        ("https://m.example/b2d/v{version}.iso", "https://m.example/b2d/v{version}.iso",
         "https://m.example/b2d/"),
        ("https://m.example/b2d", "https://m.example/b2d/v{version}/boot2docker.iso",
         "https://m.example/b2d/"),
    ],
)  # fmt: skip
def test_images_are_listed_where_they_are(image: str, pattern: str, feed: str) -> None:
    addresses = SHIPPED.at(image=image).addresses
    assert (addresses.image, addresses.images) == (pattern, feed)


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("static", "https://m.example/docker/{arch}/", "{channel}"),
        (
            "static",
            "https://m.example/{channel}/{arch}/{flavour}",
            "{mirror}, {os} may stand in it",
        ),
        ("mirror", "m.example", "https://"),
        ("apt", "https://user:secret@m.example/{dist}", "{distribution}"),
        ("key", "ftp://m.example/key", "https://"),
    ],
)
def test_an_address_that_cannot_be_used_is_a_usage_error(
    name: str, address: str, expected: str
) -> None:
    with pytest.raises(BadMirror) as refused:
        SHIPPED.at(**{name: address})
    assert refused.value.exit == 2
    assert expected in refused.value.details
    assert f"DOCKSWITCH_{name.upper()}" in refused.value.hint
    assert "secret" not in str(vars(refused.value))


def test_the_last_images_are_those_of_the_record() -> None:
    spellings = [str(image.version) for image in record.images()]
    for channel in SHIPPED.channels.values():
        assert channel.images is None or channel.images.last in spellings
