"""An apt repository: packages, as its signed index announces them."""

import hashlib
import lzma
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from dockswitch.model import deb_order, package_names, shipped
from dockswitch.model.address import bare, shown, unsigned
from dockswitch.model.errors import DockswitchError, NotPublished
from dockswitch.model.indexes import IndexMismatch
from dockswitch.model.mirrored import Wanted
from dockswitch.model.naming import PackageSpan
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Index, Reader
from dockswitch.model.release import Release
from dockswitch.model.trust import Trust
from dockswitch.model.unreachable import NeverFetched
from dockswitch.sources import packages_file
from dockswitch.sources.announced import Announced, NoSuchComponent
from dockswitch.system import signature
from dockswitch.system.signature import NotSigned, NoVerifier

SHIPPED_KEY = "keys/docker-ce-deb.asc"
_LARGEST = 64 * 1024 * 1024  # bytes of a Packages file; Docker's has 3 MB
_XZ_MEMORY = 192 * 1024 * 1024  # bytes; `xz -9` wants 65 MiB
_KINDS = (".gz", ".xz", "")  # of the Packages file, best first


@dataclass(frozen=True, slots=True)
class AptRepository:
    """`arch` is dpkg's (amd64); `key` is an address, empty for the key that ships with dockswitch.

    `verify` is the least trust in the index: below `signed` an unsigned one is read too, and its
    packages then say `tls`. A signature that is wrong is never read. `file`,
    `signed_by` and `beside` are what apt has of it already: see Origin. `spans` say which packages
    belong to which version.
    """

    channel: str
    url: str
    suite: str
    component: str
    arch: str
    fingerprint: str
    key: str = ""
    verify: Trust = Trust.SIGNED
    file: str = ""
    signed_by: str = ""
    beside: str = ""
    spans: tuple[PackageSpan, ...] = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        return (
            f"Types: deb\nURIs: {shown(self.url)}\nSuites: {self.suite}\n"
            f"Components: {self.component}\nArchitectures: {self.arch}\n"
        )

    def releases(self, reader: Reader) -> Sequence[Release]:
        """What the repository has for this architecture, oldest first.

        Raises NotPublished, NotAuthentic, Unreachable.
        """
        signed, packages = reader.indexes([f"{self._suite}/InRelease", self._packages(".gz")])
        content, trust = self._index(reader, signed)
        announced = Announced(content, shown(f"{self._suite}/InRelease"))
        announced.check(self.suite, self.component, self.arch, reader.now())
        listed = self._whole(reader, announced, packages)
        text = listed.decode("utf-8", "replace")
        return packages_file.releases(
            text,
            channel=self.channel,
            url=self.url,
            trust=trust,
            origin=self.origin,
            spans=self.spans,
        )

    def files(self, release: Release, at: str) -> Iterator[Wanted]:
        """The packages of its release, with their places in the same repository `at` a mirror.

        Among them is what apt itself would take for a dependency that the release leaves open.
        """
        packages = [each.download for each in release.artifacts]
        known = {each.url for each in packages}
        free = [each for each in release.others if each.name == package_names.CONTAINERD]
        newest = max(free, key=lambda each: deb_order.key(each.version), default=None)
        packages += [newest.download] if newest and newest.url not in known else []
        for each in packages:
            yield Wanted(f"{at}/{self._below(each.url)}", each)

    def key_text(self, reader: Reader) -> bytes:
        """The key that its index has to be signed with."""
        if self.key:
            return reader.index(self.key).body
        return shipped.text(SHIPPED_KEY).encode()

    @property
    def origin(self) -> Origin:
        """Where apt finds it: secrets in its address are no part of that."""
        return Origin(
            url=unsigned(bare(self.url)).rstrip("/"),
            suite=self.suite,
            component=self.component,
            arch=self.arch,
            fingerprint=self.fingerprint.replace(" ", "").upper(),
            key=self.key,
            file=self.file,
            signed_by=self.signed_by,
            beside=self.beside,
        )

    def _below(self, url: str) -> str:
        """The path of a file in the repository."""
        return unquote(url.removeprefix(f"{self.url.rstrip('/')}/"))

    @property
    def _suite(self) -> str:
        return f"{self.url.rstrip('/')}/dists/{self.suite.strip('/')}"

    @property
    def _folder(self) -> str:
        return f"{self.component}/binary-{self.arch}"

    def _packages(self, kind: str) -> str:
        return f"{self._suite}/{self._folder}/Packages{kind}"

    def _index(self, reader: Reader, page: Index | DockswitchError) -> tuple[bytes, Trust]:
        """The content of the suite's index, and how it was authenticated."""
        if isinstance(page, Index):
            return self.verified(reader, page, None)
        # Offline there is no telling a page that is not there from one that was never fetched.
        if not isinstance(page, NotPublished | NeverFetched):
            raise page
        release, detached = reader.indexes([f"{self._suite}/Release", f"{self._suite}/Release.gpg"])
        if not isinstance(release, Index):
            raise page
        if isinstance(detached, Index):
            return self.verified(reader, release, detached.body)
        if not isinstance(detached, NotPublished | NeverFetched):
            raise detached
        return self._unsigned(release.body, NotSigned(shown(release.url), "it has no signature"))

    def verified(self, reader: Reader, page: Index, detached: bytes | None) -> tuple[bytes, Trust]:
        """What an index says, which is clear-signed or has a `detached` signature."""
        key = self.key_text(reader)
        try:
            content = signature.verified(
                reader.run,
                page.body,
                detached,
                key=key,
                fingerprint=self.fingerprint,
                url=shown(page.url),
            )
        except NoVerifier as error:
            return self._unsigned(signature.content(page.body), error)
        return content, Trust.SIGNED

    def _unsigned(self, content: bytes, why: DockswitchError) -> tuple[bytes, Trust]:
        if self.verify >= Trust.SIGNED:
            raise why
        return content, Trust.TLS

    def _whole(self, reader: Reader, announced: Announced, early: Index | DockswitchError) -> bytes:
        """The plain Packages file whose digest the index announces; `early` is Packages.gz."""
        for kind in _KINDS:
            digest = announced.digests.get(f"{self._folder}/Packages{kind}")
            if digest is None:
                continue
            if kind == ".gz" and isinstance(early, Index) and _sum(early.body) == digest:
                return inflated(early.body, kind, shown(early.url))
            page = reader.index(self._address(announced, kind, digest))
            if _sum(page.body) != digest:
                raise IndexMismatch(shown(page.url), f"its SHA-256 is not {digest}")
            return inflated(page.body, kind, shown(page.url))
        raise NoSuchComponent(announced.url, "index of", self._folder, announced.components)

    def _address(self, announced: Announced, kind: str, digest: str) -> str:
        if announced.by_hash:
            return f"{self._suite}/{self._folder}/by-hash/SHA256/{digest}"
        return self._packages(kind)


def inflated(body: bytes, kind: str, url: str) -> bytes:
    """A Packages file of that kind (`.gz`), within bounds: its digest is that of the packed file.

    Raises IndexMismatch.
    """
    try:
        if kind == ".gz":
            gzip = zlib.decompressobj(31)
            plain, whole = gzip.decompress(body, _LARGEST), gzip.eof
        elif kind == ".xz":
            xz = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
            plain, whole = xz.decompress(body, _LARGEST), xz.eof
        else:
            plain, whole = body, True
    except (zlib.error, lzma.LZMAError) as error:
        raise IndexMismatch(url, f"it is broken: {error}") from None
    if not whole:
        raise IndexMismatch(url, f"it is cut, or has more than {_LARGEST} bytes")
    return plain


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
