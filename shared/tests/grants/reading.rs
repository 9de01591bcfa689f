//! Reading of structured grants: accepted grants, refused texts with their faults, and the
//! canonical form.

use crate::support::{faults, grant, read};
use edgewrit_shared::limits::{
    ACTION_BYTES, ACTIONS_PER_GRANT, ALLOWANCE_BYTES, IN_VALUES, RESOURCES_PER_GRANT, RULE_TEXT_BYTES, RULES_PER_GRANT,
    USES,
};
use edgewrit_shared::time::UnixSeconds;
use serde_json::{Value, json};

fn plain() -> Value {
    json!({"type": "writ", "actions": ["read"], "resources": ["db:**"]})
}

/// `plain`, with one member replaced or added.
fn with(name: &str, value: Value) -> String {
    let mut grant = plain();
    grant[name] = value;
    grant.to_string()
}

fn names(count: usize) -> Value {
    (0..count).map(|number| format!("n{number}")).collect()
}

#[test]
fn grants_are_written_in_canonical_form() {
    for (written, canonical) in [
        (
            r#"{"resources":["b","a\\x"],"actions":["y","x"],"type":"writ"}"#,
            r#"{"type":"writ","actions":["x","y"],"resources":["ax","b"]}"#,
        ),
        (
            r#"{"type":"writ","actions":["a"],"resources":["\\*"],"rules":{"z":{"min":1e0,"max":2.50},"b":{"in":["b",1.0,true,"a"]}}}"#,
            r#"{"type":"writ","actions":["a"],"resources":["\\*"],"rules":{"b":{"in":["a","b",1,true]},"z":{"max":2.5,"min":1}}}"#,
        ),
        (
            r#"{"type":"writ","actions":["a"],"resources":["r"],"rules":{"p":{"eq":"q\"\n"},"q":{"glob":"a\\b*"},"r":{"eq":false}}}"#,
            r#"{"type":"writ","actions":["a"],"resources":["r"],"rules":{"p":{"eq":"q\"\n"},"q":{"glob":"ab*"},"r":{"eq":false}}}"#,
        ),
        (
            r#"{"type":"writ","actions":["a"],"resources":["r"],"rules":{"p":{"under":"/a","not_in":["b","a"],"length":{"min":1,"max":2},"domain":"*.b.c","cidr":"2001:DB8:0::/32"},"o":{"optional":{"each":{"eq":1}}},"q":{"absent":true},"r":{"length":{"min":0}}}}"#,
            r#"{"type":"writ","actions":["a"],"resources":["r"],"rules":{"o":{"optional":{"each":{"eq":1}}},"p":{"cidr":"2001:db8::/32","domain":"*.b.c","length":{"max":2,"min":1},"not_in":["a","b"],"under":"/a"},"q":{"absent":true},"r":{"length":{"min":0}}}}"#,
        ),
        (
            r#"{"uses":{"allowance":"a-1","max":2e0},"type":"writ","actions":["a"],"resources":["r"]}"#,
            r#"{"type":"writ","actions":["a"],"resources":["r"],"uses":{"max":2,"allowance":"a-1"}}"#,
        ),
        (
            r#"{"type":"writ","actions":["rds:DescribeDBInstances"],"resources":["r"],"uses":{"max":1}}"#,
            r#"{"type":"writ","actions":["rds:DescribeDBInstances"],"resources":["r"],"uses":{"max":1}}"#,
        ),
        (
            r#"{"scope":"read:customers:42","type":"writ"}"#,
            r#"{"type":"writ","actions":["read"],"resources":["customers:42"]}"#,
        ),
        (
            r#"{"scope":"read:customers:*","type":"writ"}"#,
            r#"{"type":"writ","scope":"read:customers:*"}"#,
        ),
    ] {
        let first = grant(written);
        assert_eq!(first.to_json(), canonical);
        assert_eq!(grant(canonical), first);
        assert_eq!(grant(canonical).to_json(), canonical);
    }
}

#[test]
fn every_fault_has_its_place_and_the_expected_value() {
    for (written, expected) in [
        (r#"[]"#, "/: expected an object, found an array"),
        (r#"{"actions":["a"],"resources":["r"]}"#, "/: missing member `type`"),
        (r#"{"type":"writ","resources":["r"]}"#, "/: missing member `actions`"),
        (r#"{"type":"writ","actions":["a"]}"#, "/: missing member `resources`"),
        (
            &with("type", json!("payment")),
            "/type: expected the type `writ`, found the string `payment`",
        ),
        (
            &with("type", json!(1)),
            "/type: expected a string, found the number `1`",
        ),
        (
            &with("action", json!(["read"])),
            "/action: unknown member `action`, expected one of `type`, `actions`, `resources`, `rules`, `uses`, `not_before`, `not_after`, `scope`",
        ),
        (
            &with("actions", json!("read")),
            "/actions: expected an array, found the string `read`",
        ),
        (
            &with("actions", json!([])),
            "/actions: an empty array, expected at least one element",
        ),
        (
            &with("actions", json!(["a", "b", "a"])),
            "/actions/2: an element that stands there already, expected each once",
        ),
        (
            &with("actions", json!([1])),
            "/actions/0: expected a string, found the number `1`",
        ),
        (
            &with("resources", json!([])),
            "/resources: an empty array, expected at least one element",
        ),
        (
            &with("resources", json!(["a", "\\a"])),
            "/resources/1: an element that stands there already, expected each once",
        ),
        (
            &with("resources", json!(["a/**/b"])),
            "/resources/0: `**` inside a pattern, expected it only at the end",
        ),
        (&with("rules", json!({})), "/rules: 0 rules, expected 1 to 16"),
        (&with("rules", json!([])), "/rules: expected an object, found an array"),
        (
            &with("rules", json!({"p": {}})),
            "/rules/p: a rule that says nothing, expected at least one kind",
        ),
        (
            &with("rules", json!({"": {"eq": 1}})),
            "/rules/: a parameter name of 0 bytes, expected 1 to 1024",
        ),
        (
            &with("rules", json!({"p": {"eq": null}})),
            "/rules/p/eq: expected a string, a number, `true` or `false`, found null",
        ),
        (
            &with("rules", json!({"p": {"eq": ["a"]}})),
            "/rules/p/eq: expected a string, a number, `true` or `false`, found an array",
        ),
        (
            &with("rules", json!({"p": {"in": []}})),
            "/rules/p/in: an empty array, expected at least one element",
        ),
        (
            &with("rules", json!({"p": {"in": [1, 1.0]}})),
            "/rules/p/in/1: an element that stands there already, expected each once",
        ),
        (
            &with("rules", json!({"p": {"glob": 1}})),
            "/rules/p/glob: expected a string, found the number `1`",
        ),
        (
            &with("rules", json!({"p": {"glob": ""}})),
            "/rules/p/glob: an empty pattern, expected at least one character",
        ),
        (
            &with("rules", json!({"p": {"min": "1"}})),
            "/rules/p/min: expected a number, found the string `1`",
        ),
        (
            &with("rules", json!({"p": {"max": true}})),
            "/rules/p/max: expected a number, found `true`",
        ),
        (
            &with("uses", json!(1)),
            "/uses: expected an object, found the number `1`",
        ),
        (&with("uses", json!({})), "/uses: missing member `max`"),
        (
            &with("uses", json!({"max": 0})),
            "/uses/max: expected a whole number from 1 to 1000000, found the number `0`",
        ),
        (
            &with("uses", json!({"max": 1.5})),
            "/uses/max: expected a whole number from 1 to 1000000, found the number `1.5`",
        ),
        (
            &with("uses", json!({"max": 1, "min": 1})),
            "/uses/min: unknown member `min`, expected one of `max`, `allowance`",
        ),
        (
            &with("uses", json!({"max": 1, "allowance": ""})),
            "/uses/allowance: expected a name of visible ASCII characters without `\"` and `\\`, found the string ``",
        ),
        (
            &with("rules", json!({"p": {"not_in": []}})),
            "/rules/p/not_in: an empty array, expected at least one element",
        ),
        (
            &with("rules", json!({"p": {"length": {}}})),
            "/rules/p/length: a length without bounds, expected `min` or `max`",
        ),
        (
            &with("rules", json!({"p": {"length": {"min": -1}}})),
            "/rules/p/length/min: expected a whole number from 0 to 1048576, found the number `-1`",
        ),
        (
            &with("rules", json!({"p": {"length": {"min": 1, "least": 1}}})),
            "/rules/p/length/least: unknown member `least`, expected one of `max`, `min`",
        ),
        (
            &with("rules", json!({"p": {"length": 3}})),
            "/rules/p/length: expected an object, found the number `3`",
        ),
        (
            &with("rules", json!({"p": {"each": {}}})),
            "/rules/p/each: a rule that says nothing, expected at least one kind",
        ),
        (
            &with("rules", json!({"p": {"each": {"absent": true}}})),
            "/rules/p/each: `absent` or `optional` inside a rule, expected it only as a parameter's own rule",
        ),
        (
            &with("rules", json!({"p": {"optional": {"optional": {"eq": 1}}}})),
            "/rules/p/optional: `absent` or `optional` inside a rule, expected it only as a parameter's own rule",
        ),
        (
            &with("rules", json!({"p": {"optional": {"eq": 1}, "min": 1}})),
            "/rules/p: `absent` or `optional` beside other kinds, expected it alone",
        ),
        (
            &with("rules", json!({"p": {"absent": true, "eq": 1}})),
            "/rules/p: `absent` or `optional` beside other kinds, expected it alone",
        ),
        (
            &with("rules", json!({"p": {"absent": true, "optional": {"eq": 1}}})),
            "/rules/p: `absent` or `optional` beside other kinds, expected it alone",
        ),
        (
            &with("rules", json!({"p": {"absent": false}})),
            "/rules/p/absent: expected `true`, found `false`",
        ),
        (
            &with("rules", json!({"p": {"absent": 1}})),
            "/rules/p/absent: expected `true` or `false`, found the number `1`",
        ),
        (
            &with("scope", json!("a:b:c")),
            "/actions: member `actions` beside `scope`, expected `scope` and `type` alone",
        ),
        (
            r#"{"type":"writ","scope":"a:b"}"#,
            "/scope: a scope of fewer than three parts, expected `action:resource:identifier`",
        ),
    ] {
        assert_eq!(faults(written).first().map(String::as_str), Some(expected), "{written}");
    }
}

#[test]
fn unknown_kinds_of_rules_are_faults() {
    for kind in ["EQ", "not", "any", "regex", ""] {
        let faults = faults(&with("rules", json!({"p": {kind: "a", "eq": "a"}})));
        assert!(
            faults[0].starts_with(&format!("/rules/p/{kind}: unknown member `{kind}`")),
            "{faults:?}"
        );
    }
}

#[test]
fn values_of_text_kinds_have_a_required_form() {
    for (kind, sound, faulty) in [
        (
            "under",
            &["/", "/a", "/a/b.c"][..],
            &["", "a", "/a/", "//", "/a/../b", "/.", "/a\\b", "/%41", "/~", "/a\n"][..],
        ),
        (
            "cidr",
            &[
                "0.0.0.0/0",
                "10.0.0.0/8",
                "10.0.0.1/32",
                "::/0",
                "2001:db8::/32",
                "::1/128",
            ],
            &[
                "",
                "10.0.0.0",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/08",
                "10.0.0.0/+8",
                "10.0.0.0/-1",
                "10.0.0.1/31",
                "10.1.0.0/8",
                "10.0.0.0/8/8",
                "10.0.0/8",
                "::/129",
                "::1/127",
                "2001:db8::/16",
                "::ffff:10.0.0.0/104",
                "fe80::1%1/128",
                "1.0.0.0/0",
            ],
        ),
        (
            "domain",
            &["a", "a.b", "*.a.b", "xn--e1a.b", "a-b.c1"],
            &[
                "",
                "*",
                "*.",
                "A.b",
                "a.b.",
                ".a",
                "a..b",
                "*a.b",
                "a.*.b",
                "**.a",
                "a b",
                "a_b.c",
                "-a.b",
                "a.1",
                "10.0.0.1",
                "[::1]",
                "é.b",
                "https://a.b",
                "a.b:80",
                "a.b/",
            ],
        ),
    ] {
        for operand in sound {
            assert!(
                read(&with("rules", json!({"p": {kind: operand}}))).is_ok(),
                "{kind} {operand}"
            );
        }
        for operand in faulty {
            let faults = faults(&with("rules", json!({"p": {kind: operand}})));
            assert!(
                faults[0].starts_with(&format!("/rules/p/{kind}: expected a")),
                "{operand}: {faults:?}"
            );
        }
        assert_eq!(faults(&with("rules", json!({"p": {kind: 1}}))).len(), 1);
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let all = faults(
        r#"{"type":"other","actions":["a b"],"resources":["**a","\\"],"rules":{"p":{"min":"x","no":1},"q":{"eq":null}},"uses":{"max":0,"allowance":1},"x":1}"#,
    );
    let places: Vec<&str> = all.iter().map(|fault| fault.split(": ").next().unwrap()).collect();
    for place in [
        "/x",
        "/type",
        "/actions/0",
        "/resources/0",
        "/resources/1",
        "/rules/p/no",
        "/rules/p/min",
        "/rules/q/eq",
        "/uses/max",
        "/uses/allowance",
    ] {
        assert!(places.contains(&place), "{place} in {all:?}");
    }
    assert_eq!(places.len(), 10, "{all:?}");
}

#[test]
fn names_are_visible_ascii_without_quote_and_backslash() {
    for name in ["a", "!", "~", "rds:DescribeDBInstances", "'*", "#[]"] {
        grant(&with("actions", json!([name])));
        grant(&with("uses", json!({"max": 1, "allowance": name})));
    }
    for name in ["", " ", "a b", "\"", "\\", "\u{7f}", "\t", "é", "a\u{0}"] {
        assert_eq!(faults(&with("actions", json!([name]))).len(), 1, "{name:?}");
        assert_eq!(
            faults(&with("uses", json!({"max": 1, "allowance": name}))).len(),
            1,
            "{name:?}"
        );
    }
}

#[test]
fn limits_hold_at_their_boundary() {
    let long = |bytes: usize| "n".repeat(bytes);
    let path = |bytes: usize| format!("/{}", long(bytes - 1));
    let rules = |count: usize| -> Value {
        (0..count)
            .map(|number| (format!("p{number}"), json!({"eq": 1})))
            .collect()
    };
    for (name, within, beyond) in [
        ("actions", names(ACTIONS_PER_GRANT), names(ACTIONS_PER_GRANT + 1)),
        ("actions", json!([long(ACTION_BYTES)]), json!([long(ACTION_BYTES + 1)])),
        ("resources", names(RESOURCES_PER_GRANT), names(RESOURCES_PER_GRANT + 1)),
        ("rules", rules(RULES_PER_GRANT), rules(RULES_PER_GRANT + 1)),
        (
            "rules",
            json!({"p": {"in": names(IN_VALUES)}}),
            json!({"p": {"in": names(IN_VALUES + 1)}}),
        ),
        (
            "rules",
            json!({"p": {"eq": long(RULE_TEXT_BYTES)}}),
            json!({"p": {"eq": long(RULE_TEXT_BYTES + 1)}}),
        ),
        (
            "rules",
            json!({long(RULE_TEXT_BYTES): {"eq": 1}}),
            json!({long(RULE_TEXT_BYTES + 1): {"eq": 1}}),
        ),
        (
            "rules",
            json!({"p": {"not_in": names(IN_VALUES)}}),
            json!({"p": {"not_in": names(IN_VALUES + 1)}}),
        ),
        (
            "rules",
            json!({"p": {"under": path(RULE_TEXT_BYTES)}}),
            json!({"p": {"under": path(RULE_TEXT_BYTES + 1)}}),
        ),
        (
            "rules",
            json!({"p": {"length": {"max": 1_048_576}}}),
            json!({"p": {"length": {"max": 1_048_577}}}),
        ),
        ("uses", json!({"max": USES}), json!({"max": USES + 1})),
        ("uses", json!({"max": 1}), json!({"max": 0})),
        (
            "uses",
            json!({"max": 1, "allowance": long(ALLOWANCE_BYTES)}),
            json!({"max": 1, "allowance": long(ALLOWANCE_BYTES + 1)}),
        ),
    ] {
        assert!(read(&with(name, within)).is_ok(), "{name}");
        assert_eq!(faults(&with(name, beyond)).len(), 1, "{name}");
    }
}

#[test]
fn an_allowance_is_added_to_limited_grants_only() {
    let limited = grant(&with("uses", json!({"max": 3})));
    assert_eq!(
        limited.uses().map(|uses| (uses.max, uses.allowance.clone())),
        Some((3, None))
    );
    let counted = limited.clone().with_allowance("a-1".into());
    assert_eq!(
        counted.uses().map(|uses| (uses.max, uses.allowance.clone())),
        Some((3, Some("a-1".into())))
    );
    assert_eq!(counted, grant(&with("uses", json!({"max": 3, "allowance": "a-1"}))));
    assert_ne!(counted, limited);
    let unlimited = grant(&plain().to_string());
    assert_eq!(unlimited.clone().with_allowance("a-1".into()), unlimited);
    assert!(unlimited.uses().is_none());
}

#[test]
fn accessors_return_the_parts_of_a_grant() {
    let grant = grant(
        r#"{"type":"writ","actions":["b","a"],"resources":["s/**","r"],"not_before":1778400000,"not_after":1778400600}"#,
    );
    assert_eq!(grant.actions(), ["a", "b"]);
    let resources: Vec<String> = grant.resources().iter().map(ToString::to_string).collect();
    assert_eq!(resources, ["r", "s/**"]);
    assert_eq!(grant.window().not_before, Some(UnixSeconds(1_778_400_000)));
    assert_eq!(grant.window().not_after, Some(UnixSeconds(1_778_400_600)));
}
