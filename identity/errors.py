"""What can go wrong while finding out who is speaking, and what the person is told.

::

    IdentityError                500
    ├── SignInFailed             400  the sign-in came back wrong; start it again
    │   ├── CookieMissing        400  begun in another browser, or this one keeps no cookie of ours
    │   └── TokenRejected        401  a token is not one of ours, or not for this purpose
    ├── SignInRequired           401  nobody is signed in to this browser session
    ├── SignInUnavailable        503  the user pool doesn't answer; again after a minute
    ├── LinkExpired              401  the stored sign-in is no longer accepted; sign in again
    ├── LinkRequestInvalid       410  the one-time link was used, is too old, or never was
    │   └── LinkRequestClaimed   409  it belongs to the browser that went on with it first
    ├── LinkInUse                409  a turn is refreshing the link's token; again after a second
    ├── UndoInvalid              410  the receipt's undo link is too old, or never was
    ├── NotYours                 404  no link, session or memory of this person's
    ├── NotAnAdministrator       403  signed in, and not in the group of administrators
    ├── MemoryUnavailable        503  the memory can't be read or changed; again after a minute
    ├── FormRejected             403  a form came from elsewhere or from a session that has ended
    ├── FormInvalid              422  what was typed can't be meant; the error itself says why
    │   ├── InvitationRefused    422  nobody can be invited by that
    │   └── InvalidSettings      422  a workspace's settings are out of bounds
    ├── SettingsChanged          409  somebody else has saved them since the page was opened
    ├── DownloadRefused          400  a file can't be made from what was asked
    └── TooManyRequests          429  one address asks too often; again after a minute

Where no time is given, the same request fails again however often it is sent. One place turns
errors into pages: :mod:`identity.web.error_pages`. ``str(error)`` is for logs and carries no token;
:attr:`IdentityError.sentence` is for the person.
"""

from typing import ClassVar


class IdentityError(Exception):
    """The root of the tree.

    :ivar sentence: what the person reads; the type's own, unless an error brings another.
    :cvar status: the HTTP status of a page that ends with this error.
    :cvar retry_after: seconds after which the same request may succeed; None where it never will.
    """

    sentence: str = "Something went wrong with your sign-in. Please try again."
    status: ClassVar[int] = 500
    retry_after: ClassVar[int | None] = None


class SignInFailed(IdentityError):
    """The sign-in came back refused, incomplete, too late, or to another browser."""

    sentence = "This sign-in couldn't be completed here. Please start again in this browser."
    status = 400


class CookieMissing(SignInFailed):
    """A browser came back from the user pool without the cookie that the sign-in began with."""

    sentence = (
        "This sign-in was started in another browser, or your browser didn't keep our cookie "
        "(Safari refuses it on addresses without https). Please start again here, "
        "or in another browser."
    )


class TokenRejected(SignInFailed):
    """A token failed verification: signature, issuer, client, time, use or nonce."""

    sentence = "Your sign-in couldn't be verified. Please sign in again."
    status = 401


class SignInRequired(IdentityError):
    """A form of a browser session in which nobody is signed in."""

    sentence = "Please sign in first."
    status = 401


class SignInUnavailable(IdentityError):
    """The user pool, or what keeps the tokens, doesn't answer."""

    sentence = "The sign-in service isn't answering right now. Please try again in a minute."
    status = 503
    retry_after = 60


class LinkExpired(IdentityError):
    """The user pool no longer accepts the stored refresh token, or the link has none."""

    sentence = "Your sign-in has expired. Please sign in again to continue."
    status = 401


class LinkRequestInvalid(IdentityError):
    """A link request that was used, replaced, is older than its ten minutes, or never existed."""

    sentence = (
        "This sign-in link is no longer valid: it works once and for ten minutes. "
        "Ask your question again to get a new one."
    )
    status = 410


class LinkRequestClaimed(LinkRequestInvalid):
    """A link request that was opened, and gone on with, in another browser."""

    sentence = (
        "This sign-in link was already used to go on in another browser, so nothing can be linked "
        "here. If that was you, go on there. If not, ask your question again to get a new link, "
        "and don't pass it on."
    )
    status = 409


class LinkInUse(IdentityError):
    """A turn refreshes the token of the link that should end, again and again."""

    sentence = "The link is in use right now. Please try again."
    status = 409
    retry_after = 1


class UndoInvalid(IdentityError):
    """The secret of an undo link that is older than its day, or never existed."""

    sentence = (
        "This undo link is no longer valid: it works for a day. "
        "Sign in to see and end your links, or ask an administrator."
    )
    status = 410


class NotYours(IdentityError):
    """What was asked for is another person's, or is not there: nobody shall learn which."""

    sentence = "There is nothing of yours by that name. It may have ended already."
    status = 404


class NotAnAdministrator(IdentityError):
    """Somebody who is signed in and not in the group of administrators."""

    sentence = "This page is for administrators. Ask one of them if you need it."
    status = 403


class MemoryUnavailable(IdentityError):
    """The memory doesn't answer, refuses, or still has what it was told to forget."""

    sentence = (
        "What the assistant remembers can't be reached or changed right now. "
        "Please look again in a minute."
    )
    status = 503
    retry_after = 60


class FormRejected(IdentityError):
    """A form without the token of the session that it was shown in."""

    sentence = "This form is no longer valid. Please go back, reload the page and try again."
    status = 403


class FormInvalid(IdentityError):
    """What was typed into a form can't be meant; the sentence is for who typed it."""

    status = 422

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class InvitationRefused(FormInvalid):
    """Somebody can't be invited."""


class InvalidSettings(FormInvalid):
    """A workspace's settings that are out of bounds."""


class SettingsChanged(IdentityError):
    """A workspace's settings that somebody else has saved since their form was opened."""

    sentence = "Somebody else has changed these settings meanwhile. This is what holds now."
    status = 409


class DownloadRefused(IdentityError):
    """A file that can't be made from what was asked."""

    sentence = "This needs the id of your app's registration in Microsoft Entra, a GUID."
    status = 400


class TooManyRequests(IdentityError):
    """More requests from one address than a person makes."""

    sentence = "Too many requests from your network. Please wait a minute and try again."
    status = 429
    retry_after = 60
