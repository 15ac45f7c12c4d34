"""An answer's HTML while it is written: what is settled is rendered once, only its end again."""

from dataclasses import dataclass

from bots.web.outgoing.answer_html import html_of_piece
from bots.web.outgoing.markdown_pieces import LARGEST_PIECE, first_piece

MOST_AT_ONCE = 4
"""Pieces that one call renders, so that others who wait for their answers come in between."""
AGAIN = 1 / 16
"""By which part the end must have grown before it is rendered again."""


@dataclass(slots=True)
class GrowingHtml:
    """Renders a text that is only added to, or begun anew; in all it costs as much as the text.

    :ivar behind: there is more to render of what it has been given.
    """

    behind: bool = False
    _text: str = ""
    _settled: int = 0
    _pieces: int = 0
    _fence: str = ""
    _shown: int = 0

    def update(self, text: str, *, last: bool = False) -> dict[str, object] | None:
        """What a page has to change: ``{"from": how many pieces it keeps, "pieces": [HTML]}``.

        :param last: nothing follows soon, so nothing is held back.
        """
        begun_anew = not text.startswith(self._text)
        if begun_anew:
            self._settled = self._pieces = self._shown = 0
            self._fence = ""
        elif text == self._text and self._shown == len(text):
            return None
        self._text = text
        kept, made = self._pieces, list[str]()
        while len(made) < MOST_AT_ONCE and (
            piece := first_piece(self._rest(LARGEST_PIECE + 1), self._fence)
        ):
            made.append(html_of_piece(piece.markdown))
            self._settled += piece.used
            self._fence = piece.fence
            self._pieces += 1
        self.behind = len(text) - self._settled > LARGEST_PIECE
        if self.behind:
            return {"from": kept, "pieces": made}
        if not (made or last or begun_anew or self._grown_enough()):
            return None
        if rest := self._rest(LARGEST_PIECE):
            made.append(html_of_piece(f"{self._fence}{rest}"))
        self._shown = len(text)
        return {"from": kept, "pieces": made}

    def _rest(self, most: int) -> str:
        return self._text[self._settled : self._settled + most]

    def _grown_enough(self) -> bool:
        grown = len(self._text) - self._shown
        return grown > AGAIN * (len(self._text) - self._settled)
