//! HTTP/2 (RFC 9113) as evidence: frames as they are told, malformed ones too, and of what comes back who answered with which status.

use super::Response;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// What a client says first, and that it keeps no table of headers, so that statuses can be read without one.
pub const PREFACE: &[u8] =
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;

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

/// Reads until `count` streams are over, or the connection is, or it stays silent; the answers in the order of their streams. A stream that is reset without a status is none.
pub(super) fn answers(stream: &mut (impl Read + Write), count: usize) -> Vec<Response> {
    let mut statuses = BTreeMap::new();
    let mut over = 0;
    while over < count {
        let Ok((kind, flags, id, payload)) = read(stream) else {
            break;
        };
        match kind {
            HEADERS => {
                statuses.insert(id, status(&payload).unwrap_or_default());
                over += usize::from(flags & END_STREAM != 0);
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
    let response = |status| Response {
        status,
        ..Response::default()
    };
    statuses.into_values().map(response).collect()
}

fn read(stream: &mut impl Read) -> io::Result<(u8, u8, u32, Vec<u8>)> {
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
