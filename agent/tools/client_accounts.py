"""Client accounts: found by id, name or e-mail, however they are spelled."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import boto3
from botocore.config import Config

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


class Clients:
    """The table of client accounts, shared by all runs; whose eyes it is for is decided later."""

    def __init__(self, table: str, session: boto3.Session) -> None:
        self._table = table
        self._dynamodb = session.client("dynamodb", config=CONFIG)
        self._accounts: list[Account] = []
        self._read: float | None = None
        self._lock = threading.Lock()

    def find(self, query: str, *, by_email: bool) -> list[Account]:
        """The accounts that a query names, best first; blocks on the network.

        :param by_email: whether e-mail addresses may be compared.
        """
        accounts = self._all()
        said = {word.casefold() for word in re.findall(r"[\w-]+", query)}
        by_id = [account for account in accounts if account["client_id"].casefold() in said]
        addresses = {address.casefold() for address in EMAIL.findall(query)}
        if by_id or addresses:
            theirs = (account for account in accounts if _has_address(account, addresses))
            return [*by_id, *(theirs if by_email else ())][:MATCHES]
        return _named(query, accounts)

    def _all(self) -> list[Account]:
        with self._lock:
            if self._read is None or time.monotonic() - self._read > KEEP_SECONDS:
                self._accounts = list(self._rows())
                self._read = time.monotonic()
            return self._accounts

    def _rows(self) -> Iterable[Account]:
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, PaginationConfig={"MaxItems": MOST_ROWS}
        )
        for page in pages:
            for item in page["Items"]:
                yield {name: item[name]["S"] for name in FIELDS if "S" in item.get(name, {})}


def emails_in(query: str) -> list[str]:
    """The e-mail addresses that a query names."""
    return EMAIL.findall(query)


def _has_address(account: Account, addresses: set[str]) -> bool:
    return account.get("email", "").casefold() in addresses


def _named(query: str, accounts: list[Account]) -> list[Account]:
    """Accounts by name: a word that many names share tells less than one of its own."""
    asked = _words(query)
    names = [_words(account.get("name", "")) for account in accounts]
    shared = Counter(word for name in names for word in set(name))
    close = {word: _closeness(word, asked) for word in shared}
    scored = []
    for account, name in zip(accounts, names, strict=True):
        whole = sum(1 / shared[word] for word in name)
        score = sum(close[word] / shared[word] for word in name) / whole if whole else 0.0
        if score >= ENOUGH * SAME_WORD / 100:
            scored.append((score, account))
    scored.sort(key=lambda entry: -entry[0])
    return [account for score, account in scored if score >= scored[0][0] * BESIDE_THE_BEST][
        :MATCHES
    ]


def _closeness(word: str, asked: list[str]) -> float:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - 20 ms that only the first look-up pays

    found = process.extractOne(word, asked, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
    return found[1] / 100 if found else 0.0


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if len(word) > 1]
