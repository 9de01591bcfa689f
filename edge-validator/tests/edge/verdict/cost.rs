//! The cost of a request is in proportion to its length, whatever its content.

use crate::harness::{Ask, Edge, config_text, secret};
use edgewrit_edge::config::Config;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

const OPERATIONS: &str = r#"
  {"match": "GET /items", "upstream": "open", "action": "a", "resource": "items",
   "params": {"tag": {"from": "query.t", "list": true}}},
  {"match": "POST /forms", "upstream": "open", "action": "a", "resource": "forms",
   "params": {"n": {"from": "form.n", "type": "integer", "list": true}, "tag": {"from": "form.t", "list": true, "optional": true}}},
  {"match": "POST /lists", "upstream": "open", "action": "a", "resource": "lists",
   "params": {"n": {"from": "body./n", "type": "list"}}}"#;

/// Largest ratio of the cost of one request to the cost of four requests of a quarter of its
/// length. A quadratic cost would give 4.
const RATIO: u32 = 2;
/// Number of long requests in one measurement: the processor time of a thread has steps of some
/// milliseconds.
const ROUNDS: usize = 12;

fn edge() -> Edge {
    let text = config_text();
    let (before, _) = text.split_once("\"operations\":").unwrap();
    let text = format!("{before}\"pieces_max\": 900, \"operations\": [{OPERATIONS}]}}");
    let config = Config::read(&text, &secret).unwrap_or_else(|faults| panic!("{faults:#?}"));
    Edge {
        config: Arc::new(config),
        ..Edge::new()
    }
}

/// A grant whose rules check every number and every text, with numbers that doubles do not keep.
fn grant() -> String {
    let mut numbers = String::new();
    for number in 0..200 {
        let _ = write!(numbers, ",{}", 9_007_199_254_740_993_u64 + 4 * number);
    }
    let rules = format!(
        r#"{{"n":{{"optional":{{"each":{{"not_in":[0{numbers}]}}}}}},"tag":{{"optional":{{"each":{{"glob":"a*"}}}}}}}}"#
    );
    format!(r#"{{"type":"writ","actions":["a"],"resources":["*"],"rules":{rules}}}"#)
}

/// The processor time of this thread in nanoseconds. Other than the time of day, it does not depend
/// on other processes.
fn processor_time() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    told.split(' ').next().unwrap().parse().unwrap()
}

fn time(edge: &Edge, ask: &Ask, rounds: usize) -> Duration {
    assert_eq!(edge.label(ask), "permit");
    let begin = processor_time();
    for _ in 0..rounds {
        assert_eq!(edge.label(ask), "permit");
    }
    Duration::from_nanos(processor_time() - begin)
}

#[track_caller]
fn is_linear(ask: impl Fn(usize) -> Ask, most: usize) {
    let edge = edge();
    let short = time(&edge, &ask(most / 4), 4 * ROUNDS);
    let long = time(&edge, &ask(most), ROUNDS);
    assert!(long > Duration::ZERO, "no time was measured");
    assert!(
        long <= short * RATIO,
        "{short:?}, and a quarter as many of four times the length: {long:?}"
    );
}

fn body(line: &str, content_type: &str, body: String) -> Ask {
    let ask = Ask::new(line, &[&grant()]).header("content-type", content_type);
    Ask {
        body: Some(body.into_bytes()),
        ..ask
    }
}

#[test]
fn a_query_of_as_many_pieces_as_there_may_be() {
    // Every piece has two readings, and a new spelling.
    is_linear(
        |pieces| Ask::new(&format!("GET /items?t=a{}", "&t=a+".repeat(pieces - 1)), &[&grant()]),
        900,
    );
}

#[test]
fn a_form_of_as_many_pieces_as_there_may_be() {
    // A `+` and numbers that doubles do not keep: four readings.
    let form = |pieces: usize| format!("t=a+b=={}", "&n=9007199254799999".repeat(pieces - 1));
    is_linear(
        |pieces| body("POST /forms", "application/x-www-form-urlencoded", form(pieces)),
        900,
    );
}

#[test]
fn a_list_of_numbers_that_doubles_do_not_keep() {
    let numbers = |count: usize| format!("{{\"n\":[1{}]}}", ",9007199254799999".repeat(count - 1));
    is_linear(|count| body("POST /lists", "application/json", numbers(count)), 12_000);
}

#[test]
fn numbers_of_many_digits() {
    // Halfway between two doubles for 450 digits.
    let digits = "0".repeat(440);
    let numbers = |count: usize| {
        format!(
            "{{\"n\":[1{}]}}",
            format!(",1.0000000000000001110223024625156540423631668090820312500{digits}1").repeat(count - 1)
        )
    };
    is_linear(|count| body("POST /lists", "application/json", numbers(count)), 400);
}
