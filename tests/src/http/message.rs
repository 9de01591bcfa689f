//! One message as it came: start line, headers in order, body. Forgiving, because it must see what
//! a stricter reader would hide.

use super::body::{self, Expected};
use super::headers::{HeaderList, header};
use std::io::{self, BufRead};

/// Longest head that is read.
const HEAD_BYTES: usize = 4 * 1024 * 1024;

/// A request or a response.
#[derive(Clone, Debug, Default)]
pub struct HttpMessage {
    /// The first line, without its end.
    pub start: Vec<u8>,
    /// The headers.
    pub headers: HeaderList,
    /// The body; `None` if the head announces none.
    pub body: Option<Vec<u8>>,
    /// The trailers of a body in chunks.
    pub trailers: HeaderList,
    /// The head as it came.
    pub head: Vec<u8>,
}

/// Whether `part` occurs in `bytes`.
#[must_use]
pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

impl HttpMessage {
    /// Reads a head; `None` if the stream ends before it starts.
    pub(super) fn head(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let head = read_head(stream)?;
        if head.is_empty() {
            return Ok(None);
        }
        let mut lines = head
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        Ok(Some(Self {
            start: lines.next().unwrap_or_default().to_vec(),
            headers: lines.filter(|line| !line.is_empty()).map(header).collect(),
            body: None,
            trailers: HeaderList::new(),
            head,
        }))
    }

    /// Reads the body that belongs to the head.
    pub(super) fn read_body(&mut self, stream: &mut impl BufRead, expected: Expected) -> io::Result<()> {
        self.body = body::read(stream, &self.headers, expected, &mut self.trailers)?;
        Ok(())
    }
}

/// Bytes up to and including the first empty line; fewer if the stream ends.
fn read_head(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    loop {
        let before = head.len();
        let read = stream.read_until(b'\n', &mut head)?;
        let line = head.get(before..).unwrap_or_default().trim_ascii_end();
        if read == 0 || (line.is_empty() && before > 0) {
            return Ok(head);
        }
        if line.is_empty() {
            head.clear(); // RFC 9112, section 2.2: empty lines before a request are skipped
        }
        if head.len() > HEAD_BYTES {
            return Err(io::Error::other("the head is too long"));
        }
    }
}
