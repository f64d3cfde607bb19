"""Paper and pictures: bulletins, boards and notices to post at the office, pictures of units for link previews.

`typesetting` drives Typst for all that is printed, the survey's posters too; `bulletins`, `overviews` and `notices` say
what stands on a sheet; `sheets` sets what a release publishes and writes it into the site.
"""
