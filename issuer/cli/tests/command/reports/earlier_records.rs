//! Records of an earlier version, with text of an untrusted party: commands escape hidden
//! characters on a terminal, and each record stays on its line.

use crate::support::{CommandResult, TestFolder};
use edgewrit_issuer::history::History;
use edgewrit_shared::json::text::is_hidden;
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::Read as _;
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::process::Command;
use std::ptr;

/// A line that a record may want to look like.
const FORGED: &str = "2026-12-01T00:00:00Z key_dropped (success)";

/// A text of every character that is hidden, of sequences that terminals act on, and of lines that
/// are forged.
fn hostile() -> String {
    let hidden = (char::MIN..=char::MAX).filter(|character| is_hidden(*character));
    let acts = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{202e}\u{2066}\r\n";
    format!(
        "{acts}{FORGED}\u{85}{FORGED}\u{2028}{FORGED}{}",
        hidden.collect::<String>()
    )
}

/// The id of a request that an argument of a command can be.
const REQUEST: &str = "r\u{1b}[2J\u{9b}1\u{202e}\u{2028}\nkey_dropped";

/// The records: the members of each except its number and its time.
fn records() -> Vec<Map<String, Value>> {
    let hostile = hostile();
    let long = hostile.repeat(200);
    let all_members = json!({
        "event": "request_refused", "outcome": "denied", "client_id": hostile, "task_id": hostile, "orch_id": hostile, "agent_id": hostile,
        "request_id": REQUEST, "traceparent": hostile,
        "data": {"detail": hostile, hostile.clone(): hostile, "resource": {"nested": [hostile, {hostile.clone(): 1}]}},
    });
    let long = json!({
        "event": "request_permitted", "outcome": "success", "request_id": REQUEST, "data": {"detail": long, "operation": "GET /x"},
    });
    let ordinary =
        json!({"event": "request_refused", "outcome": "denied", "request_id": REQUEST, "data": {"label": "grant"}});
    [all_members, long, ordinary]
        .into_iter()
        .map(|record| record.as_object().unwrap().clone())
        .collect()
}

/// A data directory whose audit ends with `records`, as version 0.1 wrote them: its lines held
/// everything but control characters below U+0020 as it came. Answers how many events there are.
fn written(place: &TestFolder, records: &[Map<String, Value>]) -> u64 {
    place.client("planner");
    let mut head = History::open(&place.data()).unwrap().head().unwrap();
    let database = Connection::open(place.data().join("issuer.db")).unwrap();
    let last = "SELECT at, json_extract(line, '$.at') FROM audit ORDER BY seq DESC LIMIT 1";
    let (at, text): (i64, String) = database
        .query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    for record in records {
        let mut members = vec![("seq", json!(head.seq + 1)), ("at", json!(text))];
        let order = [
            "event",
            "outcome",
            "client_id",
            "task_id",
            "orch_id",
            "agent_id",
            "request_id",
            "traceparent",
            "data",
        ];
        members.extend(
            order
                .iter()
                .filter_map(|name| Some((*name, record.get(*name)?.clone()))),
        );
        let members = members.iter().map(|(name, value)| format!("\"{name}\":{value}"));
        let line = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
        head = head.after(&line);
        let insert = "INSERT INTO audit (seq, at, event, outcome, agent_id, request_id, line, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        let seq = i64::try_from(head.seq).unwrap();
        let row = params![
            seq,
            at,
            text("event"),
            text("outcome"),
            text("agent_id"),
            text("request_id"),
            line,
            head.hash
        ];
        database.execute(insert, row).unwrap();
    }
    head.seq
}

/// Runs a command whose standard output is a terminal, and answers what came there.
#[expect(unsafe_code, reason = "the standard library makes no terminal")]
fn run_on_terminal(mut command: Command) -> String {
    let (mut ours, mut its) = (0, 0);
    // SAFETY: the call writes two descriptors; no name and no settings are asked for. Each
    // descriptor gets one owner.
    let (ours, its) = unsafe {
        let made = libc::openpty(
            &raw mut ours,
            &raw mut its,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
        );
        assert_eq!(made, 0, "no terminal");
        let mut settings = std::mem::zeroed();
        libc::tcgetattr(its, &raw mut settings);
        // What is written comes as it is: no line feed becomes two characters.
        libc::cfmakeraw(&raw mut settings);
        libc::tcsetattr(its, libc::TCSANOW, &raw const settings);
        (OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(its))
    };
    let mut child = command.stdout(its).spawn().unwrap();
    drop(command);
    let (mut out, mut part) = (Vec::new(), [0; 4096]);
    // A terminal whose other side was closed is an error (EIO) and no end.
    while let Ok(length @ 1..) = File::from(ours.try_clone().unwrap()).read(&mut part) {
        out.extend_from_slice(&part[..length]);
    }
    assert!(child.wait().unwrap().success(), "{}", String::from_utf8_lossy(&out));
    String::from_utf8(out).unwrap()
}

/// Checks that nothing in `shown` but line feeds is hidden, and that no line is one that a record
/// forged.
#[track_caller]
fn is_shown(shown: &str) {
    let found = shown
        .chars()
        .find(|character| *character != '\n' && is_hidden(*character));
    assert_eq!(found, None);
    assert!(
        !shown
            .lines()
            .any(|line| line.contains(FORGED) && line.starts_with("2026")),
        "a forged line"
    );
}

/// The members of a line of JSON without those that its place in the chain gives it.
fn members(line: &str) -> Map<String, Value> {
    let mut line: Map<String, Value> = serde_json::from_str(line).unwrap();
    for name in ["seq", "at", "prev_hash", "hash"] {
        assert!(line.remove(name).is_some(), "{name}");
    }
    line
}

#[test]
fn tail_and_export_escape_hidden_characters_on_a_terminal_and_print_hashed_bytes_elsewhere() {
    let (place, records) = (TestFolder::new(), records());
    let events = written(&place, &records);
    let count = records.len();
    for (args, lines) in [
        (vec!["audit", "tail", "--no-follow", "-n", "3"], count),
        (vec!["audit", "export"], usize::try_from(events).unwrap()),
    ] {
        let shown = run_on_terminal(place.command(&args));
        is_shown(&shown);
        assert!(shown.contains("\\u001b[2J") && shown.contains("\\u009b31m\\u202e\\u2066"));
        let of_terminal: Vec<_> = shown.lines().collect();
        assert_eq!(of_terminal.len(), lines, "{args:?}");
        let stored = place.run(&args).ok();
        assert!(stored.contains("\u{202e}") && stored.contains("\u{2028}"));
        let of_file: Vec<_> = stored.split('\n').collect();
        assert_eq!(of_file.len(), lines + 1, "{args:?}");
        for (place, record) in (lines - count..).zip(&records) {
            assert_eq!(
                (&members(of_terminal[place]), &members(of_file[place])),
                (record, record)
            );
        }
    }
    let export = place.file("audit.jsonl", &place.run(&["audit", "export"]).ok());
    place.run_without_data(&["audit", "verify", "--export", &export]).ok();
    place.run(&["audit", "verify"]).ok();
}

#[test]
fn why_escapes_hidden_characters() {
    let (place, records) = (TestFolder::new(), records());
    written(&place, &records);
    let why = ["why", REQUEST];
    let shown = run_on_terminal(place.command(&why));
    is_shown(&shown);
    assert_eq!(shown, place.run(&why).ok());
    // Each event has a line of its own, and each of its members one that is indented.
    let own = |record: &Map<String, Value>| {
        let named = ["client_id", "task_id", "agent_id", "traceparent"];
        let data = record["data"].as_object().unwrap().len();
        1 + data + named.iter().filter(|name| record.contains_key(**name)).count()
    };
    assert_eq!(shown.lines().count(), records.iter().map(own).sum::<usize>());
    let heads: Vec<_> = shown.lines().filter(|line| !line.starts_with("  ")).collect();
    assert_eq!(heads.len(), records.len());
    let kinds = [
        "request_refused (denied)",
        "request_permitted (success)",
        "request_refused (denied)",
    ];
    assert!(
        heads.iter().zip(kinds).all(|(head, kind)| head.ends_with(kind)),
        "{heads:?}"
    );
    assert!(shown.contains("\\u{1b}[2J") && shown.contains("\\u{9b}31m\\u{202e}\\u{2066}\\r\\n"));

    let json = ["why", REQUEST, "--json"];
    let shown = run_on_terminal(place.command(&json));
    is_shown(&shown);
    let answer: Value = serde_json::from_str(&shown).unwrap();
    let found = answer["events"].as_array().unwrap().iter();
    assert!(
        found
            .zip(&records)
            .all(|(event, record)| event["data"] == record["data"])
    );
    // What is not found is named as it was asked for.
    let CommandResult { stderr, .. } = place.run(&["why", &format!("{REQUEST}?")]);
    is_shown(&stderr);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

/// No version wrote a line feed into a line, but a party that writes the database can.
#[test]
fn a_line_feed_in_a_line_is_escaped_on_a_terminal() {
    let place = TestFolder::new();
    written(&place, &records());
    let database = Connection::open(place.data().join("issuer.db")).unwrap();
    let broken =
        format!("UPDATE audit SET line = replace(line, '\"label\"', '\"\n{FORGED}\n\"') WHERE line LIKE '%\"label\"%'");
    assert_eq!(database.execute(&broken, []).unwrap(), 1);
    drop(database);
    for args in [
        &["audit", "tail", "--no-follow", "-n", "3"][..],
        &["audit", "export", "--after", "1"],
    ] {
        let shown = run_on_terminal(place.command(args));
        is_shown(&shown);
        assert_eq!(shown.lines().count(), 3, "{args:?}");
    }
}
