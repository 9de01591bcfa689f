"""The issuer, its operator and its apps, as the claims use them. What the SDK has no call for goes through plain httpx."""

import functools
import itertools
import os

import httpx
from agentwrit import AgentWritApp, validate

URL = os.environ["EDGEWRIT_URL"]
SECRET = os.environ["EDGEWRIT_OPERATOR_SECRET"]
# Names of apps are given once, and several files are run against one issuer.
NAMES = itertools.count()


def ask(method, path, *, token=None, json=None, **more):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.request(method, URL + path, json=json, headers=headers, timeout=10, **more)


@functools.cache
def operator():
    """A session of the operator: one for each file, for attempts are limited."""
    answer = ask("POST", "/v1/admin/auth", json={"secret": SECRET})
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 300
    return answer.json()["access_token"]


def administer(method, path, **more):
    answer = ask(method, path, token=operator(), **more)
    assert answer.is_success, answer.text
    return answer.json()


def register(*scopes):
    """What is answered to the registration of a new app."""
    name = f"app-{os.getpid()}-{next(NAMES)}"
    return administer("POST", "/v1/admin/apps", json={"name": name, "scopes": list(scopes)})


def app(*scopes):
    """A new app, as the SDK has them."""
    added = register(*(scopes or ["read:data:*"]))
    return AgentWritApp(URL, added["client_id"], added["client_secret"])


def revoke(level, target):
    answer = administer("POST", "/v1/revoke", json={"level": level, "target": target})
    assert answer["revoked"] is True and answer["level"] == level and answer["target"] == target
    return answer["count"]


def events(**query):
    return administer("GET", "/v1/audit/events", params=query)


def counts(token):
    result = validate(URL, token)
    assert result.valid or result.error == "token is invalid or expired", result
    return result.valid


def refused(exception, status, code, call, *args, **more):
    """`call` raises exactly `exception`, which tells status and code."""
    try:
        call(*args, **more)
    except Exception as error:
        assert type(error) is exception, repr(error)
        assert error.status_code == status, error.status_code
        problem = error.problem
        assert problem.error_code == code, problem
        assert problem.type == f"urn:agentwrit:error:{code}", problem
        assert problem.title and problem.detail and problem.request_id, problem
        assert problem.status == status and problem.instance.startswith("/v1/"), problem
        return problem
    raise AssertionError(f"not refused: {call}")
