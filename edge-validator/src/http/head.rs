//! The head of a request, as a host passes it to the pipeline.

/// The name of a header, in lower case, and its value.
pub type Pair<'a> = (&'a str, &'a [u8]);

/// The head of a request, borrowed from the host.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The method as the client sent it.
    pub method: &'a str,
    /// The target as it was on the wire, in origin form: path and query, without decoding or
    /// resolution.
    pub target: &'a [u8],
    /// The host, and the port if there is one, that the client names: `:authority`, or the value of
    /// `host`. The edge compares this value with the hosts of its configuration. The value never
    /// decides where a request goes.
    pub authority: &'a [u8],
    /// Header names in lower case and values, in the order of arrival. A host may omit names that
    /// are not in [`crate::config::Config::header_names`].
    pub headers: &'a [Pair<'a>],
    /// Whether a body follows, even if the body turns out to be empty.
    pub has_body: bool,
}
