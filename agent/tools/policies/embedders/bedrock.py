"""Bedrock's embedding models: Amazon Titan Text Embeddings V2, and Cohere Embed 3 and 4.

(InvokeModel; their pages in the user guide under "Inference request parameters".)
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from agent.errors import PolicyEmbeddingError
from agent.tools.policies.embedders.embedder import Vectors, normalized

AT_ONCE = 8
CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"max_attempts": 4, "mode": "standard"},
    max_pool_connections=AT_ONCE,
)
QUESTION_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"total_max_attempts": 2, "mode": "standard"},
)
"""Somebody waits for a question's vector; without it words alone are searched."""
TITAN_DIMENSIONS = 512
"""AWS says that 512 keep 99 % of what 1,024 find, and they take half the room."""
COHERE_TEXTS, COHERE_CHARACTERS = 96, 2048
"""The most texts of one call, and the longest text that Embed 3 takes."""


class BedrockModel:
    """One of Bedrock's models, called with the rights of a session.

    :param model: a model's or an inference profile's id, such as ``amazon.titan-embed-text-v2:0``,
        ``cohere.embed-multilingual-v3`` or ``eu.cohere.embed-v4:0``.
    """

    def __init__(self, model: str, session: boto3.Session) -> None:
        self._model = model
        self._cohere = "cohere.embed" in model
        self._bedrock = session.client("bedrock-runtime", config=CONFIG)
        self._asked = session.client("bedrock-runtime", config=QUESTION_CONFIG)
        self.name = f"bedrock:{model}"
        # Cohere's vectors lie closer together, whatever they are about.
        self.near = 0.35 if self._cohere else 0.2

    def prepare(self) -> None:
        """Nothing is loaded here."""

    def renewed(self, session: boto3.Session) -> Self:
        """The same model, with this session's rights."""
        return type(self)(self._model, session)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """A vector for each text; many calls, some at the same time."""
        calls = self._calls(texts, "search_document")
        with ThreadPoolExecutor(AT_ONCE) as threads:
            found = list(threads.map(partial(self._vectors, self._bedrock), calls))
        return normalized([vector for vectors in found for vector in vectors])

    def question(self, text: str) -> Vectors:
        """One vector; one call, of some seconds at most."""
        (call,) = self._calls([text], "search_query")
        vector: Vectors = normalized(self._vectors(self._asked, call))[0]
        return vector

    def _calls(self, texts: Sequence[str], use: str) -> list[dict[str, Any]]:
        if not self._cohere:
            return [{"inputText": text, "dimensions": TITAN_DIMENSIONS} for text in texts]
        cut = [text[:COHERE_CHARACTERS] for text in texts]
        return [
            {
                "texts": cut[start : start + COHERE_TEXTS],
                "input_type": use,
                "embedding_types": ["float"],
            }
            for start in range(0, len(cut), COHERE_TEXTS)
        ]

    def _vectors(self, bedrock: Any, call: dict[str, Any]) -> list[list[float]]:
        try:
            answer = bedrock.invoke_model(modelId=self._model, body=json.dumps(call))
            content = json.loads(answer["body"].read())
            found = content["embeddings"]["float"] if self._cohere else [content["embedding"]]
        except ClientError as error:
            raise PolicyEmbeddingError(detail=error.response["Error"]["Code"]) from None
        except (BotoCoreError, KeyError, TypeError, ValueError) as error:
            raise PolicyEmbeddingError(detail=type(error).__name__) from None
        vectors: list[list[float]] = found
        return vectors
