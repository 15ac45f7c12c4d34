"""A file that wants to do harm is refused in one sentence, by a process that can't be harmed."""

import asyncio
import re
import resource
import sys
from collections.abc import Callable

import psutil
import pytest

from agent.errors import DocumentRefusedError
from agent.request.attachments import AttachedFile
from agent.tools.documents import reading_process
from agent.tools.documents.reader import Reader
from tests.agent.tools.documents import sample_documents

Make = Callable[[], bytes]

MAIN = "word/document.xml"
DEEP = b"<w:p>" * 5_000 + b"</w:p>" * 5_000
NAMESPACE = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


async def refused(name: str, data: bytes, reader: Reader | None = None) -> str:
    with pytest.raises(DocumentRefusedError) as refusal:
        await (reader or Reader()).read(AttachedFile(name, data))
    return str(refusal.value)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        (
            "bomb.docx",
            lambda: sample_documents.package(MAIN, bytes(300_000_000)),
            "unpacks to more",
        ),
        (
            "bomb.xlsx",
            lambda: sample_documents.package("xl/workbook.xml", bytes(70_000_000)),
            "unpacks to",
        ),
        (
            "many.docx",
            lambda: sample_documents.overlapping(sample_documents.word(), 400),
            "unpacks to|unpacked",
        ),
        ("long.pdf", lambda: sample_documents.pages(10_000), "has 10,000 pages"),
        ("locked.pdf", lambda: sample_documents.pdf(password="secret"), "protected by a password"),
        ("locked.docx", sample_documents.locked_package, "protected by a password"),
        ("locked.xlsx", lambda: OLD + "EncryptedPackage".encode("utf-16-le"), "by a password"),
        ("old.docx", lambda: OLD, "old Office format"),
        ("old.doc", lambda: OLD, "old Office format"),
        ("macro.docm", sample_documents.word, "may contain macros"),
        (
            "macro.docx",
            lambda: sample_documents.changed(sample_documents.word(), "word/vbaProject.bin", b"x"),
            "contains macros",
        ),
        (
            "laughs.docx",
            lambda: sample_documents.changed(
                sample_documents.word(), MAIN, sample_documents.laughs()
            ),
            "no Office",
        ),
        (
            "laughs16.docx",
            lambda: sample_documents.changed(
                sample_documents.word(), MAIN, sample_documents.laughs().decode().encode("utf-16")
            ),
            "no Office",
        ),
        (
            "deep.docx",
            lambda: sample_documents.changed(
                sample_documents.word(), MAIN, b"<w:document %s>%s</w:document>" % (NAMESPACE, DEEP)
            ),
            "can't be read",
        ),
        ("picture.pdf", lambda: PNG, "not what its name says"),
        ("program.docx", lambda: b"\x7fELF" + bytes(100), "not what its name says"),
        ("really-word.xlsx", sample_documents.word, "no Excel document"),
        ("really-pdf.txt", sample_documents.pdf, "not what its name says"),
        ("really-text.pdf", lambda: b"hello", "not what its name says"),
        ("archive.docx", lambda: sample_documents.package("evil.sh", b"x"), "no Word document"),
        ("cut.docx", lambda: sample_documents.word()[:2_000], "can't be unpacked"),
        ("cut.pdf", lambda: b"%PDF-1.4\nnothing", "is damaged"),
        ("far.xlsx", sample_documents.sparse_workbook, "can't be read|more memory|too long"),
        ("empty.pdf", lambda: sample_documents.pdf("\n"), "may be a scan"),
        ("empty.txt", lambda: b"  \n ", "is empty"),
        ("binary.csv", lambda: b"a,b\n\0\0\0", "not what its name says"),
        ("setup.exe", lambda: b"MZ" + bytes(100), "not a document that I can read"),
        ("picture.png", lambda: PNG, "I can read PDF, Word"),
        ("nothing", lambda: b"hello", "not a document that I can read"),
    ],
)
async def test_a_hostile_file_is_refused_in_a_sentence(name: str, data: Make, why: str) -> None:
    sentence = await refused(name, data())

    assert re.search(why, sentence), sentence
    assert sentence.endswith((".", "text."))
    assert not re.search(r"Traceback|Error\b|errno|/agent/|\n", sentence)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("deep.html", lambda: b"<div>" * 300_000 + b"the end"),
        ("tags.html", lambda: b"<" * 2_000_000),
        ("wide.csv", lambda: b"a," * 2_000_000),
        ("quote.csv", lambda: b'"' + b"a\n" * 1_000_000),
        ("line.txt", lambda: b"1," * 2_000_000),
        ("spaces.txt", lambda: b"a." + b" " * 4_000_000 + b"B"),
        ("between.txt", lambda: b"between A B " * 200_000),
        ("unpacking.pdf", lambda: sample_documents.unpacking_pdf(300)),
    ],
)
async def test_what_is_only_strange_is_read_or_refused(name: str, data: Make) -> None:
    """Either is fine; hanging, or dying of it, is not."""
    try:
        content = await Reader().read(AttachedFile(name, data()))
    except DocumentRefusedError as error:
        assert str(error).endswith(".")  # noqa: PT017 - both ends are good ones
    else:
        assert (
            sum(len(section.text) for section in content.sections)
            <= reading_process.MOST_CHARACTERS
        )


async def test_reading_ends_at_its_time_and_the_process_is_gone() -> None:
    before = _children()
    sentence = await refused("any.txt", b"hello", Reader(seconds=0.0))

    assert "takes too long" in sentence
    assert _children() <= before


async def test_a_question_that_is_cancelled_takes_its_reader_with_it() -> None:
    before = _children()
    reading = asyncio.create_task(
        Reader().read(AttachedFile("many.pdf", sample_documents.pages(900)))
    )
    while _children() <= before:  # noqa: ASYNC110 - a process has no event to wait for
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait({reading})

    assert _children() <= before


async def test_the_process_has_given_everything_away_before_it_reads() -> None:
    """Its limits, its environment and what it can reach, as the process itself sees them."""
    probe = (
        "import os, resource, sys\n"
        "from agent.errors import DocumentRefusedError\n"
        "from agent.tools.documents import reading_process, file_types\n"
        "def look(name, data):\n"
        "    limits = {str(n): resource.getrlimit(n)[1] for n in reading_process.LIMITS}\n"
        "    raise DocumentRefusedError(repr((limits, dict(os.environ), len(data))))\n"
        "file_types.document_kind = look\n"
        "reading_process.main('x')\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", probe, stdin=-1, stdout=-1, env={"LANG": "C.UTF-8"}
    )
    answer, _ = await process.communicate(b"12345")
    limits = {str(name): value for name, value in reading_process.LIMITS.items()}

    assert str(limits)[1:-1] in answer.decode()
    assert ", 5)" in answer.decode()
    assert reading_process.LIMITS[resource.RLIMIT_AS] == 512 * 1024 * 1024
    assert reading_process.LIMITS[resource.RLIMIT_FSIZE] == 0


async def test_it_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    seen: dict[str, object] = {}
    real = asyncio.create_subprocess_exec

    async def watched(*arguments: str, **options: object) -> asyncio.subprocess.Process:
        seen.update(options)
        return await real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    await Reader().read(AttachedFile("a.txt", b"hello"))

    assert seen["env"] == {"LANG": "C.UTF-8"}


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}
