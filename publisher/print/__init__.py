"""Paper and pictures: bulletins and boards to post at the office, pictures of units for link previews.

`typesetting` drives Typst for all that is printed, the survey's posters too; `bulletins` and `overviews` say what
stands on a sheet; `sheets` sets what a release publishes and writes it into the site.
"""
