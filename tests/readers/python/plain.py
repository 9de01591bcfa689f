"""What Python itself reads: `urllib.parse`, which Django reads queries and forms with, and `json`."""

import json
import platform
from urllib.parse import parse_qsl

from value import all_of, value


class Reader:
    version = platform.python_version()

    def read(self, method, target, type, kind, body):
        _, _, query = target.partition(b"?")
        answer = {"query": pairs(query)}
        if kind == "form":
            answer["form"] = pairs(body)
        if kind == "json":
            answer["json"] = value(json.loads(body))
        return answer


def pairs(text):
    return all_of(parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict"))
