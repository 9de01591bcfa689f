//! Where a value stands in a document: linked steps, spelled only when they are shown.

use crate::text::shortened;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Longest name that a place spells in full, in bytes: longer ones are shortened in the middle.
const NAME_BYTES: usize = 256;

/// Longest pointer of a document that is shown in full, in bytes.
const POINTER_BYTES: usize = 1024;

/// Where a value stands. What it displays is a JSON pointer (RFC 6901), in which long names are shortened.
#[derive(Debug)]
pub enum Place<'a> {
    /// As the caller says.
    Known(String),
    /// As a pointer in the document itself says.
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

/// The member called `name`, as a step of a place that is shown: as [`pointer_step`] spells it, and shortened if it is long.
#[must_use]
pub fn place_step(name: &str) -> String {
    pointer_step(&place_name(name))
}

/// The name as places show it.
#[must_use]
pub fn place_name(name: &str) -> alloc::borrow::Cow<'_, str> {
    shortened(name, NAME_BYTES)
}
