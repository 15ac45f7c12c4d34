"""An answer's Markdown as HTML for the page, with nothing in it that acts."""

import nh3

from bots.answer.markdown.neutralise import harmless
from bots.answer.markdown.parse_tree import PARSER

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def html_of_piece(markdown: str) -> str:
    """Markdown as HTML with a short list of tags, links that open elsewhere and no images.

    :param markdown: short enough to be rendered whole (:mod:`bots.web.outgoing.markdown_pieces`).
    """
    return nh3.clean(
        PARSER.renderer.render(harmless(markdown), PARSER.options, {}),
        tags=_TAGS,
        attributes={"a": {"href", "target"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
