"""Werkzeug, as Flask uses it: its router, `args`, `form` and `get_json`, behind a WSGI server."""

from importlib.metadata import version
from io import BytesIO
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from value import all_of, value


class Reader:
    version = version("werkzeug")

    def __init__(self, routes):
        self.map = Map([rule(route) for route in routes])

    def read(self, method, target, type, kind, body):
        request = Request(environ(method, target, type, body))
        answer = self.route(request)
        answer["query"] = all_of(request.args.items(multi=True))
        if kind == "form":
            answer["form"] = all_of(request.form.items(multi=True))
        if kind == "json":
            answer["json"] = value(request.get_json())
        return answer

    def route(self, request):
        try:
            route, captures = self.map.bind_to_environ(request.environ).match()
        except HTTPException:
            return {"route": None, "path": []}
        return {"route": route, "path": [[name, value(text)] for name, text in captures.items()]}


def rule(route):
    method, path = route.split(" ")
    return Rule(path.replace("{", "<").replace("}", ">"), methods=[method], endpoint=route)


def environ(method, target, type, body):
    """What a WSGI server makes of the request (PEP 3333)."""
    path, _, query = target.partition(b"?")
    made = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": "api.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body or b""),
    }
    if body is not None:
        made |= {"CONTENT_TYPE": type, "CONTENT_LENGTH": str(len(body))}
    return made
