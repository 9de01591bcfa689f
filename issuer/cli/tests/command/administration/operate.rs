//! The operation of an issuer: settings, keys, revocations, reports, audit, backups, metrics.

use crate::support::{KeepAliveClient, POLICY, Server, TestFolder, wait_for};
use edgewrit_shared::edge_api::boot;
use serde_json::{Value, json};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

fn get(url: &str) -> (u16, String) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let mut answer = config.new_agent().get(url).call().unwrap();
    (
        answer.status().as_u16(),
        String::from_utf8_lossy(&answer.body_mut().read_to_vec().unwrap()).into_owned(),
    )
}

fn minted(place: &TestFolder, client: &Value, server: &Server, task: &str) -> String {
    let policy = POLICY.replace("trip-42", task);
    place
        .mint(client, server, &policy, &["--tokens"])
        .ok()
        .trim()
        .to_owned()
}

fn active(server: &Server, client: &Value, token: &str) -> bool {
    let text = |name: &str| client[name].as_str().unwrap().to_owned();
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let form = [
        ("client_id", text("client_id")),
        ("client_secret", text("client_secret")),
        ("token", token.to_owned()),
    ];
    let mut answer = config
        .new_agent()
        .post(format!("{}/oauth/introspect", server.url))
        .send_form(form)
        .unwrap();
    let body = answer.body_mut().read_to_string().unwrap();
    serde_json::from_str::<Value>(&body).unwrap()["active"] == true
}

#[test]
fn settings_come_from_flags_then_the_environment_then_the_file() {
    let place = TestFolder::new();
    place.run(&["init"]).ok();
    assert!(place.run(&["init"]).failed()[0].contains("there is one already"));
    let file = place.data().join("edgewrit.yaml");
    fs::write(
        &file,
        "listen: 127.0.0.1:0\nissuer: https://of-the-file.example\ntrust_domain: of-the-file\n",
    )
    .unwrap();
    let metadata = |server: &Server| {
        let (_, body) = get(&format!("{}/.well-known/oauth-authorization-server", server.url));
        serde_json::from_str::<Value>(&body).unwrap()["issuer"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let server = place.serve_with(&[]);
    assert_eq!(metadata(&server), "https://of-the-file.example");
    assert!(server.stop().success());
    let mut command = place.serve_command_with(&[]);
    command.env("EDGEWRIT_ISSUER", "https://of-the-environment.example");
    let server = place.start(&mut command);
    assert_eq!(metadata(&server), "https://of-the-environment.example");
    assert!(server.stop().success());
    let mut command = place.serve_command_with(&["--issuer", "https://of-the-flag.example"]);
    command.env("EDGEWRIT_ISSUER", "https://of-the-environment.example");
    assert_eq!(metadata(&place.start(&mut command)), "https://of-the-flag.example");
}

#[test]
fn a_setting_that_is_misspelt_is_an_error_with_its_place() {
    let place = TestFolder::new();
    place.run(&["init"]).ok();
    let file = place.data().join("edgewrit.yaml");
    fs::write(&file, "listen: 127.0.0.1:0\nbehind_tls_proxi: true\nlog: loud\n").unwrap();
    let said = place.run(&["serve"]).failed();
    assert!(
        said[0].contains("edgewrit.yaml:2:") && said[0].contains("behind_tls_proxi"),
        "{said:?}"
    );
    fs::write(&file, "log: loud\n").unwrap();
    assert!(place.run(&["serve"]).failed()[0].contains("expected `error`, `info` or `debug`"));
}

#[test]
fn a_short_secret_of_the_operator_is_an_error() {
    let place = TestFolder::new();
    let mut command = place.serve_command();
    command.env("EDGEWRIT_ADMIN_SECRET", "fifteen bytes..");
    let ended = command.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(
        !ended.status.success() && said.contains("shorter than 16 bytes"),
        "{said}"
    );
    let file = place.secret_file("sixteen bytes...\n");
    let server = place.serve_with(&["--listen", "127.0.0.1:0", "--admin-secret-file", &file]);
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .new_agent();
    let log_in = |secret: &str| {
        let answer = agent
            .post(format!("{}/v1/admin/auth", server.url))
            .send(json!({"secret": secret}).to_string());
        answer.unwrap().status().as_u16()
    };
    assert_eq!((log_in("sixteen bytes..."), log_in("sixteen bytes...\n")), (200, 401));
}

#[test]
fn keys_are_listed_rotated_and_dropped_while_the_issuer_runs() {
    let place = TestFolder::new();
    let (server, client) = (place.serve(), place.client("planner"));
    let token = minted(&place, &client, &server, "a");
    let keys = || {
        place.run(&["keys", "list", "--json"]).json()["keys"]
            .as_array()
            .unwrap()
            .clone()
    };
    let current = |job: &str| {
        let keys = keys();
        let found = keys.iter().find(|key| key["job"] == job && key["state"] == "current");
        found.unwrap()["kid"].as_str().unwrap().to_owned()
    };
    assert_eq!(keys().len(), 10);
    assert!(place.run(&["keys", "list"]).ok().contains("writ       current"));
    let early = place.run(&["keys", "rotate", "writ"]).failed();
    assert!(early[0].contains("edges know the next key from"), "{early:?}");
    place.run(&["keys", "rotate", "checkpoint"]).ok();
    assert_eq!(keys().len(), 11);
    let dropped = current("writ");
    place.run(&["keys", "drop", &dropped]).ok();
    assert!(!active(&server, &client, &token));
    let after = minted(&place, &client, &server, "b");
    assert!(active(&server, &client, &after));
    assert!(place.run(&["keys", "drop", &dropped]).failed()[0].contains("no such key"));
    place.run(&["audit", "verify"]).ok();
}

#[test]
fn revocations_and_reports_go_through_the_running_issuer() {
    let place = TestFolder::new();
    let (server, client) = (place.serve(), place.client("planner"));
    let token = minted(&place, &client, &server, "a");
    let shown = place.run(&["task", "show", "a"]).ok();
    assert!(
        shown.contains("never used, 0 of 1 spent") && shown.contains(", live"),
        "{shown}"
    );
    assert!(place.run(&["task", "show", "z"]).failed()[0].contains("no client has such a task"));
    assert!(place.run(&["why", "nothing"]).failed()[0].contains("nothing is known of `nothing`"));
    let target = format!("{}/a", client["client_id"].as_str().unwrap());
    assert_eq!(place.run(&["revoke", "task", &target]).ok().trim(), "revoked: 1");
    assert!(!active(&server, &client, &token));
    assert!(place.run(&["revoke", "agent"]).failed()[1].contains("expected a `target`"));
    let moment = place.run(&["revoke", "all", "--before", "yesterday"]).failed();
    assert!(moment[0].contains("`yesterday` found"), "{moment:?}");
    let rotated = place
        .run(&["client", "rotate", client["client_id"].as_str().unwrap(), "--json"])
        .json();
    assert_ne!(rotated["client_secret"], client["client_secret"]);
    minted(&place, &rotated, &server, "b");
    minted(&place, &client, &server, "c");
    place
        .run(&["client", "end", client["client_id"].as_str().unwrap()])
        .ok();
    assert!(place.run(&["client", "list"]).ok().contains(" ended since "));
    assert!(
        place
            .mint(&rotated, &server, &POLICY.replace("trip-42", "d"), &[])
            .failed()[0]
            .contains("authentication failed")
    );
}

#[test]
fn the_audit_is_verified_exported_and_shipped() {
    let place = TestFolder::new();
    let shipped = place.folder().join("shipped.jsonl");
    let log = shipped.to_string_lossy().into_owned();
    let server = place.serve_with_audit_log(&log);
    let client = place.client("planner");
    minted(&place, &client, &server, "a");
    assert!(server.stop().success());
    let server = place.serve_with_audit_log(&log);
    minted(&place, &client, &server, "b");
    let verified = place.run(&["audit", "verify"]).ok();
    let head = verified
        .lines()
        .find_map(|line| line.strip_prefix("head "))
        .unwrap()
        .to_owned();
    place.run(&["audit", "verify", "--seen", &head]).ok();
    let (seq, hash) = head.split_once(':').unwrap();
    let beyond = format!("{}:{hash}", seq.parse::<u64>().unwrap() + 1);
    assert!(place.run(&["audit", "verify", "--seen", &beyond]).failed()[0].contains("it was cut off"));
    let other = format!(
        "{seq}:{}",
        hash.replace(
            hash.chars().next().unwrap(),
            if hash.starts_with('0') { "1" } else { "0" }
        )
    );
    assert!(place.run(&["audit", "verify", "--seen", &other]).failed()[0].contains("not the one that was seen"));
    let exported = place.run(&["audit", "export"]).ok();
    wait_for(|| (fs::read_to_string(&shipped).unwrap() == exported).then_some(()));
    assert!(
        place
            .run(&["audit", "tail", "--no-follow", "-n", "1"])
            .ok()
            .contains("\"task_id\":\"b\"")
    );
    place.run_without_data(&["audit", "verify", "--export", &log]).ok();
    fs::write(&shipped, exported.replace("\"task_id\":\"a\"", "\"task_id\":\"x\"")).unwrap();
    let broken = place.run_without_data(&["audit", "verify", "--export", &log]).failed();
    assert!(broken[0].contains("was changed"), "{broken:?}");
    fs::write(&shipped, exported.lines().skip(1).collect::<Vec<_>>().join("\n")).unwrap();
    place.run_without_data(&["audit", "verify", "--export", &log]).ok();
    fs::write(&shipped, "{}\n").unwrap();
    assert!(
        place.run_without_data(&["audit", "verify", "--export", &log]).failed()[0]
            .contains(":1: not a line of the audit")
    );
    // The end of the first server left a checkpoint.
    assert!(verified.contains(" 1 checkpoints: whole"), "{verified}");
}

#[test]
fn a_backup_is_an_issuer_of_another_epoch() {
    let place = TestFolder::new();
    let (server, client) = (place.serve(), place.client("planner"));
    let edge = place.edge("door");
    let token = minted(&place, &client, &server, "a");
    let epoch = |server: &Server| {
        let (_, body) = get(&format!("{}/v1/bundle", server.url));
        let payload = body.split('.').nth(1).unwrap().to_owned();
        use base64::Engine as _;
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .unwrap();
        serde_json::from_slice::<Value>(&payload).unwrap()["epoch"].clone()
    };
    let (before, copy) = (epoch(&server), place.folder().join("copy"));
    let to = copy.to_string_lossy().into_owned();
    place.run(&["backup", &to]).ok();
    assert!(place.run(&["backup", &to]).failed()[0].contains("there is something already"));
    minted(&place, &client, &server, "lost");
    server.kill();
    fs::rename(place.data(), place.folder().join("gone")).unwrap();
    fs::rename(&copy, place.data()).unwrap();
    let server = place.serve();
    assert_ne!(epoch(&server), before);
    assert!(
        !active(&server, &client, &token),
        "the backup cannot know whether it was revoked since"
    );
    // In the second of the start there is nothing to be had.
    let policy = POLICY.replace("trip-42", "after");
    let after = wait_for(|| {
        let minted = place.mint(&client, &server, &policy, &["--tokens"]);
        minted.status.success().then(|| minted.stdout.trim().to_owned())
    });
    assert!(active(&server, &client, &after));
    let (id, credential) = (&edge["edge"]["id"], &edge["edge"]["credential"]);
    let login = (id.as_str().unwrap(), credential.as_str().unwrap());
    assert_eq!(server.post(login, boot::PATH, &json!({})).0, 201);
    assert!(
        place
            .run(&["audit", "export"])
            .ok()
            .contains("\"event\":\"database_restored\"")
    );
    place.run(&["audit", "verify"]).ok();
    let again = epoch(&server);
    assert!(server.stop().success());
    assert_eq!(epoch(&place.serve()), again, "it is restored once");
}

#[test]
fn metrics_are_read_on_a_listener_of_their_own() {
    let place = TestFolder::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let metrics = port.to_string();
    let server = place.serve_with(&["--listen", "127.0.0.1:0", "--metrics", &metrics]);
    assert_eq!(
        get(&format!("{}/readyz", server.url)),
        (200, "{\"status\":\"ready\"}".to_owned())
    );
    for made_up in ["/v1/made-up", "/v1/%00", "/v1/tasks/made-up"] {
        get(&format!("{}{made_up}", server.url));
    }
    for path in ["/metrics", "/v1/metrics"] {
        assert_eq!(get(&format!("{}{path}", server.url)).0, 404, "{path}");
        let (status, text) = get(&format!("http://{metrics}{path}"));
        assert_eq!(status, 200);
        assert!(
            text.contains("edgewrit_requests_total{route=\"/readyz\",method=\"GET\",status=\"200\"} 1"),
            "{text}"
        );
        assert!(text.contains("route=\"other\"") && !text.contains("made-up"), "{text}");
    }
}

#[test]
fn a_line_of_the_shipped_audit_that_was_cut_off_is_written_again() {
    let place = TestFolder::new();
    let log = place.folder().join("shipped.jsonl").to_string_lossy().into_owned();
    let server = place.serve_with_audit_log(&log);
    let client = place.client("planner");
    minted(&place, &client, &server, "a");
    assert!(server.stop().success());
    let whole = fs::read_to_string(&log).unwrap();
    fs::write(&log, whole.split_at(whole.len() - 40).0).unwrap();
    let server = place.serve_with_audit_log(&log);
    wait_for(|| (fs::read_to_string(&log).unwrap() == whole).then_some(()));
    minted(&place, &client, &server, "b");
    assert!(server.stop().success());
    place.run_without_data(&["audit", "verify", "--export", &log]).ok();
    assert_eq!(fs::read_to_string(&log).unwrap(), place.run(&["audit", "export"]).ok());
}

#[test]
fn a_backup_is_complete_under_concurrent_writes() {
    let place = TestFolder::new();
    let (server, client) = (place.serve(), place.client("planner"));
    let (over, url) = (&AtomicBool::new(false), server.url.clone());
    let login = (
        client["client_id"].as_str().unwrap(),
        client["client_secret"].as_str().unwrap(),
    );
    thread::scope(|scope| {
        let write = |name: &'static str| {
            let caller = KeepAliveClient::of(&url);
            for number in 0.. {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let grants = json!({"grants": [{"type": "writ", "actions": ["search"], "resources": ["flights"]}]});
                let task = json!({"task_id": format!("{name}-{number}"), "orch_id": "o", "audiences": {"https://travel.example": grants}});
                caller.post(login, "/v1/tasks", None, &task).unwrap();
            }
        };
        let writers = ["a", "b", "c"].map(|name| scope.spawn(move || write(name)));
        let to = place.folder().join("copy").to_string_lossy().into_owned();
        let backed_up = place.run(&["backup", &to]);
        over.store(true, Ordering::Relaxed);
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        backed_up.ok();
        place.run_without_data(&["audit", "verify", "--data", &to]).ok();
    });
}
