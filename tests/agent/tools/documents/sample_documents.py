"""Documents that tests attach: good ones in each format, and hostile ones."""

import base64
import io
import zipfile
import zlib
from typing import Any

import docx
import xlsxwriter
from fpdf import FPDF
from pptx import Presentation

CONTRACT = """\
Service Agreement
This agreement is made on 1 March 2026 between Northwind Traders GmbH (the "Supplier") and \
Contoso Ltd (the "Client").
The Supplier shall maintain the Client's network equipment at its offices in Vienna and Graz. \
Maintenance includes two visits a year and the replacement of broken parts.
The Client pays a monthly fee of EUR 2,400.00 within 30 days of the invoice. Late payments \
bear interest of 4.5% a year.

The agreement begins on 2026-04-01 and ends on 31 March 2028. Either party may terminate it \
with three months' notice in writing.
Liability is limited to EUR 50,000 for each event. The courts of Vienna have jurisdiction.
"""
RENEWED = (
    CONTRACT.replace("EUR 2,400.00", "EUR 2,650.00")
    .replace("31 March 2028", "31 March 2030")
    .replace(" The courts of Vienna have jurisdiction.", " Disputes go to arbitration in Zurich.")
)
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R"
    b" /Resources << /Font << /F1 3 0 R >> >> >>"
)


def part(name: str, data: bytes, mime: str = "application/pdf") -> dict[str, Any]:
    """A document part as a client sends it."""
    source = {"type": "data", "value": base64.b64encode(data).decode(), "mimeType": mime}
    return {"type": "document", "source": source, "metadata": {"filename": name}}


def asking(text: str, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
    """The messages of a question with files."""
    parts = [{"type": "text", "text": text}, *(part(name, data) for name, data in files)]
    return [{"id": "1", "role": "user", "content": parts}]


def pdf(text: str = CONTRACT, password: str = "") -> bytes:
    """Text on pages; an empty line begins the next one."""
    document = FPDF()
    document.set_font("Helvetica", size=12)
    document.add_page()
    for line in text.splitlines():
        if line:
            document.multi_cell(0, 7, line, new_x="LMARGIN", new_y="NEXT")
            document.ln(3)
        else:
            document.add_page()
    if password:
        document.set_encryption(owner_password="owner", user_password=password)
    return bytes(document.output())


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Travel costs", 1)
    document.add_paragraph("Hotel rooms cost at most EUR 140 for a night.")
    document.add_heading("Approval", 1)
    document.add_paragraph("Trips above $2,000 are approved by the head of finance.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("City", "Limit", "Paris", "EUR 190"), strict=True):
        cell.text = text
    return _saved(document)


def slides() -> bytes:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Quarter in review"
    slide.placeholders[1].text_frame.text = "Revenue grew by 12% to EUR 3.2 million."
    slide.notes_slide.notes_text_frame.text = "Mention the new office in Linz."
    return _saved(deck)


def workbook() -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written)
    sheet = book.add_worksheet("Budget")
    sheet.write_row(0, 0, ["Team", "Budget", "Approved on"])
    sheet.write_row(1, 0, ["Support", 120000, "2026-01-15"])
    sheet.write_row(2, 0, ["Research", 240500.5, "2026-02-01"])
    book.close()
    return written.getvalue()


def sparse_workbook() -> bytes:
    """Two cells, as far apart as can be: a table of all between them has 17 billion."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written)
    sheet = book.add_worksheet("Far")
    sheet.write(0, 0, "near")
    sheet.write(1_048_575, 16_383, "far")
    book.close()
    return written.getvalue()


def package(main: str, content: bytes, **others: bytes) -> bytes:
    """An Office package around one part."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", b"<Types/>")
        made.writestr(main, content)
        for name, data in others.items():
            made.writestr(name.replace("__", "/"), data)
    return written.getvalue()


def changed(document: bytes, name: str, content: bytes) -> bytes:
    """An Office document with one part replaced or added."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return written.getvalue()


def locked_package() -> bytes:
    """A package whose entries say that they are encrypted."""
    made = bytearray(word())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = made.find(signature)
        while place >= 0:
            made[place + flags] |= 1
            place = made.find(signature, place + 4)
    return bytes(made)


def overlapping(document: bytes, times: int) -> bytes:
    """A directory that names one part many times: each small, together without end."""
    end = document.rfind(b"PK\x05\x06")
    start = int.from_bytes(document[end + 16 : end + 20], "little")
    entries = document[start:end] * times
    count = (int.from_bytes(document[end + 10 : end + 12], "little") * times).to_bytes(2, "little")
    size, offset = len(entries).to_bytes(4, "little"), start.to_bytes(4, "little")
    return (
        document[:start] + entries + b"PK\x05\x06" + bytes(4) + count * 2 + size + offset + bytes(2)
    )


def laughs() -> bytes:
    """A billion laughs: nine entities of ten each."""
    entities = ['<!ENTITY l0 "lol">']
    entities += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<?xml version="1.0"?><!DOCTYPE w [{"".join(entities)}]><w>&l9;</w>'.encode()


def pages(count: int) -> bytes:
    """A PDF of many pages that all show the same words."""
    kids = b" ".join(b"%d 0 R" % (5 + n) for n in range(count))
    text = b"BT /F1 12 Tf 20 20 Td (Page) Tj ET"
    return _objects(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        *[PAGE] * count,
    )


def unpacking_pdf(megabytes: int) -> bytes:
    """A page whose content unpacks to very much text."""
    text = b"BT /F1 12 Tf 20 20 Td (" + b"A" * 1024 * 1024 * megabytes + b") Tj ET"
    packed = zlib.compress(text, 9)
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream"
    return _objects(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [5 0 R] >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        content % (len(packed), packed),
        PAGE,
    )


def _objects(*objects: bytes) -> bytes:
    body, places = b"%PDF-1.4\n", []
    pieces = [body]
    size = len(body)
    for number, content in enumerate(objects, 1):
        places.append(size)
        pieces.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        size += len(pieces[-1])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    pieces.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table))
    pieces.append(b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n" % (len(objects) + 1, size))
    return b"".join(pieces) + b"%%EOF"


def _saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()
