//! `edgewrit lint`: the examples of its page, what it leaves alone, and how it ends.

use crate::support::{CEILING, CommandResult, POLICY, TestFolder};
use serde_json::{Value, json};
use std::path::Path;

const PAGE: &str = include_str!("../../../../../docs/lint.md");

/// A policy for one audience with these grants, in YAML, each on a line from the sixth on.
fn policy(grants: &[&str]) -> String {
    let head = "task_id: t-1\norch_id: o\naudiences:\n  https://a.example:\n    grants:\n";
    let lines: String = grants.iter().map(|grant| format!("      - {grant}\n")).collect();
    format!("{head}{lines}")
}

/// The lines and codes of what is found in `files`, each named by its place in the list.
fn found(files: &[&str], more: &[&str]) -> Vec<(String, u64, String)> {
    let place = TestFolder::new();
    let names = files.iter().enumerate();
    let names: Vec<String> = names
        .map(|(at, text)| place.file(&format!("{at}.yaml"), text))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let ended = place.run(&[&["lint", "--json", "--now", "1778400000"], more, &names].concat());
    let findings: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        ended.status.code(),
        Some(i32::from(!findings.is_empty())),
        "{}",
        ended.stderr
    );
    let told = findings.iter().map(|finding| {
        let file = Path::new(finding["file"].as_str().unwrap()).file_stem().unwrap();
        let code = finding["code"].as_str().unwrap().to_owned();
        (
            file.to_str().unwrap().to_owned(),
            finding["line"].as_u64().unwrap(),
            code,
        )
    });
    told.collect()
}

/// The codes that are found in a policy with these grants.
fn codes(grants: &[&str]) -> Vec<String> {
    found(&[&policy(grants)], &[])
        .into_iter()
        .map(|(_, _, code)| code)
        .collect()
}

/// The fenced blocks of the page, each with its language.
fn blocks() -> impl Iterator<Item = (&'static str, &'static str)> {
    let blocks = PAGE.split("```").skip(1).step_by(2);
    blocks.map(|block| block.split_once('\n').unwrap())
}

#[test]
fn the_page_shows_the_output_of_lint() {
    let place = TestFolder::new();
    let (mut folder, mut shown) = (None, 0);
    for (language, text) in blocks() {
        if language == "yaml" {
            let name = text.lines().next().unwrap().strip_prefix("# ").unwrap();
            let (_, content) = text.split_once('\n').unwrap();
            let file = place.file(name, content);
            folder = Some(Path::new(&file).parent().unwrap().to_owned());
            continue;
        }
        let (typed, printed) = text.split_once('\n').unwrap();
        let args: Vec<_> = typed.strip_prefix("$ edgewrit ").unwrap().split(' ').collect();
        if let Some(folder) = folder.as_ref().filter(|_| !printed.is_empty()) {
            let ended = CommandResult::of(place.command(&args).current_dir(folder).output().unwrap());
            assert_eq!(ended.stdout, printed, "{typed}");
            assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(1), ""), "{typed}");
            shown += 1;
        }
    }
    assert_eq!(shown, 12);
}

/// The codes that are found for this rule.
fn codes_of_rule(rule: &str) -> Vec<String> {
    let grant = format!("{{type: writ, actions: [read], resources: [r], rules: {{p: {rule}}}}}");
    codes(&[&grant])
}

#[test]
fn a_list_of_refused_texts_is_doubtful_by_itself() {
    for rule in [
        "{not_in: [admin]}",
        "{not_in: [1, admin]}",
        "{not_in: [\"\"]}",
        "{not_in: [\"7\"]}",
        "{optional: {not_in: [admin, Admin, ADMIN]}}",
        "{each: {not_in: [admin]}}",
    ] {
        assert_eq!(codes_of_rule(rule), ["deny-list"], "{rule}");
    }
    for rule in [
        "{not_in: [1, 2]}",
        "{not_in: [true]}",
        "{not_in: [admin], glob: \"team-*\"}",
        "{not_in: [admin], length: {max: 4}}",
        "{in: [admin]}",
    ] {
        assert_eq!(codes_of_rule(rule), [""; 0], "{rule}");
    }
}

#[test]
fn numbers_that_readers_in_floating_point_change_are_doubtful() {
    for rule in [
        "{not_in: [9007199254740993]}",
        "{not_in: [9007199254740992]}",
        "{in: [1, 1.0000000000000000000001]}",
        "{eq: -9007199254740993}",
        "{max: 1e400}",
        "{min: 1e-400}",
        "{optional: {max: 0.29999999999999999}}",
        "{each: {eq: 1e20}}",
    ] {
        assert_eq!(codes_of_rule(rule), ["number-precision"], "{rule}");
    }
    for rule in [
        "{not_in: [9007199254740991]}",
        "{in: [0.1, 19.99, 0.30000000000000004, 1.50]}",
        "{min: -9007199254740991, max: 1e15}",
    ] {
        assert_eq!(codes_of_rule(rule), [""; 0], "{rule}");
    }
}

#[test]
fn every_code_is_on_the_page_and_can_be_turned_off() {
    let place = TestFolder::new();
    let file = place.file("policy.yaml", POLICY);
    let unknown = place.run(&["lint", "--allow", "nothing", &file]);
    assert_eq!(unknown.status.code(), Some(2));
    let (_, listed) = unknown.stderr.split_once("[possible values: ").unwrap();
    let codes: Vec<_> = listed.split(']').next().unwrap().split(", ").collect();
    assert_eq!(codes.len(), 13);
    for code in codes {
        assert!(PAGE.contains(&format!("| [`{code}`](#{code}) |")), "{code}");
        assert!(PAGE.contains(&format!("### `{code}`")), "{code}");
    }
    let doubtful = policy(&[r#"{type: writ, actions: [delete], resources: ["**"]}"#]);
    let line = |code: &str| ("0".to_owned(), 6, code.to_owned());
    assert_eq!(found(&[&doubtful], &[]), [line("broad"), line("unguarded")]);
    assert_eq!(found(&[&doubtful], &["--allow", "broad"]), [line("unguarded")]);
    assert_eq!(found(&[&doubtful], &["--allow", "broad", "--allow", "unguarded"]), []);
}

#[test]
fn policies_of_other_pages_and_tests_have_no_finding() {
    assert_eq!(found(&[POLICY, CEILING], &[]), []);
}

#[test]
fn equal_grants_are_reported_once_and_uses_are_never_implied() {
    let read = "{type: writ, actions: [read], resources: [r]}";
    assert_eq!(
        found(&[&policy(&[read, read, read])], &[]),
        [
            ("0".to_owned(), 7, "implied".to_owned()),
            ("0".to_owned(), 8, "implied".to_owned()),
        ]
    );
    let limited = "{type: writ, actions: [read], resources: [r], uses: {max: 2}}";
    assert_eq!(codes(&[limited, limited]), ["overlap"]);
    assert_eq!(codes(&[read, limited]), ["uncounted-overlap"]);
    // In a ceiling uses are a limit on each grant asked for: the wider one is enough.
    let of = |uses: u8| format!("    - {{type: writ, actions: [read], resources: [r], uses: {{max: {uses}}}}}\n");
    let ceiling = format!(
        "- audience: https://a.example\n  ttl_max: 1h\n  grants:\n{}{}",
        of(1),
        of(2)
    );
    assert_eq!(found(&[&ceiling], &[]), [("0".to_owned(), 4, "implied".to_owned())]);
}

#[test]
fn several_grants_can_imply_one_together() {
    let both = r#"{type: writ, actions: [read, list], resources: ["r/a"]}"#;
    let (read, list) = (
        r#"{type: writ, actions: [read], resources: ["r/*"]}"#,
        r#"{type: writ, actions: [list], resources: ["r/*"]}"#,
    );
    assert_eq!(
        found(&[&policy(&[both, read, list])], &[]),
        [("0".to_owned(), 6, "implied".to_owned())]
    );
    assert_eq!(codes(&[both, read]), [] as [&str; 0]);
}

#[test]
fn intended_alternatives_have_no_finding() {
    for grants in [
        [
            "{type: writ, actions: [search], resources: [flights], rules: {from: {eq: JFK}}}",
            "{type: writ, actions: [search], resources: [flights], rules: {from: {in: [LHR, JFK]}}}",
        ],
        [
            "{type: writ, actions: [read], resources: [a], rules: {p: {eq: 1}}}",
            "{type: writ, actions: [read], resources: [b]}",
        ],
        [
            "{type: writ, actions: [read], resources: [a], rules: {p: {min: 1, max: 4}}}",
            "{type: writ, actions: [read], resources: [a], rules: {p: {min: 3, max: 9}}}",
        ],
    ] {
        let implied: Vec<_> = codes(&grants).into_iter().filter(|code| code != "implied").collect();
        assert_eq!(implied, [] as [&str; 0], "{grants:?}");
    }
}

#[test]
fn correct_stars_have_no_finding() {
    for grant in [
        r#"{type: writ, actions: [read], resources: ["s3://b/logs/*.csv", "s3://b/2026/*", "arn:aws:rds:*:1:db:orders"]}"#,
        r#"{type: writ, actions: [read], resources: [r], rules: {date: {glob: "2026-05-*"}, url: {glob: "https://a.example/**"}}}"#,
        r#"{type: writ, actions: [read], resources: [r], rules: {path: {glob: "/data/*.csv"}, url: {glob: "https://*.a.example/x", domain: "*.a.example"}}}"#,
        r#"{type: writ, actions: [read], resources: [r], rules: {path: {glob: "/data/**", under: /data}}}"#,
        r#"{type: writ, actions: ["rds:DescribeDBInstances"], resources: ["arn:aws:rds:eu-west-1:1:**"]}"#,
    ] {
        assert_eq!(codes(&[grant]), [] as [&str; 0], "{grant}");
    }
    for (grant, code) in [
        (r#"{type: writ, actions: [read], resources: ["*"]}"#, "star-stops"),
        (
            r#"{type: writ, actions: [read], resources: [r], rules: {u: {optional: {glob: "https://a.example*"}}}}"#,
            "glob-escape",
        ),
        (
            r#"{type: writ, actions: [read], resources: [r], rules: {u: {each: {glob: "/a/*/b"}}}}"#,
            "glob-escape",
        ),
        (
            r#"{type: writ, actions: [read], resources: [r], rules: {u: {glob: "/a**"}}}"#,
            "glob-escape",
        ),
        (
            r#"{type: writ, actions: [read], resources: [r], rules: {u: {glob: "https://a.example/*"}}}"#,
            "star-stops",
        ),
    ] {
        assert_eq!(codes(&[grant]), [code], "{grant}");
    }
}

#[test]
fn a_window_is_compared_with_the_life_of_the_writs() {
    let of = |ttl: &str, window: &str| {
        let grant = format!("{{type: writ, actions: [read], resources: [r], {window}}}");
        format!("ttl: {ttl}\n{}", policy(&[&grant]))
    };
    let impossible = vec![("0".to_owned(), 7, "impossible".to_owned())];
    assert_eq!(found(&[&of("10m", "not_before: 1778400599")], &[]), []);
    assert_eq!(found(&[&of("10m", "not_before: 1778400600")], &[]), impossible);
    assert_eq!(found(&[&of("10m", "not_after: 1778400001")], &[]), []);
    assert_eq!(found(&[&of("10m", "not_after: 1778400000")], &[]), impossible);
    let ceiling = |end: u64| {
        format!(
            "- {{audience: https://a.example, ttl_max: 1h, grants: [{{type: writ, actions: [read], resources: [r], not_after: {end}}}]}}\n"
        )
    };
    assert_eq!(found(&[&ceiling(1_778_400_001)], &[]), []);
    assert_eq!(
        found(&[&ceiling(1_778_400_000)], &[]),
        [("0".to_owned(), 1, "impossible".to_owned())]
    );
}

#[test]
fn a_policy_needs_one_ceiling_that_grants_all_of_it() {
    let asked = policy(&[
        "{type: writ, actions: [read], resources: [a]}",
        "{type: writ, actions: [read], resources: [b]}",
    ]);
    let ceiling = |resources: &str| {
        format!(
            "- {{audience: https://a.example, ttl_max: 1h, grants: [{{type: writ, actions: [read], resources: {resources}}}]}}\n"
        )
    };
    let (a, b, both) = (ceiling("[a]"), ceiling("[b]"), ceiling("[a, b]"));
    assert_eq!(found(&[&asked, &both], &[]), []);
    assert_eq!(found(&[&asked, &a], &[]), [("0".to_owned(), 7, "beyond".to_owned())]);
    assert_eq!(
        found(&[&asked, &a, &b], &[]),
        [("0".to_owned(), 7, "beyond".to_owned())]
    );
    assert_eq!(found(&[&asked, &a, &both], &[]), []);
    // A grant that permits nothing needs nothing.
    let never = policy(&["{type: writ, actions: [read], resources: [a], rules: {p: {min: 2, max: 1}}}"]);
    let unneeded = ("1".to_owned(), 1, "unneeded".to_owned());
    assert_eq!(
        found(&[&never, &a], &[]),
        [("0".to_owned(), 6, "impossible".to_owned()), unneeded]
    );
}

#[test]
fn findings_in_json_have_the_same_members() {
    let place = TestFolder::new();
    let policy = json!({"task_id": "t", "orch_id": "o", "audiences": {"https://a.example": {"scope": ["write:a:*"]}}});
    let file = place.file("policy.json", &policy.to_string());
    let ended = place.run(&["lint", "--json", &file]);
    let expected = json!([{
        "file": file,
        "place": "/audiences/https:~1~1a.example/scope/0",
        "code": "broad",
        "wrong": "`write` changes things, and is granted on all whose name begins as `a:**` does, at any depth",
        "instead": "name the resources, or stop at the next `/` or `:` with `*`",
    }]);
    assert_eq!(serde_json::from_str::<Value>(&ended.stdout).unwrap(), expected);
    let clean = place.file("clean.yaml", POLICY);
    assert_eq!(place.run(&["lint", "--json", &clean]).ok(), "[]\n");
    assert_eq!(place.run(&["lint", &clean]).ok(), "");
}

#[test]
fn an_unreadable_file_is_reported_and_the_others_are_checked() {
    let place = TestFolder::new();
    let doubtful = place.file(
        "policy.yaml",
        &policy(&[r#"{type: writ, actions: [read], resources: ["**"]}"#]),
    );
    let other = place.file("edge.yaml", "issuer: https://issuer.example\n");
    let broken = place.file("broken.yaml", "- audience: https://a.example\n  grants: []\n");
    let ended = place.run(&["lint", &other, &doubtful, &broken, "nowhere.yaml"]);
    assert_eq!(ended.status.code(), Some(2));
    assert!(
        ended.stdout.starts_with(&format!("{doubtful}:6:9: ")),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.stdout.lines().count(), 2);
    let told: Vec<_> = ended
        .stderr
        .lines()
        .map(|line| line.strip_prefix("error: ").unwrap())
        .collect();
    let expected = [
        format!(
            "{other}:1:1: /: expected a task policy, an object with `task_id`, `orch_id` and `audiences`, or a ceiling, a list of entries"
        ),
        format!("{broken}:2:3: /0/grants: expected at least one grant"),
        format!("{broken}:1:3: /0: missing member `ttl_max`"),
        "nowhere.yaml: No such file or directory (os error 2)".to_owned(),
    ];
    assert_eq!(told, expected);
}
