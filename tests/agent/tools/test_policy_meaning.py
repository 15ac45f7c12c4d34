"""Policies are found by meaning, in five languages; what is not in them is not claimed."""

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import boto3
import numpy as np
import pytest

from agent.errors import PolicyEmbeddingError
from agent.tools.policies.embedders.bedrock import QUESTION_CONFIG, BedrockModel
from agent.tools.policies.embedders.choice import embedder
from agent.tools.policies.embedders.embedder import Embedder, Vectors, normalized
from agent.tools.policies.embedders.local_model import LocalModel
from agent.tools.policies.fused_search import AskedMeaning, Hits, Index
from agent.tools.policies.passage_vectors import PassageVectors, embedded
from agent.tools.policies.passages import Passage
from agent.tools.policies.shared_index import PolicyCollection
from agent.tools.policies.storage import DocumentStorage, ListedDocument
from agent.tools.policies.stored_index import StoredIndex, index_policies, pack, unpack
from agent.tools.policy_tool import NEAREST, policy_tool
from bizassist.__main__ import main
from bizassist.evaluation.policy_search import (
    Found,
    SearchScore,
    read_passages,
    read_questions,
    scores,
    search_all,
)
from bizassist.local.provision import POLICIES
from tests.agent.tools.bedrock_embeddings import COHERE, TITAN, Bedrock, serving_bedrock
from tests.some import some

Search = Callable[[str], Hits]


@pytest.fixture(scope="module")
def model() -> LocalModel:
    """The real one: it takes some seconds to load."""
    return LocalModel()


@pytest.fixture(scope="module")
def samples() -> list[Passage]:
    return read_passages(POLICIES)


@pytest.fixture(scope="module")
def search(model: LocalModel, samples: list[Passage]) -> Search:
    index = Index(samples, embedded(samples, model))
    return lambda asked: index.search(asked, AskedMeaning(model.question(asked), model.near))


@pytest.fixture(scope="module")
def by_words(samples: list[Passage]) -> dict[str, SearchScore]:
    return {one.name: one for one in scores(search_all(read_questions(), samples, None))}


@pytest.fixture(scope="module")
def by_meaning(search: Search) -> dict[str, SearchScore]:
    found = [Found(one, search(one.question)) for one in read_questions()]
    return {one.name: one for one in scores(found)}


def sections(hits: Hits) -> list[str | None]:
    return [passage.section for passage in hits.passages]


def test_the_questions_are_many_and_of_each_kind(samples: list[Passage]) -> None:
    questions = read_questions()
    kinds = Counter(one.wording for one in questions)
    foreign = {one.language for one in questions if one.wording == "foreign"}
    there = {f"{passage.title}: {passage.section}".partition(", page ")[0] for passage in samples}
    named = {section for one in questions for section in one.sections}

    assert len(questions) >= 150
    assert kinds["own"] >= kinds["text"]
    assert kinds["foreign"] >= 30
    assert kinds["none"] >= 20
    assert len(foreign) == 4
    assert len(named) > 30
    assert named <= there
    assert len({one.question for one in questions}) == len(questions)
    for one in some(questions):
        assert bool(one.sections) == (one.wording != "none"), one.id


def test_words_alone_find_most_and_claim_nothing_that_is_not_there(
    by_words: dict[str, SearchScore],
) -> None:
    assert (by_words["all with an answer"].recalled or 0) >= 0.83
    assert (by_words["foreign"].recalled or 0) >= 0.85
    assert by_words["none"].sure == 0
    assert by_words["none"].nothing >= 0.6
    assert by_words["all with an answer"].wrongly_sure <= 0.04


def test_meaning_finds_more_and_claims_nothing_that_is_not_there(
    by_meaning: dict[str, SearchScore], by_words: dict[str, SearchScore]
) -> None:
    assert (by_meaning["all with an answer"].recalled or 0) >= 0.88
    assert (by_meaning["foreign"].recalled or 0) >= 0.95
    assert (by_meaning["own"].recalled or 0) > (by_words["own"].recalled or 0)
    assert by_meaning["none"].sure == 0
    assert by_meaning["none"].nothing >= 0.5
    assert by_meaning["all with an answer"].wrongly_sure <= 0.04


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("How much can I spend on a hotel?", "Hotels"),
        ("Can I work from Spain?", "Working from abroad"),
        ("Wie viele Urlaubstage habe ich?", "Annual leave"),
        ("¿Cuánto puede costar un hotel por noche?", "Hotels"),
        ("Ile dni urlopu mam w roku?", "Annual leave"),  # in no list of words
    ],
)
def test_what_is_meant_is_found(search: Search, question: str, section: str) -> None:
    assert section in sections(search(question))


@pytest.mark.parametrize("question", ["", "?!", "What is our policy?", "Who won the world cup?"])
def test_what_asks_for_nothing_or_is_nowhere_is_not_found(search: Search, question: str) -> None:
    assert search(question).passages == ()


def test_what_lacks_the_words_of_the_question_is_never_sure(search: Search) -> None:
    hits = search("How long is the notice period if I resign?")

    assert hits.passages
    assert not hits.relevant


def test_what_stands_around_the_best_goes_along() -> None:
    parts = [Passage("Leave", name, f"{name} words here.") for name in ("Ants", "Bees", "Cats")]
    others = [Passage("Travel", "Dogs", "Dogs travel.")]

    middle = Index([*parts, *others]).search("bees")
    last = Index([*parts, *others]).search("cats")

    assert [one.section for one in middle.around] == ["Ants", "Cats"]
    assert [one.section for one in last.around] == ["Bees"]


class Memory(DocumentStorage):
    """A bucket in this process."""

    def __init__(self, **documents: bytes) -> None:
        self.documents = {f"{name}.md": content for name, content in documents.items()}
        self.index = b""

    def listed(self) -> list[ListedDocument]:
        found = [
            ListedDocument(name, str(hash(content)), len(content))
            for name, content in self.documents.items()
        ]
        tag = [ListedDocument(".index/policies.zip", str(hash(self.index)), 1)]
        return found + (tag if self.index else [])

    def read(self, name: str) -> bytes:
        return self.documents[name]

    def read_index(self) -> bytes:
        return self.index

    def write_index(self, content: bytes) -> None:
        self.index = content

    def write_report(self, content: bytes) -> None:
        self.report = json.loads(content)

    def close(self) -> None:
        pass


class Letters:
    """Puts texts near one another that begin with the same letter after their headings."""

    near = 0.5

    def __init__(self, name: str = "letters", *, broken: bool = False) -> None:
        self.name, self.broken = name, broken
        self.told: list[str] = []

    def prepare(self) -> None:
        pass

    def renewed(self, session: boto3.Session) -> Self:
        return self

    def passages(self, texts: Sequence[str]) -> Vectors:
        if self.broken:
            raise PolicyEmbeddingError(detail="AccessDeniedException")
        self.told += texts
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in enumerate(texts):
            rows[row, ord(text.rpartition(". ")[2][0]) % 64] = 1
        return normalized(rows)

    def question(self, text: str) -> Vectors:
        vector: Vectors = self.passages([text])[0]
        return vector


def bucket() -> Any:
    return Memory(
        animals=b"# Animals\n\n## Badgers\n\nStay outside.\n\n## Otters\n\nOtters may swim.",
        leave=b"# Leave\n\nEverybody has twenty days.",
    )


async def test_the_stored_index_carries_vectors_and_a_session_asks_by_them() -> None:
    storage, asking = bucket(), Letters()
    indexed = index_policies(storage, Letters())
    policies = PolicyCollection(storage, asking)
    policies.read_ahead()

    hits = (await policies.search("Öland Obscure")).hits
    found = (await policies.search("Offshore")).hits

    assert indexed.embedder == storage.report["embedder"] == "letters"
    assert hits.passages == ()
    assert sections(found) == ["Otters"]
    assert not found.relevant  # no word of it is there
    assert asking.told == ["Öland Obscure", "Offshore"]  # no passage was embedded again


async def test_a_restored_session_asks_the_model_of_today() -> None:
    storage, warm, today = bucket(), Letters(), Letters("others")
    index_policies(storage, Letters("others"))
    policies = PolicyCollection(storage, warm)
    policies.read_ahead()
    policies.read_from(storage, today, boto3.Session())
    await policies.search("Offshore")
    policies.read_from(storage, Letters("others"), boto3.Session())
    await policies.search("Outside")
    policies.read_from(storage, None, boto3.Session())
    hits = (await policies.search("Offshore")).hits

    assert warm.told == []
    assert today.told == ["Offshore", "Outside"]  # what is loaded of the same model stays
    assert hits.passages == ()


async def test_only_what_has_changed_is_embedded_again() -> None:
    storage, again = bucket(), Letters()
    index_policies(storage, Letters())
    storage.documents["leave.md"] = b"# Leave\n\nEverybody has thirty days."

    unread = Letters()
    waiting = PolicyCollection(storage, unread)
    told = (await waiting.search("thirty days")).hits
    await waiting.vectors_made()
    await waiting.search("thirty days")
    indexed = index_policies(storage, again)
    unchanged = index_policies(storage, Letters())

    assert told.relevant
    assert unread.told == ["Leave: . Everybody has thirty days.", "thirty days"]
    assert again.told == ["Leave: . Everybody has thirty days."]
    assert (indexed.changed, unchanged.changed) == (True, False)


async def test_searches_wait_for_no_vector_of_a_new_passage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agent.tools.policies.shared_index.PATIENCE_SECONDS", 10)
    storage, asking, let_go = bucket(), Letters(), threading.Event()
    made = asking.passages

    def slow(texts: Sequence[str]) -> Vectors:
        assert let_go.wait(20)
        return made(texts)

    monkeypatch.setattr(asking, "passages", slow)
    policies = PolicyCollection(storage, asking)
    try:
        by_words = (await policies.search("badgers outside")).hits
    finally:
        let_go.set()
    await policies.vectors_made()

    assert by_words.relevant
    assert sections((await policies.search("Offshore")).hits) == ["Otters"]


async def test_a_session_embeds_each_new_passage_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.tools.policies.shared_index.REFRESH_SECONDS", -1)
    storage, asking = bucket(), Letters()
    index_policies(storage, Letters())
    policies = PolicyCollection(storage, asking)
    for place, number in enumerate(("thirty", "forty")):
        storage.documents[f"new{place}.md"] = f"# New\n\n{number} days.".encode()
        policies.look_ahead()
        await policies.vectors_made()

    assert asking.told == ["New: . thirty days.", "New: . forty days."]


async def test_a_session_does_not_embed_the_whole_collection(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("agent.tools.policies.shared_index.MOST_NEW_PASSAGES", 2)
    asking = Letters()
    policies = PolicyCollection(bucket(), asking)
    with caplog.at_level(logging.WARNING):
        hits = (await policies.search("badgers outside")).hits
        await policies.vectors_made()

    assert hits.relevant
    assert asking.told == []
    assert "3 passages are new, more than 2" in caplog.text


async def test_another_model_than_the_index_has_falls_back_to_words_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    storage, other = bucket(), Letters("others")
    index_policies(storage, Letters())
    with caplog.at_level(logging.WARNING):
        policies = PolicyCollection(storage, other)
        hits = (await policies.search("badgers outside")).hits

    assert hits.relevant
    assert other.told == []
    assert "indexed by letters and asked by others" in caplog.text
    assert index_policies(storage, other).changed
    assert index_policies(storage, other).embedder == "others"


async def test_a_model_that_cannot_be_asked_leaves_the_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    storage = bucket()
    index_policies(storage, Letters())
    with caplog.at_level(logging.WARNING):
        storage.documents["new.md"] = b"# New\n\nNobody knows it."
        policies = PolicyCollection(storage, Letters(broken=True))
        hits = (await policies.search("badgers outside")).hits
        await policies.vectors_made()
    indexed = index_policies(bucket(), Letters(broken=True))

    assert hits.relevant
    assert "AccessDeniedException" in caplog.text
    assert (indexed.embedder, indexed.words_only) == ("", "AccessDeniedException")
    assert indexed.changed


def test_a_model_that_fails_while_indexing_costs_no_vector_that_is_there() -> None:
    storage = bucket()
    index_policies(storage, Letters())
    before = storage.index
    storage.documents["leave.md"] = b"# Leave\n\nEverybody has thirty days."

    with pytest.raises(PolicyEmbeddingError):
        index_policies(storage, Letters(broken=True))
    assert storage.index == before
    assert storage.report["embedder"] == "letters"

    replaced = index_policies(storage, Letters("others", broken=True))
    assert (replaced.changed, replaced.words_only) == (True, "AccessDeniedException")


def test_vectors_are_kept_in_a_byte_a_number(model: LocalModel, samples: list[Passage]) -> None:
    vectors = embedded(samples, model)
    assert vectors is not None
    kept = unpack(pack(StoredIndex({}, Index([])))).index.vectors
    loaded = PassageVectors.load(vectors.saved())
    asked = model.question("hotel")
    exact = model.passages(["Hotels: what a room costs"]) @ asked

    assert kept is None
    assert loaded.steps.nbytes == len(samples) * 512
    assert np.allclose(loaded.similarities(asked), vectors.similarities(asked))
    rounded = PassageVectors.of("local", model.passages(["Hotels: what a room costs"]))
    assert abs(rounded.similarities(asked)[0] - exact[0]) < 0.01


@pytest.fixture
def bedrock(model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bedrock]:
    with serving_bedrock(lambda texts: model.passages(texts).tolist()) as (played, address):
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        yield played


@pytest.mark.parametrize("name", [TITAN, COHERE])
async def test_bedrocks_models_index_and_ask(bedrock: Bedrock, name: str) -> None:
    storage = bucket()
    asking = embedder(f"bedrock:{name}", boto3.Session())
    indexed = index_policies(storage, asking)
    policies = PolicyCollection(storage, asking)
    policies.read_from(storage, asking, boto3.Session())
    hits = (await policies.search("Dürfen Fischotter schwimmen?")).hits

    assert indexed.embedder == f"bedrock:{name}"
    assert hits.passages[0].section == "Otters"
    if name == COHERE:
        assert [call["input_type"] for call in bedrock.calls] == ["search_document", "search_query"]
    else:
        assert len(bedrock.calls) == 4  # a text a call


def test_many_long_passages_are_sent_as_bedrock_takes_them(bedrock: Bedrock) -> None:
    bedrock.embed = lambda texts: [[1.0, 2.0] for _ in texts]
    vectors = BedrockModel(COHERE, boto3.Session()).passages(["long " * 1_000] * 100)

    assert vectors.shape == (100, 2)
    assert sorted(len(call["texts"]) for call in bedrock.calls) == [4, 96]


@pytest.mark.parametrize("name", [TITAN, "amazon.unknown"])
def test_bedrocks_refusal_is_an_error_of_ours(bedrock: Bedrock, name: str) -> None:
    bedrock.refuses = "AccessDeniedException" if name == TITAN else ""

    with pytest.raises(PolicyEmbeddingError) as refused:
        BedrockModel(name, boto3.Session()).question("hotel")

    expected = "AccessDeniedException" if name == TITAN else "ValidationException"
    assert refused.value.detail == expected


def test_who_asks_waits_for_bedrock_some_seconds_at_most(bedrock: Bedrock) -> None:
    bedrock.refuses = "ThrottlingException"
    with pytest.raises(PolicyEmbeddingError):
        BedrockModel(TITAN, boto3.Session()).question("hotel")

    config: Any = QUESTION_CONFIG
    assert len(bedrock.calls) == 2
    assert config.connect_timeout + config.read_timeout <= 3


async def test_a_model_that_could_not_be_asked_is_left_in_peace_for_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storage, asking, asked = bucket(), Letters(), list[str]()
    index_policies(storage, Letters())
    policies = PolicyCollection(storage, asking)

    def failing(text: str) -> Vectors:
        asked.append(text)
        raise PolicyEmbeddingError(detail="ReadTimeoutError")

    monkeypatch.setattr(asking, "question", failing)
    for _ in range(3):
        assert (await policies.search("badgers outside")).hits.relevant
    assert len(asked) == 1

    monkeypatch.setattr("agent.tools.policies.shared_index.NOT_ASKED_SECONDS", -1)
    await policies.search("badgers outside")
    assert len(asked) == 2


def test_words_need_no_model() -> None:
    assert embedder("words", boto3.Session()) is None
    assert isinstance(embedder("local", boto3.Session()), LocalModel)


async def test_a_near_answer_says_that_it_is_not_sure(tmp_path: Path) -> None:
    storage = bucket()
    index_policies(storage, Letters())
    policies: PolicyCollection = PolicyCollection(storage, Letters())
    found = await policies.search("Offshore")
    tool = policy_tool(policies)

    assert tool.tool_name == "search_company_policy"
    assert not found.hits.relevant
    assert "not sure" in NEAREST


def test_the_evaluation_tells_how_well_they_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["eval", "policies", "--embedder", "words", "--json"])
    (told,) = json.loads(capsys.readouterr().out)

    assert status == 0
    assert told["embedder"] == "words"
    assert {score["name"] for score in told["scores"]} == {
        *("text", "own", "foreign", "none", "all with an answer")
    }
    assert told["missed"]


def test_a_model_that_is_missing_is_named(
    capsys: pytest.CaptureFixture[str], bedrock: Bedrock
) -> None:
    bedrock.refuses = "AccessDeniedException"
    status = main(["eval", "policies", "--embedder", f"bedrock:{TITAN}"])

    assert status == 1
    assert f"bedrock:{TITAN} can't be asked: AccessDeniedException" in capsys.readouterr().err


def test_each_model_has_what_an_embedder_has(model: LocalModel, bedrock: Bedrock) -> None:
    several: list[Embedder] = [model, BedrockModel(TITAN, boto3.Session()), Letters()]
    for one in some(several):
        one.prepare()
        assert one.renewed(boto3.Session()).name == one.name
