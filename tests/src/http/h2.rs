//! HTTP/2 (RFC 9113) as evidence: frames as they are told, malformed ones too, and of what comes
//! back who answered with which status.

use super::response::HttpResponse;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// The client's first bytes. The client keeps no table of headers, so that statuses can be read
/// without one.
pub const PREFACE: &[u8] =
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
/// Envoy's own.
const METADATA: u8 = 0x4d;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// The bytes that may be sent before the other side speaks, of a stream and of a connection.
const WINDOW: i64 = 65_535;
/// Most bytes of a frame before the other side says anything.
const FRAME_BYTES: usize = 16_384;

/// A frame.
#[must_use]
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    let head = [&length[..], &[kind, flags], &stream.to_be_bytes()].concat();
    [&head, payload].concat()
}

/// The number of the kind of frame that is called `name`.
#[must_use]
pub fn kind(name: &str) -> Option<u8> {
    if name == "metadata" {
        return Some(METADATA);
    }
    const NAMES: [&str; 10] = [
        "data",
        "headers",
        "priority",
        "rst_stream",
        "settings",
        "push_promise",
        "ping",
        "goaway",
        "window_update",
        "continuation",
    ];
    let place = NAMES.iter().position(|own| *own == name)?;
    u8::try_from(place).ok()
}

/// A field as a literal that goes into no table (RFC 7541, section 6.2.2), whatever its bytes are.
#[must_use]
pub fn field(name: &[u8], value: &[u8]) -> Vec<u8> {
    [&[0], &*length(name.len()), name, &length(value.len()), value].concat()
}

/// An integer with a prefix of seven bits (RFC 7541, section 5.1).
fn length(length: usize) -> Vec<u8> {
    const PREFIX: usize = 0x7f;
    let low = |number: usize| u8::try_from(number & PREFIX).unwrap_or_default();
    let Some(mut rest) = length.checked_sub(PREFIX) else {
        return vec![low(length)];
    };
    let mut bytes = vec![0x7f];
    while rest > PREFIX {
        bytes.push(low(rest) | 0x80);
        rest >>= 7;
    }
    bytes.push(low(rest));
    bytes
}

/// Reads until `count` streams are over, or the connection is, or it stays silent; the answers in
/// the order of their streams. A stream that is reset without a status is none.
pub(super) fn answers(stream: &mut (impl Read + Write), count: usize) -> Vec<HttpResponse> {
    let mut responses: BTreeMap<u32, HttpResponse> = BTreeMap::new();
    let mut over = 0;
    while over < count {
        let Ok((kind, flags, id, payload)) = read_frame(stream) else {
            break;
        };
        match kind {
            HEADERS => {
                take_fields(responses.entry(id).or_default(), payload);
                over += usize::from(flags & END_STREAM != 0);
            }
            METADATA => {
                let response = responses.entry(id).or_default();
                response.trailers.push(("metadata".into(), payload));
            }
            DATA => over += usize::from(flags & END_STREAM != 0),
            RST_STREAM => over += 1,
            SETTINGS if flags & ACK == 0 => {
                // Who has closed meanwhile needs no answer.
                let _ = stream.write_all(&frame(SETTINGS, ACK, 0, &[]));
            }
            GOAWAY => break,
            _ => {}
        }
    }
    responses.into_values().collect()
}

/// A block of fields: an interim answer, the answer, or what follows it.
fn take_fields(response: &mut HttpResponse, block: Vec<u8>) {
    if response.status > 0 {
        return response.trailers.push((String::new(), block));
    }
    match status(&block).unwrap_or_default() {
        interim @ 100..200 => response.interim.push(interim),
        status => response.status = status,
    }
}

/// Sends a request of these fields with a body, on a connection that has just begun, and reads the
/// answer. What the other side has not allowed yet is not sent (RFC 9113, section 5.2).
pub(super) fn post(stream: &mut (impl Read + Write), fields: &[u8], body: &[u8]) -> io::Result<HttpResponse> {
    const ID: u32 = 1;
    stream.write_all(PREFACE)?;
    stream.write_all(&frame(HEADERS, END_HEADERS, ID, fields))?;
    let (mut of_connection, mut of_stream, mut rest) = (WINDOW, WINDOW, body);
    let mut response = HttpResponse::default();
    loop {
        while !rest.is_empty() && of_connection.min(of_stream) > 0 {
            let window = usize::try_from(of_connection.min(of_stream)).unwrap_or_default();
            let size = window.min(FRAME_BYTES).min(rest.len());
            let (data, after) = rest.split_at(size);
            let end = if after.is_empty() { END_STREAM } else { 0 };
            stream.write_all(&frame(DATA, end, ID, data))?;
            let sent = i64::try_from(size).unwrap_or_default();
            (of_connection, of_stream) = (of_connection - sent, of_stream - sent);
            rest = after;
        }
        let (kind, flags, id, payload) = read_frame(stream)?;
        let number = |at: usize| Some(i64::from(u32::from_be_bytes(payload.get(at..at + 4)?.try_into().ok()?)));
        match kind {
            HEADERS => take_fields(&mut response, payload),
            WINDOW_UPDATE if id == ID => of_stream += number(0).unwrap_or_default(),
            WINDOW_UPDATE => of_connection += number(0).unwrap_or_default(),
            SETTINGS if flags & ACK == 0 => {
                for setting in (0..payload.len())
                    .step_by(6)
                    .filter(|at| payload.get(*at..at + 2) == Some(&[0, 4]))
                {
                    of_stream += number(setting + 2).unwrap_or(WINDOW) - WINDOW;
                }
                stream.write_all(&frame(SETTINGS, ACK, 0, &[]))?;
            }
            GOAWAY | RST_STREAM => return Ok(response),
            _ => {}
        }
        if matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0 {
            return Ok(response);
        }
    }
}

/// The next frame: its kind, flags, stream and payload.
///
/// # Errors
/// If the connection ends first.
pub fn read_frame(stream: &mut impl Read) -> io::Result<(u8, u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head)?;
    let [high, middle, low, kind, flags, id @ ..] = head;
    let mut payload = vec![0; u32::from_be_bytes([0, high, middle, low]) as usize];
    stream.read_exact(&mut payload)?;
    Ok((kind, flags, u32::from_be_bytes(id), payload))
}

/// The status at the beginning of a block of fields, where it always stands.
fn status(block: &[u8]) -> Option<u16> {
    const TABLE: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];
    match block {
        // The size of the table, which is none.
        [0x20..0x40, rest @ ..] => status(rest),
        [indexed @ 0x88..=0x8e, ..] => TABLE.get(usize::from(indexed - 0x88)).copied(),
        [0x08 | 0x18 | 0x48, length @ 0x80..=0xff, rest @ ..] => digits(rest.get(..usize::from(length & 0x7f))?),
        [0x08 | 0x18 | 0x48, length, rest @ ..] => str::from_utf8(rest.get(..usize::from(*length))?).ok()?.parse().ok(),
        _ => None,
    }
}

/// Three digits in the code of RFC 7541, appendix B: `0` to `2` have five bits, the others six.
fn digits(bytes: &[u8]) -> Option<u16> {
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let (mut rest, mut number) = (&*bits, 0);
    for _ in 0..3 {
        let short = u16::from_str_radix(rest.get(..5)?, 2).ok()?;
        let (digit, length) = match short {
            0..=2 => (short, 5),
            _ => (u16::from_str_radix(rest.get(..6)?, 2).ok()?.checked_sub(0b01_0110)?, 6),
        };
        number = number * 10 + digit;
        rest = rest.get(length..)?;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::{field, length, status};

    #[test]
    fn statuses_are_read_in_every_spelling() {
        assert_eq!(status(&[0x20, 0x88]), Some(200));
        assert_eq!(status(&[0x48, 3, b'4', b'0', b'1']), Some(401));
        // `403`: 011010 00000 011001.
        assert_eq!(status(&[0x48, 0x83, 0b0110_1000, 0b0000_1100, 0b1111_1111]), Some(403));
        // `503`: 011011 00000 011001.
        assert_eq!(status(&[0x08, 0x83, 0b0110_1100, 0b0000_1100, 0b1111_1111]), Some(503));
    }

    #[test]
    fn long_texts_have_long_lengths() {
        assert_eq!(length(10), [10]);
        assert_eq!(length(127), [127, 0]);
        assert_eq!(length(1337), [127, 0b1011_1010, 9]);
        assert_eq!(field(b"a", b"b"), [0, 1, b'a', 1, b'b']);
    }
}
