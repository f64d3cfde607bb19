"""Handing in: what is owed, the file, the template, or that nothing arose."""

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.exceptions import Forbidden, NotFound, ServiceUnavailable
from werkzeug.wrappers import Response

from collector import web
from collector.database import Unavailable
from collector.intake import duties
from collector.intake.here import address, here, say, told
from collector.intake.permissions import me
from collector.intake.uploads import NAME_LIMIT, Busy, Upload, new_key
from publisher.catalogue import Kind, Unit
from publisher.catalogue.periods import LABEL
from publisher.errors import Mistake
from publisher.ledger import canonical, check_nothing, read_ledger
from publisher.workbooks.template import make

AT_ONCE_SECONDS = 2.0
"""So long the page waits for a check before it says that the file is being looked at."""

DISK_WAIT = 600
UNITS_LISTED = 300
"""With more units a code is typed."""

OUR_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}

blueprint = Blueprint("hand_in", __name__, url_prefix="/nop")


@dataclass(frozen=True)
class Place:
    """What an address names: a kind, a unit of the person's, a period."""

    kind: Kind
    unit: Unit
    period: str

    @property
    def parts(self) -> dict[str, str]:
        """The parts of the address."""
        return {"kind": self.kind.name, "unit": self.unit.code, "period": self.period}

    @property
    def key(self) -> tuple[str, str, str]:
        """(kind, unit, period)."""
        return self.kind.name, self.unit.code, self.period


def find_place(kind: str, unit: str, period: str) -> Place:
    """The place of an address. Raises NotFound for what there is not, Forbidden for a unit that is not the person's."""
    office = here().office
    found, entry = office.kinds.get(kind), office.units.get(unit)
    if not me().may(unit):
        here().accounts.note(me().login, "foreign-unit", f"{kind}/{unit}/{period}"[:100])
        raise Forbidden("foreign-unit")
    if found is None or not found.handed_in or not isinstance(entry, Unit) or not LABEL.fullmatch(period):
        raise NotFound
    if period not in duties.periods(office, found, here().today):
        raise NotFound("period")
    return Place(found, entry, period)


@blueprint.get("")
def choose() -> Response:
    """Which kind, unit and period; leads on to their page when all three are chosen."""
    office = here().office
    asked = [request.args.get(name, "").strip() for name in ("kind", "unit", "period")]
    wrong = ""
    if all(asked):
        kind, text, period = asked
        code = office.units.code(text)
        if code:
            return redirect(address("hand_in.place", kind=kind, unit=code, period=period), 303)
        wrong = say("choose.unknown_unit", unit=text[:20])
    units = [unit for unit in office.units if isinstance(unit, Unit) and me().may(unit.code)]
    kinds = duties.kinds(office)
    labels = sorted({label for kind in kinds for label in duties.periods(office, kind, here().today)}, reverse=True)
    page = render_template(
        "choose.html.j2",
        kinds=kinds,
        units=units if len(units) <= UNITS_LISTED else None,
        periods=labels,
        wrong=wrong,
        asked=dict(zip(("kind", "unit", "period"), asked, strict=True)),
    )
    return make_response(page, 422 if wrong else 200)


@blueprint.get("/<kind>/<unit>/<period>")
def place(kind: str, unit: str, period: str) -> Response:
    """Everything about one submission: hand in, template, nothing arose, what was handed in before."""
    return show_place(find_place(kind, unit, period))


def show_place(where: Place, wrong: str = "", status: int = 200, wait: int = 0) -> Response:
    """The page, with what is `wrong` about what was sent."""
    office = here().office
    page = make_response(
        render_template(
            "place.html.j2",
            place=where,
            days=office.period(where.kind, where.period),
            due=office.due_on(where.kind, where.period),
            today=here().today,
            line=read_ledger(office).current.get((where.kind.name, where.unit.code, where.period)),
            uploads=here().uploads.of_place(where.kind.name, where.unit.code, where.period),
            may_declare=bool(where.kind.due),
            limit=web.FILE_LIMIT // 2**20,
            wrong=wrong,
        ),
        status,
    )
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


@blueprint.post("/<kind>/<unit>/<period>")
@web.with_file
def upload(kind: str, unit: str, period: str) -> Response:
    """Keep a file and have it checked. The same file again leads to its earlier answer."""
    where = find_place(kind, unit, period)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return show_place(where, say("place.no_file"), 422)
    sha256, size = keep(sent.stream)
    if not size:
        return show_place(where, say("place.empty_file"), 422)
    found = here().uploads.same(where.key, by=me().login, sha256=sha256, reading={})
    if found and not was_replaced(found):
        return redirect(address("files.upload", key=found.key, same=1), 303)
    try:
        made = here().uploads.add(where.key, by=me().login, name=shown_name(sent.filename), sha256=sha256, size=size)
    except Busy:
        return show_place(where, say("place.busy"), 429, 3600)
    return look(made)


def was_replaced(upload: Upload) -> bool:
    """Whether a file was published and something else stands in its place now: handed in again it is a correction."""
    line = read_ledger(here().office).current.get((upload.kind, upload.unit, upload.period))
    return upload.state == "accepted" and line is not None and line.sha256 != upload.candidate


def look(made: Upload) -> Response:
    """Have an upload checked and lead to its page, by then mostly with the answer."""
    here().checks.wake()
    if here().checks.wait(made.key, AT_ONCE_SECONDS) is None:
        raise Forbidden("foreign-unit")
    return redirect(address("files.upload", key=made.key), 303)


def keep(sent: IO[bytes]) -> tuple[str, int]:
    """Keep what was sent; gives its hash and length. Raises ServiceUnavailable as `disk_told` does."""
    with disk_told():
        return here().files.keep(sent)


@contextmanager
def disk_told() -> Iterator[None]:
    """Raises ServiceUnavailable, whose page says so, when the disk is full or closed."""
    try:
        yield
    except OSError as error:
        if error.errno not in OUR_DISK:
            raise
        raise ServiceUnavailable("disk", retry_after=DISK_WAIT) from error


def shown_name(name: str) -> str:
    """A file's name as it is kept to be shown: one line, not long, with its ending."""
    flat = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return flat if len(flat) <= NAME_LIMIT else f"{flat[: NAME_LIMIT - 21]}…{flat[-20:]}"


@blueprint.get("/<kind>/<unit>/<period>/mau.xlsx")
def template(kind: str, unit: str, period: str) -> Response:
    """A workbook to fill in, with what is known already."""
    where = find_place(kind, unit, period)
    try:
        content = make(here().office, where.kind, where.unit.code, where.period)
    except Mistake as error:
        return show_place(where, told(error), 422)
    return web.workbook(content, f"mau-{where.kind.name}-{where.unit.code}-{where.period}.xlsx")


@blueprint.post("/<kind>/<unit>/<period>/khong-phat-sinh")
def nothing(kind: str, unit: str, period: str) -> Response:
    """Declare that nothing arose: looked over and approved like a file."""
    where = find_place(kind, unit, period)
    try:
        check_nothing(here().office, where.kind, where.unit.code, where.period)
    except Mistake as error:
        return show_place(where, told(error), 422)
    data, key = canonical(where.kind, ()), new_key()
    candidate = here().files.candidate(key)
    with disk_told():
        here().files.write(candidate, data)
    try:
        here().uploads.add(where.key, by=me().login, candidate=hashlib.sha256(data).hexdigest(), key=key)
    except Busy:
        here().files.remove(candidate)
        return show_place(where, say("place.busy"), 429, 3600)
    except Unavailable:
        here().files.remove(candidate)
        raise
    return redirect(address("files.upload", key=key), 303)
