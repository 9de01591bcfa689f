"""What is left after the issuer was killed and started again: all that was answered, and nothing that was dead."""

import json
import os

from agentwrit import AgentWritApp, AuthenticationError
from world import URL, ask, counts, events, refused

with open(os.environ["EDGEWRIT_STATE"]) as file:
    STATE = json.load(file)


def claim_what_lived_lives_and_what_was_dead_is_dead():
    assert [counts(token) for token in STATE["alive"]] == [True] * len(STATE["alive"])
    assert [counts(token) for token in STATE["dead"]] == [False] * len(STATE["dead"])
    for token in STATE["dead"]:
        assert ask("POST", "/v1/token/renew", token=token).status_code == 401


def claim_every_event_is_there_as_it_was():
    assert events(limit=len(STATE["events"]))["events"] == STATE["events"]


def claim_the_app_and_its_agents_are_known():
    one = AgentWritApp(URL, STATE["client_id"], STATE["client_secret"])
    agent = one.create_agent("orch", "later", ["read:data:x"])
    assert agent.delegate(STATE["delegate_to"], ["read:data:x"]).expires_in == 60
    launch = {"agent_name": "a", "allowed_scope": ["read:data:x"]}
    assert ask("POST", "/v1/app/launch-tokens", token=STATE["session"], json=launch).status_code == 201
    wrong = AgentWritApp(URL, STATE["client_id"], "wrong")
    refused(AuthenticationError, 401, "unauthorized", wrong.create_agent, "orch", "later", ["read:data:x"])
