//! The same random transactions on SQLite and in memory: memory is the model.

use super::StoreFixture;
use super::rows::{
    CLIENT, add_client, begin, begin_boot, debit, issue_launch_token, key, registration, targets, task_of, writ,
};
use crate::audit::{Event, EventKind};
use crate::policy::granted_task::Granted;
use crate::store::rows::revoke_target::{RevokeLevel, RevokeTarget};
use crate::store::{CompleteTask, Delegate, ReleaseLineage, Renew, RevokeAuthority, RevokedSince};
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

/// Does one transaction. Answers its outcome as text; of an error only that it is one.
async fn run(fixture: &StoreFixture, step: RandomStep) -> String {
    let (store, task_id) = (&fixture.store, named("t", step.task));
    let outcome = match step.kind {
        0 | 1 => {
            let task = task_of(fixture, CLIENT, &task_id, 1 + step.number % 3);
            let repeat = step.number.is_multiple_of(3).then_some([1; 32]);
            store
                .begin_task(begin(task, repeat))
                .await
                .map(|outcome| format!("{outcome:?}"))
        }
        2 => {
            let event = Event::done(EventKind::TaskCompleted).client(CLIENT);
            let complete = CompleteTask {
                task: key(&task_id),
                event,
            };
            store
                .complete_task(complete)
                .await
                .map(|outcome| format!("{outcome:?}"))
        }
        3 => {
            let byte = u8::try_from(step.number).unwrap();
            let registration = registration(fixture, &task_id, &named("i", step.lineage), byte);
            store
                .register_agent(registration)
                .await
                .map(|outcome| format!("{outcome:?}"))
        }
        4 => store
            .renew(renewal(fixture, step))
            .await
            .map(|outcome| format!("{outcome:?}")),
        5 => store
            .delegate(delegation(fixture, step))
            .await
            .map(|outcome| format!("{outcome:?}")),
        6 => store
            .revoke(revocation(step))
            .await
            .map(|outcome| format!("{outcome:?}")),
        7 => {
            let writ = old_writ(fixture, step);
            let event = Event::done(EventKind::TokenReleased).client(CLIENT);
            let release = ReleaseLineage { writ, event };
            store.release_lineage(release).await.map(|()| "released".to_owned())
        }
        8 => {
            fixture.pass(1 + step.number * step.number * 40);
            store
                .forget_expired(fixture.now())
                .await
                .map(|count| format!("{count} forgotten"))
        }
        _ => {
            let report = store.report_task(key(&task_id)).await.unwrap();
            let counters = report.map(|report| report.counters).unwrap_or_default();
            let known = counters.iter().map(|counter| counter.id.as_str());
            let allowances: Vec<&str> = known.chain(["unknown"]).take(1).collect();
            let debit = debit(fixture, step.number, &allowances);
            store.debit(debit).await.map(|outcome| format!("{outcome:?}"))
        }
    };
    fixture.pass(step.number % 3);
    outcome.unwrap_or_else(|_| "an error".to_owned())
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
                kind: dice.below(11),
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
