//! Faults of configurations, each with its place, and all of them at once.

use crate::harness::{config, config_text, secret};
use edgewrit_edge::config::Config;
use edgewrit_shared::limits::TARGET_BYTES;
use edgewrit_test_issuer as support;

/// A small document without faults, of which tests replace parts.
const BASE: &str = r#"{
  "issuer": "https://issuer.example", "trust": ["BUNDLE_KEY"], "edge": {"id": "e", "credential": "${secret:EDGE_KEY}"},
  "audience": "a", "upstreams": {"u": {"origin": "https://u.example"}},
  "operations": [{"match": "GET /x/{id}", "upstream": "u", "action": "read", "resource": "x:{id}"}]
}"#;

fn base() -> String {
    BASE.replace("BUNDLE_KEY", &support::bundle_key().public().x())
}

fn faults(text: &str) -> Vec<String> {
    match Config::read(text, &secret) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.lines().collect(),
    }
}

/// Asserts that `old` replaced by `new` gives exactly the fault `fault`.
#[track_caller]
fn one(old: &str, new: &str, fault: &str) {
    let text = base();
    assert!(text.contains(old), "{old}");
    assert_eq!(faults(&text.replacen(old, new, 1)), [fault], "{new}");
}

#[track_caller]
fn fine(old: &str, new: &str) {
    let text = base();
    assert!(text.contains(old), "{old}");
    assert_eq!(faults(&text.replacen(old, new, 1)), [""; 0], "{new}");
}

/// Asserts the fault of the operation of [`BASE`] with these members added.
#[track_caller]
fn operation(members: &str, fault: &str) {
    one(r#""action": "read""#, &format!(r#""action": "read", {members}"#), fault);
}

#[track_caller]
fn fine_operation(members: &str) {
    fine(r#""action": "read""#, &format!(r#""action": "read", {members}"#));
}

#[test]
fn the_base_and_the_configuration_of_the_tests_have_no_faults() {
    assert_eq!(faults(&base()), [""; 0]);
    assert_eq!(faults(&config_text()), [""; 0]);
}

#[test]
fn a_configuration_continues_another_one_with_the_same_issuer_pins_edge_and_audience() {
    let (one, other) = (support::bundle_key().public().x(), support::writ_key().public().x());
    let read = |text: &str| Config::read(text, &secret).unwrap();
    let with = |old: &str, new: &str| {
        assert!(base().contains(old), "{old}");
        read(&base().replacen(old, new, 1))
    };
    let base = read(&base());
    let same = [
        with(r#""GET /x/{id}""#, r#""GET /y/{id}""#),
        with("https://u.example", "https://v.example"),
        with(r#""audience""#, r#""freshness": 8, "audience""#),
        with("${secret:EDGE_KEY}", "${secret:DATA_KEY}"),
    ];
    for config in same {
        assert!(config.continues(&base) && base.continues(&config), "{config:?}");
    }
    let pair = format!(r#"["{one}", "{other}"]"#);
    let changed = [
        with("https://issuer.example", "https://issuer.example:444"),
        with(r#""id": "e""#, r#""id": "f""#),
        with(r#""audience": "a""#, r#""audience": "b""#),
        with(&one, &other),
        with(&format!(r#"["{one}"]"#), &pair),
    ];
    for config in changed {
        assert!(!config.continues(&base) && !base.continues(&config), "{config:?}");
    }
    let turned = with(&format!(r#"["{one}"]"#), &format!(r#"["{other}", "{one}"]"#));
    assert!(turned.continues(&with(&format!(r#"["{one}"]"#), &pair)));
}

#[test]
fn a_configuration_has_the_values_that_hosts_need() {
    let config = config();
    assert_eq!(config.issuer(), "https://issuer.example");
    assert_eq!(config.refresh(), 10);
    let upstreams: Vec<_> = config
        .upstreams()
        .map(|upstream| (upstream.name(), upstream.origin(), upstream.authority()))
        .collect();
    assert_eq!(
        upstreams,
        [
            ("data", "https://data.example:8443", "data.example:8443"),
            ("open", "http://127.0.0.1:9000", "127.0.0.1:9000"),
            ("travel", "https://api.travel.example", "api.travel.example"),
        ]
    );
    let names: Vec<&str> = config.header_names().iter().map(|name| &**name).collect();
    assert_eq!(
        names,
        [
            "accept",
            "accept-language",
            "authorization",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-unmodified-since",
            "traceparent",
            "tracestate",
            "upgrade",
            "user-agent",
            "x-tenant",
            "x-trace-tag",
        ]
    );
}

#[test]
fn a_document_is_one_json_object() {
    assert_eq!(faults("{"), ["/: expected one JSON document: not JSON at byte 1"]);
    assert!(faults("")[0].starts_with("/: expected one JSON document"));
    assert!(faults(r#"{"issuer":1,"issuer":2}"#)[0].contains("`issuer`"));
    assert_eq!(faults("[]"), ["/: expected an object, found an array"]);
}

#[test]
fn all_faults_are_reported_at_once() {
    let text =
        r#"{"issuer": 1, "trust": [], "edge": {}, "audience": "", "upstreams": {}, "operations": [], "more": 1}"#;
    let places: Vec<String> = faults(text)
        .iter()
        .map(|fault| fault.split(": ").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        places,
        [
            "/more",
            "/issuer",
            "/trust",
            "/edge",
            "/edge",
            "/audience",
            "/upstreams",
            "/operations"
        ]
    );
    let missing = faults("{}");
    assert_eq!(missing.len(), 6, "{missing:?}");
}

#[test]
fn unknown_keys_are_faults_everywhere() {
    for (old, new, place) in [
        (r#""audience""#, r#""x": 1, "audience""#, "/x"),
        (r#""id": "e""#, r#""id": "e", "x": 1"#, "/edge/x"),
        (r#"{"origin""#, r#"{"x": 1, "origin""#, "/upstreams/u/x"),
        (r#""action""#, r#""x": 1, "action""#, "/operations/0/x"),
        (
            r#""action""#,
            r#""params": {"p": {"from": "query.p", "x": 1}}, "action""#,
            "/operations/0/params/p/x",
        ),
        (
            r#""action""#,
            r#""params": {"p": "body./p"}, "body": {"x": 1}, "action""#,
            "/operations/0/body/x",
        ),
        (
            r#"{"origin""#,
            r#"{"credential": {"set": {"a": "${secret:EDGE_KEY}"}, "x": 1}, "origin""#,
            "/upstreams/u/credential/x",
        ),
    ] {
        let found = faults(&base().replacen(old, new, 1));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(&format!("{place}: unknown member `x`")),
            "{found:?}"
        );
    }
}

#[test]
fn origins_are_https_or_loopback_and_spelled_in_one_way() {
    let good = [
        "https://u.example:8443",
        "https://10.0.0.1",
        "https://[2001:db8::1]:8443",
        "https://a-b.c_d.example",
        "https://localhost",
        "http://localhost",
        "http://localhost:1",
        "http://127.0.0.1:65535",
        "http://127.9.9.9",
        "http://[::1]:8080",
    ];
    for origin in good {
        fine("https://u.example", origin);
        fine("https://issuer.example", origin);
        let url = url::Url::parse(origin).unwrap();
        assert_eq!(url.as_str(), format!("{origin}/"), "a URL parser leaves it as it is");
    }
    let wrong = [
        "u.example",
        "https://",
        "https://u.example/",
        "https://u.example/path",
        "https://u.example?x",
        "https://u.example#x",
        "https://U.example",
        "HTTPS://u.example",
        "ftp://u.example",
        "https://u..example",
        "https://.u.example",
        "https://u.example.",
        "https://ü.example",
        "https://u example",
        "https://127.1",
        "https://0x7f.1",
        "https://1.2.3.4.5",
        "https://127.0.0.01",
        "https://u.0x1",
        "https://1",
        "https://[::1",
        "https://::1",
        "https://[0:0:0:0:0:0:0:1]",
        "https://[::ffff:1.2.3.4]",
        "https://[::1]x",
        "https://%75.example",
        "//u.example",
        "",
    ];
    for origin in wrong {
        let found = faults(&base().replacen("https://u.example", origin, 1));
        assert_eq!(found.len(), 1, "{origin}: {found:?}");
        assert!(
            found[0].starts_with("/upstreams/u/origin: expected an origin such as `https://api.example`"),
            "{found:?}"
        );
    }
    let long = format!("https://{}", "a.".repeat(126) + "a");
    fine("https://u.example", &long);
    assert_eq!(
        faults(&base().replacen("https://u.example", &format!("{long}a"), 1)).len(),
        1
    );
}

#[test]
fn a_password_in_an_origin_is_not_shown() {
    for origin in [
        "https://user:hunter2@u.example",
        "https://hunter2@u.example:1",
        "http://@localhost",
    ] {
        one(
            "https://u.example",
            origin,
            "/upstreams/u/origin: expected an origin without a user",
        );
    }
}

#[test]
fn plain_http_goes_to_loopback_only() {
    let fault =
        |host: &str| format!("/upstreams/u/origin: expected `https` for `{host}`, plain `http` goes to loopback only");
    for host in [
        "u.example",
        "10.0.0.1",
        "128.0.0.1",
        "[::2]",
        "localhost.example",
        "0.0.0.0",
    ] {
        one("https://u.example", &format!("http://{host}"), &fault(host));
    }
}

#[test]
fn ports_are_numbers_and_not_the_default() {
    for port in ["0", "65536", "01", "+1", "x", ""] {
        one(
            "https://u.example",
            &format!("https://u.example:{port}"),
            &format!("/upstreams/u/origin: expected a port from 1 to 65535, found `{port}`"),
        );
    }
    one(
        "https://u.example",
        "https://u.example:443",
        "/upstreams/u/origin: `:443` is the default port, leave it out",
    );
    one(
        "https://u.example",
        "http://localhost:80",
        "/upstreams/u/origin: `:80` is the default port, leave it out",
    );
    fine("https://u.example", "https://u.example:80");
    fine("https://u.example", "http://localhost:443");
}

#[test]
fn trust_is_a_list_of_bundle_keys() {
    let key = format!("[\"{}\"]", support::bundle_key().public().x());
    one(
        &key,
        "[]",
        "/trust: expected at least one bundle key, as `edgewrit edge add` prints it",
    );
    one(&key, "\"x\"", "/trust: expected an array, found the string `x`");
    let found = faults(&base().replacen(&key, r#"["short", 1]"#, 1));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("/trust/0: expected a bundle key of 43 characters: "),
        "{found:?}"
    );
    assert_eq!(found[1], "/trust/1: expected a string, found the number `1`");
    let nine = [key.trim_matches(['[', ']']); 9].join(",");
    one(&key, &format!("[{nine}]"), "/trust: 9 elements, the limit is 8");
}

#[test]
fn the_edges_credential_is_a_secret() {
    one(
        "${secret:EDGE_KEY}",
        "hunter2",
        "/edge/credential: expected `${secret:NAME}`, found a literal credential",
    );
    one(
        "${secret:EDGE_KEY}",
        "x${secret:EDGE_KEY}",
        "/edge/credential: expected `${secret:NAME}`, found a literal credential",
    );
    one(
        "${secret:EDGE_KEY}",
        "${secret:NONE}",
        "/edge/credential: the secret `NONE` is not set",
    );
    one(
        "${secret:EDGE_KEY}",
        "${secret:edge}",
        "/edge/credential: expected a secret's name of `A-Z`, `0-9` and `_`, found `edge`",
    );
    one(
        "${secret:EDGE_KEY}",
        "${secret:}",
        "/edge/credential: expected a secret's name of `A-Z`, `0-9` and `_`, found ``",
    );
    one(r#""id": "e""#, r#""id": "a:b""#, "/edge: the id `a:b` holds a `:`");
    one(
        r#""id": "e""#,
        r#""id": """#,
        "/edge/id: expected 1 to 256 bytes without control characters",
    );
    fine(r#""id": "e""#, &format!(r#""id": "{}""#, "a".repeat(256)));
    one(
        r#""id": "e""#,
        &format!(r#""id": "{}""#, "a".repeat(257)),
        "/edge/id: expected 1 to 256 bytes without control characters",
    );
    one(
        r#""id": "e""#,
        r#""id": "a\u0001""#,
        "/edge/id: expected 1 to 256 bytes without control characters",
    );
}

#[test]
fn a_secret_that_is_no_header_value_is_a_fault_without_its_text() {
    for value in ["", "a\r\nb", "a\0b", "a\tb", "ä", "\u{7f}"] {
        let found = match Config::read(&base(), &|_| Some(value.into())) {
            Ok(_) => panic!("{value:?}"),
            Err(faults) => faults,
        };
        let message = "/edge/credential: the secret `EDGE_KEY` is empty or holds something that is not printable ASCII";
        assert_eq!(found.lines().collect::<Vec<_>>(), [message]);
    }
}

#[test]
fn credentials_are_templates_over_secrets_and_claims() {
    let credential = |set: &str| {
        base().replacen(
            r#"{"origin""#,
            &format!(r#"{{"credential": {{"set": {set}}}, "origin""#),
            1,
        )
    };
    let good = [
        r#"{"authorization": "Bearer ${secret:EDGE_KEY}"}"#,
        r#"{"x_api_key": "${secret:EDGE_KEY}${secret:DATA_KEY}", "x-agent": "${claim:sub}"}"#,
        r#"{"cookie": "s=${secret:EDGE_KEY}; t=${claim:task_id} ${claim:client_id} ${claim:orch_id} ${claim:jti}"}"#,
    ];
    for set in good {
        assert_eq!(faults(&credential(set)), [""; 0], "{set}");
    }
    let place = "/upstreams/u/credential/set";
    for (set, fault) in [
        (
            r#"{"a": "Bearer sk_live_1"}"#,
            format!("{place}/a: a literal credential, expected `${{secret:NAME}}` in it"),
        ),
        (
            r#"{"a": ""}"#,
            format!("{place}/a: a literal credential, expected `${{secret:NAME}}` in it"),
        ),
        (
            r#"{"a": "${secret:NONE}"}"#,
            format!("{place}/a: the secret `NONE` is not set"),
        ),
        (
            r#"{"a": "${secret:EDGE_KEY"}"#,
            format!("{place}/a: `${{` without `}}`"),
        ),
        (
            r#"{"a": "${query:x}"}"#,
            format!("{place}/a: expected `${{secret:NAME}}` or `${{claim:name}}`, found `${{query:x}}`"),
        ),
        (
            r#"{"a": "${EDGE_KEY}"}"#,
            format!("{place}/a: expected `${{secret:NAME}}` or `${{claim:name}}`, found `${{EDGE_KEY}}`"),
        ),
        (
            r#"{"a": "${claim:scope}"}"#,
            format!(
                "{place}/a: unknown claim `scope`, expected one of `sub`, `client_id`, `task_id`, `orch_id`, `jti`"
            ),
        ),
        (
            r#"{"a": "é${secret:EDGE_KEY}"}"#,
            format!("{place}/a: expected printable ASCII"),
        ),
        (
            r#"{"a": "x\r\n${secret:EDGE_KEY}"}"#,
            format!("{place}/a: expected printable ASCII"),
        ),
        ("{}", format!("{place}: expected 1 to 8 headers")),
        ("1", format!("{place}: expected an object, found the number `1`")),
    ] {
        assert_eq!(faults(&credential(set)), [fault], "{set}");
    }
    for name in [
        "host",
        "content-length",
        "content-type",
        "connection",
        "x-envoy-max-retries",
        "x-edgewrit-cluster",
        "x-forwarded-proto",
        "edgewrit-request-id",
        "A",
        "a b",
        "",
        ":path",
        "te",
    ] {
        let found = faults(&credential(&format!(r#"{{"{name}": "${{secret:EDGE_KEY}}"}}"#)));
        assert_eq!(found.len(), 1, "{name}");
        assert!(found[0].contains("is no header that a credential can set"), "{found:?}");
    }
    let many = |count: usize| {
        let headers: Vec<String> = (0..count)
            .map(|index| format!(r#""a{index}": "${{secret:EDGE_KEY}}""#))
            .collect();
        faults(&credential(&format!("{{{}}}", headers.join(","))))
    };
    assert_eq!(many(8), [""; 0]);
    assert_eq!(many(9), [format!("{place}: expected 1 to 8 headers")]);
}

#[test]
fn upstreams_have_names_that_every_host_accepts() {
    let name = |name: &str| {
        let text = base().replacen(r#""u": {"#, &format!(r#""{name}": {{"#), 1);
        faults(&text.replacen(r#""upstream": "u""#, &format!(r#""upstream": "{name}""#), 1))
    };
    assert_eq!(name("travel-2_a"), [""; 0]);
    assert_eq!(name(&"a".repeat(64)), [""; 0]);
    for wrong in ["", "A", "a.b", "a b", &"a".repeat(65)] {
        let found = name(wrong);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].ends_with("expected a name of at most 64 of `a-z`, `0-9`, `-` and `_`"),
            "{found:?}"
        );
    }
}

#[test]
fn times_are_whole_seconds_within_bounds() {
    let with = |member: &str| faults(&base().replacen('{', &format!("{{{member},"), 1));
    for good in [
        "\"freshness\":1",
        "\"freshness\":86400",
        "\"refresh\":86400",
        "\"life_max\":86400",
        "\"life_max\":1",
    ] {
        assert_eq!(with(good), [""; 0], "{good}");
    }
    for (key, wrong) in [
        ("freshness", "0"),
        ("freshness", "86401"),
        ("refresh", "0"),
        ("life_max", "86401"),
        ("life_max", "\"1\""),
        ("life_max", "1.5"),
    ] {
        let found = with(&format!("\"{key}\":{wrong}"));
        assert_eq!(found.len(), 1, "{key} {wrong}");
        assert!(
            found[0].starts_with(&format!("/{key}: expected a whole number from 1 to 86400")),
            "{found:?}"
        );
    }
    let config = Config::read(&base().replacen('{', "{\"refresh\":77,", 1), &secret).unwrap();
    assert_eq!(config.refresh(), 77);
}

#[test]
fn the_number_of_pieces_has_bounds() {
    let with = |value: &str| faults(&base().replacen('{', &format!("{{\"pieces_max\":{value},"), 1));
    for good in ["1", "256", "900"] {
        assert_eq!(with(good), [""; 0], "{good}");
    }
    for wrong in ["0", "901", "1.5", "\"256\"", "null"] {
        let found = with(wrong);
        assert_eq!(found.len(), 1, "{wrong}");
        assert!(
            found[0].starts_with("/pieces_max: expected a whole number from 1 to 900"),
            "{found:?}"
        );
    }
}

#[test]
fn a_pattern_is_a_method_and_a_path() {
    for good in [
        "GET /{id}",
        "PURGE /x/{id}/",
        "OPTIONS /x/{id}",
        "GET /%C3%A9/{id}",
        "GET /a:b,c/{id_2}",
    ] {
        let text = base().replacen("GET /x/{id}", good, 1).replacen(
            "x:{id}",
            if good.contains("id_2") { "x:{id_2}" } else { "x:{id}" },
            1,
        );
        assert_eq!(faults(&text), [""; 0], "{good}");
    }
    for (pattern, message) in [
        ("/x/{id}", "expected a method, one space and a path"),
        ("GET  /x/{id}", "expected a path that begins with `/`"),
        ("GET x/{id}", "expected a path that begins with `/`"),
        (
            "get /x/{id}",
            "`get` is no method of upper-case letters that is served here",
        ),
        (
            "TRACE /x/{id}",
            "`TRACE` is no method of upper-case letters that is served here",
        ),
        (
            "CONNECT /x/{id}",
            "`CONNECT` is no method of upper-case letters that is served here",
        ),
        (" /x/{id}", "`` is no method of upper-case letters that is served here"),
        ("GET /x/{id}/{id}", "`{id}` is captured twice"),
        (
            "GET /x/{}",
            "expected a capture named with `a-z`, `0-9` and `_`, found `{}`",
        ),
        (
            "GET /x/{Id}",
            "expected a capture named with `a-z`, `0-9` and `_`, found `{Id}`",
        ),
    ] {
        one("GET /x/{id}", pattern, &format!("/operations/0/match: {message}"));
    }
    for pattern in [
        "GET /x/v{id}",
        "GET /x/{id}s",
        "GET /x?y={id}",
        "GET /x//{id}",
        "GET /../{id}",
        "GET /%41/{id}",
        "GET /x y/{id}",
        "GET /é/{id}",
        "GET /a;b/{id}",
    ] {
        let found = faults(&base().replacen("GET /x/{id}", pattern, 1));
        assert_eq!(found.len(), 1, "{pattern}: {found:?}");
        assert!(
            found[0].starts_with("/operations/0/match: ")
                && found[0].ends_with(", expected a path as requests have it"),
            "{found:?}"
        );
    }
}

#[test]
fn captures_contain_no_colon_if_a_literal_begins_with_one() {
    let row = |pattern: &str, upstream: &str, more: &str| {
        let action = r#""action": "a", "resource": "r", "ignore": ["path.t"]"#;
        format!(r#"{{"match": "{pattern}", "upstream": "{upstream}", {action}{more}}}"#)
    };
    let colon = row("POST /topics/{t}", "u", r#", "colon": true"#);
    let of = |rows: &[&str]| {
        let text = config_text();
        let (before, _) = text.split_once("\"upstreams\":").unwrap();
        let upstreams = r#"{"u": {"origin": "https://u.example"}, "v": {"origin": "https://v.example"}}"#;
        faults(&format!(
            r#"{before}"upstreams": {upstreams}, "operations": [{}]}}"#,
            rows.join(",")
        ))
    };
    let fault = |own: usize, other: usize| {
        format!(
            "/operations/{own}/colon: captured values may hold no `:` where the upstream tells operations apart by it, as `/operations/{other}` does"
        )
    };
    assert_eq!(of(&[&colon]), [""; 0]);
    let plain = row("GET /topics/{t}", "u", "");
    for verb in ["POST /topics/{t}/:publish", "POST /:batch/{t}", "POST /a/%3Ab/{t}"] {
        assert_eq!(
            of(&[&colon, &row(verb, "v", "")]),
            [""; 0],
            "{verb} of another upstream"
        );
        assert_eq!(of(&[&plain, &row(verb, "u", "")]), [""; 0], "{verb} and no colon");
        assert_eq!(of(&[&plain, &colon, &row(verb, "u", "")]), [fault(1, 2)], "{verb}");
        let own = row(verb, "u", r#", "colon": true"#);
        assert_eq!(of(&[&own, &colon]), [fault(0, 0), fault(1, 0)], "{verb}");
    }
    assert_eq!(
        of(&[&row("POST /topics:batch/{t}", "u", r#", "colon": true"#)]),
        [""; 0]
    );
    operation(
        r#""colon": 1"#,
        "/operations/0/colon: expected `true` or `false`, found the number `1`",
    );
}

#[test]
fn a_path_is_no_longer_than_those_of_requests() {
    let pattern = |bytes: usize| format!("GET /{}/{{id}}", "x".repeat(bytes - "//{id}".len()));
    fine("GET /x/{id}", &pattern(TARGET_BYTES));
    one(
        "GET /x/{id}",
        &pattern(TARGET_BYTES + 1),
        "/operations/0/match: the path is longer than 8192 bytes",
    );
}

#[test]
fn operations_that_match_the_same_requests_are_faults() {
    let second = |pattern: &str| {
        let operation = format!(
            r#", {{"match": "{pattern}", "upstream": "u", "action": "a", "resource": "r", "ignore": ["path.p"]}}]"#
        );
        let text = base();
        let (before, after) = text.rsplit_once(']').unwrap();
        faults(&format!("{before}{operation}{after}"))
    };
    assert_eq!(
        second("GET /x/{p}"),
        ["/operations/1/match: matches the same requests as `/operations/0`"]
    );
    assert_eq!(
        second("GET /X/{p}"),
        [
            "/operations/1/match: a segment differs from `x` of another operation only in case, encoding or an ending that servers drop"
        ]
    );
    assert_eq!(second("GET /x/{p}/"), [""; 0]);
    assert_eq!(second("HEAD /X/{p}"), [""; 0]);
}

#[test]
fn resources_are_templates_over_the_captures() {
    for (resource, message) in [
        ("x:{ID}", "`{ID}` is not captured by `match`"),
        ("x:{id", "`{` without `}`"),
        ("x:id}{id}", "`}` without `{`"),
        ("x:{id}}", "`}` without `{`"),
        (
            "{id}{id}",
            "`{id}` follows another capture without a `/` or `:` between them",
        ),
        ("{id}-{id}", "expected a `/` or `:` in `-` between two captures"),
        ("", "expected a resource without control characters"),
        ("x\\u0000:{id}", "expected a resource without control characters"),
    ] {
        one("x:{id}", resource, &format!("/operations/0/resource: {message}"));
    }
    fine("x:{id}", "{id}-x/y-{id}");
}

#[test]
fn a_capture_that_nothing_uses_is_a_fault() {
    one(
        "x:{id}",
        "x",
        "/operations/0: nothing uses `{id}`: name it in `resource`, or `path.id` in `params` or `ignore`",
    );
    for used in [
        r#""resource": "x", "ignore": ["path.id"]"#,
        r#""resource": "x", "params": {"p": "path.id"}"#,
    ] {
        fine(r#""resource": "x:{id}""#, used);
    }
}

#[test]
fn actions_are_names() {
    for wrong in ["", "a b", "a\\tb", &"a".repeat(129)] {
        one(
            r#""read""#,
            &format!("\"{wrong}\""),
            "/operations/0/action: expected an action of 1 to 128 visible ASCII characters without `\"` and `\\`, as grants name them",
        );
    }
    fine(r#""read""#, &format!("\"{}\"", "a".repeat(128)));
    fine(r#""read""#, "\"rds:DescribeDBInstances\"");
    one(
        r#""upstream": "u""#,
        r#""upstream": "v""#,
        "/operations/0/upstream: `v` is no upstream",
    );
}

#[test]
fn parameters_have_a_source_and_a_type() {
    for good in [
        r#""params": {"p": "query.a.b"}"#,
        r#""params": {"p": {"from": "query.p"}}"#,
        r#""params": {"p": {"from": "query.p", "type": "text", "optional": false}}"#,
        r#""params": {"p": {"from": "body./a~1b~0c", "type": "list", "optional": true}}"#,
        r#""params": {"p": "body./"}"#,
        r#""params": {"p": {"from": "body./*/a", "type": "number"}, "q": "body./*/b"}"#,
        r#""params": {"p": {"from": "header.x-a", "type": "boolean"}}"#,
        r#""params": {"p": {"from": "path.id", "type": "integer"}}"#,
        r#""params": {"p": "query.p"}, "ignore": ["query.q", "body./x", "body./y/*/z"]"#,
    ] {
        fine_operation(good);
    }
    let expected = "expected `query.name`, `body./pointer`, `form.name`, `path.capture` or `header.name`, found";
    for (params, place, message) in [
        (r#"{"p": "cookie.a"}"#, "p", format!("{expected} `cookie.a`")),
        (r#"{"p": "query"}"#, "p", format!("{expected} `query`")),
        (r#"{"p": "query."}"#, "p", format!("{expected} `query.`")),
        (r#"{"p": ""}"#, "p", format!("{expected} ``")),
        (r#"{"p": 1}"#, "p", "expected an object, found the number `1`".into()),
        (r#"{"p": {"from": "x"}}"#, "p/from", format!("{expected} `x`")),
        (r#"{"p": {}}"#, "p", "missing member `from`".into()),
        (
            r#"{"p": {"from": "query.p", "type": "float"}}"#,
            "p/type",
            "expected `text`, `integer`, `number`, `boolean` or `list`".into(),
        ),
        (
            r#"{"p": {"from": "query.p", "optional": "yes"}}"#,
            "p/optional",
            "expected `true` or `false`, found the string `yes`".into(),
        ),
        (r#"{"p": "path.x"}"#, "p", "`x` is not captured by `match`".into()),
        (
            r#"{"p": "body.a"}"#,
            "p",
            "expected a pointer that begins with `/`".into(),
        ),
        (
            r#"{"p": "body."}"#,
            "p",
            "expected a pointer that begins with `/`".into(),
        ),
        (
            r#"{"p": "body./a/0"}"#,
            "p",
            "`0` would point to one element of an array, expected a name or `*`".into(),
        ),
        (
            r#"{"p": "body./a~2"}"#,
            "p",
            "`~` in `a~2` is followed by neither `0` nor `1`".into(),
        ),
        (
            r#"{"p": "body./a~"}"#,
            "p",
            "`~` in `a~` is followed by neither `0` nor `1`".into(),
        ),
        (
            r#"{"p": "body./*/a/*"}"#,
            "p",
            "expected at most one `*` in a pointer".into(),
        ),
        (
            r#"{"p": "header.X"}"#,
            "p",
            "expected a header name of `a-z`, `0-9` and `-`, found `X`".into(),
        ),
        (r#"{"p": "header.cookie"}"#, "p", "`cookie` never passes".into()),
        (
            r#"{"": "query.p"}"#,
            "",
            "expected a parameter's name of 1 to 1024 bytes".into(),
        ),
    ] {
        operation(
            &format!("\"params\": {params}"),
            &format!("/operations/0/params/{place}: {message}"),
        );
    }
    let deep = |steps: usize| {
        format!(
            r#""params": {{"p": "body{}"}}"#,
            "./a".to_owned() + &"/a".repeat(steps - 1)
        )
    };
    fine_operation(&deep(32));
    operation(&deep(33), "/operations/0/params/p: the pointer has more than 32 steps");
}

#[test]
fn a_list_is_made_in_one_way() {
    let message = "expected a list from a JSON body, and without `*`, which makes a list by itself";
    for source in ["query.p", "header.x-p", "path.id", "body./p/*", "body./*/p"] {
        operation(
            &format!(r#""params": {{"p": {{"from": "{source}", "type": "list"}}}}"#),
            &format!("/operations/0/params/p: {message}"),
        );
    }
}

#[test]
fn each_source_is_named_once() {
    let same = "another `params` or `ignore` names the same place";
    for (members, place, message) in [
        (r#""params": {"p": "query.a", "q": "query.a"}"#, "params/q", same),
        (r#""params": {"p": "query.a"}, "ignore": ["query.a"]"#, "ignore/0", same),
        (r#""params": {"p": "header.x-a", "q": "header.x-a"}"#, "params/q", same),
        (r#""params": {"p": "path.id", "q": "path.id"}"#, "params/q", same),
        (
            r#""params": {"p": "body./a", "q": "body./a"}"#,
            "params/q",
            "another pointer names the same value",
        ),
        (
            r#""params": {"p": "body./a"}, "ignore": ["body./A"]"#,
            "ignore/0",
            "another pointer names a member that differs in case only",
        ),
        (
            r#""params": {"p": "body./a/b", "q": "body./A/c"}"#,
            "params/q",
            "another pointer names a member that differs in case only",
        ),
        (
            r#""params": {"p": "body./a", "q": "body./a/b"}"#,
            "params/q",
            "another pointer names a value that this one lies in",
        ),
        (
            r#""params": {"p": "body./a/b", "q": "body./a"}"#,
            "params/q",
            "another pointer names a value that lies in this one",
        ),
        (
            r#""params": {"p": "body./a/b"}, "ignore": ["body./a"]"#,
            "ignore/0",
            "another pointer names a value that lies in this one",
        ),
        (
            r#""params": {"p": "body./a/b", "q": "body./a/*"}"#,
            "params/q",
            "another pointer says that this is an object where this one says array, or the reverse",
        ),
        (
            r#""params": {"p": "body./*", "q": "body./a"}"#,
            "params/q",
            "another pointer says that this is an object where this one says array, or the reverse",
        ),
    ] {
        operation(members, &format!("/operations/0/{place}: {message}"));
    }
    operation(
        r#""ignore": ["header.x-a"]"#,
        "/operations/0/ignore/0: `header.x-a` is not sent unless `headers` names it, so there is nothing to ignore",
    );
}

#[test]
fn mapped_and_ignored_names_have_a_common_limit() {
    let params = |count: usize| {
        (0..count)
            .map(|index| format!(r#""p{index}": "query.p{index}""#))
            .collect::<Vec<_>>()
            .join(",")
    };
    fine_operation(&format!(r#""params": {{{}}}, "ignore": ["query.x"]"#, params(63)));
    operation(
        &format!(r#""params": {{{}}}, "ignore": ["query.x"]"#, params(64)),
        "/operations/0: more than 64 `params` and `ignore` together",
    );
}

#[test]
fn headers_of_an_operation_are_such_as_can_pass() {
    fine_operation(r#""headers": ["idempotency-key", "x-trace", "accept"]"#);
    for name in [
        "cookie",
        "host",
        "authorization",
        "connection",
        "te",
        "trailer",
        "content-length",
        "content-type",
        "content-encoding",
        "transfer-encoding",
        "expect",
        "upgrade",
        "forwarded",
        "via",
        "proxy-authorization",
        "x-forwarded",
        "x-forwarded-for",
        "x-original-url",
        "x-rewrite-url",
        "x-http-method-override",
        "x-http-methodoverride",
        "x-method-override",
        "x-real-ip",
        "x-envoy-retry-on",
        "cf-ray",
        "edgewrit-x",
        "dpop",
    ] {
        operation(
            &format!(r#""headers": ["{name}"]"#),
            &format!("/operations/0/headers/0: `{name}` never passes"),
        );
    }
    for name in ["X-Trace", "x_trace", "x trace", "", ":path", "é"] {
        operation(
            &format!(r#""headers": ["{name}"]"#),
            &format!("/operations/0/headers/0: expected a header name of `a-z`, `0-9` and `-`, found `{name}`"),
        );
    }
    let text = base().replacen(
        r#"{"origin""#,
        r#"{"credential": {"set": {"x_api_key": "${secret:EDGE_KEY}"}}, "origin""#,
        1,
    );
    let text = text.replacen(r#""action""#, r#""headers": ["x-api-key"], "action""#, 1);
    assert_eq!(
        faults(&text),
        ["/operations/0: `x-api-key` is set by the upstream's credential, so it cannot come from the client"]
    );
}

#[test]
fn bodies_have_a_type_and_a_limit() {
    let with = |body: &str| format!(r#""params": {{"p": "body./p"}}, "body": {body}"#);
    for good in [
        "{}",
        r#"{"type": "application/json"}"#,
        r#"{"limit": 1}"#,
        r#"{"limit": 1048576}"#,
    ] {
        fine_operation(&with(good));
    }
    operation(
        &with(r#"{"type": "text/plain"}"#),
        "/operations/0/body/type: expected `application/json`, as the body's sources are spelled",
    );
    for wrong in ["0", "1048577"] {
        operation(
            &with(&format!(r#"{{"limit": {wrong}}}"#)),
            &format!("/operations/0/body/limit: expected a whole number from 1 to 1048576, found the number `{wrong}`"),
        );
    }
    operation(
        r#""body": {"limit": 10}"#,
        "/operations/0/body: no `params` or `ignore` names anything in the body, so none is taken",
    );
    fine_operation(r#""ignore": ["body./note"], "body": {"limit": 10}"#);
    for source in ["header.x-p", "path.id", "body./p", "body./p/*"] {
        operation(
            &format!(r#""params": {{"p": {{"from": "{source}", "list": true}}}}"#),
            "/operations/0/params/p: `list` is for `query.` and `form.`, where a name may come several times",
        );
    }
    fine_operation(r#""params": {"p": {"from": "query.p", "type": "integer", "list": true, "optional": true}}"#);
    let form = |body: &str| format!(r#""params": {{"p": "form.p"}}, "ignore": ["form.q"]{body}"#);
    fine_operation(&form(""));
    fine_operation(&form(
        r#", "body": {"type": "application/x-www-form-urlencoded", "limit": 1}"#,
    ));
    operation(
        &form(r#", "body": {"type": "application/json"}"#),
        "/operations/0/body/type: expected `application/x-www-form-urlencoded`, as the body's sources are spelled",
    );
    operation(
        r#""params": {"p": "form.p"}, "ignore": ["body./q"]"#,
        "/operations/0: `body.` names JSON and `form.` a form, and a body is only one of them",
    );
    operation(
        r#""params": {"p": "form.p"}, "ignore": ["form.p"]"#,
        "/operations/0/ignore/0: another `params` or `ignore` names the same place",
    );
    operation(
        r#""cache_control": "public""#,
        "/operations/0/cache_control: expected `pass`",
    );
}

#[test]
fn faults_do_not_cascade() {
    let text = base()
        .replacen("https://u.example", "ftp://u.example", 1)
        .replacen("GET /x/{id}", "GET x", 1);
    let text = text.replacen(r#""action""#, r#""params": {"p": "path.id"}, "action""#, 1);
    let found = faults(&text);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn hosts_are_written_as_requests_name_them() {
    let with = |hosts: &str| format!(r#""hosts": {hosts}, "audience": "a""#);
    let audience = r#""audience": "a""#;
    for hosts in [
        r#"["a.example"]"#,
        r#"["a.example:443", "127.0.0.1:8080", "[::1]:1", "localhost"]"#,
    ] {
        fine(audience, &with(hosts));
    }
    let host = "/hosts/0: expected a host such as `api.example` or `api.example:8443`, in lower case";
    for wrong in [
        "",
        "A.example",
        "a.example/",
        "a@b",
        "a,b",
        "*.example",
        "a..b",
        "127.1",
    ] {
        one(audience, &with(&format!(r#"["{wrong}"]"#)), host);
    }
    one(
        audience,
        &with(r#"["a.example:0"]"#),
        "/hosts/0: expected a port from 1 to 65535, found `0`",
    );
    one(
        audience,
        &with("[]"),
        "/hosts: expected at least one host; without `hosts` all are served",
    );
}
