"""Which addresses may be shown, and what is left of a page's markup."""

import time

import pytest

from gateway_tools.search.provider_interface import SearchResult
from gateway_tools.search.result_sanitizer import (
    SNIPPET_LENGTH,
    plain_text,
    public_parts,
    sanitized,
)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://example.com:8080/a?b=c#d",
        "https://münchen.example/straße",
        "https://xn--mnchen-3ya.example/",
        "http://93.184.216.34/",
        "http://[2606:2800:220:1:248:1893:25c8:1946]/",
        "https://localhost.example.com/",
        "https://internal-affairs.example/",
        "https://example.com/redirect?to=http://127.0.0.1/",
        "https://172.32.0.1/",
    ],
)
def test_public_addresses_are_shown(address: str) -> None:
    parts = public_parts(address)
    assert parts is not None
    assert parts.geturl() == address


@pytest.mark.parametrize(
    "address",
    [
        # no web address
        "",
        "example.com",
        "//example.com/",
        "/relative",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,hello",
        "https://",
        "https:///path",
        "https://example.com:port/",
        "https://[::1",
        "https://example.com/" + "a" * 2_000,
        # a disguise
        "https://example.com@127.0.0.1/",
        "https://user:password@example.com/",
        "https://example.com\\@127.0.0.1/",
        "https://exa\tmple.com/",
        "https://example.com/\r\nx",
        "https://example .com/",
        "https://example.com/\u202egnp.exe",
        "https://example.com/\u200b",
        'https://example.com/"onclick="x',
        "https://example.com/<script>",
        # this machine, this network, the metadata service
        "http://localhost/",
        "http://LOCALHOST./",
        "http://sub.localhost/",
        "http://printer/",
        "http://wiki.corp/",
        "http://nas.local/",
        "http://router.home.arpa/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://127.0.0.1/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.170.2/v2/credentials",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::1]/",
        "http://[fe80::1%25eth0]/",
        # the same, written as browsers also read it
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://0xa9fea9fe/",
        "http://127.0.0.1./",
        "http://１２７.0.0.1/",
        "http://①②⑦.0.0.1/",
        "http://127。0。0。1/",
        # names that lead back inside
        "http://169.254.169.254.nip.io/",
        "http://127-0-0-1.sslip.io/",
        "http://localtest.me/",
    ],
)
def test_other_addresses_are_not(address: str) -> None:
    assert public_parts(address) is None


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<b>bold</b> and <a href='javascript:x'>link</a>", "bold and link"),
        ("one<br>two", "one two"),
        ("a &amp; b &lt; c", "a & b < c"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;after", "after"),
        ("&amp;lt;img src=x onerror=y&amp;gt;after", "after"),
        ("<style>p { color: red }</style>text", "text"),
        ("<!-- hidden -->text", "text"),
        ("text<img src=x onerror=alert(1)", "text"),
        ("<scr<b>ipt>x", "ipt>x"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("zero\u200bwidth and \u202ereversed\x00", "zero width and reversed"),
        ("\ue000private \U000e0041tag", "private tag"),
        ("  many \n\n blanks\t ", "many blanks"),
        ("", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text(markup, 100) == text


def test_text_is_cut_to_its_length() -> None:
    cut = plain_text("word " * 500, SNIPPET_LENGTH)
    assert len(cut) <= SNIPPET_LENGTH
    assert cut.endswith("word…")


def test_hostile_markup_is_cleaned_in_no_time() -> None:
    started = time.monotonic()
    assert plain_text("<script>" * 100_000, 10) == ""
    assert plain_text("<script" * 100_000, 10) == ""
    assert plain_text("&" + "amp;" * 100_000, 10)
    assert time.monotonic() - started < 1


def test_a_page_without_a_title_is_named_by_its_site() -> None:
    shown = sanitized(SearchResult("", " https://www.example.com/a ", "<p>text</p>"))
    assert shown is not None
    assert (shown.title, shown.source, shown.snippet) == ("example.com", "example.com", "text")


def test_a_page_at_a_private_address_is_not_shown() -> None:
    assert sanitized(SearchResult("Metadata", "http://169.254.169.254/", "keys")) is None
