//! The body of a message, by its framing (RFC 9112, section 6.3).

use super::headers::{HeaderList, header, values};
use std::io::{self, BufRead, Read as _};

/// Longest body that is read.
const BODY_BYTES: u64 = 16 * 1024 * 1024;

/// The body that a head allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// A body if the head announces one: a request.
    Announced,
    /// A body that may go on until the stream ends: a response.
    UntilClose,
    /// No body, whatever the head says: a response to HEAD, 1xx, 204 and 304.
    Never,
}

/// The body, and in `trailers` what follows one in chunks.
pub(super) fn read(
    stream: &mut impl BufRead,
    headers: &HeaderList,
    expected: Expected,
    trailers: &mut HeaderList,
) -> io::Result<Option<Vec<u8>>> {
    if expected == Expected::Never {
        return Ok(None);
    }
    if !values(headers, "transfer-encoding").is_empty() {
        return chunks(stream, trailers).map(Some);
    }
    if let Some(length) = values(headers, "content-length").first() {
        return sized(stream, number(length, 10)?).map(Some);
    }
    if expected == Expected::Announced {
        return Ok(None);
    }
    let mut body = Vec::new();
    stream.take(BODY_BYTES).read_to_end(&mut body)?;
    Ok(Some(body))
}

fn sized(stream: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    stream.take(length).read_to_end(&mut body)?;
    if u64::try_from(body.len()) != Ok(length) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(body)
}

fn chunks(stream: &mut impl BufRead, trailers: &mut HeaderList) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = line(stream)?;
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = number(digits.trim_ascii(), 16)?;
        if size == 0 {
            read_trailers(stream, trailers)?;
            return Ok(body);
        }
        body.extend(sized(stream, size)?);
        line_is_empty(stream)?;
        if body.len() as u64 > BODY_BYTES {
            return Err(io::Error::other("the body is too long"));
        }
    }
}

fn read_trailers(stream: &mut impl BufRead, trailers: &mut HeaderList) -> io::Result<()> {
    loop {
        match line(stream)?.trim_ascii() {
            [] => return Ok(()),
            trailer => trailers.push(header(trailer)),
        }
    }
}

fn line_is_empty(stream: &mut impl BufRead) -> io::Result<bool> {
    Ok(line(stream)?.trim_ascii().is_empty())
}

fn line(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    match stream.take(BODY_BYTES).read_until(b'\n', &mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line),
    }
}

fn number(digits: &[u8], radix: u32) -> io::Result<u64> {
    let text = str::from_utf8(digits).unwrap_or_default();
    let number = u64::from_str_radix(text, radix).map_err(io::Error::other)?;
    if number > BODY_BYTES {
        return Err(io::Error::other("the body is too long"));
    }
    Ok(number)
}
