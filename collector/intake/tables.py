"""What the staff pages keep, table by table. It is private: nothing of it is published but what the ledger takes over.

Times are ISO with the zone of Việt Nam, to the second. What stands for a secret that a person holds (session,
invitation, recovery code) is its hash.
"""

from pathlib import Path

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

from collector.database import Schema

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("key", Text, primary_key=True),  # 16 random letters; what other tables name
    Column("login", Text, nullable=False, unique=True),  # lower case
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),  # sorted, one space between
    Column("units", Text, nullable=False),  # codes, one space between; * is every unit
    Column("active", Integer, nullable=False),
    Column("password", Text, nullable=False),  # argon2id; blank until an invitation is used
    Column("uniquifier", Text, nullable=False, unique=True),  # what sessions name; a new one ends them all
    Column("totp_secret", Text, nullable=False),  # encrypted; blank without a second factor
    Column("totp_counter", Integer, nullable=False),  # the last step whose code was used: no code is good twice
    Column("recovery_codes", Text, nullable=False),  # hashes, one space between
    sqlite_strict=True,
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("data", Text, nullable=False),  # JSON
    Column("agent", Text, nullable=False),  # what the browser calls itself, cut
    Column("started_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",  # who did what when: only ever added to, each line chained to the one before
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),  # the login; blank for the program and for people not signed in
    Column("action", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)

uploads = Table(
    "uploads",  # every file or declaration that was handed in: uploads.py says in which states
    metadata,
    Column("key", Text, primary_key=True),  # 16 random letters
    Column("kind", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("by", Text, nullable=False),  # the login of who handed it in
    Column("at", Text, nullable=False),
    Column("name", Text, nullable=False),  # what the person's machine called the file: shown, never used
    Column("sha256", Text, nullable=False),  # of the file as it came, under which it is kept; blank for a declaration
    Column("size", Integer, nullable=False),
    Column("reading", Text, nullable=False),  # JSON: how its columns are mapped, which sheet
    Column("state", Text, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("candidate", Text, nullable=False),  # sha-256 of the canonical file that would be accepted
    Column("reason", Text, nullable=False),  # of a correction; public
    Column("explanations", Text, nullable=False),  # JSON: code of a warning → sentence; public
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
    Column("remark", Text, nullable=False),  # JSON: language → why it came back
    Column("ledger_lines", Integer, nullable=False),  # how long the ledger was before it was accepted
    Column("accepted_at", Text, nullable=False),
    sqlite_strict=True,
)

builds = Table(
    "builds",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("asked_by", Text, nullable=False),  # blank when the time had come
    Column("asked_at", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting, running, done, failed
    Column("release", Text, nullable=False),  # the folder's name
    Column("taken", Integer, nullable=False),  # how many submissions it took in
    Column("said", Text, nullable=False),  # JSON: language → why it failed
    sqlite_strict=True,
)

replies = Table(
    "replies",  # what a unit answers to what citizens said, until it is handed in as the dataset feedback_answers
    metadata,
    Column("key", Text, primary_key=True),  # of a comment of the survey its random id; else random
    Column("unit", Text, nullable=False),
    Column("said_in", Text, nullable=False),  # the month
    Column("source", Text, nullable=False),  # survey, other
    Column("theme", Text, nullable=False),
    Column("said", Text, nullable=False),  # what is published of it
    Column("status", Text, nullable=False),  # open, planned, done, not_possible
    Column("answered", Text, nullable=False),
    Column("done_on", Text, nullable=False),
    Column("planned_on", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("replies_unit", "unit"),
    sqlite_strict=True,
)

SCHEMA = Schema(Path(__file__).parent / "migrations", versions="staff_version")
