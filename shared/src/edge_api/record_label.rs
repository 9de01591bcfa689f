//! Labels of the records of edges.

use crate::bundle::HeadContradiction;
use crate::reason::Reason;

/// The label of a record of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordLabel {
    /// The edge permitted the request, and no rule objected to the response.
    Permit,
    /// A rule objected.
    Reason(Reason),
    /// The edge saw an audit head that contradicts an earlier one. The record is about no request.
    AuditHead(HeadContradiction),
    /// The label is of another version of the edge. An issuer reads it, an edge never writes it.
    Other,
}

impl RecordLabel {
    /// The text of the label.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Reason(reason) => reason.label(),
            Self::AuditHead(contradiction) => contradiction.label(),
            Self::Other => "other",
        }
    }

    /// The label with this text, or [`RecordLabel::Other`].
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let contradictions = [HeadContradiction::Back, HeadContradiction::Fork].map(Self::AuditHead);
        let known = contradictions.into_iter().chain([Self::Permit]);
        known
            .chain(Reason::ALL.iter().copied().map(Self::Reason))
            .find(|label| label.text() == text)
            .unwrap_or(Self::Other)
    }
}

impl From<Reason> for RecordLabel {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::{HeadContradiction, Reason, RecordLabel};

    #[test]
    fn each_label_is_read_as_it_is_written() {
        let reasons = Reason::ALL.iter().copied().map(RecordLabel::Reason);
        let others = [
            RecordLabel::Permit,
            RecordLabel::AuditHead(HeadContradiction::Back),
            RecordLabel::AuditHead(HeadContradiction::Fork),
            RecordLabel::Other,
        ];
        for label in reasons.chain(others) {
            assert_eq!(RecordLabel::from_text(label.text()), label);
        }
        for text in ["", "x", "Permit", "not_granted "] {
            assert_eq!(RecordLabel::from_text(text), RecordLabel::Other, "{text}");
        }
    }
}
