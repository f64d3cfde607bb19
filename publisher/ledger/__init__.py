"""The ledger: the one door through which a submission enters, and the memory of every one that did.

`datasets/ledger.jsonl` has one line for each accepted submission; every line carries the sha-256 of the line before
it, so a line that is altered, removed or put in later breaks the chain. What a correction replaced is kept under
`datasets/<kind>/revisions/`.
"""

from publisher.ledger.accepting import Accepted, accept, canonical, check_nothing, declare_nothing, public_sentence
from publisher.ledger.comparing import Change, changes, row_changes
from publisher.ledger.documents import keep_document
from publisher.ledger.files import check_files
from publisher.ledger.lines import Ledger, Line, revision_file
from publisher.ledger.standing import Count, Standing, State, count_submissions, standing
from publisher.ledger.store import hold, read_ledger, recover

__all__ = [
    "Accepted",
    "Change",
    "Count",
    "Ledger",
    "Line",
    "Standing",
    "State",
    "accept",
    "canonical",
    "changes",
    "check_files",
    "check_nothing",
    "count_submissions",
    "declare_nothing",
    "hold",
    "keep_document",
    "public_sentence",
    "read_ledger",
    "recover",
    "revision_file",
    "row_changes",
    "standing",
]
