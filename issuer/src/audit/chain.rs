//! The chain: `hash = SHA-256(hash before || line)`, from 32 zero bytes on.

use crate::base::id::{from_hex, hex};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The end of the chain: its last event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainHead {
    /// Number of the last event, 0 before the first.
    pub seq: u64,
    /// Hash of the event.
    pub hash: [u8; 32],
}

impl ChainHead {
    /// The head after `line`.
    #[must_use]
    pub fn after(self, line: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.hash);
        hash.update(line);
        Self {
            seq: self.seq + 1,
            hash: hash.finalize().into(),
        }
    }

    /// Reads `<seq>:<64 hexadecimal digits>`, as it is displayed and stands in bundles.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, digits) = text.split_once(':')?;
        let hash = from_hex(digits)?;
        let seq = seq.parse().ok()?;
        Some(Self { seq, hash })
    }
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, hex(&self.hash))
    }
}

/// One event as it is kept.
#[derive(Clone, Debug)]
pub struct Link {
    /// Number of the event, and its hash as it was kept.
    pub head: ChainHead,
    /// Line of the event.
    pub line: String,
}

impl Link {
    /// The line as it is exported: with the hash before it and its own.
    #[must_use]
    pub fn exported(&self, before: &ChainHead) -> String {
        let line = self.line.strip_suffix('}').unwrap_or(&self.line);
        let (prev, hash) = (hex(&before.hash), hex(&self.head.hash));
        format!(r#"{line},"prev_hash":"{prev}","hash":"{hash}"}}"#)
    }

    /// An exported line, taken apart: the hash that it says comes before, and the link.
    #[must_use]
    pub fn imported(text: &str) -> Option<(ChainHead, Self)> {
        const SUFFIX: usize = r#","prev_hash":"","hash":""}"#.len() + 128;
        let (line, suffix) = text.split_at_checked(text.len().checked_sub(SUFFIX)?)?;
        let prev = suffix.strip_prefix(r#","prev_hash":""#)?.get(..64)?;
        let hash = suffix
            .strip_suffix(r#""}"#)?
            .get(r#","prev_hash":"","hash":""#.len() + 64..)?;
        let seq: u64 = line.strip_prefix(r#"{"seq":"#)?.split_once(',')?.0.parse().ok()?;
        let before = ChainHead::parse(&format!("{}:{prev}", seq.checked_sub(1)?))?;
        let head = ChainHead::parse(&format!("{seq}:{hash}"))?;
        let line = format!("{line}}}");
        Some((before, Self { head, line }))
    }

    /// Whether the link follows `before`.
    ///
    /// # Errors
    /// [`Broken`], with what is wrong.
    pub fn follows(&self, before: &ChainHead) -> Result<ChainHead, Broken> {
        let (seq, own) = (before.seq + 1, self.head);
        if own.seq != seq {
            return Err(Broken::Gap {
                expected: seq,
                found: own.seq,
            });
        }
        if !self.line.starts_with(&format!(r#"{{"seq":{seq},"#)) {
            return Err(Broken::Number { seq });
        }
        if before.after(&self.line) != own {
            return Err(Broken::Hash { seq });
        }
        Ok(own)
    }
}

/// The place at which the chain is broken, and the cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An event is missing, or stands twice.
    #[error("event {expected} is missing: {found} stands in its place")]
    Gap {
        /// The number that should stand here.
        expected: u64,
        /// The number that does.
        found: u64,
    },
    /// An event's line says to be another's.
    #[error("event {seq} says to be another one")]
    Number {
        /// The number of the event.
        seq: u64,
    },
    /// An event, or one before it, is not what was hashed.
    #[error("event {seq}, or its hash, was changed")]
    Hash {
        /// The number of the event.
        seq: u64,
    },
    /// The chain does not have the hash that was seen elsewhere.
    #[error("event {} is not the one that was seen there, {seen}", seen.seq)]
    Head {
        /// The head that was seen.
        seen: ChainHead,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(lines: &[&str]) -> Vec<Link> {
        let mut head = ChainHead::default();
        let link = |line: &&str| {
            head = head.after(line);
            Link {
                head,
                line: (*line).to_owned(),
            }
        };
        lines.iter().map(link).collect()
    }

    fn verified(links: &[Link]) -> Result<ChainHead, Broken> {
        links
            .iter()
            .try_fold(ChainHead::default(), |head, link| link.follows(&head))
    }

    const LINES: [&str; 3] = [r#"{"seq":1,"a":1}"#, r#"{"seq":2,"a":"ü"}"#, r#"{"seq":3,"a":3}"#];

    #[test]
    fn a_whole_chain_verifies() {
        let links = chain(&LINES);
        assert_eq!(verified(&links), Ok(links[2].head));
        let text = links[2].head.to_string();
        assert_eq!(ChainHead::parse(&text), Some(links[2].head));
    }

    #[test]
    fn a_change_of_any_link_is_found() {
        let mut changed = chain(&LINES);
        changed[1].line = changed[1].line.replace('2', "4");
        assert_eq!(verified(&changed), Err(Broken::Number { seq: 2 }));
        let mut changed = chain(&LINES);
        changed[1].line = changed[1].line.replace('ü', "u");
        assert_eq!(verified(&changed), Err(Broken::Hash { seq: 2 }));
        let mut hashed_again = chain(&LINES);
        hashed_again[1].line = hashed_again[1].line.replace('ü', "u");
        hashed_again[1].head = hashed_again[0].head.after(&hashed_again[1].line);
        assert_eq!(verified(&hashed_again), Err(Broken::Hash { seq: 3 }));
        let mut missing = chain(&LINES);
        missing.remove(1);
        assert_eq!(verified(&missing), Err(Broken::Gap { expected: 2, found: 3 }));
        let mut exchanged = chain(&LINES);
        exchanged.swap(0, 1);
        assert_eq!(verified(&exchanged), Err(Broken::Gap { expected: 1, found: 2 }));
    }

    #[test]
    fn an_exported_line_is_taken_apart_again() {
        let links = chain(&LINES);
        let text = links[1].exported(&links[0].head);
        let (before, link) = Link::imported(&text).unwrap();
        assert_eq!((before, link.head), (links[0].head, links[1].head));
        assert_eq!(link.line, LINES[1]);
        for broken in ["", "{}", &text.replace("prev_hash", "prev"), &text.replacen('{', "", 1)] {
            assert!(Link::imported(broken).is_none(), "{broken}");
        }
    }
}
