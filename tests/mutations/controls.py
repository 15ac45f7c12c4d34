"""The controls: where each stands, what the code is without it, and which test sees that."""

from dataclasses import dataclass

ANSWER = "bots/answer/markdown/"
SHOWN = "tests/bots/answer/test_neutralise.py"
SPLIT = "tests/bots/answer/test_splitting.py"
CALLER = "agent/request/token_verification.py"
CALLER_TEST = "tests/agent/request/test_caller.py::test_a_wrong_claim_is_refused"
POOL = "identity/oidc/token_verification.py"
POOL_TESTS = "tests/identity/oidc/test_token_verification.py"
POOL_TEST = f"{POOL_TESTS}::test_a_token_with_one_wrong_claim_is_rejected"
HEADERS = "identity/web/security_headers.py"
HEADERS_TEST = "tests/identity/web/test_security_headers.py"
RIGHTS = "agent/authorization/rights.cedar"
RIGHTS_TEST = "tests/agent/authorization/test_rights.py"
FOUND = "gateway_tools/search/result_sanitizer.py"
FOUND_TEST = "tests/gateway_tools/test_result_sanitizer.py"


@dataclass(frozen=True)
class Control:
    """One control.

    :param old: what stands in ``file``, once.
    :param new: what would stand there without the control.
    :param test: a file of tests, or one test of it, that must fail then.
    """

    name: str
    file: str
    old: str
    new: str
    test: str


CONTROLS = (
    # Answers
    Control(
        "a link's words are compared with its address",
        f"{ANSWER}neutralise.py",
        "or not says_where_it_leads(plain_text(words), target)",
        "or False",
        f"{SHOWN}::test_a_link_shows_where_it_leads",
    ),
    Control(
        "only addresses of the web and of mailboxes are links",
        f"{ANSWER}neutralise.py",
        "target = followable(address)",
        "target = address",
        f"{SHOWN}::test_a_link_shows_where_it_leads",
    ),
    Control(
        "an image is never fetched",
        f"{ANSWER}neutralise.py",
        'elif token.type == "image":\n            shown',
        'elif token.type == "picture":\n            shown',
        f"{SHOWN}::test_a_link_shows_where_it_leads",
    ),
    Control(
        "signs that turn the direction are taken out",
        f"{ANSWER}neutralise.py",
        '_DECEIVING = re.compile("[\\U000e0000-\\U000e007f\\u202a-\\u202e\\u2066-\\u2069]")',
        '_DECEIVING = re.compile("[\\U000e0000-\\U000e007f]")',
        SHOWN,
    ),
    Control(
        "words are read without invisible signs",
        f"{ANSWER}link_target.py",
        'if unicodedata.category(sign) not in {"Cf", "Cc"}',
        "if sign",
        f"{SHOWN}::test_a_link_shows_where_it_leads",
    ),
    Control(
        "a user's name before the host is taken out",
        f"{ANSWER}link_target.py",
        'return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()',
        "return address",
        f"{SHOWN}::test_a_link_shows_where_it_leads",
    ),
    Control(
        "nobody else is copied into a mail",
        f"{ANSWER}link_target.py",
        'frozenset({"to", "cc", "bcc"})',
        "frozenset()",
        f"{SHOWN}::test_a_link_shows_where_it_leads",
    ),
    Control(
        "what is text in an answer stays text when it is written",
        f"{ANSWER}writing.py",
        '_MEANS.sub(r"\\\\\\g<0>", _WHITE.sub(" ", node.content))',
        '_WHITE.sub(" ", node.content)',
        SHOWN,
    ),
    Control(
        "nobody is mentioned by a markdown block",
        "bots/slack/outgoing/markdown_block.py",
        '_ACTS.sub(f"<{_WORD_JOINER}", text)',
        "text",
        SHOWN,
    ),
    Control(
        "nobody is mentioned by mrkdwn",
        "bots/slack/outgoing/mrkdwn.py",
        'return escape(text.replace(SlackifyMarkdown.NEW_LINE, ""), quote=False)',
        "return text",
        "tests/bots/slack/test_mrkdwn.py",
    ),
    Control(
        "HTML is text in Teams",
        "bots/teams/outgoing/markdown.py",
        'return _ACTS.sub("&lt;", text.replace(_BREAK, ""))',
        'return _ACTS.sub("<", text)',
        SHOWN,
    ),
    Control(
        "HTML is text on the page",
        f"{ANSWER}parse_tree.py",
        '{"html": False}',
        '{"html": True}',
        f"{SHOWN}",
    ),
    Control(
        "no piece of an answer is too long",
        f"{ANSWER}splitting.py",
        "if size(text) <= limit:\n            yield text",
        "if text:\n            yield text",
        SPLIT,
    ),
    Control(
        "a source's name links nothing",
        "bots/answer/sources.py",
        'words = " ".join(_MARKUP.sub(" ", text).split())',
        'words = " ".join(text.split())',
        "tests/bots/answer/test_sources.py",
    ),
    Control(
        "a source's address is of the web",
        "bots/answer/sources.py",
        'parts.scheme in {"http", "https"} and parts.hostname',
        "parts.scheme",
        "tests/bots/answer/test_sources.py",
    ),
    # Who asks
    Control(
        "the agent takes access tokens only",
        CALLER,
        '(("token_use", "access"), ("client_id", self.client_id))',
        '(("client_id", self.client_id),)',
        CALLER_TEST,
    ),
    Control(
        "the agent takes tokens of our client only",
        CALLER,
        '(("token_use", "access"), ("client_id", self.client_id))',
        '(("token_use", "access"),)',
        CALLER_TEST,
    ),
    Control(
        "the agent takes members of the groups only",
        CALLER,
        "if not groups & self.groups:",
        "if False:",
        "tests/agent/request/test_caller.py::test_a_person_outside_the_groups_is_forbidden",
    ),
    Control(
        "the agent takes tokens of our issuer only",
        CALLER,
        'iss={"essential": True, "value": self.issuer}',
        'iss={"essential": True}',
        CALLER_TEST,
    ),
    Control(
        "a subject is an actor's id",
        CALLER,
        "if not isinstance(subject, str) or not ACTOR.fullmatch(subject):",
        "if not isinstance(subject, str):",
        CALLER_TEST,
    ),
    Control(
        "the agent wants a bearer",
        CALLER,
        'if scheme.lower() != "bearer" or not token.strip():',
        "if not token.strip():",
        "tests/agent/request/test_caller.py::test_without_a_bearer_token_nobody_asks",
    ),
    Control(
        "a token's claims are compared",
        POOL,
        'if wrong or not claims["sub"]:',
        'if not claims["sub"]:',
        POOL_TEST,
    ),
    Control(
        "a token ends",
        POOL,
        "JWTClaimsRegistry(None, LEEWAY, **essential).validate(claims)",
        'JWTClaimsRegistry(None, LEEWAY, **essential).validate({**claims, "exp": 9**12})',
        POOL_TEST,
    ),
    Control(
        "a token has every claim",
        POOL,
        "ClaimsOption(essential=True)",
        "ClaimsOption(essential=False)",
        POOL_TEST,
    ),
    Control(
        "a forged key id asks the pool once",
        POOL,
        "signing_keys(younger_than=REFETCH_PAUSE)",
        "signing_keys(younger_than=0)",
        f"{POOL_TESTS}::test_a_new_key_is_found_and_a_forged_one_asks_only_once",
    ),
    Control(
        "Slack has signed",
        "bots/slack/incoming/signature.py",
        "if not signed:",
        "if False:",
        "tests/bots/slack/test_endpoint.py::test_what_slack_did_not_sign_is_refused",
    ),
    Control(
        "nothing private is shared where others have come to read along",
        "bots/slack/beside_queue/answer_sharing.py",
        "if (await self._api.readers(answer.channel)).outsiders:",
        "if False:",
        "tests/bots/slack/test_sharing.py::"
        "test_where_another_company_has_come_since_the_click_nothing_is_posted",
    ),
    Control(
        "another organisation is a stranger",
        "bots/teams/incoming/endpoint.py",
        "if tenant and incoming.chat_user.tenant.lower() != tenant.lower():",
        "if False:",
        "tests/bots/teams/test_endpoint.py::test_another_tenant_is_a_stranger",
    ),
    Control(
        "our token goes to Teams only",
        "bots/teams/incoming/endpoint.py",
        'known = address.scheme == "https" and address.host in CONNECTORS',
        'known = address.scheme == "https"',
        "tests/bots/teams/test_endpoint.py::test_answers_go_nowhere_but_to_teams",
    ),
    # Who may
    Control(
        "serial numbers are for administrators",
        RIGHTS,
        'principal in Group::"bizassist-admins",\n    action in',
        "principal,\n    action in",
        RIGHTS_TEST,
    ),
    Control(
        "a tool is for members of the groups",
        RIGHTS,
        """        Action::"warranty___check_warranty_status"
    ],
    resource
) when {
    (principal in Group::"bizassist-users" || principal in Group::"bizassist-admins") &&
    context""",
        """        Action::"warranty___check_warranty_status"
    ],
    resource
) when {
    context""",
        RIGHTS_TEST,
    ),
    Control(
        "a memory is shown to its person alone",
        RIGHTS,
        """        Action::"show_my_memory"
    ],
    resource
) when {
    (principal in Group::"bizassist-users" || principal in Group::"bizassist-admins") &&
    context.session.audience == "alone"
};""",
        """        Action::"show_my_memory"
    ],
    resource
) when {
    principal in Group::"bizassist-users" || principal in Group::"bizassist-admins"
};""",
        "tests/agent/authorization/test_audience.py",
    ),
    Control(
        "serial numbers wait for an approval",
        RIGHTS,
        '@approval("It shows which devices a customer has, with their serial numbers.")\n',
        "",
        "tests/agent/authorization/test_approval.py",
    ),
    # Pages
    Control(
        "a page loads nothing from elsewhere",
        HEADERS,
        "\"script-src 'self'\",\n",
        "\"script-src 'self' 'unsafe-inline'\",\n",
        HEADERS_TEST,
    ),
    Control(
        "nobody frames a page",
        HEADERS,
        '"X-Frame-Options": "DENY",\n',
        "",
        HEADERS_TEST,
    ),
    Control(
        "nobody guesses what a response is",
        HEADERS,
        '"X-Content-Type-Options": "nosniff",\n',
        "",
        HEADERS_TEST,
    ),
    Control(
        "an address is slowed down",
        "identity/web/rate_limit_per_address.py",
        "if bucket.left < 1:",
        "if False:",
        "tests/identity/web/test_rate_limit_per_address.py",
    ),
    Control(
        "a flood of addresses costs no memory",
        "identity/web/rate_limit_per_address.py",
        "if len(self._buckets) > MAX_ADDRESSES:",
        "if False:",
        "tests/identity/web/test_rate_limit_per_address.py",
    ),
    Control(
        "what is unseen in a name is shown",
        "identity/web/untrusted_text.py",
        "return sign in BLANK or category(sign) in UNSEEN",
        "return sign in BLANK",
        "tests/identity/web/test_untrusted_text.py",
    ),
    Control(
        "a name from outside is short",
        "identity/web/untrusted_text.py",
        "return line if len(line) <= LONGEST_NAME else",
        "return line if line else",
        "tests/identity/web/test_untrusted_text.py",
    ),
    # What tools bring
    Control(
        "markup of found pages is text",
        FOUND,
        '_TAGS = re.compile(r"<(script|style)\\b.*?</\\1\\s*>|',
        '_TAGS = re.compile(r"<(script)\\b.*?</\\1\\s*>|',
        FOUND_TEST,
    ),
    Control(
        "a page at a private address is not shown",
        FOUND,
        "def _is_public(host: str) -> bool:\n",
        "def _is_public(host: str) -> bool:\n    return True\n",
        FOUND_TEST,
    ),
    Control(
        "a file's name has no folders",
        "agent/request/attachments.py",
        'last = re.split(r"[/\\\\]", unicodedata.normalize("NFC", name))[-1]',
        'last = unicodedata.normalize("NFC", name)',
        "tests/agent/request/test_attachments.py::test_a_name_is_a_name_and_nothing_else",
    ),
    Control(
        "a file's name is letters and few signs",
        "agent/request/attachments.py",
        'kept = re.sub(r"[^\\w .()-]", "_", last)',
        "kept = last",
        "tests/agent/request/test_attachments.py::test_a_name_is_a_name_and_nothing_else",
    ),
    Control(
        "files have a number",
        "agent/request/attachments.py",
        "if len(documents) > MOST_FILES:",
        "if False:",
        "tests/agent/request/test_attachments.py::test_what_is_no_attachment_is_refused",
    ),
    Control(
        "an office file unpacks to what fits",
        "agent/tools/documents/office_packages.py",
        "def _check_sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:\n",
        "def _check_sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:\n    return\n",
        "tests/agent/tools/test_hostile_documents.py::test_a_hostile_file_is_refused_in_a_sentence",
    ),
    Control(
        "an office file has no macros",
        "agent/tools/documents/office_packages.py",
        "def _check_parts(kind: str, parts: list[zipfile.ZipInfo]) -> None:\n",
        "def _check_parts(kind: str, parts: list[zipfile.ZipInfo]) -> None:\n    return\n",
        "tests/agent/tools/test_hostile_documents.py::test_a_hostile_file_is_refused_in_a_sentence",
    ),
    Control(
        "an office file declares no entities",
        "agent/tools/documents/office_packages.py",
        "def _check_xml(part: bytes) -> None:\n",
        "def _check_xml(part: bytes) -> None:\n    return\n",
        "tests/agent/tools/test_hostile_documents.py::test_a_hostile_file_is_refused_in_a_sentence",
    ),
    Control(
        "an open stream ends with its session",
        "bots/web/streams_per_person.py",
        "            if ended:\n",
        "            if ended is None:\n",
        "tests/identity/sessions/test_streams_per_person.py",
    ),
    Control(
        "an act is written down before it is done",
        "identity/workspaces/admin_page.py",
        '        await self._audit.write("settled", by=by, about=about, detail=detail)\n',
        "",
        "tests/security/test_audit_first.py",
    ),
    Control(
        "a token never stands in the agent's log",
        "agent/telemetry/log_redaction.py",
        'TOKEN = re.compile(r"eyJ',
        'TOKEN = re.compile(r"eyQ',
        "tests/agent/test_log_redaction.py",
    ),
)
