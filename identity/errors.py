"""What can go wrong while finding out who is speaking, and what the person is told.

::

    IdentityError
    ├── SignInFailed            the sign-in came back wrong; start it again
    │   ├── CookieMissing       begun in another browser, or this one keeps no cookie of ours
    │   └── TokenRejected       a token is not one of ours, or not for this purpose
    ├── SignInUnavailable       the user pool doesn't answer; nothing is wrong with the person
    ├── LinkExpired             the stored sign-in is no longer accepted; sign in again
    ├── LinkRequestInvalid      the one-time link was used, is too old, or never was
    ├── UndoInvalid             the receipt's undo link is too old, or never was
    ├── NotYours                no link, session or memory of this person's
    ├── MemoryUnavailable       the memory can't be read, or keeps what it should forget
    ├── FormRejected            a form came from elsewhere or from a session that has ended
    └── TooManyRequests         one address asks too often

``str(error)`` is for logs and carries no token; :attr:`IdentityError.sentence` is for the person.
"""

from typing import ClassVar


class IdentityError(Exception):
    """The root of the tree.

    :ivar sentence: what the person reads; the type's own, unless an error brings another.
    :cvar status: the HTTP status of a page that ends with this error.
    """

    sentence: str = "Something went wrong with your sign-in. Please try again."
    status: ClassVar[int] = 500


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


class SignInUnavailable(IdentityError):
    """The user pool, or what keeps the tokens, doesn't answer."""

    sentence = "The sign-in service isn't answering right now. Please try again in a minute."
    status = 503


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


class MemoryUnavailable(IdentityError):
    """The memory doesn't answer, refuses, or still has what it was told to forget."""

    sentence = (
        "What the assistant remembers can't be reached or changed right now. "
        "Please look again in a minute."
    )
    status = 503


class FormRejected(IdentityError):
    """A form without the token of the session that it was shown in."""

    sentence = "This form is no longer valid. Please go back, reload the page and try again."
    status = 403


class TooManyRequests(IdentityError):
    """More requests from one address than a person makes."""

    sentence = "Too many requests from your network. Please wait a minute and try again."
    status = 429
