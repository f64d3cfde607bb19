"""Printed files as people and machines read them: text, pictures, codes, sizes."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import numpy as np
import pypdfium2
import zxingcpp

MILLIMETRES = 25.4 / 72
"""Of a point."""


def text_of(pdf: bytes, page: int = 0) -> str:
    """The text of a page as somebody copies it, on one line, in whole letters, without places where words may break.

    The reader gives a hyphen at the end of a line as U+FFFE.
    """
    document = pypdfium2.PdfDocument(pdf)
    said = document[page].get_textpage().get_text_range().replace("\u200b", "")
    return " ".join(unicodedata.normalize("NFC", said.replace("\ufffe", "-")).split())


def picture(pdf: bytes, page: int = 0, scale: float = 2.0) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """A page in grey, `scale` pixels a point."""
    document = pypdfium2.PdfDocument(pdf)
    shown = document[page].render(scale=scale, grayscale=True).to_numpy()
    return np.ascontiguousarray(shown.reshape(shown.shape[:2]))


def decoded(pdf: bytes, page: int = 0, scale: float = 2.0) -> list[zxingcpp.Barcode]:
    """Every QR code on a page."""
    return list(zxingcpp.read_barcodes(picture(pdf, page, scale), formats=zxingcpp.BarcodeFormat.QRCode))


def size_of(pdf: bytes) -> tuple[int, int]:
    """The first page in millimetres."""
    width, height = pypdfium2.PdfDocument(pdf)[0].get_size()
    return round(width * MILLIMETRES), round(height * MILLIMETRES)


def letters(pdf: bytes, page: int = 0) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Every printed character of a page with its box (left, bottom, right, top) in points."""
    shown = pypdfium2.PdfDocument(pdf)[page].get_textpage()
    for n in range(shown.count_chars()):
        char = shown.get_text_range(n, 1)
        if char.strip("\u200b\ufffe \r\n"):
            yield char, shown.get_charbox(n)
