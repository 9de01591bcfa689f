//! The functions of Envoy that its adapters share, by means of the proxy-wasm ABI.

use crate::abi::host;
use crate::metrics;
use edgewrit_envoy_common::host::{Host, HostFailure, LogLevel, Outgoing, SharedValue};
use edgewrit_shared::time::UnixSeconds;

/// The host of a Wasm filter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wasm;

impl Host for Wasm {
    fn now(self) -> Result<UnixSeconds, HostFailure> {
        const NANOSECONDS: u64 = 1_000_000_000;
        Ok(UnixSeconds(host::nanoseconds()? / NANOSECONDS))
    }

    fn log(self, level: LogLevel, line: &str) {
        host::log(level, line);
    }

    fn log_threshold(self) -> Result<u32, HostFailure> {
        host::log_threshold()
    }

    fn read_shared(self, key: &str) -> Result<Option<SharedValue>, HostFailure> {
        host::read_shared(key)
    }

    fn write_shared(self, key: &str, value: &[u8], version: Option<u32>) -> Result<bool, HostFailure> {
        host::write_shared(key, value, version)
    }

    fn create_shared(self, key: &str, value: &[u8]) -> Result<bool, HostFailure> {
        host::create_shared(key, value)
    }

    fn start_call(self, outgoing: &Outgoing<'_>) -> Result<u32, HostFailure> {
        host::start_call(outgoing)
    }

    fn count(self, group: &'static str, name: &'static str, by: u64) {
        metrics::count(group, name, by);
    }

    fn change_gauge(self, group: &'static str, name: &'static str, by: i64) {
        metrics::change(group, name, by);
    }

    fn set_gauge(self, group: &'static str, name: &'static str, value: u64) {
        metrics::set(group, name, value);
    }
}

/// Writes a failure to the log of the host.
#[cold]
pub(crate) fn log_failure(failure: HostFailure) {
    failure.log(Wasm);
}
