//! Names that may come several times.

use crate::harness::Ask;
use crate::operations::edge_of;

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
