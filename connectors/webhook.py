"""Webhooks by the Standard Webhooks convention: signed, sent to public addresses only, never redirected."""

import ipaddress
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

from connectors.sending import EndpointGone, NotSendable, NotSent, Outgoing

_TIMEOUTS = {"connect": 10.0, "read": 20.0, "write": 20.0, "pool": 10.0}
_GONE = 410
_MOST_BYTES = 64_000
_LONGEST_ANSWER_SECONDS = 30.0
"""A body is read to its end, as receivers expect, but not for ever: what it says does not matter."""


def send_webhook(url: str, secret: str, going: Outgoing, *, allow_private: bool) -> str:
    """POST the message. Raises NotSendable, EndpointGone for a 410, NotSent for any answer that is not 2xx."""
    from standardwebhooks.webhooks import Webhook

    body = json.dumps(going.message, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    message_id = f"msg_{going.id}"
    headers = {
        "content-type": "application/json",
        "user-agent": "mhos-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(going.at.timestamp())),
        "webhook-signature": Webhook(secret).sign(msg_id=message_id, timestamp=going.at, data=body),
    }
    status = _post(check_url(url, allow_private=allow_private), headers, body.encode(), allow_private)
    if status == _GONE:
        raise EndpointGone("It answered 410: it does not exist any more.")
    if not 200 <= status < 300:
        raise NotSent(f"It answered {status}.")
    return f"answered {status}"


def check_url(url: str, *, allow_private: bool) -> str:
    """The URL as it is. Raises NotSendable for what no webhook goes to."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
        raise NotSendable(f"{url!r} is no address for a webhook.", remedy="https://host/path")
    if parts.scheme == "http" and not allow_private:
        raise NotSendable("Webhooks go over https.", remedy="MHOS_WEBHOOK_PRIVATE=1 allows others, for trying.")
    return url


def _post(url: str, headers: dict[str, str], body: bytes, allow_private: bool) -> int:
    import httpcore

    timeouts: Any = {"timeout": _TIMEOUTS}
    try:
        with httpcore.ConnectionPool(network_backend=_guarded(allow_private), max_connections=1) as pool:
            sent: Any = {**headers, "content-length": str(len(body))}
            with pool.stream("POST", url, headers=sent, content=body, extensions=timeouts) as answer:
                read, end = 0, time.monotonic() + _LONGEST_ANSWER_SECONDS
                for part in answer.iter_stream():
                    read += len(part)
                    if read > _MOST_BYTES or time.monotonic() > end:
                        break
                return answer.status
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        raise NotSent(f"It does not answer: {error or type(error).__name__}.") from error


def _guarded(allow_private: bool) -> Any:
    """Connects to the very address that was checked, so that a name cannot lead elsewhere a moment later."""
    import httpcore

    class Guarded(httpcore.SyncBackend):
        def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            return super().connect_tcp(public_address(host, port, allow_private=allow_private), port, *args, **kwargs)

    return Guarded()


def public_address(host: str, port: int, *, allow_private: bool) -> str:
    """An address of this host. Raises NotSent where the name is not known, NotSendable where any is not public."""
    try:
        resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent(f"{host} is not known: {error}.") from error
    addresses = [str(entry[4][0]) for entry in resolved]
    if not allow_private and (private := next((address for address in addresses if not _is_public(address)), None)):
        raise NotSendable(
            f"{host} is at {private}, which is not public: nothing is sent there.",
            remedy="MHOS_WEBHOOK_PRIVATE=1 allows it, where your own network is what you mean.",
        )
    return addresses[0]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    parsed = mapped or parsed
    return parsed.is_global and not parsed.is_multicast
