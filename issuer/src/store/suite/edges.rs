use super::rows::{AUDIENCE, CLIENT, begin_boot, begin_task, debit, key};
use super::{StoreFixture, assert_undone, on_each_store};
use crate::audit::{Event, EventKind};
use crate::store::rows::reporting_edge::ReportingEdge;
use crate::store::rows::revoke_target::RevokeTarget;
use crate::store::rows::spend::SpendOutcome;
use crate::store::{BeginBoot, RevokeAuthority, TakeOutcome, TakeRecords};
use edgewrit_shared::edge_api::RecordLabel;
use edgewrit_shared::edge_api::record_line::RecordLine;

pub(super) fn record(fixture: &StoreFixture, request_id: &str, permitted: bool, grant: &str) -> RecordLine {
    RecordLine {
        at: fixture.now(),
        permitted,
        request_id: request_id.to_owned(),
        client_id: Some(CLIENT.to_owned()),
        task_id: Some("task".to_owned()),
        traceparent: None,
        grants: [grant.to_owned()]
            .into_iter()
            .filter(|grant| !grant.is_empty())
            .collect(),
        label: RecordLabel::from_text(if permitted { "permit" } else { "not_granted" }),
        kept: Vec::new(),
    }
}

pub(super) fn batch(first: u64, records: Vec<RecordLine>) -> TakeRecords {
    TakeRecords {
        edge: ReportingEdge {
            edge_id: "edge".to_owned(),
            audience: AUDIENCE.to_owned(),
        },
        boot_id: "boot".to_owned(),
        first,
        records,
    }
}

async fn spent(fixture: &StoreFixture) -> u64 {
    let report = fixture.store.report_task(key("task")).await.unwrap().unwrap();
    report.counters[0].spent
}

#[tokio::test]
async fn every_attempt_is_debited_once_or_none() {
    on_each_store(async |fixture| {
        let allowance = begin_task(fixture, "task", 3).await;
        begin_boot(fixture, "boot").await;
        let one = debit(fixture, 1, &[&allowance]);
        let debited = SpendOutcome::Debited(vec![allowance.clone()]);
        assert_eq!(fixture.store.debit(one.clone()).await.unwrap(), debited);
        assert_eq!(
            fixture.store.debit(one.clone()).await.unwrap(),
            debited,
            "the same again"
        );
        assert_eq!(spent(fixture).await, 1);
        let three = debit(fixture, 2, &[&allowance, &allowance, &allowance]);
        assert_eq!(fixture.store.debit(three).await.unwrap(), SpendOutcome::Exhausted);
        assert_eq!(spent(fixture).await, 1, "none of three");
        let two = debit(fixture, 2, &[&allowance, &allowance]);
        let both = SpendOutcome::Debited(vec![allowance.clone(), allowance.clone()]);
        assert_eq!(fixture.store.debit(two).await.unwrap(), both);
        let mut other = one;
        other.spend.request = [8; 32];
        assert_eq!(fixture.store.debit(other).await.unwrap(), SpendOutcome::CounterReused);
        let unknown = debit(fixture, 3, &["unknown"]);
        assert_eq!(fixture.store.debit(unknown).await.unwrap(), SpendOutcome::Exhausted);
        let expected = [
            "app_registered",
            "task_started",
            "edge_booted",
            "uses_spent",
            "uses_spent",
        ];
        assert_eq!(fixture.kinds().await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_writ_that_ended_pays_nothing() {
    on_each_store(async |fixture| {
        let allowance = begin_task(fixture, "task", 3).await;
        begin_boot(fixture, "boot").await;
        let late = debit(fixture, 1, &[&allowance]);
        let revoke = RevokeAuthority {
            target: RevokeTarget::all(),
            cut: None,
            event: Event::done(EventKind::TokenRevoked),
        };
        fixture.store.revoke(revoke).await.unwrap();
        assert_eq!(fixture.store.debit(late).await.unwrap(), SpendOutcome::Ended);
        fixture.pass(1);
        let next = debit(fixture, 1, &[&allowance]);
        fixture.pass(300);
        assert_eq!(fixture.store.debit(next).await.unwrap(), SpendOutcome::Ended, "expired");
    })
    .await;
}

#[tokio::test]
async fn a_boot_is_of_one_edge() {
    on_each_store(async |fixture| {
        let allowance = begin_task(fixture, "task", 3).await;
        let unknown = debit(fixture, 1, &[&allowance]);
        assert_eq!(fixture.store.debit(unknown).await.unwrap(), SpendOutcome::UnknownBoot);
        begin_boot(fixture, "boot").await;
        let mut other = debit(fixture, 1, &[&allowance]);
        other.spend.edge_id = "other".to_owned();
        assert_eq!(fixture.store.debit(other).await.unwrap(), SpendOutcome::UnknownBoot);
        let mut records = batch(1, Vec::new());
        records.edge.edge_id = "other".to_owned();
        assert_eq!(
            fixture.store.take_records(records).await.unwrap(),
            TakeOutcome::UnknownBoot
        );
        let again = BeginBoot {
            boot_id: "boot".to_owned(),
            edge_id: "edge".to_owned(),
            at: fixture.now(),
            event: Event::done(EventKind::EdgeBooted).edge("edge"),
        };
        assert_undone(fixture, fixture.store.begin_boot(again)).await;
    })
    .await;
}

#[tokio::test]
async fn a_record_is_taken_in_once_whatever_the_order_of_the_batches() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 3).await;
        begin_boot(fixture, "boot").await;
        let grant = fixture.store.report_task(key("task")).await.unwrap().unwrap().uses[0]
            .id
            .clone();
        let records = |numbers: std::ops::Range<u64>| {
            let record = |number: u64| record(fixture, &format!("r{number}"), number % 2 == 1, &grant);
            numbers.map(record).collect::<Vec<_>>()
        };
        let take = async |first: u64, end: u64| {
            let taken = fixture
                .store
                .take_records(batch(first, records(first..end)))
                .await
                .unwrap();
            let TakeOutcome::Taken(places) = taken else {
                panic!("no such boot");
            };
            places
        };
        assert_eq!(take(5, 8).await, [0, 1, 2]);
        assert_eq!(take(1, 4).await, [0, 1, 2]);
        assert_eq!(take(3, 6).await, [1], "only the one between");
        assert!(take(1, 8).await.is_empty());
        let report = fixture.store.report_task(key("task")).await.unwrap().unwrap();
        assert_eq!(report.uses[0].used, 7, "the refusals named the grant too");
        let refused: Vec<_> = report
            .refused
            .iter()
            .map(|refused| (refused.label.as_str(), refused.count))
            .collect();
        assert_eq!(refused, [("not_granted", 3)]);
        assert_eq!(fixture.lines().await.len(), 3 + 7);
    })
    .await;
}

#[tokio::test]
async fn a_request_is_recorded_once_for_each_verdict_and_edge() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 3).await;
        begin_boot(fixture, "boot").await;
        let both = vec![
            record(fixture, "r", true, ""),
            record(fixture, "r", true, ""),
            record(fixture, "r", false, ""),
        ];
        let taken = fixture.store.take_records(batch(1, both.clone())).await.unwrap();
        assert_eq!(taken, TakeOutcome::Taken(vec![0, 2]));
        // Under other numbers: the audit has them already.
        fixture.store.take_records(batch(11, both)).await.unwrap();
        assert_eq!(fixture.lines().await.len(), 3 + 2);
        let mut foreign = batch(21, vec![record(fixture, "s", true, "")]);
        foreign.edge.audience = "https://other.example".to_owned();
        fixture.store.take_records(foreign).await.unwrap();
        let last = fixture.lines().await.pop().unwrap();
        assert!(
            !last.contains(CLIENT),
            "an edge of another audience names no task: {last}"
        );
    })
    .await;
}
