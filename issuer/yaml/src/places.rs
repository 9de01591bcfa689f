//! The places of values in a text, in the order of the document: line, column and number of inner
//! values.

use super::YamlPlace;

/// The place of every value, in the order in which they stand in the document: each container
/// before what lies in it. The place of a member is that of its name.
#[derive(Debug, Default)]
pub struct Places(Vec<Mark>);

/// The place of a value.
#[derive(Debug)]
struct Mark {
    line: u32,
    column: u32,
    /// Values in it, itself included.
    values: u32,
}

impl Places {
    /// Adds the place of the next value. Returns its index.
    pub(super) fn begin(&mut self, at: YamlPlace) -> usize {
        let narrow = |number| u32::try_from(number).unwrap_or(u32::MAX);
        self.0.push(Mark {
            line: narrow(at.line),
            column: narrow(at.column),
            values: 1,
        });
        self.0.len() - 1
    }

    /// Ends the value with this index: every value in it was added.
    pub(super) fn end(&mut self, index: usize) {
        let values = u32::try_from(self.0.len().saturating_sub(index)).unwrap_or(u32::MAX);
        if let Some(mark) = self.0.get_mut(index) {
            mark.values = values;
        }
    }

    /// The place of the value with this index: 0 is the document.
    pub fn get(&self, index: usize) -> Option<YamlPlace> {
        self.0.get(index).map(|mark| YamlPlace {
            line: mark.line as usize,
            column: mark.column as usize,
        })
    }

    /// The indices of the elements or members of the value with this index.
    pub fn child_indices(&self, index: usize) -> impl Iterator<Item = usize> {
        let end = index.saturating_add(self.values(index));
        let first = Some(index.saturating_add(1)).filter(|first| *first < end);
        std::iter::successors(first, move |own| {
            Some(own + self.values(*own)).filter(|next| *next < end)
        })
    }

    fn values(&self, index: usize) -> usize {
        self.0.get(index).map_or(1, |mark| mark.values as usize)
    }
}
