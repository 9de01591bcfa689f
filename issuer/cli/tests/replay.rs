//! `edgewrit operations replay`.

use crate::decide::EDGE;
use crate::support::{Ended, Place};
use serde_json::{Value, json};

const POLICY: &str = "
task_id: t
orch_id: o
audiences:
  https://travel.example:
    grants:
      - {type: writ, actions: [search], resources: [flights], rules: {to: {eq: LHR}}}
      - {type: writ, actions: [book], resources: [tickets], uses: {max: 1}}
      - {type: writ, actions: [quote], resources: [quotes], rules: {tenant: {eq: acme}}}
";

fn replay(content: &str, more: &[&str]) -> Ended {
    replay_under(EDGE, content, more)
}

fn replay_under(edge: &str, content: &str, more: &[&str]) -> Ended {
    let place = Place::new();
    let (edge, policy) = (place.file("edge.yaml", edge), place.file("task.yaml", POLICY));
    let file = place.file("recorded", content);
    let args = ["operations", "replay", "--config", &edge, "--task", &policy, &file];
    place.run(&[&args[..], more].concat())
}

#[track_caller]
fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr))
}

fn log(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn line(method: &str, path: &str) -> Value {
    json!({"method": method, "path": path})
}

#[test]
fn a_log_of_what_is_granted_passes() {
    let lines = log(&[
        line("GET", "/flights?from=JFK&to=LHR"),
        line("GET", "/flights?from=LGW&to=LHR"),
    ]);
    let said = replay(&lines, &["--json"]).json();
    assert_eq!(
        said,
        json!({"requests": 2, "passed": 2, "refused": [], "missing": [], "not_judged": [], "unreadable": {"count": 0, "first": []}})
    );
    let empty = replay("", &["--json"]).json();
    assert_eq!(empty["requests"], 0);
}

#[test]
fn names_are_taken_as_operators_give_them() {
    let path = "/flights?from=JFK&to=LHR";
    let lines = log(&[
        json!({":method": "GET", ":path": path}),
        json!({"req_method": "GET", "req_path": path}),
        json!({"METHOD": "GET", "x-envoy-original-path": path, "path": "/rewritten"}),
        json!({"request_method": "GET", "req_x_envoy_original_path": "-", "request_path": path}),
        json!({"method": "GET", "path": null, "req_path": path}),
    ]);
    assert_eq!(replay(&lines, &["--json"]).json()["passed"], 5);
}

#[test]
fn refusals_are_grouped_and_the_largest_group_is_first() {
    let lines = log(&[
        line("GET", "/flights?from=JFK&to=CDG"),
        line("GET", "/bookings/1"),
        line("GET", "/bookings/2"),
        line("GET", "/flights?from=JFK&to=LHR&more=1"),
    ]);
    let said = replay(&lines, &["--json"]);
    assert_eq!(said.status.code(), Some(1));
    assert_eq!(
        json_of(&said)["refused"],
        json!([
            {"count": 2, "operation": "GET /bookings/{id}", "label": "not_granted", "detail": "action `read` is not granted"},
            {"count": 1, "operation": "GET /flights", "label": "not_granted",
             "detail": "parameter `to` is the text `CDG`, expected `{\"eq\":\"LHR\"}`"},
            {"count": 1, "operation": "GET /flights", "label": "query_unknown", "detail": "`more`"},
        ])
    );
}

#[test]
fn a_suggested_match_makes_an_operation_that_matches() {
    let paths = ["/trips/1/legs/2", "/trips/3/legs/4?x=1"];
    let lines = log(&paths.map(|path| line("DELETE", path)));
    let said = json_of(&replay(&lines, &["--json"]));
    assert_eq!(
        said["missing"],
        json!([{"count": 2, "match": "DELETE /trips/{id}/legs/{id_2}"}])
    );

    let row = format!(
        "  - {{match: \"{}\", upstream: travel, action: leave, resource: \"trip:{{id}}/leg:{{id_2}}\", ignore: [query.x]}}\n",
        said["missing"][0]["match"].as_str().unwrap()
    );
    let said = json_of(&replay_under(
        &format!("{}{row}", EDGE.trim_end().to_owned() + "\n"),
        &lines,
        &["--json"],
    ));
    assert_eq!(said["missing"], json!([]));
    assert_eq!(
        (&said["refused"][0]["label"], &said["refused"][0]["count"]),
        (&json!("not_granted"), &json!(2))
    );
}

#[test]
fn what_a_log_does_not_hold_is_not_judged() {
    let lines = log(&[
        line("POST", "/bookings"),
        json!({"method": "POST", "path": "/bookings", "bytes_received": 40}),
        line("GET", "/quotes"),
    ]);
    let said = replay(&lines, &["--json"]).json();
    assert_eq!(
        said["not_judged"],
        json!([
            {"count": 2, "operation": "POST /bookings", "reason": "needs a body"},
            {"count": 1, "operation": "GET /quotes", "reason": "needs the header of `tenant`"},
        ])
    );
    // What can be judged without them is.
    let lines = log(&[line("POST", "/bookings?x=1"), line("GET", "/quotes?x=1")]);
    let said = json_of(&replay(&lines, &["--json"]));
    assert_eq!(
        (&said["not_judged"], said["refused"].as_array().unwrap().len()),
        (&json!([]), 2)
    );
    let with_body = log(&[json!({"method": "GET", "path": "/flights?from=JFK&to=LHR", "bytes_received": 3})]);
    assert_eq!(
        json_of(&replay(&with_body, &["--json"]))["refused"][0]["label"],
        "body_unexpected"
    );
}

#[test]
fn lines_that_are_no_entries_are_counted_and_the_first_are_named() {
    let bad = [
        "[warning] starting",
        "",
        "[]",
        "{\"path\":\"/\"}",
        "{\"method\":\"GET\",\"path\":\"-\"}",
        "{\"method\":",
    ];
    let mut text = bad.join("\n") + "\n" + &log(&[line("GET", "/flights?from=JFK&to=LHR")]);
    text.push_str(&"x\n".repeat(20));
    let said = replay(&text, &["--json"]);
    assert_eq!(
        said.status.code(),
        Some(1),
        "nothing is refused, and not everything was read"
    );
    let said = json_of(&said);
    assert_eq!((&said["passed"], &said["unreadable"]["count"]), (&json!(1), &json!(26)));
    let first = said["unreadable"]["first"].as_array().unwrap();
    let numbers: Vec<_> = first.iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 8, 9, 10, 11]);
    assert_eq!(
        first[3]["message"],
        "no method: expected `method`, `:method` or `req_method`"
    );
    assert_eq!(
        first[4]["message"],
        "no target: expected `x-envoy-original-path`, `path`, `:path` or `req_path`"
    );
    let long = format!("{{\"method\":\"GET\",\"path\":\"/{}\"}}\n", "x".repeat(64 * 1024));
    assert_eq!(
        json_of(&replay(&long, &["--json"]))["unreadable"]["first"][0]["message"],
        "longer than 65536 bytes"
    );
}

#[test]
fn groups_are_bounded() {
    let lines: Vec<_> = (0..1_100).map(|n| line("GET", &format!("/x{n}"))).collect();
    let said = json_of(&replay(&log(&lines), &["--json"]));
    let refused = said["refused"].as_array().unwrap();
    assert_eq!((refused.len(), &refused[0]["count"]), (1_001, &json!(100)));
    assert_eq!(refused[0]["operation"], "others");
}

fn archive(requests: &[Value]) -> String {
    let entries: Vec<_> = requests
        .iter()
        .map(|request| json!({"request": request, "response": {"status": 200}}))
        .collect();
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

#[test]
fn an_archive_has_bodies_and_headers() {
    let post = |body: &str| {
        json!({"method": "POST", "url": "https://api.travel.example/bookings", "bodySize": body.len(),
               "headers": [{"name": ":authority", "value": "api"}, {"name": "Content-Type", "value": "application/json"}],
               "postData": {"mimeType": "application/json", "text": body}})
    };
    let get = |url: &str, tenant: &str| json!({"method": "GET", "url": url, "headers": [{"name": "X-Tenant", "value": tenant}]});
    let all_pass = archive(&[
        post(r#"{"user":"X","seats":1}"#),
        get("https://api.travel.example/quotes#here", "acme"),
        get("https://api.travel.example/flights?from=a&to=LHR", ""),
    ]);
    assert_eq!(replay(&all_pass, &["--json"]).json()["passed"], 3);

    let mut lost = post("x");
    lost["postData"] = Value::Null;
    let some_do_not = archive(&[
        post(r#"{"user":"X"}"#),
        get("https://api.travel.example/quotes", "other"),
        get("https://api.travel.example?x=1", "acme"),
        lost,
        json!({"method": "GET"}),
    ]);
    let said = json_of(&replay(&some_do_not, &["--json"]));
    let mut labels: Vec<_> = said["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["operation"].as_str().unwrap(), group["label"].as_str().unwrap()))
        .collect();
    labels.sort_unstable();
    assert_eq!(
        labels,
        [
            ("GET /", "no_operation"),
            ("GET /quotes", "not_granted"),
            ("POST /bookings", "param_missing")
        ]
    );
    assert_eq!(
        said["not_judged"],
        json!([{"count": 1, "operation": "POST /bookings", "reason": "needs a body"}])
    );
    assert_eq!(
        said["unreadable"]["first"],
        json!([{"line": 5, "message": "no `request.url`"}])
    );
}

#[test]
fn what_is_kept_of_an_entry_is_bounded() {
    const LONGEST: usize = 1024 * 1024;
    let request = |change: &dyn Fn(&mut Value)| {
        let mut request = json!({"method": "GET", "url": "https://travel.example/flights?from=JFK&to=LHR"});
        change(&mut request);
        request
    };
    let header = |name: &str, value: &str| json!({"name": name, "value": value});
    let requests = [
        request(&|request| request["url"] = format!("https://travel.example/{}", "x".repeat(LONGEST)).into()),
        request(&|request| request["method"] = "x".repeat(LONGEST + 1).into()),
        request(&|request| request["headers"] = vec![header("a", "b"); 1_001].into()),
        request(&|request| request["headers"] = vec![header("a", &"x".repeat(LONGEST / 8)); 8].into()),
        json!([{"": 0}, {"": 0}]),
        json!("GET"),
        // These pass.
        request(&|request| request["headers"] = vec![header("a", "b"); 90].into()),
        request(&|request| request["headers"] = json!({"a": "b"})),
        request(&|request| request["cookies"] = json!([{"": 1.5}, null, true, -1, u64::MAX])),
        request(&|request| request["bodySize"] = json!(-1)),
    ];
    let said = json_of(&replay(&archive(&requests), &["--json"]));
    assert_eq!(
        (&said["passed"], &said["unreadable"]["count"]),
        (&json!(4), &json!(6)),
        "{said}"
    );
    let first = said["unreadable"]["first"].to_string();
    for why in [
        "`request.url` is longer than",
        "`request.headers` are more than 1000",
        "no `request.method`",
    ] {
        assert!(first.contains(why), "{first}");
    }
}

#[test]
fn nothing_recorded_can_write_on_the_terminal() {
    let lines = log(&[
        line("GET", "/\u{1b}[2J\u{202e}"),
        line("GET", "/flights?from=%1B&to=%E2%80%AE"),
    ]);
    let said = replay(&lines, &[]).stdout;
    assert!(
        said.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'),
        "{said:?}"
    );
}
