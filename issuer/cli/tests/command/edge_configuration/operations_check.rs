//! `edgewrit operations check`: what it warns of, what it leaves alone, and how it ends.

use crate::support::{CommandResult, TestFolder};
use serde_json::Value;

/// A file of upstreams and operations, each operation on a line from the fourth on.
fn table(operations: &[&str]) -> String {
    let lines: String = operations.iter().map(|row| format!("  - {{{row}}}\n")).collect();
    format!("upstreams:\n  u: {{origin: https://u.example}}\noperations:\n{lines}")
}

/// An operation.
fn row(pattern: &str, action: &str, resource: &str) -> String {
    format!("match: \"{pattern}\", upstream: u, action: \"{action}\", resource: \"{resource}\"")
}

fn check(text: &str, more: &[&str]) -> CommandResult {
    let place = TestFolder::new();
    let file = place.file("edge.yaml", text);
    place.run(&[&["operations", "check"], more, &[&*file]].concat())
}

/// Line and code of every warning about these operations.
fn warned(operations: &[&str]) -> Vec<(u64, String)> {
    let ended = check(&table(operations), &["--json"]);
    let said: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr));
    let warnings = said["warnings"].as_array().unwrap();
    assert_eq!(ended.status.code(), Some(i32::from(!warnings.is_empty())));
    let told = warnings.iter().map(|warning| {
        let code = warning["code"].as_str().unwrap().to_owned();
        (warning["line"].as_u64().unwrap(), code)
    });
    told.collect()
}

#[track_caller]
fn warns(operations: &[&str], line: u64, code: &str) {
    assert_eq!(warned(operations), [(line, code.to_owned())], "{operations:?}");
}

#[track_caller]
fn is_fine(operations: &[&str]) {
    assert_eq!(warned(operations), [], "{operations:?}");
}

#[test]
fn a_literal_of_another_method_is_captured() {
    let (item, own) = (
        row("GET /c/{id}", "read", "c/{id}"),
        row("DELETE /c/self", "close", "self"),
    );
    warns(&[&item, &own], 4, "captured-literal");
    is_fine(&[&item, &own, &row("GET /c/self", "read-self", "self")]);
    let number = format!("{item}, params: {{id: {{from: path.id, type: integer}}}}");
    is_fine(&[&number, &own]);
    warns(&[&number, &row("DELETE /c/7", "close", "seven")], 4, "captured-literal");
}

#[test]
fn a_colon_is_captured_where_the_upstream_has_verbs_behind_one() {
    let colon = format!("{}, colon: true", row("POST /topics/{t}", "publish", "topics/{t}"));
    let verb = row("POST /topics:batch", "batch", "topics");
    is_fine(&[&colon]);
    is_fine(&[&row("POST /topics/{t}", "publish", "topics/{t}"), &verb]);
    warns(&[&colon, &verb], 4, "colon-verb");
    warns(&[&colon, &row("POST /a%3Ab", "batch", "topics")], 4, "colon-verb");
}

#[test]
fn a_literal_that_leads_to_a_dead_end_is_reported() {
    let (long, short) = (
        row("GET /{a}/y/z", "one", "one/{a}"),
        row("GET /x/{b}", "two", "two/{b}"),
    );
    warns(&[&long, &short], 4, "dead-end");
    let longer = row("GET /x/y/z", "three", "three");
    warns(&[&long, &short, &longer], 5, "dead-end");
    is_fine(&[&long, &short, &longer, &row("GET /x/y", "four", "four")]);
    is_fine(&[
        &long,
        &row("GET /x", "two", "two"),
        &row("GET /x/y/{c}", "three", "three/{c}"),
    ]);
    is_fine(&[&row("GET /x/{b}", "two", "two/{b}"), &row("GET /x/y", "three", "three")]);
    let text = check(&table(&[&long, &short]), &[]).stdout;
    assert!(text.contains("`GET /x/y/z` is refused: `x` begins another"), "{text}");
}

#[test]
fn operations_with_the_same_attempt_are_reported() {
    let get = row("GET /c/{id}", "use", "c/{id}");
    warns(&[&get, &row("PUT /c/{name}", "use", "c/{name}")], 5, "indistinct");
    is_fine(&[&get, &row("HEAD /c/{id}", "use", "c/{id}")]);
    is_fine(&[&get, &row("GET /d/{id}", "use", "c/{id}")]);
    is_fine(&[&get, &row("PUT /c/{id}", "change", "c/{id}")]);
    let other = row("GET /d/{id}", "use", "c/{id}").replace("upstream: u", "upstream: v");
    let text = table(&[&get, &other]).replace("operations:", "  v: {origin: https://v.example}\noperations:");
    assert!(
        check(&text, &[])
            .stdout
            .contains(" indistinct: no grant has it without `GET /c/{id}`")
    );
}

#[test]
fn findings_about_one_operation_are_reported() {
    let (get, post) = (row("GET /x", "a", "r"), row("POST /x", "a", "r"));
    warns(&[&row("GTE /x", "a", "r")], 4, "method");
    warns(&[&row("GET /x", "a:*", "r")], 4, "star");
    warns(&[&row("GET /x", "a", "r/*")], 4, "star");
    warns(&[&format!("{get}, params: {{a: body./a}}")], 4, "get-body");
    warns(&[&format!("{post}, ignore: [body./a]")], 4, "unjudged-body");
    is_fine(&[&format!("{post}, params: {{b: body./b}}, ignore: [body./a]")]);
    let params = |count| {
        (0..count)
            .map(|at| format!("p{at}: query.p{at}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    warns(&[&format!("{get}, params: {{{}}}", params(17))], 4, "unwordable");
    is_fine(&[&format!("{get}, params: {{{}}}", params(16))]);
    warns(&[&row("GET /x", "a", &"/r".repeat(33))], 4, "unwordable");
    is_fine(&[&row("GET /x", "a", &"/r".repeat(32))]);
    warns(
        &[&row("GET /x/{id}", "a", &format!("{}{{id}}", "r".repeat(512)))],
        4,
        "unreachable",
    );
    is_fine(&[&row("GET /x/{id}", "a", &format!("{}{{id}}", "r".repeat(511)))]);
}

#[test]
fn a_trailing_slash_with_another_attempt_is_reported() {
    let plain = row("GET /c/{id}", "read", "c/{id}");
    warns(&[&plain, &row("GET /c/{id}/", "list", "c/{id}")], 5, "trailing-slash");
    is_fine(&[&plain, &row("GET /c/{id}/", "read", "c/{id}")]);
    is_fine(&[&row("GET /", "read", "root")]);
}

#[test]
fn an_unused_upstream_is_reported() {
    let text =
        table(&[&row("GET /x", "a", "r")]).replace("operations:", "  v: {origin: https://v.example}\noperations:");
    let ended = check(&text, &[]);
    assert!(
        ended.stdout.contains("edge.yaml:3:3: /upstreams/v: unused-upstream: "),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(check(&text, &["--allow", "unused-upstream"]).status.code(), Some(0));
}

#[test]
fn every_code_is_on_the_page() {
    let unknown = check(&table(&[&row("GET /x", "a", "r")]), &["--allow", "nothing"]);
    assert_eq!(unknown.status.code(), Some(2));
    let (_, listed) = unknown.stderr.split_once("[possible values: ").unwrap();
    let codes: Vec<_> = listed.split(']').next().unwrap().split(", ").collect();
    assert_eq!(codes.len(), 12);
    for code in codes {
        let page = include_str!("../../../../../docs/tools.md");
        assert!(page.contains(&format!("\n| `{code}` | ")), "{code}");
    }
}

#[test]
fn a_fault_has_another_exit_code_than_a_warning() {
    let ended = check(&table(&[&row("GET /x", "a", "r"), &row("GET /x", "b", "r")]), &[]);
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.stderr.contains("edge.yaml:5:"), "{}", ended.stderr);
    assert!(ended.stderr.contains("matches the same requests"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    // A part of a configuration is one with nothing else: the rest is not made up piece by piece.
    let part = format!("issuer: https://issuer.example\n{}", table(&[&row("GET /x", "a", "r")]));
    assert!(check(&part, &[]).stderr.contains("missing member `trust`"));
}
