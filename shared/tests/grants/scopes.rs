//! Reading and writing of scope strings.

use crate::support::{attempt, grant, permits};
use edgewrit_shared::grant::Grant;
use edgewrit_shared::limits::{ACTION_BYTES, PATTERN_BYTES, PATTERN_SEPARATORS};

fn scope(text: &str) -> Grant {
    Grant::from_scope(text).unwrap_or_else(|message| panic!("{text}: {message}"))
}

#[test]
fn a_scope_permits_its_action_on_its_resource() {
    for (text, action, permitted, refused) in [
        (
            "read:customers:42",
            "read",
            &["customers:42"][..],
            &["customers:43", "customers:", "customers", "customers:42:1"][..],
        ),
        (
            "read:customers:*",
            "read",
            &["customers:42", "customers:*", "customers:a/b:c", "customers::"],
            &["customers:", "customers", "x"],
        ),
        ("read:arn:aws:s3", "read", &["arn:aws:s3"], &["arn:aws", "arn:aws:s3:x"]),
        ("*:x:y", "*", &["x:y"], &["x:z"]),
        ("read:*:y", "read", &["*:y"], &["x:y"]),
        ("read:x:a*", "read", &["x:a*"], &["x:ab", "x:a"]),
        ("read:x:**", "read", &["x:**"], &["x:y", "x:*"]),
        ("read:x:*:y", "read", &["x:*:y"], &["x:a:y"]),
        ("read:x/y:z", "read", &["x/y:z"], &["x:z"]),
    ] {
        let grant = scope(text);
        for resource in permitted {
            assert!(
                permits(&grant, &attempt(action, resource, "{}")),
                "{text} permits {resource}"
            );
            assert!(
                !permits(&grant, &attempt("write", resource, "{}")),
                "{text} is for {action} only"
            );
        }
        for resource in refused {
            assert!(
                !permits(&grant, &attempt(action, resource, "{}")),
                "{text} refuses {resource}"
            );
        }
    }
}

#[test]
fn the_error_of_a_malformed_scope_names_the_expected_form() {
    for (text, message) in [
        (
            "",
            "a scope of fewer than three parts, expected `action:resource:identifier`",
        ),
        (
            "read",
            "a scope of fewer than three parts, expected `action:resource:identifier`",
        ),
        (
            "read:x",
            "a scope of fewer than three parts, expected `action:resource:identifier`",
        ),
        (
            ":x:y",
            "a scope with an empty action, expected `action:resource:identifier`",
        ),
        (
            "a::y",
            "a scope with an empty resource, expected `action:resource:identifier`",
        ),
        (
            "a:x:",
            "a scope with an empty identifier, expected `action:resource:identifier`",
        ),
        (
            "a:x:y z",
            "a scope with ` `, expected `action:resource:identifier` of visible ASCII",
        ),
        (
            "a:x:\"",
            "a scope with `\\\"`, expected `action:resource:identifier` of visible ASCII",
        ),
        (
            "a:x:\\",
            "a scope with `\\\\`, expected `action:resource:identifier` of visible ASCII",
        ),
        (
            "a:x:\n",
            "a scope with `\\n`, expected `action:resource:identifier` of visible ASCII",
        ),
        (
            "a:x:\u{7f}",
            "a scope with `\\u{7f}`, expected `action:resource:identifier` of visible ASCII",
        ),
        (
            "a:x:é",
            "a scope with `é`, expected `action:resource:identifier` of visible ASCII",
        ),
    ] {
        assert_eq!(Grant::from_scope(text), Err(message.into()), "{text}");
    }
}

#[test]
fn limits_hold_at_their_boundary() {
    let action = |bytes: usize| Grant::from_scope(&format!("{}:x:y", "a".repeat(bytes)));
    assert!(action(ACTION_BYTES).is_ok());
    assert_eq!(
        action(ACTION_BYTES + 1),
        Err("an action of 129 bytes, the limit is 128".into())
    );
    let resource = |identifier: String| Grant::from_scope(&format!("a:x:{identifier}"));
    assert!(resource("i".repeat(PATTERN_BYTES - 2)).is_ok());
    assert_eq!(
        resource("i".repeat(PATTERN_BYTES - 1)),
        Err("a pattern longer than the limit of 512 bytes".into())
    );
    // A star in the middle takes two bytes of a pattern.
    assert!(resource("i*".repeat((PATTERN_BYTES - 2) / 3)).is_ok());
    assert!(resource("i*".repeat(PATTERN_BYTES / 3 + 1)).is_err());
    assert!(resource("/".repeat(PATTERN_SEPARATORS - 1)).is_ok());
    assert_eq!(
        resource("/".repeat(PATTERN_SEPARATORS)),
        Err("a pattern with more than 32 of `/` and `:`".into())
    );
}

#[test]
fn scope_strings_are_written_as_they_were_read() {
    for text in [
        "read:customers:42",
        "read:customers:*",
        "*:x:y",
        "a:*:b",
        "a:x:a*",
        "a:x:**",
        "a:x:*:y",
        "a:x/y:z",
        "a:b:c:d:e",
        "!:#:~",
    ] {
        assert_eq!(scope(text).to_scope().as_deref(), Some(text));
    }
}

#[test]
fn only_grants_that_say_the_same_have_a_scope() {
    for (actions, resources, more, expected) in [
        (r#"["read"]"#, r#"["x:y"]"#, "", Some("read:x:y")),
        (r#"["read"]"#, r#"["x:y:z/1"]"#, "", Some("read:x:y:z/1")),
        (r#"["read"]"#, r#"["x:a\\*"]"#, "", Some("read:x:a*")),
        // A lone star would be a wildcard, `x:` has an empty identifier, and the pattern `x:**`
        // matches `x:` too.
        (r#"["read"]"#, r#"["x:\\*"]"#, "", None),
        (r#"["read"]"#, r#"["x:"]"#, "", None),
        (r#"["read"]"#, r#"["x:**"]"#, "", None),
        (r#"["read"]"#, r#"["x:*"]"#, "", None),
        (r#"["read"]"#, r#"["x*:y"]"#, "", None),
        (r#"["read"]"#, r#"["x"]"#, "", None),
        (r#"["read"]"#, r#"[":x"]"#, "", None),
        (r#"["read"]"#, r#"["x:é"]"#, "", None),
        (r#"["read"]"#, r#"["x:a b"]"#, "", None),
        (r#"["read"]"#, r#"["x:\"" ]"#, "", None),
        (r#"["rds:Describe"]"#, r#"["db:foo"]"#, "", None),
        (r#"["read","list"]"#, r#"["x:y"]"#, "", None),
        (r#"["read"]"#, r#"["x:y","x:z"]"#, "", None),
        (r#"["read"]"#, r#"["x:y"]"#, r#","rules":{"p":{"eq":1}}"#, None),
        (r#"["read"]"#, r#"["x:y"]"#, r#","uses":{"max":1}"#, None),
    ] {
        let grant = grant(&format!(
            r#"{{"type":"writ","actions":{actions},"resources":{resources}{more}}}"#
        ));
        assert_eq!(grant.to_scope().as_deref(), expected, "{}", grant.to_json());
    }
}
