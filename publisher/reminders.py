"""Who has not submitted although it was due, and the e-mail that reminds them.

One message a unit, however much it owes; never twice a day for the same thing, unless somebody asks for it. The staff
pages and `scripts/remind.py` call the same functions.
"""

import datetime as dt
import io
import json
import os
import smtplib
import ssl
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.office import ZONE
from publisher.catalogue.text import order
from publisher.errors import Mistake
from publisher.ledger import Ledger
from publisher.words import format as formats
from publisher.words import say

LANG = "vi"
"""Offices write to each other in Vietnamese."""

URL, FROM = "CONG_KHAI_SMTP_URL", "CONG_KHAI_SMTP_FROM"
"""The environment variables that name the mail server and the sender."""

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class Owed:
    """One submission that was due and is not there; `late` is by how many days until today."""

    kind: Kind
    unit: Unit
    period: str
    due: dt.date
    late: int

    @property
    def key(self) -> str:
        """What is reminded of at most once a day."""
        return f"{self.kind.name}/{self.unit.code}/{self.period}"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message: to which unit, at which address ("" where units.csv has none), about what."""

    unit: Unit
    subject: str
    text: str
    owed: tuple[Owed, ...]

    @property
    def address(self) -> str:
        """Where it goes."""
        return self.unit.email


def owed(office: Office, ledger: Ledger, *, kind: str = "", period: str = "") -> list[Owed]:
    """What was due and is not there today, oldest due day first, then units in Vietnamese order.

    Without `kind` of every dataset, without `period` of every period since the office's first one. Raises Mistake
    `unknown-kind`, `period-label`.
    """
    if kind and kind not in office.kinds:
        raise Mistake("unknown-kind", {"kind": kind, "known": ", ".join(office.kinds)}, exit_code=2)
    found = []
    for one in office.kinds.values():
        for label in office.due_periods(one) if not one.derived and kind in ("", one.name) else ():
            due = office.due_on(one, label)
            if due is None or (period and label != period):
                continue
            found += [
                Owed(one, unit, label, due, (office.today - due).days)
                for unit in office.expected_units(one, label)
                if (one.name, unit.code, label) not in ledger.current
            ]
    return sorted(found, key=lambda o: (o.due, o.kind.name, order(o.unit.name.vi)))


def reminders(office: Office, found: Sequence[Owed]) -> list[Reminder]:
    """One message for each unit that owes something, in Vietnamese order."""
    by_unit: dict[str, list[Owed]] = {}
    for one in found:
        by_unit.setdefault(one.unit.code, []).append(one)
    made = [reminder(office, items[0].unit, items) for items in by_unit.values()]
    return sorted(made, key=lambda r: order(r.unit.name.vi))


def reminder(office: Office, unit: Unit, items: Sequence[Owed]) -> Reminder:
    """The message to one unit."""
    settings = office.settings
    contact = " · ".join(filter(None, (settings.contact.phone, settings.contact.email)))
    values = {
        "unit": unit.name[LANG],
        "office": settings.name[LANG],
        "count": len(items),
        "items": "\n".join(f"- {line(office, item)}" for item in items),
        "contact": contact or settings.contact.address[LANG],
        "page": f"{settings.site_url}don-vi/{unit.slug}/",
        "today": formats.date(LANG, office.today),
    }
    subject = say(LANG, "reminders.subject", **values)
    return Reminder(unit, subject, say(LANG, "reminders.text", **values) + "\n", tuple(items))


def line(office: Office, item: Owed) -> str:
    """One thing that is owed: dataset, period with its days, due day, days since."""
    span = office.period(item.kind, item.period)
    values = {
        "kind": item.kind.title[LANG],
        "period": formats.period(LANG, item.kind.span(item.period)),
        "start": formats.date(LANG, span.start),
        "end": formats.date(LANG, span.end),
        "due": formats.date(LANG, item.due),
        "days": item.late,
    }
    return say(LANG, "reminders.item", **values)


# --- once a day


def state_file(office: Office) -> Path:
    """Where it stands on which day each thing was last reminded of."""
    return office.root / "var" / "reminders.json"


def read_state(office: Office) -> dict[str, str]:
    """What was reminded of, and on which day; nothing when the file is lost or spoilt: a second mail does less harm
    than none."""
    try:
        found = json.loads(state_file(office).read_text(encoding="utf-8"))
        return {str(key): str(day) for key, day in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def not_yet_today(office: Office, found: Sequence[Owed]) -> list[Owed]:
    """What nobody has been reminded of today."""
    known = read_state(office)
    return [one for one in found if known.get(one.key) != office.today.isoformat()]


def remember(office: Office, items: Sequence[Owed]) -> None:
    """Write down that these were reminded of today."""
    path = state_file(office)
    path.parent.mkdir(exist_ok=True)
    known = read_state(office) | {item.key: office.today.isoformat() for item in items}
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    unfinished.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    unfinished.replace(path)


# --- on their way


def mail(office: Office, message: Reminder, sender: str) -> EmailMessage:
    """A reminder as an e-mail in UTF-8. Without an address it has no `To`."""
    found = EmailMessage(policy=SMTP)
    found["Subject"] = message.subject
    found["From"] = sender
    if message.address:
        found["To"] = message.address
    found["Date"] = format_datetime(dt.datetime.now(ZONE))
    found["Message-ID"] = make_msgid(domain=urlsplit(office.settings.site_url).hostname or "localhost")
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(message.text, charset="utf-8", cte="quoted-printable")
    found["Content-Language"] = LANG
    return found


def file_name(office: Office, message: Reminder) -> str:
    """What a message is called as a file."""
    return f"{office.today.isoformat()}-{message.unit.slug}.eml"


def archive(office: Office, messages: Sequence[Reminder], sender: str) -> bytes:
    """Every message as an `.eml` file, all in one ZIP: for an office without a mail server of its own. Whether they are
    sent nobody can know, so that nothing counts as reminded of."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as files:
        for message in messages:
            files.writestr(file_name(office, message), mail(office, message, sender).as_bytes())
    return found.getvalue()


def write_files(office: Office, messages: Sequence[Reminder], folder: Path, sender: str) -> list[Path]:
    """Every message as an `.eml` file that a mail program opens; gives the files. What is in them counts as reminded
    of. Raises Mistake `cannot-write`."""
    written = []
    for message in messages:
        path = folder / file_name(office, message)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(mail(office, message, sender).as_bytes())
        except OSError as error:
            raise Mistake("cannot-write", {"path": str(path), "detail": error.strerror or str(error)}) from error
        remember(office, message.owed)
        written.append(path)
    return written


def send(
    office: Office,
    messages: Sequence[Reminder],
    environment: Mapping[str, str],
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Send every message that has an address through the office's mail server; gives how many. Each counts as reminded
    of as soon as the server took it, so that a second run goes on where the first one broke off.

    Raises Mistake `smtp-missing`, `smtp-url`, `smtp-failed` with how many were sent before.
    """
    url, sender = environment.get(URL, ""), sender_of(office, environment)
    if not url or not sender:
        raise Mistake("smtp-missing", {"url": URL, "from": FROM}, exit_code=2)
    sent = 0
    chosen = [message for message in messages if message.address]
    try:
        with connected(url) as server:
            for message in chosen:
                server.send_message(mail(office, message, sender))
                remember(office, message.owed)
                sent += 1
                tell(sent, len(chosen))
    except (OSError, smtplib.SMTPException) as error:
        raise Mistake("smtp-failed", {"sent": sent, "count": len(chosen), "detail": reason(error)}) from error
    return sent


def sender_of(office: Office, environment: Mapping[str, str]) -> str:
    """Who writes: the variable, else the office's own address; "" when there is neither."""
    return environment.get(FROM, "") or office.settings.contact.email


def connected(url: str) -> smtplib.SMTP:
    """A connection to the server of `smtp://`, `smtps://` or `smtp+starttls://[user:password@]host[:port]`.

    Raises Mistake `smtp-url`; the address may hold a password and is not repeated.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in PORTS or not host:
        raise Mistake("smtp-url", {"url": URL}, exit_code=2)
    context = ssl.create_default_context()
    port = port or PORTS[scheme]
    if scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    if scheme == "smtp+starttls":
        server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def reason(error: Exception) -> str:
    """What the server or the system said, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def without_address(messages: Sequence[Reminder]) -> Iterator[Unit]:
    """The units that cannot be reached by e-mail."""
    return (message.unit for message in messages if not message.address)
