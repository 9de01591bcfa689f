//! The hosts that an edge serves.

use crate::harness::{Ask, Edge, config_text, secret};
use edgewrit_edge::config::Config;
use std::sync::Arc;

const ALL: [&str; 1] = [r#"{"type":"writ","actions":["options"],"resources":["**"]}"#];

fn edge_for(hosts: &str) -> Edge {
    let text = config_text().replacen("\"audience\"", &format!("\"hosts\": {hosts}, \"audience\""), 1);
    let config = Config::read(&text, &secret).unwrap_or_else(|faults| panic!("{faults:#?}"));
    Edge {
        config: Arc::new(config),
        ..Edge::new()
    }
}

fn label(edge: &Edge, authority: &str) -> &'static str {
    let authority = authority.to_owned();
    edge.label(&Ask {
        authority,
        ..Ask::new("OPTIONS /reports", &ALL)
    })
}

#[test]
fn only_requests_for_a_host_that_is_named_are_served() {
    let edge = edge_for(r#"["api.example", "api.example:8443", "[::1]:80"]"#);
    for served in ["api.example", "api.example:8443", "API.Example", "[::1]:80"] {
        assert_eq!(label(&edge, served), "permit", "{served}");
    }
    for other in [
        "",
        "evil.example",
        "api.example.",
        "api.example:443",
        "api.example,api.example",
        "api.example, api.example",
        "user@api.example",
        " api.example",
        "xapi.example",
        "[::1]",
        "аpi.example",
    ] {
        assert_eq!(label(&edge, other), "host_unknown", "{other}");
    }
    let any = Edge::new();
    assert_eq!(label(&any, ""), "permit");
    assert_eq!(label(&any, "evil.example"), "permit");
}

#[test]
fn a_misdirected_request_is_refused_before_it_is_read() {
    let edge = edge_for(r#"["api.example"]"#);
    let ask = Ask::bare("OPTIONS //");
    let refusal = edge.ask(&ask).refused();
    assert_eq!((refusal.status(), refusal.error_code()), (421, "host_unknown"));
    assert!(refusal.record().line().contains("edge.example"), "the log says which");
    assert!(!refusal.response().body.contains("edge.example"));
}
