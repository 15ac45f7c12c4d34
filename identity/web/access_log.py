"""The access log: one line a request, without anything secret."""

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger


class AccessLog(AbstractAccessLogger):
    """One line a request, for ``web.AppRunner(app, access_log_class=AccessLog)``.

    It names the route, not the path: paths and queries carry link requests, codes and states.
    """

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Write the line."""
        route = route_pattern(request) if isinstance(request, web.Request) else "unknown"
        self.logger.info("%s %s %d %.0f ms", request.method, route, response.status, time * 1_000)


def route_pattern(request: web.Request) -> str:
    """The route's pattern, for logs: the path itself may carry a link request's secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"
