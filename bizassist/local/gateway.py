"""Plays AgentCore Gateway: an MCP server over the same handler and schemas that Lambda gets."""

import asyncio
import base64
import json
import logging
import os
import sys
from typing import Any

import boto3
import httpx
import uvicorn
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
)
from opentelemetry.trace import SpanKind, get_tracer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from agent.errors import SigningKeysUnavailableError
from agent.request.signing_keys import SigningKeys
from agent.telemetry import export as telemetry
from bizassist import log
from bizassist.local.lambda_context import lambda_context
from bizassist.local.own_machine import OwnMachine
from bizassist.settings.ssm_parameters import read_parameters
from gateway_tools import catalog
from gateway_tools.handler import handler

logger = logging.getLogger(__name__)

TOOLS_PER_PAGE = 50
TRACER = "bizassist.local.gateway"
PARAMETERS = ("issuer", "discovery_url", "m2m_client_id", "m2m_scope", "warranty_table")
RESOURCE_METADATA = "/.well-known/oauth-protected-resource"
ALGORITHMS = ["RS256"]


class Issuer:
    """The user pool: where its endpoints are, and whether it made a token."""

    def __init__(self, issuer: str, discovery_url: str) -> None:
        self._issuer = issuer
        self._discovery_url = discovery_url
        self._keys = SigningKeys(discovery_url)

    async def metadata(self) -> dict[str, Any]:
        """The discovery document; locally only its endpoints are reachable, not its issuer.

        :raises httpx.HTTPError: when it can't be read.
        """
        async with httpx.AsyncClient(timeout=5) as http:
            return dict((await http.get(self._discovery_url)).raise_for_status().json())

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of an access token of this issuer that is valid now.

        :raises JoseError: when it is not one.
        :raises ValueError: when it is no token at all.
        :raises SigningKeysUnavailableError: when the issuer's keys can't be read.
        """
        try:
            claims = jwt.decode(token, await self._keys.current(), ALGORITHMS).claims
        except InvalidKeyIdError:
            claims = jwt.decode(token, await self._keys.rotated(), ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            leeway=5,
            iss={"essential": True, "value": self._issuer},
            token_use={"essential": True, "value": "access"},
            exp={"essential": True},
        ).validate(claims)
        return claims


class MachineTokens(TokenVerifier):
    """Lets in the tokens of the clients on the allow-list, as the Gateway's JWT authorizer does."""

    def __init__(self, issuer: Issuer, allowed_clients: frozenset[str]) -> None:
        self._issuer = issuer
        self._allowed_clients = allowed_clients

    async def verify_token(self, token: str) -> AccessToken | None:
        """Who the token was made for; None when it is refused."""
        try:
            claims = await self._issuer.claims(token)
        except (JoseError, ValueError):
            return None
        except SigningKeysUnavailableError as error:
            logger.warning("nobody can be let in: %s", error.detail)
            return None
        client_id = str(claims.get("client_id", ""))
        if client_id not in self._allowed_clients:
            return None
        return AccessToken(
            token=token,
            client_id=client_id,
            scopes=str(claims.get("scope", "")).split(),
            expires_at=int(claims["exp"]),
            claims=claims,
        )


class Gateway:
    """The Gateway's two MCP methods over the catalog and the Lambda handler."""

    def __init__(self, tools_per_page: int = TOOLS_PER_PAGE) -> None:
        self._per_page = tools_per_page
        self._tools = {
            f"{target}___{name}": catalog.declaration(name)
            for target, names in catalog.targets().items()
            for name in names
        }

    async def list_tools(
        self, _: ServerRequestContext, params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        """One page of the tools, by their full names."""
        start = self._start(params.cursor if params else None)
        end = start + self._per_page
        page = [
            Tool.model_validate({**definition, "name": full_name})
            for full_name, definition in list(self._tools.items())[start:end]
        ]
        return ListToolsResult(
            tools=page, next_cursor=_cursor(end) if end < len(self._tools) else None
        )

    async def call_tool(
        self, _: ServerRequestContext, params: CallToolRequestParams
    ) -> CallToolResult:
        """The Lambda handler's answer; that it tells of an error is no error of the Gateway's."""
        if params.name not in self._tools:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {params.name}")
        with get_tracer(TRACER).start_as_current_span(
            f"lambda {params.name}", kind=SpanKind.SERVER
        ):
            context = lambda_context(params.name)
            answer = await asyncio.to_thread(handler, params.arguments or {}, context)
        return CallToolResult(
            content=[TextContent(text=json.dumps(answer, ensure_ascii=False))],
            structured_content=answer,
        )

    def _start(self, cursor: str | None) -> int:
        starts = range(0, len(self._tools), self._per_page)
        found = next((start for start in starts if cursor in (None, _cursor(start))), None)
        if found is None:
            raise MCPError(INVALID_PARAMS, "Unknown cursor")
        return found


def create_app(
    issuer: Issuer,
    *,
    allowed_clients: frozenset[str],
    scope: str,
    base_url: str,
    gateway: Gateway | None = None,
) -> Starlette:
    """The MCP endpoint behind its authorizer, and what a client needs to find its way in."""
    gateway = gateway or Gateway()
    server: Server[Any] = Server(
        "bizassist-gateway",
        on_list_tools=gateway.list_tools,
        on_call_tool=gateway.call_tool,
    )

    async def alive(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    async def authorization_server(_: Request) -> JSONResponse:
        # RFC 8414: a client refuses metadata whose issuer is not where it looked. The pool's
        # issuer can't be looked at on a laptop, so its endpoints are announced from here.
        try:
            return JSONResponse({**await issuer.metadata(), "issuer": base_url})
        except httpx.HTTPError:
            return JSONResponse({"error": "temporarily_unavailable"}, 503)

    return server.streamable_http_app(
        stateless_http=True,
        json_response=True,
        token_verifier=MachineTokens(issuer, allowed_clients),
        # As text: an address made beforehand gains a slash, and is no longer the issuer's name.
        auth=AuthSettings.model_validate(
            {
                "issuer_url": base_url,
                "resource_server_url": f"{base_url}/mcp",
                "required_scopes": [scope],
            }
        ),
        custom_starlette_routes=[
            Route("/healthz", alive),
            Route("/.well-known/oauth-authorization-server", authorization_server),
            Route(RESOURCE_METADATA, RedirectResponse(f"{RESOURCE_METADATA}/mcp")),
        ],
    )


def main() -> None:
    """Serve on 127.0.0.1:$PORT with the parameters of the local stack."""
    prefix = os.environ.get("BIZASSIST_SSM_PREFIX", "/app/bizassist")
    known = read_parameters(boto3.client("ssm"), prefix)
    missing = [name for name in PARAMETERS if not known.get(name)]
    if missing:
        sys.exit(f"the parameters {', '.join(missing)} are missing below {prefix}")
    os.environ["WARRANTY_TABLE"] = known["warranty_table"]
    port = int(os.environ.get("PORT", "8090"))
    app = create_app(
        Issuer(known["issuer"], known["discovery_url"]),
        allowed_clients=frozenset({known["m2m_client_id"]}),
        scope=known["m2m_scope"],
        base_url=f"http://127.0.0.1:{port}",
    )
    log.set_up()
    if telemetry.is_on():
        telemetry.start_or_log("bizassist-gateway")
    uvicorn.run(
        OwnMachine(app),
        host="127.0.0.1",
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"tools:{start}".encode()).decode()


if __name__ == "__main__":
    main()
