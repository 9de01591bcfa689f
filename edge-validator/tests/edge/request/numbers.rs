//! Numbers in both readings: exact, and as floating-point readers read them.

use crate::harness::{Ask, Edge};
use crate::request::operations::{edge_of, edge_with};
use edgewrit_edge::http::head::Head;
use edgewrit_edge::rehearsal::{RehearsedGrants, rehearse};
use edgewrit_edge::step::Step;
use edgewrit_shared::grant::attempt::Param;
use edgewrit_shared::json::number::Number;
use edgewrit_test_issuer::{self as support, NOW};
use proptest::prelude::*;

const OPERATIONS: &str = r#"
  {"match": "GET /items", "upstream": "open", "action": "a", "resource": "items",
   "params": {"n": {"from": "query.n", "type": "number", "optional": true}, "q": {"from": "query.q", "optional": true}}}"#;

fn grant(rule: &str) -> String {
    format!(r#"{{"type":"writ","actions":["a"],"resources":["items"],"rules":{{"n":{rule}}}}}"#)
}

fn label(edge: &Edge, query: &str, rules: &[&str]) -> &'static str {
    let grants: Vec<_> = rules.iter().map(|rule| grant(rule)).collect();
    let grants: Vec<_> = grants.iter().map(String::as_str).collect();
    edge.label(&Ask::new(&format!("GET /items?{query}"), &grants))
}

#[test]
fn a_refusal_names_the_parameter() {
    let edge = edge_of(OPERATIONS);
    let ask = Ask::new("GET /items?n=1.0000000000000000000001", &[&grant(r#"{"not_in":[1]}"#)]);
    let line = edge.ask(&ask).refused().record().line();
    assert!(
        line.contains(r#""label":"number_precision""#) && line.contains(r#""detail":"`n`""#),
        "{line}"
    );
}

#[test]
fn one_grant_permits_both_readings() {
    let edge = edge_of(OPERATIONS);
    let excluded = r#"{"not_in":[9007199254740992]}"#;
    assert_eq!(label(&edge, "n=9007199254740993", &[excluded]), "number_precision");
    let each = [excluded, r#"{"eq":9007199254740992}"#];
    assert_eq!(label(&edge, "n=9007199254740993", &each), "number_precision");
    let both = [excluded, r#"{"min":9007199254740992}"#];
    assert_eq!(label(&edge, "n=9007199254740993", &both), "permit");
    assert_eq!(label(&edge, "n=9007199254740993&q=a+b", &both), "permit");
}

/// Each reading is permitted without a limit, but only a grant with limited uses permits their
/// mixture.
#[test]
fn a_grant_with_limited_uses_permits_no_mixture_for_free() {
    let edge = edge_of(OPERATIONS);
    let (exact, rounded) = (r#"{"not_in":[9007199254740992]}"#, r#"{"eq":9007199254740992}"#);
    let limited = grant(r#"{"min":0}"#).replace(r#""rules""#, r#""uses":{"max":1,"allowance":"a"},"rules""#);
    let grants = [&*grant(exact), &*grant(rounded), &*limited];
    let ask = Ask::new("GET /items?n=9007199254740993", &grants);
    assert_eq!(edge.label(&ask), "number_precision");
}

/// Other grants permit each reading for longer, but only this grant permits their mixture.
#[test]
fn the_end_of_the_grant_that_permits_both_readings_ends_the_permit() {
    let wide = |rule: &str| grant(rule).replace(r#"["a"]"#, r#"["a","b"]"#);
    let (exact, rounded) = (
        wide(r#"{"not_in":[9007199254740992]}"#),
        wide(r#"{"eq":9007199254740992}"#),
    );
    let window = format!(r#""not_after":{},"rules""#, NOW.0 + 20);
    let both = grant(r#"{"min":9007199254740992}"#).replace(r#""rules""#, &window);
    for (seconds, expected) in [(19, None), (20, Some("not_granted"))] {
        let mut edge = edge_with("strict", OPERATIONS);
        let ask = Ask::new("GET /items?n=9007199254740993", &[&exact, &rounded, &both]);
        let Step::Record(need) = edge.start(&ask) else {
            panic!("no need to record");
        };
        edge.now = NOW.plus(seconds);
        let refused = match need.resume(true, &edge.world()) {
            Step::Refuse(refusal) => Some(refusal.reason().label()),
            _ => None,
        };
        assert_eq!(refused, expected, "after {seconds} seconds");
    }
}

const ORDERS: &str = r#"
  {"match": "POST /orders", "upstream": "open", "action": "a", "resource": "orders",
   "params": {"seats": {"from": "body./seats", "type": "integer"}, "price": {"from": "body./price", "type": "number"}}}"#;

/// For this request Python's `json` reads 9007199254740993 and 1.0, which no grant here permits.
#[test]
fn a_reader_may_round_one_number_and_keep_another() {
    let edge = edge_of(ORDERS);
    let grant = |rules: &str| format!(r#"{{"type":"writ","actions":["a"],"resources":["orders"],"rules":{rules}}}"#);
    let (cheap, seats) = (
        grant(r#"{"price":{"not_in":[1]}}"#),
        grant(r#"{"seats":{"in":[9007199254740992]}}"#),
    );
    let line = "POST /orders";
    let body = r#"{"seats":9007199254740993,"price":1.0000000000000000000001}"#;
    assert_eq!(
        edge.label(&Ask::new(line, &[&cheap, &seats]).json(body)),
        "number_precision"
    );
    let all = grant(r#"{"price":{"max":4}}"#);
    assert_eq!(
        edge.label(&Ask::new(line, &[&cheap, &seats, &all]).json(body)),
        "permit"
    );
}

#[test]
fn a_rehearsal_shows_numbers_as_they_are_written() {
    let edge = edge_of(OPERATIONS);
    let said = |target: &str| {
        let head = Head {
            method: "GET",
            target: target.as_bytes(),
            authority: b"edge.example",
            headers: &[],
            has_body: false,
        };
        let authority = RehearsedGrants::new(support::grants(&[&grant(r#"{"min":0}"#)]));
        rehearse(head, b"", &authority, &edge.config, NOW).attempts
    };
    let number = Param::Number(Number::parse("9007199254740993").unwrap());
    let attempts = said("/items?n=9007199254740993");
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].param("n"), Some(&number));
    let attempts = said("/items?n=9007199254740993&q=a+b");
    assert_eq!(attempts.len(), 2);
    assert!(attempts.iter().all(|attempt| attempt.param("n") == Some(&number)));
}

/// Numbers near each other and near the limit of doubles.
fn numbers() -> impl Strategy<Value = String> {
    let decimals = (0_u64..4, "0{12,24}[0-9]{1,2}").prop_map(|(whole, fraction)| format!("{whole}.{fraction}"));
    let integers = (9_007_199_254_740_985_u64..9_007_199_254_741_005).prop_map(|number| number.to_string());
    let small = (0_i32..20, 300_i32..350).prop_map(|(number, power)| format!("{number}e-{power}"));
    let short = (-30_i32..30).prop_map(|number| format!("{}", f64::from(number) / 10.0));
    prop_oneof![decimals, integers, small, short]
}

proptest! {
    /// A permit holds for a floating-point reader: the same rule with rounded numbers admits the
    /// number that this reader reads.
    #[test]
    fn a_permit_holds_for_floating_point_readers(value in numbers(), listed in proptest::collection::vec(numbers(), 1..12), kind in "in|not_in|min|max") {
        let edge = edge_of(OPERATIONS);
        let rule = |numbers: &[String]| match &*kind {
            "min" | "max" => format!(r#"{{"{kind}":{}}}"#, numbers[0]),
            _ => {
                let mut own = numbers.to_vec();
                own.sort();
                own.dedup();
                format!(r#"{{"{kind}":[{}]}}"#, own.join(","))
            }
        };
        let rounded = |text: &String| format!("{:e}", text.parse::<f64>().unwrap());
        // Equal numbers with different spellings are a fault of the list.
        prop_assume!(listed.iter().all(|one| listed.iter().filter(|other| Number::parse(one) == Number::parse(other)).count() == 1));
        let given = label(&edge, &format!("n={value}"), &[&rule(&listed)]);
        let in_doubles = label(&edge, &format!("n={}", rounded(&value)), &[&rule(&listed.iter().map(rounded).collect::<Vec<_>>())]);
        // Every reader reads a number that doubles keep without change.
        if given == "permit" && !Number::parse(&value).unwrap().is_kept_by_doubles() {
            prop_assert_eq!(in_doubles, "permit");
        }
        prop_assert!(given != "number_precision" || in_doubles == "not_granted");
    }
}
