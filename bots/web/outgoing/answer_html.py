"""An answer's Markdown as HTML for the page, with nothing in it that acts."""

import nh3

from bots.answer.markdown.neutralise import harmless
from bots.web.outgoing.highlighted_code import WORD_CLASSES
from bots.web.outgoing.markdown_dialect import PARSER
from bots.web.outgoing.mathematics import TAGS as FORMULA_TAGS
from bots.web.outgoing.tables_and_tasks import CELL_CLASSES, dressed

_TAGS = {
    "a", "blockquote", "br", "button", "code", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "li", "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead",
    "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "target"},
    "ol": {"start"},
    "math": {"display"},
    "mtable": {"columnalign"},
    "mo": {"stretchy", "fence", "form"},
    "span": {"role", "aria-label"},
}
_CLASSES = {
    "button": {"copy-code"},
    "div": {"code", "code-bar", "table"},
    "li": {"task"},
    "span": {*WORD_CLASSES, "box"},
    "td": set(CELL_CLASSES),
    "th": set(CELL_CLASSES),
}
_VALUES = {
    "button": {"type": {"button"}},
    "div": {"role": {"region"}, "tabindex": {"0"}, "aria-label": {"Table"}},
    "pre": {"tabindex": {"0"}},
}


def html_of_piece(markdown: str) -> str:
    """Markdown as HTML with a short list of tags, links that open elsewhere and no images.

    :param markdown: short enough to be rendered whole (:mod:`bots.web.outgoing.markdown_pieces`).
    """
    tokens = dressed(harmless(markdown, PARSER.parse))
    return nh3.clean(
        PARSER.renderer.render(tokens, PARSER.options, {}),
        tags=_TAGS | FORMULA_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        tag_attribute_values=_VALUES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
