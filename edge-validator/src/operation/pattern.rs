//! Route patterns: a method and a path, such as `GET /customers/{id}`.

use crate::http::target::check_path;
use crate::reason::explanation;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::limits::TARGET_BYTES;

/// Methods that the edge never serves, because they are about the connection or the proxy itself.
const NEVER: [&str; 2] = ["CONNECT", "TRACE"];

/// Most captures of one path.
const CAPTURES: usize = 64;

/// The place of a capture among the captures of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CaptureId(pub(super) usize);

/// The names of the captures of a path, in the order of the path.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CaptureNames(Vec<String>);

/// A method and a path with captures.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RoutePattern {
    pub(crate) method: String,
    pub(crate) segments: Vec<RouteSegment>,
    pub(crate) captures: CaptureNames,
}

/// One segment of the path of a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RouteSegment {
    /// Literal text, encoded.
    Literal(String),
    /// Any segment that is not empty.
    Capture,
}

impl CaptureId {
    /// The name of the capture in the text of the pattern, such as `GET /customers/{id}`.
    pub(crate) fn find_name(self, pattern: &str) -> Option<&str> {
        pattern.split('{').nth(self.0.saturating_add(1))?.split('}').next()
    }
}

impl CaptureNames {
    /// The capture called `name`.
    pub(crate) fn find(&self, name: &str) -> Option<CaptureId> {
        self.0.iter().position(|own| own == name).map(CaptureId)
    }

    /// The captures and their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (CaptureId, &str)> {
        (0..).map(CaptureId).zip(self.0.iter().map(String::as_str))
    }
}

/// Whether the edge can serve requests with this method.
pub(crate) fn is_method(method: &str) -> bool {
    !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase()) && !NEVER.contains(&method)
}

impl RoutePattern {
    /// Whether a literal of the path begins with `:`. Such an upstream tells operations apart by
    /// the text after a colon.
    pub(crate) fn has_verb(&self) -> bool {
        let mut segments = self.segments.iter();
        segments.any(
            |segment| matches!(segment, RouteSegment::Literal(text) if text.starts_with([':']) || text.starts_with("%3A")),
        )
    }

    /// Parses `METHOD /path/{capture}`. An error is a message for the operator.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (method, path) = text.split_once(' ').ok_or("expected a method, one space and a path")?;
        if !is_method(method) {
            return Err(format!(
                "`{method}` is no method of upper-case letters that is served here"
            ));
        }
        if path.len() > TARGET_BYTES {
            return Err(format!("the path is longer than {TARGET_BYTES} bytes"));
        }
        let rest = path.strip_prefix('/').ok_or("expected a path that begins with `/`")?;
        let mut pattern = Self {
            method: method.into(),
            segments: Vec::new(),
            captures: CaptureNames::default(),
        };
        for segment in rest.split('/') {
            pattern.push(segment)?;
        }
        let plain: String = pattern
            .segments
            .iter()
            .flat_map(|segment| ["/", segment.example()])
            .collect();
        check_path(&plain).map_err(|reason| format!("{}, expected a path as requests have it", explanation(reason)))?;
        Ok(pattern)
    }

    fn push(&mut self, segment: &str) -> Result<(), String> {
        let capture = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let Some(name) = capture else {
            self.segments.push(RouteSegment::Literal(segment.into()));
            return Ok(());
        };
        let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(named) {
            return Err(format!(
                "expected a capture named with `a-z`, `0-9` and `_`, found `{segment}`"
            ));
        }
        if self.captures.0.len() >= CAPTURES {
            return Err(format!("more than {CAPTURES} captures"));
        }
        if self.captures.find(name).is_some() {
            return Err(format!("`{segment}` is captured twice"));
        }
        self.captures.0.push(name.into());
        self.segments.push(RouteSegment::Capture);
        Ok(())
    }
}

impl RouteSegment {
    /// A text that the segment matches.
    fn example(&self) -> &str {
        match self {
            Self::Literal(text) => text,
            Self::Capture => "x",
        }
    }
}
