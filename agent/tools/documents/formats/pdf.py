"""PDF, by PDFium: one section a page."""

from collections.abc import Iterator

from pypdfium2 import PdfDocument, PdfiumError, raw

from agent.errors import DocumentRefusedError
from agent.tools.documents.content import Section

MOST_PAGES = 1_000


def sections(data: bytes) -> Iterator[Section]:
    """The text of each page.

    :raises DocumentRefusedError: when it is locked, damaged, has too many pages or no text at all.
    """
    document = _opened(data)
    pages = len(document)
    if pages > MOST_PAGES:
        raise DocumentRefusedError(
            f"has {pages:,} pages; I can read documents of up to {MOST_PAGES:,}."
        )
    empty = True
    for number in range(pages):
        text = _text(document, number)
        empty = empty and not text
        yield Section(f"page {number + 1}", text)
    if empty:
        raise DocumentRefusedError("has no text that I can read; it may be a scan.")


def _opened(data: bytes) -> PdfDocument:
    try:
        return PdfDocument(data)
    except PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            sentence = "is protected by a password. Remove the password and attach it again."
            raise DocumentRefusedError(sentence) from error
        raise DocumentRefusedError("is damaged: it can't be opened as a PDF.") from error


def _text(document: PdfDocument, number: int) -> str:
    try:
        page = document[number]
        textpage = page.get_textpage()
        text: str = textpage.get_text_range()
    except PdfiumError:
        return ""
    textpage.close()
    page.close()
    return text.replace("\r\n", "\n").replace("\ufffe", "-").strip()
