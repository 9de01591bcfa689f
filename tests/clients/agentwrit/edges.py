"""The SDK's writs at both edges."""

import os
import time

import httpx
from world import app

EDGES = os.environ["EDGEWRIT_EDGES"].split(",")
# How soon an edge knows what is over.
SOON = 30


def get(edge, path, agent):
    return httpx.get(edge + path, headers=agent.bearer_header, timeout=10)


def becomes(status, edge, path, agent):
    """The edge's first answer that is not a permit any more."""
    until = time.time() + SOON
    while (answer := get(edge, path, agent)).status_code == 200 and time.time() < until:
        time.sleep(0.05)
    assert answer.status_code == status, answer.text


def claim_a_writ_of_the_sdk_opens_the_edges_for_its_scope_and_nothing_else():
    one = app("read:data:*", "delete:data:x")
    agent = one.create_agent("orch", "edges", ["read:data:x"])
    for edge in EDGES:
        answer = get(edge, "/data/x", agent)
        assert answer.status_code == 200 and answer.json() == {"ok": True}, answer.text
        assert get(edge, "/data/y", agent).status_code == 403
        assert httpx.delete(edge + "/data/x", headers=agent.bearer_header).status_code == 403
        assert httpx.get(edge + "/data/x").status_code == 401


def claim_a_released_agent_finds_the_edges_shut():
    agent = app().create_agent("orch", "released", ["read:data:x"])
    for edge in EDGES:
        assert get(edge, "/data/x", agent).status_code == 200
    agent.release()
    for edge in EDGES:
        becomes(401, edge, "/data/x", agent)


def claim_a_renewed_writ_opens_them_and_the_one_before_does_not():
    agent = app().create_agent("orch", "renewed", ["read:data:x"])
    before = app().create_agent("orch", "unused", ["read:data:x"])
    before.access_token = agent.access_token
    agent.renew()
    for edge in EDGES:
        assert get(edge, "/data/x", agent).status_code == 200
        becomes(401, edge, "/data/x", before)


def claim_a_delegates_writ_opens_them_until_its_delegator_is_over():
    one = app()
    first, second = one.create_agent("orch", "from", ["read:data:*"]), one.create_agent("orch", "to", ["read:data:z"])
    second.access_token = first.delegate(second.agent_id, ["read:data:x"]).access_token
    for edge in EDGES:
        assert get(edge, "/data/x", second).status_code == 200
        assert get(edge, "/data/y", second).status_code == 403
    first.release()
    for edge in EDGES:
        becomes(401, edge, "/data/x", second)
