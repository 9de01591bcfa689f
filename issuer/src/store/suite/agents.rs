use super::rows::{
    CLIENT, add_client, begin_task, issue_launch_token, key, launch_token, nonce, register, registration, targets, writ,
};
use super::{StoreFixture, assert_undone, on_each_store};
use crate::audit::{Event, EventKind};
use crate::policy::granted_task::Granted;
use crate::store::rows::agent::AgentKey;
use crate::store::rows::revoke_target::{RevokeLevel, RevokeTarget};
use crate::store::{
    CompleteTask, Delegate, DelegateOutcome, FindLaunchToken, IssueLaunchToken, RegisterOutcome, Renew, RenewOutcome,
    RevokeAuthority, RevokeOutcome, SpoilNonce,
};
use edgewrit_shared::token::claims::Claims;

const HASH: [u8; 32] = [5; 32];

fn agent(task_id: &str, instance: &str) -> AgentKey {
    AgentKey {
        client_id: CLIENT.to_owned(),
        orch_id: "orch".to_owned(),
        task_id: task_id.to_owned(),
        instance: instance.to_owned(),
    }
}

fn find(fixture: &StoreFixture) -> FindLaunchToken {
    FindLaunchToken {
        hash: HASH,
        now: fixture.now(),
    }
}

/// The delegation of `parent` to the first writ of the lineage `lin`.
fn delegation(fixture: &StoreFixture, parent: &Claims, lin: &str) -> Delegate {
    let next = Claims {
        anc: parent.anc.iter().chain([&parent.lin]).cloned().collect(),
        ..writ(fixture, &parent.task_id, lin)
    };
    Delegate {
        targets: targets(parent),
        parent: parent.clone(),
        granted: Granted::all(&next.aud, &next.authority),
        chain: "[]".to_owned(),
        event: Event::done(EventKind::DelegationCreated)
            .client(CLIENT)
            .agent(&next.sub),
        next,
    }
}

fn renewal(fixture: &StoreFixture, old: &Claims, jti: &str) -> Renew {
    let iat = fixture.now();
    Renew {
        targets: targets(old),
        old: old.clone(),
        next: Claims {
            jti: jti.to_owned(),
            iat,
            nbf: iat,
            exp: iat.plus(400),
            ..old.clone()
        },
        renewed: Event::done(EventKind::TokenRenewed).client(CLIENT),
        forestalled: Event::denied(EventKind::TokenRenewalFailed).client(CLIENT),
    }
}

async fn revoke(fixture: &StoreFixture, level: RevokeLevel, id: &str) -> RevokeOutcome {
    let revoke = RevokeAuthority {
        target: RevokeTarget::new(level, id.to_owned()).unwrap(),
        cut: None,
        event: Event::done(EventKind::TokenRevoked),
    };
    fixture.store.revoke(revoke).await.unwrap()
}

#[tokio::test]
async fn a_launch_token_is_found_until_it_expires() {
    on_each_store(async |fixture| {
        issue_launch_token(fixture, HASH, true).await;
        let found = fixture.store.find_launch_token(find(fixture)).await.unwrap();
        assert_eq!(found, Some(launch_token(fixture, true)));
        let again = IssueLaunchToken {
            hash: HASH,
            token: launch_token(fixture, false),
            event: Event::done(EventKind::LaunchTokenIssued),
        };
        assert_undone(fixture, fixture.store.issue_launch_token(again)).await;
        fixture.pass(30);
        assert_eq!(fixture.store.find_launch_token(find(fixture)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_agent_registers_once_with_a_nonce_and_a_launch_token() {
    on_each_store(async |fixture| {
        add_client(fixture).await;
        issue_launch_token(fixture, HASH, true).await;
        assert!(!fixture.store.is_agent_registered(agent("task", "a")).await.unwrap());
        assert_eq!(register(fixture, "task", "a", 1).await, RegisterOutcome::Registered);
        assert!(fixture.store.is_agent_registered(agent("task", "a")).await.unwrap());
        assert_eq!(register(fixture, "task", "b", 1).await, RegisterOutcome::NonceUsed);
        assert_eq!(
            register(fixture, "task", "b", 2).await,
            RegisterOutcome::LaunchTokenUsed
        );
        let report = fixture.store.report_task(key("task")).await.unwrap().unwrap();
        assert_eq!((report.agents, report.uses.len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_registration_that_fails_uses_nothing_up() {
    on_each_store(async |fixture| {
        add_client(fixture).await;
        issue_launch_token(fixture, HASH, false).await;
        assert_eq!(register(fixture, "task", "a", 1).await, RegisterOutcome::Registered);
        let twice = registration(fixture, "task", "a", 2);
        assert_undone(fixture, fixture.store.register_agent(twice)).await;
        // The nonce is still there.
        assert_eq!(register(fixture, "task", "b", 2).await, RegisterOutcome::Registered);
    })
    .await;
}

#[tokio::test]
async fn no_agent_registers_for_a_task_that_ended_or_in_the_second_of_a_revocation() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 1).await;
        issue_launch_token(fixture, HASH, false).await;
        revoke(fixture, RevokeLevel::All, "").await;
        assert_eq!(register(fixture, "task", "a", 1).await, RegisterOutcome::Cut);
        fixture.pass(1);
        assert_eq!(register(fixture, "task", "a", 1).await, RegisterOutcome::Registered);
        let complete = CompleteTask {
            task: key("task"),
            event: Event::done(EventKind::TaskCompleted).client(CLIENT),
        };
        fixture.store.complete_task(complete).await.unwrap();
        fixture.pass(1);
        assert_eq!(register(fixture, "task", "b", 2).await, RegisterOutcome::TaskEnded);
    })
    .await;
}

#[tokio::test]
async fn a_spoilt_nonce_is_used() {
    on_each_store(async |fixture| {
        add_client(fixture).await;
        issue_launch_token(fixture, HASH, false).await;
        let spoil = SpoilNonce {
            nonce: nonce(fixture, 1),
            event: Event::denied(EventKind::RegistrationRefused).client(CLIENT),
        };
        fixture.store.spoil_nonce(spoil).await.unwrap();
        assert_eq!(register(fixture, "task", "a", 1).await, RegisterOutcome::NonceUsed);
    })
    .await;
}

#[tokio::test]
async fn only_the_latest_writ_of_a_lineage_is_renewed() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 1).await;
        let old = writ(fixture, "task", "a");
        fixture.pass(2);
        let first = fixture.store.renew(renewal(fixture, &old, "a.1")).await.unwrap();
        assert_eq!(first, RenewOutcome::Renewed);
        let late = fixture.store.renew(renewal(fixture, &old, "a.2")).await.unwrap();
        assert_eq!(late, RenewOutcome::Forestalled);
        let lineages = fixture
            .store
            .find_lineages(vec!["a".to_owned(), "b".to_owned()])
            .await
            .unwrap();
        assert_eq!(lineages[0].as_ref().unwrap().expires, fixture.now().plus(400));
        assert_eq!(lineages[1], None);
        let row = fixture.store.find_task(key("task")).await.unwrap().unwrap();
        assert_eq!(row.live_until, fixture.now().plus(400));
        let expected = [
            "app_registered",
            "task_started",
            "token_renewed",
            "token_renewal_failed",
        ];
        assert_eq!(fixture.kinds().await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_delegate_is_admitted_while_the_writ_of_its_parent_is_valid() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 1).await;
        let parent = writ(fixture, "task", "a");
        let delegate = delegation(fixture, &parent, "b");
        let admitted = fixture.store.delegate(delegate.clone()).await.unwrap();
        assert_eq!(admitted, DelegateOutcome::Delegated);
        let kept = fixture
            .store
            .find_lineages(vec!["a".to_owned(), "b".to_owned()])
            .await
            .unwrap();
        assert_eq!(kept[0].as_ref().unwrap().chain, None);
        assert_eq!(kept[1].as_ref().unwrap().chain.as_deref(), Some("[]"));
        assert_undone(fixture, fixture.store.delegate(delegate)).await;
        // The agent and the one lineage of which it passed something on.
        let revoked = revoke(fixture, RevokeLevel::Agent, &parent.sub).await;
        assert_eq!(revoked, RevokeOutcome::Revoked(2));
        let ended = fixture.store.delegate(delegation(fixture, &parent, "c")).await.unwrap();
        assert_eq!(ended, DelegateOutcome::Ended);
    })
    .await;
}

#[tokio::test]
async fn a_delegation_that_fails_does_not_keep_the_lineage_of_the_delegator() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 1).await;
        let taken = writ(fixture, "task", "b");
        fixture.store.renew(renewal(fixture, &taken, "b.1")).await.unwrap();
        let parent = writ(fixture, "task", "a");
        assert_undone(fixture, fixture.store.delegate(delegation(fixture, &parent, "b"))).await;
        let kept = fixture.store.find_lineages(vec!["a".to_owned()]).await.unwrap();
        assert_eq!(kept, [None]);
    })
    .await;
}
