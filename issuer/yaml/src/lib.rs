//! YAML as far as people need it to write JSON: the 1.2 core schema without anchors, aliases and
//! tags, and without any text on whose meaning readers disagree.

use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::FaultList;
use edgewrit_shared::json::text::shortened;
use edgewrit_shared::limits::JSON_DEPTH;
use input::{HELD_MARKS, LimitedInput, MarksLeft};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};
use std::fmt;

mod input;
mod places;
mod scalar;
#[cfg(test)]
mod tests;

pub use places::Places;

/// Longest name that a message repeats in full, in bytes.
const NAME_BYTES: usize = 256;
/// Values that a text of any length may hold, and bytes of the text for each value more: a few
/// bytes of YAML can hold a value, and each value takes up to 150 bytes of memory.
const VALUES: usize = 40_000;
const BYTES_PER_VALUE: usize = 16;

/// A place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct YamlPlace {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
}

impl From<Marker> for YamlPlace {
    fn from(marker: Marker) -> Self {
        Self {
            line: marker.line(),
            column: marker.col() + 1,
        }
    }
}

impl fmt::Display for YamlPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Reads one document of at most `values` values, and of at most as many as a text of this length
/// may hold.
///
/// # Errors
/// The faults of the text; the place of each is a [`YamlPlace`].
pub fn read(text: &str, values: usize) -> Result<(Json, Places), FaultList> {
    let marks_left = MarksLeft::new();
    let mut reader = Reader {
        parser: Parser::new(LimitedInput::new(text, &marks_left)),
        marks_left: &marks_left,
        places: Places::default(),
        faults: FaultList::new(),
        values: values.min(VALUES + text.len() / BYTES_PER_VALUE),
    };
    match reader.document() {
        Ok(json) if reader.faults.is_empty() => Ok((json, reader.places)),
        Ok(_) => Err(reader.faults),
        Err(Stopped) => Err(reader.faults),
    }
}

/// The document cannot be read further; why is among the faults.
struct Stopped;

struct Reader<'input> {
    parser: Parser<'input, LimitedInput<'input>>,
    marks_left: &'input MarksLeft,
    places: Places,
    faults: FaultList,
    values: usize,
}

impl<'input> Reader<'input> {
    fn document(&mut self) -> Result<Json, Stopped> {
        let (mut event, mut span) = self.next()?;
        while matches!(event, Event::StreamStart | Event::DocumentStart(_)) {
            (event, span) = self.next()?;
        }
        if matches!(event, Event::StreamEnd | Event::DocumentEnd) {
            return self.stop(span.start, "expected a document, found nothing");
        }
        let index = self.places.begin(span.start.into());
        let json = self.value(event, span, index, JSON_DEPTH)?;
        loop {
            match self.next()? {
                (Event::DocumentEnd, _) => {}
                (Event::StreamEnd, _) => return Ok(json),
                (_, span) => return self.stop(span.start, "expected one document, found a second"),
            }
        }
    }

    /// Reads the value whose place has this `index`.
    fn value(&mut self, event: Event<'input>, span: Span, index: usize, depth: usize) -> Result<Json, Stopped> {
        let Some(values) = self.values.checked_sub(1) else {
            return self.stop(
                span.start,
                "more values than the limit for a text of this length: name the file `.json` if it is JSON",
            );
        };
        self.values = values;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                Ok(self.scalar(&text, style, span))
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                self.list(span, index, depth)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                self.object(span, index, depth)
            }
            Event::Alias(_) => {
                self.fault(span.start, "aliases are not taken, write the value again");
                Ok(Json::Null)
            }
            _ => self.stop(span.start, "expected a value"),
        }
    }

    fn list(&mut self, span: Span, index: usize, depth: usize) -> Result<Json, Stopped> {
        let depth = self.descend(span, depth)?;
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                self.places.end(index);
                items.shrink_to_fit();
                return Ok(Json::List(items));
            }
            let own = self.places.begin(span.start.into());
            items.push(self.value(event, span, own, depth)?);
        }
    }

    fn object(&mut self, span: Span, index: usize, depth: usize) -> Result<Json, Stopped> {
        let depth = self.descend(span, depth)?;
        let mut members: Vec<(String, Json)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                self.places.end(index);
                self.refuse_second(index, &members);
                members.shrink_to_fit();
                return Ok(Json::Object(members));
            }
            let name = self.name(event, span)?;
            let own = self.places.begin(span.start.into());
            let (event, span) = self.next()?;
            let value = self.value(event, span, own, depth)?;
            members.push((name, value));
        }
    }

    /// Reports each member of a name that stands before it in the same object.
    fn refuse_second(&mut self, index: usize, members: &[(String, Json)]) {
        let mut sorted: Vec<(&str, usize)> = (members.iter().map(|(name, _)| name.as_str()))
            .zip(self.places.child_indices(index))
            .collect();
        sorted.sort_unstable();
        let same = sorted.chunk_by(|(one, _), (other, _)| one == other);
        let seconds = same.flat_map(|group| {
            let (first, rest) = group
                .split_first()
                .map_or((None, group), |(first, rest)| (Some(first), rest));
            rest.iter().filter_map(move |second| Some((*first?, *second)))
        });
        let mut seconds: Vec<_> = seconds
            .map(|((name, first), (_, second))| (second, first, name))
            .collect();
        seconds.sort_unstable();
        for (second, first, name) in seconds {
            if let (Some(at), Some(first)) = (self.places.get(second), self.places.get(first)) {
                let name = shortened(name, NAME_BYTES);
                self.faults
                    .push(&at, &format!("a second `{name}`, the first is at {first}"));
            }
        }
    }

    fn name(&mut self, event: Event<'input>, span: Span) -> Result<String, Stopped> {
        let Event::Scalar(text, style, anchor, tag) = event else {
            return self.stop(span.start, "expected a name, found a collection or an alias");
        };
        self.refuse_extras(anchor, tag.is_some(), span);
        let faults = self.faults.total();
        if !matches!(self.scalar(&text, style, span), Json::Text(_)) && self.faults.total() == faults {
            let shown = shortened(&text, NAME_BYTES);
            self.fault(span.start, format!("expected a name, quote `{shown}`"));
        }
        let mut name = text.into_owned();
        name.shrink_to_fit();
        Ok(name)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> Json {
        if style != ScalarStyle::Plain {
            return Json::Text(text.to_owned());
        }
        scalar::read_plain(text).unwrap_or_else(|message| {
            self.fault(span.start, message);
            Json::Null
        })
    }

    fn refuse_extras(&mut self, anchor: usize, tagged: bool, span: Span) {
        if anchor != 0 {
            self.fault(span.start, "anchors are not taken");
        }
        if tagged {
            self.fault(span.start, "tags are not taken");
        }
    }

    fn descend(&mut self, span: Span, depth: usize) -> Result<usize, Stopped> {
        match depth.checked_sub(1) {
            Some(depth) => Ok(depth),
            None => self.stop(span.start, format!("nested deeper than {JSON_DEPTH} levels")),
        }
    }

    fn next(&mut self) -> Result<(Event<'input>, Span), Stopped> {
        self.marks_left.refill();
        let event = self.parser.next_event();
        if self.marks_left.is_exhausted() {
            let at = match event {
                Some(Ok((_, span))) => span.start,
                Some(Err(error)) => *error.marker(),
                None => Marker::default(),
            };
            return self.stop(
                at,
                format!("more than {HELD_MARKS} punctuation marks in one text or in one collection in brackets: name the file `.json` if it is JSON"),
            );
        }
        match event {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => self.stop(*error.marker(), format!("not YAML: {}", error.info())),
            None => self.stop(Marker::default(), "not YAML: it ends too early"),
        }
    }

    fn fault(&mut self, at: Marker, message: impl Into<String>) {
        self.faults.push(&YamlPlace::from(at), &message.into());
    }

    fn stop<T>(&mut self, at: Marker, message: impl Into<String>) -> Result<T, Stopped> {
        self.fault(at, message);
        Err(Stopped)
    }
}
