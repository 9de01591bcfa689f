//! Requests for newer bundles.

use crate::harness::config;
use edgewrit_edge::issuer::bundle::{FollowError, apply_bundle, bundle_call, head_line, head_report};
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_edge::memory::Memory;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_test_issuer::{self as support, NOW};

#[test]
fn the_first_call_asks_for_everything_at_once() {
    let call = bundle_call(&config(), None, 28);
    assert_eq!((call.method, call.path.as_str()), ("GET", "/v1/bundle"));
    assert!(call.body.is_empty());
    let headers: Vec<_> = call
        .headers
        .iter()
        .map(|(name, value)| (*name, value.expose()))
        .collect();
    assert_eq!(
        headers,
        [("accept", "application/edgewrit-bundle")],
        "no credential: a cache may answer"
    );
}

#[test]
fn later_calls_name_the_position_and_wait_within_the_bounds_of_the_issuer() {
    let held = support::snapshot(NOW, Vec::new());
    let call = |wait: u32| bundle_call(&config(), Some(&held), wait);
    assert_eq!(call(0).path, "/v1/bundle?have=epoch-1.1&wait=0");
    assert_eq!(call(28).path, "/v1/bundle?have=epoch-1.1&wait=28");
    assert_eq!(call(u32::MAX).path, "/v1/bundle?have=epoch-1.1&wait=28");
    assert_eq!(call(28).timeout_ms, call(0).timeout_ms + 28_000);
    assert!(call(0).timeout_ms > 0);
}

#[test]
fn a_valid_bundle_gives_a_snapshot() {
    let bytes = support::bundle(NOW, Vec::new());
    let snapshot = apply_bundle(
        &config(),
        None,
        IssuerAnswer::Got {
            status: 200,
            body: &bytes,
        },
        NOW,
    )
    .unwrap();
    assert_eq!(snapshot.position(), "epoch-1.1");
    let revocation = Revocation {
        target: Target::of(Level::All),
        cut: NOW,
        expires: NOW.plus(60),
    };
    let newer = support::bundle(NOW.plus(1), vec![revocation]);
    let answer = IssuerAnswer::Got {
        status: 200,
        body: &newer,
    };
    let snapshot = apply_bundle(&config(), Some(&snapshot), answer, NOW.plus(1)).unwrap();
    assert_eq!(snapshot.position(), "epoch-1.2");
}

#[test]
fn every_other_answer_is_an_error_with_a_label() {
    let bytes = support::bundle(NOW, Vec::new());
    let answer = |answer: IssuerAnswer<'_>| apply_bundle(&config(), None, answer, NOW).unwrap_err();
    assert_eq!(answer(IssuerAnswer::Failed), FollowError::Failed);
    assert_eq!(answer(IssuerAnswer::Failed).label(), "bundle_unanswered");
    for status in [199, 201, 204, 302, 304, 404, 500] {
        let error = answer(IssuerAnswer::Got { status, body: &bytes });
        assert_eq!((error.label(), &error), ("bundle_status", &FollowError::Status(status)));
        assert!(error.to_string().contains(&status.to_string()));
    }
    let error = answer(IssuerAnswer::Got { status: 200, body: b"" });
    assert_eq!(error.label(), "bundle_frame");
    assert!(
        error.to_string().starts_with("the issuer's bundle was not applied: "),
        "{error}"
    );
    assert!(answer(IssuerAnswer::Failed).to_string().starts_with("no answer"));
}

#[test]
fn a_bundle_of_another_key_or_issuer_is_refused() {
    let text = crate::harness::config_text();
    let other_pin = text.replace(&support::bundle_key().public().x(), &support::writ_key().public().x());
    let other_issuer = text.replace(support::ISSUER, "https://other.example");
    let bytes = support::bundle(NOW, Vec::new());
    for (text, label) in [(other_pin, "bundle_key"), (other_issuer, "bundle_issuer")] {
        let config = edgewrit_edge::config::Config::read(&text, &crate::harness::secret).unwrap();
        let error = apply_bundle(
            &config,
            None,
            IssuerAnswer::Got {
                status: 200,
                body: &bytes,
            },
            NOW,
        )
        .unwrap_err();
        assert_eq!(error.label(), label);
    }
}

#[test]
fn an_audit_head_that_goes_back_is_reported_once_to_the_issuer_and_each_time_to_the_log() {
    let memory = Memory::new(0xab);
    let applied = |held: Option<&Snapshot>, at: u64, head: &str| {
        let bytes = support::bundle_with_head(NOW.plus(at), head);
        let answer = IssuerAnswer::Got {
            status: 200,
            body: &bytes,
        };
        apply_bundle(&config(), held, answer, NOW.plus(at)).unwrap()
    };
    let (ten, nine) = (format!("10:{}", "a".repeat(64)), format!("9:{}", "b".repeat(64)));
    let first = applied(None, 0, &ten);
    assert!(head_report(&memory, None, &first, NOW).is_none());
    let line = head_line(&first, NOW).unwrap();
    assert_eq!(
        line,
        format!(r#"{{"edgewrit":"audit_seen","at":{},"audit_head":"{ten}"}}"#, NOW.0)
    );
    let back = applied(Some(&first), 1, &nine);
    let report = head_report(&memory, Some(&first), &back, NOW).unwrap();
    assert_eq!((report.contradiction.label(), report.is_new), ("audit_head_back", true));
    let expected = format!(
        r#"{{"edgewrit":"audit_head","at":{},"request_id":"00000000000000ab-1","verdict":"refuse","label":"audit_head_back","detail":"the issuer says {nine}, but {ten} was seen"}}"#,
        NOW.0
    );
    assert_eq!(report.line, expected);
    let again = applied(Some(&back), 2, &nine);
    assert!(!head_report(&memory, Some(&back), &again, NOW).unwrap().is_new);
    let forked = applied(Some(&again), 3, &ten.replace('a', "c"));
    let report = head_report(&memory, Some(&again), &forked, NOW).unwrap();
    assert_eq!((report.contradiction.label(), report.is_new), ("audit_head_fork", true));
}
