//! Search for secrets of the edge in the headers of a response. An upstream that repeats its
//! request would leak the credential of the edge to the client.
//!
//! The search finds a secret in plain text, percent-encoded, with backslashes before its
//! characters, and inside base64, at every position of the encoded text. The time of a search
//! depends on the length of the headers and not on the number of secrets.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use core::fmt;
use core::str;
use edgewrit_shared::secret::Secret;
use edgewrit_shared::small_code::heap_sort::sorted;

/// Length of a secret in bytes below which the search skips the secret, because it would match
/// unrelated text.
pub(crate) const SEARCHED_BYTES: usize = 8;
/// Number of bytes of a spelling that are compared: its last ones. Secrets of one kind often begin
/// alike (the header of a JWT, the name before a password) and differ at their ends.
const COMPARED_BYTES: usize = 32;
/// Number of nested percent-encodings of a value that the search decodes.
const ENCODED_TIMES: usize = 2;
/// Words of the filter of first bytes.
const FILTER_WORDS: usize = 64;

/// Spellings of secrets, prepared for the search.
pub(crate) struct Needles {
    /// The spellings in the order of their bytes; none begins with another.
    spellings: Vec<Spelling>,
    /// A bit for each hash of the first eight bytes of a spelling. Where the bit is not set, no
    /// spelling begins.
    filter: [u64; FILTER_WORDS],
}

/// The last bytes of one spelling.
struct Spelling(Secret);

impl Spelling {
    fn bytes(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }
}

impl PartialEq for Spelling {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Spelling {}

impl PartialOrd for Spelling {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Spelling {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl fmt::Debug for Needles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Needles({})", self.spellings.len())
    }
}

impl Needles {
    /// The spellings of `secrets`. Secrets under [`SEARCHED_BYTES`] are omitted.
    pub(crate) fn of<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        let all = secrets.into_iter().flat_map(|secret| {
            let parts = basic_parts(secret.expose());
            let mut spellings = spellings_of(secret.expose());
            spellings.extend(parts.iter().flat_map(|part| spellings_of(part.expose())));
            spellings
        });
        let mut spellings = sorted(all);
        spellings.dedup_by(|longer, shorter| longer.bytes().starts_with(shorter.bytes()));
        let mut filter = [0; FILTER_WORDS];
        for spelling in &spellings {
            let first = spelling.bytes().iter().take(SEARCHED_BYTES).fold(0, shift_in);
            let (word, bit) = filter_place(first);
            if let Some(word) = filter.get_mut(word) {
                *word |= bit;
            }
        }
        Self { spellings, filter }
    }

    /// Whether `value` contains a secret.
    pub(crate) fn occur_in(&self, value: &[u8]) -> bool {
        if self.spellings.is_empty() || value.len() < SEARCHED_BYTES {
            return false;
        }
        let mut decoded = None;
        for times in 0..=ENCODED_TIMES {
            let text = decoded.as_deref().unwrap_or(value);
            // In each of them: a `%` behind a backslash is part of a secret, and no encoding of
            // what follows.
            if self.occur_as_spelled(text) || text.contains(&b'\\') && self.occur_as_spelled(&unescape(text)) {
                return true;
            }
            if times == ENCODED_TIMES || !text.contains(&b'%') {
                return false;
            }
            decoded = Some(percent_decode(text));
        }
        false
    }

    fn occur_as_spelled(&self, text: &[u8]) -> bool {
        let mut last = 0;
        text.iter().enumerate().any(|(end, byte)| {
            last = shift_in(last, byte);
            let (word, bit) = filter_place(last);
            let begins = self.filter.get(word).is_some_and(|word| word & bit != 0);
            begins && self.begins_with_one((end + 1).checked_sub(SEARCHED_BYTES).and_then(|at| text.get(at..)))
        })
    }

    /// Whether `text` begins with a spelling. Only the last spelling that is not greater than
    /// `text` can match.
    fn begins_with_one(&self, text: Option<&[u8]>) -> bool {
        let Some(text) = text else { return false };
        let behind = self.spellings.partition_point(|spelling| spelling.bytes() <= text);
        let last = behind.checked_sub(1).and_then(|last| self.spellings.get(last));
        last.is_some_and(|spelling| text.starts_with(spelling.bytes()))
    }
}

/// The last eight bytes of a text, as a number.
fn shift_in(last: u64, byte: &u8) -> u64 {
    last << 8 | u64::from(*byte)
}

/// The place of eight bytes in the filter: a word, and a bit of the word.
fn filter_place(bytes: u64) -> (usize, u64) {
    /// 2^64 divided by the golden ratio: the top bits of a product depend on all bytes.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let hash = bytes.wrapping_mul(SPREAD) >> (u64::BITS - 12);
    (usize::try_from(hash >> 6).unwrap_or_default(), 1 << (hash & 0x3f))
}

/// The secret as it is, and the middle of its base64, in both alphabets, after any text.
fn spellings_of(secret: &str) -> Vec<Spelling> {
    if secret.len() < SEARCHED_BYTES {
        return Vec::new();
    }
    let mut spellings = vec![last_bytes(secret)];
    if secret.contains(' ') {
        spellings.push(last_bytes(&secret.replace(' ', "+")));
    }
    for before in 0..3 {
        let text = [&*vec![0; before], secret.as_bytes()].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = Secret::new(engine.encode(&text));
            // A character of base64 encodes six bits. Characters that also encode bits of the text
            // before or after the secret are omitted.
            let (from, to) = ((before * 8).div_ceil(6), text.len() * 8 / 6);
            spellings.push(last_bytes(encoded.expose().get(from..to).unwrap_or_default()));
        }
    }
    spellings
}

fn last_bytes(text: &str) -> Spelling {
    let last = text.len().checked_sub(COMPARED_BYTES).and_then(|from| text.get(from..));
    Spelling(Secret::new(last.unwrap_or(text).into()))
}

/// Name and password, if a secret is the base64 of both, as in `Basic` (RFC 7617).
fn basic_parts(secret: &str) -> Vec<Secret> {
    let decoded = STANDARD
        .decode(secret)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(pair) = decoded.map(Secret::new) else {
        return Vec::new();
    };
    match pair.expose().split_once(':') {
        Some((_, password)) => vec![Secret::new(password.into())],
        None => Vec::new(),
    }
}

/// The decoded text. A `%` without two hexadecimal digits stays as it is.
fn percent_decode(mut text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    while let Some((first, rest)) = text.split_first() {
        let byte = rest.first_chunk::<2>().filter(|_| *first == b'%').and_then(hex_byte);
        decoded.push(byte.unwrap_or(*first));
        text = byte.and_then(|_| rest.get(2..)).unwrap_or(rest);
    }
    decoded
}

/// The text without backslashes before characters that need none, and without `\u00` and two digits
/// of JSON: some writers escape `/`, `+`, `=` and `&`.
fn unescape(mut text: &[u8]) -> Vec<u8> {
    let mut unescaped = Vec::with_capacity(text.len());
    while let Some((first, rest)) = text.split_first() {
        let is_escape = *first == b'\\' && !rest.is_empty();
        let digits = rest.strip_prefix(b"u00").and_then(|digits| digits.first_chunk::<2>());
        let byte = digits.filter(|_| is_escape).and_then(hex_byte);
        let skipped = if byte.is_some() { 5 } else { usize::from(is_escape) };
        unescaped.push(byte.or(rest.first().copied().filter(|_| is_escape)).unwrap_or(*first));
        text = rest.get(skipped..).unwrap_or_default();
    }
    unescaped
}

/// The byte of two hexadecimal digits.
fn hex_byte(digits: &[u8; 2]) -> Option<u8> {
    // The parser accepts `+7` as a number, too.
    let is_hexadecimal = digits.iter().all(u8::is_ascii_hexdigit);
    let text = str::from_utf8(digits).ok().filter(|_| is_hexadecimal)?;
    u8::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{COMPARED_BYTES, Needles, percent_decode};
    use alloc::format;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use edgewrit_shared::secret::Secret;
    use proptest::prelude::*;

    fn needles(secrets: &[&str]) -> Needles {
        let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new((*secret).into())).collect();
        Needles::of(&secrets)
    }

    fn percent_encoded(text: &str, lower: bool) -> String {
        let hex = |byte: u8| {
            if lower {
                format!("%{byte:02x}")
            } else {
                format!("%{byte:02X}")
            }
        };
        text.bytes().map(hex).collect()
    }

    #[test]
    fn short_secrets_are_not_searched_for() {
        assert!(!needles(&["1234567"]).occur_in(b"1234567"));
        assert!(needles(&["12345678"]).occur_in(b"12345678"));
        assert!(!needles(&[]).occur_in(b"12345678"));
    }

    #[test]
    fn a_secret_that_begins_with_another_is_found_by_it() {
        let both = needles(&["travel-secret-2", "travel-secret"]);
        assert!(both.occur_in(b"=travel-secret-2") && both.occur_in(b"=travel-secret-3"));
        assert!(!both.occur_in(b"=travel-secreT"));
    }

    #[test]
    fn a_long_secret_is_found_by_its_end() {
        let long = "0123456789".repeat(10);
        assert!(needles(&[&long]).occur_in(&long.as_bytes()[long.len() - COMPARED_BYTES..]));
        assert!(!needles(&[&long]).occur_in(&long.as_bytes()[long.len() - COMPARED_BYTES + 1..]));
    }

    #[test]
    fn secrets_with_a_common_beginning_are_distinguished() {
        const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
        let own = format!("{HEADER}.eyJyb2xlIjoiYXBpIn0.c2lnbmF0dXJlIG9mIHRoZSBvbmUgd3JpdA");
        let other = format!("{HEADER}.eyJyb2xlIjoid2ViIn0.YW5vdGhlciBzaWduYXR1cmUgZW50aXJlbHk");
        assert!(needles(&[&own]).occur_in(own.as_bytes()));
        assert!(!needles(&[&own]).occur_in(other.as_bytes()));
    }

    #[test]
    fn a_secret_in_a_spelling_of_json_or_of_a_form_is_found() {
        let needles = needles(&["a+secret/with=signs&", "my secret key"]);
        assert!(needles.occur_in(br#"{"key":"a\u002bsecret\/with\u003Dsigns\u0026"}"#));
        assert!(needles.occur_in(b"https://api.example/?key=my+secret+key"));
        assert!(!needles.occur_in(br"a\u00zzsecret\"));
    }

    #[test]
    fn a_secret_behind_backslashes_that_ends_with_a_percent_sign_is_found() {
        assert!(needles(&["A0aa!aA%"]).occur_in(br"\A\0\a\a\!\a\A\%A0"));
    }

    #[test]
    fn the_password_inside_a_basic_credential_is_a_secret() {
        let needles = needles(&[&STANDARD.encode("reader:open-sesame")]);
        assert!(needles.occur_in(b"https://reader:open-sesame@api.example/"));
    }

    #[test]
    fn text_that_is_no_encoding_stays_unchanged() {
        assert_eq!(percent_decode(b"%41%4%zz%+7%"), b"A%4%zz%+7%");
    }

    #[test]
    fn the_search_prints_nothing_of_a_secret() {
        assert_eq!(format!("{:?}", needles(&["open-sesame"])), "Needles(4)");
    }

    proptest! {
        #[test]
        fn every_spelling_is_found_at_every_position(
            secret in "[!-~]{8,60}", before in "[ -~]{0,9}", behind in "[ -~]{0,9}", others in prop::collection::vec("[!-~]{8,40}", 0..20),
        ) {
            let all: Vec<&str> = others.iter().map(String::as_str).chain([&*secret]).collect();
            let needles = needles(&all);
            let pair = format!("{before}{secret}{behind}");
            let spellings = [
                secret.to_string(),
                percent_encoded(&secret, true),
                percent_encoded(&secret, false),
                percent_encoded(&percent_encoded(&secret, true), false),
                STANDARD.encode(&pair),
                URL_SAFE.encode(&pair),
                percent_encoded(&STANDARD.encode(&pair), true),
                secret.chars().flat_map(|character| ['\\', character]).collect(),
            ];
            for spelling in spellings {
                let value = format!("{before}{spelling}{behind}");
                prop_assert!(needles.occur_in(value.as_bytes()), "{}", value);
            }
        }

        #[test]
        fn only_text_with_a_secret_is_found(
            secrets in prop::collection::vec("[ab]{8,12}", 0..6), value in "[ab]{0,40}",
        ) {
            let all: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let holds = all.iter().any(|secret| value.contains(secret));
            prop_assert_eq!(needles(&all).occur_in(value.as_bytes()), holds);
        }
    }
}
