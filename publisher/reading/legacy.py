"""What an old or spoilt file seems to be, by the Vietnamese words that its bytes would give.

Only a name for the message comes of it: nothing is ever read through these tables. Sources: TCVN 5712:1993 (VN3, the
".Vn…" fonts), the VNI-Windows convention (a vowel, then a sign for its mark), and Windows-1258 of the standard library.
"""

import re
import unicodedata

from publisher.reading.labels import labels

WORD = re.compile(r"[^\W\d_]{2,}")
LOST = re.compile(r"[^\W\d_]\?+[^\W\d_]")
VIETNAMESE = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")

TCVN3 = dict(
    zip(
        range(0xA1, 0x100),
        "ĂÂÊÔƠƯĐăâêôơưđ......àảãáạ.ằẳẵắ.......ặầẩẫấậè.ẻẽéẹềểễếệìỉ...ĩíịò.ỏõóọồổỗốộờởỡớợù.ủũúụừửữứựỳỷỹýỵ.",
        strict=True,
    )
)

# In VNI a sign follows its vowel; these stand for whole letters.
VNI_LETTERS = str.maketrans("ñÑöÖôÔíìæóòîÍÌÆÓÒÎ", "đĐưƯơƠíìỉĩịỵÍÌỈĨỊỴ")
VNI_MARKS = {
    "ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303",
    "ä": "\u0302\u0323", "ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309",
    "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
VNI_PAIR = re.compile(f"([aeiouyAEIOUYôÔöÖ])([{''.join(VNI_MARKS)}])", re.IGNORECASE)


def score(text: str) -> int:
    """How many different frequent Vietnamese words (with marks) stand in a text."""
    known = labels().vietnamese_words
    return len({word for word in WORD.findall(unicodedata.normalize("NFC", text).casefold()) if word in known})


def from_tcvn3(text: str) -> str:
    """A text whose characters U+00A1 … U+00FF are TCVN3 bytes."""
    return text.translate(TCVN3)


def from_vni(text: str) -> str:
    """A text whose characters up to U+00FF are VNI-Windows bytes."""
    marked = VNI_PAIR.sub(lambda pair: f"{pair[1].translate(VNI_LETTERS)}{VNI_MARKS[pair[2].lower()]}", text)
    letters = "".join(
        char if index + 1 < len(marked) and unicodedata.combining(marked[index + 1]) else char.translate(VNI_LETTERS)
        for index, char in enumerate(marked)
    )
    return unicodedata.normalize("NFC", letters)


def twice_encoded(text: str) -> str:
    """UTF-8 that was read as Windows-1252 and saved again; empty when it is not."""
    return text.encode("cp1252", errors="replace").decode("utf-8", errors="ignore")


def best(candidates: dict[str, str], least: int) -> str:
    """The name of the decoding that gives most Vietnamese words; empty when none gives `least`."""
    scores = {name: score(text) for name, text in candidates.items()}
    name = max(scores, key=lambda key: scores[key])
    return name if scores[name] >= least else ""


def guess_bytes(sample: bytes) -> str:
    """What bytes that are not UTF-8 seem to be: `1258`, `tcvn3`, `vni`, `lossy`, or empty."""
    latin = sample.decode("latin-1")
    name = best(
        {
            "1258": sample.decode("cp1258", errors="replace"),
            "tcvn3": from_tcvn3(latin),
            "vni": from_vni(latin),
        },
        least=1,
    )
    return name or ("lossy" if len(LOST.findall(latin)) > 3 else "")


def guess_text(sample: str) -> str:
    """What a text that is good UTF-8 and holds no Vietnamese letter seems to be: `tcvn3`, `vni`, `twice`, or empty."""
    if sample.isascii() or VIETNAMESE.search(unicodedata.normalize("NFC", sample)):
        return ""
    own = score(sample)
    return best(
        {"tcvn3": from_tcvn3(sample), "vni": from_vni(sample), "twice": twice_encoded(sample)}, least=max(2, own + 1)
    )
