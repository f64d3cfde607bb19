"""An office's own layouts: how the headers of its files map to columns, kept so that it has to be told once."""

import re
from pathlib import Path

import yaml

from publisher.catalogue.columns import Layout
from publisher.catalogue.kinds import Kind, read_kind
from publisher.catalogue.office import Office
from publisher.errors import Mistake

NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
"""What a layout may be called: it becomes a file's name."""


def layout_file(office: Office, kind: Kind, name: str) -> Path:
    """Where an office keeps a layout of its own."""
    return office.datasets / kind.name / "layouts" / f"{name}.yaml"


def own_layouts(office: Office, kind: Kind) -> list[Layout]:
    """The layouts that the office added itself."""
    return [layout for layout in kind.layouts if layout_file(office, kind, layout.name).exists()]


def save_layout(office: Office, kind: Kind, layout: Layout, *, replace: bool = False) -> Path:
    """Keep a layout in the office's folder of the kind; the office must be opened again to use it.

    It is kept only when the kind with it can be read. Raises Mistake `layout-name`, `layout-known` where a layout of
    that name is there and is not to be replaced, `definition` for one that cannot be, `cannot-write`.
    """
    if not NAME.fullmatch(layout.name):
        raise Mistake("layout-name", {"name": layout.name})
    path = layout_file(office, kind, layout.name)
    if not replace and any(known.name == layout.name for known in kind.layouts):
        raise Mistake("layout-known", {"name": layout.name})
    content = layout.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    before = path.read_bytes() if path.exists() else None
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Mistake("cannot-write", {"path": str(path), "detail": error.strerror or ""}) from error
    try:
        read_kind(kind.folder, office.datasets / kind.name)
    except Mistake:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)
        raise
    return path
