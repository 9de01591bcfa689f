"""Readers that run in Python. One line of JSON in is one request, one line out is what each reader makes of it; ../README.md has both forms."""

import base64
import json
import sys

import asgi
import plain
import wsgi


def main(routes_file):
    with open(routes_file, encoding="utf-8") as file:
        routes = json.load(file)
    readers = {"werkzeug": wsgi.Reader(routes), "starlette": asgi.Reader(routes), "python": plain.Reader()}
    say({"versions": {name: reader.version for name, reader in readers.items()}})
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        request = {
            "method": asked["method"],
            "target": base64.b64decode(asked["target"]),
            "type": asked["type"],
            "kind": asked["kind"],
            "body": None if asked["body"] is None else base64.b64decode(asked["body"]),
        }
        say({"answers": {name: answer(reader, request) for name, reader in readers.items()}})


def answer(reader, request):
    try:
        return reader.read(**request)
    except Exception as error:  # a reader that refuses is an answer
        return {"refused": repr(error)}


def say(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
