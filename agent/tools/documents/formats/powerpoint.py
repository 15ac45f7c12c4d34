"""PowerPoint, by python-pptx: one section a slide, its notes included."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from pptx import Presentation

from agent.tools.documents.content import Section


def sections(data: bytes) -> Iterator[Section]:
    """The text of each slide."""
    for number, slide in enumerate(Presentation(BytesIO(data)).slides, 1):
        lines = list(_lines(slide.shapes))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            lines.append(slide.notes_slide.notes_text_frame.text)
        yield Section(f"slide {number}", "\n".join(line for line in lines if line.strip()))


def _lines(shapes: Iterable[Any]) -> Iterator[str]:
    for shape in shapes:
        if hasattr(shape, "shapes"):  # a group
            yield from _lines(shape.shapes)
        elif shape.has_text_frame:
            yield from (paragraph.text for paragraph in shape.text_frame.paragraphs)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                yield " | ".join(cell.text.strip() for cell in row.cells)
