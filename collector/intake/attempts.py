"""How often somebody may try to come in. Who guesses is slowed down; nobody is locked out for ever.

Everything is in memory: a restart forgives. The machinery is the survey's (`collector.limits`).
"""

import time
from collections.abc import Callable

from collector.limits import Buckets, Limits, Rate

PERSON_HERE = Rate(burst=5, per_minute=1)
"""Wrong passwords for one login from one network address: a person who has forgotten theirs tries a few."""

PERSON = Rate(burst=50, per_minute=10)
"""Wrong passwords for one login from everywhere: 14,400 a day do not find a password that is no known word, and whoever
wants to keep a person out must keep at it."""

ADDRESS = Rate(burst=30, per_minute=10)
"""Wrong passwords from one network address: an office sits behind one."""

CODE = Rate(burst=5, per_minute=1)
"""Wrong codes for one account, by somebody who knows the password: 1,440 a day, of which each is right with a chance of
3 in a million."""


class Attempts:
    """The attempts of one running program. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = Limits(clock).name
        self.person_here, self.person, self.address, self.code = (
            Buckets(rate, clock) for rate in (PERSON_HERE, PERSON, ADDRESS, CODE)
        )

    def wait(self, login: str, address: str | None) -> int:
        """Whether a password may be tried: 0, or how many seconds to wait."""
        from_here, who = self.name(address), login.encode()
        return max(self.person_here.wait(from_here + who), self.person.wait(who), self.address.wait(from_here))

    def failed(self, login: str, address: str | None) -> None:
        """A password was wrong."""
        from_here, who = self.name(address), login.encode()
        self.person_here.take(from_here + who)
        self.person.take(who)
        self.address.take(from_here)

    def wait_code(self, account: str) -> int:
        """Whether a code may be tried: 0, or how many seconds to wait."""
        return self.code.wait(account.encode())

    def failed_code(self, account: str) -> None:
        """A code was wrong."""
        self.code.take(account.encode())
