"""How much one network address and one counter may send, and when a counter receives more at once than people do.

Everything is in memory and gone when the program stops. A network address is never kept: only a hash of it under a key
that is drawn at each start and stands nowhere else. Limits are kind to a shared network, because a whole office or
a mobile network's customers may come from one address.
"""

import hashlib
import ipaddress
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Rate:
    """So many at once (`burst`), and so many more a minute after that."""

    burst: int
    per_minute: int


ADDRESS = Rate(burst=60, per_minute=30)
"""Forms sent from one network address, right or wrong: twelve people in ten minutes are far below it, a program is
above it at once."""

COUNTER = Rate(burst=120, per_minute=60)
"""Answers to one counter by poster, short address or tablet: no counter serves somebody each second. Slips are not
counted here, so that a flood at the open address never keeps out who holds one."""

TYPED_ADDRESS = Rate(burst=10, per_minute=10)
"""Wrong slip codes from one network address."""

TYPED = Rate(burst=240, per_minute=120)
"""Wrong slip codes from everywhere: a typed code has 40 bits, so at this rate somebody who guesses for a whole day
while 5,000 slips are good hits one with a chance below one in a thousand."""

KNOWN = 50_000
"""So many addresses are remembered; the longest unseen is forgotten first. Some 10 MB."""

SLOT = 600.0
"""Bursts are looked for in slots of ten minutes, in seconds."""

BURST = 11
"""From this answer of one counter in one slot on, answers are marked `burst`: at 2,000 answers a month, a counter's own
people give so many in ten minutes about once in a hundred months (simulated with Poisson arrivals in office hours)."""


class Buckets:
    """One token bucket for each name. Safe for threads."""

    def __init__(self, rate: Rate, clock: Callable[[], float], known: int = KNOWN) -> None:
        self.rate, self.clock, self.known = rate, clock, known
        self.lock = threading.Lock()
        self.left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def wait(self, name: bytes) -> int:
        """How many seconds until one may be taken; 0 when one is there. Takes nothing."""
        with self.lock:
            return self._wait(self._now(name))

    def take(self, name: bytes) -> int:
        """Take one if there is one: 0, or how many seconds to wait."""
        with self.lock:
            left = self._now(name)
            wait = self._wait(left)
            if not wait:
                self.left[name] = (left - 1, self.clock())
                self.left.move_to_end(name)
                if len(self.left) > self.known:
                    self.left.popitem(last=False)
            return wait

    def _now(self, name: bytes) -> float:
        left, when = self.left.get(name, (float(self.rate.burst), self.clock()))
        return min(float(self.rate.burst), left + (self.clock() - when) * self.rate.per_minute / 60)

    def _wait(self, left: float) -> int:
        return 0 if left >= 1 else ceil((1 - left) * 60 / self.rate.per_minute)


class Limits:
    """All limits of one running collector. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.key = secrets.token_bytes(32)
        self.clock = clock
        self.addresses = Buckets(ADDRESS, clock)
        self.counters = Buckets(COUNTER, clock)
        self.typed_addresses = Buckets(TYPED_ADDRESS, clock)
        self.typed = Buckets(TYPED, clock)
        self.lock = threading.Lock()
        self.slot = -1
        self.heard: dict[str, int] = {}

    def post(self, address: str | None) -> int:
        """Whether one more form may come from an address, right or wrong: 0, or how many seconds to wait."""
        return self.addresses.take(self.name(address))

    def answer(self, counter: str) -> int:
        """Whether one more answer without a slip may go to a counter: 0, or how many seconds to wait."""
        return self.counters.take(counter.encode())

    def typing(self, address: str | None) -> int:
        """Whether a slip's code may be tried: 0, or how many seconds to wait."""
        return self.typed_addresses.wait(self.name(address)) or self.typed.wait(b"")

    def wrong_code(self, address: str | None) -> None:
        """A slip's code was wrong."""
        self.typed_addresses.take(self.name(address))
        self.typed.take(b"")

    def is_burst(self, counter: str) -> bool:
        """Whether this answer, which is counted hereby, is one of more than a counter's people give in ten minutes."""
        slot = int(self.clock() // SLOT)
        with self.lock:
            if slot != self.slot:
                self.slot, self.heard = slot, {}
            self.heard[counter] = self.heard.get(counter, 0) + 1
            return self.heard[counter] >= BURST

    def name(self, address: str | None) -> bytes:
        """What stands for a network address in memory: its hash under this run's key. Of IPv6 the first 64 bits count:
        that is what one subscriber has."""
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            known = b"?"
        else:
            known = found.packed[:8] if found.version == 6 and not found.ipv4_mapped else found.packed[-4:]
        return hashlib.blake2b(known, key=self.key, digest_size=8).digest()
