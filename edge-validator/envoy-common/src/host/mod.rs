//! The functions of Envoy that this crate needs.

pub mod stream;

use edgewrit_shared::time::UnixSeconds;
use std::fmt;

/// Envoy, as one thread of it sees it.
///
/// The threads of one Envoy share the values of [`Self::read_shared`]. Each thread has a filter of
/// its own, and no other state is shared.
pub trait Host: Copy {
    /// The time of the clock of the host.
    ///
    /// # Errors
    /// As all functions of this trait: if the host refuses the call.
    fn now(self) -> Result<UnixSeconds, HostFailure>;

    /// Writes a line to the log of the host.
    fn log(self, level: LogLevel, line: &str);

    /// The least level that the host writes to its log, as a number of [`LogLevel`].
    fn log_threshold(self) -> Result<u32, HostFailure>;

    /// The value under `key`, if there is one. The value outlives the filters and is not
    /// authenticated. The cost grows with the length of the value.
    fn read_shared(self, key: &str) -> Result<Option<SharedValue>, HostFailure>;

    /// Sets `value` under `key` in place of the value there. With a version, only if the version is
    /// still the one of [`Self::read_shared`]. Returns whether the value was set.
    fn write_shared(self, key: &str, value: &[u8], version: Option<u32>) -> Result<bool, HostFailure>;

    /// Sets `value` under `key` if there is no value. Returns whether the value was set.
    fn create_shared(self, key: &str, value: &[u8]) -> Result<bool, HostFailure>;

    /// Starts an HTTP call. The host reports the answer with the returned token.
    fn start_call(self, outgoing: &Outgoing<'_>) -> Result<u32, HostFailure>;

    /// Adds to a counter.
    fn count(self, group: &'static str, name: &'static str, by: u64);

    /// Changes a gauge that all filters change together.
    fn change_gauge(self, group: &'static str, name: &'static str, by: i64);

    /// Sets a gauge. The gauge shows the value of the last filter that sets it.
    fn set_gauge(self, group: &'static str, name: &'static str, value: u64);
}

/// Level of a line in the log of the host.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub enum LogLevel {
    /// Permits that the upstream answered.
    Debug = 1,
    /// All other verdicts, and changes of state.
    Info = 2,
    /// A state that an operator should check.
    Warn = 3,
    /// A failure.
    Error = 4,
}

/// A value that the threads of one Envoy share, as of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedValue {
    /// The value.
    pub value: Vec<u8>,
    /// The version for [`Host::write_shared`], which changes whenever a filter sets the value.
    pub version: u32,
}

/// The call for [`Host::start_call`].
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The cluster that gets the call.
    pub cluster: &'a str,
    /// The headers, with the pseudo-headers.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body; empty if there is none.
    pub body: &'a [u8],
    /// The time limit in milliseconds.
    pub timeout_ms: u32,
}

/// A failed call of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostFailure {
    /// The function of the interface.
    pub call: &'static str,
    /// The returned status; 0 if the host reported success with an invalid result.
    pub status: u32,
}

impl HostFailure {
    /// A failure of a call that reported success with an invalid result.
    #[must_use]
    pub const fn unusable(call: &'static str) -> Self {
        Self { call, status: 0 }
    }

    /// Writes the failure to the log of the host, because nothing else can be done about it.
    #[cold]
    pub fn log(self, host: impl Host) {
        host.log(LogLevel::Error, &self.to_string());
    }
}

impl fmt::Display for HostFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            0 => write!(f, "host call `{}` handed over something unusable", self.call),
            status => write!(f, "host call `{}` failed with status {status}", self.call),
        }
    }
}
