//! HAR archives (version 1.2): what browsers and proxies save of a session.

use super::recorded::{Body, Recorded};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;
use std::io::Read;

/// Whether a file that begins with `head` is an archive: its first line is not a whole line of a log, or says `log`.
pub(super) fn is_archive(head: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Line {
        log: Option<IgnoredAny>,
    }
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match serde_json::from_slice(line) {
        Ok(Line { log }) => log.is_some(),
        Err(_) => head.trim_ascii_start().first() == Some(&b'{') && names_log(head),
    }
}

/// Whether a member called `log` begins somewhere in `text`.
fn names_log(text: &[u8]) -> bool {
    const NAME: &[u8] = br#""log""#;
    let mut found = text
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, window)| *window == NAME);
    found.any(|(at, _)| {
        let behind = text.get(at + NAME.len()..).unwrap_or_default();
        behind.trim_ascii_start().first() == Some(&b':')
    })
}

/// Reads an archive and hands on the request of each entry, one after the other: no more than one of them is held. A part of it that is not
/// JSON, or no archive, ends it.
pub(super) fn read_all(archive: impl Read, take: &mut dyn FnMut(Result<Recorded, String>)) -> Result<(), String> {
    let mut json = serde_json::Deserializer::from_reader(archive);
    let read = At(&["log", "entries"], take).deserialize(&mut json);
    read.and_then(|()| json.end())
        .map_err(|error| format!("not an archive: {error}"))
}

/// What stands at these names, one within the other: a list, each element of which is handed on.
struct At<'a>(&'a [&'a str], &'a mut dyn FnMut(Result<Recorded, String>));

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        if self.0.is_empty() {
            json.deserialize_seq(self)
        } else {
            json.deserialize_map(self)
        }
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.first() {
            Some(name) => write!(f, "an object with `{name}`"),
            None => f.write_str("a list of entries"),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(name) = members.next_key::<Cow<'_, str>>()? {
            match self.0.split_first() {
                Some((first, rest)) if name == *first && !found => {
                    members.next_value_seed(At(rest, &mut *self.1))?;
                    found = true;
                }
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        if found {
            Ok(())
        } else {
            Err(A::Error::custom("no `log.entries`"))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(Entry(request)) = entries.next_element()? {
            (self.1)(read(&request));
        }
        Ok(())
    }
}

/// The `request` of an entry; the rest of it, the response above all, is not kept.
struct Entry(Value);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Entry, A::Error> {
        let mut request = Value::Null;
        while let Some(name) = members.next_key::<Cow<'_, str>>()? {
            if name == "request" {
                request = members.next_value()?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Entry(request))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Entry, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Entry(Value::Null))
    }

    fn visit_unit<E>(self) -> Result<Entry, E> {
        Ok(Entry(Value::Null))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Entry, E> {
        Ok(Entry(Value::Null))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Entry, E> {
        Ok(Entry(Value::Null))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Entry, E> {
        Ok(Entry(Value::Null))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Entry, E> {
        Ok(Entry(Value::Null))
    }

    fn visit_str<E>(self, _: &str) -> Result<Entry, E> {
        Ok(Entry(Value::Null))
    }
}

/// The request of an entry, by its member of this name. Errors are messages for people.
fn read(request: &Value) -> Result<Recorded, String> {
    let text = |pointer: &str| request.pointer(pointer).and_then(Value::as_str);
    let method = text("/method").ok_or("no `request.method`")?;
    let url = text("/url").ok_or("no `request.url`")?;
    let size = request.pointer("/bodySize").and_then(Value::as_i64);
    let has_post = request.pointer("/postData").is_some_and(|data| !data.is_null());
    let body = match text("/postData/text") {
        Some(text) if !text.is_empty() => Body::Text(text.to_owned()),
        _ if has_post || size.is_some_and(|size| size > 0) => Body::Lost,
        _ => Body::Nothing,
    };
    Ok(Recorded {
        method: method.to_owned(),
        target: target(url)?,
        headers: Some(headers(request)),
        body,
    })
}

/// What stands behind the authority, without the fragment, which is never sent.
fn target(url: &str) -> Result<String, String> {
    let (_, rest) = url.split_once("://").ok_or("`request.url` is no URL")?;
    let rest = rest.split('#').next().unwrap_or_default();
    let target = rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or_default();
    Ok(if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    })
}

/// The headers, without the pseudo-headers of HTTP/2.
fn headers(request: &Value) -> Vec<(String, String)> {
    let headers = request.pointer("/headers").and_then(Value::as_array);
    let headers = headers.into_iter().flatten().filter_map(|header| {
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        Some((text("name")?.to_ascii_lowercase(), text("value")?.to_owned()))
    });
    headers.filter(|(name, _)| !name.starts_with(':')).collect()
}
