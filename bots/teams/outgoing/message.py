"""What is said in Teams, and how a message carries it."""

from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.markdown import teams_markdown
from bots.text_commands.sentences import help_text

# A message has 100 KB, counted in UTF-16 as JSON writes it
# ("Format your bot messages", Teams platform documentation);
# neutralising may make the text longer.
PIECE = 8_000

SIGN_IN = (
    "To answer as you, I need to know who you are. "
    "Please sign in once with your company account; I'll then answer your question right away."
)
WELCOME = "Hello! I answer business questions, as you and with your rights."
EXAMPLE = "Is serial LAPTOP-2024-001 still under warranty?"
PROMPTS = (EXAMPLE, "What is our policy on home office?", "What do you know about me?")
"""Questions that a welcome offers."""

THINKING = "Thinking…"
"""What a stream says before there is anything to say."""
STOP = "To end this, write me `stop`."
NOTHING_MORE = "…"
"""What a message shows that was of use for a while and can't be taken away."""


def formatted(markdown: str) -> Json:
    """A message in Markdown with nothing in it that acts."""
    return {"type": "message", "text": teams_markdown(markdown), "textFormat": "markdown"}


def plain(sentence: str) -> Json:
    """A message that shows ``sentence`` as it is."""
    return {"type": "message", "text": sentence, "textFormat": "plain"}


def welcome(example: str) -> Json:
    """What whoever has added the bot reads, with questions to begin with."""
    actions = [{"type": "imBack", "title": one, "value": one} for one in PROMPTS]
    said = formatted(f"{WELCOME}\n\n{help_text(example)}")
    return said | {"suggestedActions": {"to": [], "actions": actions}}


def sign_in(url: str) -> Json:
    """The private invitation to link, with the link as a button."""
    button = {"type": "openUrl", "title": "Sign in", "value": url}
    card = {
        "contentType": "application/vnd.microsoft.card.hero",
        "content": {"text": SIGN_IN, "buttons": [button]},
    }
    return {"type": "message", "summary": SIGN_IN, "attachments": [card]}
