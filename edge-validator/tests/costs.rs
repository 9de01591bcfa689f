//! The cost of a refused configuration.
#![cfg(test)]

use edgewrit_edge::config::Config;
use edgewrit_test_costs::grows_in_line;

fn rejected(text: &str) -> usize {
    let faults = Config::read(text, &|_| None).expect_err("the configuration has faults");
    faults.lines().map(|line| line.len() + 1).sum()
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(",")
}

fn with(upstreams: &str, operations: &str) -> String {
    format!(r#"{{"issuer":"https://i.example","upstreams":{{{upstreams}}},"operations":[{operations}]}}"#)
}

#[test]
fn the_cost_of_a_refused_configuration_is_linear_in_its_length() {
    let unknown = |count| many(count, |index| format!(r#""m{index}":1"#));
    grows_in_line("errors", 20_000, |count| format!("{{{}}}", unknown(count)), rejected);
    let named = |bytes: usize| with(&format!(r#""{}":{{{}}}"#, "a".repeat(bytes), unknown(2_000)), "");
    grows_in_line("name of an upstream", 200_000, named, rejected);
    let operations = |count| with("", &many(count, |index| format!(r#"{{"match":"GET /{index}","x":1}}"#)));
    grows_in_line("operations", 2_000, operations, rejected);
    let param = |bytes: usize| {
        let params = format!(r#""{}":{{{}}}"#, "p".repeat(bytes), unknown(2_000));
        with("", &format!(r#"{{"match":"GET /a","params":{{{params}}}}}"#))
    };
    grows_in_line("name of a parameter", 200_000, param, rejected);
    let captures = |count| {
        let path = (0..count).map(|index| format!("/{{c{index}}}")).collect::<String>();
        with("", &many(100, |_| format!(r#"{{"match":"GET {path}"}}"#)))
    };
    grows_in_line("captures", 400, captures, rejected);
    let deep = |depth: usize| format!(r#"{{"edge":{}1{}}}"#, r#"{"a":"#.repeat(depth), "}".repeat(depth));
    grows_in_line("depth", 7, deep, rejected);
}
