//! From bytes to a value: JSON that is strict, then a shape with all its faults at once.

use edgewrit_shared::json::document::{FaultList, Faults, Node};
use edgewrit_shared::json::{self, Json, JsonError};

/// Why a document is not what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// No JSON of the kind that is read here.
    Json(JsonError),
    /// JSON of another shape; what is wrong with it.
    Shape(FaultList),
}

/// Reads `bytes`, at most `values` values, by `read`.
///
/// # Errors
/// [`ReadError`]. What `read` answers is used only if it reported no fault.
pub fn json<T>(bytes: &[u8], values: usize, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Result<T, ReadError> {
    let json = json::parse(bytes, values).map_err(ReadError::Json)?;
    value(&json, read).map_err(ReadError::Shape)
}

/// Reads a value by `read`.
///
/// # Errors
/// The faults that `read` reported.
pub fn value<T>(json: &Json, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Result<T, FaultList> {
    let faults = Faults::new();
    let found = read(&Node::root(json, &faults));
    let mut faults = faults.into_list();
    match found {
        Some(found) if faults.is_empty() => Ok(found),
        Some(_) => Err(faults),
        None => {
            if faults.is_empty() {
                // A reader that answers nothing and says nothing must not pass for one that found
                // nothing wrong.
                faults = FaultList::one("", "not readable");
            }
            Err(faults)
        }
    }
}
