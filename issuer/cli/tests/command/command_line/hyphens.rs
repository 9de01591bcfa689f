//! Ids and names that begin with `-`, with the real command and a running issuer.

use crate::support::{CEILING, POLICY, TestFolder};
use edgewrit_issuer::ceiling::Ceiling;
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::data::Data;
use edgewrit_issuer::id::random;
use edgewrit_issuer::json_document;
use edgewrit_issuer::keys::{KeyJob, KeyState};
use edgewrit_issuer::registry::IssuedCredential;
use edgewrit_issuer::store::rows::keys::KeyRow;
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::json::parse;
use serde_json::{Value, json};

/// A key whose id begins with `-`, as one in 64 does.
fn draw_key() -> PublicKey {
    loop {
        // Half of all texts of 32 bytes are public keys.
        let drawn = PublicKey::from_bytes(&random().unwrap());
        if let Some(key) = drawn.ok().filter(|key| key.kid().starts_with('-')) {
            return key;
        }
    }
}

/// Runs `work` on the data directory of `place`, which no issuer holds.
fn with_data<T>(place: &TestFolder, work: impl AsyncFnOnce(Data) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime
        .unwrap()
        .block_on(async { work(Data::open(&place.data(), Clock::system()).await.unwrap()).await })
}

/// Lets the issuer of `place` have the key as one that signed writs.
fn plant_key(place: &TestFolder, key: &PublicKey) {
    let row = KeyRow {
        kid: key.kid().to_owned(),
        job: KeyJob::Writ,
        state: KeyState::Retired,
        jwk: key.to_jwk(),
        since: Clock::system().now().seconds(),
    };
    let add = async |data: Data| data.store.add_first_keys(vec![row]).await;
    with_data(place, add).unwrap();
}

#[test]
fn a_key_is_named_by_an_id_that_begins_with_a_hyphen() {
    let (place, key) = (TestFolder::new(), draw_key());
    let (kid, data) = (key.kid().to_owned(), place.data().display().to_string());
    place.run(&["keys", "list"]).ok();
    plant_key(&place, &key);
    let _server = place.serve();
    // The issuer answers in each case, not the reader of the command line.
    let none = format!("-{kid}");
    for call in [
        ["keys", "drop", &none, "--data", &data],
        ["keys", "drop", "--data", &data, &none],
    ] {
        let said = place.run_without_data(&call).failed();
        assert!(said[0].contains("no such key"), "{said:?}");
    }
    let pinned = place
        .run(&["audit", "verify", "--key", &none, "--data", &data])
        .failed();
    assert!(pinned[0].contains("no key of this folder has it as id"), "{pinned:?}");
    assert!(place.run(&["keys", "list"]).ok().contains(&format!(" {kid}\n")));
    let dropped = place.run_without_data(&["keys", "drop", &kid, "--data", &data]).ok();
    assert_eq!(dropped, format!("dropped: {kid}\n"));
    let again = place
        .run_without_data(&["keys", "drop", "--data", &data, &kid])
        .failed();
    assert!(again[0].contains("no such key"), "{again:?}");
}

#[test]
fn a_task_called_help_is_shown() {
    let place = TestFolder::new();
    let (server, client) = (place.serve(), place.client("planner"));
    let policy = POLICY.replace("trip-42", "--help");
    place.mint(&client, &server, &policy, &[]).ok();
    let id = client["client_id"].as_str().unwrap();
    for call in [
        vec!["task", "show", "--help"],
        vec!["task", "show", "--client", id, "--help"],
    ] {
        let shown = place.run(&call).ok();
        assert!(shown.starts_with(&format!("task    --help of {id}, live\n")), "{shown}");
    }
    let target = format!("{id}/--help");
    assert_eq!(place.run(&["revoke", "task", &target]).ok(), "revoked: 1\n");
    let said = place.run(&["task", "show", "--help", "--client", "other"]).failed();
    let hint = "`edgewrit task show -h` prints the help of this command";
    assert_eq!(said.last().map(String::as_str), Some(hint), "{said:?}");
    let usage = place.run_without_data(&["task", "show", "--help"]);
    assert!(usage.stderr.ends_with("try '-h'.\n"), "{}", usage.stderr);
    let help = place.run(&["task", "show", "-h"]).ok();
    assert_eq!(help, place.run(&["help", "task", "show"]).ok());
    assert!(help.contains("`edgewrit task show --help` shows the task"), "{help}");
}

#[test]
fn a_new_name_does_not_begin_with_a_hyphen() {
    let place = TestFolder::new();
    let ceiling = place.file("ceiling.yaml", CEILING);
    let edge = [
        "--audience",
        "a",
        "--upstream",
        "https://b.example",
        "--issuer",
        "https://c.example",
    ];
    for name in ["-planner", "--planner", "-"] {
        for call in [
            vec!["client", "add", name, "--ceiling", &ceiling],
            vec!["client", "add", "--ceiling", &ceiling, name],
            [&["edge", "add", name], &edge[..]].concat(),
        ] {
            let said = place.run(&call).failed();
            assert_eq!(said[1..], ["/name: a name cannot begin with `-`"], "{said:?}");
        }
    }
    assert_eq!(place.run(&["client", "list"]).ok(), "");
    place.client("planner-");
}

/// A client and an edge whose names begin with `-`, as earlier versions took them.
fn register_older(place: &TestFolder) -> [IssuedCredential; 2] {
    let ceiling = json!([{"audience": "https://travel.example", "ttl_max": "1h", "scope": ["search:flights:*"]}]);
    let ceiling = parse(ceiling.to_string().as_bytes(), 100).unwrap();
    let ceiling = json_document::value(&ceiling, Ceiling::read).unwrap();
    with_data(place, async |data: Data| {
        let client = data.registry.add_client("-planner".to_owned(), ceiling, None);
        let audience = "https://travel.example".to_owned();
        let edge = data.registry.add_edge("--door".to_owned(), audience, "[]".to_owned());
        [client.await.unwrap(), edge.await.unwrap()]
    })
}

#[test]
fn a_client_and_an_edge_whose_names_begin_with_a_hyphen_continue_to_work() {
    let place = TestFolder::new();
    place.run(&["keys", "list"]).ok();
    let [client, edge] = register_older(&place);
    assert!(client.id.starts_with("-planner-") && edge.id.starts_with("--door-"));
    let server = place.serve();
    assert!(
        place
            .run(&["client", "list"])
            .ok()
            .starts_with(&format!("{} active", client.id))
    );
    let login = json!({"client_id": client.id, "client_secret": client.secret.expose()});
    let policy = json!({"task_id": "-t", "orch_id": "-o", "audiences": {"https://travel.example": {"scope": ["search:flights:a"]}}});
    place.mint(&login, &server, &policy.to_string(), &[]).ok();
    let shown = place.run(&["task", "show", "--client", &client.id, "-t"]).ok();
    assert!(
        shown.starts_with(&format!("task    -t of {}, live", client.id)),
        "{shown}"
    );
    let task = format!("{}/-t", client.id);
    assert_eq!(place.run(&["revoke", "task", &task]).ok(), "revoked: 1\n");
    let rotated = place
        .run(&["client", "rotate", &client.id, "--overlap", "0", "--json"])
        .json();
    assert_eq!(rotated["client_id"], Value::from(client.id.as_str()));
    for name in ["--door", &edge.id] {
        let rotated = place.run(&["edge", "rotate", name, "--json"]).json();
        assert_eq!(rotated["edge"]["id"], Value::from(edge.id.as_str()), "{name}");
    }
    let ended = place.run(&["client", "end", &client.id]).ok();
    assert!(ended.starts_with(&format!("ended: {} at ", client.id)), "{ended}");
}
