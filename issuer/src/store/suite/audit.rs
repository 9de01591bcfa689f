use super::rows::{CLIENT, begin_task, key};
use super::{StoreFixture, on_each_store};
use crate::audit::{ChainHead, Event, EventKind};
use crate::base::clock::Moment;
use crate::store::rows::audit::{CheckpointRow, EventQuery};
use crate::store::{EventsAfter, EventsOfRequest, FindPruneTarget, FindPublished, PruneTo, RecordEvent};

async fn record(fixture: &StoreFixture, event: Event) {
    let record = RecordEvent { event, about: None };
    fixture.store.record(record).await.unwrap();
}

/// Records so many events, one each second.
async fn record_many(fixture: &StoreFixture, count: u64) {
    for _ in 0..count {
        fixture.pass(1);
        record(fixture, Event::done(EventKind::AdminAuth)).await;
    }
}

/// The numbers of the events that `query` finds, and the number of all such events.
async fn found(fixture: &StoreFixture, query: EventQuery) -> (Vec<u64>, u64) {
    let page = fixture.store.find_events(query).await.unwrap();
    for (before, link) in &page.events {
        assert_eq!(link.follows(before), Ok(link.head));
    }
    (page.events.iter().map(|(_, link)| link.head.seq).collect(), page.total)
}

fn query() -> EventQuery {
    EventQuery {
        limit: 10,
        ..EventQuery::default()
    }
}

fn moment(seconds: u64) -> Moment {
    Moment {
        millis: (super::START + seconds) * 1_000,
    }
}

#[tokio::test]
async fn events_are_found_by_their_time_kind_and_outcome() {
    on_each_store(async |fixture| {
        record_many(fixture, 5).await;
        fixture.pass(1);
        let refused = Event::denied(EventKind::AdminAuthFailed).source(&"192.0.2.1");
        record(fixture, refused).await;
        assert_eq!(found(fixture, query()).await, (vec![1, 2, 3, 4, 5, 6], 6));
        let page = EventQuery {
            limit: 2,
            offset: 3,
            ..query()
        };
        assert_eq!(found(fixture, page).await, (vec![4, 5], 6));
        let between = EventQuery {
            since: Some(moment(2)),
            until: Some(moment(4)),
            ..query()
        };
        assert_eq!(found(fixture, between).await, (vec![2, 3], 2));
        let denied = EventQuery {
            outcome: Some("denied".to_owned()),
            ..query()
        };
        assert_eq!(found(fixture, denied).await, (vec![6], 1));
        let second = EventQuery {
            event: Some("admin_auth".to_owned()),
            limit: 1,
            offset: 1,
            ..query()
        };
        assert_eq!(found(fixture, second).await, (vec![2], 5));
    })
    .await;
}

#[tokio::test]
async fn events_are_found_by_their_task_agent_and_request() {
    on_each_store(async |fixture| {
        begin_task(fixture, "task", 1).await;
        let denied = Event::denied(EventKind::ScopeViolation).client(CLIENT).agent("agent");
        let denied = Event {
            request_id: Some("request".to_owned()),
            ..denied
        };
        let about = RecordEvent {
            event: denied,
            about: Some(key("task")),
        };
        fixture.store.record(about).await.unwrap();
        let of_task = EventQuery {
            task_id: Some("task".to_owned()),
            ..query()
        };
        assert_eq!(found(fixture, of_task).await, (vec![2, 3], 2));
        let of_agent = EventQuery {
            agent_id: Some("agent".to_owned()),
            agents_task: Some("task".to_owned()),
            ..query()
        };
        assert_eq!(found(fixture, of_agent.clone()).await, (vec![3], 1));
        let elsewhere = EventQuery {
            agents_task: Some("other".to_owned()),
            ..of_agent
        };
        assert_eq!(found(fixture, elsewhere).await, (Vec::new(), 0));
        let of_request = |request_id: &str| EventsOfRequest {
            request_id: request_id.to_owned(),
            most: 10,
        };
        let links = fixture.store.events_of_request(of_request("request")).await.unwrap();
        assert_eq!(links.iter().map(|link| link.head.seq).collect::<Vec<_>>(), [3]);
        assert!(
            fixture
                .store
                .events_of_request(of_request("other"))
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn an_event_that_the_limiter_omits_is_counted_and_recorded_as_one() {
    on_each_store(async |fixture| {
        let refused = || Event::denied(EventKind::AdminAuthFailed).source(&"192.0.2.1");
        for _ in 0..15 {
            record(fixture, refused()).await;
        }
        assert_eq!(fixture.lines().await.len(), 10, "as many as the burst");
        assert_eq!(fixture.store.omitted_events(), 5);
        fixture.store.record_omitted().await.unwrap();
        fixture.store.record_omitted().await.unwrap();
        let kinds = fixture.kinds().await;
        assert_eq!((kinds.len(), kinds[10].as_str()), (11, "events_omitted"));
    })
    .await;
}

#[tokio::test]
async fn the_chain_is_pruned_up_to_a_checkpoint() {
    on_each_store(async |fixture| {
        record_many(fixture, 10).await;
        for seq in [3, 6, 9] {
            let jws = format!("checkpoint {seq}");
            fixture.store.add_checkpoint(CheckpointRow { seq, jws }).await.unwrap();
        }
        let target = async |first: u64, end: u64, most: u64| {
            let find = FindPruneTarget {
                first: moment(first),
                moment: moment(end),
                most,
            };
            let found = fixture.store.find_prune_target(find).await.unwrap();
            found.map(|checkpoint| checkpoint.seq)
        };
        assert_eq!(target(1, 8, 100).await, None, "the first event is not old enough");
        assert_eq!(target(2, 8, 100).await, Some(6));
        assert_eq!(target(2, 8, 4).await, Some(3));
        assert_eq!(target(2, 8, 1).await, Some(3), "the next one");
        assert_eq!(target(2, 100, 100).await, Some(9));
        let after = EventsAfter { from: 5, most: 1 };
        let head = fixture.store.events_after(after).await.unwrap().links[0].head;
        let event = Event::done(EventKind::AuditPruned);
        fixture.store.prune_to(PruneTo { head, event }).await.unwrap();
        assert_eq!(fixture.store.pruned_head().await.unwrap(), head);
        let behind = fixture
            .store
            .events_after(EventsAfter { from: 0, most: 2 })
            .await
            .unwrap();
        assert_eq!(
            (behind.before, behind.links[0].head.seq, behind.links.len()),
            (head, 7, 2)
        );
        assert_eq!(target(8, 8, 100).await, None);
        assert_eq!(target(8, 100, 100).await, Some(9));
        assert_eq!(fixture.store.forget_expired(fixture.now()).await.unwrap(), 6);
        assert_eq!(found(fixture, query()).await, (vec![7, 8, 9, 10, 11], 5));
        let at = FindPublished {
            seq: 6,
            checkpoints_since: Some(1),
        };
        let place = fixture.store.find_published(at).await.unwrap();
        assert_eq!((place.pruned, place.at), (head, Some(head)));
        assert_eq!(place.checkpoint.as_deref(), Some("checkpoint 6"));
    })
    .await;
}

#[tokio::test]
async fn what_was_published_is_looked_up_in_the_chain() {
    on_each_store(async |fixture| {
        let find = |seq, checkpoints_since| FindPublished { seq, checkpoints_since };
        let empty = fixture.store.find_published(find(0, Some(0))).await.unwrap();
        assert_eq!(
            (empty.head, empty.at, empty.checkpoint),
            (ChainHead::default(), Some(ChainHead::default()), None)
        );
        record_many(fixture, 2).await;
        let place = fixture.store.find_published(find(2, None)).await.unwrap();
        assert_eq!(place.at, Some(place.head));
        assert_eq!(fixture.store.find_published(find(3, None)).await.unwrap().at, None);
    })
    .await;
}
