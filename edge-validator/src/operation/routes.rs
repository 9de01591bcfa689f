//! Search of the operation for a method and a path. The work depends on the length of the path and
//! not on the number of operations.

use super::pattern::{CaptureId, RoutePattern, RouteSegment};
use crate::http::case_folding::fold;
use crate::http::percent;
use crate::reason::{Objection, Reason};
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// All operations, as one tree of segments for each method.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// The methods as literals of a tree: one kind of map makes a smaller program than two.
    methods: RouteNode,
}

/// The segments that may follow a prefix of a path.
#[derive(Debug, Default)]
struct RouteNode {
    /// Literals by their lenient form: two literals with the same lenient form cannot be siblings.
    literals: BTreeMap<String, Literal>,
    capture: Option<alloc::boxed::Box<RouteNode>>,
    /// The operation whose path ends here.
    operation: Option<usize>,
}

#[derive(Debug)]
struct Literal {
    encoded: String,
    node: RouteNode,
}

/// The captured values of a path, decoded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CapturedValues<'p>(Vec<Cow<'p, str>>);

/// An operation and the captured values of its path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MatchedRoute<'p> {
    pub(crate) operation: usize,
    pub(crate) captures: CapturedValues<'p>,
}

/// The cause why a pattern cannot be added.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// The operation with this index matches the same requests.
    Same(usize),
    /// Lenient servers read a segment as this segment of another operation.
    Case(String),
}

impl CapturedValues<'_> {
    pub(crate) fn get(&self, capture: CaptureId) -> Option<&str> {
        self.0.get(capture.0).map(AsRef::as_ref)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl Routes {
    /// Adds the operation with index `operation`.
    pub(crate) fn add(&mut self, pattern: &RoutePattern, operation: usize) -> Result<(), Conflict> {
        let mut node = self.methods.child_for_literal(&pattern.method)?;
        for segment in &pattern.segments {
            node = match segment {
                RouteSegment::Literal(text) => node.child_for_literal(text)?,
                RouteSegment::Capture => node.capture.get_or_insert_default(),
            };
        }
        match node.operation {
            Some(other) => Err(Conflict::Same(other)),
            None => {
                node.operation = Some(operation);
                Ok(())
            }
        }
    }

    /// The operation for `method` and a canonical `path`.
    ///
    /// A literal wins over a capture, segment by segment from the left. The search does not go
    /// back: a segment that [a lenient server](lenient_segment) reads as a literal is never
    /// captured.
    pub(crate) fn find<'p>(&self, method: &str, path: &'p str) -> Result<MatchedRoute<'p>, Objection> {
        let own = self.methods.literals.get(lenient_segment(method).as_ref());
        let own = own.filter(|own| own.encoded == method);
        let mut node = &own.ok_or(Reason::NoOperation)?.node;
        let mut captures = CapturedValues::default();
        for segment in path.split('/').skip(1) {
            let decoded = percent::decode(segment).ok_or(Reason::TargetEncoding)?;
            node = match node.literals.get(lenient_segment(&decoded).as_ref()) {
                Some(literal) if literal.encoded == segment => &literal.node,
                Some(literal) => {
                    return Err(Objection::new(
                        Reason::OperationCase,
                        format!("`{decoded}` for `{}`", literal.encoded),
                    ));
                }
                None if segment.is_empty() => return Err(Reason::NoOperation.into()),
                None => {
                    captures.0.push(decoded);
                    node.capture.as_ref().ok_or(Reason::NoOperation)?
                }
            };
        }
        let operation = node.operation.ok_or(Reason::NoOperation)?;
        Ok(MatchedRoute { operation, captures })
    }
}

/// A decoded segment as the most lenient server reads it: without case, without the text from a `;`
/// on (which begins parameters) or from a decoded `?` or `#` on, and without dots and spaces at its
/// end.
fn lenient_segment(decoded: &str) -> Cow<'_, str> {
    let name = decoded.split([';', '?', '#']).next().unwrap_or_default();
    fold(name.trim_end_matches(['.', ' ']))
}

impl RouteNode {
    fn child_for_literal(&mut self, encoded: &str) -> Result<&mut Self, Conflict> {
        let decoded = percent::decode(encoded).unwrap_or(Cow::Borrowed(encoded));
        let literal = self
            .literals
            .entry(lenient_segment(&decoded).into_owned())
            .or_insert_with(|| Literal {
                encoded: encoded.to_string(),
                node: Self::default(),
            });
        if literal.encoded == encoded {
            Ok(&mut literal.node)
        } else {
            Err(Conflict::Case(literal.encoded.clone()))
        }
    }
}
