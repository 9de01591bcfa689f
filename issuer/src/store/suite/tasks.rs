use super::rows::{AUDIENCE, CLIENT, add_client, begin, begin_task, client_row, key, task_of};
use super::{StoreFixture, assert_undone, on_each_store};
use crate::audit::{Event, EventKind};
use crate::store::rows::revoke_target::{RevokeLevel, RevokeTarget};
use crate::store::{
    AddClient, BeginOutcome, CompleteTask, FindRepetition, NamedReport, NamedTask, PutClient, RevokeAuthority,
    RevokedSince,
};

fn complete(task_id: &str) -> CompleteTask {
    CompleteTask {
        task: key(task_id),
        event: Event::done(EventKind::TaskCompleted).client(CLIENT),
    }
}

async fn name_task(fixture: &StoreFixture, client_id: Option<&str>) -> NamedReport {
    let named = NamedTask {
        task_id: "task".to_owned(),
        client_id: client_id.map(str::to_owned),
    };
    fixture.store.report_named_task(named).await.unwrap()
}

#[tokio::test]
async fn a_task_begins_once_with_its_grants_and_allowances() {
    on_each_store(async |fixture| {
        let allowance = begin_task(fixture, "task", 3).await;
        let report = fixture.store.report_task(key("task")).await.unwrap().unwrap();
        assert_eq!(report.task.client_id, CLIENT);
        assert_eq!((report.task.born, report.task.completed), (fixture.moment(), None));
        assert_eq!(report.uses.len(), 2);
        assert!(
            report
                .uses
                .iter()
                .all(|used| used.audience == AUDIENCE && used.used == 0)
        );
        let counters: Vec<_> = report
            .counters
            .iter()
            .map(|counter| (&counter.id, counter.max, counter.spent))
            .collect();
        assert_eq!(counters, [(&allowance, 3, 0)]);
        let again = begin(task_of(fixture, CLIENT, "task", 1), None);
        assert_eq!(fixture.store.begin_task(again).await.unwrap(), BeginOutcome::Exists);
        assert_eq!(fixture.kinds().await, ["app_registered", "task_started"]);
        assert!(fixture.store.find_task(key("other")).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_task_whose_allowance_is_taken_leaves_nothing_behind() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 3).await;
        let mut other = task_of(fixture, CLIENT, "other", 3);
        other.allowances = task_of(fixture, CLIENT, "task", 3).allowances;
        assert_undone(fixture, fixture.store.begin_task(begin(other, None))).await;
        assert!(fixture.store.find_task(key("other")).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_is_answered_with_the_task_that_it_began() {
    on_each_store(async |fixture| {
        add_client(fixture).await;
        let task = task_of(fixture, CLIENT, "task", 3);
        let (seed, term) = (task.seed, task.term);
        let first = begin(task.clone(), Some([1; 32]));
        assert_eq!(
            fixture.store.begin_task(first.clone()).await.unwrap(),
            BeginOutcome::New
        );
        let BeginOutcome::Repeated(earlier) = fixture.store.begin_task(first).await.unwrap() else {
            panic!("no repetition");
        };
        assert_eq!((earlier.seed, &earlier.term), (seed, &term));
        assert_eq!(earlier.answered.as_ref().unwrap().hash, [9; 32]);
        let find = FindRepetition {
            client_id: CLIENT.to_owned(),
            key: "key".to_owned(),
        };
        let kept = fixture.store.find_repetition(find).await.unwrap().unwrap();
        assert_eq!((kept.hash, kept.earlier), ([1; 32], earlier));
        let other = fixture.store.begin_task(begin(task, Some([2; 32]))).await;
        assert_eq!(other.unwrap(), BeginOutcome::KeyReused);
        assert_eq!(fixture.kinds().await, ["app_registered", "task_started"]);
    })
    .await;
}

#[tokio::test]
async fn a_task_of_a_client_that_may_not_act_does_not_begin() {
    on_each_store(async |fixture| {
        let unknown = fixture
            .store
            .begin_task(begin(task_of(fixture, CLIENT, "task", 3), None));
        assert_eq!(unknown.await.unwrap(), BeginOutcome::ClientEnded);
        add_client(fixture).await;
        let mut row = client_row(CLIENT, fixture.now());
        row.ended = Some(fixture.now());
        let put = PutClient {
            row,
            ends: None,
            event: Event::done(EventKind::AppDeregistered).client(CLIENT),
        };
        fixture.store.put_client(put).await.unwrap();
        let ended = fixture
            .store
            .begin_task(begin(task_of(fixture, CLIENT, "task", 3), None));
        assert_eq!(ended.await.unwrap(), BeginOutcome::ClientEnded);
        assert!(fixture.store.find_task(key("task")).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_task_does_not_begin_in_the_second_of_a_revocation() {
    on_each_store(async |fixture| {
        add_client(fixture).await;
        let revoke = RevokeAuthority {
            target: RevokeTarget::new(RevokeLevel::Client, CLIENT.to_owned()).unwrap(),
            cut: None,
            event: Event::done(EventKind::TokenRevoked),
        };
        fixture.store.revoke(revoke).await.unwrap();
        let cut = fixture
            .store
            .begin_task(begin(task_of(fixture, CLIENT, "task", 3), None));
        assert_eq!(cut.await.unwrap(), BeginOutcome::Cut);
        fixture.pass(1);
        let next = fixture
            .store
            .begin_task(begin(task_of(fixture, CLIENT, "task", 3), None));
        assert_eq!(next.await.unwrap(), BeginOutcome::New);
    })
    .await;
}

#[tokio::test]
async fn a_task_ends_once_and_its_writs_are_revoked() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 3).await;
        fixture.pass(10);
        let ended = fixture.store.complete_task(complete("task")).await.unwrap();
        assert_eq!(ended, Some(fixture.now()));
        fixture.pass(10);
        assert_eq!(fixture.store.complete_task(complete("task")).await.unwrap(), ended);
        assert_eq!(fixture.store.complete_task(complete("other")).await.unwrap(), None);
        let since = RevokedSince {
            from: 0,
            now: fixture.now(),
        };
        let rows = fixture.store.revoked_since(since).await.unwrap();
        assert_eq!((rows.latest, rows.revocations.len()), (1, 1));
        assert_eq!(
            fixture.kinds().await,
            ["app_registered", "task_started", "task_completed"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_task_is_found_by_its_name_if_one_client_has_it() {
    on_each_store(async |fixture| {
        assert!(matches!(name_task(fixture, None).await, NamedReport::Unknown));
        begin_task(fixture, "task", 3).await;
        assert!(matches!(name_task(fixture, None).await, NamedReport::One(_)));
        let add = AddClient {
            row: client_row("other", fixture.now()),
            event: Event::done(EventKind::AppRegistered).client("other"),
        };
        fixture.store.add_client(add).await.unwrap();
        let second = fixture
            .store
            .begin_task(begin(task_of(fixture, "other", "task", 3), None));
        assert_eq!(second.await.unwrap(), BeginOutcome::New);
        assert!(matches!(name_task(fixture, None).await, NamedReport::Several));
        let NamedReport::One(report) = name_task(fixture, Some("other")).await else {
            panic!("no report");
        };
        assert_eq!(report.task.client_id, "other");
    })
    .await;
}
