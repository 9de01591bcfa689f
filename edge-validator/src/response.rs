//! The second half: what comes back from the upstream.

use crate::record::Record;
use crate::refusal::RefusalResponse;
use alloc::string::String;
use alloc::vec::Vec;

/// The head of the upstream's response, borrowed from the host.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'h> {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case and values.
    pub headers: &'h [(&'h str, &'h [u8])],
}

/// What to change in the response before it goes to the client.
#[derive(Debug)]
pub struct ResponseEdits<'h> {
    /// The status to answer with.
    pub status: u16,
    /// Headers to remove, all values of each.
    pub remove: Vec<&'h str>,
    /// Headers to set after that, replacing what is there.
    pub set: Vec<(&'static str, String)>,
    /// A body to send instead of the upstream's, which is thrown away.
    pub body: Option<String>,
}

/// A permitted request whose response has not been dealt with.
#[derive(Debug)]
pub struct InFlight(());

/// How a permitted request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The upstream answered with this status.
    Answered(u16),
    /// No answer came: no connection, a timeout, a reset.
    Failed,
    /// The client went away first.
    Aborted,
}

impl InFlight {
    /// The edits to the upstream's response.
    #[must_use]
    pub fn response<'h>(&self, _head: &ResponseHead<'h>) -> ResponseEdits<'h> {
        todo!()
    }
    /// The answer to the client when the upstream gave none.
    #[must_use]
    pub fn unanswered(&self) -> RefusalResponse {
        todo!()
    }
    /// The line for the log.
    #[must_use]
    pub fn finish(self, _outcome: Outcome) -> Record {
        todo!()
    }
}
