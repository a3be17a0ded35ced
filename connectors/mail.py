"""Email by SMTP: one message, its Message-ID made of the delivery's id, so that a repeat is told as one."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import unquote, urlsplit

from connectors.sending import NotReached, NotSendable, NotSent, Outgoing

_TIMEOUT_SECONDS = 30
_PORTS = {"smtp": 25, "smtps": 465, "submission": 587}


def send_mail(url: str, sender: str, going: Outgoing) -> str:
    """Send to one address. `url` is smtp://, submission:// (STARTTLS) or smtps://, with user and password in it.

    Raises NotSendable where the server refuses for good, NotSent where it may take it another time.
    """
    with MailServer(url, sender) as server:
        return server.send(going)


class MailServer:
    """One connection to the mail server, for one message after another; opened with the first."""

    def __init__(self, url: str, sender: str) -> None:
        self._url, self._sender = url, sender
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def send(self, going: Outgoing) -> str:
        """What the server said of it. Raises NotSendable or NotSent."""
        message = _message(self._sender, going)
        try:
            self._server = self._server or _connect(self._url)
            self._server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _refused(code, said) from error
        except smtplib.SMTPResponseException as error:
            self._close()
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise NotReached(f"The mail server does not answer: {error}.", remedy="Check MHOS_SMTP_URL.") from error
        return f"handed to the mail server as {message['Message-ID']}"

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _message(sender: str, going: Outgoing) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = _from(sender, going), going.target
    message["Subject"] = " ".join(str(going.message["title"]).split())
    message["Date"] = format_datetime(going.at)
    message["Message-ID"] = f"<{going.id}@{sender.rpartition('@')[2].strip('> ')}>"
    message["Auto-Submitted"] = "auto-generated"
    if link := str(going.message.get("unsubscribe") or ""):
        message["List-Unsubscribe"] = f"<{link}>"
    message.set_content(str(going.message.get("body") or going.message["title"]))
    for file in going.files:
        kind, _, subtype = file.media_type.partition("/")
        params = {"charset": "utf-8"} if kind == "text" else None
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name, params=params)
    return message


def _from(sender: str, going: Outgoing) -> str:
    """The sender under the name of the brand, where the message has one."""
    name = " ".join(str(going.message.get("from_name") or "").split())
    return formataddr((name, parseaddr(sender)[1])) if name else sender


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise NotSendable("MHOS_SMTP_URL is no mail server.", remedy="smtp://host:25, submission:// or smtps://.")
    where = {"host": parts.hostname, "port": parts.port or _PORTS[parts.scheme], "timeout": _TIMEOUT_SECONDS}
    secure = ssl.create_default_context()
    server = smtplib.SMTP_SSL(**where, context=secure) if parts.scheme == "smtps" else smtplib.SMTP(**where)
    try:
        if parts.scheme == "submission":
            server.starttls(context=secure)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _refused(code: int, said: bytes | str) -> NotSent | NotSendable:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    kind = NotSendable if code >= 500 else NotSent
    return kind(f"The mail server answered {code}: {text}")
