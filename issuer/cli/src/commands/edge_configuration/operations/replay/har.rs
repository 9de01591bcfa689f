//! HAR archives (version 1.2): what browsers and proxies save of a session.

use super::recorded::{Recorded, RecordedBody};
use edgewrit_shared::limits::BODY_BYTES_MAX;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

/// Longest text that is kept whole, in bytes: the longest body that an edge reads. All headers
/// together are not longer either.
const TEXT_BYTES: usize = BODY_BYTES_MAX;
/// Most headers of a request.
const HEADERS: usize = 1_000;

/// Whether a file that begins with `head` is an archive: its first line is not a whole line of a
/// log, or says `log`.
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

/// Reads an archive and hands on the request of each entry, one after the other: no more than one
/// of them is held. A part of it that is not JSON, or no archive, ends it.
pub(super) fn read_all(archive: impl Read, take: &mut dyn FnMut(Result<Recorded, String>)) -> Result<(), String> {
    let mut json = serde_json::Deserializer::from_reader(archive);
    let read = ListSeed(&["log", "entries"], take).deserialize(&mut json);
    read.and_then(|()| json.end())
        .map_err(|error| format!("not an archive: {error}"))
}

/// The list at these names, one within the other. Each of its elements is handed on.
struct ListSeed<'a>(&'a [&'a str], &'a mut dyn FnMut(Result<Recorded, String>));

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        if self.0.is_empty() {
            json.deserialize_seq(self)
        } else {
            json.deserialize_map(self)
        }
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
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
                    members.next_value_seed(ListSeed(rest, &mut *self.1))?;
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
        while let Some(Keep(HarEntry(request))) = entries.next_element()? {
            (self.1)(read_request(request));
        }
        Ok(())
    }
}

/// The part of a JSON value that is kept. Other parts are skipped, which takes no memory.
trait Kept: Default {
    /// The kept part of a value other than null, before its text, number, members or elements are
    /// read.
    fn of_some() -> Self {
        Self::default()
    }

    fn of_text(_: &str) -> Self {
        Self::of_some()
    }

    fn of_number(_: i64) -> Self {
        Self::of_some()
    }

    /// Reads the value of the member that is called `name`.
    fn take_member<'de, A: MapAccess<'de>>(&mut self, _name: &str, members: &mut A) -> Result<(), A::Error> {
        members.next_value::<IgnoredAny>().map(drop)
    }

    /// Reads an element, if there is one more.
    fn take_element<'de, A: SeqAccess<'de>>(&mut self, elements: &mut A) -> Result<bool, A::Error> {
        Ok(elements.next_element::<IgnoredAny>()?.is_some())
    }
}

/// A value that reads its kept part.
struct Keep<T>(T);

impl<'de, T: Kept> Deserialize<'de> for Keep<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(KeepVisitor(PhantomData))
    }
}

struct KeepVisitor<T>(PhantomData<T>);

impl<'de, T: Kept> Visitor<'de> for KeepVisitor<T> {
    type Value = Keep<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Keep<T>, A::Error> {
        let mut kept = T::of_some();
        while let Some(name) = members.next_key::<Cow<'_, str>>()? {
            kept.take_member(&name, &mut members)?;
        }
        Ok(Keep(kept))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Keep<T>, A::Error> {
        let mut kept = T::of_some();
        while kept.take_element(&mut elements)? {}
        Ok(Keep(kept))
    }

    fn visit_unit<E>(self) -> Result<Keep<T>, E> {
        Ok(Keep(T::default()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Keep<T>, E> {
        Ok(Keep(T::of_some()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Keep<T>, E> {
        Ok(Keep(T::of_number(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Keep<T>, E> {
        Ok(Keep(T::of_number(i64::try_from(number).unwrap_or(i64::MAX))))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Keep<T>, E> {
        Ok(Keep(T::of_some()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Keep<T>, E> {
        Ok(Keep(T::of_text(text)))
    }
}

/// Reads the value of a member into `place`.
fn keep_member<'de, T: Kept, A: MapAccess<'de>>(place: &mut T, members: &mut A) -> Result<(), A::Error> {
    let Keep(kept) = members.next_value()?;
    *place = kept;
    Ok(())
}

/// A text. Of a long one so much is kept that it is longer than [`TEXT_BYTES`].
#[derive(Default)]
struct Text(Option<String>);

impl Kept for Text {
    fn of_text(text: &str) -> Self {
        let end = (TEXT_BYTES + 1..text.len()).find(|at| text.is_char_boundary(*at));
        let kept = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
        Self(Some(kept.to_owned()))
    }
}

#[derive(Default)]
struct HarNumber(Option<i64>);

impl Kept for HarNumber {
    fn of_number(number: i64) -> Self {
        Self(Some(number))
    }
}

/// An entry: its request. The rest of it, the response above all, is not kept.
#[derive(Default)]
struct HarEntry(HarRequest);

impl Kept for HarEntry {
    fn take_member<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<(), A::Error> {
        match name {
            "request" => keep_member(&mut self.0, members),
            _ => members.next_value::<IgnoredAny>().map(drop),
        }
    }
}

#[derive(Default)]
struct HarRequest {
    method: Text,
    url: Text,
    size: HarNumber,
    post: Post,
    headers: HarHeaders,
}

impl Kept for HarRequest {
    fn take_member<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<(), A::Error> {
        match name {
            "method" => keep_member(&mut self.method, members),
            "url" => keep_member(&mut self.url, members),
            "bodySize" => keep_member(&mut self.size, members),
            "postData" => keep_member(&mut self.post, members),
            "headers" => keep_member(&mut self.headers, members),
            _ => members.next_value::<IgnoredAny>().map(drop),
        }
    }
}

#[derive(Default)]
struct Post {
    is_there: bool,
    text: Text,
}

impl Kept for Post {
    fn of_some() -> Self {
        Self {
            is_there: true,
            text: Text::default(),
        }
    }

    fn take_member<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<(), A::Error> {
        match name {
            "text" => keep_member(&mut self.text, members),
            _ => members.next_value::<IgnoredAny>().map(drop),
        }
    }
}

/// The headers, without the pseudo-headers of HTTP/2. Their names are in lower case.
#[derive(Default)]
struct HarHeaders {
    kept: Vec<(String, String)>,
    /// Bytes of them all.
    length: usize,
    are_too_many: bool,
}

impl Kept for HarHeaders {
    fn take_element<'de, A: SeqAccess<'de>>(&mut self, elements: &mut A) -> Result<bool, A::Error> {
        if self.are_too_many {
            return Ok(elements.next_element::<IgnoredAny>()?.is_some());
        }
        let Some(Keep(header)) = elements.next_element::<Keep<Header>>()? else {
            return Ok(false);
        };
        if let (Some(name), Some(value)) = (header.name.0, header.value.0)
            && !name.starts_with(':')
        {
            self.length += name.len() + value.len();
            self.are_too_many = self.kept.len() == HEADERS || self.length > TEXT_BYTES;
            self.kept.push((name.to_ascii_lowercase(), value));
        }
        Ok(true)
    }
}

#[derive(Default)]
struct Header {
    name: Text,
    value: Text,
}

impl Kept for Header {
    fn take_member<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<(), A::Error> {
        match name {
            "name" => keep_member(&mut self.name, members),
            "value" => keep_member(&mut self.value, members),
            _ => members.next_value::<IgnoredAny>().map(drop),
        }
    }
}

/// The request of an entry. Errors are messages for people.
fn read_request(request: HarRequest) -> Result<Recorded, String> {
    let method = request.method.0.ok_or("no `request.method`")?;
    let url = request.url.0.ok_or("no `request.url`")?;
    for (name, text) in [("method", &method), ("url", &url)] {
        if text.len() > TEXT_BYTES {
            return Err(format!("`request.{name}` is longer than {TEXT_BYTES} bytes"));
        }
    }
    if request.headers.are_too_many {
        return Err(format!(
            "`request.headers` are more than {HEADERS}, or longer than {TEXT_BYTES} bytes"
        ));
    }
    let body = match request.post.text.0 {
        Some(text) if !text.is_empty() => RecordedBody::Text(text),
        _ if request.post.is_there || request.size.0.is_some_and(|size| size > 0) => RecordedBody::Lost,
        _ => RecordedBody::Nothing,
    };
    Ok(Recorded {
        target: target_of(&url)?,
        method,
        headers: Some(request.headers.kept),
        body,
    })
}

/// The target of a URL: the part behind the authority, without the fragment, which is never sent.
fn target_of(url: &str) -> Result<String, String> {
    let (_, rest) = url.split_once("://").ok_or("`request.url` is no URL")?;
    let rest = rest.split('#').next().unwrap_or_default();
    let target = rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or_default();
    Ok(if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    })
}
