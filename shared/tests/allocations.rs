//! A decision allocates nothing, whatever the grants and the attempt.
#![cfg(test)]

#[path = "grants/support.rs"]
mod support;

use edgewrit_shared::grant::attempt::Attempt;
use edgewrit_shared::grant::{Decision, Grants};
use edgewrit_shared::limits::{GRANTS_PER_WRIT, IN_VALUES, JSON_DEPTH};
use edgewrit_shared::time::UnixSeconds;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use support::{NOW, attempt, grant};

/// The allocator of the system, with a count of the requests of each thread.
struct CountingAllocator;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[expect(unsafe_code, reason = "an allocator is `unsafe` to be; this one forwards every call")]
// SAFETY: each method is the system allocator's own.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of the system allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as above.
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// The number of allocations of `work`, and its result.
fn count_allocations<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = ALLOCATIONS.get();
    let made = work();
    (ALLOCATIONS.get() - before, made)
}

/// The result of a decision together with every value that an edge reads from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DecisionOutcome {
    Permitted { allowances: usize, until: Option<u64> },
    Refused { objections: usize },
}

fn decide(grants: &Grants, attempt: &Attempt, now: UnixSeconds) -> DecisionOutcome {
    match grants.decide(attempt, now) {
        Decision::Permit { spend, .. } => DecisionOutcome::Permitted {
            allowances: spend.allowances().count(),
            until: spend.until().map(|UnixSeconds(end)| end),
        },
        Decision::Refuse(miss) => DecisionOutcome::Refused {
            objections: miss.reason.objections().count(),
        },
    }
}

#[track_caller]
fn allocates_nothing(grants: &Grants, attempt: &Attempt, expected: DecisionOutcome) {
    let (allocations, outcome) = count_allocations(|| decide(grants, attempt, NOW));
    assert_eq!((allocations, outcome), (0, expected), "{attempt:?}");
}

const FREELY: DecisionOutcome = DecisionOutcome::Permitted {
    allowances: 0,
    until: None,
};

fn refused(objections: usize) -> DecisionOutcome {
    DecisionOutcome::Refused { objections }
}

fn grants(texts: &[String]) -> Grants {
    Grants::new(texts.iter().map(|text| grant(text)).collect())
}

fn with(members: &str) -> String {
    format!(r#"{{"type":"writ","actions":["act"],"resources":["res"]{members}}}"#)
}

#[test]
fn the_allocator_counts() {
    let (allocations, text) = count_allocations(|| String::from("a") + "b");
    assert_eq!(text, "ab");
    assert!(allocations >= 1);
    assert_eq!(count_allocations(|| 1 + 1), (0, 2));
}

#[test]
fn no_kind_of_rule_allocates() {
    let long = format!(
        "[{}]",
        (0..IN_VALUES)
            .map(|value| value.to_string())
            .collect::<Vec<_>>()
            .join(",")
    );
    let listed = format!(r#"{{"in":{long}}}"#);
    let excluded = format!(r#"{{"not_in":{long}}}"#);
    let each = format!(r#"{{"each":{{"in":{long}}}}}"#);
    for (rule, admitted, objected) in [
        (r#"{"eq":"a"}"#, r#""a""#, r#""b""#),
        (r#"{"eq":1.50}"#, "1.5", "1.51"),
        (r#"{"eq":true}"#, "true", "1"),
        (&listed, "255", "255.5"),
        (&excluded, "256", "12"),
        (r#"{"glob":"*a*/b**"}"#, r#""xax/by""#, r#""xxx/by""#),
        (r#"{"min":1e400}"#, "2e400", "1e399"),
        (r#"{"max":1e-400}"#, "1e-401", "1"),
        (r#"{"under":"/a/b"}"#, r#""/a/b/c""#, r#""/a/b/../c""#),
        (r#"{"cidr":"10.0.0.0/8"}"#, r#""10.9.8.7""#, r#""11.0.0.0""#),
        (r#"{"cidr":"2001:db8::/32"}"#, r#""2001:db8::1""#, r#""::1""#),
        (r#"{"domain":"*.a.b"}"#, r#""https://c.a.b/x""#, r#""https://a.b.c/x""#),
        (r#"{"length":{"min":1,"max":3}}"#, r#""éé""#, r#""abcd""#),
        (&each, "[1,2,3,255]", "[1,2,256]"),
        (
            r#"{"each":{"each":{"each":{"eq":1}}}}"#,
            "[[[1,1],[1]],[[1]]]",
            "[[[1,1],[1]],[[2]]]",
        ),
        (r#"{"optional":{"eq":1}}"#, "1", "2"),
    ] {
        let grants = grants(&[with(&format!(r#","rules":{{"p":{rule}}}"#))]);
        let of = |value: &str| attempt("act", "res", &format!(r#"{{"p":{value}}}"#));
        allocates_nothing(&grants, &of(admitted), FREELY);
        allocates_nothing(&grants, &of(objected), refused(1));
        // No rule here admits this value.
        allocates_nothing(&grants, &of("[[false],[],[],[]]"), refused(1));
    }
    let absent = grants(&[with(r#","rules":{"p":{"absent":true}}"#)]);
    allocates_nothing(&absent, &attempt("act", "res", "{}"), FREELY);
    allocates_nothing(&absent, &attempt("act", "res", r#"{"p":1}"#), refused(1));
}

#[test]
fn numbers_as_doubles_do_not_allocate() {
    let many: Vec<_> = (0..IN_VALUES)
        .map(|value| format!("{value}.0000000000000000000001"))
        .collect();
    let listed = format!(r#"{{"in":[{}]}}"#, many.join(","));
    let each = format!(r#"{{"each":{listed}}}"#);
    for (rule, admitted, objected) in [
        (r#"{"eq":9007199254740993}"#, "9007199254740992", "9007199254740994"),
        (
            r#"{"not_in":[9007199254740993]}"#,
            "9007199254740994",
            "9007199254740992",
        ),
        (
            r#"{"min":1.0000000000000000000001}"#,
            "1.00000000000000000000001",
            "0.99999999999999988",
        ),
        (
            r#"{"max":0.99999999999999999999}"#,
            "1.00000000000000000000001",
            "1.0000000000000003",
        ),
        (&listed, "255.00000000000000000000000001", "255.50000000000000001"),
        (
            &each,
            "[1.00000000000000000002,2.00000000000000000002]",
            "[1.00000000000000000002,2.50000000000000000001]",
        ),
    ] {
        let grants = grants(&[with(&format!(r#","rules":{{"p":{rule}}}"#))]);
        let of = |value: &str| {
            let mut attempt = attempt("act", "res", &format!(r#"{{"p":{value}}}"#));
            for (_, param) in &mut attempt.params {
                *param = param.in_doubles().unwrap();
            }
            attempt
        };
        allocates_nothing(&grants, &of(admitted), FREELY);
        allocates_nothing(&grants, &of(objected), refused(1));
    }
}

#[test]
fn uses_and_windows_do_not_allocate() {
    let UnixSeconds(now) = NOW;
    let limited = |id: &str, end: u64| {
        with(&format!(
            r#","uses":{{"max":2,"allowance":"{id}"}},"not_before":{now},"not_after":{end}"#
        ))
    };
    let both = grants(&[limited("one", now + 7), limited("two", now + 5)]);
    let attempt = attempt("act", "res", "{}");
    let spent = DecisionOutcome::Permitted {
        allowances: 2,
        until: Some(now + 5),
    };
    allocates_nothing(&both, &attempt, spent);
    allocates_nothing(&grants(&[limited("one", now + 7), with("")]), &attempt, FREELY);
    allocates_nothing(&grants(&[with(r#","uses":{"max":2}"#)]), &attempt, refused(0));
    allocates_nothing(
        &grants(&[with(&format!(r#","not_before":{}"#, now + 1))]),
        &attempt,
        refused(0),
    );
    allocates_nothing(&grants(&[]), &attempt, refused(0));
}

#[test]
fn the_number_of_grants_does_not_matter() {
    let one = |number: usize| {
        format!(
            r#"{{"type":"writ","actions":["act"],"resources":["res:{number}/**"],"rules":{{"p":{{"min":{number}}},"q":{{"eq":"a"}}}}}}"#
        )
    };
    let all = grants(&(0..GRANTS_PER_WRIT).map(one).collect::<Vec<_>>());
    let of = |resource: &str, params: &str| attempt("act", resource, params);
    allocates_nothing(&all, &of("res:200/x", r#"{"p":200,"q":"a"}"#), FREELY);
    allocates_nothing(&all, &of("res:200/x", r#"{"p":199}"#), refused(2));
    allocates_nothing(&all, &of("res:256/x", r#"{"p":200,"q":"a"}"#), refused(0));
    allocates_nothing(&all, &attempt("other", "res:1/x", "{}"), refused(0));
}

#[test]
fn nested_lists_do_not_allocate() {
    let depth = JSON_DEPTH - 4;
    let each = r#"{"each":"#.repeat(depth) + r#"{"eq":1}"# + &"}".repeat(depth);
    let nested = |value: &str| format!(r#"{{"p":{}{value}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    let grants = grants(&[with(&format!(r#","rules":{{"p":{each}}}"#))]);
    allocates_nothing(&grants, &attempt("act", "res", &nested("1,1,1")), FREELY);
    allocates_nothing(&grants, &attempt("act", "res", &nested("1,1,2")), refused(1));
}
