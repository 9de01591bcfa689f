//! Case folding, to find names that some reader could treat as equal.

use alloc::borrow::Cow;
use alloc::string::String;

/// `text` without differences of case. Two names with equal folds are treated as equal.
///
/// The function maps each character to lower, upper and again lower case. This also joins `ſ` with
/// `s`, `ß` and `ẞ` with `ss` and the Kelvin sign with `k`. The mapping is coarser than the simple
/// folding of Unicode; the edge uses it only to refuse.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    let folded: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect();
    Cow::Owned(folded)
}

#[cfg(test)]
mod tests {
    use super::fold;
    use alloc::borrow::Cow;
    use alloc::string::ToString;

    #[test]
    fn similar_letters_have_one_fold() {
        for (one, other) in [
            ("User", "uSER"),
            ("ſeats", "SEATS"),
            ("\u{212a}", "k"),
            ("straße", "STRASSE"),
            ("straße", "STRAẞE"),
            ("É", "é"),
            ("σ", "ς"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("user"), fold("uzer"));
        assert_ne!(fold("e"), fold("é"));
    }

    #[test]
    fn folded_text_is_not_copied() {
        assert!(matches!(fold("user_name-1"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_character_differs_from_its_own_cases() {
        let has_cases = |one: &char| !one.to_lowercase().eq([*one]) || !one.to_uppercase().eq([*one]);
        for character in ('\0'..=char::MAX).filter(has_cases) {
            let own = character.to_string();
            let folded = fold(&own);
            assert_eq!(fold(&folded), folded, "{character}");
            assert_eq!(fold(&own.to_lowercase()), folded, "{character} in lower case");
            assert_eq!(fold(&own.to_uppercase()), folded, "{character} in upper case");
        }
    }
}
