//! Cases of writs: the signature alone, the whole verification, and its parts.

use crate::BenchCase;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::jose::jws::{Jws, JwsKind};
use edgewrit_shared::jose::signature::{Compact, Dalek, Verify};
use edgewrit_shared::json;
use edgewrit_shared::limits::{JSON_VALUES, WRIT_BYTES, WRIT_TTL_MAX};
use edgewrit_shared::token::claims::Claims;
use edgewrit_shared::token::{Expect, Unverified, Verified};
use edgewrit_test_issuer as support;
use std::hint::black_box;

/// Revocations of other writs.
pub(crate) const REVOCATIONS: u64 = 100_000;
const SEARCH: &str = r#"{"type":"writ","actions":["search"],"resources":["flights"],"rules":{"from":{"eq":"JFK"},"to":{"eq":"LHR"},"date":{"eq":"2026-05-10"}}}"#;
const BOOK: &str =
    r#"{"type":"writ","actions":["book"],"resources":["tickets"],"rules":{"user":{"eq":"X"},"seats":{"eq":1}}}"#;
const EXPECT: Expect<'static> = Expect {
    issuer: support::ISSUER,
    audience: support::AUDIENCE,
    life_max: WRIT_TTL_MAX,
};

fn claims() -> Claims {
    support::claims(support::grants(&[SEARCH, BOOK]))
}

/// A writ of some 900 bytes.
pub(crate) fn writ(number: usize) -> String {
    let mut claims = claims();
    claims.jti = format!("{number:032x}");
    support::writ(&claims)
}

/// The same writ with another id.
pub(crate) fn writ_called(jti: &str) -> String {
    let mut claims = claims();
    claims.jti = jti.into();
    support::writ(&claims)
}

/// Revocations of `count` other writs.
pub(crate) fn revocations(count: u64) -> Vec<Revocation> {
    let one = |number: u64| Revocation {
        target: Target::of(Level::Writ(&number.to_string())),
        cut: support::NOW,
        expires: support::NOW.plus(900),
    };
    (0..count).map(one).collect()
}

fn verify(writ: &str, snapshot: &Snapshot) -> Verified {
    let unverified = Unverified::parse(black_box(writ)).expect("a writ");
    unverified.verify(&EXPECT, snapshot, support::NOW).expect("verified")
}

/// A case that verifies only the signature of the writ.
fn verify_signature(by: impl Verify + 'static) -> Box<dyn Fn()> {
    let (key, writ) = (support::writ_key(), writ(0));
    let (signed, _) = writ.rsplit_once('.').expect("a signature");
    let (public, signed, signature) = (key.public(), signed.to_owned(), key.sign_bytes(signed.as_bytes()));
    Box::new(move || {
        let proof = by.verify(&public, black_box(signed.as_bytes()), &signature);
        black_box(proof.expect("a good signature"));
    })
}

/// The cases; `first` is the index of the first of them, their baseline.
pub(crate) fn cases(first: usize) -> Vec<BenchCase> {
    let (whole, parts, payload) = (writ(0), writ(0), claims().to_json());
    let [empty, full] = [Vec::new(), revocations(REVOCATIONS)].map(|rows| support::snapshot(support::NOW, rows));
    let (among_many, known, held) = (whole.clone(), verify(&whole, &full), full.clone());
    let case = |name, once: Box<dyn Fn()>| BenchCase {
        name,
        baseline: first,
        once,
    };
    vec![
        case("the signature of a writ alone", verify_signature(Dalek)),
        case("the same by ed25519-compact", verify_signature(Compact)),
        case(
            "verify a writ, nothing revoked",
            Box::new(move || drop(black_box(verify(&whole, &empty)))),
        ),
        case(
            "verify a writ, 100,000 revocations",
            Box::new(move || drop(black_box(verify(&among_many, &full)))),
        ),
        case(
            "a verified writ stands, 100,000 revocations",
            Box::new(move || {
                let stands = black_box(&known).check_validity(&EXPECT, &held, support::NOW);
                stands.expect("nothing of it is revoked");
            }),
        ),
        case(
            "JWS of the writ",
            Box::new(move || {
                drop(black_box(
                    Jws::parse(black_box(&parts), JwsKind::Writ, WRIT_BYTES).expect("a JWS"),
                ))
            }),
        ),
        case(
            "JSON and claims of the payload",
            Box::new(move || {
                let json = json::parse(black_box(payload.as_bytes()), JSON_VALUES).expect("JSON");
                black_box(Claims::read(&json).expect("claims"));
            }),
        ),
    ]
}
