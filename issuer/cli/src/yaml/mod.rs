//! YAML as far as people need it to write JSON: the 1.2 core schema, without anchors, aliases and tags, without anything that
//! another reader would take for something else.

use edgewrit_shared::document::pointer_step;
use edgewrit_shared::json::Json;
use edgewrit_shared::limits::JSON_DEPTH;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput};
use std::collections::BTreeMap;
use std::fmt;

mod scalar;
#[cfg(test)]
mod tests;

/// Line and column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl From<Marker> for Place {
    fn from(marker: Marker) -> Self {
        Self {
            line: marker.line(),
            column: marker.col() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Something that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct YamlFault {
    at: Place,
    message: String,
}

impl fmt::Display for YamlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)
    }
}

/// The place of every value, by its JSON pointer; that of a member is its name's.
pub(crate) type Places = BTreeMap<String, Place>;

/// Reads one document of at most `values` values.
pub(crate) fn read(text: &str, values: usize) -> Result<(Json, Places), Vec<YamlFault>> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        places: Places::new(),
        faults: Vec::new(),
        values,
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
    parser: Parser<'input, StrInput<'input>>,
    places: Places,
    faults: Vec<YamlFault>,
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
        self.places.insert(String::new(), span.start.into());
        let json = self.value(event, span, "", JSON_DEPTH)?;
        loop {
            match self.next()? {
                (Event::DocumentEnd, _) => {}
                (Event::StreamEnd, _) => return Ok(json),
                (_, span) => return self.stop(span.start, "expected one document, found a second"),
            }
        }
    }

    fn value(&mut self, event: Event<'input>, span: Span, place: &str, depth: usize) -> Result<Json, Stopped> {
        let Some(values) = self.values.checked_sub(1) else {
            return self.stop(span.start, "more values than the limit");
        };
        self.values = values;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                Ok(self.scalar(&text, style, span))
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                self.list(span, place, depth)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                self.object(span, place, depth)
            }
            Event::Alias(_) => {
                self.fault(span.start, "aliases are not taken, write the value again");
                Ok(Json::Null)
            }
            _ => self.stop(span.start, "expected a value"),
        }
    }

    fn list(&mut self, span: Span, place: &str, depth: usize) -> Result<Json, Stopped> {
        let depth = self.deeper(span, depth)?;
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Json::List(items));
            }
            let place = format!("{place}/{}", items.len());
            self.places.insert(place.clone(), span.start.into());
            items.push(self.value(event, span, &place, depth)?);
        }
    }

    fn object(&mut self, span: Span, place: &str, depth: usize) -> Result<Json, Stopped> {
        let depth = self.deeper(span, depth)?;
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut names = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Json::Object(members));
            }
            let name = self.name(event, span)?;
            if let Some(first) = names.insert(name.clone(), Place::from(span.start)) {
                self.fault(span.start, format!("a second `{name}`, the first is at {first}"));
            }
            let place = format!("{place}/{}", pointer_step(&name));
            self.places.insert(place.clone(), span.start.into());
            let (event, span) = self.next()?;
            let value = self.value(event, span, &place, depth)?;
            members.push((name, value));
        }
    }

    fn name(&mut self, event: Event<'input>, span: Span) -> Result<String, Stopped> {
        let Event::Scalar(text, style, anchor, tag) = event else {
            return self.stop(span.start, "expected a name, found a collection or an alias");
        };
        self.refuse_extras(anchor, tag.is_some(), span);
        let faults = self.faults.len();
        if !matches!(self.scalar(&text, style, span), Json::Text(_)) && self.faults.len() == faults {
            self.fault(span.start, format!("expected a name, quote `{text}`"));
        }
        Ok(text.into_owned())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> Json {
        if style != ScalarStyle::Plain {
            return Json::Text(text.to_owned());
        }
        scalar::plain(text).unwrap_or_else(|message| {
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

    fn deeper(&mut self, span: Span, depth: usize) -> Result<usize, Stopped> {
        match depth.checked_sub(1) {
            Some(depth) => Ok(depth),
            None => self.stop(span.start, format!("nested deeper than {JSON_DEPTH} levels")),
        }
    }

    fn next(&mut self) -> Result<(Event<'input>, Span), Stopped> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => self.stop(*error.marker(), format!("not YAML: {}", error.info())),
            None => self.stop(Marker::default(), "not YAML: it ends too early"),
        }
    }

    fn fault(&mut self, at: Marker, message: impl Into<String>) {
        self.faults.push(YamlFault {
            at: at.into(),
            message: message.into(),
        });
    }

    fn stop<T>(&mut self, at: Marker, message: impl Into<String>) -> Result<T, Stopped> {
        self.fault(at, message);
        Err(Stopped)
    }
}
