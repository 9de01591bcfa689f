"""What is written down of it all."""

from agentwrit import AuthorizationError
from world import app, events, refused, revoke

MEMBERS = {"id", "timestamp", "event_type", "detail", "hash", "prev_hash", "outcome"}
MORE = {"agent_id", "task_id", "orch_id", "client_id", "resource", "deleg_depth", "deleg_chain_hash", "bytes_transferred"}


def claim_the_life_of_an_agent_is_written_down_in_order():
    one = app()
    agent = one.create_agent("orch", "written-down", ["read:data:x"])
    agent.renew()
    agent.release()
    found = events(task_id="written-down")
    kinds = [event["event_type"] for event in found["events"]]
    assert kinds == ["agent_registered", "token_issued", "token_renewed", "token_released"], kinds
    assert found["total"] == 4 and found["offset"] == 0 and found["limit"] == 100
    for event in found["events"]:
        assert MEMBERS <= event.keys() <= MEMBERS | MORE, event.keys()
        assert event["agent_id"] == agent.agent_id and event["orch_id"] == "orch"
        assert isinstance(event["detail"], str) and event["outcome"] == "success"
    assert events(agent_id=agent.agent_id, event_type="token_renewed")["total"] == 1


def claim_events_are_a_chain():
    page = events(limit=1000)
    numbers = [int(event["id"].removeprefix("evt-")) for event in page["events"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(len(event["id"]) >= len("evt-000001") for event in page["events"])
    for before, after in zip(page["events"], page["events"][1:]):
        assert after["prev_hash"] == before["hash"] and before["timestamp"] <= after["timestamp"]


def claim_what_is_refused_is_written_down_too():
    one = app()
    before = events(outcome="denied")["total"]
    refused(AuthorizationError, 403, "forbidden", one.create_agent, "orch", "task", ["write:data:x"])
    agent, other = one.create_agent("orch", "a", ["read:data:x"]), one.create_agent("orch", "b", ["read:data:x"])
    refused(AuthorizationError, 403, "scope_violation", agent.delegate, other.agent_id, ["read:data:y"])
    after = events(outcome="denied", offset=before)
    kinds = [event["event_type"] for event in after["events"]]
    assert kinds == ["launch_token_denied", "delegation_attenuation_violation"], kinds
    assert all(event["outcome"] == "denied" for event in after["events"])


def claim_each_kind_is_found_by_its_name():
    one = app()
    agent, other = one.create_agent("orch", "k1", ["read:data:x"]), one.create_agent("orch", "k2", ["read:data:x"])
    agent.delegate(other.agent_id, ["read:data:x"])
    revoke("agent", agent.agent_id)
    for kind in [
        "admin_auth",
        "app_registered",
        "app_authenticated",
        "launch_token_issued",
        "agent_registered",
        "token_issued",
        "delegation_created",
        "token_revoked",
    ]:
        found = events(event_type=kind)
        assert found["total"] >= 1, kind
        assert all(event["event_type"] == kind for event in found["events"])


def claim_secrets_are_not_written_down():
    one = app()
    agent = one.create_agent("orch", "secrets", ["read:data:x"])
    text = str(events(limit=1000))
    for secret in [one.client_secret, agent.access_token, one._session.access_token]:
        assert secret not in text
