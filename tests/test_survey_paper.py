"""The paper form: the questions of the file, boxes and nothing else, on as many sheets as a clipboard takes."""

from pathlib import Path

import pypdfium2
import pytest
from lxml import html
from playwright.sync_api import Page

from collector import web
from collector.survey.forms import ASKED, Choice, Form, Group, Question, read_form
from collector.survey.paper import STYLE, blocks, paper_form
from publisher import words
from publisher.catalogue.text import Text
from tests import browser

SURVEYS = Path(__file__).resolve().parents[1] / "datasets" / "satisfaction" / "surveys"
OFFICE = "Ủy ban nhân dân phường Thí Điểm"
COUNTER = "Quầy 1: Hộ tịch, chứng thực"
SHEETS = {"counter": 1, "reception": 1, "ward": 1, "sipas": 2}


def page(name: str, lang: str = "vi") -> html.HtmlElement:
    """The paper page of a shipped form, as a browser reads it."""
    return html.document_fromstring(paper_form(read_form(SURVEYS / f"{name}.csv"), lang, OFFICE, COUNTER))


def find(element: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    """The elements at an XPath."""
    found = element.xpath(path)
    assert isinstance(found, list)
    return found


def text_of(element: html.HtmlElement) -> str:
    """Its text on one line."""
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("name", SHEETS)
def test_every_question_stands_once_with_a_box_for_every_choice(name: str, lang: str) -> None:
    form, paper = read_form(SURVEYS / f"{name}.csv"), page(name, lang)
    rows = {
        text_of(row[0]): len(find(row, "td/span[@class='box']")) for row in find(paper, "//tbody/tr") if len(row) > 1
    }
    number = 0
    for question in form.questions:
        number += question.type in ASKED
        if question.likert:
            (boxes,) = [n for label, n in rows.items() if label.startswith(f"{number}. {question.label[lang]}")]
            assert boxes == len(question.choices)
        else:
            assert text_of(paper).count(question.label[lang]) == 1
    choices = [text_of(item) for item in find(paper, "//li")]
    assert choices == [c.label[lang] for q in form.questions if not q.likert for c in q.choices]
    assert len(rows) == sum(q.likert for q in form.questions)


def test_the_page_names_the_office_the_counter_and_the_wording() -> None:
    form = read_form(SURVEYS / "counter.csv")
    paper = page("counter")
    assert paper.get("lang") == "vi"
    assert text_of(find(paper, "//h1")[0]) == form.title.vi
    shown = text_of(paper)
    for text in (OFFICE, COUNTER, form.sha256[:8], "Xin không viết họ tên, số điện thoại"):
        assert text in shown


def test_overall_satisfaction_does_not_stand_under_another_heading() -> None:
    for name in ("ward", "reception", "sipas"):
        headings = [text_of(head) for head in find(page(name), "//th[@class='group']")]
        assert headings[-1].casefold() == "đánh giá chung", name


def test_nothing_is_fetched_run_or_styled_from_elsewhere() -> None:
    paper = page("sipas")
    assert [link.get("href") for link in find(paper, "//link")] == [web.ICON]
    assert not find(paper, "//script|//img|//iframe|//object|//a|//form|//input")
    assert not [e for e in paper.iter() for name in e.attrib if name == "style" or name.startswith("on")]
    (style,) = find(paper, "//style")
    assert style.text == STYLE, "so that its hash can stand in the policy"
    assert "url(" not in STYLE


def hostile(text: str) -> Form:
    """A form of every kind of question whose words are all that text."""
    said = Text(vi=text, en=text)
    more = {"required": False, "required_message": said, "constraint": "", "constraint_message": said, "scale": ""}
    more |= {"hint": said, "max_length": 0}
    choices = (Choice("1", said), Choice("2", said))
    kinds = [("note", ()), ("select_one", choices), ("select_multiple", choices), ("integer", ()), ("text", ())]
    kinds += [("hidden", ()), ("select_one", choices)]
    questions = tuple(
        Question(
            name=f"q{i}",
            type=kind,  # type: ignore[arg-type]
            label=said,
            choices=offered,
            likert=i == 6,
            group="g" if i % 2 else "",
            relevant="${q1} = 1" if i == 4 else "",
            **more,  # type: ignore[arg-type]
        )
        for i, (kind, offered) in enumerate(kinds)
    )
    return Form("thu", said, "a" * 64, questions, {"g": Group("g", said, "")}, "")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</style><img src=x onerror=alert(1)>",
        "{{ 7*7 }}{% raw %}",
        "A & B \"<'>",
        "&lt;b&gt;",
    ],
)
@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_words_of_a_form_are_text_on_paper(text: str, lang: str) -> None:
    paper = html.document_fromstring(paper_form(hostile(text), lang, text, text))
    assert not find(paper, "//script|//img|//b")
    assert text_of(find(paper, "//h1")[0]) == text
    assert text_of(find(paper, "//section/p")[0]).startswith(f"1. {text}")
    assert [text_of(e) for e in find(paper, "//li")] == [text] * 4
    assert [text_of(e) for e in find(paper, "//thead//th[@class='level']")] == [text] * 2
    assert text in text_of(find(paper, "//title")[0])


def test_questions_share_a_table_only_on_the_same_levels() -> None:
    form = hostile("x")
    five, three = (tuple(Choice(v, Text(vi=v)) for v in values) for values in ("54321", "321"))

    def likert(name: str, choices: tuple[Choice, ...], group: str = "") -> Question:
        return Question(**{**form.questions[6].__dict__, "name": name, "choices": choices, "group": group})

    questions = (likert("a", five), likert("b", five, "g"), likert("c", five), likert("d", three))
    drawn = blocks(Form("thu", form.title, "", questions, form.groups, ""))
    assert [[line.question.name for line in block.lines] for block in drawn] == [["a", "b"], ["c"], ["d"]]


@pytest.fixture(scope="module")
def paper_page() -> Page:
    """A page of a real browser."""
    with browser.chromium() as chromium:
        yield chromium.new_page()


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("name", SHEETS)
def test_it_prints_on_as_few_sheets_as_promised(paper_page: Page, tmp_path: Path, name: str, lang: str) -> None:
    form = read_form(SURVEYS / f"{name}.csv")
    paper_page.set_content(paper_form(form, lang, OFFICE, COUNTER))
    paper_page.pdf(path=tmp_path / "paper.pdf", prefer_css_page_size=True)
    sheets = pypdfium2.PdfDocument(tmp_path / "paper.pdf")
    assert len(sheets) == SHEETS[name]
    assert all(tuple(map(round, sheet.get_size())) == (595, 842) for sheet in sheets), "A4 upright"
    printed = " ".join(" ".join(sheet.get_textpage().get_text_bounded() for sheet in sheets).split())
    for word in (COUNTER, form.sha256[:8]):
        assert word in printed
    for question in form.questions:
        assert question.label[lang].split()[-1] in printed


def test_it_can_be_read_on_a_narrow_screen(paper_page: Page) -> None:
    paper_page.set_viewport_size({"width": 320, "height": 640})
    paper_page.set_content(paper_form(read_form(SURVEYS / "counter.csv"), "vi", OFFICE, COUNTER))
    assert paper_page.evaluate("document.documentElement.scrollWidth") <= 320
