"""The life of an agent, from its app's registration to its end."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from agentwrit import Agent, AgentWritApp, AuthenticationError
from agentwrit.agent import AgentWritError
from world import URL, administer, app, ask, counts, register


def claim_the_operator_registers_an_app_and_the_sdk_uses_it():
    added = register("read:data:*", "write:data:x")
    assert added["status"] == "active" and added["scopes"] == ["read:data:*", "write:data:x"]
    listed = administer("GET", "/v1/admin/apps")
    assert added["app_id"] in [shown["app_id"] for shown in listed["apps"]]
    assert listed["total"] == len(listed["apps"])
    agent = AgentWritApp(URL, added["client_id"], added["client_secret"]).create_agent("orch", "task", ["write:data:x"])
    assert isinstance(agent, Agent) and agent.expires_in == 300
    assert agent.agent_id.startswith("spiffe://127.0.0.1/agent/orch/task/")


def claim_a_writ_says_what_was_asked_for():
    one = app()
    agent = one.create_agent("orch", "task-1", ["read:data:b", "read:data:a"], max_ttl=120, label="a label")
    claims = one.validate(agent.access_token).claims
    assert (claims.iss, claims.sub, claims.aud) == (URL, agent.agent_id, ["agentwrit"])
    assert claims.scope == ["read:data:b", "read:data:a"]
    assert (claims.orch_id, claims.task_id) == ("orch", "task-1")
    assert claims.exp - claims.iat == 120 and claims.nbf == claims.iat
    assert claims.delegation_chain is None and claims.jti


def claim_fifty_agents_register_at_once():
    one = app()
    one.create_agent("orch", "first", ["read:data:x"])
    with ThreadPoolExecutor(50) as pool:
        created = pool.map(lambda n: one.create_agent("orch", f"many-{n % 5}", [f"read:data:{n}"]), range(50))
        agents = list(created)
    assert len({agent.agent_id for agent in agents}) == 50
    for number, agent in enumerate(agents):
        claims = one.validate(agent.access_token).claims
        assert claims.sub == agent.agent_id and claims.scope == [f"read:data:{number}"]


def claim_five_seconds_are_five_seconds_for_a_writ_and_what_it_passed_on():
    one = app()
    began = time.time()
    short, to = one.create_agent("orch", "short", ["read:data:x"], max_ttl=5), one.create_agent("orch", "to", ["read:data:x"])
    assert short.expires_in == 5
    passed_on = short.delegate(to.agent_id, ["read:data:x"], ttl=60)
    assert passed_on.expires_in <= 5
    assert counts(short.access_token) and counts(passed_on.access_token)
    time.sleep(max(0, began + 6.1 - time.time()))
    assert not counts(short.access_token) and not counts(passed_on.access_token)
    assert counts(to.access_token)
    for call in [short.renew, lambda: short.delegate(to.agent_id, ["read:data:x"])]:
        try:
            call()
            raise AssertionError("an expired writ was taken")
        except AuthenticationError as error:
            assert error.status_code == 401


def claim_ten_renewals_in_a_row_leave_one_living_writ():
    agent = app().create_agent("orch", "task", ["read:data:x"])
    seen = [agent.access_token]
    for _ in range(10):
        agent.renew()
        assert not counts(seen[-1]) and counts(agent.access_token)
        seen.append(agent.access_token)
    assert len(set(seen)) == 11 and agent.expires_in == 300


def claim_of_twenty_renewals_at_once_one_gets_the_successor():
    agent = app().create_agent("orch", "task", ["read:data:x"])
    with ThreadPoolExecutor(20) as pool:
        renew = lambda _: ask("POST", "/v1/token/renew", token=agent.access_token)
        answers = list(pool.map(renew, range(20)))
    successors = [answer.json()["access_token"] for answer in answers if answer.status_code == 200]
    assert len(successors) == 1 and counts(successors[0]) and not counts(agent.access_token)
    refused = [answer for answer in answers if answer.status_code != 200]
    assert all(answer.json()["error_code"] == "unauthorized" for answer in refused)


def claim_a_released_agent_is_over_and_releasing_again_is_no_error():
    agent = app().create_agent("orch", "task", ["read:data:x"])
    assert agent.release() is None and agent.release() is None
    assert not counts(agent.access_token)
    for call in [agent.renew, lambda: agent.delegate("unknown-agent", ["read:data:x"])]:
        try:
            call()
            raise AssertionError("a released agent went on")
        except AgentWritError as error:
            assert "released" in str(error)


def claim_nine_authentications_of_an_app_in_a_row_are_answered():
    added = register("read:data:*")
    show = {"client_id": added["client_id"], "client_secret": added["client_secret"]}
    for _ in range(9):
        answer = ask("POST", "/v1/app/auth", json=show)
        assert answer.status_code == 200, answer.text
        assert answer.json()["scopes"] == ["app:launch-tokens:*", "app:agents:*", "app:audit:read"]


def claim_the_issuer_is_healthy():
    one = app()
    time.sleep(max(0, 1.1 - one.health().uptime))
    before = one.health()
    assert (before.status, before.db_connected) == ("ok", True)
    assert before.uptime >= 1 and before.version
    one.create_agent("orch", "task", ["read:data:x"])
    assert one.health().audit_events_count > before.audit_events_count
    assert httpx.head(f"{URL}/v1/health").status_code == 200
