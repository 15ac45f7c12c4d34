"""Watches what leaves for AWS, request by request, and answers some of it as AWS would."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.httpsession import URLLib3Session


@dataclass(frozen=True)
class Sent:
    """One request to AWS: where it went, what it said and whose key signed it."""

    path: str
    body: str
    key: str

    @property
    def is_memory(self) -> bool:
        return self.path.startswith("/memories/")

    @property
    def actor(self) -> str | None:
        found = re.search(r"/actor/([^/]+)/", self.path)
        return found[1] if found else json.loads(self.body or "{}").get("actorId")

    @property
    def namespace(self) -> str | None:
        asked = json.loads(self.body or "{}")
        found: str | None = asked.get("namespace") or asked.get("namespacePath")
        return found


Deny = Callable[[Sent], bool]


@dataclass
class AwsRequests:
    """Every request, and whose keys were handed out by AssumeRole.

    :param owners: the subject of each temporary access key, as the session tag said.
    """

    sent: list[Sent] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    deny: Deny = lambda _: False
    throttle: Deny = lambda _: False
    late: Deny = lambda _: False
    """Whether a listing has not heard of anything yet."""

    @property
    def memory(self) -> list[Sent]:
        return [sent for sent in self.sent if sent.is_memory]

    def through(self, send: Callable[[Any, AWSPreparedRequest], AWSResponse]) -> Any:
        def watched(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
            sent = _sent(request)
            self.sent.append(sent)
            if self.deny(sent):
                return _denied(request.url, xml="Action=" in sent.body)
            if self.throttle(sent):
                return _refused(request.url, 429, "ThrottledException", "Rate exceeded")
            response = send(session, request)
            if self.late(sent):
                response._content = b'{"events": [], "sessionSummaries": []}'  # type: ignore[attr-defined]
            if "Action=AssumeRole" in sent.body:
                asked = parse_qs(sent.body)
                assert asked["Tags.member.1.Key"] == ["sub"]
                (key,) = re.findall(r"<AccessKeyId>(.+?)</AccessKeyId>", response.text)
                self.owners[key] = asked["Tags.member.1.Value"][0]
            return response

        return watched


def _sent(request: AWSPreparedRequest) -> Sent:
    signed = request.headers.get("Authorization", b"")
    text = signed.decode() if isinstance(signed, bytes) else str(signed)
    key = re.search(r"Credential=([^/]+)/", text)
    body = request.body or b""
    content = body.decode() if isinstance(body, bytes) else str(body)
    return Sent(unquote(urlsplit(request.url).path), content, key[1] if key else "")


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def _denied(url: str, *, xml: bool) -> AWSResponse:
    message = "User is not authorized to perform: secret-detail"
    if not xml:
        return _refused(url, 403, "AccessDeniedException", message)
    error = f"<Code>AccessDenied</Code><Message>{message}</Message>"
    content = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
    return AWSResponse(url, 403, HTTPHeaders(), _Raw(content.encode()))


def _refused(url: str, status: int, code: str, message: str) -> AWSResponse:
    headers = HTTPHeaders()
    headers["x-amzn-ErrorType"] = code
    headers["content-type"] = "application/json"
    return AWSResponse(url, status, headers, _Raw(json.dumps({"message": message}).encode()))


@pytest.fixture
def aws_requests(monkeypatch: pytest.MonkeyPatch) -> AwsRequests:
    aws_requests = AwsRequests()
    monkeypatch.setattr(URLLib3Session, "send", aws_requests.through(URLLib3Session.send))
    return aws_requests
