"""What may be published of a comment: words can be taken out of it, none can be put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.intake.redacting import one_line, redact

REDACTED = """
Chị Lan ở quầy 2 rất tốt, cảm ơn. | […] ở quầy 2 rất tốt, cảm ơn.   | […] ở quầy 2 rất tốt, cảm ơn.
Gọi 0912345678, tôi đợi           | Gọi [...], tôi đợi              | Gọi […], tôi đợi
Gọi 0912345678, tôi đợi           | Gọi 0912[…], tôi đợi            | Gọi […], tôi đợi
Gặp Nguyễn Văn An                 | Gặp N[…]                        | Gặp […]
một hai ba bốn                    | một [ … ] ba []                 | -
một hai ba bốn                    | một ba bốn                      | -
một hai ba bốn                    | một năm […] bốn                 | -
một hai ba bốn                    | ba […] hai […]                  | -
một hai ba bốn                    | một […] hai […] bốn             | một hai […] bốn
một hai ba bốn                    | […]                             |
một hai ba bốn                    | một hai ba bốn                  | một hai ba bốn
một hai ba bốn                    |                                 | -
"""


@pytest.mark.parametrize("line", REDACTED.strip().splitlines())
def test_words_can_be_taken_out_and_none_put_in(line: str) -> None:
    original, edited, expected = (part.strip() for part in line.split("|"))
    assert redact(original, edited) == (None if expected == "-" else expected)


TEXT = st.text("abcđ0,. ", max_size=60).map(one_line)


@given(TEXT, st.data())
def test_what_is_left_stands_in_the_text_in_its_order(text: str, data: st.DataObject) -> None:
    if not text:
        return
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    left = redact(text, f"{text[:start]}[…]{text[end:]}")
    assert left is not None
    at = 0
    for part in left.split("[…]"):
        found = text.find(part.strip(), at)
        assert found >= at
        at = found + len(part.strip())
    assert not set(left) - set(text) - set(" […]")


@given(TEXT, st.text(max_size=20))
def test_any_text_may_come(text: str, edited: str) -> None:
    found = redact(text, edited)
    assert found is None or set(found) <= set(text) | set(" […]")


def test_a_comment_becomes_one_line_without_the_bullet_of_a_list() -> None:
    assert one_line("- Thêm ghế\n- Thêm quạt\n") == "Thêm ghế - Thêm quạt"
    assert one_line("=HYPERLINK(1)") == "HYPERLINK(1)"
