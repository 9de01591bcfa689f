//! A request as far as it was recorded.

/// A request as far as it was recorded.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) method: String,
    pub(super) target: String,
    /// Names in lower case; `None` if they were not recorded.
    pub(super) headers: Option<Vec<(String, String)>>,
    pub(super) body: RecordedBody,
}

/// A body as far as it was recorded.
#[derive(Debug)]
pub(super) enum RecordedBody {
    /// There was none, or nothing says that there was one.
    Nothing,
    /// A recorded text.
    Text(String),
    /// There was one, and it was not recorded.
    Lost,
}
