"""Every refusal as the SDK raises it, and those that only plain HTTP can provoke."""

from agentwrit import (
    AgentWritApp,
    AuthenticationError,
    AuthorizationError,
    CryptoError,
    ProblemResponseError,
    RateLimitError,
    TransportError,
)
from world import SECRET, URL, app, ask, operator, refused, register


def problem(answer, status, code):
    body = answer.json()
    assert (answer.status_code, body["error_code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"urn:agentwrit:error:{code}" and body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


def claim_a_wrong_secret_is_an_authentication_error():
    added = register("read:data:*")
    for client_id, secret in [(added["client_id"], "wrong"), ("unknown-client", added["client_secret"])]:
        wrong = AgentWritApp(URL, client_id, secret)
        refused(AuthenticationError, 401, "unauthorized", wrong.create_agent, "orch", "task", ["read:data:x"])


def claim_more_than_the_apps_ceiling_is_an_authorization_error():
    one = app("read:data:*", "write:data:x")
    for scope in ["write:data:y", "write:data:*", "delete:data:x", "admin:revoke:*", "app:launch-tokens:*"]:
        refused(AuthorizationError, 403, "forbidden", one.create_agent, "orch", "task", ["read:data:x", scope])


def claim_what_is_no_request_is_a_problem_response():
    one = app()
    create = one.create_agent
    for orch, task in [("a/b", "task"), ("orch", ".."), ("orch", "a b"), ("", "task"), ("orch", "ä")]:
        refused(ProblemResponseError, 400, "invalid_request", create, orch, task, ["read:data:x"], label="label")
    for scope in [[], ["read"], ["read:data:"], ["read:data:a b"]]:
        refused(ProblemResponseError, 400, "invalid_request", create, "orch", "task", scope)
    for ttl in [0, -1, 86_401]:
        refused(ProblemResponseError, 400, "invalid_ttl", create, "orch", "task", ["read:data:x"], max_ttl=ttl)


def claim_failures_without_end_are_a_rate_limit_error_for_that_client_alone():
    added, other = register("read:data:*"), app()
    wrong = AgentWritApp(URL, added["client_id"], "wrong")
    for _ in range(40):
        try:
            wrong._authenticate()
        except RateLimitError as error:
            assert error.status_code == 429 and error.problem.error_code == "rate_limited"
            break
        except AuthenticationError:
            pass
    else:
        raise AssertionError("never limited")
    answer = ask("POST", "/v1/app/auth", json={"client_id": added["client_id"], "client_secret": "wrong"})
    problem(answer, 429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1
    other.create_agent("orch", "task", ["read:data:x"])


def claim_an_issuer_that_is_not_there_is_a_transport_error():
    try:
        AgentWritApp("http://127.0.0.1:1", "id", "secret").health()
        raise AssertionError("no answer came")
    except TransportError as error:
        assert "unreachable" in str(error)


def claim_a_key_that_is_none_never_reaches_the_issuer():
    one = app()
    try:
        one.create_agent("orch", "task", ["read:data:x"], private_key="not a key")
        raise AssertionError("signed with a text")
    except (AttributeError, CryptoError):
        # The SDK exports the class for this, and lets the error of its library through.
        pass


def claim_bearers_of_the_wrong_kind_lack_the_scope():
    one = app()
    agent = one.create_agent("orch", "task", ["read:data:x"])
    session = one._session.access_token
    for token, method, path in [
        (session, "POST", "/v1/admin/apps"),
        (session, "GET", "/v1/admin/apps"),
        (session, "POST", "/v1/admin/launch-tokens"),
        (session, "POST", "/v1/revoke"),
        (session, "GET", "/v1/audit/events"),
        (session, "POST", "/v1/token/renew"),
        (session, "POST", "/v1/delegate"),
        (agent.access_token, "POST", "/v1/app/launch-tokens"),
        (agent.access_token, "POST", "/v1/revoke"),
        (agent.access_token, "GET", "/v1/audit/events"),
        (operator(), "POST", "/v1/app/launch-tokens"),
        (operator(), "POST", "/v1/delegate"),
    ]:
        problem(ask(method, path, token=token, json={} if method == "POST" else None), 403, "insufficient_scope")


def claim_bearers_that_are_none_are_unauthorized():
    released = app().create_agent("orch", "task", ["read:data:x"])
    released.release()
    for token in [None, "x", "a.b.c", released.access_token, released.access_token[:-4]]:
        for method, path in [
            ("POST", "/v1/token/renew"),
            ("POST", "/v1/token/release"),
            ("POST", "/v1/delegate"),
            ("POST", "/v1/revoke"),
            ("POST", "/v1/admin/apps"),
            ("GET", "/v1/audit/events"),
        ]:
            problem(ask(method, path, token=token), 401, "unauthorized")


def claim_the_rest_is_refused_in_the_same_form():
    added = register("read:data:*")
    again = {"name": added["name"], "scopes": ["read:data:*"]}
    problem(ask("POST", "/v1/admin/apps", token=operator(), json=again), 409, "conflict")
    problem(ask("GET", "/v1/admin/apps/none", token=operator()), 404, "not_found")
    problem(ask("POST", "/v1/admin/auth", json={"secret": SECRET + "x"}), 401, "unauthorized")
    problem(ask("POST", "/v1/register", json={}), 400, "invalid_request")
    problem(ask("POST", "/v1/register", content=b"\xff"), 400, "invalid_request")
    problem(ask("POST", "/v1/register", content=b"x" * 1_048_577), 413, "payload_too_large")
    problem(ask("GET", "/v1/register"), 405, "method_not_allowed")
    level = {"level": "everything", "target": "x"}
    problem(ask("POST", "/v1/revoke", token=operator(), json=level), 400, "invalid_request")


def claim_unauthenticated_requests_are_answered_and_not_repeated_in_the_log():
    raw = "raw-input"
    answers = [
        ask("GET", f"/v1/{raw}"),
        ask(raw.upper(), "/v1/register"),
        ask("GET", f"/v1/admin/apps/{raw}", token=operator()),
        ask("GET", "/v1/audit/events", token=operator(), params={"limit": raw}),
        ask("POST", "/v1/admin/auth", json={"secret": raw}),
        ask("POST", "/v1/app/auth", json={"client_id": raw, "client_secret": raw}),
        ask("POST", "/v1/register", json={"launch_token": raw, "nonce": raw, "orch_id": raw + "/"}),
        ask("POST", "/v1/delegate", token=raw),
        ask("POST", "/v1/revoke", token=operator(), json={"level": raw, "target": raw}),
        ask("POST", "/v1/register", content=f'{{"{raw}":1,"{raw}":2}}'),
    ]
    for answer in answers:
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json", answer.text
