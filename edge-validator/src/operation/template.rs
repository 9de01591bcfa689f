//! Resource templates, such as `data:customers/{id}`.

use super::pattern::{CaptureId, CaptureNames};
use super::routes::CapturedValues;
use crate::reason::{Objection, Reason};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::limits::PATTERN_BYTES;

/// The characters at which a `*` of a pattern ends. A captured value contains no separator that the
/// literal text of the template contains.
const SEPARATORS: [char; 2] = ['/', ':'];

/// A resource with places for captured values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ResourceTemplate {
    pieces: Vec<ResourceTemplatePiece>,
    /// The separators in the literal text.
    separators: Vec<char>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ResourceTemplatePiece {
    Text(String),
    Capture(CaptureId),
}

impl ResourceTemplate {
    /// Parses a template over `captures`. An error is a message for the operator.
    pub(crate) fn parse(text: &str, captures: &CaptureNames) -> Result<Self, String> {
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err("expected a resource without control characters".into());
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("`{` without `}`")?;
            let capture = captures.find(name);
            push_text(&mut pieces, before)?;
            if matches!(pieces.last(), Some(ResourceTemplatePiece::Capture(_))) {
                return Err(format!(
                    "`{{{name}}}` follows another capture without a `/` or `:` between them"
                ));
            }
            pieces.push(ResourceTemplatePiece::Capture(
                capture.ok_or_else(|| format!("`{{{name}}}` is not captured by `match`"))?,
            ));
            rest = after;
        }
        push_text(&mut pieces, rest)?;
        check_separators(&pieces)?;
        let separators = SEPARATORS
            .into_iter()
            .filter(|&separator| contain_separator(&pieces, separator))
            .collect();
        Ok(Self { pieces, separators })
    }

    /// Literal texts and captures, in order.
    pub(crate) fn pieces(&self) -> &[ResourceTemplatePiece] {
        &self.pieces
    }

    /// The separators in the literal text. No captured value contains one of them.
    pub(crate) fn separators(&self) -> &[char] {
        &self.separators
    }

    /// Whether the template uses a capture.
    pub(crate) fn uses_capture(&self, capture: CaptureId) -> bool {
        self.pieces.contains(&ResourceTemplatePiece::Capture(capture))
    }

    /// The resource for captured values.
    pub(crate) fn fill(&self, captures: &CapturedValues<'_>) -> Result<String, Objection> {
        let mut resource = String::new();
        for piece in &self.pieces {
            match piece {
                ResourceTemplatePiece::Text(text) => resource.push_str(text),
                ResourceTemplatePiece::Capture(capture) => {
                    let value = captures.get(*capture).unwrap_or_default();
                    if value.contains(self.separators.as_slice()) {
                        return Err(Objection::new(Reason::CaptureSeparator, format!("`{value}`")));
                    }
                    resource.push_str(value);
                }
            }
        }
        if resource.len() > PATTERN_BYTES {
            return Err(Objection::new(
                Reason::ResourceLength,
                format!("{} bytes", resource.len()),
            ));
        }
        Ok(resource)
    }
}

fn push_text(pieces: &mut Vec<ResourceTemplatePiece>, text: &str) -> Result<(), String> {
    if text.contains('}') {
        return Err("`}` without `{`".into());
    }
    if !text.is_empty() {
        pieces.push(ResourceTemplatePiece::Text(text.into()));
    }
    Ok(())
}

/// Checks that a separator is between two captures. Without a separator, one capture could take a
/// part of the value of the other.
fn check_separators(pieces: &[ResourceTemplatePiece]) -> Result<(), String> {
    for window in pieces.windows(3) {
        if let [
            ResourceTemplatePiece::Capture(_),
            ResourceTemplatePiece::Text(text),
            ResourceTemplatePiece::Capture(_),
        ] = window
            && !text.contains(SEPARATORS)
        {
            return Err(format!("expected a `/` or `:` in `{text}` between two captures"));
        }
    }
    Ok(())
}

fn contain_separator(pieces: &[ResourceTemplatePiece], separator: char) -> bool {
    pieces
        .iter()
        .any(|piece| matches!(piece, ResourceTemplatePiece::Text(text) if text.contains(separator)))
}
