"""The second factor: six digits that change every thirty seconds (TOTP, RFC 6238), and codes for the day the phone is
gone. Flask-Security makes and encrypts the secrets; that no code is good twice is ours to see to.
"""

import hashlib
import hmac
import secrets

from flask_security import UserMixin
from flask_security.totp import Totp
from passlib.exc import UsedTokenError
from passlib.totp import TotpMatch

from collector.codes import ALPHABET, READ
from collector.intake.accounts import Account, Accounts

WINDOW_S = 30
"""A code of the step before or after is taken too: clocks differ, and people type slowly."""

CODES, LENGTH, GROUP = 8, 12, 4
"""Eight recovery codes of twelve characters of Crockford's base 32 (60 bits), printed in groups of four."""


class SecondFactor(Totp):
    """The codes of one office's accounts; `issuer` is what the person's app calls it."""

    def __init__(self, accounts: Accounts, secret: str, issuer: str) -> None:
        super().__init__({"1": derived(secret, b"staff totp").hex()}, issuer.replace(":", " "))
        self._totp = self._totp.using(now=lambda: accounts.now().timestamp())
        self.accounts = accounts
        self.key = derived(secret, b"staff recovery")

    def get_last_counter(self, user: UserMixin) -> int | None:
        """The last time step whose code was used."""
        assert isinstance(user, Account)
        return user.totp_counter or None

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Spend a time step. Raises UsedTokenError when somebody was faster; the code is then as good as wrong."""
        assert isinstance(user, Account)
        if not self.accounts.use_step(user, tmatch.counter):
            raise UsedTokenError(expire_time=tmatch.expire_time)

    def check(self, account: Account, code: str, secret: str = "") -> bool:
        """Whether a code is right, and new: for the account's secret, or for one that is being set up. Spends it."""
        found: bool = self.verify_totp(code, secret or account.totp_secret, account, window=WINDOW_S)
        return found

    def check_recovery(self, account: Account, code: str) -> bool:
        """Whether a recovery code is one of the account's. Spends it."""
        read = "".join(READ.get(c, "") for c in code if c not in " -")
        return len(read) == LENGTH and self.accounts.use_recovery_code(account, self.hashed(read))

    def make_recovery(self) -> tuple[list[str], list[str]]:
        """New recovery codes as people keep them, and what is stored of them."""
        codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(CODES)]
        shown = ["-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP)) for code in codes]
        return shown, [self.hashed(code) for code in codes]

    def hashed(self, code: str) -> str:
        """What is kept of a recovery code."""
        return hmac.digest(self.key, code.encode(), "sha256").hex()


def derived(secret: str, purpose: bytes) -> bytes:
    """A key for one purpose from the program's secret."""
    return hashlib.blake2b(secret.encode(), person=purpose, digest_size=32).digest()
