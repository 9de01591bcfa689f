//! The effect of an action, as far as its name tells.

/// The effect of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Reads,
    Writes,
    Makes,
    Destroys,
    Pays,
    Unknown,
}

/// Words that tell what an action does, wherever they stand in its name. `docs/lint.md` lists them.
const VERBS: [(Effect, &[&str]); 4] = [
    (
        Effect::Reads,
        &[
            "count", "describe", "download", "fetch", "find", "get", "list", "lookup", "query", "read", "scan",
            "search", "select", "show", "view", "watch",
        ],
    ),
    (
        Effect::Writes,
        &[
            "add", "append", "attach", "copy", "edit", "import", "insert", "merge", "modify", "move", "patch", "put",
            "rename", "replace", "save", "set", "update", "upload", "upsert", "write",
        ],
    ),
    (
        Effect::Makes,
        &[
            "approve",
            "create",
            "deploy",
            "execute",
            "grant",
            "invite",
            "launch",
            "provision",
            "publish",
        ],
    ),
    (
        Effect::Destroys,
        &[
            "cancel",
            "delete",
            "destroy",
            "disable",
            "drop",
            "erase",
            "kill",
            "purge",
            "remove",
            "reset",
            "revoke",
            "shutdown",
            "stop",
            "terminate",
            "truncate",
            "wipe",
        ],
    ),
];

/// Words of payment. Many are nouns too (`order:read`), so they only count where no other word
/// tells.
const PAYS: &[&str] = &[
    "book",
    "buy",
    "charge",
    "checkout",
    "order",
    "pay",
    "payment",
    "payout",
    "purchase",
    "refund",
    "reserve",
    "send",
    "subscribe",
    "transfer",
    "withdraw",
];

impl Effect {
    /// The effect of `action`, by the first verb behind its last `:`, or else in the whole name.
    pub(super) fn of(action: &str) -> Self {
        let name = action.rsplit(':').next().unwrap_or(action);
        let (own, all) = (split_name(name), split_name(action));
        let told = own.iter().chain(&all).find_map(|word| effect_of_verb(word));
        let pays = all.iter().any(|word| PAYS.contains(&word.as_str()));
        told.unwrap_or(if pays { Self::Pays } else { Self::Unknown })
    }

    /// Whether it changes anything.
    pub(super) fn changes(self) -> bool {
        !matches!(self, Self::Reads | Self::Unknown)
    }
}

fn effect_of_verb(word: &str) -> Option<Effect> {
    let known = VERBS.iter().find(|(_, verbs)| verbs.contains(&word));
    known.map(|(effect, _)| *effect)
}

/// The words of a name in lower case: `rds:DeleteDBInstance` is `rds`, `delete`, `db`, `instance`.
fn split_name(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let behind = letters.get(index + 1);
        let is_begun = before.is_some_and(|before| !before.is_uppercase());
        let begins_lower = behind.is_some_and(|behind| behind.is_lowercase());
        if !letter.is_alphanumeric() || letter.is_uppercase() && (is_begun || begins_lower) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for (name, expected) in [
            ("rds:DeleteDBInstance", &["rds", "delete", "db", "instance"][..]),
            ("s3:PutObject", &["s3", "put", "object"]),
            ("delete_all-users.now", &["delete", "all", "users", "now"]),
            ("READ", &["read"]),
            ("getURL", &["get", "url"]),
            (":", &[]),
        ] {
            assert_eq!(split_name(name), expected, "{name}");
        }
    }

    #[test]
    fn the_name_tells_what_an_action_does() {
        for (action, effect) in [
            ("rds:DescribeDBInstances", Effect::Reads),
            ("rds:DeleteDBInstance", Effect::Destroys),
            ("BOOK", Effect::Pays),
            ("order:read", Effect::Reads),
            ("read:order", Effect::Reads),
            ("GetTransferStatus", Effect::Reads),
            ("list:delete", Effect::Destroys),
            ("payments:create", Effect::Makes),
            ("order:submit", Effect::Pays),
            ("settings", Effect::Unknown),
            ("bookshelf", Effect::Unknown),
            ("s3:PutObject", Effect::Writes),
        ] {
            assert_eq!(Effect::of(action), effect, "{action}");
        }
    }

    #[test]
    fn the_page_lists_the_words() {
        let page = include_str!("../../../../../../docs/lint.md");
        let lists = VERBS.iter().map(|(_, words)| *words).chain([PAYS]);
        for words in lists {
            let listed: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            let line = listed.join(" ");
            assert!(page.contains(&line), "{line}");
        }
    }
}
