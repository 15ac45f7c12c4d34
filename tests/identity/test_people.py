"""Chat users, their keys, and the session ids of their conversations."""

import re
from typing import get_args

import pytest

from identity.linking.link_requests import LinkRequests
from identity.links import new_link
from identity.people import ChatUser, Names, PlatformName, session_id
from tests.identity.application import IdentityApplication
from tests.some import some


def test_a_key_stands_for_one_chat_user() -> None:
    chat_user = ChatUser("teams", "5f3c-tenant", "29:1abc")
    assert chat_user.key == "teams#5f3c-tenant#29:1abc"
    assert ChatUser.from_key(chat_user.key) == chat_user


@pytest.mark.parametrize("parts", [("", "U1"), ("T1", ""), ("T1#x", "U1"), ("T1", "U#1")])
def test_a_key_cannot_be_confused(parts: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="tenant and a user"):
        ChatUser("slack", *parts)


@pytest.mark.parametrize("key", ["", "slack#T1", "irc#T1#U1", "slack#T1#U1#more"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ChatUser.from_key(key)


def test_a_session_belongs_to_one_subject_in_one_conversation() -> None:
    ids = {
        session_id(subject, conversation)
        for subject in ("a1", "b2")
        for conversation in ("slack#C1#1700000000.000100", "web#7")
    }
    assert len(ids) == 4
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in ids)


def test_a_person_has_one_runtime_session_on_all_platforms() -> None:
    links = [
        new_link(
            ChatUser(platform, "T", "U"),
            subject=subject,
            account="a",
            encrypted_token=b"x",
            names=Names(),
        )
        for platform in get_args(PlatformName)
        for subject in ("a1", "b2")
    ]
    sessions = {link.runtime_session for link in links}
    assert len(sessions) == 2
    assert all(33 <= len(one) <= 256 for one in some(sessions))
    assert not sessions & {link.session_id("C1") for link in links}


async def test_a_web_user_signs_in_and_gets_no_link(application: IdentityApplication) -> None:
    chat_user = ChatUser("web", "pool", "a1")
    url = await application.identity.link_url(chat_user, Names())
    assert url == f"{application.deployment.url}/auth/login"
    requests: LinkRequests = application.identity.link_requests
    with pytest.raises(ValueError, match="signs in instead"):
        await requests.create(chat_user, Names())
