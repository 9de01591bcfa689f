CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who may ask. The hash that was valid before counts until a moment, so that a secret can be replaced without haste.
CREATE TABLE clients (
    client_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    hash_before BLOB,
    before_until INTEGER,
    ceiling TEXT NOT NULL,
    session_life INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    ended INTEGER
) STRICT;
CREATE TABLE edges (
    edge_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    audience TEXT NOT NULL,
    upstreams TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE tasks (
    task INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    orch_id TEXT NOT NULL,
    agent TEXT,
    agents INTEGER NOT NULL,
    seed BLOB NOT NULL,
    born INTEGER NOT NULL,
    -- When the writs expire that it began with, and when the last of their successors does.
    expires INTEGER NOT NULL,
    live_until INTEGER NOT NULL,
    completed INTEGER,
    repeat_key TEXT,
    repeat_hash BLOB,
    UNIQUE (task_id, client_id)
) STRICT;
CREATE UNIQUE INDEX tasks_by_repeat_key ON tasks (client_id, repeat_key) WHERE repeat_key IS NOT NULL;
CREATE INDEX tasks_by_end ON tasks (live_until);
-- What was granted, and how often it was used.
CREATE TABLE grants (
    task INTEGER NOT NULL REFERENCES tasks (task),
    audience TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    -- Where it stood among those that were granted with it.
    place INTEGER NOT NULL,
    body TEXT NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    used_last INTEGER,
    PRIMARY KEY (task, audience, grant_id)
) STRICT, WITHOUT ROWID;
-- What was refused to its writs, by whom, and why.
CREATE TABLE refusals (
    task INTEGER NOT NULL REFERENCES tasks (task),
    audience TEXT NOT NULL,
    label TEXT NOT NULL,
    count INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (task, audience, label)
) STRICT, WITHOUT ROWID;
-- Those of a task are named in its grants.
CREATE TABLE allowances (
    allowance TEXT PRIMARY KEY,
    task INTEGER NOT NULL,
    most INTEGER NOT NULL,
    spent INTEGER NOT NULL DEFAULT 0,
    CHECK (spent BETWEEN 0 AND most)
) STRICT, WITHOUT ROWID;

-- Agents that registered themselves. Those of a task that was asked for whole follow from its seed.
CREATE TABLE agents (
    task INTEGER NOT NULL REFERENCES tasks (task),
    instance TEXT NOT NULL,
    orch_id TEXT NOT NULL,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    born INTEGER NOT NULL,
    PRIMARY KEY (task, instance)
) STRICT, WITHOUT ROWID;
-- Lineages that were renewed or passed something on; any other has one writ, which is named like it.
CREATE TABLE lineages (
    lineage TEXT PRIMARY KEY,
    jti TEXT NOT NULL,
    expires INTEGER NOT NULL,
    -- Of a delegated one: how it came to be. Of one that was passed on: by whom.
    chain TEXT,
    agent_id TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX lineages_by_agent ON lineages (agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX lineages_by_expiry ON lineages (expires);
CREATE TABLE launch_tokens (
    hash BLOB PRIMARY KEY,
    client_id TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    scope TEXT NOT NULL,
    max_ttl INTEGER NOT NULL,
    single_use INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX launch_tokens_by_expiry ON launch_tokens (expires);
-- Nonces that were consumed, until they would have expired. A nonce begins with its expiry.
CREATE TABLE nonces (
    nonce BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE boots (
    boot INTEGER PRIMARY KEY,
    boot_id TEXT NOT NULL UNIQUE,
    edge_id TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX boots_by_time ON boots (created);

-- Numbers of records that were taken in, from `first` to `last`; ranges of one boot do not touch.
CREATE TABLE recorded (
    boot INTEGER NOT NULL REFERENCES boots (boot) ON DELETE CASCADE,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (boot, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE spends (
    boot INTEGER NOT NULL REFERENCES boots (boot),
    counter INTEGER NOT NULL,
    request BLOB NOT NULL,
    spent TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (boot, counter)
) STRICT, WITHOUT ROWID;
CREATE INDEX spends_by_time ON spends (at);

CREATE TABLE revocations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    target BLOB NOT NULL,
    cut INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    -- The client that caused it, if one did.
    client_id TEXT
) STRICT;
-- How many revocations each client caused that are kept, and under the empty name how many all of them did.
CREATE TABLE shares (
    client_id TEXT PRIMARY KEY,
    live INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX revocations_by_target ON revocations (target);
CREATE INDEX revocations_by_expiry ON revocations (expires);

-- The audit chain: the line is what is hashed, the other columns are what it is looked up by.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    outcome TEXT NOT NULL,
    task INTEGER,
    agent_id TEXT,
    request_id TEXT,
    line TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_by_task ON audit (task) WHERE task IS NOT NULL;
CREATE INDEX audit_by_delegate ON audit (agent_id) WHERE event = 'delegation_created';
CREATE INDEX audit_by_request ON audit (request_id) WHERE request_id IS NOT NULL;
CREATE TABLE checkpoints (
    seq INTEGER PRIMARY KEY,
    jws TEXT NOT NULL
) STRICT;

-- Signing keys by job. Private halves are files; of a retired key only the public half is left.
CREATE TABLE keys (
    kid TEXT PRIMARY KEY,
    job TEXT NOT NULL,
    state TEXT NOT NULL,
    jwk TEXT NOT NULL,
    -- When it came into its state.
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
