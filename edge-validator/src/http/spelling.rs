//! The canonical spelling of names and values. The edge judges and sends this spelling.
//!
//! Readers differ in the places at which they split. Express (qs) decodes brackets first and then
//! splits a piece after its first `]=`, so Express reads `user=u%5D=x` as another name than `user`.
//! Some readers split at `;`, and some do not read `+` as a space. So the edge percent-encodes
//! every character inside names and values that could be read as punctuation. No reader splits
//! there.

use alloc::borrow::Cow;
use alloc::string::String;
use core::mem;

/// The meaning of a raw `+`. HTML forms read it as a space, RFC 3986 reads it as a plus. The edge
/// judges both, and both must get the same verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plus {
    /// A space, as nearly every reader decodes it. This meaning is sent.
    Space,
    /// A plus, as in RFC 3986.
    Plus,
}

/// The pairs `text` with percent-encoding of each raw `=` after the first of a piece, and of each
/// raw `[`, `]`, `;` and `+`. For readers that decode a raw `+` as `plus`, the result has the same
/// pieces, names and values as `text`.
///
/// ```text
/// user=u%5D=x&q=a+b   ->   user=u%5D%3Dx&q=a%20b
/// ```
pub(crate) fn spell(text: &str, plus: Plus) -> Cow<'_, str> {
    let mut in_value = false;
    if !text
        .bytes()
        .any(|byte| encode_byte(byte, plus, &mut in_value).is_some())
    {
        return Cow::Borrowed(text);
    }
    let mut spelled = String::with_capacity(text.len());
    in_value = false;
    for character in text.chars() {
        let byte = u8::try_from(character).unwrap_or_default();
        match encode_byte(byte, plus, &mut in_value) {
            Some(encoded) => spelled.push_str(encoded),
            None => spelled.push(character),
        }
    }
    Cow::Owned(spelled)
}

/// The encoded spelling of the next byte, or `None` if the byte stays as it is. `in_value` says
/// whether an `=` came before it in its piece.
fn encode_byte(byte: u8, plus: Plus, in_value: &mut bool) -> Option<&'static str> {
    match byte {
        b'&' => {
            *in_value = false;
            None
        }
        b'=' => mem::replace(in_value, true).then_some("%3D"),
        b'[' => Some("%5B"),
        b']' => Some("%5D"),
        b';' => Some("%3B"),
        b'+' => Some(match plus {
            Plus::Space => "%20",
            Plus::Plus => "%2B",
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Plus, spell};
    use crate::http::percent;
    use crate::http::target::check_query;
    use alloc::borrow::Cow;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;
    use url::{Url, form_urlencoded};

    #[test]
    fn punctuation_inside_names_and_values_is_encoded() {
        for (text, space, plus) in [
            ("user=u%5D=x", "user=u%5D%3Dx", "user=u%5D%3Dx"),
            ("a==&b=c=d=", "a=%3D&b=c%3Dd%3D", "a=%3D&b=c%3Dd%3D"),
            ("a+b=c+d", "a%20b=c%20d", "a%2Bb=c%2Bd"),
            ("f[a]=x;y", "f%5Ba%5D=x%3By", "f%5Ba%5D=x%3By"),
            ("=&&=a", "=&&=a", "=&&=a"),
            ("q=é+", "q=é%20", "q=é%2B"),
        ] {
            assert_eq!(spell(text, Plus::Space), space, "{text}");
            assert_eq!(spell(text, Plus::Plus), plus, "{text}");
        }
    }

    #[test]
    fn canonical_text_is_not_copied() {
        for text in ["", "a", "a=b", "a=b&c=%2b%3D%5b%5D&d", "filter%5Btag%5D=x"] {
            assert!(matches!(spell(text, Plus::Space), Cow::Borrowed(_)), "{text}");
        }
    }

    /// The pairs as this edge reads them: split at `&`, then at the first `=`, then decoded.
    fn pairs(text: &str) -> Vec<(String, Option<String>)> {
        let decoded = |text: &str| percent::decode(text).unwrap().into_owned();
        let pieces = text.split('&').map(|piece| match piece.split_once('=') {
            Some((name, value)) => (decoded(name), Some(decoded(value))),
            None => (decoded(piece), None),
        });
        pieces.collect()
    }

    /// Queries of the grammar with much punctuation.
    fn queries() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-c]{1,2}",
            Just("=".into()),
            Just("&".into()),
            Just("+".into()),
            "%(5B|5D|5b|5d|3D|26|3B|2B|20|C3%A9|25)",
            "[/?:@!$(),*~._-]"
        ];
        proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn spelling_twice_is_spelling_once_and_keeps_the_grammar(query in queries(), is_space in any::<bool>()) {
            let plus = if is_space { Plus::Space } else { Plus::Plus };
            prop_assert_eq!(check_query(&query), Ok(()));
            let spelled = spell(&query, plus);
            prop_assert_eq!(spell(&spelled, plus), &*spelled);
            prop_assert_eq!(check_query(&spelled), Ok(()));
            prop_assert!(!spelled.contains(['+', '[', ']', ';']));
            prop_assert!(spelled.split('&').all(|piece| piece.matches('=').count() <= 1));
        }

        #[test]
        fn the_spelling_keeps_names_and_values(query in queries()) {
            prop_assert_eq!(pairs(&spell(&query, Plus::Plus)), pairs(&query));
            let standard = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
            prop_assert_eq!(standard(&spell(&query, Plus::Space)), standard(&query));
        }

        #[test]
        fn a_reader_that_splits_behind_a_bracket_splits_where_we_do(query in queries()) {
            for piece in spell(&query, Plus::Space).split('&') {
                // The order of steps in qs.
                let brackets = piece.replace("%5B", "[").replace("%5b", "[").replace("%5D", "]").replace("%5d", "]");
                let own = brackets.find('=');
                prop_assert_eq!(brackets.find("]=").map(|place| place + 1).or(own), own, "{}", piece);
            }
        }

        #[test]
        fn a_url_parser_does_not_change_the_spelling(query in queries()) {
            let text = format!("https://h/a?{}", spell(&query, Plus::Space));
            let url = Url::parse(&text).unwrap();
            prop_assert_eq!(url.as_str(), &text);
        }
    }
}
