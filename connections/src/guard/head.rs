//! The head of a request, as strict as RFC 9112 lets a recipient be.

use crate::HEADERS;
use crate::guard::fault::Fault;
use crate::guard::lines::next_line;
use memchr::memchr;

/// The body behind a head (RFC 9112, section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFraming {
    Length(u64),
    Chunked,
}

/// The fields of a head that say where its body ends.
#[derive(Default)]
struct Fields {
    count: usize,
    hosts: usize,
    length: Option<u64>,
    is_chunked: bool,
}

/// Reads a whole head, with the empty line behind it.
///
/// # Errors
/// The [`Fault`] of the head.
pub(super) fn read_head(mut head: &[u8]) -> Result<BodyFraming, Fault> {
    check_request_line(next_line(&mut head).unwrap_or_default())?;
    let mut fields = Fields::default();
    while let Some(line) = next_line(&mut head) {
        fields.add(line)?;
    }
    if fields.hosts != 1 {
        return Err(Fault::Host);
    }
    match (fields.length, fields.is_chunked) {
        (Some(_), true) => Err(Fault::Coding),
        (None, true) => Ok(BodyFraming::Chunked),
        (length, false) => Ok(BodyFraming::Length(length.unwrap_or(0))),
    }
}

/// Checks whole trailers. Nothing is done with them.
///
/// # Errors
/// [`Fault::Field`], [`Fault::TooLarge`].
pub(super) fn check_trailers(mut trailers: &[u8]) -> Result<(), Fault> {
    let mut count = 0;
    while let Some(line) = next_line(&mut trailers) {
        split_field(line)?;
        check_count(&mut count)?;
    }
    Ok(())
}

fn check_request_line(line: &[u8]) -> Result<(), Fault> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(b"HTTP/1.1"), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::RequestLine);
    };
    if !is_token(method) || target.is_empty() || !holds_for_all(target, is_target_byte) {
        return Err(Fault::RequestLine);
    }
    if method == b"CONNECT" {
        return Err(Fault::Connect);
    }
    Ok(())
}

impl Fields {
    fn add(&mut self, line: &[u8]) -> Result<(), Fault> {
        let (name, value) = split_field(line)?;
        check_count(&mut self.count)?;
        // Most names differ from all three by their length.
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => self.hosts = self.hosts.saturating_add(1),
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                let is_second = self.length.replace(read_length(value)?).is_some();
                return if is_second { Err(Fault::Length) } else { Ok(()) };
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                let is_second = std::mem::replace(&mut self.is_chunked, true);
                if is_second || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Fault::Coding);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn check_count(count: &mut usize) -> Result<(), Fault> {
    *count = count.saturating_add(1);
    if *count > HEADERS { Err(Fault::TooLarge) } else { Ok(()) }
}

/// The name and the value of a field, without the blanks around the value.
fn split_field(line: &[u8]) -> Result<(&[u8], &[u8]), Fault> {
    let colon = memchr(b':', line).ok_or(Fault::Field)?;
    let (name, value) = line.split_at_checked(colon).ok_or(Fault::Field)?;
    let value = value.strip_prefix(b":").unwrap_or_default();
    if !is_token(name) || !holds_for_all(value, is_value_byte) {
        return Err(Fault::Field);
    }
    Ok((name, trim_blanks(value)))
}

fn trim_blanks(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

fn read_length(value: &[u8]) -> Result<u64, Fault> {
    let digits = std::str::from_utf8(value).map_err(|_| Fault::Length)?;
    if !holds_for_all(value, |byte| byte.is_ascii_digit()) {
        return Err(Fault::Length);
    }
    digits.parse().map_err(|_| Fault::Length)
}

/// Looks at every byte, so that the compiler can look at many at once.
fn holds_for_all(bytes: &[u8], holds: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(true, |all, byte| all & holds(*byte))
}

/// A token (RFC 9110, section 5.6.2).
fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && holds_for_all(bytes, is_token_byte)
}

const fn is_token_byte(byte: u8) -> bool {
    const OTHERS: u128 = set_of(b"!#$%&'*+-.^_`|~");
    byte.is_ascii_alphanumeric() || byte.is_ascii() && OTHERS & 1 << byte != 0
}

const fn set_of(mut bytes: &[u8]) -> u128 {
    let mut set = 0;
    while let [byte, rest @ ..] = bytes {
        set |= 1 << *byte;
        bytes = rest;
    }
    set
}

/// Visible ASCII, without the beginning of a fragment (RFC 9112, section 3.2).
const fn is_target_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'#'
}

/// Visible characters, blanks and bytes beyond ASCII (RFC 9110, section 5.5).
const fn is_value_byte(byte: u8) -> bool {
    byte >= b' ' && byte != 0x7f || byte == b'\t'
}
