"""The silence alarm: counters from which no answer has come for some working days. A code that is torn off, covered or
swapped is a finding.

The store remembers of each counter only in which of the two last blocks of working days it was heard
(`calendar.working_block`), never a day. So the alarm is raised between N and 2N working days after the last answer, and
says only "at least N".
"""

import datetime as dt

from collector.calendar import block_before, block_start
from collector.store import Store
from publisher.catalogue import Office
from publisher.catalogue.tables import Counter, Entry

LISTENING = ""
"""What stands in place of a counter's code where the store remembers that the collector itself was at work."""


def silent(office: Office, store: Store, today: dt.date) -> list[Counter]:
    """The counters at work today from which no answer came in this working block nor in the one before, in the order of
    counters.csv: at least `survey.silent_working_days` working days without an answer.

    A counter or unit that was not yet at work when the block before began is not silent, and none is while the memory
    does not reach back so far (`remembers`). Raises Unavailable.
    """
    heard = store.blocks()
    before = block_before(office, today)
    if not reaches(heard, before):
        return []
    start = block_start(office, before)
    return [
        counter
        for counter in office.counters
        if isinstance(counter, Counter)
        and at_work(office, counter, today)
        and at_work(office, counter, start)
        and not any(block >= before for block in heard.get(counter.code, ()))
    ]


def remembers(office: Office, store: Store, today: dt.date) -> bool:
    """Whether the memory reaches back to the block before today's: until then no counter can be called silent.

    Raises Unavailable.
    """
    return reaches(store.blocks(), block_before(office, today))


def reaches(heard: dict[str, set[str]], before: str) -> bool:
    """Whether anything was heard in the block `before` or an earlier one."""
    return any(block <= before for blocks in heard.values() for block in blocks)


def at_work(office: Office, counter: Entry, day: dt.date) -> bool:
    """Whether a counter and its unit are valid on that day."""
    unit = office.units.get(counter.unit) if isinstance(counter, Counter) else None
    return counter.is_valid(day) and unit is not None and unit.is_valid(day)
