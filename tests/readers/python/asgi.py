"""Starlette, as FastAPI uses it: its router, `query_params`, `form` and `json`, behind an ASGI server."""

import asyncio
from importlib.metadata import version
from urllib.parse import unquote

from starlette.requests import Request
from starlette.routing import Match, Route

from value import all_of, value


class Reader:
    version = version("starlette")

    def __init__(self, routes):
        self.routes = [(route, self.rule(route)) for route in routes]
        self.loop = asyncio.new_event_loop()

    def rule(self, route):
        method, path = route.split(" ")

        async def endpoint(request):
            """Never called: only the match is asked for."""

        return Route(path, endpoint, methods=[method])

    def read(self, method, target, type, kind, body):
        return self.loop.run_until_complete(self.answer(method, target, type, kind, body))

    async def answer(self, method, target, type, kind, body):
        scope = made(method, target, type, body)
        answer = self.route(scope)

        async def receive():
            return {"type": "http.request", "body": body or b"", "more_body": False}

        request = Request(scope, receive)
        answer["query"] = all_of(request.query_params.multi_items())
        if kind == "form":
            answer["form"] = all_of((await request.form()).multi_items())
        if kind == "json":
            answer["json"] = value(await request.json())
        return answer

    def route(self, scope):
        for route, rule in self.routes:
            match, child = rule.matches(scope)
            if match == Match.FULL:
                return {"route": route, "path": [[name, value(text)] for name, text in child["path_params"].items()]}
        return {"route": None, "path": []}


def made(method, target, type, body):
    """What an ASGI server makes of the request."""
    path, _, query = target.partition(b"?")
    headers = [(b"host", b"api.example")]
    if body is not None:
        headers += [(b"content-type", type.encode()), (b"content-length", str(len(body)).encode())]
    return {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
    }
