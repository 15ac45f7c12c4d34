"""A whole answer as the page shows it in the end."""

from bots.web.outgoing.answer_html import html_of_piece
from bots.web.outgoing.markdown_pieces import pieces


def html(markdown: str) -> str:
    """Its pieces, one below the other."""
    return "\n".join(map(html_of_piece, pieces(markdown)))
