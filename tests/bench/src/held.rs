//! The memory of an instance that holds 100,000 revocations and a full cache of verified writs.

use crate::{pipeline, token};
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::issuer::bundle::apply_bundle;
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::step::{Step, start};
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::limits::CACHED_WRITS;
use edgewrit_test_issuer as support;
use std::sync::Arc;

/// Writs for each place in the cache: enough that hardly a place stays empty, although the places
/// are random.
const WRITS_PER_PLACE: usize = 4;

/// The input of the instance: a bundle, then writs.
#[must_use]
pub fn arrivals() -> Vec<Vec<u8>> {
    let bundle = support::bundle(support::NOW, token::revocations(token::REVOCATIONS));
    let writs =
        (0..WRITS_PER_PLACE * CACHED_WRITS).map(|number| token::writ_called(&format!("jti-{number}")).into_bytes());
    [bundle].into_iter().chain(writs).collect()
}

/// An instance of an edge.
pub struct HeldInstance {
    config: Arc<Config>,
    memory: Memory,
    snapshot: Option<Snapshot>,
}

impl HeldInstance {
    /// An instance that holds nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            config: pipeline::config(""),
            memory: Memory::new(1),
            snapshot: None,
        }
    }

    /// Applies the first arrival as the bundle, and judges a request with each later arrival as its
    /// writ.
    pub fn take(&mut self, arrival: &[u8]) {
        if self.snapshot.is_none() {
            let answer = IssuerAnswer::Got {
                status: 200,
                body: arrival,
            };
            self.snapshot = Some(apply_bundle(&self.config, None, answer, support::NOW).expect("a good bundle"));
            return;
        }
        let authorization = [b"Bearer ", arrival].concat();
        let head = Head {
            method: "GET",
            target: b"/flights?from=JFK&to=LHR&date=2026-05-10",
            authority: b"edge.example",
            headers: &[("authorization", &authorization)],
            has_body: false,
        };
        let world = World {
            config: &self.config,
            snapshot: self.snapshot.as_ref(),
            memory: &self.memory,
            now: support::NOW,
        };
        assert!(matches!(start(head, &world), Step::Forward(_)), "another verdict");
    }
}

impl Default for HeldInstance {
    fn default() -> Self {
        Self::new()
    }
}
