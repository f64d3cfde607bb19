"""Keeping an office: copies of it while it runs, the way back from a copy, and what is wrong with an installation.

A copy is a folder of plain files; `copies` says what is in it, `rows` how databases get in and out. No key is ever in
one: docs/decisions/0025-backups-without-keys.md.
"""

from collector.keeping.backup import Made, back_up
from collector.keeping.copies import Backup, examine
from collector.keeping.restore import Restored, restore

__all__ = ["Backup", "Made", "Restored", "back_up", "examine", "restore"]
