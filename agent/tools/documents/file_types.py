"""Which kind of document a file is: its name and its first bytes must say the same."""

from pathlib import PurePosixPath

from agent.errors import DocumentRefusedError

BY_SUFFIX = {
    ".pdf": "PDF", ".docx": "Word", ".xlsx": "Excel", ".pptx": "PowerPoint", ".csv": "CSV",
    ".tsv": "CSV", ".html": "HTML", ".htm": "HTML", ".txt": "text", ".md": "text",
}  # fmt: skip
READABLE = "I can read PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), CSV, HTML and text."
WITH_MACROS = frozenset({".docm", ".xlsm", ".pptm", ".dotm", ".xltm", ".potm", ".xlsb"})
OFFICE = frozenset({"Word", "Excel", "PowerPoint"})
CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
PDF_WITHIN = 1024
BINARY = (b"\x7fELF", b"MZ", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc")
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def document_kind(name: str, data: bytes) -> str:
    """The kind that both the name and the content say.

    :raises DocumentRefusedError: when they differ, or it is none that can be read.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in WITH_MACROS:
        raise DocumentRefusedError(
            "may contain macros. Save it as .docx, .xlsx or .pptx and attach that."
        )
    if data.startswith(CFB):
        raise DocumentRefusedError(_why_no_package(data))
    kind = BY_SUFFIX.get(suffix)
    if kind is None:
        raise DocumentRefusedError(f"is not a document that I can read. {READABLE}")
    if kind not in _kinds_by_content(data):
        raise DocumentRefusedError(f"is not what its name says: its content is no {kind} document.")
    return kind


def _kinds_by_content(data: bytes) -> frozenset[str]:
    if b"%PDF-" in data[:PDF_WITHIN]:
        return frozenset({"PDF"})
    if data.startswith(b"PK\x03\x04"):
        return OFFICE
    if data.startswith(BINARY) or (b"\0" in data and not data.startswith(UTF16)):
        return frozenset()
    return frozenset({"CSV", "HTML", "text"})


def _why_no_package(data: bytes) -> str:
    if ENCRYPTED_PACKAGE in data:
        return "is protected by a password. Remove the password and attach it again."
    return "is in an old Office format. Save it as .docx, .xlsx or .pptx and attach that."
