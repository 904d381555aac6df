"""The system's own trust store for requests, in place of the certificates that certifi brings."""

import ssl

import truststore
from requests import adapters


class TrustStoreAdapter(adapters.HTTPAdapter):
    """Checks certificates as the system's other programs do (a company's root included)."""

    def __init__(self) -> None:
        self._trusted = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(pool_maxsize=16)

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._trusted)  # type: ignore[arg-type]

    def proxy_manager_for(self, proxy: str, **kwargs: object) -> object:
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=self._trusted)

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Leaves the connection to its context, which requires certificates by itself."""
