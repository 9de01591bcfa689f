//! Data directorys with an earlier state: copies, backups, a replaced database, a killed server.

use crate::support::{CEILING, Server, TestFolder, wait_for};
use edgewrit_shared::edge_api::boot;
use std::fs;
use std::path::Path;

/// A folder whose database was put back to an earlier state, while what lies beside it was not.
fn put_back() -> TestFolder {
    let place = TestFolder::new();
    place.client("early");
    let kept = place.folder().join("kept.db");
    fs::copy(place.data().join("issuer.db"), &kept).unwrap();
    let log = place.data().join("issuer.db-wal");
    let early_log = place.folder().join("kept.wal");
    fs::copy(&log, &early_log).unwrap();
    let server = place.serve();
    place.client("late");
    assert!(server.stop().success());
    fs::copy(&kept, place.data().join("issuer.db")).unwrap();
    fs::copy(&early_log, &log).unwrap();
    let _none = fs::remove_file(place.data().join("issuer.db-shm"));
    place
}

fn refused(place: &TestFolder) -> String {
    let mut serving = place.serve_command();
    let output = serving.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_database_that_was_put_back_starts_once_it_is_restored() {
    let place = put_back();
    let said = refused(&place);
    assert!(said.contains("the database ends at event 1"), "{said}");
    assert!(
        said.contains("edgewrit restore --data") && said.contains("--this-is-the-original"),
        "{said}"
    );
    let verified = place.run(&["audit", "verify"]).failed();
    assert!(verified[0].contains("the database ends at event 1"), "{verified:?}");
    // Nor does a command that needs no server.
    assert!(place.run(&["client", "list"]).failed()[0].contains("the database ends at event 1"));
    let dry = place.run(&["restore", "--dry-run"]).ok();
    assert!(
        dry.contains("it makes new keys") && dry.contains("nothing was changed"),
        "{dry}"
    );
    refused(&place);
    assert!(place.run(&["restore"]).ok().contains("marked: "));
    let server = place.serve();
    assert!(place.run(&["restore"]).failed()[0].contains("held by another process"));
    let exported = place.run(&["audit", "export"]).ok();
    assert!(exported.contains("\"event\":\"database_restored\"") && exported.contains("edgewrit client rotate early-"));
    place.run(&["audit", "verify"]).ok();
    assert!(server.stop().success());
    place.serve();
}

#[test]
fn a_database_that_is_the_original_starts_when_the_operator_says_so() {
    let place = put_back();
    refused(&place);
    let mut serving = place.serve_command();
    let server = place.start(serving.arg("--this-is-the-original"));
    assert!(
        place
            .run(&["audit", "export"])
            .ok()
            .contains("\"event\":\"original_declared\"")
    );
    assert!(server.stop().success());
    // From then on it is.
    assert!(place.serve().stop().success());
    place.run(&["audit", "verify"]).ok();
}

#[test]
fn a_server_that_was_killed_raises_no_alarm() {
    let place = TestFolder::new();
    for name in ["a", "b"] {
        let server = place.serve();
        place.client(name);
        server.kill();
        place.run(&["audit", "verify"]).ok();
    }
    assert!(place.serve().stop().success());
    let verified = place.run(&["audit", "verify"]).ok();
    assert!(
        verified.contains("checkpoints are numbered, and their keys pinned outside of the database"),
        "{verified}"
    );
}

fn witnessing(place: &TestFolder, witness: &Path) -> Server {
    let mut serving = place.serve_command();
    place.start(serving.arg("--witness").arg(witness))
}

#[test]
fn a_witness_finds_a_folder_that_was_put_back_whole() {
    let place = TestFolder::new();
    let (witness, kept) = (place.folder().join("witness"), place.folder().join("kept"));
    let name = witness.to_string_lossy().into_owned();
    assert!(witnessing(&place, &witness).stop().success());
    place.client("early");
    assert!(witnessing(&place, &witness).stop().success());
    let copy = |from: &Path, to: &Path| {
        let _none = fs::remove_dir_all(to);
        let mut copy = std::process::Command::new("cp");
        assert!(copy.arg("-a").args([from, to]).status().unwrap().success());
    };
    copy(&place.data(), &kept);
    let server = witnessing(&place, &witness);
    place.client("late");
    assert!(server.stop().success());
    place.run(&["audit", "verify", "--witness", &name]).ok();
    copy(&kept, &place.data());
    place.run(&["audit", "verify"]).ok();
    let found = place.run(&["audit", "verify", "--witness", &name]).failed();
    assert!(found[0].contains("it was cut off"), "{found:?}");
    let output = place.serve_command().arg("--witness").arg(&witness).output().unwrap();
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("the database ends at event")
    );
}

#[test]
fn an_unwritable_head_does_not_stop_requests() {
    let place = TestFolder::new();
    let server = place.serve();
    let ceiling = place.file("ceiling.yaml", CEILING);
    let head = place.data().join("head");
    fs::remove_file(&head).unwrap();
    fs::create_dir_all(head.join("in the way")).unwrap();
    for name in ["a", "b", "c"] {
        place.run(&["client", "add", name, "--ceiling", &ceiling]).ok();
    }
    fs::remove_dir_all(&head).unwrap();
    // As soon as it can be written it is.
    wait_for(|| head.is_file().then_some(()));
    assert!(server.stop().success());
    place.run(&["audit", "verify"]).ok();
}

#[test]
fn an_edge_gets_another_credential_by_its_name() {
    let place = TestFolder::new();
    let server = place.serve();
    let added = place.edge("door");
    let rotated = place
        .run(&["edge", "rotate", "door", "--overlap", "0", "--json"])
        .json();
    assert_eq!(added["edge"]["id"], rotated["edge"]["id"]);
    let boots = |edge: &serde_json::Value| {
        let text = |name: &str| edge["edge"][name].as_str().unwrap().to_owned();
        let (id, credential) = (text("id"), text("credential"));
        server.post((&id, &credential), boot::PATH, &serde_json::json!({})).0
    };
    assert_eq!((boots(&added), boots(&rotated)), (401, 201));
    let printed = place.run(&["edge", "rotate", "door"]).ok();
    assert!(
        printed.starts_with("edge_id: door-") && printed.contains("edge_credential: ewes_"),
        "{printed}"
    );
}
