"""Small sets of pages written by hand, for tests of what comes after the pages; and the fingerprint of a folder."""

import hashlib
from pathlib import Path

MAIN = (
    "index.md",
    "don-vi/index.md",
    "thang/index.md",
    "so-lieu/index.md",
    "linh-vuc/index.md",
    "du-lieu/index.md",
    "gioi-thieu.md",
    "phuong-phap.md",
    "phap-ly.md",
)
UNIT = "don-vi/phuong-ba-dinh/index.md"


def write_hand_pages(out: Path, *, unit: str = "") -> Path:
    """The main pages and one unit's page in both languages; `unit` is HTML on the unit's page."""
    for lang in ("vi", "en"):
        for page in (*MAIN, UNIT):
            path = out / lang / page
            path.parent.mkdir(parents=True, exist_ok=True)
            extra = f"\n<div>{unit}</div>\n" if page == UNIT and unit else ""
            path.write_text(f"# Trang {page.removesuffix('.md')}\n\nChữ của trang.\n{extra}", encoding="utf-8")
    return out


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file below a folder with the sha-256 of its bytes; every link with its target."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
