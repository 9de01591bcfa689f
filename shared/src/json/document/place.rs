//! Places of values in a document: linked steps, which are spelled only for a message.

use crate::json::text::shortened;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Longest name in a place, in bytes. A longer name is shortened in the middle.
const NAME_BYTES: usize = 256;

/// Longest pointer in a message, in bytes.
const POINTER_BYTES: usize = 1024;

/// The place of a value, which displays as a JSON pointer (RFC 6901) with shortened long names.
#[derive(Debug)]
pub enum Place<'a> {
    /// A place that the caller knows.
    Known(String),
    /// A pointer in the document itself.
    Pointer(&'a str),
    /// A member of the value above.
    Member(Rc<Place<'a>>, &'a str),
    /// An element of the value above.
    Element(Rc<Place<'a>>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut steps, mut place) = (Vec::new(), self);
        loop {
            match place {
                Self::Known(known) => break f.write_str(known)?,
                Self::Pointer(pointer) => break f.write_str(&shortened(pointer, POINTER_BYTES))?,
                Self::Member(above, _) | Self::Element(above, _) => {
                    steps.push(place);
                    place = above;
                }
            }
        }
        for step in steps.into_iter().rev() {
            match step {
                Self::Known(_) | Self::Pointer(_) => {}
                Self::Member(_, name) => write!(f, "/{}", place_step(name))?,
                Self::Element(_, index) => write!(f, "/{index}")?,
            }
        }
        Ok(())
    }
}

/// The member called `name`, as a step of a JSON pointer (RFC 6901, section 3).
#[must_use]
pub fn pointer_step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The member called `name`, as a step of a place in a message: as [`pointer_step`], and shortened
/// if it is long.
#[must_use]
pub fn place_step(name: &str) -> String {
    pointer_step(&place_name(name))
}

/// The name in a place of a message.
#[must_use]
pub fn place_name(name: &str) -> alloc::borrow::Cow<'_, str> {
    shortened(name, NAME_BYTES)
}
