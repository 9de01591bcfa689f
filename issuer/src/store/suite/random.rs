//! The same random transactions on SQLite and in memory: memory is the model.

use super::edges::{batch, record};
use super::rows::{
    CLIENT, add_client, begin, begin_boot, client_row, debit, issue_launch_token, key, nonce, registration, targets,
    task_of, writ,
};
use super::{StoreFixture, outcome_text};
use crate::audit::{Event, EventKind};
use crate::policy::granted_task::Granted;
use crate::store::rows::registry::ClientRow;
use crate::store::rows::revoke_target::{RevokeLevel, RevokeTarget};
use crate::store::{
    BeginTask, CompleteTask, DebitUses, Delegate, PutClient, RegisterAgent, ReleaseLineage, Renew, RevokeAuthority,
    RevokedSince, SpoilNonce, TakeRecords,
};
use edgewrit_shared::edge_api::record_line::RecordLine;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;

/// Seeds, and transactions of each.
const SEEDS: u64 = 6;
const STEPS: u64 = 120;

/// A generator of numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

/// A transaction, as the dice chose it.
#[derive(Clone, Copy, Debug)]
struct RandomStep {
    kind: u64,
    task: u64,
    lineage: u64,
    number: u64,
}

fn named(kind: &str, number: u64) -> String {
    format!("{kind}{number}")
}

/// A writ of the lineage that was issued at the start.
fn old_writ(fixture: &StoreFixture, step: RandomStep) -> Claims {
    let iat = UnixSeconds(super::START);
    Claims {
        iat,
        nbf: iat,
        exp: iat.plus(3_000),
        ..writ(fixture, &named("t", step.task), &named("l", step.lineage))
    }
}

fn renewal(fixture: &StoreFixture, step: RandomStep) -> Renew {
    let old = old_writ(fixture, step);
    Renew {
        targets: targets(&old),
        next: Claims {
            jti: format!("{}.{}", old.lin, step.number),
            iat: fixture.now(),
            ..old.clone()
        },
        old,
        renewed: Event::done(EventKind::TokenRenewed).client(CLIENT),
        forestalled: Event::denied(EventKind::TokenRenewalFailed).client(CLIENT),
    }
}

fn delegation(fixture: &StoreFixture, step: RandomStep) -> Delegate {
    let parent = old_writ(fixture, step);
    let next = Claims {
        anc: vec![parent.lin.clone()],
        ..writ(fixture, &parent.task_id, &named("l", step.number))
    };
    Delegate {
        targets: targets(&parent),
        granted: Granted::all(&next.aud, &next.authority),
        chain: "[]".to_owned(),
        event: Event::done(EventKind::DelegationCreated)
            .client(CLIENT)
            .agent(&next.sub),
        parent,
        next,
    }
}

fn revocation(step: RandomStep) -> RevokeAuthority {
    let (level, target) = match step.number % 4 {
        0 => (RevokeLevel::Task, named("t", step.task)),
        1 => (RevokeLevel::Token, named("l", step.lineage)),
        2 => (RevokeLevel::All, String::new()),
        _ => {
            let (task, lineage) = (named("t", step.task), named("l", step.lineage));
            (
                RevokeLevel::Agent,
                format!("spiffe://example/agent/orch/{task}/{lineage}"),
            )
        }
    };
    RevokeAuthority {
        target: RevokeTarget::new(level, target).unwrap(),
        cut: None,
        event: Event::done(EventKind::TokenRevoked),
    }
}

/// Up to three records of requests that other batches may report too.
async fn reported(fixture: &StoreFixture, step: RandomStep) -> TakeRecords {
    let task_id = named("t", step.task);
    let report = fixture.store.report_task(key(&task_id)).await.unwrap();
    let grant = report.and_then(|report| report.uses.into_iter().next());
    let grant = grant.map(|grant| grant.id).unwrap_or_default();
    let one = |place: u64| {
        let request_id = named("r", (step.number + place) % 7);
        RecordLine {
            task_id: Some(task_id.clone()),
            ..record(fixture, &request_id, step.number.is_multiple_of(2), &grant)
        }
    };
    batch(1 + step.lineage * 3, (0..step.number % 4).map(one).collect())
}

/// The client is shut out, or admitted again.
fn changed(fixture: &StoreFixture, step: RandomStep) -> PutClient {
    let ended = (step.number == 8).then(|| fixture.now());
    let row = client_row(CLIENT, fixture.now());
    PutClient {
        row: ClientRow { ended, ..row },
        ends: None,
        event: Event::done(EventKind::AppUpdated).client(CLIENT),
    }
}

fn begun(fixture: &StoreFixture, step: RandomStep) -> BeginTask {
    let task = task_of(fixture, CLIENT, &named("t", step.task), 1 + step.number % 3);
    begin(task, step.number.is_multiple_of(3).then_some([1; 32]))
}

fn completed(step: RandomStep) -> CompleteTask {
    CompleteTask {
        task: key(&named("t", step.task)),
        event: Event::done(EventKind::TaskCompleted).client(CLIENT),
    }
}

fn released(fixture: &StoreFixture, step: RandomStep) -> ReleaseLineage {
    ReleaseLineage {
        writ: old_writ(fixture, step),
        event: Event::done(EventKind::TokenReleased).client(CLIENT),
    }
}

fn spoilt(fixture: &StoreFixture, step: RandomStep) -> SpoilNonce {
    SpoilNonce {
        nonce: nonce(fixture, u8::try_from(step.number).unwrap()),
        event: Event::denied(EventKind::RegistrationRefused),
    }
}

fn registered(fixture: &StoreFixture, step: RandomStep) -> RegisterAgent {
    let (task_id, instance) = (named("t", step.task), named("i", step.lineage));
    registration(fixture, &task_id, &instance, u8::try_from(step.number).unwrap())
}

/// A debit of no, one or two attempts.
async fn spent(fixture: &StoreFixture, step: RandomStep) -> DebitUses {
    let report = fixture.store.report_task(key(&named("t", step.task))).await.unwrap();
    let counters = report.map(|report| report.counters).unwrap_or_default();
    let allowance = counters.first().map_or("unknown", |counter| counter.id.as_str());
    let attempts = vec![allowance; usize::try_from(step.lineage % 3).unwrap()];
    debit(fixture, step.number, &attempts)
}

/// Does one transaction. Answers its outcome as text; of an error only that it is one.
async fn run(fixture: &StoreFixture, step: RandomStep) -> String {
    let store = &fixture.store;
    let outcome = match step.kind {
        0 | 1 => outcome_text(store.begin_task(begun(fixture, step)).await),
        2 => outcome_text(store.complete_task(completed(step)).await),
        3 => outcome_text(store.register_agent(registered(fixture, step)).await),
        4 => outcome_text(store.renew(renewal(fixture, step)).await),
        5 => outcome_text(store.delegate(delegation(fixture, step)).await),
        6 => outcome_text(store.revoke(revocation(step)).await),
        7 => outcome_text(store.release_lineage(released(fixture, step)).await),
        8 => {
            fixture.pass(1 + step.number * step.number * 40);
            outcome_text(store.forget_expired(fixture.now()).await)
        }
        9 => outcome_text(store.take_records(reported(fixture, step).await).await),
        10 => {
            fixture.set_back(step.number);
            outcome_text(store.spoil_nonce(spoilt(fixture, step)).await)
        }
        11 => outcome_text(store.put_client(changed(fixture, step)).await),
        _ => outcome_text(store.debit(spent(fixture, step).await).await),
    };
    fixture.pass(step.number % 3);
    outcome
}

/// Everything that can be read of the store, as text.
async fn read_all(fixture: &StoreFixture) -> String {
    let mut text = String::new();
    for task in 0..4 {
        let report = fixture.store.report_task(key(&named("t", task))).await.unwrap();
        text.push_str(&format!("{report:?}\n"));
    }
    let lineages = (0..9).map(|number| named("l", number)).collect();
    let lineages = fixture.store.find_lineages(lineages).await.unwrap();
    let since = RevokedSince {
        from: 0,
        now: fixture.now(),
    };
    let revoked = fixture.store.revoked_since(since).await.unwrap();
    format!("{text}{lineages:?}\n{revoked:?}")
}

#[tokio::test]
async fn memory_is_a_model_of_sqlite() {
    for seed in 0..SEEDS {
        let (sqlite, memory) = (StoreFixture::sqlite(), StoreFixture::memory());
        for fixture in [&sqlite, &memory] {
            add_client(fixture).await;
            issue_launch_token(fixture, [5; 32], false).await;
            begin_boot(fixture, "boot").await;
        }
        let mut dice = Dice(seed);
        for number in 0..STEPS {
            let step = RandomStep {
                kind: dice.below(14),
                task: dice.below(4),
                lineage: dice.below(5),
                number: dice.below(9),
            };
            let (expected, found) = (run(&memory, step).await, run(&sqlite, step).await);
            assert_eq!(found, expected, "seed {seed}, transaction {number}: {step:?}");
            let (expected, found) = (read_all(&memory).await, read_all(&sqlite).await);
            assert_eq!(found, expected, "seed {seed}, after transaction {number}: {step:?}");
        }
        assert_eq!(sqlite.lines().await, memory.lines().await, "seed {seed}");
    }
}
