//! The heads of the audit chain of the issuer that an edge has seen. Within an epoch the head only
//! goes forward, and one event has one hash.

use alloc::string::String;

/// The way in which a head contradicts an earlier head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadContradiction {
    /// The chain ends before an event that the edge has seen.
    Back,
    /// The chain has another hash at an event that the edge has seen.
    Fork,
}

impl HeadContradiction {
    /// The stable label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Back => "audit_head_back",
            Self::Fork => "audit_head_fork",
        }
    }
}

/// The head of the last bundle, the highest head of the epoch, and the latest contradiction.
#[derive(Clone, Debug, Default)]
pub(super) struct SeenHead {
    last: Option<String>,
    highest: Option<String>,
    contradiction: Option<HeadContradiction>,
}

impl SeenHead {
    /// The state after a bundle with `head` in the same epoch as `self`. After a contradiction no
    /// later head of the epoch becomes the highest one, because it belongs to a chain that replaced
    /// the chain that the edge has seen.
    pub(super) fn after(&self, head: Option<String>) -> Self {
        let found = match (&self.highest, &head) {
            (Some(highest), Some(head)) => find_contradiction(highest, head),
            _ => None,
        };
        let contradiction = found.or(self.contradiction);
        let highest = match contradiction {
            Some(_) => self.highest.clone(),
            None => head
                .clone()
                .filter(|head| number(head).is_some())
                .or_else(|| self.highest.clone()),
        };
        Self {
            last: head,
            highest,
            contradiction,
        }
    }

    pub(super) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    pub(super) fn highest(&self) -> Option<&str> {
        self.highest.as_deref()
    }

    pub(super) const fn last_contradiction(&self) -> Option<HeadContradiction> {
        self.contradiction
    }
}

fn find_contradiction(highest: &str, head: &str) -> Option<HeadContradiction> {
    let (seen, found) = (number(highest)?, number(head)?);
    if found < seen {
        return Some(HeadContradiction::Back);
    }
    (found == seen && head != highest).then_some(HeadContradiction::Fork)
}

/// The number of the event in `<seq>:<hexadecimal digits>`. A head of another form is not compared.
pub(super) fn number(head: &str) -> Option<u64> {
    let (seq, hash) = head.split_once(':')?;
    let is_head = [seq, hash]
        .iter()
        .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    seq.parse().ok().filter(|_| is_head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned as _;

    fn after(heads: &[&str]) -> SeenHead {
        let seen = SeenHead::default();
        heads
            .iter()
            .fold(seen, |seen, head| seen.after(Some((*head).to_owned())))
    }

    #[test]
    fn a_head_that_goes_forward_is_no_contradiction() {
        let seen = after(&["1:aa", "1:aa", "2:bb", "30:cc"]);
        assert_eq!((seen.highest(), seen.last_contradiction()), (Some("30:cc"), None));
        assert_eq!(seen.after(None).highest(), Some("30:cc"));
        assert_eq!(seen.after(Some("later form".to_owned())).last_contradiction(), None);
    }

    #[test]
    fn a_head_that_goes_back_or_forks_is_a_contradiction_and_the_highest_one_is_kept() {
        let back = after(&["10:aa", "9:bb"]);
        assert_eq!((back.highest(), back.last()), (Some("10:aa"), Some("9:bb")));
        assert_eq!(back.last_contradiction(), Some(HeadContradiction::Back));
        assert_eq!(
            back.after(Some("10:cc".to_owned())).last_contradiction(),
            Some(HeadContradiction::Fork)
        );
        let further = back.after(Some("11:dd".to_owned()));
        assert_eq!(
            (further.highest(), further.last_contradiction()),
            (Some("10:aa"), Some(HeadContradiction::Back))
        );
    }
}
