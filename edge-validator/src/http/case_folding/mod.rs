//! Case folding, to find names that some reader could treat as equal.

mod table;

use alloc::borrow::Cow;
use alloc::string::String;
use table::{LONGER, RUNS};

/// `text` without differences of case. Two names with equal folds are treated as equal.
///
/// The fold of a character is its lower, upper and again lower case. This also joins `ſ` with `s`,
/// `ß` and `ẞ` with `ss` and the Kelvin sign with `k`. The mapping is coarser than the simple
/// folding of Unicode; the edge uses it only to refuse.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        match find_longer_fold(character) {
            Some(longer) => folded.push_str(longer),
            None => folded.push(fold_character(character)),
        }
    }
    Cow::Owned(folded)
}

/// The fold of a character, if it has several characters.
fn find_longer_fold(character: char) -> Option<&'static str> {
    let place = LONGER.binary_search_by_key(&character, |(letter, _)| *letter).ok()?;
    LONGER.get(place).map(|(_, fold)| *fold)
}

/// The fold of any other character, which is one character.
fn fold_character(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    find_letter_fold(u32::from(character)).unwrap_or(character)
}

/// The fold of a letter that a run contains.
fn find_letter_fold(letter: u32) -> Option<char> {
    let runs_before = RUNS.partition_point(|(first, ..)| *first <= letter);
    let (first, count, step, offset) = RUNS.get(runs_before.checked_sub(1)?)?;
    let (distance, step) = (letter - first, u32::from(*step));
    let is_in_run = distance % step == 0 && distance / step < u32::from(*count);
    char::from_u32(letter.checked_add_signed(*offset)?).filter(|_| is_in_run)
}

#[cfg(test)]
mod tests {
    use super::fold;
    use super::table::{LONGER, LetterRun, RUNS};
    use alloc::borrow::Cow;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    /// The fold by the tables of the standard library.
    fn fold_by_standard_library(character: char) -> String {
        let lower = character.to_lowercase().flat_map(char::to_uppercase);
        lower.flat_map(char::to_lowercase).collect()
    }

    #[test]
    fn every_character_folds_as_by_the_standard_library() {
        let differs = |one: &char| fold(&one.to_string()) != fold_by_standard_library(*one);
        let different: Vec<char> = ('\0'..=char::MAX).filter(differs).collect();
        assert!(
            different.is_empty(),
            "{different:?}: the table needs {:?}",
            needed_table()
        );
    }

    /// The table that agrees with the standard library.
    fn needed_table() -> (Vec<LetterRun>, Vec<(char, String)>) {
        let folds = ('\u{80}'..=char::MAX).map(|one| (one, fold_by_standard_library(one)));
        let changed = folds.filter(|(letter, fold)| !fold.chars().eq([*letter]));
        let (one, several): (Vec<_>, Vec<_>) = changed.partition(|(_, fold)| fold.chars().count() == 1);
        let mut runs: Vec<LetterRun> = Vec::new();
        for (letter, fold) in one {
            let (letter, fold) = (u32::from(letter), u32::from(fold.chars().next().unwrap()));
            let offset = fold.cast_signed() - letter.cast_signed();
            if !runs.last_mut().is_some_and(|run| add_letter(run, letter, offset)) {
                runs.push((letter, 1, 1, offset));
            }
        }
        (runs, several)
    }

    /// Adds the next letter to a run. Returns false if the letter belongs to another run.
    fn add_letter((first, count, step, run_offset): &mut LetterRun, letter: u32, offset: i32) -> bool {
        let last = *first + u32::from(*count - 1) * u32::from(*step);
        let distance = u8::try_from(letter - last).unwrap_or(u8::MAX);
        let continues = if *count == 1 { distance <= 2 } else { distance == *step };
        if continues && *run_offset == offset {
            (*step, *count) = (distance, *count + 1);
        }
        continues && *run_offset == offset
    }

    #[test]
    fn the_table_is_the_shortest_that_agrees_with_the_standard_library() {
        let (runs, several) = needed_table();
        assert_eq!(RUNS, runs);
        assert!(
            LONGER
                .iter()
                .copied()
                .eq(several.iter().map(|(letter, fold)| (*letter, fold.as_str())))
        );
    }

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
