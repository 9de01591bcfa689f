//! Names of actions, for grants and for operations.

use super::scope::is_scope_character;
use crate::limits::ACTION_BYTES;

/// Whether `text` can name an action: 1 to [`ACTION_BYTES`] characters of a scope token (RFC 6749,
/// section 3.3), which are visible ASCII without `"` and `\`.
#[must_use]
pub fn is_action(text: &str) -> bool {
    (1..=ACTION_BYTES).contains(&text.len()) && text.chars().all(is_scope_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_characters_up_to_the_limit_name_an_action() {
        let longest = "x".repeat(ACTION_BYTES);
        for good in ["a", "rds:DescribeDBInstances", "!#[]~", &longest] {
            assert!(is_action(good), "{good}");
        }
        let longer = "x".repeat(ACTION_BYTES + 1);
        for bad in ["", " ", "a b", "a\"", "a\\", "\u{7f}", "ä", "a\n", &longer] {
            assert!(!is_action(bad), "{bad}");
        }
    }
}
