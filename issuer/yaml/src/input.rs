//! The input of the parser, which ends early if the parser would hold too much of it.

use saphyr_parser::input::SkipTabs;
use saphyr_parser::{Input, StrInput};
use std::cell::Cell;

/// Most punctuation marks that the parser may read for one event. A collection in brackets can be
/// the name of a member, so the parser holds the tokens of a whole collection until it has found
/// its end: some 1,000 bytes for each mark. It holds no token of a comment, so comments are not
/// counted.
pub(super) const HELD_MARKS: usize = 16 * 1024;

/// The characters of which each token of a collection in brackets has or follows one.
const MARKS: [char; 12] = [',', ':', '[', ']', '{', '}', '?', '"', '\'', '&', '*', '!'];

/// Number of punctuation marks that the parser may still read before its next event.
#[derive(Debug)]
pub(super) struct MarksLeft(Cell<usize>);

impl MarksLeft {
    pub(super) fn new() -> Self {
        Self(Cell::new(HELD_MARKS + 1))
    }

    /// Sets the limit anew, for the next event of the parser.
    pub(super) fn refill(&self) {
        self.0.set(HELD_MARKS + 1);
    }

    /// Whether the text ended early for the parser.
    pub(super) fn is_exhausted(&self) -> bool {
        self.0.get() == 0
    }

    fn count(&self, character: char) {
        if MARKS.contains(&character) {
            self.0.set(self.0.get().saturating_sub(1));
        }
    }
}

/// A text that seems to end when no marks are left.
pub(super) struct LimitedInput<'input> {
    text: StrInput<'input>,
    left: &'input MarksLeft,
}

impl<'input> LimitedInput<'input> {
    pub(super) fn new(text: &'input str, left: &'input MarksLeft) -> Self {
        Self {
            text: StrInput::new(text),
            left,
        }
    }
}

/// The character that the parser takes for the end of the text.
const END: char = '\0';

impl Input for LimitedInput<'_> {
    fn lookahead(&mut self, count: usize) {
        self.text.lookahead(count);
    }

    fn buflen(&self) -> usize {
        self.text.buflen()
    }

    fn bufmaxlen(&self) -> usize {
        self.text.bufmaxlen()
    }

    fn raw_read_ch(&mut self) -> char {
        if self.left.is_exhausted() {
            return END;
        }
        let character = self.text.raw_read_ch();
        self.left.count(character);
        character
    }

    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        if self.left.is_exhausted() {
            return None;
        }
        let character = self.text.raw_read_non_breakz_ch();
        character.inspect(|character| self.left.count(*character))
    }

    fn skip(&mut self) {
        self.left.count(self.text.peek());
        self.text.skip();
    }

    fn skip_n(&mut self, count: usize) {
        for _ in 0..count {
            self.skip();
        }
    }

    fn skip_ws_to_eol(&mut self, skip_tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        if self.left.is_exhausted() {
            return (0, Ok(SkipTabs::Result(false, false)));
        }
        self.text.skip_ws_to_eol(skip_tabs)
    }

    fn skip_while_non_breakz(&mut self) -> usize {
        if self.left.is_exhausted() {
            return 0;
        }
        self.text.skip_while_non_breakz()
    }

    fn peek(&self) -> char {
        if self.left.is_exhausted() {
            END
        } else {
            self.text.peek()
        }
    }

    fn peek_opt(&self) -> Option<char> {
        self.text.peek_opt().filter(|_| !self.left.is_exhausted())
    }

    fn peek_nth(&self, index: usize) -> char {
        if self.left.is_exhausted() {
            END
        } else {
            self.text.peek_nth(index)
        }
    }
}
