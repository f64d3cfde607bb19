"""From a monthly file to a public page: read, check, tally, measure, write pages, release."""

__version__ = "0.1.0"
