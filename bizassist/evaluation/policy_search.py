"""How well policies are found: questions with their right sections, asked of the index alone."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.tools.policies.embedders.embedder import Embedder
from agent.tools.policies.fused_search import AskedMeaning, Hits, Index
from agent.tools.policies.passage_vectors import embedded
from agent.tools.policies.passages import Passage, passages
from agent.tools.policies.storage import KINDS

QUESTIONS = Path(__file__).with_name("policy_questions.jsonl")
PAGE = re.compile(r"(?:^|, )page \d+$")

Wording = Literal["text", "own", "foreign", "none"]


class PolicyQuestion(BaseModel):
    """One question and where its answer stands.

    :param sections: ``Title: Section`` of each section that answers it; none when no policy does.
    :param wording: in the words of the text, in the asker's own, in another language, or about
        something that no policy says.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    sections: list[str]
    wording: Wording
    language: str


@dataclass(frozen=True, slots=True)
class Found:
    """One question and what was found."""

    question: PolicyQuestion
    hits: Hits

    @property
    def recalled(self) -> bool:
        """Whether a right section is among those that are shown, three at most."""
        return any(_place(one) in self.question.sections for one in self.hits.passages)

    @property
    def first(self) -> bool:
        """Whether the first is right."""
        return any(_place(one) in self.question.sections for one in self.hits.passages[:1])


@dataclass(frozen=True, slots=True)
class SearchScore:
    """Shares of some questions, from 0 to 1.

    :param recalled: a right section is among the three that are shown; None where there is none.
    :param sure: the answer is given as what the policies say.
    :param wrongly_sure: so, and no right section is shown; of all.
    :param nothing: it is said that the policies say nothing about it.
    """

    name: str
    questions: int
    recalled: float | None
    first: float | None
    sure: float
    wrongly_sure: float
    nothing: float


def read_questions(path: Path = QUESTIONS) -> list[PolicyQuestion]:
    """The questions that are shipped, about the policies of the local stack."""
    return [
        PolicyQuestion.model_validate_json(line)
        for line in path.read_text("utf-8").split("\n")
        if line
    ]


def read_passages(folder: Path) -> list[Passage]:
    """The passages of a folder's documents, in the order of their names; blocks."""
    documents = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in KINDS]
    return [one for path in documents for one in passages(path.name, path.read_bytes())]


def search_all(
    questions: Iterable[PolicyQuestion], found: Sequence[Passage], embedder: Embedder | None
) -> list[Found]:
    """Ask each question of an index of these passages; blocks.

    :raises PolicyEmbeddingError: when the model can't be asked.
    """
    index = Index(found, embedded(found, embedder) if embedder else None)
    return [Found(one, index.search(one.question, _meaning(embedder, one))) for one in questions]


def scores(found: Sequence[Found]) -> list[SearchScore]:
    """One for each wording, and one for all questions that have an answer."""
    wordings = dict.fromkeys(one.question.wording for one in found)
    groups = [(name, [one for one in found if one.question.wording == name]) for name in wordings]
    answered = [one for one in found if one.question.sections]
    return [
        _score(name, group) for name, group in [*groups, ("all with an answer", answered)] if group
    ]


def _score(name: str, found: Sequence[Found]) -> SearchScore:
    answered = bool(found[0].question.sections)
    return SearchScore(
        name,
        len(found),
        _share([one.recalled for one in found]) if answered else None,
        _share([one.first for one in found]) if answered else None,
        _share([one.hits.relevant for one in found]),
        _share([one.hits.relevant and not one.recalled for one in found]),
        _share([not one.hits.passages for one in found]),
    )


def _meaning(embedder: Embedder | None, asked: PolicyQuestion) -> AskedMeaning | None:
    return AskedMeaning(embedder.question(asked.question), embedder.near) if embedder else None


def _share(good: Sequence[bool]) -> float:
    return sum(good) / len(good)


def _place(passage: Passage) -> str:
    return f"{passage.title}: {PAGE.sub('', passage.section or '')}"
