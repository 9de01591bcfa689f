//! Labels and messages.

use crate::bundle::BundleError;
use crate::bundle::revocation::RowsError;
use crate::jose::jws::JwsError;
use crate::json::JsonError;
use crate::json::document::FaultList;
use crate::support::NOW;
use crate::time::UnixSeconds;
use std::borrow::ToOwned;
use std::string::{String, ToString};

#[test]
fn every_refusal_has_its_label() {
    let cases = [
        (BundleError::Frame, "bundle_frame"),
        (BundleError::Jws(JwsError::Critical), "bundle_malformed"),
        (BundleError::Key { kid: String::new() }, "bundle_key"),
        (BundleError::Signature, "bundle_signature"),
        (BundleError::Payload(JsonError::TooDeep), "bundle_payload"),
        (BundleError::Members(FaultList::new()), "bundle_payload"),
        (BundleError::Issuer { found: String::new() }, "bundle_issuer"),
        (
            BundleError::Clock {
                issued_at: NOW,
                now: NOW,
            },
            "bundle_clock",
        ),
        (
            BundleError::Stale {
                fresh_until: NOW,
                now: NOW,
            },
            "bundle_stale",
        ),
        (BundleError::Unfounded, "bundle_unfounded"),
        (
            BundleError::Epoch {
                found: String::new(),
                held: String::new(),
            },
            "bundle_epoch",
        ),
        (BundleError::Gap { from: 1, held: 2 }, "bundle_gap"),
        (BundleError::Fork { held: 2 }, "bundle_fork"),
        (BundleError::Old { held: 2 }, "bundle_old"),
        (BundleError::RowsDiffer, "bundle_rows_differ"),
        (BundleError::Rows(RowsError::Order), "bundle_rows"),
    ];
    for (error, label) in cases {
        assert_eq!(error.label(), label);
    }
}

#[test]
fn messages_name_the_found_and_the_expected_value() {
    let found = || "x\n".to_owned();
    let (early, late) = (UnixSeconds(1), UnixSeconds(9));
    let cases = [
        (BundleError::Frame, "no JWS and line feed within the first 262144 bytes"),
        (BundleError::Jws(JwsError::Critical), "header: `crit` is not accepted"),
        (
            BundleError::Key { kid: found() },
            "header: no pinned key has the id `x\\n`",
        ),
        (BundleError::Signature, "the signature is not the pinned key's"),
        (
            BundleError::Payload(JsonError::TooDeep),
            "payload: nested deeper than 32 levels",
        ),
        (
            BundleError::Issuer { found: found() },
            "`iss`: `x\\n` is another issuer",
        ),
        (
            BundleError::Clock {
                issued_at: late,
                now: early,
            },
            "`issued_at`: 9 is more than 5 seconds after now, 1: the clock here is behind",
        ),
        (
            BundleError::Stale {
                fresh_until: early,
                now: late,
            },
            "`fresh_until`: 1 is not after now, 9",
        ),
        (
            BundleError::Unfounded,
            "a delta, but nothing is held that it could extend",
        ),
        (
            BundleError::Epoch {
                found: found(),
                held: found(),
            },
            "a delta of epoch `x\\n`, but epoch `x\\n` is held",
        ),
        (
            BundleError::Gap { from: 1, held: 2 },
            "a delta from seq 1, but seq 2 is held",
        ),
        (BundleError::Old { held: 2 }, "not newer than what is held, seq 2"),
        (
            BundleError::RowsDiffer,
            "the revocations are not those that were signed",
        ),
        (
            BundleError::Rows(RowsError::Order),
            "revocations are not in strictly ascending order",
        ),
    ];
    for (error, message) in cases {
        assert_eq!(error.to_string(), message);
    }
}
