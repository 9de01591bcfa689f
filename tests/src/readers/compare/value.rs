//! Whether a value that was read is the one that was judged.

use super::names::are_indices;
use crate::readers::answer::Read;
use crate::readers::sources::{ParamSource, TableParam};
use crate::readers::table::{ReaderProfile, Repeated};
use edgewrit_shared::grant::attempt;
use edgewrit_shared::json::number::Number;

/// The number that an application makes of a text. Both kinds exist on top of every reader of names
/// and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    /// The decimal value, as Python's `int` and `Decimal` have it.
    Exact,
    /// The nearest double, as JavaScript's `Number` has it.
    Double,
}

/// The relation of a value that a reader read to the value that the edge judged.
#[derive(Debug, PartialEq)]
pub(super) enum Agreement {
    /// The same value, but for these numbers: each is the double that is nearest to the one that is
    /// written.
    Same { rounded: Vec<Number> },
    /// Another value.
    Other,
}

/// Compares what was judged of `param` with what was read of it.
pub(super) fn agreement(
    judged: Option<&attempt::Param>,
    read: Option<&Read>,
    param: &TableParam,
    reader: &ReaderProfile,
    precision: Precision,
) -> Agreement {
    let mut found = ValueComparison {
        precision,
        rounded: Vec::new(),
    };
    let same = match (judged, read) {
        (None, None) => true,
        (Some(judged), Some(read)) if param.source == ParamSource::Json => found.is_json(judged, read),
        (Some(attempt::Param::List(list)), Some(read)) if param.list => found.is_list(list, read, reader),
        (Some(judged), Some(Read::Text(text))) => found.is_text(judged, text),
        // An application may take the first or the last: with one there is no choice.
        (Some(judged), Some(Read::All(texts))) => matches!(texts.as_slice(), [text] if found.is_text(judged, text)),
        _ => false,
    };
    let rounded = found.rounded;
    if same {
        Agreement::Same { rounded }
    } else {
        Agreement::Other
    }
}

/// The double that is nearest to a number, in the shortest decimal that means it; `None` if it is
/// infinite.
pub(super) fn as_double(text: &str) -> Option<Number> {
    Number::parse(&format!("{:e}", text.parse::<f64>().ok()?))
}

/// Whether both have the same nearest double. Languages differ in which of its shortest decimals
/// they write.
fn is_nearest(read: &Number, judged: &Number) -> bool {
    let double = |number: &Number| number.to_string().parse::<f64>().ok().map(f64::to_bits);
    double(read) == double(judged)
}

struct ValueComparison {
    precision: Precision,
    rounded: Vec<Number>,
}

impl ValueComparison {
    fn is_list(&mut self, judged: &[attempt::Param], read: &Read, reader: &ReaderProfile) -> bool {
        let texts = match read {
            Read::All(texts) => texts.clone(),
            Read::List(items) => items.iter().filter_map(text).collect(),
            Read::Text(text) if judged.len() > 1 && reader.repeated == Repeated::Last => {
                return judged.last().is_some_and(|last| self.is_text(last, text));
            }
            Read::Text(text) => vec![text.clone()],
            // What qs makes of a list that is longer than its limit for arrays: the same values
            // under their indices.
            Read::Object(members) if are_indices(members) => {
                members.iter().filter_map(|(_, item)| text(item)).collect()
            }
            _ => return false,
        };
        judged.len() == texts.len()
            && judged
                .iter()
                .zip(&texts)
                .all(|(judged, text)| self.is_text(judged, text))
    }

    fn is_text(&mut self, judged: &attempt::Param, text: &str) -> bool {
        match judged {
            attempt::Param::Text(own) => own == text,
            attempt::Param::Bool(own) => text == if *own { "true" } else { "false" },
            attempt::Param::Number(own) => {
                let read = match self.precision {
                    Precision::Exact => Number::parse(text),
                    Precision::Double => as_double(text),
                };
                self.is_number(own, read)
            }
            _ => false,
        }
    }

    /// The reader has said which number it has.
    fn is_json(&mut self, judged: &attempt::Param, read: &Read) -> bool {
        match (judged, read) {
            (attempt::Param::Text(own), Read::Text(text)) => own == text,
            (attempt::Param::Bool(own), Read::Bool(value)) => own == value,
            (attempt::Param::Number(own), Read::Number(text)) => self.is_number(own, Number::parse(text)),
            (attempt::Param::List(own), Read::List(items)) => {
                own.len() == items.len() && own.iter().zip(items).all(|(own, item)| self.is_json(own, item))
            }
            _ => false,
        }
    }

    fn is_number(&mut self, judged: &Number, read: Option<Number>) -> bool {
        match read {
            Some(read) if read == *judged => true,
            Some(read) if is_nearest(&read, judged) => {
                self.rounded.push(read);
                true
            }
            _ => false,
        }
    }
}

fn text(read: &Read) -> Option<String> {
    match read {
        Read::Text(text) => Some(text.clone()),
        _ => None,
    }
}
