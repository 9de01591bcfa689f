//! Reader of JSON documents that people write. Unknown members are faults, and the reader reports
//! all faults at once, each with its place. The configuration of the edge, policies, ceilings and
//! grants are read by it.

use crate::json::number::Number;
use crate::json::{EscapedInput, Json};
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::cell::RefCell;

mod faults;
mod place;
#[cfg(test)]
mod tests;

pub use faults::{FAULT_BYTES, FAULTS, Fault, FaultList, more};
pub use place::{Place, place_name, place_step, pointer_step};

/// Collects faults while a document is read.
#[derive(Debug, Default)]
pub struct Faults(RefCell<FaultList>);

impl Faults {
    /// An empty list of faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty list that keeps the first `count` faults and `bytes` bytes of them.
    #[must_use]
    pub fn up_to(count: usize, bytes: usize) -> Self {
        Self(RefCell::new(FaultList::up_to(count, bytes)))
    }

    /// The faults in the order in which they were found.
    #[must_use]
    pub fn into_list(self) -> FaultList {
        self.0.into_inner()
    }
}

/// A value in a document, with its place and the list for its faults.
///
/// Every reading function returns `None` after it has reported a fault. The caller continues with
/// the other members, so that one run reports all faults.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    value: &'a Json,
    place: Rc<Place<'a>>,
    faults: &'a Faults,
}

impl<'a> Node<'a> {
    /// The document itself.
    #[must_use]
    pub fn root(value: &'a Json, faults: &'a Faults) -> Self {
        Self {
            value,
            place: Rc::new(Place::Known(String::new())),
            faults,
        }
    }

    /// A part of a document, whose `place` (a JSON pointer, RFC 6901) the caller knows.
    pub(crate) fn at(place: &str, value: &'a Json, faults: &'a Faults) -> Self {
        Self {
            value,
            place: Rc::new(Place::Known(place.into())),
            faults,
        }
    }

    /// The value without a check.
    #[must_use]
    pub fn json(&self) -> &'a Json {
        self.value
    }

    /// The place of this value, as a JSON pointer (RFC 6901) in which long names are shortened.
    #[must_use]
    pub fn place(&self) -> String {
        self.place.to_string()
    }

    /// Reports a fault at this place.
    pub fn fault(&self, message: impl Into<String>) {
        self.faults.0.borrow_mut().push(&*self.place, &message.into());
    }

    /// The value as a text.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        match self.value {
            Json::Text(text) => Some(text),
            _ => self.expected("a string"),
        }
    }

    /// The value as a number.
    #[must_use]
    pub fn number(&self) -> Option<&'a Number> {
        match self.value {
            Json::Number(number) => Some(number),
            _ => self.expected("a number"),
        }
    }

    /// The value as a whole number from `least` to `most`.
    #[must_use]
    pub fn integer(&self, least: u64, most: u64) -> Option<u64> {
        let value = match self.value {
            Json::Number(number) => number.as_u64(),
            _ => None,
        };
        match value {
            Some(value) if (least..=most).contains(&value) => Some(value),
            _ => self.expected(&format!("a whole number from {least} to {most}")),
        }
    }

    /// The value as a truth value.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        match self.value {
            Json::Bool(value) => Some(*value),
            _ => self.expected("`true` or `false`"),
        }
    }

    /// The value as an array of at most `most` elements.
    #[must_use]
    pub fn list(&self, most: usize) -> Option<Vec<Node<'a>>> {
        let Json::List(items) = self.value else {
            return self.expected("an array");
        };
        if items.len() > most {
            self.fault(format!("{} elements, the limit is {most}", items.len()));
            return None;
        }
        Some(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| self.child(Place::Element(Rc::clone(&self.place), index), item))
                .collect(),
        )
    }

    /// The members of the value, an object with any names.
    #[must_use]
    pub fn members(&self) -> Option<Vec<(&'a str, Node<'a>)>> {
        let Json::Object(members) = self.value else {
            return self.expected("an object");
        };
        Some(
            members
                .iter()
                .map(|(name, value)| {
                    (
                        name.as_str(),
                        self.child(Place::Member(Rc::clone(&self.place), name), value),
                    )
                })
                .collect(),
        )
    }

    /// The members of the value, an object. A member whose name is not in `known` is a fault.
    #[must_use]
    pub fn object(&self, known: &[&str]) -> Option<Members<'a>> {
        let object = self.extensible_object()?;
        for (name, node) in &object.members {
            if !known.contains(name) {
                node.fault(format!(
                    "unknown member `{}`, expected one of {}",
                    EscapedInput(name),
                    quote_names(known)
                ));
            }
        }
        Some(object)
    }

    /// The members of the value, an object. Unknown members are ignored.
    #[must_use]
    pub fn extensible_object(&self) -> Option<Members<'a>> {
        Some(Members {
            members: self.members()?,
            node: self.clone(),
        })
    }

    /// Reports that `what` was expected at this place, and the kind of value that is there.
    #[must_use]
    pub fn expected<T>(&self, what: &str) -> Option<T> {
        self.fault(format!("expected {what}, found {}", describe_kind(self.value)));
        None
    }

    fn child(&self, place: Place<'a>, value: &'a Json) -> Node<'a> {
        Node {
            value,
            place: Rc::new(place),
            faults: self.faults,
        }
    }
}

/// The members of one object.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    node: Node<'a>,
    members: Vec<(&'a str, Node<'a>)>,
}

impl<'a> Members<'a> {
    /// The member called `name`, if the object has it.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<&Node<'a>> {
        self.members
            .iter()
            .find_map(|(own, node)| (*own == name).then_some(node))
    }

    /// The member called `name`. A missing member is a fault.
    #[must_use]
    pub fn required(&self, name: &str) -> Option<&Node<'a>> {
        let found = self.optional(name);
        if found.is_none() {
            self.node.fault(format!("missing member `{name}`"));
        }
        found
    }

    /// The object itself.
    #[must_use]
    pub fn node(&self) -> &Node<'a> {
        &self.node
    }
}

fn describe_kind(value: &Json) -> String {
    match value {
        Json::Null => "null".into(),
        Json::Bool(value) => format!("`{value}`"),
        Json::Number(value) => format!("the number `{value}`"),
        Json::Text(value) => format!("the string `{}`", EscapedInput(value)),
        Json::List(_) => "an array".into(),
        Json::Object(_) => "an object".into(),
    }
}

fn quote_names(names: &[&str]) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(&format!("`{name}`"));
    }
    out
}
