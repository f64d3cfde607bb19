"""Workbooks that a clerk gets: their own file with what is wrong marked in it (`marked`), and a template (`template`).

`marking` runs in a process of its own, because it opens a stranger's workbook; so this module imports nothing.
"""
