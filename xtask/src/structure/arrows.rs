//! The allowed dependencies between crates, as far as `deny.toml` cannot express them.
//!
//! `cargo deny check bans` holds the arrows of ARCHITECTURE.md: the `wrappers` of a crate are the
//! crates that may depend on it. cargo-deny reads the dependencies for tests and builds too, and
//! those of all delivered targets. It has no optional dependency to miss, for our crates have none.
//! It cannot express three rules, which are here:
//! * A crate that other crates depend on has a rule. An entry without `wrappers` would ban a crate
//!   of the workspace itself, so cargo-deny cannot reject a dependency on the tests.
//! * A crate may be used by tests alone. `wrappers` do not know the kind of a dependency.
//! * A crate is not compiled into the filter. `wrappers` are direct dependents, for all targets and
//!   the features of the whole workspace.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::base::cargo::cargo;
use crate::base::progress::quietly;
use crate::base::project::Project;
use crate::tools::WASM;

const ENVOY: &str = "edgewrit-envoy";
const FAULTY_DISK: &str = "edgewrit-faulty-disk";

/// The crates that are delivered.
const DELIVERED: &[&str] = &[
    "edgewrit",
    "edgewrit-cloudflare",
    "edgewrit-connections",
    "edgewrit-edge",
    ENVOY,
    "edgewrit-envoy-common",
    "edgewrit-files",
    "edgewrit-issuer",
    "edgewrit-native",
    "edgewrit-shared",
    "edgewrit-yaml",
];
/// The crates on which a delivered crate may depend for its tests alone.
const FOR_TESTS: &[&str] = &[
    FAULTY_DISK,
    "edgewrit-test-costs",
    "edgewrit-test-issuer",
    "edgewrit-test-keys",
];

/// Crates that must not be compiled into the filter: Envoy offers neither JavaScript nor a source
/// of entropy of that kind, and a parsed URL is not the target that was judged.
const NOT_IN_FILTER: [&str; 6] = ["wasm-bindgen", "js-sys", "web-sys", "worker", "getrandom", "url"];

/// The file with the rules that cargo-deny holds.
const RULES: &str = "deny.toml";

/// Fails if an arrow points where it should not.
pub(crate) fn hold(project: &Project) -> Result<()> {
    let mut metadata = cargo(project);
    metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_slice(&quietly("cargo metadata", &mut metadata)?)?;
    let rules = fs::read_to_string(project.root().join(RULES)).with_context(|| format!("reading `{RULES}`"))?;
    let mut wrong = wrong_arrows(&metadata, &rules)?;
    wrong.extend(wrong_in_filter(project)?);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n       "));
    }
    Ok(())
}

/// One line for each dependency of one of our crates on another that has no rule, or that the rule
/// about tests does not allow.
fn wrong_arrows(metadata: &Value, rules: &str) -> Result<Vec<String>> {
    let crates = metadata
        .pointer("/packages")
        .and_then(Value::as_array)
        .context("cargo metadata lists no packages")?;
    let mut wrong = Vec::new();
    for one in crates {
        let name = text(one, "/name");
        let uses = one
            .pointer("/dependencies")
            .and_then(Value::as_array)
            .context("a package without dependencies")?;
        let local = uses
            .iter()
            .filter(|one| one.pointer("/path").is_some_and(Value::is_string));
        for one in local {
            let used = text(one, "/name");
            if !has_rule(rules, used) {
                wrong.push(format!("`{name}` depends on `{used}`, for which `{RULES}` has no rule"));
            }
            if DELIVERED.contains(&name) && is_for_tests_only(one) {
                wrong.push(format!("`{name}` must not depend on `{used}` outside of its tests"));
            }
        }
    }
    Ok(wrong)
}

/// Whether the rules say which crates may depend on the crate `name`.
fn has_rule(rules: &str, name: &str) -> bool {
    let entry = format!("{{ crate = \"{name}\", wrappers = [\"");
    rules.lines().any(|line| line.trim_start().starts_with(&entry))
}

/// Whether what is shipped would depend on what only tests may.
fn is_for_tests_only(dependency: &Value) -> bool {
    FOR_TESTS.contains(&text(dependency, "/name")) && text(dependency, "/kind") != "dev"
}

/// `cargo tree` and not `cargo metadata`: features are those of this crate built alone, as it is
/// delivered.
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

    const RULES_FOR_TWO: &str = r#"
deny = [
    { crate = "edgewrit-shared", wrappers = ["edgewrit-issuer"] },
    { crate = "edgewrit-faulty-disk", wrappers = ["edgewrit"] },
]"#;

    fn one_crate(name: &str, uses: &str) -> Value {
        json!({"packages": [{"name": name, "dependencies": [
            {"name": uses, "path": "/somewhere"},
            {"name": "serde", "path": null},
        ]}]})
    }

    #[test]
    fn a_dependency_on_a_crate_with_a_rule_is_left_to_cargo_deny() {
        let metadata = one_crate("edgewrit-issuer", "edgewrit-shared");
        assert!(wrong_arrows(&metadata, RULES_FOR_TWO).unwrap().is_empty());
    }

    #[test]
    fn a_dependency_on_a_crate_without_a_rule_is_named() {
        let metadata = one_crate("edgewrit-load", "edgewrit-tests");
        let wrong = wrong_arrows(&metadata, RULES_FOR_TWO).unwrap();
        assert_eq!(
            wrong,
            ["`edgewrit-load` depends on `edgewrit-tests`, for which `deny.toml` has no rule"]
        );
    }

    #[test]
    fn what_takes_over_calls_is_for_tests_alone() {
        let mut metadata = one_crate("edgewrit", FAULTY_DISK);
        assert_eq!(wrong_arrows(&metadata, RULES_FOR_TWO).unwrap().len(), 1);
        metadata["packages"][0]["dependencies"][0]["kind"] = json!("dev");
        assert!(wrong_arrows(&metadata, RULES_FOR_TWO).unwrap().is_empty());
    }
}
