"""Our templates."""

import pytest

from identity.web.html import Html, with_code


def test_a_template_that_misses_a_value_fails_loudly() -> None:
    with pytest.raises(Exception, match="sentence"):
        Html().render("message.html")


def test_what_stands_between_backticks_is_code_and_nothing_acts() -> None:
    assert with_code("Run `bizassist deploy`.") == "Run <code>bizassist deploy</code>."
    assert with_code("`<b>` & <script>") == "<code>&lt;b&gt;</code> &amp; &lt;script&gt;"
