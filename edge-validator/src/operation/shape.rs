//! The closed shape of a JSON body: a body may have no other values.

use crate::http::case_folding::fold;
use crate::operation::ValueUse;
use crate::operation::param::ParamId;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::limits::JSON_DEPTH;

/// The shape of a value of the body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A parameter, or any value that is not judged.
    Leaf(ValueUse),
    /// An object with no other members than these.
    Object(BTreeMap<String, Shape>),
    /// An array whose elements all have one shape.
    Each(Box<Shape>),
}

/// One step of a pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PointerStep {
    /// The step to the member with this name.
    Member(String),
    /// The step to every element.
    Each,
}

/// Parses a pointer (RFC 6901) whose step `*` means every element. An error is a message for the
/// operator.
pub(crate) fn parse_pointer(text: &str) -> Result<Vec<PointerStep>, String> {
    let steps = text
        .strip_prefix('/')
        .ok_or("expected a pointer that begins with `/`")?;
    let steps: Vec<PointerStep> = steps.split('/').map(parse_step).collect::<Result<_, _>>()?;
    if steps.len() > JSON_DEPTH {
        return Err(format!("the pointer has more than {JSON_DEPTH} steps"));
    }
    if steps.iter().filter(|step| **step == PointerStep::Each).count() > 1 {
        return Err("expected at most one `*` in a pointer".into());
    }
    Ok(steps)
}

fn parse_step(text: &str) -> Result<PointerStep, String> {
    if text == "*" {
        return Ok(PointerStep::Each);
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!(
            "`{text}` would point to one element of an array, expected a name or `*`"
        ));
    }
    let mut name = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        name.push(match (character, character == '~') {
            (plain, false) => plain,
            (_, true) => match rest.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return Err(format!("`~` in `{text}` is followed by neither `0` nor `1`")),
            },
        });
    }
    Ok(PointerStep::Member(name))
}

impl Shape {
    /// A shape with `leaf` at the end of `steps`.
    pub(crate) fn of(steps: &[PointerStep], leaf: ValueUse) -> Self {
        match steps.split_first() {
            None => Self::Leaf(leaf),
            Some((PointerStep::Each, rest)) => Self::Each(Box::new(Self::of(rest, leaf))),
            Some((PointerStep::Member(name), rest)) => {
                let mut members = BTreeMap::new();
                members.insert(name.clone(), Self::of(rest, leaf));
                Self::Object(members)
            }
        }
    }

    /// Adds `leaf` at the end of `steps`. The error is the cause why `leaf` cannot be there.
    pub(crate) fn add(&mut self, steps: &[PointerStep], leaf: ValueUse) -> Result<(), &'static str> {
        match (self, steps.split_first()) {
            (Self::Object(members), Some((PointerStep::Member(name), rest))) => {
                if let Some(shape) = members.get_mut(name) {
                    return shape.add(rest, leaf);
                }
                // Some readers ignore case in the names of members, and would confuse the two
                // members.
                if members.keys().any(|other| fold(other) == fold(name)) {
                    return Err("another pointer names a member that differs in case only");
                }
                members.insert(name.clone(), Self::of(rest, leaf));
                Ok(())
            }
            (Self::Each(element), Some((PointerStep::Each, rest))) => element.add(rest, leaf),
            (Self::Leaf(_), None) => Err("another pointer names the same value"),
            (Self::Leaf(_), Some(_)) => Err("another pointer names a value that this one lies in"),
            (_, None) => Err("another pointer names a value that lies in this one"),
            (_, Some(_)) => {
                Err("another pointer says that this is an object where this one says array, or the reverse")
            }
        }
    }

    /// The parameters in the elements of arrays, which are lists.
    pub(crate) fn list_params(&self) -> Vec<ParamId> {
        match self {
            Self::Leaf(_) => Vec::new(),
            Self::Object(members) => members.values().flat_map(Self::list_params).collect(),
            Self::Each(element) => element.params(),
        }
    }

    /// The parameters in the shape.
    pub(crate) fn params(&self) -> Vec<ParamId> {
        match self {
            Self::Leaf(ValueUse::Param(param)) => [*param].into(),
            Self::Leaf(ValueUse::Ignore) => Vec::new(),
            Self::Object(members) => members.values().flat_map(Self::params).collect(),
            Self::Each(element) => element.params(),
        }
    }
}
