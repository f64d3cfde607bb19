"""What is kept, table by table. Nothing here could tell who answered, from where, or on which day.

Every row stands under a random or hashed key and, in SQLite, in the order of that key (`WITHOUT ROWID`): no counter
runs along with the answers. Between an answer and its comments there is no common column but the period and the unit.
The one day in all tables is `slip_batches.expires_on`: it belongs to a printed sheet, is known before anybody answers,
and says until when the sheet is good.
"""

from pathlib import Path

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

from collector.database import Schema

metadata = MetaData()


def table(name: str, *columns: Column[object]) -> Table:
    """A table as this store makes them: typed strictly and, in SQLite, without row numbers."""
    return Table(name, metadata, *columns, sqlite_strict=True, sqlite_with_rowid=False)


answers = table(
    "answers",
    Column("id", LargeBinary, primary_key=True),  # 16 random bytes
    Column("period", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("counter", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("marks", Text, nullable=False),  # sorted, one space between
    Column("choices", Text, nullable=False),  # JSON, keys sorted: question → value
)

comments = table(
    "comments",
    Column("id", LargeBinary, primary_key=True),  # 16 random bytes, not those of the answer
    Column("period", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("suspect", Integer, nullable=False),  # 1: may hold personal data
    Column("state", Text, nullable=False),  # waiting, released, redacted, withheld
    Column("published", Text, nullable=False, server_default=""),  # what may be published of it; blank until then
)

receipts = table(
    "receipts",
    Column("form_mac", LargeBinary, primary_key=True),  # of the form's own key, by the period's key
    Column("answers_mac", LargeBinary, nullable=False),  # of what was answered, by the same key
    Column("period", Text, nullable=False),
)

slip_batches = table(
    "slip_batches",
    Column("batch", Text, primary_key=True),
    Column("counter", Text, nullable=False),
    Column("period", Text, nullable=False),  # in which it was printed
    Column("printed", Integer, nullable=False),
    Column("expires_on", Text, nullable=False),  # the last day on which its slips are good, YYYY-MM-DD
)

slips = table(
    "slips",  # those not yet used: a slip that is spent is deleted
    Column("long_mac", LargeBinary, primary_key=True),  # of the sixteen characters, by the batch's key
    Column("short_mac", LargeBinary, nullable=False, unique=True),  # of the eight that are typed
    Column("batch", Text, nullable=False),
)

discarded = table(
    "discarded",
    Column("period", Text, primary_key=True),
    Column("counter", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)

heard = table(
    "heard",
    Column("counter", Text, primary_key=True),
    Column("block", Text, primary_key=True),  # of working days: collector.calendar.working_block
)

periods = table(
    "periods",  # those that have answers or are being closed; any other is open
    Column("period", Text, primary_key=True),
    Column("state", Text, nullable=False),  # open, closing, closed
)

PERSONAL = (answers, comments, receipts, slips)
"""Tables in which the order of rows on the disk would say in which order people came."""

SCHEMA = Schema(Path(__file__).parent / "migrations", personal=PERSONAL, guard=periods)
