//! Every kind of rule, at the boundaries of its admitted values.

use crate::deciding::refusal;
use crate::support::{attempt, permits, with_rule};
use edgewrit_shared::grant::Grants;

/// `rule` on parameter `p` admits each of `admitted` and none of `refused`, which are objects of
/// parameters.
fn rule(rule: &str, admitted: &[&str], refused: &[&str]) {
    let grant = with_rule(rule);
    for params in admitted {
        assert!(
            permits(&grant, &attempt("act", "res", params)),
            "{rule} admits {params}"
        );
    }
    for params in refused {
        assert!(
            !permits(&grant, &attempt("act", "res", params)),
            "{rule} refuses {params}"
        );
    }
}

const ABSENT: &str = "{}";

#[test]
fn eq_admits_one_value_of_one_type() {
    rule(
        r#"{"eq":"JFK"}"#,
        &[r#"{"p":"JFK"}"#, r#"{"p":"JFK","q":"LHR"}"#],
        &[
            ABSENT,
            r#"{"p":"jfk"}"#,
            r#"{"p":"JFK "}"#,
            r#"{"p":""}"#,
            r#"{"p":["JFK"]}"#,
            r#"{"q":"JFK"}"#,
        ],
    );
    rule(r#"{"eq":""}"#, &[r#"{"p":""}"#], &[ABSENT, r#"{"p":" "}"#]);
    rule(
        r#"{"eq":1}"#,
        &[r#"{"p":1}"#, r#"{"p":1.0}"#, r#"{"p":10e-1}"#],
        &[
            ABSENT,
            r#"{"p":"1"}"#,
            r#"{"p":true}"#,
            r#"{"p":1.0000000000000000000000001}"#,
            r#"{"p":-1}"#,
        ],
    );
    rule(
        r#"{"eq":0}"#,
        &[r#"{"p":-0}"#, r#"{"p":0e5}"#],
        &[r#"{"p":false}"#, r#"{"p":1e-9999}"#],
    );
    rule(
        r#"{"eq":true}"#,
        &[r#"{"p":true}"#],
        &[ABSENT, r#"{"p":false}"#, r#"{"p":"true"}"#, r#"{"p":1}"#],
    );
}

#[test]
fn in_admits_the_values_that_it_lists() {
    rule(
        r#"{"in":["a",2,false]}"#,
        &[r#"{"p":"a"}"#, r#"{"p":2}"#, r#"{"p":2.0}"#, r#"{"p":false}"#],
        &[
            ABSENT,
            r#"{"p":"b"}"#,
            r#"{"p":1}"#,
            r#"{"p":true}"#,
            r#"{"p":["a"]}"#,
            r#"{"p":"2"}"#,
        ],
    );
}

#[test]
fn glob_admits_text_that_matches() {
    rule(
        r#"{"glob":"J*/1"}"#,
        &[r#"{"p":"J/1"}"#, r#"{"p":"JFK/1"}"#],
        &[
            ABSENT,
            r#"{"p":"JFK/12"}"#,
            r#"{"p":"J/F/1"}"#,
            r#"{"p":"J:F/1"}"#,
            r#"{"p":1}"#,
            r#"{"p":["J/1"]}"#,
        ],
    );
    rule(
        r#"{"glob":"**"}"#,
        &[r#"{"p":""}"#, r#"{"p":"a/b:c"}"#],
        &[ABSENT, r#"{"p":true}"#],
    );
}

#[test]
fn min_and_max_admit_their_bound() {
    rule(
        r#"{"min":0.1}"#,
        &[r#"{"p":0.1}"#, r#"{"p":1e-1}"#, r#"{"p":1e400}"#],
        &[
            ABSENT,
            r#"{"p":0.0999999999999999999999}"#,
            r#"{"p":-1e400}"#,
            r#"{"p":"1"}"#,
            r#"{"p":true}"#,
        ],
    );
    rule(
        r#"{"max":4}"#,
        &[r#"{"p":4}"#, r#"{"p":4.0}"#, r#"{"p":-4}"#, r#"{"p":-1e9999}"#],
        &[
            ABSENT,
            r#"{"p":4.0000000000000000000000001}"#,
            r#"{"p":5}"#,
            r#"{"p":"4"}"#,
            r#"{"p":[4]}"#,
        ],
    );
}

#[test]
fn not_in_admits_other_values_of_the_types_it_lists() {
    rule(
        r#"{"not_in":["a",2]}"#,
        &[
            r#"{"p":"b"}"#,
            r#"{"p":""}"#,
            r#"{"p":"A"}"#,
            r#"{"p":1}"#,
            r#"{"p":2.5}"#,
        ],
        &[
            ABSENT,
            r#"{"p":"a"}"#,
            r#"{"p":2}"#,
            r#"{"p":20e-1}"#,
            r#"{"p":true}"#,
            r#"{"p":["b"]}"#,
        ],
    );
    rule(
        r#"{"not_in":[true]}"#,
        &[r#"{"p":false}"#],
        &[r#"{"p":true}"#, r#"{"p":"false"}"#, r#"{"p":0}"#],
    );
}

#[test]
fn length_counts_scalar_values_and_elements() {
    rule(
        r#"{"length":{"min":1,"max":2}}"#,
        &[
            r#"{"p":"a"}"#,
            r#"{"p":"ab"}"#,
            r#"{"p":"éé"}"#,
            r#"{"p":"\ud83d\ude00a"}"#,
            r#"{"p":[1]}"#,
            r#"{"p":["abc",2]}"#,
        ],
        &[
            ABSENT,
            r#"{"p":""}"#,
            r#"{"p":"abc"}"#,
            r#"{"p":"e\u0301a"}"#,
            r#"{"p":[]}"#,
            r#"{"p":[1,2,3]}"#,
            r#"{"p":1}"#,
            r#"{"p":true}"#,
        ],
    );
    rule(
        r#"{"length":{"max":0}}"#,
        &[r#"{"p":""}"#, r#"{"p":[]}"#],
        &[r#"{"p":"a"}"#, r#"{"p":[""]}"#, ABSENT],
    );
    rule(
        r#"{"length":{"min":2}}"#,
        &[r#"{"p":"ab"}"#, r#"{"p":"abc"}"#],
        &[r#"{"p":"a"}"#],
    );
}

#[test]
fn each_admits_lists_of_admitted_elements() {
    rule(
        r#"{"each":{"in":["A","B"]}}"#,
        &[r#"{"p":["A"]}"#, r#"{"p":["B","A","B"]}"#],
        &[
            ABSENT,
            r#"{"p":[]}"#,
            r#"{"p":["A","C"]}"#,
            r#"{"p":["A",1]}"#,
            r#"{"p":"A"}"#,
            r#"{"p":[["A"]]}"#,
        ],
    );
    rule(
        r#"{"each":{"min":1},"length":{"max":2}}"#,
        &[r#"{"p":[1,2]}"#],
        &[r#"{"p":[1,2,3]}"#, r#"{"p":[0]}"#, r#"{"p":"1"}"#],
    );
    rule(
        r#"{"each":{"each":{"eq":1}}}"#,
        &[r#"{"p":[[1],[1,1]]}"#],
        &[r#"{"p":[1]}"#, r#"{"p":[[1],[]]}"#],
    );
}

#[test]
fn absent_admits_that_there_is_no_value() {
    rule(
        r#"{"absent":true}"#,
        &[ABSENT, r#"{"q":1}"#],
        &[r#"{"p":""}"#, r#"{"p":[]}"#, r#"{"p":false}"#],
    );
}

#[test]
fn optional_admits_no_value_or_an_admitted_one() {
    rule(
        r#"{"optional":{"min":1,"max":4}}"#,
        &[ABSENT, r#"{"q":9}"#, r#"{"p":1}"#, r#"{"p":4}"#],
        &[r#"{"p":0}"#, r#"{"p":5}"#, r#"{"p":"1"}"#, r#"{"p":[]}"#],
    );
}

/// Asserts that the kind admits each of the texts `admitted` and none of `refused`, nor a value
/// that is no text.
fn text_kind(kind: &str, operand: &str, admitted: &[&str], refused: &[&str]) {
    let grant = with_rule(&serde_json::json!({ kind: operand }).to_string());
    let permits_text = |text: &&str| {
        let params = serde_json::json!({ "p": text }).to_string();
        permits(&grant, &attempt("act", "res", &params))
    };
    for text in admitted {
        assert!(permits_text(text), "{kind} {operand} admits {text:?}");
    }
    for text in refused {
        assert!(!permits_text(text), "{kind} {operand} refuses {text:?}");
    }
    rule(
        &serde_json::json!({ kind: operand }).to_string(),
        &[],
        &[ABSENT, r#"{"p":1}"#, r#"{"p":["/a"]}"#],
    );
}

#[test]
fn under_admits_the_path_and_every_path_below() {
    text_kind(
        "under",
        "/data/x",
        &["/data/x", "/data/x/y", "/data/x/y/z.txt", "/data/x/...", "/data/x/é"],
        &[
            "/data",
            "/data/xy",
            "/data/",
            "/",
            "",
            "data/x",
            "/data/x/",
            "/data/x//y",
            "/data/x/./y",
            "/data/x/../x",
            "/data/x/..",
            "/Data/x",
            "/data/x/a\\b",
            "/data/x/%2e%2e",
            "/data/x/~",
            "/data/x/~root",
            "/data/x/a\u{0}",
            "/data/x/\n",
            "/data/x/\u{7f}",
            "//data/x",
            "/data/x/.",
        ],
    );
    text_kind("under", "/", &["/", "/a", "/a/b"], &["", "a", "//", "/..", "/a/"]);
}

#[test]
fn cidr_admits_addresses_of_the_network() {
    text_kind(
        "cidr",
        "10.128.0.0/9",
        &["10.128.0.0", "10.255.255.255", "10.200.1.2"],
        &[
            "10.127.255.255",
            "11.0.0.0",
            "",
            "10.128.0",
            "10.128.0.0.0",
            "10.128.0.00",
            "010.128.0.0",
            "10.128.0.256",
            "0xa.128.0.0",
            "176160768",
            " 10.128.0.0",
            "10.128.0.0/9",
            "::ffff:10.128.0.0",
            "::10.128.0.0",
            "10.128.0.0%eth0",
            "10.128.0.0:80",
        ],
    );
    text_kind(
        "cidr",
        "0.0.0.0/0",
        &["0.0.0.0", "255.255.255.255"],
        &["::", "::ffff:1.2.3.4"],
    );
    text_kind("cidr", "10.0.0.1/32", &["10.0.0.1"], &["10.0.0.0", "10.0.0.2"]);
    text_kind(
        "cidr",
        "2001:db8::/33",
        &[
            "2001:db8::",
            "2001:DB8:7fff::1",
            "2001:db8:0:0:0:0:0:1",
            "2001:db8::1.2.3.4",
        ],
        &[
            "2001:db8:8000::",
            "2001:db7::",
            "2001:db8::1%1",
            "[2001:db8::1]",
            "2001:db8:::1",
            "2001:db8::12345",
            "10.0.0.1",
        ],
    );
    text_kind(
        "cidr",
        "::/0",
        &["::", "ffff::", "::1", "64:ff9b::1.2.3.4"],
        &["::ffff:1.2.3.4", "::ffff:0:0", "1.2.3.4"],
    );
    text_kind(
        "cidr",
        "2001:db8::1/128",
        &["2001:db8::1"],
        &["2001:db8::", "2001:db8::2"],
    );
}

#[test]
fn domain_admits_urls_of_the_name() {
    text_kind(
        "domain",
        "example.com",
        &[
            "https://example.com",
            "http://example.com/",
            "https://EXAMPLE.com:8443/a?b=%20c#d",
            "https://example.com/@evil.com",
            "https://example.com:1/",
            "https://example.com:65535",
        ],
        &[
            "example.com",
            "//example.com/",
            "HTTPS://example.com/",
            "ftp://example.com/",
            "https:/example.com/",
            "https:example.com",
            "https:///example.com/",
            "https://a.example.com/",
            "https://notexample.com/",
            "https://example.com.evil.com/",
            "https://example.com./",
            "https://example.com@evil.com/",
            "https://evil.com@example.com/",
            "https://:@example.com/",
            "https://example.com\\@evil.com/",
            "https://evil.com\\example.com/",
            "https://example%2ecom/",
            "https://example.com?x",
            "https://example.com#x",
            "https://example.com:/",
            "https://example.com:0/",
            "https://example.com:080/",
            "https://example.com:65536/",
            "https://example.com:+80/",
            "https://example.com:80:80/",
            " https://example.com/",
            "https://example.com/ ",
            "https://exam\tple.com/",
            "https://example.com/\n",
            "https://éxample.com/",
            "https://example\u{3002}com/",
            "https://example..com/",
            "https://.example.com/",
            "",
        ],
    );
    text_kind(
        "domain",
        "*.example.com",
        &[
            "https://a.example.com",
            "https://b.a.example.com:8443/",
            "http://A-1.Example.COM/x",
            "https://xn--e1a.example.com/",
        ],
        &[
            "https://example.com/",
            "https://.example.com/",
            "https://aexample.com/",
            "https://a_b.example.com/",
            "https://-a.example.com/",
            "https://a-.example.com/",
        ],
    );
    text_kind(
        "domain",
        "localhost",
        &["http://localhost:3000/"],
        &["http://127.0.0.1/", "http://[::1]/"],
    );
    // A name whose last label begins with a digit can be an IP address.
    text_kind(
        "domain",
        "a.b1",
        &["https://a.b1/"],
        &["https://a.1b/", "https://a.0x7f/", "https://a.1/"],
    );
}

#[test]
fn names_and_labels_have_their_longest_form() {
    let label = "a".repeat(63);
    let name = [label.as_str(); 3].join(".") + "." + &"a".repeat(61);
    assert_eq!(name.len(), 253);
    text_kind(
        "domain",
        &name,
        &[&format!("https://{name}/")],
        &[&format!("https://{name}a/")],
    );
    text_kind(
        "domain",
        "*.b",
        &[&format!("https://{label}.b/")],
        &[&format!("https://{label}a.b/")],
    );
}

#[test]
fn all_kinds_of_a_rule_hold() {
    rule(
        r#"{"min":1,"max":4}"#,
        &[r#"{"p":1}"#, r#"{"p":2.5}"#, r#"{"p":4}"#],
        &[r#"{"p":0.999}"#, r#"{"p":4.001}"#],
    );
    rule(
        r#"{"in":[1,2,3],"min":2}"#,
        &[r#"{"p":2}"#, r#"{"p":3}"#],
        &[r#"{"p":1}"#, r#"{"p":4}"#],
    );
    rule(r#"{"eq":"a","min":1}"#, &[], &[r#"{"p":"a"}"#, r#"{"p":1}"#, ABSENT]);
}

#[test]
fn a_refusal_names_the_found_value() {
    for (params, reason) in [
        ("{}", "parameter `p` is absent, expected `{\"max\":4,\"min\":1}`"),
        (
            r#"{"p":50}"#,
            "parameter `p` is the number `50`, expected `{\"max\":4,\"min\":1}`",
        ),
        (
            r#"{"p":"two"}"#,
            "parameter `p` is the text `two`, expected `{\"max\":4,\"min\":1}`",
        ),
        (
            r#"{"p":true}"#,
            "parameter `p` is `true`, expected `{\"max\":4,\"min\":1}`",
        ),
        (
            r#"{"p":[1]}"#,
            "parameter `p` is a list, expected `{\"max\":4,\"min\":1}`",
        ),
        (
            "{\"p\":\"a\\u000ab\"}",
            "parameter `p` is the text `a\\nb`, expected `{\"max\":4,\"min\":1}`",
        ),
    ] {
        let grants = Grants::new(vec![with_rule(r#"{"min":1,"max":4}"#)]);
        assert_eq!(refusal(&grants, &attempt("act", "res", params)), reason);
    }
}
