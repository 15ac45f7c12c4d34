"""The local tools that read the documents which the person attached to this conversation."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from strands import tool
from strands.types.tools import AgentTool

from agent.error_rendering import error_result
from agent.errors import DocumentNotAttachedError, DocumentRefusedError, ToolError
from agent.request.attachments import AttachedFile
from agent.tools.documents.comparison import compare
from agent.tools.documents.content import Content
from agent.tools.documents.passages import passages
from agent.tools.documents.reader import Reader
from agent.tools.documents.tool_results import analysis_result, comparison_result

logger = logging.getLogger(__name__)

ANALYZE = "analyze_document"
COMPARE = "compare_documents"
ANALYZES = (
    "Read an attached document (PDF, Word, Excel, slides, CSV, web page, text): summary, key "
    "figures, dates, parties, and the passages that answer a question."
)
COMPARES = (
    "Compare two attached documents: what changed, what only one of them says, other figures and "
    "dates."
)
NAME = "Name of an attached document, such as contract.pdf."
QUESTION = "What to find out about it; empty for a summary."


def document_tools(files: Sequence[AttachedFile], reader: Reader) -> list[AgentTool]:
    """The tools of one run; the model reads the files' names in the tools' schemas."""
    documents = AttachedDocuments(files, reader)
    name: dict[str, Any] = {"type": "string", "description": NAME}
    if files:
        name["enum"] = [file.name for file in files]
    question = {"type": "string", "description": QUESTION}

    @tool(
        name=ANALYZE,
        description=ANALYZES,
        inputSchema=_schema({"document": name, "question": question}, "document"),
    )
    async def analyze_document(document: str, question: str = "") -> dict[str, Any]:
        return await documents.analyze(document, question)

    @tool(
        name=COMPARE,
        description=COMPARES,
        inputSchema=_schema({"first": name, "second": name}, "first", "second"),
    )
    async def compare_documents(first: str, second: str) -> dict[str, Any]:
        return await documents.compare(first, second)

    return [analyze_document, compare_documents]


class AttachedDocuments:
    """The documents of one run, oldest first; each is read once, when it is first asked for."""

    def __init__(self, files: Sequence[AttachedFile], reader: Reader) -> None:
        self._files = files
        self._reader = reader
        self._read: dict[str, Content] = {}

    async def analyze(self, document: str, question: str) -> dict[str, Any]:
        """The result of ``analyze_document``."""
        try:
            file = self._file(document)
            content = await self._content(file)
        except ToolError as error:
            return error_result(error)
        found = await asyncio.to_thread(passages, question, content.sections) if question else []
        return _success(analysis_result(file.name, content, found))

    async def compare(self, first: str, second: str) -> dict[str, Any]:
        """The result of ``compare_documents``."""
        try:
            files = self._file(first), self._file(second)
            ours, theirs = await asyncio.gather(*(self._content(file) for file in files))
        except ToolError as error:
            return error_result(error)
        difference = await asyncio.to_thread(compare, ours, theirs)
        names = files[0].name, files[1].name
        return _success(comparison_result(names, difference, whole=ours.whole and theirs.whole))

    def _file(self, name: str) -> AttachedFile:
        """By its name, without its suffix, or by a part of it that only one has."""
        if not self._files:
            raise DocumentNotAttachedError
        wanted = name.strip().casefold()
        for spelled in (lambda n: n, lambda n: PurePosixPath(n).stem):
            for file in self._files:
                if wanted in {file.name.casefold(), spelled(file.name).casefold()}:
                    return file
        close = [file for file in self._files if wanted in file.name.casefold()]
        if len(close) != 1:
            names = ", ".join(file.name for file in self._files)
            raise DocumentNotAttachedError(
                f"I can't tell which document that is. Attached: {names}."
            )
        return close[0]

    async def _content(self, file: AttachedFile) -> Content:
        try:
            if file.name not in self._read:
                self._read[file.name] = await self._reader.read(file)
        except DocumentRefusedError as error:
            logger.info("a document was refused: %s", error)
            raise DocumentRefusedError(f"{file.name} {error}") from None
        return self._read[file.name]


def _schema(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"json": {"type": "object", "properties": properties, "required": list(required)}}


def _success(answer: dict[str, Any]) -> dict[str, Any]:
    return {"status": "success", "content": [{"json": answer}]}
