//! Names and values, in the query and in forms. Split at `&` only; names are compared decoded; a name that the operation does not know refuses.

use crate::decide::agree;
use crate::operation::param::Values;
use crate::operation::{Names, Operation, Use};
use crate::percent;
use crate::reason::{self, Objection, Reason};
use alloc::borrow::Cow;
use alloc::format;

/// Encoded names and values, of a form that was looked at, and what the operation knows of them.
pub(crate) struct Pairs<'p> {
    pub(crate) text: &'p str,
    pub(crate) names: &'p Names,
    pub(crate) reasons: &'static Reasons,
}

/// Why they are refused.
#[derive(Debug)]
pub(crate) struct Reasons {
    pub(crate) syntax: Reason,
    unknown: Reason,
    repeated: Reason,
    plus: Reason,
}

pub(crate) const QUERY: Reasons = Reasons {
    syntax: reason::QUERY_SYNTAX,
    unknown: reason::QUERY_UNKNOWN,
    repeated: reason::QUERY_REPEATED,
    plus: reason::QUERY_PLUS,
};

pub(crate) const FORM: Reasons = Reasons {
    syntax: reason::BODY_SYNTAX,
    unknown: reason::BODY_UNKNOWN,
    repeated: reason::BODY_REPEATED,
    plus: reason::FORM_PLUS,
};

/// What `+` means. Forms say space, RFC 3986 says plus, and only the upstream knows: the verdict must not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plus {
    Space,
    Plus,
}

impl Pairs<'_> {
    /// `values` with what is read; in two readings if there is a `+` and it makes a difference.
    pub(crate) fn read(&self, operation: &Operation, values: Values) -> Result<(Values, Option<Values>), Objection> {
        if !self.text.contains('+') {
            return Ok((self.read_as(Plus::Plus, operation, values)?, None));
        }
        let first = self.read_as(Plus::Space, operation, values.clone());
        match (first, self.read_as(Plus::Plus, operation, values)) {
            (Ok(first), Ok(second)) => {
                let second = (first != second).then_some(second);
                Ok((first, second))
            }
            (first, second) => agree(first, second, self.reasons.plus).map(|first| (first, None)),
        }
    }

    fn read_as(&self, plus: Plus, operation: &Operation, mut values: Values) -> Result<Values, Objection> {
        let mut pieces = self.text.split('&');
        pieces.try_for_each(|piece| self.read_piece(piece, plus, operation, &mut values))?;
        Ok(values)
    }

    fn read_piece(&self, piece: &str, plus: Plus, operation: &Operation, values: &mut Values) -> Result<(), Objection> {
        let (name, value) = match piece.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (piece, None),
        };
        if name.is_empty() {
            return Err(self.reasons.syntax.into());
        }
        let name = decode(name, plus)?;
        match self.names.find(&name) {
            None => Err(self.reasons.unknown.because(format!("`{name}`"))),
            Some(Use::Ignore) => Ok(()),
            Some(Use::Param(index)) if values.has(index) && !operation.is_list(index) => {
                Err(self.reasons.repeated.because(format!("`{name}`")))
            }
            Some(Use::Param(index)) => {
                // A name without `=` is empty text to some readers and absent to others.
                let value = value.ok_or_else(|| operation.object(reason::PARAM_TYPE, index))?;
                operation.read_text(index, decode(value, plus)?.into_owned(), values)
            }
        }
    }
}

fn decode(text: &str, plus: Plus) -> Result<Cow<'_, str>, Objection> {
    let decoded = match plus {
        Plus::Space => percent::decode(&text.replace('+', "%20")).map(|text| text.into_owned().into()),
        Plus::Plus => percent::decode(text),
    };
    decoded.ok_or_else(|| reason::TARGET_ENCODING.into())
}
