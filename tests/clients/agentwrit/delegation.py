"""What agents pass on to each other, and how all of it ends."""

import itertools

from agentwrit import Agent, AuthenticationError, AuthorizationError, ProblemResponseError, validate
from world import URL, administer, app, counts, refused, revoke

# Each agent has a task of its own, by whose name alone it can be revoked.
TASKS = itertools.count()


def agents(one, count):
    return [one.create_agent("orch", f"step-{next(TASKS)}", ["read:data:*"]) for _ in range(count)]


def acting(one, agent_id, token):
    """The holder of a delegated writ, in the form of the agents of the SDK."""
    return Agent(one, agent_id, token.access_token, token.expires_in, [], "", "")


def chain(one, count):
    """Each agent passes on to the next; the writs in order, that of the first agent first."""
    first, *others = agents(one, count)
    holders = [first]
    for other in others:
        token = holders[-1].delegate(other.agent_id, ["read:data:x"])
        holders.append(acting(one, other.agent_id, token))
    return holders


def counting(holders):
    return [counts(holder.access_token) for holder in holders]


def claim_a_delegates_writ_tells_how_it_came_to_be():
    one = app()
    first, second = agents(one, 2)
    passed_on = first.delegate(second.agent_id, ["read:data:b", "read:data:a"])
    assert passed_on.expires_in == 60
    (record,) = passed_on.delegation_chain
    assert (record.agent, record.scope) == (first.agent_id, ["read:data:b", "read:data:a"])
    claims = one.validate(passed_on.access_token).claims
    assert claims.sub == second.agent_id and claims.scope == ["read:data:b", "read:data:a"]
    assert claims.delegation_chain == [record] and len(claims.chain_hash) == 64


def claim_five_delegations_follow_each_other_and_no_sixth():
    one = app()
    holders = chain(one, 6)
    last = validate(URL, holders[-1].access_token).claims
    assert [record.agent for record in last.delegation_chain] == [holder.agent_id for holder in holders[:-1]]
    (seventh,) = agents(one, 1)
    refused(AuthorizationError, 403, "scope_violation", holders[-1].delegate, seventh.agent_id, ["read:data:x"])


def claim_releasing_a_delegator_ends_what_it_passed_on():
    holders = chain(app(), 4)
    holders[1].release()
    assert counting(holders) == [True, False, False, False]
    holders[0].release()
    assert counting(holders) == [False, False, False, False]


def claim_a_renewed_delegate_goes_on_and_ends_with_its_delegator():
    holders = chain(app(), 3)
    for holder in reversed(holders):
        holder.renew()
    assert counting(holders) == [True, True, True]
    holders[0].release()
    assert counting(holders) == [False, False, False]


def claim_every_level_of_revocation_ends_what_it_names_and_what_descends_from_it():
    one = app()
    for level in ["token", "agent", "chain", "task"]:
        first, second, other = agents(one, 3)
        passed_on = acting(one, second.agent_id, first.delegate(second.agent_id, ["read:data:x"]))
        claims = one.validate(first.access_token).claims
        target = {"token": claims.jti, "agent": first.agent_id, "chain": first.agent_id, "task": claims.task_id}[level]
        assert revoke(level, target) > 0
        assert not counts(passed_on.access_token), level
        assert level == "chain" or not counts(first.access_token), level
        # Of the same app, and not named.
        assert counts(other.access_token) and counts(second.access_token), level
        refused(AuthenticationError, 401, "unauthorized", passed_on.renew)


def claim_deregistering_an_app_ends_all_it_has():
    one = app()
    holders = chain(one, 3)
    ended = administer("DELETE", f"/v1/admin/apps/{one.client_id}")
    assert ended["status"] == "inactive" and ended["deregistered_at"]
    assert counting(holders) == [False, False, False]
    refused(AuthenticationError, 401, "unauthorized", holders[0].renew)
    refused(AuthenticationError, 401, "unauthorized", one.create_agent, "orch", "task", ["read:data:x"])
    one._session = None
    refused(AuthenticationError, 401, "unauthorized", one.create_agent, "orch", "task", ["read:data:x"])


def claim_an_agent_delegates_neither_to_itself_nor_to_foreign_agents_nor_more_than_it_has():
    one, other = app(), app()
    first, second = agents(one, 2)
    (foreign_agent,) = agents(other, 1)
    refused(ProblemResponseError, 400, "invalid_request", first.delegate, first.agent_id, ["read:data:x"])
    refused(ProblemResponseError, 404, "not_found", first.delegate, foreign_agent.agent_id, ["read:data:x"])
    refused(ProblemResponseError, 404, "not_found", first.delegate, "spiffe://127.0.0.1/agent/a/b/c", ["read:data:x"])
    refused(AuthorizationError, 403, "scope_violation", first.delegate, second.agent_id, ["write:data:x"])
    refused(ProblemResponseError, 400, "invalid_ttl", first.delegate, second.agent_id, ["read:data:x"], ttl=0)
    refused(ProblemResponseError, 400, "invalid_request", first.delegate, second.agent_id, ["read"])
