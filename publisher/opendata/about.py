"""What a published table says of itself: the first sheet of its workbook."""

from publisher.catalogue import Office
from publisher.catalogue.text import Text, one_line
from publisher.opendata.records import said
from publisher.opendata.tables import Table
from publisher.words import fill


def first_sheet(office: Office, table: Table, when: Text, version: str, page: str) -> list[list[str]]:
    """Lines of (what, Vietnamese, English): what the table is, whose, under which licence, how to cite it; then its
    columns. `when` names the period, `version` is the beginning of the CSV file's hash, `page` the address of the page
    that shows the same."""
    settings = office.settings
    address = settings.site_url + page
    cited = {
        lang: fill(
            said("cite")[lang],
            {
                "office": settings.name[lang],
                "title": table.title[lang],
                "when": when[lang],
                "version": version,
                "address": address,
            },
        )
        for lang in ("vi", "en")
    }
    lines = [
        [table.title.vi, "", table.title["en"]],
        *([["", said("demonstration").vi, said("demonstration")["en"]]] if settings.demonstration else []),
        [said("about.office").vi, settings.name.vi, settings.name["en"]],
        [said("about.when").vi, when.vi, when["en"]],
        [said("about.is").vi, table.about.vi, table.about["en"]],
        [said("about.licence").vi, settings.licence.name, settings.licence.url],
        [said("about.cite").vi, cited["vi"], cited["en"]],
        [said("about.version").vi, version],
        [said("about.address").vi, address],
        [said("about.guard").vi, said("about.guard_is").vi, said("about.guard_is")["en"]],
        [],
        [said(f"about.{name}").vi for name in ("column", "title", "title_en", "type")],
        *(
            [column.name, column.title.vi, column.title["en"], said(f"type.{column.type}").vi]
            for column in table.columns
        ),
    ]
    return [[one_line(text) for text in line] for line in lines]
