"""Whatever was answered before the issuer is killed; `after_kill.py` looks at what is left of it."""

import json
import os

from world import app, events, revoke


def claim_everything_is_answered():
    one = app()
    create = lambda task: one.create_agent("orch", task, ["read:data:*"])
    alive, renewed, released, revoked, delegator = map(create, ["alive", "renewed", "released", "revoked", "delegator"])
    old = renewed.access_token
    renewed.renew()
    released.release()
    passed_on = delegator.delegate(alive.agent_id, ["read:data:x"]).access_token
    dead = [old, released.access_token, revoked.access_token]
    assert revoke("agent", revoked.agent_id) > 0
    state = {
        "alive": [alive.access_token, renewed.access_token, delegator.access_token, passed_on],
        "dead": dead,
        "client_id": one.client_id,
        "client_secret": one.client_secret,
        "session": one._session.access_token,
        "delegate_to": alive.agent_id,
        "events": events(limit=1000)["events"],
    }
    with open(os.environ["EDGEWRIT_STATE"], "w") as file:
        json.dump(state, file)
