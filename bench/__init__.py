"""Measurements: each as a ratio of two works in one run, so that it means the same on any machine."""
