//! The records of a proxy: each permit that a client has seen reaches the audit of the issuer once,
//! however the proxy ended.

#[cfg(target_os = "linux")]
mod disk_faults;
mod kills;
mod load;

use super::scene::{ProxyScene, RunningProxy};
use crate::support::{mode, wait_for};
use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

const STRICT: &str = "audit: strict";
const BEST_EFFORT: &str = "audit: best_effort";

/// A scene in which the edge has this line in its configuration.
fn scene_with(line: &str) -> ProxyScene {
    let mut scene = ProxyScene::new();
    scene.config = scene.config.replace("\nedge:", &format!("\n{line}\nedge:"));
    scene.configure(&scene.config);
    scene
}

/// Waits until so many more requests have reached the API.
fn wait_for_requests(scene: &ProxyScene, more: usize) {
    let until = scene.api.requests() + more;
    wait_for(|| (scene.api.requests() >= until).then_some(()));
}

/// Kills the issuer of the scene.
fn kill_issuer(scene: &ProxyScene) {
    scene.issuer.signal("-KILL");
}

/// Starts the issuer of the scene again, at the same address.
fn restart_issuer(scene: &mut ProxyScene) {
    kill_issuer(scene);
    let address = scene.issuer.url.strip_prefix("http://").unwrap().to_owned();
    // The killed issuer may not have left its address yet.
    wait_for(|| TcpListener::bind(&address).is_ok().then_some(()));
    scene.issuer = scene.place.serve_with(&["--listen", &address]);
}

/// The permits in the audit: how often each request is there.
fn permits_in_audit(scene: &ProxyScene) -> BTreeMap<String, usize> {
    let (lines, mut found) = (scene.place.run(&["audit", "export"]).ok(), BTreeMap::new());
    for line in lines.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        if event["event"] == "request_permitted" {
            let request = event["request_id"].as_str().unwrap().to_owned();
            *found.entry(request).or_default() += 1;
        }
    }
    found
}

/// Waits until each of the requests is in the audit, and asserts that no request is there twice.
fn assert_each_is_recorded_once(scene: &ProxyScene, requests: &[String]) {
    let found = wait_for(|| {
        let found = permits_in_audit(scene);
        requests
            .iter()
            .all(|request| found.contains_key(request))
            .then_some(found)
    });
    let twice: Vec<_> = found.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    scene.place.run(&["audit", "verify"]).ok();
}

/// Waits until the issuer has every record of the proxy.
fn wait_for_delivery(proxy: &RunningProxy) {
    proxy.becomes("edgewrit_records_waiting", 0);
}

#[test]
fn records_are_for_the_user_alone_and_have_no_writ_and_no_credential() {
    let scene = scene_with(STRICT);
    let proxy = scene.proxy();
    kill_issuer(&scene);
    assert_eq!(scene.search(&proxy).0, 200);
    drop(proxy);
    assert_eq!(mode(&scene.records()), 0o700);
    let segment = scene.records().join("00000001.records");
    assert_eq!(mode(&segment), 0o600);
    let text = fs::read_to_string(segment).unwrap();
    assert!(text.contains(r#""verdict":"permit""#), "{text}");
    for secret in [scene.writ.as_str(), "ewes_", "Bearer"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[test]
fn a_folder_of_records_belongs_to_one_proxy() {
    let scene = ProxyScene::new();
    let _proxy = scene.proxy();
    let output = scene.command(&["--listen", "127.0.0.1:0"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("error: `--records`: ")
            && said.contains("held by another process, expected a folder that no other proxy uses"),
        "{said}"
    );
}

#[test]
fn a_folder_that_others_can_use_is_not_used() {
    let scene = ProxyScene::new();
    drop(scene.proxy());
    fs::set_permissions(scene.records(), fs::Permissions::from_mode(0o755)).unwrap();
    let output = scene.command(&["--listen", "127.0.0.1:0"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("mode is `755`, expected `700`") && !said.contains("--group-readable"),
        "{said}"
    );
}
