//! Rows and requests that the tests of the suite share.

use super::StoreFixture;
use crate::audit::{Event, EventKind};
use crate::base::clock::Moment;
use crate::base::id::Seed;
use crate::policy::grant::Term;
use crate::policy::granted_task::{Granted, Task};
use crate::policy::task_request::{AudiencePart, TaskRequest};
use crate::store::rows::agent::{AgentRow, LaunchToken};
use crate::store::rows::registry::ClientRow;
use crate::store::rows::spend::SpendRequest;
use crate::store::rows::task::{EarlierAnswer, Joined, Repetition, TaskKey};
use crate::store::{
    AddClient, AddOutcome, BeginBoot, BeginOutcome, BeginTask, DebitUses, IssueLaunchToken, RegisterAgent,
    RegisterOutcome,
};
use edgewrit_shared::bundle::revocation::{Level, Target};
use edgewrit_shared::grant::Grant;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::{Authority, Claims};
use serde_json::json;
use std::sync::Arc;

pub(super) const CLIENT: &str = "client";
pub(super) const AUDIENCE: &str = "https://api.example";
/// Life of the writs of the suite, in seconds.
pub(super) const LIFE: u64 = 300;

pub(super) fn client_row(client_id: &str, created: UnixSeconds) -> ClientRow {
    ClientRow {
        client_id: client_id.to_owned(),
        name: format!("name-of-{client_id}"),
        hash: [1; 32],
        before: None,
        ceiling: "{}".to_owned(),
        session_ttl: 300,
        created,
        updated: created,
        ended: None,
    }
}

pub(super) fn key(task_id: &str) -> TaskKey {
    TaskKey {
        client_id: CLIENT.to_owned(),
        task_id: task_id.to_owned(),
    }
}

/// The ask for a task with two grants, one of which has `max` uses.
fn ask(task_id: &str, max: u64) -> TaskRequest {
    let grant = |scope: &str| Grant::from_scope(scope).unwrap();
    let limited = json!({
        "type": "writ",
        "actions": ["write"],
        "resources": ["r"],
        "uses": {"max": max},
    });
    let limited = crate::base::json_document::json(
        limited.to_string().as_bytes(),
        64,
        crate::policy::task_request::read_grant,
    );
    TaskRequest {
        task_id: task_id.to_owned(),
        orch_id: "orch".to_owned(),
        agent: None,
        parts: vec![AudiencePart {
            audience: AUDIENCE.to_owned(),
            place: "/audiences/0/grants".to_owned(),
            grants: vec![grant("read:r:*"), limited.unwrap()],
        }],
        ttl: None,
        count: 1,
    }
}

/// The task `task_id` of `client_id` that begins now, whose limited grant has `max` uses.
pub(super) fn task_of(fixture: &StoreFixture, client_id: &str, task_id: &str, max: u64) -> Task {
    let born = fixture.moment();
    let term = Term {
        born,
        expires: born.seconds().plus(LIFE),
    };
    let mut seed = [0; 32];
    for (place, byte) in seed.iter_mut().zip(client_id.bytes().chain(task_id.bytes())) {
        *place = byte;
    }
    Task::new(client_id.to_owned(), ask(task_id, max), Seed(seed), term)
}

/// The transaction that begins `task`, as a repetition with the hash `repeat` if one is given.
pub(super) fn begin(task: Task, repeat: Option<[u8; 32]>) -> BeginTask {
    let answer = EarlierAnswer {
        kid: "kid".to_owned(),
        hash: [9; 32],
    };
    let repetition = |hash| Repetition {
        key: "key".to_owned(),
        hash,
    };
    BeginTask {
        granted: task.granted(),
        repeat: repeat.map(|hash| (repetition(hash), answer)),
        event: Event::done(EventKind::TaskStarted)
            .client(&task.client_id)
            .task(&task.ask.task_id, &task.ask.orch_id),
        task: Arc::new(task),
    }
}

/// Registers the client of the suite.
pub(super) async fn add_client(fixture: &StoreFixture) {
    let add = AddClient {
        row: client_row(CLIENT, fixture.now()),
        event: Event::done(EventKind::AppRegistered).client(CLIENT),
    };
    assert_eq!(fixture.store.add_client(add).await.unwrap(), AddOutcome::Added);
}

/// Registers the client and begins a task of it. Answers the id of the task's allowance.
pub(super) async fn begin_task(fixture: &StoreFixture, task_id: &str, max: u64) -> String {
    add_client(fixture).await;
    begin_next_task(fixture, task_id, max).await
}

/// Begins a task of a client that is registered. Answers the id of the task's allowance.
pub(super) async fn begin_next_task(fixture: &StoreFixture, task_id: &str, max: u64) -> String {
    let task = task_of(fixture, CLIENT, task_id, max);
    let allowance = task.allowances[0].id.clone();
    let begun = fixture.store.begin_task(begin(task, None)).await.unwrap();
    assert_eq!(begun, BeginOutcome::New);
    allowance
}

/// The claims of the first writ of the lineage `lin`, for the task `task_id`, issued now.
pub(super) fn writ(fixture: &StoreFixture, task_id: &str, lin: &str) -> Claims {
    let iat = fixture.now();
    Claims {
        iss: "https://issuer.example".to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: format!("spiffe://example/agent/orch/{task_id}/{lin}"),
        client_id: CLIENT.to_owned(),
        task_id: task_id.to_owned(),
        orch_id: "orch".to_owned(),
        jti: lin.to_owned(),
        lin: lin.to_owned(),
        iat,
        nbf: iat,
        exp: iat.plus(LIFE),
        authority: Authority::Scope(vec!["read:r:*".to_owned()]),
        anc: Vec::new(),
        cnf_jkt: None,
        agent_key: None,
    }
}

/// The targets by whose revocation a writ is revoked.
pub(super) fn targets(writ: &Claims) -> Vec<Target> {
    let (client_id, task_id) = (writ.client_id.as_str(), writ.task_id.as_str());
    let levels = [
        Level::All,
        Level::Client(client_id),
        Level::Task { client_id, task_id },
        Level::Agent(&writ.sub),
        Level::Lineage(&writ.lin),
        Level::Writ(&writ.jti),
    ];
    levels.map(Target::of).to_vec()
}

pub(super) async fn begin_boot(fixture: &StoreFixture, boot_id: &str) {
    let begin = BeginBoot {
        boot_id: boot_id.to_owned(),
        edge_id: "edge".to_owned(),
        at: fixture.now(),
        event: Event::done(EventKind::EdgeBooted).edge("edge"),
    };
    fixture.store.begin_boot(begin).await.unwrap();
}

/// A debit of one use of each of `allowances` in the boot `boot`, for a writ that is issued now.
pub(super) fn debit(fixture: &StoreFixture, counter: u64, allowances: &[&str]) -> DebitUses {
    let writ = writ(fixture, "task", "writ");
    let spend = SpendRequest {
        edge_id: "edge".to_owned(),
        boot_id: "boot".to_owned(),
        counter,
        request: [7; 32],
        targets: targets(&writ),
        iat: writ.iat,
        exp: writ.exp,
        attempts: allowances.iter().map(|id| vec![(*id).to_owned()]).collect(),
    };
    DebitUses {
        spend,
        at: fixture.now(),
        event: Event::done(EventKind::UsesSpent).client(CLIENT).edge("edge"),
    }
}

pub(super) fn launch_token(fixture: &StoreFixture, single_use: bool) -> LaunchToken {
    LaunchToken {
        client_id: CLIENT.to_owned(),
        agent_name: "agent".to_owned(),
        scope: "read:r:*".to_owned(),
        max_ttl: LIFE,
        single_use,
        expires: fixture.now().plus(30),
    }
}

pub(super) async fn issue_launch_token(fixture: &StoreFixture, hash: [u8; 32], single_use: bool) {
    let issue = IssueLaunchToken {
        hash,
        token: launch_token(fixture, single_use),
        event: Event::done(EventKind::LaunchTokenIssued).client(CLIENT),
    };
    fixture.store.issue_launch_token(issue).await.unwrap();
}

/// A nonce that expires in 30 seconds.
pub(super) fn nonce(fixture: &StoreFixture, byte: u8) -> [u8; 32] {
    let mut nonce = [byte; 32];
    nonce[..8].copy_from_slice(&fixture.now().plus(30).0.to_be_bytes());
    nonce
}

/// The registration of the agent `instance` for the task `task_id`.
pub(super) fn registration(fixture: &StoreFixture, task_id: &str, instance: &str, byte: u8) -> RegisterAgent {
    let claims = writ(fixture, task_id, instance);
    let now: Moment = fixture.moment();
    let event = |kind| {
        Event::done(kind)
            .client(CLIENT)
            .agent(&claims.sub)
            .task(task_id, "orch")
    };
    RegisterAgent {
        nonce: nonce(fixture, byte),
        launch_token: [5; 32],
        joined: Joined {
            client_id: CLIENT.to_owned(),
            task_id: task_id.to_owned(),
            orch_id: "orch".to_owned(),
            seed: Seed([8; 32]),
            now,
            expires: claims.exp,
        },
        agent: AgentRow {
            instance: instance.to_owned(),
            orch_id: "orch".to_owned(),
            name: "agent".to_owned(),
            public_key: "key".to_owned(),
        },
        granted: Granted::all(&claims.aud, &claims.authority),
        events: [EventKind::AgentRegistered, EventKind::TokenIssued].map(event),
        iat: claims.iat,
    }
}

/// Registers an agent with a launch token that is valid for many.
pub(super) async fn register(fixture: &StoreFixture, task_id: &str, instance: &str, byte: u8) -> RegisterOutcome {
    let registration = registration(fixture, task_id, instance, byte);
    fixture.store.register_agent(registration).await.unwrap()
}
