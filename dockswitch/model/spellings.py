"""How Debian's and rpm's packages spell Docker's versions, and back to Docker's own spelling.

Packages are recognised, never computed: the same release is `18.03.1~ce-0~ubuntu` on xenial and
`18.03.1~ce~3-0~ubuntu` on bionic. The schemes are those of docker-ce-packaging's `gen-deb-ver` and
`gen-rpm-ver`.
"""

import re

from dockswitch.model.version import Version

_EPOCH = r"(?:\d+:)?"
_RELEASE = r"(?P<release>\d+\.\d+\.\d+)"
_PRE = r"(?P<pre>(?:tp|alpha|beta|rc)\.?\d+)"
_STAGED = rf"(?:\d+\.\d+\.)?{_PRE}"  # rc2, and 2.2.rc2: the stage's rank, the number, the name
_GIT = r"dev[~.](?P<git>git\d{8}\.\d{6}\.0\.[0-9a-f]{7,})"
_NIGHTLY = r"(?P<nightly>\d{14})[-~.](?P<commit>[0-9a-f]{7,})"
_LOCAL = r"(?:\+(?P<local>[A-Za-z0-9.~]+))?"

_DEB = re.compile(
    rf"{_EPOCH}{_RELEASE}(?:[-~]{_NIGHTLY})?(?P<ce>~ce)?"
    rf"(?:~(?:{_STAGED}|{_GIT}|\d))?"  # ~3 says that it is a GA
    rf"{_LOCAL}-\d[A-Za-z0-9.+~-]*"
)
_RPM = re.compile(
    rf"{_EPOCH}{_RELEASE}(?:[.~]{_NIGHTLY})?(?P<ce>\.ce)?(?:~{_PRE})?"
    rf"-(?:\d+\.\d+\.(?:{_PRE.replace('pre', 'staged')}|{_GIT})|\d+)(?:\.[A-Za-z0-9._]+)?"
)


def from_deb(text: str) -> Version | None:
    """The version that a deb's version string names: `17.06.0~ce~rc2-0~ubuntu` is 17.06.0-ce-rc2.

    None where it is none of Docker's, such as a plug-in's or a native package's.
    """
    return _version(_DEB.fullmatch(text))


def from_rpm(text: str) -> Version | None:
    """The version that an rpm's `[epoch:]version-release` names: `3:18.09.0-3.el7` is 18.09.0."""
    return _version(_RPM.fullmatch(text))


def _version(found: re.Match[str] | None) -> Version | None:
    if found is None:
        return None
    parts = found.groupdict()
    words = [parts["release"]]
    if parts["nightly"]:
        words += [parts["nightly"], parts["commit"]]
    if parts["ce"]:
        words.append("ce")
    if parts["git"]:
        words += ["dev", parts["git"]]
    pre = parts["pre"] or parts.get("staged")
    if pre:
        words.append(pre)
    local = f"+{parts['local']}" if parts.get("local") else ""
    return Version.parse("-".join(words) + local)
