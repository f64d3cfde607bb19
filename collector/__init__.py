"""The survey collector: citizens answer here; publisher counts next month."""
