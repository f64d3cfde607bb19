"""Sessions that the server keeps, so that they can be ended: one row for each person who is signed in somewhere.

The cookie is a random token, and the database has its hash. Before somebody has signed in nothing is written down: what
a form needs then (its token, who has given the right password and owes a code) travels in the cookie, signed and good
for an hour. A token is new at every signing in, so that nobody can hand one to somebody else beforehand.
"""

import datetime as dt
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, Request, Response, request, session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import CallbackDict

from collector.database import Database, Unavailable
from collector.intake import tables
from collector.intake.accounts import hashed

FORM_SECONDS = 3600
"""So long what travels in the cookie is good."""

SEEN_SECONDS = 60
"""That a person is still there is noted at most so often."""

AGENT_LIMIT = 160
UNSIGNED = "f."
"""How the cookie of somebody begins who is not signed in; a token never holds a dot."""


class Session(CallbackDict[str, Any], SessionMixin):
    """What is remembered from page to page. `token` is blank unless the person is signed in; `lost` says that the
    database did not answer, so that nobody knows who this is."""

    def __init__(self, content: dict[str, Any] | None = None, token: str = "", seen_at: str = "") -> None:
        def touch(_: object) -> None:
            self.modified = True

        super().__init__(content or {}, touch)
        self.token, self.seen_at = token, seen_at
        self.modified = self.new_token = self.lost = False


@dataclass(frozen=True, slots=True)
class Row:
    """One session as its person sees it: `id` names it and opens nothing."""

    id: str
    agent: str
    started_at: str
    seen_at: str


class Sessions(SessionInterface):
    """The sessions in the staff database. `idle` and `longest` end one."""

    def __init__(
        self,
        database: Database,
        secret: str,
        now: Callable[[], dt.datetime],
        *,
        idle: dt.timedelta,
        longest: dt.timedelta,
    ) -> None:
        self.database, self.now, self.idle, self.longest = database, now, idle, longest
        self.signer = URLSafeTimedSerializer(secret, salt="staff-form")

    # What Flask asks for.

    def open_session(self, app: Flask, request: Request) -> Session:  # noqa: ARG002 as Flask asks
        """The session of a request: a person's, or what came in the cookie, or an empty one."""
        cookie = request.cookies.get(cookie_name(request), "")
        if cookie.startswith(UNSIGNED):
            with suppress(BadData):
                return Session(dict(self.signer.loads(cookie.removeprefix(UNSIGNED), max_age=FORM_SECONDS)))
        elif cookie:
            try:
                return self._find(cookie) or Session()
            except Unavailable:
                nobody = Session()
                nobody.lost = True
                return nobody
        return Session()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        """Keep what changed. That somebody was seen may be lost; what they did is elsewhere."""
        assert isinstance(session, Session)
        name = cookie_name(request)
        if session.token:
            stale = self._time(self.now() - dt.timedelta(seconds=SEEN_SECONDS))
            if session.modified or session.seen_at < stale:
                with suppress(Unavailable):
                    self._write(session)
            if session.new_token:
                self._set_cookie(response, name, session.token)
        elif session and session.modified:
            self._set_cookie(response, name, UNSIGNED + self.signer.dumps(dict(session)))
        elif not session and not session.lost and name in request.cookies:
            response.delete_cookie(name, path="/", secure=request.is_secure, httponly=True, samesite="Lax")

    # What the pages ask for.

    def start(self, session: Session, account: str) -> None:
        """Begin the session of a person who has just shown who they are. Raises Unavailable."""
        session.token, session.new_token = secrets.token_urlsafe(32), True
        now = self._time(self.now())
        row = {
            "token_hash": hashed(session.token),
            "account": account,
            "data": json.dumps(dict(session)),
            "agent": request.headers.get("User-Agent", "")[:AGENT_LIMIT],
            "started_at": now,
            "seen_at": now,
        }
        with self.database.writing() as connection:
            self._forget_old(connection)
            connection.execute(sa.insert(tables.sessions), row)

    def end(self, session: Session) -> None:
        """End this session: nothing is left of it here or there."""
        if session.token:
            with self.database.writing() as connection:
                mine = tables.sessions.c.token_hash == hashed(session.token)
                connection.execute(sa.delete(tables.sessions).where(mine))
        session.clear()
        session.token = ""

    def end_one(self, account: str, id: str) -> bool:  # noqa: A002 as Row calls it
        """End one session of an account; False when it has none of that id."""
        which = (tables.sessions.c.account == account) & (tables.sessions.c.token_hash == id)
        with self.database.writing() as connection:
            return connection.execute(sa.delete(tables.sessions).where(which)).rowcount == 1

    def of(self, account: str) -> list[Row]:
        """The sessions of an account that are good, the one seen last first."""
        columns = tables.sessions.c
        query = sa.select(tables.sessions).where(columns.account == account, self._good())
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(columns.seen_at.desc(), columns.token_hash))
            return [Row(row.token_hash, row.agent, row.started_at, row.seen_at) for row in rows]

    # How it is done.

    def _find(self, token: str) -> Session | None:
        query = sa.select(tables.sessions).where(tables.sessions.c.token_hash == hashed(token), self._good())
        with self.database.reading() as connection:
            row = connection.execute(query).first()
        return Session(json.loads(row.data), token, row.seen_at) if row else None

    def _write(self, session: Session) -> None:
        values = {"data": json.dumps(dict(session)), "seen_at": self._time(self.now())}
        mine = tables.sessions.c.token_hash == hashed(session.token)
        with self.database.writing() as connection:
            connection.execute(sa.update(tables.sessions).where(mine).values(values))

    def _good(self) -> sa.ColumnElement[bool]:
        """Neither idle for too long nor too old."""
        columns, now = tables.sessions.c, self.now()
        idle, longest = self._time(now - self.idle), self._time(now - self.longest)
        return sa.and_(columns.seen_at > idle, columns.started_at > longest)

    def _forget_old(self, connection: sa.Connection) -> None:
        connection.execute(sa.delete(tables.sessions).where(sa.not_(self._good())))

    def _time(self, at: dt.datetime) -> str:
        return at.isoformat(timespec="seconds")

    def _set_cookie(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def mine() -> Session:
    """The session of the request."""
    found = session._get_current_object()  # type: ignore[attr-defined]  # what stands behind Flask's name
    assert isinstance(found, Session)
    return found


def cookie_name(request: Request) -> str:
    """The cookie's name: over HTTPS one that no other host and no plain connection can set."""
    return "__Host-staff" if request.is_secure else "staff"
