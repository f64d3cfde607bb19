"""One way to write a thing as bytes, so that its hash is one."""

import hashlib
import json
from typing import Any

FIRST = "0" * 64
"""What stands in place of the hash of what is not there."""


def encode(content: Any) -> bytes:
    """JSON with keys in order, no spaces, UTF-8, no line end."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    """The hash of bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def identify(*, chain: str, ledger: str, inputs: str) -> str:
    """A release's id: the hash of the chain's head before it, of the published ledger's head, and of all other inputs.

    Whoever has the three can make it again; so a printed id stands for every release and every accepted file before.
    """
    return sha256(encode({"chain": chain, "inputs": inputs, "ledger": ledger}))
