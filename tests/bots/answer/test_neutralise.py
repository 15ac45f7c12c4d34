"""What an answer must not do where it is shown."""

import pytest

from bots.answer.neutralise import teams_markdown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<at>Everyone</at> 1 < 2", "&lt;at>Everyone&lt;/at> 1 < 2"),
        ("![pixel](https://evil.example/a.png)", "[pixel](https://evil.example/a.png)"),
        ("[click](javascript:alert(1))", "[click] (javascript:alert(1))"),
        ("[click]( data:text/html,x)", "[click] ( data:text/html,x)"),
        ("[one]: javascript:alert(1)", "\\[one]: javascript:alert(1)"),
        ("**Active** ([terms](https://x.example/a))", "**Active** ([terms](https://x.example/a))"),
    ],
)
def test_nothing_in_an_answer_acts_in_teams(text: str, shown: str) -> None:
    assert teams_markdown(text) == shown
