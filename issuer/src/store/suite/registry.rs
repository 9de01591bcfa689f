use super::on_each_store;
use super::rows::{CLIENT, add_client, client_row};
use crate::audit::{Event, EventKind};
use crate::store::rows::registry::{ClientRow, EdgeRow};
use crate::store::rows::revocation::Living;
use crate::store::{AddClient, AddEdge, AddOutcome, PutClient, PutEdgeSecret, RevokedSince};
use edgewrit_shared::bundle::revocation::{Level, Target};
use edgewrit_shared::time::UnixSeconds;

fn edge(edge_id: &str, name: &str) -> EdgeRow {
    EdgeRow {
        edge_id: edge_id.to_owned(),
        name: name.to_owned(),
        hash: [2; 32],
        before: None,
        audience: "https://api.example".to_owned(),
        upstreams: "[]".to_owned(),
    }
}

#[tokio::test]
async fn a_client_has_a_name_of_its_own() {
    on_each_store(async |fixture| {
        add_client(fixture).await;
        let same_name = ClientRow {
            client_id: "other".to_owned(),
            ..client_row(CLIENT, fixture.now())
        };
        let add = AddClient {
            row: same_name,
            event: Event::done(EventKind::AppRegistered).client("other"),
        };
        assert_eq!(fixture.store.add_client(add).await.unwrap(), AddOutcome::Taken);
        let loaded = fixture.store.load_registry().await.unwrap();
        let ids: Vec<_> = loaded.clients.iter().map(|client| client.client_id.as_str()).collect();
        assert_eq!(ids, [CLIENT]);
        assert_eq!(fixture.lines().await.len(), 1, "a name that is taken is not recorded");
    })
    .await;
}

#[tokio::test]
async fn a_client_is_changed_and_ends_with_its_authority() {
    on_each_store(async |fixture| {
        add_client(fixture).await;
        let now = fixture.now();
        let row = ClientRow {
            name: "not changed".to_owned(),
            hash: [3; 32],
            before: Some(([1; 32], now.plus(60))),
            ceiling: "{\"a\":1}".to_owned(),
            session_ttl: 60,
            updated: now.plus(1),
            ended: Some(now),
            ..client_row(CLIENT, UnixSeconds(1))
        };
        let put = PutClient {
            row,
            ends: Some(Living {
                target: Target::of(Level::Client(CLIENT)),
                born: now,
                expires: now.plus(60),
            }),
            event: Event::done(EventKind::AppDeregistered).client(CLIENT),
        };
        fixture.store.put_client(put).await.unwrap();
        let kept = fixture.store.load_registry().await.unwrap().clients.remove(0);
        assert_eq!((kept.name, kept.created), (format!("name-of-{CLIENT}"), now));
        assert_eq!((kept.hash, kept.before), ([3; 32], Some(([1; 32], now.plus(60)))));
        assert_eq!((kept.ceiling.as_str(), kept.session_ttl), ("{\"a\":1}", 60));
        assert_eq!((kept.updated, kept.ended), (now.plus(1), Some(now)));
        let rows = fixture
            .store
            .revoked_since(RevokedSince { from: 0, now })
            .await
            .unwrap();
        assert_eq!(rows.latest, 1);
    })
    .await;
}

#[tokio::test]
async fn an_edge_has_a_name_of_its_own_and_gets_other_credentials() {
    on_each_store(async |fixture| {
        let add = |edge_id: &str, name: &str| AddEdge {
            row: edge(edge_id, name),
            created: fixture.now(),
            event: Event::done(EventKind::EdgeRegistered).edge(edge_id),
        };
        assert_eq!(
            fixture.store.add_edge(add("a", "name")).await.unwrap(),
            AddOutcome::Added
        );
        assert_eq!(
            fixture.store.add_edge(add("b", "name")).await.unwrap(),
            AddOutcome::Taken
        );
        let changed = EdgeRow {
            hash: [4; 32],
            before: Some(([2; 32], fixture.now())),
            ..edge("a", "name")
        };
        let put = PutEdgeSecret {
            row: changed,
            event: Event::done(EventKind::EdgeSecretRotated).edge("a"),
        };
        fixture.store.put_edge_secret(put).await.unwrap();
        let edges = fixture.store.load_registry().await.unwrap().edges;
        assert_eq!((edges.len(), edges[0].hash), (1, [4; 32]));
        assert_eq!(edges[0].before, Some(([2; 32], fixture.now())));
        assert_eq!(fixture.kinds().await, ["edge_registered", "edge_secret_rotated"]);
    })
    .await;
}
