"""What the collector's benchmark puts in the place of the limits and of the store."""

import threading
from typing import Any

from collector.limits import Limits
from collector.store import Ballot, Outcome, Store
from collector.store.writer import Prepared, Writer


class Boundless(Limits):
    """No limit: all load comes from one address and goes to one counter."""

    def post(self, _address: str | None) -> int:
        """Always."""
        return 0

    def answer(self, _counter: str) -> int:
        """Always."""
        return 0


class Nothing:
    """A store that does nothing."""

    def submit(self, _ballot: Ballot) -> Outcome:
        """As if it were stored."""
        return Outcome.STORED

    def first_open(self, period: str) -> str:
        """The same."""
        return period

    def heard(self, *_: object) -> None:
        """Not noted."""

    def tell(self, *_: object) -> None:
        """Not counted."""


class Alone(Writer):
    """Each thread commits for itself and waits for the database's own lock."""

    def submit(self, prepared: Prepared) -> Outcome:
        """A transaction for one ballot."""
        self.write([prepared])
        return prepared.wait()


class InTurn(Alone):
    """Each thread commits for itself; they wait for each other before they begin."""

    turn = threading.Lock()

    def submit(self, prepared: Prepared) -> Outcome:
        """A transaction for one ballot, with nobody else in one."""
        with self.turn:
            return super().submit(prepared)


def arrange(store: Store, how: str) -> Any:
    """The store, or what stands in its place."""
    if how == "nothing":
        return Nothing()
    if how != "real":
        store.writer.stop()
        store.writer = {"alone": Alone, "in-turn": InTurn}[how](store.database, store.keys)
    return store
