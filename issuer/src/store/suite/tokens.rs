use super::rows::{CLIENT, begin_task, key, writ};
use super::{StoreFixture, on_each_store};
use crate::audit::{Event, EventKind};
use crate::store::rows::revocation::Living;
use crate::store::rows::revoke_target::{RevokeLevel, RevokeTarget};
use crate::store::{EndSession, ReleaseLineage, RevokeAuthority, RevokeOutcome, RevokedSince, RevokedSinceRows};
use edgewrit_shared::bundle::revocation::{Level, Target};
use edgewrit_shared::time::UnixSeconds;

async fn revoke(fixture: &StoreFixture, level: RevokeLevel, id: &str, cut: Option<UnixSeconds>) -> RevokeOutcome {
    let revoke = RevokeAuthority {
        target: RevokeTarget::new(level, id.to_owned()).unwrap(),
        cut,
        event: Event::done(EventKind::TokenRevoked),
    };
    fixture.store.revoke(revoke).await.unwrap()
}

async fn since(fixture: &StoreFixture, from: u64) -> RevokedSinceRows {
    let now = fixture.now();
    fixture.store.revoked_since(RevokedSince { from, now }).await.unwrap()
}

#[tokio::test]
async fn a_revocation_is_kept_unless_one_ends_as_much() {
    on_each_store(async |fixture| {
        assert_eq!(since(fixture, 0).await.latest, 0);
        let once = revoke(fixture, RevokeLevel::Client, "a", None).await;
        assert_eq!(once, RevokeOutcome::Revoked(1));
        revoke(fixture, RevokeLevel::Client, "a", None).await;
        assert_eq!(since(fixture, 0).await.latest, 1, "the same once");
        fixture.pass(5);
        revoke(fixture, RevokeLevel::Client, "a", None).await;
        revoke(fixture, RevokeLevel::Token, "a.b", None).await;
        let rows = since(fixture, 1).await;
        assert_eq!((rows.latest, rows.revocations.len()), (4, 3));
        assert_eq!(rows.revocations[0].target, Target::of(Level::Client("a")));
        assert_eq!(rows.head, fixture.store.audit_head().await.unwrap());
        assert_eq!(fixture.store.history_ends().borrow().revocation, 4);
        assert_eq!(fixture.lines().await.len(), 4, "each is recorded");
    })
    .await;
}

#[tokio::test]
async fn a_revocation_of_everything_takes_the_place_of_the_others() {
    on_each_store(async |fixture| {
        for id in ["a", "b", "c"] {
            revoke(fixture, RevokeLevel::Client, id, None).await;
        }
        revoke(fixture, RevokeLevel::All, "", None).await;
        let rows = since(fixture, 0).await;
        assert_eq!(rows.latest, 4);
        assert_eq!(rows.revocations.len(), 1);
        assert_eq!(rows.revocations[0].target, Target::of(Level::All));
    })
    .await;
}

#[tokio::test]
async fn a_revocation_of_a_clock_that_was_set_back_cuts_at_the_last_event() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 1).await;
        let at = fixture.now();
        fixture.set_back(60);
        revoke(fixture, RevokeLevel::Client, CLIENT, None).await;
        assert_eq!(since(fixture, 0).await.revocations[0].cut, at);
    })
    .await;
}

#[tokio::test]
async fn a_task_is_revoked_by_its_name_if_one_client_has_it() {
    on_each_store(async |fixture| {
        assert_eq!(
            revoke(fixture, RevokeLevel::Task, "task", None).await,
            RevokeOutcome::Revoked(0)
        );
        begin_task(fixture, "task", 1).await;
        assert_eq!(
            revoke(fixture, RevokeLevel::Task, "task", None).await,
            RevokeOutcome::Revoked(1)
        );
        let task = Level::Task {
            client_id: CLIENT,
            task_id: "task",
        };
        assert_eq!(since(fixture, 0).await.revocations[0].target, Target::of(task));
    })
    .await;
}

#[tokio::test]
async fn a_released_lineage_ends_with_its_latest_writ() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 1).await;
        let writ = writ(fixture, "task", "a");
        let release = ReleaseLineage {
            writ: writ.clone(),
            event: Event::done(EventKind::TokenReleased)
                .client(CLIENT)
                .task("task", "orch"),
        };
        fixture.store.release_lineage(release).await.unwrap();
        let revocation = since(fixture, 0).await.revocations[0];
        assert_eq!(revocation.target, Target::of(Level::Lineage("a")));
        assert!(revocation.expires >= writ.exp);
        assert!(fixture.store.find_task(key("task")).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_for_its_client_and_an_expired_one_is_not_revoked() {
    on_each_store(async |fixture| {
        let end = |jti: &str, expires: UnixSeconds| EndSession {
            living: Living {
                target: Target::of(Level::Writ(jti)),
                born: fixture.now(),
                expires,
            },
            client_id: Some(CLIENT.to_owned()),
            event: Event::done(EventKind::TokenReleased).client(CLIENT),
        };
        let now = fixture.now();
        fixture.store.end_session(end("s", now.plus(60))).await.unwrap();
        fixture
            .store
            .end_session(end("t", UnixSeconds(now.0 - 3_600)))
            .await
            .unwrap();
        assert_eq!(since(fixture, 0).await.latest, 1);
        assert_eq!(fixture.lines().await.len(), 2);
    })
    .await;
}
