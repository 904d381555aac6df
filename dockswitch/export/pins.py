"""A file of apt's preferences: a machine's own apt installs exactly these packages."""

from dockswitch.apt import preferences
from dockswitch.export.script import Script
from dockswitch.model import package_words

# Where it is to lie: not where a hold of dockswitch's own has its file.
PLACE = "/etc/apt/preferences.d/docker-engine"


def render(wanted: Script) -> str:
    """For /etc/apt/preferences.d; what is said stands in `Explanation`, which any apt takes."""
    bundle = wanted.bundle
    versions = package_words.versions(bundle.words)
    suite = wanted.codename or "any suite"
    said = [
        f"Docker Engine {bundle.version} for {suite}, trust {bundle.trust}.",
        f"Rendered by dockswitch for {PLACE}: `apt-get install` takes these: {' '.join(versions)}",
        "What is newer on a machine stays: `apt-get install --allow-downgrades NAME=VERSION`.",
    ]
    if bundle.origin is not None and bundle.origin.url:
        said.append(f"They are in {bundle.origin}.")
    explained = "".join(f"Explanation: {each}\n" for each in said)
    return explained + preferences.pins(bundle.words)
