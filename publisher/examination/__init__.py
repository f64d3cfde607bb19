"""Whether a published site is what was published: judged by anyone, from nothing but its files.

`examine` reads a release, or all of an office's `site` folder, and says what does not fit and which months it touches;
`read_witness` takes the codes that somebody kept elsewhere from files.
"""

from publisher.examination.examine import examine
from publisher.examination.report import Finding, Report
from publisher.examination.witness import read_witness

__all__ = ["Finding", "Report", "examine", "read_witness"]
