//! Bodies: strict JSON that is closed on the way to every parameter, and forms, which are read as
//! queries.

use crate::http::case_folding::fold;
use crate::http::headers::Headers;
use crate::http::spelling::{Plus, spell};
use crate::http::target::check_query;
#[cfg(test)]
use crate::operation::Selector;
use crate::operation::param::{ParamId, ParamValues};
use crate::operation::shape::Shape;
use crate::operation::{Content, FieldNames, Operation, ValueUse};
use crate::reason::{Objection, Reason, explanation};
use crate::record::context::RefusedAttempt;
use crate::request::attempts::{AttemptValues, Attempts};
#[cfg(test)]
use crate::request::batch;
use crate::request::query::{self, Pairs};
use crate::request::readings::ValueReadings;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::grant::attempt;
use edgewrit_shared::json::{self, Json, JsonError};
use edgewrit_shared::limits::JSON_VALUES;
use edgewrit_shared::small_code::heap_sort::sorted;

/// The end of a body, as far as the host could read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEnd {
    /// The body is complete.
    Whole,
    /// The body is longer than [`NeedBody::limit`](crate::step::NeedBody::limit).
    TooLarge,
    /// The body is incomplete.
    Failed,
}

/// Checks that the request announces a body of the right type, or no body if the operation takes
/// none.
pub(crate) fn check_announced(operation: &Operation, has_body: bool, headers: &Headers<'_>) -> Result<(), Objection> {
    let length = headers.value("content-length");
    match (&operation.body, has_body && length != Some("0")) {
        (None, false) => Ok(()),
        (None, true) => Err(Reason::BodyUnexpected.into()),
        (Some(_), false) => Err(Reason::BodyMissing.into()),
        (Some(_), true) if headers.value("content-encoding").is_some() => Err(Reason::ContentEncoding.into()),
        (Some(body), true) if !has_media_type(&body.content, headers.value("content-type").unwrap_or_default()) => {
            Err(Reason::ContentType.into())
        }
        (Some(body), true) => match length.and_then(|length| length.parse::<usize>().ok()) {
            Some(length) if length > body.limit => Err(Reason::BodyTooLarge.into()),
            _ => Ok(()),
        },
    }
}

/// Whether `content_type` is the type of `content`, with no other parameter than UTF-8.
fn has_media_type(content: &Content, content_type: &str) -> bool {
    let (kind, charset) = match content_type.split_once(';') {
        Some((kind, charset)) => (kind.trim_end(), Some(charset.trim_start())),
        None => (content_type, None),
    };
    let utf_8 = |charset: &str| {
        ["charset=utf-8", "charset=\"utf-8\""]
            .iter()
            .any(|name| charset.eq_ignore_ascii_case(name))
    };
    kind.eq_ignore_ascii_case(content.media_type()) && charset.is_none_or(utf_8)
}

/// Reads the body of a request whose head made `attempt`. Returns all attempts, and the body to
/// send.
pub(crate) fn read(
    body: Vec<u8>,
    end: BodyEnd,
    mut attempt: AttemptValues,
    pieces_max: usize,
) -> Result<(Attempts, Vec<u8>), RefusedAttempt> {
    let operation = Arc::clone(&attempt.operation);
    let read = check_whole(end).and_then(|()| read_values(&body, &operation, &mut attempt.values, pieces_max));
    let sent = read.map_err(|objection| attempt.refuse(objection))?.unwrap_or(body);
    let attempts = match operation.selector() {
        Some(selector) => match *selector {
            #[cfg(test)]
            Selector::Batch(ref operations) => batch::select(operations, &sent, pieces_max)?,
        },
        None => Attempts::one(attempt),
    };
    Ok((attempts, sent))
}

fn check_whole(end: BodyEnd) -> Result<(), Objection> {
    match end {
        BodyEnd::Whole => Ok(()),
        BodyEnd::TooLarge => Err(Reason::BodyTooLarge.into()),
        BodyEnd::Failed => Err(Reason::BodyBroken.into()),
    }
}

/// Reads the parameters in `bytes` into every reading. Returns the body to send if it is not
/// `bytes`: a form, of at most `pieces_max` pieces, is sent in its [canonical spelling](spell).
pub(crate) fn read_values(
    bytes: &[u8],
    operation: &Operation,
    readings: &mut ValueReadings,
    pieces_max: usize,
) -> Result<Option<Vec<u8>>, Objection> {
    let Some(body) = &operation.body else {
        return Err(Reason::BodyUnexpected.into());
    };
    if bytes.is_empty() {
        return Err(Reason::BodyMissing.into());
    }
    if bytes.len() > body.limit {
        return Err(Reason::BodyTooLarge.into());
    }
    match &body.content {
        Content::Json(shape) => {
            let all = core::iter::once(&mut readings.first).chain(&mut readings.others);
            all.into_iter().try_for_each(|values| {
                let json = json::parse(bytes, JSON_VALUES).map_err(json_objection)?;
                BodyReader { operation, values }.read_value(shape, json, false)
            })?;
            Ok(None)
        }
        Content::Form(names) => {
            let pairs = split_form(bytes, names, pieces_max)?;
            read_form(&pairs, operation, readings)?;
            let sent = spell(pairs.text, Plus::Space).into_owned().into_bytes();
            if sent.len() > body.limit {
                return Err(Reason::BodyTooLarge.into());
            }
            Ok(Some(sent))
        }
        Content::Selected(_) => Ok(None),
    }
}

/// The names and values of a form.
fn split_form<'p>(bytes: &'p [u8], names: &'p FieldNames, pieces_max: usize) -> Result<Pairs<'p>, Objection> {
    let reasons = &query::FORM;
    let text = core::str::from_utf8(bytes).map_err(|_| reasons.syntax)?;
    check_query(text).map_err(|fault| Objection::new(reasons.syntax, explanation(fault)))?;
    let pairs = Pairs { text, names, reasons };
    pairs.check_count(pieces_max)?;
    Ok(pairs)
}

/// Reads a form into every reading. A `+` with two meanings doubles the readings.
fn read_form(pairs: &Pairs<'_>, operation: &Operation, readings: &mut ValueReadings) -> Result<(), Objection> {
    let before = core::mem::take(&mut readings.others);
    let (first, second) = pairs.read(operation, readings.first.clone())?;
    if second.is_some() {
        readings.differ = Reason::FormPlus;
    }
    readings.first = first;
    readings.others.extend(second);
    for values in before {
        let (first, second) = pairs.read(operation, values)?;
        readings.others.extend([first].into_iter().chain(second));
    }
    Ok(())
}

fn json_objection(error: JsonError) -> Objection {
    let reason = match error {
        JsonError::Syntax { .. } => Reason::BodySyntax,
        JsonError::Duplicate { .. } => Reason::BodyRepeated,
        JsonError::TooDeep | JsonError::TooManyValues | JsonError::NumberRange => Reason::BodyLimit,
    };
    Objection::new(reason, error.to_string())
}

struct BodyReader<'r> {
    operation: &'r Operation,
    values: &'r mut ParamValues,
}

impl BodyReader<'_> {
    /// Reads from `json` the values that `shape` names. In the elements of an array (`many`) every
    /// parameter adds to a list.
    fn read_value(&mut self, shape: &Shape, json: Json, many: bool) -> Result<(), Objection> {
        match (shape, json) {
            (Shape::Leaf(ValueUse::Ignore), _) => Ok(()),
            (Shape::Leaf(ValueUse::Param(param)), json) => self.read_param(*param, json, many),
            (Shape::Object(known), Json::Object(members)) => self.read_object(known, members, many),
            (Shape::Each(element), Json::List(items)) => self.read_elements(element, items),
            (Shape::Object(_), _) => Err(Objection::new(Reason::BodyShape, "not an object")),
            (Shape::Each(_), _) => Err(Objection::new(Reason::BodyShape, "not an array")),
        }
    }

    fn read_param(&mut self, param: ParamId, json: Json, many: bool) -> Result<(), Objection> {
        let value = self.operation.declared_type(param).and_then(|kind| kind.of_json(json));
        let value = value.ok_or_else(|| self.operation.param_objection(Reason::ParamType, param))?;
        if many {
            self.values.push(param, value);
        } else {
            self.values.set(param, value);
        }
        Ok(())
    }

    fn read_object(
        &mut self,
        known: &BTreeMap<String, Shape>,
        members: Vec<(String, Json)>,
        many: bool,
    ) -> Result<(), Objection> {
        check_distinct(&members)?;
        if many {
            self.check_complete(known, &members)?;
        }
        for (name, json) in members {
            let shape = known
                .get(&name)
                .ok_or_else(|| Objection::new(Reason::BodyUnknown, format!("`{name}`")))?;
            self.read_value(shape, json, many)?;
        }
        Ok(())
    }

    /// Refuses an element that omits a parameter: the values of the other elements would be judged
    /// in its place.
    fn check_complete(&self, known: &BTreeMap<String, Shape>, members: &[(String, Json)]) -> Result<(), Objection> {
        let absent = known
            .iter()
            .filter(|(name, _)| !members.iter().any(|(own, _)| own == *name));
        match absent.flat_map(|(_, shape)| shape.params()).next() {
            Some(param) => Err(self.operation.param_objection(Reason::ParamMissing, param)),
            None => Ok(()),
        }
    }

    fn read_elements(&mut self, element: &Shape, items: Vec<Json>) -> Result<(), Objection> {
        for param in element.params() {
            self.values
                .set(param, attempt::Param::List(Vec::with_capacity(items.len())));
        }
        items
            .into_iter()
            .try_for_each(|item| self.read_value(element, item, true))
    }
}

/// Refuses two members that differ only in case: some readers ignore case and take the first, other
/// readers take the last.
fn check_distinct(members: &[(String, Json)]) -> Result<(), Objection> {
    let folds: Vec<_> = members.iter().map(|(name, _)| fold(name)).collect();
    let folds = sorted(folds.iter().map(AsRef::<str>::as_ref));
    let mut pairs = folds.iter().zip(folds.iter().skip(1));
    match pairs.find(|(one, next)| one == next) {
        Some((name, _)) => Err(Objection::new(Reason::BodyRepeated, format!("`{name}`, ignoring case"))),
        None => Ok(()),
    }
}
