//! What a decision and a comparison cost with ten grants of three rules each: `cargo bench -p edgewrit-shared --bench decide`.
//!
//! Rounds are interleaved, and so short that most of them are not interrupted; the median is printed. Compare the ratios: the
//! baseline is an attempt against one literal grant.
#![expect(clippy::unwrap_used, reason = "what it measures succeeds")]

use edgewrit_shared::attempt::{Attempt, Param};
use edgewrit_shared::document::{Faults, Node};
use edgewrit_shared::grant::{Grant, Grants, narrower};
use edgewrit_shared::json;
use edgewrit_shared::time::UnixSeconds;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 1001;
const ROUND: Duration = Duration::from_micros(200);

/// Nanoseconds that `work` takes, over one round.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
fn nanoseconds(work: &dyn Fn()) -> f64 {
    let start = Instant::now();
    let mut times = 0_u32;
    while start.elapsed() < ROUND {
        for _ in 0..64 {
            work();
        }
        times += 64;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}

fn grant(text: &str) -> Grant {
    let json = json::parse(text.as_bytes(), 1_000).unwrap();
    Grant::read(&Node::root(&json, &Faults::new())).unwrap()
}

/// Like the travel story's. The destinations are the grant's own, so that an attempt fails at the last rule of all but one.
fn numbered(number: usize) -> Grant {
    grant(&format!(
        r#"{{"type":"writ","actions":["search","list"],"resources":["s3://flights/2026-*/**","arn:aws:rds:us-east-1:*:db:*"],"rules":{{"from":{{"eq":"JFK"}},"seats":{{"min":1,"max":4}},"to":{{"in":["LHR{number}","LGW{number}"]}}}}}}"#
    ))
}

fn attempt(to: &str) -> Attempt {
    Attempt {
        action: "search".into(),
        resource: "s3://flights/2026-05/10/morning.json".into(),
        params: vec![
            ("from".into(), Param::Text("JFK".into())),
            ("to".into(), Param::Text(to.into())),
            ("seats".into(), Param::Number(2.into())),
        ],
    }
}

fn main() {
    let ten: Vec<Grant> = (0..10).map(numbered).collect();
    let grants = Grants::new(ten.clone());
    let literal = Grants::new(vec![grant(
        r#"{"type":"writ","actions":["search"],"resources":["flights"]}"#,
    )]);
    let plain = Attempt {
        action: "search".into(),
        resource: "flights".into(),
        params: Vec::new(),
    };
    let (last, none) = (attempt("LHR9"), attempt("CDG"));
    let child = numbered(9);
    let decide = |grants: &Grants, attempt: &Attempt| {
        _ = black_box(black_box(grants).decide(black_box(attempt), UnixSeconds(0)))
    };
    let cases: [(&str, &dyn Fn()); 5] = [
        ("decide, one literal grant (baseline)", &|| decide(&literal, &plain)),
        ("decide, ten grants, the last permits", &|| decide(&grants, &last)),
        ("decide, ten grants, none permits", &|| decide(&grants, &none)),
        ("narrower, one in ten", &|| {
            _ = black_box(narrower(black_box(&child), &ten))
        }),
        ("read one grant", &|| _ = black_box(numbered(black_box(9)))),
    ];
    let mut rounds: Vec<Vec<f64>> = vec![Vec::new(); cases.len()];
    for _ in 0..ROUNDS {
        for ((_, work), times) in cases.iter().zip(&mut rounds) {
            times.push(nanoseconds(work));
        }
    }
    let medians: Vec<f64> = rounds.iter_mut().map(|times| median(times)).collect();
    let baseline = medians.first().copied().unwrap();
    for ((name, _), nanoseconds) in cases.iter().zip(&medians) {
        println!("{name:<40} {nanoseconds:>9.0} ns  {:>6.1} x", nanoseconds / baseline);
    }
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap()
}
