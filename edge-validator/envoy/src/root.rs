//! One configured filter: its settings, its memory, and what it holds of the issuer's bundle.

use crate::abi::Failure;
use crate::abi::host::{self, Buffer, Level, Map, Outgoing};
use crate::follow::{Follow, WAIT_SECONDS};
use crate::settings::{self, Settings};
use edgewrit_edge::call::{Answer, Call};
use edgewrit_edge::config::Fault;
use edgewrit_edge::follow;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::refusal::{HostFault, Refusal};
use edgewrit_edge::step::{Step, World};
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;

/// One root context.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) settings: Settings,
    memory: Memory,
    snapshot: Option<Snapshot>,
    follow: Follow,
}

/// The time by the host's clock.
pub(crate) fn now() -> Result<UnixSeconds, Failure> {
    const NANOSECONDS: u64 = 1_000_000_000;
    Ok(UnixSeconds(host::nanoseconds()? / NANOSECONDS))
}

impl Root {
    /// Reads the configuration, `size` bytes long.
    pub(crate) fn configured(size: usize) -> Result<Self, Vec<Fault>> {
        let settings = Settings::read(size)?;
        let seed = host::random().map_err(settings::fault)?;
        Ok(Self {
            settings,
            memory: Memory::new(seed),
            snapshot: None,
            follow: Follow::new(),
        })
    }

    /// Takes a step of the pipeline in the world as it is now.
    pub(crate) fn step(&self, step: impl FnOnce(&World<'_>) -> Step) -> Step {
        match now() {
            Ok(now) => step(&World {
                config: &self.settings.config,
                snapshot: self.snapshot.as_ref(),
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
        Refusal::of_host(fault, &self.memory)
    }

    /// Starts a call to the issuer and returns its token.
    pub(crate) fn call(&self, call: &Call) -> Result<u32, Failure> {
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
        host::call(&Outgoing {
            cluster: &self.settings.issuer_cluster,
            headers: &headers,
            body: &call.body,
            timeout_ms: call.timeout_ms,
        })
    }

    /// Asks the issuer for a newer bundle if it is time to; the token of the call if it was made.
    pub(crate) fn ask(&mut self) -> Option<u32> {
        let now = now().ok()?;
        if !self.follow.is_due(now) {
            return None;
        }
        let call = follow::bundle_call(&self.settings.config, self.snapshot.as_ref(), WAIT_SECONDS);
        match self.call(&call) {
            Ok(token) => {
                self.follow.asked(now);
                Some(token)
            }
            Err(failure) => {
                host::log(Level::Warn, &format!("the bundle cannot be asked for: {failure}"));
                self.follow.failed(now);
                None
            }
        }
    }

    /// Takes in the issuer's answer to [`Self::ask`].
    pub(crate) fn hear(&mut self, answer: Answer<'_>) {
        let Ok(now) = now() else { return };
        match follow::bundle_answer(&self.settings.config, self.snapshot.as_ref(), answer, now) {
            Ok(snapshot) => {
                self.snapshot = Some(snapshot);
                self.follow.succeeded();
            }
            Err(error) => {
                host::log(Level::Warn, &format!("the bundle is not taken: {error}"));
                self.follow.failed(now);
            }
        }
    }
}

/// The whole response to a call, read while the host holds it. A failed call arrives with no headers, and then nothing can be read.
pub(crate) struct Heard(Option<(u16, Vec<u8>)>);

impl Heard {
    pub(crate) fn read(headers: u32, body_size: usize) -> Self {
        if headers == 0 {
            return Self(None);
        }
        let status = host::headers(Map::Call)
            .ok()
            .and_then(|block| status(&block.pairs().ok()?));
        Self(status.zip(host::bytes(Buffer::CallBody, body_size).ok()))
    }

    pub(crate) fn answer(&self) -> Answer<'_> {
        match &self.0 {
            Some((status, body)) => Answer::Got { status: *status, body },
            None => Answer::Failed,
        }
    }
}

/// The status of a response whose headers these are.
pub(crate) fn status(headers: &[(&str, &[u8])]) -> Option<u16> {
    let (_, value) = headers.iter().find(|(name, _)| *name == ":status")?;
    str::from_utf8(value).ok()?.parse().ok()
}
