//! Tasks: begun within a ceiling, ended at once.

use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::clock::{Clock, Moment};
use crate::base::from::from;
use crate::base::id::{self, NoRandomness, Seed};
use crate::evidence::AuditEvents;
use crate::policy::grant::{Term, grant, never_open};
use crate::policy::granted_task::{Granted, Task};
use crate::policy::task_request::{AudiencePart, TaskRequest};
use crate::registry::Client;
use crate::store::rows::task::{EarlierAnswer, Repetition, TaskKey};
use crate::store::rules::tasks::answer_repetition;
use crate::store::{BeginOutcome, BeginTask, CompleteTask, FindRepetition, Store, StoreError};
use crate::tasks::report;
use crate::tokens::mint::{Mint, MintError, Minted, SignedWrit};
use edgewrit_shared::json::Quoted;
use edgewrit_shared::json::document::{Fault, FaultList};
use edgewrit_shared::time::UnixSeconds;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// Comparisons of a grant with one of the ceiling that are made without giving way to other work:
/// about 0.2 ms.
const COMPARISONS_IN_PLACE: usize = 512;

/// Faults beyond the ceiling that one event records.
const FAULTS_KEPT: usize = 16;

/// A task that exists, and its writs.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    /// The task.
    pub(crate) task: Arc<Task>,
    /// For each agent one for each audience.
    pub(crate) writs: Vec<SignedWrit>,
}

/// Why there is no task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StartError {
    /// The requested grants lie beyond the client's ceiling; the faults name them.
    Beyond(FaultList),
    /// Grants in it would never permit anything; which.
    NeverOpen(FaultList),
    /// The client has such a task already.
    Exists,
    /// The client used the idempotency key for another request.
    KeyReused,
    /// The client used the idempotency key for this request, and the answer cannot be made again:
    /// the state of the task.
    KeyExpired(Value),
    /// The writs of the task cannot be minted.
    Mint(MintError),
    /// The store refused.
    Store(StoreError),
    /// No randomness for its ids.
    Random(NoRandomness),
    /// The client was shut out.
    ClientEnded,
    /// A writ issued now would be revoked from the start: a revocation of this second covers it.
    Cut,
}

from!(StartError: Mint(MintError), Store(StoreError), Random(NoRandomness));

/// Begins and ends the tasks of clients.
#[derive(Debug)]
pub(crate) struct Tasks {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) mint: Arc<Mint>,
    pub(crate) events: Arc<AuditEvents>,
}

impl Tasks {
    /// Starts the task that `client` asks for. The writs are signed first and answered only once
    /// the task is durable, so a signer that fails consumes nothing.
    ///
    /// # Errors
    /// `StartError`; nothing was changed.
    pub(crate) async fn start(
        &self,
        client: &Arc<Client>,
        ask: TaskRequest,
        repeat: Option<Repetition>,
        info: &RequestInfo,
    ) -> Result<Started, StartError> {
        let client_id = client.client_id.clone();
        // Before the ceiling, which may be another by now: a repetition gets the answer that was
        // given.
        if let Some(begun) = self.find_begun(&client_id, repeat.clone()).await? {
            return self.answer_repetition(client_id, ask, begun).await;
        }
        let task_id = ask.task_id.clone();
        let (ask, term) = match check_ceiling(client, ask, self.clock.now()).await {
            Err(StartError::Beyond(faults)) => {
                return Err(self.record_beyond_ceiling(&client_id, &task_id, faults, info).await);
            }
            check_ceiling => check_ceiling?,
        };
        let seed = Seed::fresh()?;
        let task = Arc::new(Task::new(client_id, ask, seed, term));
        let minted = self.mint.mint(&task).await?;
        let answered = EarlierAnswer {
            kid: minted.kid.clone(),
            hash: minted.hash(),
        };
        let (writs, repeat) = (minted.writs, repeat.map(|repeat| (repeat, answered)));
        let granted = task.granted();
        let event = started_event(&task, &granted, &writs).in_request(info);
        let begin = BeginTask {
            task: Arc::clone(&task),
            granted,
            repeat,
            event,
        };
        match self.store.begin_task(begin).await? {
            BeginOutcome::New => Ok(Started { task, writs }),
            begun => {
                self.answer_repetition(task.client_id.clone(), task.ask.clone(), begun)
                    .await
            }
        }
    }

    /// Starts a task of `client` with one writ for `part`, whose ids the issuer makes.
    ///
    /// # Errors
    /// [`StartError`]; nothing was changed.
    pub(crate) async fn start_part(
        &self,
        client: &Arc<Client>,
        part: AudiencePart,
        info: &RequestInfo,
    ) -> Result<Started, StartError> {
        let now = self.clock.now();
        let ask = TaskRequest {
            task_id: id::fresh(now)?,
            orch_id: id::fresh(now)?,
            agent: None,
            parts: vec![part],
            ttl: None,
            count: 1,
        };
        self.start(client, ask, None, info).await
    }

    /// Records what was asked for beyond the ceiling. The answer waits for it: it names what an
    /// orchestrator may want to know why.
    async fn record_beyond_ceiling(
        &self,
        client_id: &str,
        task_id: &str,
        faults: FaultList,
        info: &RequestInfo,
    ) -> StartError {
        let shown: Vec<_> = faults.kept().iter().take(FAULTS_KEPT).map(Fault::to_string).collect();
        let event = Event::denied(EventKind::TaskRefused).client(client_id).in_request(info);
        let event = event.data(&json!({"task_id": task_id, "beyond": shown}));
        let recorded = self.events.record(event).await;
        recorded.err().map_or(StartError::Beyond(faults), StartError::Store)
    }

    async fn find_begun(
        &self,
        client_id: &str,
        repeat: Option<Repetition>,
    ) -> Result<Option<BeginOutcome>, StoreError> {
        let Some(repeat) = repeat else { return Ok(None) };
        let find = FindRepetition {
            client_id: client_id.to_owned(),
            key: repeat.key,
        };
        let kept = self.store.find_repetition(find).await?;
        Ok(kept.map(|kept| answer_repetition(kept, repeat.hash)))
    }

    /// Makes the answer to a repeated request again, or signs nothing: writs of another key would
    /// be other writs with the ids of those that may have been ended with their key.
    async fn answer_repetition(
        &self,
        client_id: String,
        ask: TaskRequest,
        begun: BeginOutcome,
    ) -> Result<Started, StartError> {
        match begun {
            BeginOutcome::Repeated(before) => {
                let task = Arc::new(Task::new(client_id, ask, before.seed, before.term));
                let minted = match &before.answered {
                    Some(answered) => self.mint.mint_again(&task, &answered.kid, answered.hash).await?,
                    None => None,
                };
                match minted {
                    Some(Minted { writs, .. }) => Ok(Started { task, writs }),
                    None => Err(self.key_expired(&task).await?),
                }
            }
            BeginOutcome::KeyReused => Err(StartError::KeyReused),
            BeginOutcome::ClientEnded => Err(StartError::ClientEnded),
            BeginOutcome::Cut => Err(StartError::Cut),
            BeginOutcome::New | BeginOutcome::Exists => Err(StartError::Exists),
        }
    }

    async fn key_expired(&self, task: &Task) -> Result<StartError, StoreError> {
        let key = TaskKey {
            client_id: task.client_id.clone(),
            task_id: task.ask.task_id.clone(),
        };
        let find = self.store.find_task(key);
        let now = self.clock.now().seconds();
        let state = find.await?.map(|row| report::state(&task.ask.task_id, &row, now));
        Ok(StartError::KeyExpired(state.unwrap_or_default()))
    }

    /// Ends a task of `client`. Answers when it ended; `None` if there is no such task.
    ///
    /// # Errors
    /// [`StoreError`]; the task goes on.
    pub(crate) async fn complete(
        &self,
        client: &Client,
        task_id: String,
        info: &RequestInfo,
    ) -> Result<Option<UnixSeconds>, StoreError> {
        let client_id = client.client_id.clone();
        let event = Event::done(EventKind::TaskCompleted).client(&client_id);
        let complete = CompleteTask {
            task: TaskKey { client_id, task_id },
            event: event.in_request(info),
        };
        self.store.complete_task(complete).await
    }
}

/// The event of a task's beginning: what was granted, and every writ by its id.
fn started_event(task: &Task, granted: &[Granted], writs: &[SignedWrit]) -> Event {
    let granted = granted.iter().map(|granted| {
        let Granted { audience, id, body } = granted;
        format!(r#"{{"audience":{},"id":"{id}","grant":{body}}}"#, Quoted(audience))
    });
    let writs = writs.iter().map(|writ| Quoted(&writ.jti).to_string());
    let (granted, writs) = (
        granted.collect::<Vec<_>>().join(","),
        writs.collect::<Vec<_>>().join(","),
    );
    let (agents, exp) = (task.ask.count, task.term.expires.0);
    let data = format!(r#"{{"agents":{agents},"exp":{exp},"granted":[{granted}],"writs":[{writs}]}}"#);
    let event = Event::done(EventKind::TaskStarted).client(&task.client_id);
    event.task(&task.ask.task_id, &task.ask.orch_id).text(data)
}

/// The term of `ask`, if it lies within the ceiling of `client`.
async fn check_ceiling(client: &Arc<Client>, ask: TaskRequest, now: Moment) -> Result<(TaskRequest, Term), StartError> {
    let compared = ask.parts.iter().map(|part| {
        let ceiling = client.ceiling.entry(&part.audience);
        part.grants.len() * ceiling.map_or(0, |entry| entry.grants.len())
    });
    let granted = if compared.sum::<usize>() <= COMPARISONS_IN_PLACE {
        grant(&ask, &client.ceiling, now).map(|term| (ask, term))
    } else {
        let client = Arc::clone(client);
        let judge = spawn_blocking(move || grant(&ask, &client.ceiling, now).map(|term| (ask, term)));
        judge.await.map_err(|_| StartError::Store(StoreError::Closed))?
    };
    let (ask, term) = granted.map_err(StartError::Beyond)?;
    let never = never_open(&ask, &term);
    if never.is_empty() {
        Ok((ask, term))
    } else {
        Err(StartError::NeverOpen(never))
    }
}
