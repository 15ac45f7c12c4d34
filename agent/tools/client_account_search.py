"""Client accounts: found by id, name or e-mail, however they are spelled."""

import logging
import re
import threading
import time
from collections import Counter
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rapidfuzz import fuzz, process

from agent.errors import ClientAccountsUnavailableError
from agent.wall_clock import is_older

FIELDS = ("client_id", "name", "status", "plan", "email", "account_manager")
CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"max_attempts": 3})
KEEP_SECONDS = 60.0
"""Names are searched in a copy of the table; an account's own row is never older than this."""
MOST_ROWS = 20_000
MATCHES = 5
SAME_WORD = 82
"""Of a hundred: one letter of six wrong is the same word, two are another."""
ENOUGH = 0.5
"""Half of what tells a name apart must be said: *Contoso* is enough for *Contoso Retail*."""
BESIDE_THE_BEST = 0.75
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

Account = dict[str, Any]

logger = logging.getLogger(__name__)


class ClientAccounts:
    """The table of client accounts, shared by all runs; who may see what is decided later."""

    def __init__(self, table: str, session: boto3.Session) -> None:
        self._table = table
        self._dynamodb = session.client("dynamodb", config=CONFIG)
        self._accounts: list[Account] = []
        self._read: float | None = None
        self._lock = threading.Lock()

    def find(self, query: str, *, by_email: bool) -> list[Account]:
        """The accounts that a query names, best first; blocks on the network.

        :param by_email: whether e-mail addresses may be compared.
        :raises ClientAccountsUnavailableError: when the table can't be read.
        """
        accounts = self._all()
        words = {word.casefold() for word in re.findall(r"[\w-]+", query)}
        by_id = [account for account in accounts if account["client_id"].casefold() in words]
        addresses = {address.casefold() for address in EMAIL.findall(query)}
        if by_id or addresses:
            matching = (account for account in accounts if _has_address(account, addresses))
            return [*by_id, *(matching if by_email else ())][:MATCHES]
        return _by_name(query, accounts)

    def _all(self) -> list[Account]:
        with self._lock:
            if self._read is None or is_older(self._read, KEEP_SECONDS):
                self._accounts = self._rows()
                self._read = time.time()
            return self._accounts

    def _rows(self) -> list[Account]:
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, PaginationConfig={"MaxItems": MOST_ROWS}
        )
        try:
            return [
                {name: item[name]["S"] for name in FIELDS if "S" in item.get(name, {})}
                for page in pages
                for item in page["Items"]
            ]
        except (BotoCoreError, ClientError) as error:
            logger.error("client accounts can't be read: %s", type(error).__name__)  # noqa: TRY400 - no traceback
            raise ClientAccountsUnavailableError(detail=type(error).__name__) from error


def emails_in(query: str) -> list[str]:
    """The e-mail addresses that a query names."""
    return EMAIL.findall(query)


def _has_address(account: Account, addresses: set[str]) -> bool:
    return account.get("email", "").casefold() in addresses


def _by_name(query: str, accounts: list[Account]) -> list[Account]:
    """Accounts by name: a word that many names share tells less than one of its own."""
    wanted = _words(query)
    names = [_words(account.get("name", "")) for account in accounts]
    shared = Counter(word for name in names for word in set(name))
    similarity = {word: _similarity(word, wanted) for word in shared}
    scored = []
    for account, name in zip(accounts, names, strict=True):
        total = sum(1 / shared[word] for word in name)
        score = sum(similarity[word] / shared[word] for word in name) / total if total else 0.0
        if score >= ENOUGH * SAME_WORD / 100:
            scored.append((score, account))
    scored.sort(key=lambda entry: -entry[0])
    return [account for score, account in scored if score >= scored[0][0] * BESIDE_THE_BEST][
        :MATCHES
    ]


def _similarity(word: str, wanted: list[str]) -> float:
    found = process.extractOne(word, wanted, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
    return found[1] / 100 if found else 0.0


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if len(word) > 1]
