"""Tallies become the figures that are published: each with its parts, its basis, its day and its address.

What a figure is, is declared in `datasets/<kind>/dataset.yaml`; here stands only how the six forms are computed, how
months make a quarter or a year (rule V15), and when there is no figure (rule V12).
"""

from publisher.measures.book import EVERY, Book
from publisher.measures.corrected import Corrected
from publisher.measures.figures import Figure, machine, rounded, wilson
from publisher.measures.previewing import Beside, Preview, preview

__all__ = ["EVERY", "Beside", "Book", "Corrected", "Figure", "Preview", "machine", "preview", "rounded", "wilson"]
