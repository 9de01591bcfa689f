//! Repeated names, and the number of names and values in a query.

use crate::harness::{Ask, Edge, config_text, secret};
use crate::request::operations::edge_of;
use edgewrit_edge::config::Config;
use std::sync::Arc;

const OPERATION: &str = r#"
  {"match": "GET /items", "upstream": "open", "action": "list", "resource": "items",
   "params": {"tag": {"from": "query.tag", "list": true}, "n": {"from": "query.n", "type": "integer", "list": true, "optional": true},
              "one": {"from": "query.one", "optional": true}}}"#;

fn label(query: &str, rules: &str) -> &'static str {
    let grant = format!(r#"{{"type":"writ","actions":["list"],"resources":["items"],"rules":{rules}}}"#);
    edge_of(OPERATION).label(&Ask::new(&format!("GET /items?{query}"), &[&grant]))
}

#[test]
fn every_value_of_a_list_is_judged() {
    let tags = r#"{"tag":{"each":{"in":["a","b"]}}}"#;
    for (query, expected) in [
        ("tag=a", "permit"),
        ("tag=a&tag=b&t%61g=a", "permit"),
        ("tag=a&tag=c", "not_granted"),
        ("tag=c&tag=a", "not_granted"),
        ("tag=a,b", "not_granted"),
        ("tag=a&tag", "param_type"),
        ("n=1", "param_missing"),
        ("tag=a&tag[]=b", "target_character"),
        ("tag=a&tag%5B%5D=b", "query_unknown"),
        ("tag=a&one=1&one=1", "query_repeated"),
        ("tag=a&tag=b+", "query_plus"),
        ("tag=a&n=1&n=2", "permit"),
        ("tag=a&n=1&n=x", "param_type"),
    ] {
        let rules = if query.ends_with('+') {
            r#"{"tag":{"each":{"in":["a","b "]}}}"#
        } else {
            tags
        };
        assert_eq!(label(query, rules), expected, "{query}");
    }
}

#[test]
fn a_list_of_one_is_no_text() {
    assert_eq!(label("tag=a", r#"{"tag":{"eq":"a"}}"#), "not_granted");
    assert_eq!(label("tag=a&n=7", r#"{"n":{"each":{"eq":7}}}"#), "permit");
}

const NAMES: &str = r#"
  {"match": "GET /items", "upstream": "open", "action": "list", "resource": "items",
   "params": {"user": {"from": "query.user", "optional": true}, "tag": {"from": "query.filter[tag]", "optional": true},
              "ids": {"from": "query.ids[]", "list": true, "optional": true}},
   "ignore": ["query.User", "query.filter", "query.filter[kind]", "query.ids", "query.user.id", "query.user_id"]}"#;

#[test]
fn rival_names_in_one_query_are_refused() {
    let grant = r#"{"type":"writ","actions":["list"],"resources":["items"]}"#;
    let edge = edge_of(NAMES);
    for (query, expected) in [
        ("user=a", "permit"),
        ("User=a", "query_unknown"),
        ("user.id=1", "permit"),
        ("ids=1", "query_unknown"),
        ("filter=a", "query_unknown"),
        ("filter%5Btag%5D=a&filter%5Bkind%5D=b&user=a", "permit"),
        ("ids%5B%5D=1&ids%5B%5D=2", "permit"),
        ("user=a&User=b", "query_unknown"),
        ("User=b&user=a", "query_unknown"),
        ("filter%5Btag%5D=a&filter=b", "query_unknown"),
        ("filter=b&filter%5Bkind%5D=a", "query_unknown"),
        ("ids%5B%5D=1&ids=2", "query_unknown"),
        ("user.id=1&user_id=2", "query_repeated"),
        ("filter%5Bkind%5D=a&filter%5Bkind%5D=a", "query_repeated"),
    ] {
        let line = format!("GET /items?{query}");
        assert_eq!(edge.label(&Ask::new(&line, &[grant])), expected, "{query}");
    }
}

/// An edge with this `pieces_max`.
fn edge_with(pieces_max: usize) -> Edge {
    let text = config_text();
    let (before, _) = text.split_once("\"operations\":").unwrap();
    let text = format!("{before}\"pieces_max\": {pieces_max}, \"operations\": [{OPERATION}]}}");
    let config = Config::read(&text, &secret).unwrap_or_else(|faults| panic!("{faults:#?}"));
    Edge {
        config: Arc::new(config),
        ..Edge::new()
    }
}

#[test]
fn the_configuration_says_how_many_pieces_a_query_has() {
    let grant = r#"{"type":"writ","actions":["list"],"resources":["items"]}"#;
    let line = |pieces: usize| format!("GET /items?tag=a{}", "&tag=a".repeat(pieces - 1));
    for pieces_max in [1, 2, 256, 900] {
        let edge = edge_with(pieces_max);
        let label = |pieces| edge.label(&Ask::new(&line(pieces), &[grant]));
        assert_eq!(label(pieces_max), "permit");
        assert_eq!(label(pieces_max + 1), "query_limit");
    }
    let edge = edge_of(OPERATION);
    let label = |pieces| edge.label(&Ask::new(&line(pieces), &[grant]));
    assert_eq!((label(256), label(257)), ("permit", "query_limit"));
}
