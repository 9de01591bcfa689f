use super::rows::issue_launch_token;
use super::{StoreFixture, assert_undone, on_each_store};
use crate::audit::{Event, EventKind};
use crate::keys::{KeyJob, KeyState};
use crate::store::rows::audit::CheckpointRow;
use crate::store::rows::keys::KeyRow;
use crate::store::{DropKeyRow, FindLaunchToken, RecordEvent, ReplaceKey, RevokedSince, VoidBackup};
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};

fn row(fixture: &StoreFixture, kid: &str, state: KeyState) -> KeyRow {
    KeyRow {
        kid: kid.to_owned(),
        job: KeyJob::Writ,
        state,
        jwk: "{}".to_owned(),
        since: fixture.now(),
    }
}

async fn states(fixture: &StoreFixture) -> Vec<(String, KeyState)> {
    let keys = fixture.store.keys().await.unwrap();
    let mut states: Vec<_> = keys.into_iter().map(|row| (row.kid, row.state)).collect();
    states.sort();
    states
}

fn named(states: &[(&str, KeyState)]) -> Vec<(String, KeyState)> {
    states.iter().map(|(kid, state)| ((*kid).to_owned(), *state)).collect()
}

async fn add_first(fixture: &StoreFixture) {
    let first = vec![row(fixture, "a", KeyState::Current), row(fixture, "b", KeyState::Next)];
    assert_eq!(fixture.store.add_first_keys(first).await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_next_key_signs_and_the_key_before_is_put_away() {
    on_each_store(async |fixture| {
        add_first(fixture).await;
        let replace = |fresh: &str| ReplaceKey {
            current: row(fixture, "a", KeyState::Current),
            state: KeyState::Retired,
            kind: EventKind::KeyRotated,
            next: "b".to_owned(),
            fresh: row(fixture, fresh, KeyState::Next),
            now: fixture.now(),
        };
        assert_undone(fixture, fixture.store.replace_key(replace("a"))).await;
        let before = named(&[("a", KeyState::Current), ("b", KeyState::Next)]);
        assert_eq!(states(fixture).await, before, "all of it or none");
        fixture.store.replace_key(replace("c")).await.unwrap();
        let after = named(&[
            ("a", KeyState::Retired),
            ("b", KeyState::Current),
            ("c", KeyState::Next),
        ]);
        assert_eq!(states(fixture).await, after);
        assert_eq!(fixture.kinds().await, ["key_rotated"]);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_dropped_and_what_it_signed_is_revoked() {
    on_each_store(async |fixture| {
        add_first(fixture).await;
        let drop = DropKeyRow {
            row: row(fixture, "b", KeyState::Next),
            fresh: Some(row(fixture, "c", KeyState::Next)),
            now: fixture.now(),
        };
        fixture.store.drop_key(drop).await.unwrap();
        let revocation = Revocation {
            target: Target::of(Level::Key("b")),
            cut: fixture.now(),
            expires: fixture.now().plus(60),
        };
        fixture.store.revoke_key(revocation).await.unwrap();
        let after = named(&[
            ("a", KeyState::Current),
            ("b", KeyState::Dropped),
            ("c", KeyState::Next),
        ]);
        assert_eq!(states(fixture).await, after);
        let since = RevokedSince {
            from: 0,
            now: fixture.now(),
        };
        assert_eq!(
            fixture.store.revoked_since(since).await.unwrap().revocations,
            [revocation]
        );
        assert_eq!(fixture.kinds().await, ["key_dropped"]);
    })
    .await;
}

#[tokio::test]
async fn a_start_from_a_backup_voids_keys_writs_and_launch_tokens() {
    on_each_store(async |fixture| {
        add_first(fixture).await;
        issue_launch_token(fixture, [5; 32], false).await;
        let void = VoidBackup {
            dropped: vec![row(fixture, "a", KeyState::Current)],
            fresh: vec![row(fixture, "c", KeyState::Next)],
            moved: vec![row(fixture, "b", KeyState::Current)],
            now: fixture.now(),
            revoked: Event::done(EventKind::TokenRevoked),
            restored: Event::done(EventKind::DatabaseRestored),
        };
        fixture.store.void_backup(void).await.unwrap();
        let after = named(&[
            ("a", KeyState::Dropped),
            ("b", KeyState::Current),
            ("c", KeyState::Next),
        ]);
        assert_eq!(states(fixture).await, after);
        let find = FindLaunchToken {
            hash: [5; 32],
            now: fixture.now(),
        };
        assert_eq!(fixture.store.find_launch_token(find).await.unwrap(), None);
        assert!(!fixture.store.restore_state().await.unwrap().is_restored);
        let expected = [
            "launch_token_issued",
            "key_dropped",
            "token_revoked",
            "database_restored",
        ];
        assert_eq!(fixture.kinds().await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_checkpoint_is_kept_once_for_an_event() {
    on_each_store(async |fixture| {
        assert_eq!(fixture.store.last_checkpoint().await.unwrap(), None);
        let record = RecordEvent {
            event: Event::done(EventKind::AdminAuth),
            about: None,
        };
        fixture.store.record(record).await.unwrap();
        let checkpoint = |jws: &str| CheckpointRow {
            seq: 1,
            jws: jws.to_owned(),
        };
        fixture.store.add_checkpoint(checkpoint("x")).await.unwrap();
        assert_undone(fixture, fixture.store.add_checkpoint(checkpoint("y"))).await;
        assert_eq!(
            fixture.store.find_settled_checkpoint(1).await.unwrap().as_deref(),
            Some("x")
        );
        assert_eq!(fixture.store.find_settled_checkpoint(2).await.unwrap(), None);
        let last = fixture.store.last_checkpoint().await.unwrap().unwrap();
        assert_eq!(last.checkpoint, checkpoint("x"));
        assert_eq!(last.head, fixture.store.audit_head().await.unwrap());
    })
    .await;
}
