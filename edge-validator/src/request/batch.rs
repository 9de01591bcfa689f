//! The protocol of the tests: a JSON body that names several actions. Each call has the method and
//! the path of an operation, and the form of its body if the operation takes one:
//! `{"calls": [{"call": "POST /notes/7", "form": "text=a"}]}`.

use crate::operation::BatchOperations;
use crate::reason::{Objection, Reason};
use crate::record::context::{RefusedAttempt, Subject};
use crate::request::attempts::{AttemptValues, Attempts};
use crate::request::body;
use crate::request::readings::ValueReadings;
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::limits::JSON_VALUES;

/// The attempts that `body` names, in its order.
pub(crate) fn select(operations: &BatchOperations, body: &[u8], pieces_max: usize) -> Result<Attempts, RefusedAttempt> {
    let document = json::parse(body, JSON_VALUES).map_err(|_| Objection::from(Reason::BodySyntax))?;
    let Some(Json::List(calls)) = document.member("calls") else {
        return Err(Objection::from(Reason::BodyShape).into());
    };
    Attempts::read_calls(calls, |call| read_call(operations, call, pieces_max))
}

fn read_call(operations: &BatchOperations, call: &Json, pieces_max: usize) -> Result<AttemptValues, RefusedAttempt> {
    let line = match call.member("call") {
        Some(Json::Text(line)) => line.split_once(' '),
        _ => None,
    };
    let (method, path) = line.ok_or(Reason::BodyShape).map_err(Objection::from)?;
    let found = operations.routes.find(method, path)?;
    let operation = operations.operations.get(found.operation).ok_or(Reason::NoOperation);
    let operation = operation.map_err(Objection::from)?;
    let refuse = |objection| RefusedAttempt {
        subject: Some(Subject::new(operation, None)),
        objection,
    };
    let captures = operation.check_colons(&found.captures).map_err(refuse)?;
    let mut attempt = AttemptValues {
        operation: Arc::clone(operation),
        resource: operation.resource.fill(&found.captures).map_err(refuse)?.into(),
        values: ValueReadings {
            first: operation.read_captures(captures).map_err(refuse)?,
            others: Vec::new(),
            differ: Reason::FormPlus,
        },
    };
    if let Some(Json::Text(form)) = call.member("form") {
        let read = body::read_values(form.as_bytes(), operation, &mut attempt.values, pieces_max);
        read.map_err(|objection| attempt.refuse(objection))?;
    }
    Ok(attempt)
}
