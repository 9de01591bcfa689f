//! Bundles: what an instance does that starts with nothing, and what it does with news.

use crate::{Case, support, token};
use edgewrit_shared::bundle::{RowsHash, Snapshot, Trust, rows_of};
use std::hint::black_box;

fn trust() -> Trust {
    Trust {
        issuer: support::ISSUER.into(),
        pins: vec![support::bundle_key().public()],
    }
}

/// The cases; `baseline` is the index of the one that they are compared with.
pub(crate) fn cases(baseline: usize) -> Vec<Case> {
    let few = support::bundle(support::NOW, Vec::new());
    let many = support::bundle(support::NOW, token::revocations());
    let apply = |name, document: Vec<u8>| {
        let trust = trust();
        let once = move || {
            let applied = Snapshot::apply(None, black_box(&document), &trust, support::NOW);
            drop(black_box(applied.expect("a good bundle")));
        };
        Case {
            name,
            baseline,
            once: Box::new(once),
        }
    };
    let (document, pinned) = (many.clone(), trust());
    let hash = RowsHash::of(rows_of(&document));
    let hashed = move || {
        let applied = Snapshot::apply_hashed(None, black_box(&document), hash, &pinned, support::NOW);
        drop(black_box(applied.expect("a good bundle")));
    };
    vec![
        apply("apply a bundle, nothing revoked", few),
        apply("apply a bundle, 100,000 revocations", many),
        Case {
            name: "the same, hashed by the host",
            baseline,
            once: Box::new(hashed),
        },
    ]
}
