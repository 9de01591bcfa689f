//! Refusals: what the client may read and what the log may read.

use crate::memory::Memory;
use crate::record::Record;
use alloc::string::String;
use alloc::vec::Vec;

/// What a host can run into by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFault {
    /// The request could not be read from the host.
    Unreadable,
    /// The host would send the request somewhere else than the permit says.
    OtherUpstream,
    /// The host would send something else than the permit says.
    OtherRequest,
}

/// A request that goes nowhere.
#[derive(Debug)]
pub struct Refusal(());

/// The answer to the client.
#[derive(Debug)]
pub struct RefusalResponse {
    /// HTTP status.
    pub status: u16,
    /// All headers but `content-length`.
    pub headers: Vec<(&'static str, String)>,
    /// A problem document (RFC 9457).
    pub body: String,
}

impl Refusal {
    /// A refusal before the pipeline was reached.
    #[must_use]
    pub fn of_host(_fault: HostFault, _memory: &Memory) -> Self {
        todo!()
    }
    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        todo!()
    }
    /// Which rule refused; for the log.
    #[must_use]
    pub fn label(&self) -> &'static str {
        todo!()
    }
    /// What the client is told.
    #[must_use]
    pub fn error_code(&self) -> &'static str {
        todo!()
    }
    /// The answer to the client.
    #[must_use]
    pub fn response(&self) -> RefusalResponse {
        todo!()
    }
    /// The line for the log.
    #[must_use]
    pub fn record(&self) -> Record {
        todo!()
    }
}
