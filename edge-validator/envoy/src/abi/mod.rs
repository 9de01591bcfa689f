//! The proxy-wasm ABI, version 0.2.1, as far as this filter uses it: with the exports beside it the one place with `unsafe` in what is delivered.
//!
//! [`host`] is what the filter calls, every status a `Result`; [`crate::callbacks`] is what the host calls. An exported callback costs
//! the host time on each request, so only those that do something are there: one for every part of an exchange that could pass without being looked
//! at, and none for the body of a response, which nothing here reads. Rules of the interface that hold throughout:
//! * the VM is single-threaded, and the host never calls back into a callback, except into the allocation export;
//! * the host reads what a pointer argument names during the call and keeps no pointer;
//! * what the host hands over is written into memory that the module allocated for that one call ([`arrival`]).

pub(crate) mod arrival;
pub(crate) mod host;
mod imports;
pub(crate) mod pairs;

use core::fmt;
use host::LogLevel;

/// A host call that did not do what it was asked. The names of the interface's statuses are in its specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The function of the interface.
    call: &'static str,
    /// What it returned; 0 if it reported success with something unusable.
    status: u32,
}

impl Failure {
    /// The call reported success, but what it handed over is not what the interface promises.
    const fn unusable(call: &'static str) -> Self {
        Self { call, status: 0 }
    }

    /// Writes it to the host's log, where nothing else can be done about it.
    #[cold]
    pub(crate) fn log(self) {
        host::log(LogLevel::Error, &self.to_string());
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            0 => write!(f, "host call `{}` handed over something unusable", self.call),
            status => write!(f, "host call `{}` failed with status {status}", self.call),
        }
    }
}

/// What the host does with the stream when a callback returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Passes it on to the next filter.
    Continue,
    /// Keeps it. Nothing reaches the upstream.
    Pause,
}

/// Turns a returned status into a result.
fn check_status(call: &'static str, status: u32) -> Result<(), Failure> {
    match status {
        0 => Ok(()),
        status => Err(Failure { call, status }),
    }
}
