//! Checks of the reference: every example is valid, and every key has an entry.

use edgewrit_edge::config::Config;
use edgewrit_test_issuer as support;

const PAGE: &str = include_str!("../../../../docs/edge.md");

fn secret(name: &str) -> Option<String> {
    Some(format!("value-of-{name}"))
}

#[test]
fn every_example_is_a_configuration_without_faults() {
    let blocks: Vec<&str> = PAGE
        .split("```json\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(!blocks.is_empty());
    for text in blocks {
        if let Err(faults) = Config::read(text, &secret) {
            panic!("{faults:#?}");
        }
    }
}

#[test]
fn every_key_is_explained() {
    for key in [
        "`issuer`",
        "`trust`",
        "`edge.id`",
        "`edge.credential`",
        "`audience`",
        "`audit`",
        "`hosts`",
        "`freshness`",
        "`refresh`",
        "`life_max`",
        "`pieces_max`",
        "`upstreams`",
        "`upstreams.*.origin`",
        "`upstreams.*.credential.set`",
        "`operations`",
        "`match`",
        "`upstream`",
        "`action`",
        "`resource`",
        "`params`",
        "`ignore`",
        "`headers`",
        "`body.type`",
        "`body.limit`",
        "`cache_control`",
        "`colon`",
    ] {
        let row = PAGE
            .lines()
            .find(|line| line.starts_with('|') && line.split('|').nth(1).is_some_and(|cell| cell.contains(key)));
        assert!(row.is_some(), "no row for {key}");
    }
}

#[test]
fn the_pin_of_the_example_is_a_key() {
    assert!(PAGE.contains("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
    assert_eq!(support::bundle_key().public().x().len(), 43);
}
