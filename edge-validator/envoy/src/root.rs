//! One configured filter: its settings, its memory, and what it holds of the issuer's bundle.

use crate::abi::Failure;
use crate::abi::host::{self, Level, Outgoing};
use crate::follow::Follow;
use crate::settings::{self, Settings};
use edgewrit_edge::call::{Answer, Call};
use edgewrit_edge::config::Fault;
use edgewrit_edge::follow;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::refusal::{HostFault, Refusal};
use edgewrit_edge::step::{Step, World};
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;
use std::cell::{Cell, RefCell};

/// One root context.
pub(crate) struct Root {
    /// The host's number for it.
    pub(crate) id: u32,
    pub(crate) settings: Settings,
    memory: Memory,
    snapshot: RefCell<Option<Snapshot>>,
    follow: Cell<Follow>,
    /// A route has sent a permitted request somewhere else. Nothing is permitted any more: its next choice is not known either.
    misrouted: Cell<bool>,
    /// Calls under way: the host's token, and the context that waits for it.
    calls: RefCell<Vec<(u32, u32)>>,
}

/// The time by the host's clock.
pub(crate) fn now() -> Result<UnixSeconds, Failure> {
    const NANOSECONDS: u64 = 1_000_000_000;
    Ok(UnixSeconds(host::nanoseconds()? / NANOSECONDS))
}

impl Root {
    /// Reads the configuration, `size` bytes long.
    pub(crate) fn configured(id: u32, size: usize) -> Result<Self, Vec<Fault>> {
        let settings = Settings::read(size)?;
        let seed = host::random().map_err(settings::fault)?;
        Ok(Self {
            id,
            settings,
            memory: Memory::new(seed),
            snapshot: RefCell::new(None),
            follow: Cell::new(Follow::new()),
            misrouted: Cell::new(false),
            calls: RefCell::new(Vec::new()),
        })
    }

    /// Takes a step of the pipeline in the world as it is now.
    pub(crate) fn step(&self, step: impl FnOnce(&World<'_>) -> Step) -> Step {
        match now() {
            Ok(now) => step(&World {
                config: &self.settings.config,
                snapshot: self.snapshot.borrow().as_ref(),
                memory: &self.memory,
                now,
            }),
            Err(failure) => {
                host::log(Level::Error, &failure.to_string());
                Step::Refuse(self.refusal(HostFault::Unreadable))
            }
        }
    }

    /// The refusal of a request that never reached the pipeline.
    pub(crate) fn refusal(&self, fault: HostFault) -> Refusal {
        Refusal::of_host(fault, &self.memory, now().unwrap_or(UnixSeconds(0)))
    }

    /// The cluster of the upstream called `upstream`, unless routes cannot be trusted to lead there.
    pub(crate) fn cluster(&self, upstream: &str) -> Option<&str> {
        self.settings.cluster(upstream).filter(|_| !self.misrouted.get())
    }

    /// A permitted request went somewhere else than to `cluster`.
    pub(crate) fn distrust_routes(&self, cluster: &str) {
        self.misrouted.set(true);
        let text = format!(
            "a route sent a permitted request to another cluster than `{cluster}`; all are refused now, see docs/envoy.md"
        );
        host::log(Level::Error, &text);
    }

    /// Starts a call to the issuer, for whose response `context` waits.
    pub(crate) fn call(&self, call: &Call, context: u32) -> Result<(), Failure> {
        let authority = self.settings.issuer_authority().as_bytes();
        let mut headers = vec![
            (":method", call.method.as_bytes()),
            (":scheme", b"https"),
            (":path", call.path.as_bytes()),
            (":authority", authority),
        ];
        headers.extend(
            call.headers
                .iter()
                .map(|(name, value)| (*name, value.expose().as_bytes())),
        );
        let token = host::call(&Outgoing {
            cluster: &self.settings.issuer_cluster,
            headers: &headers,
            body: &call.body,
            timeout_ms: call.timeout_ms,
        })?;
        self.calls.borrow_mut().push((token, context));
        Ok(())
    }

    /// The context that waits for the response to the call with this token.
    pub(crate) fn caller(&self, token: u32) -> Option<u32> {
        let mut calls = self.calls.borrow_mut();
        let at = calls.iter().position(|(own, _)| *own == token)?;
        Some(calls.swap_remove(at).1)
    }

    /// Asks the issuer for a newer bundle if it is time to.
    pub(crate) fn ask(&self) {
        let Ok(now) = now() else { return };
        if !self.follow.get().is_due(now) {
            return;
        }
        let call = follow::bundle_call(
            &self.settings.config,
            self.snapshot.borrow().as_ref(),
            self.follow.get().wait_seconds(),
        );
        match self.call(&call, self.id) {
            Ok(()) => self.follow.update(|follow| follow.asked(now)),
            Err(failure) => {
                host::log(Level::Warn, &format!("the bundle cannot be asked for: {failure}"));
                self.follow.update(|follow| follow.failed(now));
            }
        }
    }

    /// Takes in the issuer's answer, and asks again.
    pub(crate) fn hear(&self, answer: Answer<'_>) {
        let Ok(now) = now() else { return };
        let held = self.snapshot.take();
        match follow::bundle_answer(&self.settings.config, held.as_ref(), answer, now) {
            Ok(snapshot) => {
                self.snapshot.replace(Some(snapshot));
                self.follow.update(Follow::succeeded);
            }
            Err(error) => {
                host::log(Level::Warn, &format!("the bundle is not taken: {error}"));
                self.snapshot.replace(held);
                self.follow.update(|follow| follow.failed(now));
            }
        }
        self.ask();
    }
}
