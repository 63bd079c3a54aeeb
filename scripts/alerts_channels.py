"""Where alerts are sent: a mail server or a webhook. Settings come from the environment.

RCM_ALERTS_SMTP_HOST      mail server
RCM_ALERTS_SMTP_PORT      its port (587)
RCM_ALERTS_SMTP_SECURITY  starttls (default), tls, or none for a server on this machine
RCM_ALERTS_SMTP_USER      if it asks for one, with RCM_ALERTS_SMTP_PASSWORD
RCM_ALERTS_SMTP_FROM      sender
RCM_ALERTS_SMTP_TO        recipients, with commas
RCM_ALERTS_WEBHOOK_URL    gets each alert as JSON; `text` is what chat programs show
RCM_ALERTS_WEBHOOK_TOKEN  sent as a bearer token if set
"""

import json
import smtplib
import ssl
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any
from urllib.parse import urlsplit

import requests

TIMEOUT_SECONDS = 20
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


class ChannelError(Exception):
    """A channel can't be used: a setting is missing or wrong; the message says which."""


class NotSentError(Exception):
    """The message surely did not leave, so it may be sent again."""


class MaybeSentError(Exception):
    """The connection broke after the message was handed over: it may have arrived."""


@dataclass(frozen=True)
class Message:
    """One alert in words, and as plain values for programs."""

    alert_id: str
    subject: str
    body: str
    values: Mapping[str, Any]


class Channel(ABC):
    """A way to send messages."""

    name: str

    @abstractmethod
    def send(self, message: Message) -> None:
        """Send one message; raises NotSentError or MaybeSentError."""


class MailChannel(Channel):
    """A mail server."""

    name = "smtp"

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Read the settings; raises ChannelError."""
        self._host = _needed(environment, "RCM_ALERTS_SMTP_HOST")
        self._sender = _address(environment, "RCM_ALERTS_SMTP_FROM")
        self._recipients = _addresses(environment, "RCM_ALERTS_SMTP_TO")
        port = environment.get("RCM_ALERTS_SMTP_PORT") or "587"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise ChannelError(f"RCM_ALERTS_SMTP_PORT is {port!r}, not a port such as 587")
        self._port = int(port)
        self._security = environment.get("RCM_ALERTS_SMTP_SECURITY") or "starttls"
        if self._security not in ("starttls", "tls", "none"):
            raise ChannelError(
                f"RCM_ALERTS_SMTP_SECURITY is {self._security!r}, not starttls, tls or none"
            )
        self._user = environment.get("RCM_ALERTS_SMTP_USER")
        self._password = environment.get("RCM_ALERTS_SMTP_PASSWORD", "")
        if self._security == "none" and self._user and self._host not in _LOCAL_HOSTS:
            raise ChannelError(
                "RCM_ALERTS_SMTP_SECURITY is none, which would send the password in clear; "
                "use starttls or tls"
            )

    def send(self, message: Message) -> None:
        """Hand one message to the server."""
        mail = EmailMessage()
        mail["Subject"] = message.subject
        mail["From"], mail["To"] = self._sender, ", ".join(self._recipients)
        mail["Date"] = formatdate()
        # the alert's own, so that a mail program shows a second copy as the same
        mail["Message-ID"] = f"<{message.alert_id}@{parseaddr(self._sender)[1].split('@')[1]}>"
        mail.set_content(message.body)
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(f"mail server {self._host}:{self._port}: {error}") from error
        try:
            refused = server.send_message(mail)
        except (
            smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError,
            smtplib.SMTPHeloError, smtplib.SMTPNotSupportedError,
        ) as error:  # fmt: skip
            raise NotSentError(f"mail server {self._host} refused it: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MaybeSentError(f"mail server {self._host}: {error}") from error
        finally:
            server.close()
        if refused:
            raise MaybeSentError(
                f"mail server {self._host} took it, but not for {', '.join(sorted(refused))}"
            )

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self._security == "tls":
            server = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        try:
            if self._security == "starttls":
                server.starttls(context=context)
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server


class WebhookChannel(Channel):
    """An HTTP address that takes JSON."""

    name = "webhook"

    def __init__(self, environment: Mapping[str, str], url: str = "") -> None:
        """Read the settings; `url` goes before the environment's. Raises ChannelError."""
        self._url = url or _needed(environment, "RCM_ALERTS_WEBHOOK_URL")
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ChannelError("the webhook's address must begin with https:// (or http://)")
        if parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS:
            raise ChannelError("a webhook beyond this machine must be https")
        # an address often holds a secret, so messages name the host alone
        self._host = parts.hostname
        self._token = environment.get("RCM_ALERTS_WEBHOOK_TOKEN")

    def send(self, message: Message) -> None:
        """Post one message."""
        text = f"{message.subject}\n\n{message.body}"
        document = json.dumps({"text": text, "alert": dict(message.values)}, default=str)
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.alert_id}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            answer = requests.post(
                self._url,
                data=document.encode(),
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.exceptions.ConnectTimeout:
            raise NotSentError(f"webhook {self._host} does not answer") from None
        except requests.RequestException as error:
            # what urllib3 says holds the address
            if _never_connected(error):
                raise NotSentError(f"webhook {self._host} can't be reached") from None
            raise MaybeSentError(f"webhook {self._host}: {type(error).__name__}") from None
        if answer.status_code in (502, 504):
            raise MaybeSentError(f"webhook {self._host}: a gateway answered {answer.status_code}")
        if not 200 <= answer.status_code < 300:
            raise NotSentError(f"webhook {self._host} answered {answer.status_code}")


def _never_connected(error: requests.RequestException) -> bool:
    from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError

    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | SSLError)


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise ChannelError(f"{name} is not set; `python -m scripts.alerts --help` lists them all")
    return value


def _address(environment: Mapping[str, str], name: str) -> str:
    (address,) = _addresses(environment, name)[:1]
    return address


def _addresses(environment: Mapping[str, str], name: str) -> list[str]:
    addresses = [part.strip() for part in _needed(environment, name).split(",") if part.strip()]
    for address in addresses:
        place = parseaddr(address)[1]
        if "\n" in address or place.count("@") != 1 or place.startswith("@") or place.endswith("@"):
            raise ChannelError(f"{name} has {address!r}, which is no mail address")
    if not addresses:
        raise ChannelError(f"{name} names nobody")
    return addresses
