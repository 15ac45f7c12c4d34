"""Our templates."""

import pytest

from identity.web.html import Html


def test_a_template_that_misses_a_value_fails_loudly() -> None:
    with pytest.raises(Exception, match="sentence"):
        Html().render("message.html")
