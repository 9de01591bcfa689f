//! Cases of bundles: the first bundle of an instance, and a later one.

use crate::BenchCase;
use crate::token::{self, REVOCATIONS};
use edgewrit_shared::bundle::revocation::Revocation;
use edgewrit_shared::bundle::{RowsHash, Snapshot, Trust, rows_of};
use edgewrit_test_issuer as support;
use std::hint::black_box;

fn trust() -> Trust {
    Trust {
        issuer: support::ISSUER.into(),
        pins: vec![support::bundle_key().public()],
    }
}

/// Applies a bundle with these revocations to an instance that starts with nothing.
pub(crate) fn apply(name: &'static str, baseline: usize, revocations: Vec<Revocation>) -> BenchCase {
    let (trust, document) = (trust(), support::bundle(support::NOW, revocations));
    let once = move || {
        let applied = Snapshot::apply(None, black_box(&document), &trust, support::NOW);
        drop(black_box(applied.expect("a good bundle")));
    };
    BenchCase {
        name,
        baseline,
        once: Box::new(once),
    }
}

/// The cases; `baseline` is the index of the one that they are compared with.
pub(crate) fn cases(baseline: usize) -> Vec<BenchCase> {
    let document = support::bundle(support::NOW, token::revocations(REVOCATIONS));
    let (hash, pinned) = (RowsHash::of(rows_of(&document)), trust());
    let hashed = move || {
        let applied = Snapshot::apply_hashed(None, black_box(&document), hash, &pinned, support::NOW);
        drop(black_box(applied.expect("a good bundle")));
    };
    vec![
        apply("apply a bundle, nothing revoked", baseline, Vec::new()),
        apply(
            "apply a bundle, 100,000 revocations",
            baseline,
            token::revocations(REVOCATIONS),
        ),
        BenchCase {
            name: "the same, hashed by the host",
            baseline,
            once: Box::new(hashed),
        },
    ]
}
