//! A later instance takes what an instance left, and nothing else.

use super::{ASKING_SECONDS, BASE_SECONDS, BYTES, DeltaLog, LONG_BYTES};
use crate::config::Config;
use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use edgewrit_shared::bundle::revocation::{Level, Revocation, Rows, Target};
use edgewrit_shared::bundle::{Bundle, BundleError, Snapshot, Trust};
use edgewrit_shared::jose::jws::JwsKind;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_test_issuer::{self as support, FRESH, Key, NOW, bundle_key};

fn config() -> Config {
    let text = format!(
        r#"{{"issuer":"{}","trust":["{}"],"edge":{{"id":"e","credential":"${{secret:E}}"}},"audience":"a",
            "upstreams":{{"u":{{"origin":"https://u.example"}}}},
            "operations":[{{"match":"GET /r","upstream":"u","action":"a","resource":"r"}}]}}"#,
        support::ISSUER,
        bundle_key().public().x(),
    );
    Config::read(&text, &|_| Some("secret".into())).unwrap()
}

fn trust() -> Trust {
    config().trust().clone()
}

fn target(number: u64) -> Target {
    Target::of(Level::Writ(&number.to_string()))
}

/// A bundle from `from` to `seq` that revokes writ `seq`. Equal numbers make a refresh; without
/// `from` the bundle is whole.
fn bundle(key: &Key, from: Option<u64>, seq: u64, at: UnixSeconds) -> Vec<u8> {
    let row = |number| Revocation {
        target: target(number),
        cut: at,
        expires: NOW.plus(10_000),
    };
    let rows = match from {
        Some(from) => (from + 1..=seq).map(row).collect(),
        None => (1..=seq).map(row).collect(),
    };
    let bundle = Bundle {
        iss: support::ISSUER.into(),
        epoch: "e".into(),
        seq,
        from,
        issued_at: at,
        fresh_until: at.plus(FRESH),
        keys: Vec::from([support::writ_key().public()]),
        dropped_keys: Vec::new(),
        checkpoint_keys: Vec::new(),
        audit_head: None,
        rows: Rows::encode(rows),
    };
    bundle.join(&key.sign(JwsKind::Bundle, &bundle.payload()))
}

fn delta(from: u64, seq: u64, at: UnixSeconds) -> Vec<u8> {
    bundle(&bundle_key(), Some(from), seq, at)
}

/// An instance that leaves each bundle that it applies.
struct Instance {
    base: Vec<u8>,
    log: DeltaLog,
    held: Snapshot,
}

impl Instance {
    fn new() -> Self {
        let base = bundle(&bundle_key(), None, 1, NOW);
        let held = Snapshot::apply(None, &base, &trust(), NOW).unwrap();
        let log = DeltaLog::begin(None, &held).unwrap();
        Self { base, log, held }
    }

    fn apply(&mut self, seq: u64, at: UnixSeconds) -> bool {
        let from = self.held.position().strip_prefix("e.").unwrap().parse().unwrap();
        let document = delta(from, seq, at);
        let applied = Snapshot::apply(Some(&self.held), &document, &trust(), at).unwrap();
        let extended = self.log.extend(&self.held, &document, &applied);
        self.held = applied;
        extended
    }

    /// The snapshot that another instance reads from the bytes of the handover.
    fn taken(&self, now: UnixSeconds) -> Result<Snapshot, BundleError> {
        let log = DeltaLog::from_bytes(&self.log.to_bytes()).unwrap();
        assert_eq!(log, self.log);
        log.follow(&self.base, &config(), now)
    }
}

#[test]
fn the_handover_gives_the_same_snapshot() {
    let mut instance = Instance::new();
    assert!(instance.apply(2, NOW.plus(10)));
    assert!(instance.apply(5, NOW.plus(FRESH - 1)));
    assert!(instance.apply(5, NOW.plus(FRESH + 50)));
    let taken = instance.taken(NOW.plus(FRESH + 60)).unwrap();
    assert_eq!(taken.position(), "e.5");
    assert_eq!(taken.issued_at(), NOW.plus(FRESH + 50));
    assert_eq!(taken.revocations(), instance.held.revocations());
    assert!((1..=5).all(|number| taken.revocations().is_revoked(target(number), NOW)));
}

#[test]
fn a_stale_handover_is_refused() {
    let mut instance = Instance::new();
    assert!(instance.apply(2, NOW.plus(10)));
    let taken = instance.taken(NOW.plus(10 + FRESH));
    assert!(matches!(taken, Err(BundleError::Stale { .. })), "{taken:?}");
    assert!(instance.taken(NOW.plus(10 + FRESH - 1)).is_ok());
}

#[test]
fn every_bundle_of_the_handover_is_verified() {
    let mut instance = Instance::new();
    assert!(instance.apply(2, NOW));
    assert!(instance.apply(3, NOW));
    let foreign = Key::unknown();
    let forged = bundle(&foreign, None, 1, NOW);
    let taken = instance.log.follow(&forged, &config(), NOW);
    assert!(matches!(taken, Err(BundleError::Key { .. })), "{taken:?}");
    for at in 1..3 {
        let mut log = DeltaLog::from_bytes(&instance.log.to_bytes()).unwrap();
        let [one, two] = [1, 2].map(|seq| match seq {
            seq if seq == at => bundle(&foreign, Some(seq), seq + 1, NOW),
            seq => delta(seq, seq + 1, NOW),
        });
        log.bundles = [framed(&one), framed(&two)].concat();
        let taken = log.follow(&instance.base, &config(), NOW);
        assert!(matches!(taken, Err(BundleError::Key { .. })), "{at}: {taken:?}");
    }
}

fn framed(document: &[u8]) -> Vec<u8> {
    [&(document.len() as u64).to_be_bytes(), document].concat()
}

#[test]
fn a_missing_or_truncated_bundle_is_refused() {
    let mut instance = Instance::new();
    assert!(instance.apply(2, NOW));
    let first = instance.log.bundles.len();
    assert!(instance.apply(3, NOW));
    let whole = instance.log.bundles.clone();
    instance.log.bundles = whole[first..].into();
    assert!(matches!(
        instance.taken(NOW),
        Err(BundleError::Gap { from: 2, held: 1 })
    ));
    for cut in first + 1..whole.len() {
        instance.log.bundles = whole[..cut].into();
        assert!(instance.taken(NOW).is_err(), "{cut}");
    }
}

#[test]
fn a_missing_base_gives_no_snapshot() {
    let instance = Instance::new();
    assert_eq!(
        instance.log.follow(&[], &config(), NOW).unwrap_err(),
        BundleError::Frame
    );
}

#[test]
fn only_the_next_bundle_is_appended() {
    let (mut one, mut other) = (Instance::new(), Instance::new());
    assert!(one.apply(2, NOW.plus(1)));
    let document = delta(1, 3, NOW.plus(2));
    let applied = Snapshot::apply(Some(&other.held), &document, &trust(), NOW.plus(2)).unwrap();
    assert!(!one.log.extend(&other.held, &document, &applied));
    // A bundle of another instance without a change, which is older than the last one of the log.
    assert!(other.apply(2, NOW));
    let document = delta(2, 2, NOW.plus(1));
    let applied = Snapshot::apply(Some(&other.held), &document, &trust(), NOW.plus(1)).unwrap();
    assert!(!one.log.extend(&other.held, &document, &applied));
    assert_eq!(one.taken(NOW.plus(2)).unwrap().position(), "e.2");
}

#[test]
fn bundles_without_a_change_replace_each_other() {
    let mut instance = Instance::new();
    for second in 1..100 {
        assert!(instance.apply(1, NOW.plus(second)));
    }
    assert!(instance.apply(2, NOW.plus(100)));
    assert_eq!(instance.log.bundles, framed(&delta(1, 2, NOW.plus(100))));
    assert_eq!(instance.taken(NOW.plus(100)).unwrap().position(), "e.2");
}

#[test]
fn a_long_log_asks_for_another_base_once() {
    let mut instance = Instance::new();
    for seq in 2.. {
        assert!(instance.apply(seq, NOW));
        if instance.log.bundles.len() > LONG_BYTES {
            assert!((20..60).contains(&seq), "{seq} bundles");
            break;
        }
        assert!(!instance.log.is_due(NOW));
    }
    assert!(instance.log.is_due(NOW));
    assert!(!instance.log.is_due(NOW.plus(ASKING_SECONDS)));
    assert!(instance.log.is_due(NOW.plus(ASKING_SECONDS + 1)));
}

#[test]
fn a_log_has_a_longest_length() {
    let mut instance = Instance::new();
    assert!(instance.apply(10_000, NOW));
    assert!(instance.apply(20_000, NOW));
    assert!(!instance.apply(30_000, NOW), "{} bytes", instance.log.bundles.len());
    assert!(instance.log.bundles.len() <= BYTES);
    assert_eq!(instance.taken(NOW).unwrap().position(), "e.20000");
}

#[test]
fn an_old_base_asks_for_another() {
    let mut log = Instance::new().log;
    assert!(!log.is_due(NOW.plus(BASE_SECONDS)));
    assert!(log.is_due(NOW.plus(BASE_SECONDS + 1)));
}

#[test]
fn another_base_has_the_other_slot_and_reaches_further() {
    let instance = Instance::new();
    assert_eq!(DeltaLog::begin(Some(&instance.log), &instance.held), None);
    let base = bundle(&bundle_key(), None, 4, NOW.plus(1));
    let held = Snapshot::apply(None, &base, &trust(), NOW.plus(1)).unwrap();
    let next = DeltaLog::begin(Some(&instance.log), &held).unwrap();
    assert_eq!((instance.log.slot(), next.slot()), (0, 1));
    assert_eq!(next.follow(&base, &config(), NOW.plus(1)).unwrap().position(), "e.4");
    let after = Snapshot::apply(
        None,
        &bundle(&bundle_key(), None, 4, NOW.plus(2)),
        &trust(),
        NOW.plus(2),
    )
    .unwrap();
    assert_eq!(DeltaLog::begin(Some(&next), &after).unwrap().slot(), 0);
}

#[test]
fn malformed_bytes_are_no_log() {
    let instance = Instance::new();
    let bytes = instance.log.to_bytes();
    assert!((0..bytes.len()).all(|length| bytes.get(..length).and_then(DeltaLog::from_bytes).is_none()));
    assert_eq!(DeltaLog::from_bytes(&[0xff; 64]), None);
}
