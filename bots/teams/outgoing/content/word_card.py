"""What people are told when they say a word: Markdown, with a button or two where there are any."""

from bots.teams.incoming.activity import IncomingActivity
from bots.teams.incoming.fields import part, word
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.content.table_cards import CARD, SCHEMA
from bots.teams.outgoing.markdown import teams_markdown
from bots.teams.outgoing.message import formatted
from bots.text_commands.execution import TextCommands, Told
from bots.text_commands.sentences import KEPT

FORGET, KEEP = "forget_everything", "keep_everything"
"""The verbs of the two buttons below the question whether to forget."""
WHOSE = "whose"
NOT_YOURS = "Only the person who asked can decide this."


def told_message(told: Told, incoming: IncomingActivity) -> Json:
    """The message that says it."""
    if told.sign_in:
        return _message(told.sentence, [_button("Action.OpenUrl", "Sign in", url=told.sign_in)])
    if told.confirms_forgetting:
        data = {WHOSE: incoming.chat_user.key}
        return _message(
            told.sentence,
            [
                _button("Action.Execute", "Forget everything", verb=FORGET, data=data)
                | {"style": "destructive"},
                _button("Action.Execute", "Keep it", verb=KEEP, data=data),
            ],
        )
    return formatted(told.sentence)


async def clicked(incoming: IncomingActivity, words: TextCommands) -> Json | None:
    """Do what a button says, for whoever has clicked it; None for a button of something else."""
    action = part(part(incoming.body, "value"), "action")
    verb = word(action, "verb")
    if verb not in {FORGET, KEEP}:
        return None
    if word(part(action, "data"), WHOSE) != incoming.chat_user.key:
        return _card(NOT_YOURS, [])
    sentence = await words.forget_everything(incoming.chat_user) if verb == FORGET else KEPT
    return _card(sentence, [])


def _message(sentence: str, buttons: list[Json]) -> Json:
    attachment = {"contentType": CARD, "content": _card(sentence, buttons)}
    return {"type": "message", "summary": sentence, "attachments": [attachment]}


def _card(sentence: str, buttons: list[Json]) -> Json:
    text = {"type": "TextBlock", "text": teams_markdown(sentence), "wrap": True}
    return {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [text],
        **({"actions": buttons} if buttons else {}),
    }


def _button(kind: str, title: str, **more: object) -> Json:
    return {"type": kind, "title": title, **more}
