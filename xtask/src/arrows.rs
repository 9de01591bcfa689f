//! Which crate may know which. The arrows are those of ARCHITECTURE.md; a crate that is not in the table may not exist.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo::cargo;
use crate::progress::quietly;
use crate::project::Project;
use crate::tools::WASM;

const SHARED: &str = "edgewrit-shared";
const EDGE: &str = "edgewrit-edge";
const CLOUDFLARE: &str = "edgewrit-cloudflare";
const ENVOY: &str = "edgewrit-envoy";
const ISSUER: &str = "edgewrit-issuer";
const CLI: &str = "edgewrit";
const TESTS: &str = "edgewrit-tests";
const BENCH: &str = "edgewrit-bench";
const COUNTS: &str = "edgewrit-counts";
const FUZZ: &str = "edgewrit-fuzz";
const TEST_ISSUER: &str = "edgewrit-test-issuer";
const KEYS: &str = "edgewrit-test-keys";
const LOAD: &str = "edgewrit-load";
const FORGETFUL: &str = "edgewrit-forgetful";
const COSTS: &str = "edgewrit-test-costs";
const YAML: &str = "edgewrit-yaml";

/// Each crate of the workspace, and those of the workspace that it may depend on.
const ARROWS: [(&str, &[&str]); 18] = [
    (SHARED, &[KEYS]),
    (EDGE, &[SHARED, COSTS, KEYS, TEST_ISSUER]),
    (CLOUDFLARE, &[SHARED, EDGE]),
    (ENVOY, &[SHARED, EDGE]),
    (YAML, &[SHARED]),
    (ISSUER, &[SHARED, COSTS, KEYS]),
    (CLI, &[SHARED, EDGE, YAML, ISSUER, FORGETFUL]),
    (
        TESTS,
        &[SHARED, EDGE, CLOUDFLARE, ENVOY, ISSUER, CLI, KEYS, TEST_ISSUER],
    ),
    (BENCH, &[SHARED, EDGE, KEYS, TEST_ISSUER]),
    (COUNTS, &[SHARED, ISSUER, BENCH]),
    (FUZZ, &[SHARED, EDGE, YAML, COSTS, KEYS, TEST_ISSUER]),
    (COSTS, &[]),
    (KEYS, &[]),
    (TEST_ISSUER, &[SHARED, KEYS]),
    (LOAD, &[SHARED, ISSUER, KEYS]),
    (FORGETFUL, &[]),
    ("xtask", &[]),
    ("xtask-wasm", &[]),
];

/// What is delivered, or part of it.
const DELIVERED: &[&str] = &[SHARED, EDGE, CLOUDFLARE, ENVOY, YAML, ISSUER, CLI];

/// What only tests of the delivered crates may depend on: one takes the place of functions of the C
/// library, the private halves of the other's keys are no secret.
const FOR_TESTS: &[&str] = &[FORGETFUL, COSTS, KEYS, TEST_ISSUER];

/// What must not be compiled into the filter: Envoy offers neither JavaScript nor a source of entropy of that kind, and
/// a parsed URL is not the target that was judged.
const NOT_IN_FILTER: [&str; 6] = ["wasm-bindgen", "js-sys", "web-sys", "worker", "getrandom", "url"];

/// Fails if an arrow points where it should not.
pub(crate) fn hold(project: &Project) -> Result<()> {
    let mut metadata = cargo(project);
    metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_slice(&quietly("cargo metadata", &mut metadata)?)?;
    let mut wrong = wrong_arrows(&metadata)?;
    wrong.extend(wrong_in_filter(project)?);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n       "));
    }
    Ok(())
}

/// One line for each crate that is not in the table and each dependency that is not allowed, development ones included.
fn wrong_arrows(metadata: &Value) -> Result<Vec<String>> {
    let crates = metadata
        .pointer("/packages")
        .and_then(Value::as_array)
        .context("cargo metadata lists no packages")?;
    let mut wrong = Vec::new();
    for one in crates {
        let name = text(one, "/name");
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            wrong.push(format!(
                "`{name}` has no place among the arrows of `xtask/src/arrows.rs`"
            ));
            continue;
        };
        let uses = one
            .pointer("/dependencies")
            .and_then(Value::as_array)
            .context("a package without dependencies")?;
        let local = uses
            .iter()
            .filter(|one| one.pointer("/path").is_some_and(Value::is_string));
        let refused = local
            .filter(|one| !allowed.contains(&text(one, "/name")) || DELIVERED.contains(&name) && is_for_tests_only(one))
            .map(|one| text(one, "/name"));
        wrong.extend(refused.map(|used| format!("`{name}` must not depend on `{used}`")));
    }
    Ok(wrong)
}

/// Whether what is delivered would depend on what only tests may.
fn is_for_tests_only(dependency: &Value) -> bool {
    FOR_TESTS.contains(&text(dependency, "/name")) && text(dependency, "/kind") != "dev"
}

/// `cargo tree` and not `cargo metadata`: features are those of this crate built alone, as it is delivered.
fn wrong_in_filter(project: &Project) -> Result<Vec<String>> {
    let mut tree = cargo(project);
    tree.args([
        "tree",
        "--package",
        ENVOY,
        "--target",
        WASM,
        "--edges",
        "normal",
        "--prefix",
        "none",
    ]);
    let tree = quietly("cargo tree", tree.args(["--format", "{p}"]))?;
    let tree = String::from_utf8(tree).context("cargo tree printed something that is not UTF-8")?;
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    let refused = NOT_IN_FILTER
        .iter()
        .filter(|banned| names.clone().any(|name| name == **banned));
    Ok(refused
        .map(|banned| format!("`{ENVOY}` must not reach `{banned}`"))
        .collect())
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one_crate(name: &str, uses: &str) -> Value {
        json!({"packages": [{"name": name, "dependencies": [
            {"name": uses, "path": "/somewhere"},
            {"name": "serde", "path": null},
        ]}]})
    }

    #[test]
    fn an_arrow_of_the_table_holds() {
        assert!(wrong_arrows(&one_crate(ISSUER, SHARED)).unwrap().is_empty());
    }

    #[test]
    fn an_arrow_in_the_other_direction_is_named() {
        let wrong = wrong_arrows(&one_crate(SHARED, EDGE)).unwrap();
        assert_eq!(wrong, ["`edgewrit-shared` must not depend on `edgewrit-edge`"]);
    }

    #[test]
    fn the_issuer_does_not_know_the_edge() {
        assert_eq!(wrong_arrows(&one_crate(ISSUER, EDGE)).unwrap().len(), 1);
    }

    #[test]
    fn what_takes_over_calls_is_for_tests_alone() {
        let mut metadata = one_crate(CLI, FORGETFUL);
        assert_eq!(wrong_arrows(&metadata).unwrap().len(), 1);
        metadata["packages"][0]["dependencies"][0]["kind"] = json!("dev");
        assert!(wrong_arrows(&metadata).unwrap().is_empty());
    }

    #[test]
    fn a_delivered_crate_uses_test_keys_in_its_tests_alone() {
        let mut metadata = one_crate(SHARED, KEYS);
        assert_eq!(wrong_arrows(&metadata).unwrap().len(), 1);
        metadata["packages"][0]["dependencies"][0]["kind"] = json!("dev");
        assert!(wrong_arrows(&metadata).unwrap().is_empty());
        assert!(wrong_arrows(&one_crate(TESTS, KEYS)).unwrap().is_empty());
    }

    #[test]
    fn a_crate_without_a_place_is_named() {
        let wrong = wrong_arrows(&one_crate("edgewrit-extra", SHARED)).unwrap();
        assert_eq!(
            wrong,
            ["`edgewrit-extra` has no place among the arrows of `xtask/src/arrows.rs`"]
        );
    }
}
