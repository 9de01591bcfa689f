//! What a writ costs beside the bare signature check: `cargo bench -p edgewrit-shared --bench verify`.
//!
//! Rounds are interleaved and the median is printed, so that what else the machine does falls on all alike. Compare the ratios.
#![expect(clippy::unwrap_used, reason = "what it measures succeeds")]

#[path = "../tests/support/mod.rs"]
mod support;

use edgewrit_shared::claims::Claims;
use edgewrit_shared::json;
use edgewrit_shared::jws::{Jws, Kind};
use edgewrit_shared::limits::{JSON_VALUES, WRIT_BYTES};
use edgewrit_shared::revocation::{Level, Revocation, Target};
use edgewrit_shared::signature::{Compact, Dalek, Verify};
use edgewrit_shared::token::Unverified;
use std::hint::black_box;
use std::time::{Duration, Instant};
use support::{NOW, Signer};

const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(60);
const REVOCATIONS: u64 = 100_000;

/// Nanoseconds that `work` takes, over one round.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
fn nanoseconds(work: &dyn Fn()) -> f64 {
    let start = Instant::now();
    let mut times = 0_u32;
    while start.elapsed() < ROUND {
        for _ in 0..16 {
            work();
        }
        times += 16;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}

fn revocations() -> Vec<Revocation> {
    let one = |number: u64| Revocation {
        target: Target::of(Level::Writ(&number.to_string())),
        cut: NOW,
        expires: NOW.plus(900),
    };
    (0..REVOCATIONS).map(one).collect()
}

fn main() {
    let signer = Signer::writs();
    let key = signer.public();
    let claims = support::claims();
    let token = support::writ(&claims);
    let (signed, _) = token.rsplit_once('.').unwrap();
    let signature = signer.sign_bytes(signed.as_bytes());
    let payload = claims.to_json();
    let expect = support::expect();
    let snapshots = [Vec::new(), revocations()].map(support::snapshot_with);
    let [empty, full] = &snapshots;
    let verified = Unverified::parse(&token).unwrap().verify(&expect, full, NOW).unwrap();

    let verify = |snapshot| {
        let unverified = Unverified::parse(black_box(&token)).unwrap();
        black_box(unverified.verify(&expect, snapshot, NOW).unwrap());
    };
    let bare = |provider: &dyn Verify| {
        black_box(provider.verify(&key, black_box(signed.as_bytes()), &signature).unwrap());
    };
    let works: [(&str, &dyn Fn()); 8] = [
        ("bare check, ed25519-dalek", &|| bare(&Dalek)),
        ("bare check, ed25519-compact", &|| bare(&Compact)),
        ("parse and verify, nothing revoked", &|| verify(empty)),
        ("parse and verify, 100,000 revocations", &|| verify(full)),
        ("stands, 100,000 revocations", &|| {
            verified.stands(&expect, full, black_box(NOW)).unwrap();
        }),
        ("JWS alone", &|| {
            black_box(Jws::parse(black_box(&token), Kind::Writ, WRIT_BYTES).unwrap());
        }),
        ("JSON of the payload", &|| {
            black_box(json::parse(black_box(payload.as_bytes()), JSON_VALUES).unwrap());
        }),
        ("JSON and claims of the payload", &|| {
            let json = json::parse(black_box(payload.as_bytes()), JSON_VALUES).unwrap();
            black_box(Claims::read(&json).unwrap());
        }),
    ];
    let mut rounds = vec![Vec::new(); works.len()];
    for _ in 0..ROUNDS {
        for ((_, work), times) in works.iter().zip(&mut rounds) {
            times.push(nanoseconds(work));
        }
    }
    let medians = rounds.into_iter().map(|mut times| {
        times.sort_by(f64::total_cmp);
        times.get(ROUNDS / 2).copied().unwrap_or_default()
    });
    println!("token {} bytes, payload {} bytes", token.len(), payload.len());
    let mut first = None;
    for ((name, _), median) in works.iter().zip(medians) {
        let share = median / *first.get_or_insert(median);
        println!("{name:<40} {median:>10.0} ns  {share:>6.3}");
    }
}
