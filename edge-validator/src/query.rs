//! Query parameters. Split at `&` only; names are compared decoded; a name that the operation does not know refuses.

use crate::operation::param::Values;
use crate::operation::{Operation, Use};
use crate::percent;
use crate::reason::{self, Objection};
use alloc::borrow::Cow;
use alloc::format;

/// What `+` means. Forms say space, RFC 3986 says plus, and only the upstream knows: the verdict must not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plus {
    Space,
    Plus,
}

/// Reads the query of a canonical target into `values`.
pub(crate) fn read(
    query: Option<&str>,
    plus: Plus,
    operation: &Operation,
    values: &mut Values,
) -> Result<(), Objection> {
    query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .try_for_each(|piece| read_piece(piece, plus, operation, values))
}

fn read_piece(piece: &str, plus: Plus, operation: &Operation, values: &mut Values) -> Result<(), Objection> {
    let (name, value) = match piece.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (piece, None),
    };
    if name.is_empty() {
        return Err(reason::QUERY_SYNTAX.into());
    }
    let name = decode(name, plus)?;
    match operation.query_use(&name) {
        None => Err(reason::QUERY_UNKNOWN.because(format!("`{name}`"))),
        Some(Use::Ignore) => Ok(()),
        Some(Use::Param(index)) if values.has(index) => Err(reason::QUERY_REPEATED.because(format!("`{name}`"))),
        Some(Use::Param(index)) => {
            // A name without `=` is empty text to some readers and absent to others.
            let value = value.ok_or_else(|| operation.object(reason::PARAM_TYPE, index))?;
            operation.read_text(index, decode(value, plus)?.into_owned(), values)
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
