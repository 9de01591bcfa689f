//! Lines up to an empty line: a head, or trailers.

use crate::GUARDED_HEAD_BYTES;
use crate::guard::fault::Fault;
use memchr::{memchr, memchr_iter};

/// The search for the end of lines that come in pieces. No byte is searched twice.
#[derive(Debug, Default)]
pub(super) struct LineSearch {
    /// Bytes that have been searched.
    searched: usize,
    /// The first byte of the line that has not ended.
    line: usize,
}

impl LineSearch {
    /// The length of the lines with the empty line; `None` if the empty line did not come yet.
    /// `bytes` begin at the first line.
    ///
    /// # Errors
    /// [`Fault::LineEnd`], [`Fault::TooLarge`].
    pub(super) fn find_end(&mut self, bytes: &[u8]) -> Result<Option<usize>, Fault> {
        let within = bytes.get(..GUARDED_HEAD_BYTES).unwrap_or(bytes);
        let unsearched = within.get(self.searched..).unwrap_or_default();
        for feed in memchr_iter(b'\n', unsearched) {
            let feed = self.searched.saturating_add(feed);
            let line = within.get(self.line..feed).and_then(|line| line.strip_suffix(b"\r"));
            self.line = feed.saturating_add(1);
            if line.ok_or(Fault::LineEnd)?.is_empty() {
                return Ok(Some(self.line));
            }
        }
        self.searched = within.len();
        if bytes.len() > GUARDED_HEAD_BYTES {
            return Err(Fault::TooLarge);
        }
        Ok(None)
    }
}

/// Takes the next line, without its end; `None` at the empty line.
pub(super) fn next_line<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let feed = memchr(b'\n', rest)?;
    let (line, after) = rest.split_at_checked(feed.saturating_add(1))?;
    *rest = after;
    line.strip_suffix(b"\r\n").filter(|line| !line.is_empty())
}
