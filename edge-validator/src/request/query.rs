//! Names and values in queries and forms. Pieces are split at `&` only, names are compared after
//! decoding, and an unknown name refuses the request.

use crate::http::percent;
use crate::http::spelling::{Plus, spell};
use crate::operation::param::ParamValues;
use crate::operation::{FieldName, FieldNames, Operation, ValueUse};
use crate::reason::{self, Objection, Reason};
use alloc::borrow::Cow;
use alloc::format;

/// Encoded names and values of a checked form, and the names that the operation knows.
pub(crate) struct Pairs<'p> {
    pub(crate) text: &'p str,
    pub(crate) names: &'p FieldNames,
    pub(crate) reasons: &'static Reasons,
}

/// The reasons of refusals of a query or of a form.
#[derive(Debug)]
pub(crate) struct Reasons {
    pub(crate) syntax: Reason,
    limit: Reason,
    unknown: Reason,
    repeated: Reason,
    plus: Reason,
}

pub(crate) const QUERY: Reasons = Reasons {
    syntax: Reason::QuerySyntax,
    limit: Reason::QueryLimit,
    unknown: Reason::QueryUnknown,
    repeated: Reason::QueryRepeated,
    plus: Reason::QueryPlus,
};

pub(crate) const FORM: Reasons = Reasons {
    syntax: Reason::BodySyntax,
    limit: Reason::BodyLimit,
    unknown: Reason::BodyUnknown,
    repeated: Reason::BodyRepeated,
    plus: Reason::FormPlus,
};

impl Pairs<'_> {
    /// Checks that there are at most `most` names and values. Many readers silently drop pieces
    /// beyond their own limit.
    pub(crate) fn check_count(&self, most: usize) -> Result<(), Objection> {
        match self.text.split('&').nth(most) {
            Some(_) => Err(Objection::new(
                self.reasons.limit,
                format!("more than {most} names and values"),
            )),
            None => Ok(()),
        }
    }

    /// Adds the values that are read to `values`. There are two results if a `+` makes a
    /// difference. The first is the meaning that is sent.
    pub(crate) fn read(
        &self,
        operation: &Operation,
        values: ParamValues,
    ) -> Result<(ParamValues, Option<ParamValues>), Objection> {
        if !self.text.contains('+') {
            return Ok((self.read_as(Plus::Space, operation, values)?, None));
        }
        let first = self.read_as(Plus::Space, operation, values.clone());
        match (first, self.read_as(Plus::Plus, operation, values)) {
            (Ok(first), Ok(second)) => {
                let second = (first != second).then_some(second);
                Ok((first, second))
            }
            (first, second) => reason::require_agreement(first, second, self.reasons.plus).map(|first| (first, None)),
        }
    }

    fn read_as(&self, plus: Plus, operation: &Operation, values: ParamValues) -> Result<ParamValues, Objection> {
        let mut reader = PairsReader {
            pairs: self,
            operation,
            values,
            seen: 0,
        };
        spell(self.text, plus)
            .split('&')
            .try_for_each(|piece| reader.read_piece(piece))?;
        Ok(reader.values)
    }
}

/// Reads one piece after the other.
struct PairsReader<'r> {
    pairs: &'r Pairs<'r>,
    operation: &'r Operation,
    values: ParamValues,
    /// The names that were present, as [`FieldName::bit`]s.
    seen: u64,
}

impl PairsReader<'_> {
    fn read_piece(&mut self, piece: &str) -> Result<(), Objection> {
        let (name, value) = match piece.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (piece, None),
        };
        if name.is_empty() {
            return Err(self.pairs.reasons.syntax.into());
        }
        let name = decode_text(name)?;
        let known = self.pairs.names.find(&name);
        let known = known.ok_or_else(|| Objection::new(self.pairs.reasons.unknown, format!("`{name}`")))?;
        if known.shadows {
            let detail = format!("`{name}`, which some reader takes for a parameter");
            return Err(Objection::new(self.pairs.reasons.unknown, detail));
        }
        self.mark_seen(known)?;
        match known.purpose {
            ValueUse::Ignore => Ok(()),
            ValueUse::Param(param) => {
                // Some readers read a name without `=` as empty text, other readers as absent.
                let value = value.ok_or_else(|| self.operation.param_objection(Reason::ParamType, param))?;
                let value = decode_text(value)?.into_owned();
                self.operation.read_param(param, value, &mut self.values)
            }
        }
    }

    /// Refuses a repeated name that is no list, ignored or not, and a name beside a rival of it.
    fn mark_seen(&mut self, name: &FieldName) -> Result<(), Objection> {
        let is_list = matches!(name.purpose, ValueUse::Param(param) if self.operation.is_list(param));
        let own = if is_list { 0 } else { name.bit };
        if self.seen & (own | name.rivals) != 0 {
            return Err(Objection::new(self.pairs.reasons.repeated, format!("`{}`", name.text)));
        }
        self.seen |= name.bit;
        Ok(())
    }
}

fn decode_text(text: &str) -> Result<Cow<'_, str>, Objection> {
    percent::decode(text).ok_or_else(|| Reason::TargetEncoding.into())
}
