//! Every limit of the language and the wire, by name. Sizes are in bytes and lives in seconds
//! unless the name says otherwise.

/// Longest compact JWS of a writ.
pub const WRIT_BYTES: usize = 16 * 1024;
/// Longest text claim of a writ, and longest text member of a bundle.
pub const CLAIM_BYTES: usize = 1024;
/// Most grants in one writ.
pub const GRANTS_PER_WRIT: usize = 256;
/// Most grants in one entry of the ceiling of a client.
pub const GRANTS_PER_CEILING: usize = 10_000;
/// Most actions in one grant.
pub const ACTIONS_PER_GRANT: usize = 256;
/// Most resources in one grant.
pub const RESOURCES_PER_GRANT: usize = 256;
/// Longest action name.
pub const ACTION_BYTES: usize = 128;
/// Longest pattern, and longest resource that is compared with a pattern.
pub const PATTERN_BYTES: usize = 512;
/// Most separators (`/` and `:`) in one pattern.
pub const PATTERN_SEPARATORS: usize = 32;
/// Most rules in one grant.
pub const RULES_PER_GRANT: usize = 16;
/// Most values in one `in` list.
pub const IN_VALUES: usize = 256;
/// Longest parameter name or text value of a rule.
pub const RULE_TEXT_BYTES: usize = 1024;
/// Most values by which two rules are compared, if their kinds alone do not decide.
pub const SAMPLES: usize = 1_024;
/// Most elements of a list among these values.
pub const SAMPLE_ELEMENTS: usize = 64;
/// Most Unicode scalar values of a text among these that is made to have a certain length.
pub const SAMPLE_CHARACTERS: usize = 4_096;
/// Most parents whose rules are compared by samples, for one action on one resource.
pub const EXACT_PARENTS: usize = 32;
/// Most parents whose rules on one parameter make samples.
pub const SAMPLED_PARENTS: usize = 16;
/// Most parameters of an attempt that shows that a grant is wider than others.
pub const WITNESS_PARAMS: usize = 64;
/// Most questions to rules that one comparison may ask, besides the comparison of kind with kind.
pub const NARROWING_QUESTIONS: u32 = 100_000;
/// Longest number, in characters of its JSON spelling.
pub const NUMBER_BYTES: usize = 512;
/// Largest absolute value of the written exponent of a number.
pub const NUMBER_EXPONENT: i64 = 9_999;
/// Latest bound of a window: the end of the year 9999, the last that RFC 3339 can write.
pub const TIME_MAX: u64 = 253_402_300_799;
/// Longest id of an allowance.
pub const ALLOWANCE_BYTES: usize = 64;
/// Most uses of one allowance.
pub const USES: u64 = 1_000_000;

/// Deepest nesting of a JSON document.
pub const JSON_DEPTH: usize = 32;
/// Most values (members, elements and scalars together) in one JSON document from an
/// unauthenticated client.
pub const JSON_VALUES: usize = 16_384;

/// Longest request target.
pub const TARGET_BYTES: usize = 8 * 1024;
/// Most names and values, empty ones included, in one query or form, unless the configuration of
/// the edge sets another limit.
pub const PIECES: usize = 256;
/// Largest limit of names and values that a configuration may set. Readers that drop names and
/// values beyond a limit of their own have limits of 1,000 or more.
pub const PIECES_MAX: usize = 900;
/// Most request headers.
pub const HEADERS: usize = 100;
/// Most bytes of all header names and values of a request together.
pub const HEADER_BYTES: usize = 32 * 1024;
/// Longest body, unless an operation sets a larger limit.
pub const BODY_BYTES: usize = 256 * 1024;
/// Largest limit of a body that an operation may set.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Most query names, form fields or body members that one operation can map or ignore.
pub const PARAMS_PER_OPERATION: usize = 64;
/// Most attempts of one request.
pub const ATTEMPTS_PER_REQUEST: usize = 256;
/// Most operations of one edge.
pub const OPERATIONS: usize = 10_000;

/// Most ancestors of a delegated writ.
pub const DELEGATION_DEPTH: usize = 5;
/// Life of a writ if the request names no other.
pub const WRIT_TTL_DEFAULT: u64 = 15 * 60;
/// Longest lifetime of a writ.
pub const WRIT_TTL_MAX: u64 = 24 * 60 * 60;
/// Longest time by which `nbf` and `iat` may be in the future.
pub const CLOCK_TOLERANCE: u64 = 30;
/// Time for which a bundle stays fresh if the issuer sets no other.
pub const BUNDLE_FRESH: u64 = 60;
/// Longest time by which `issued_at` of a bundle may be in the future. Beyond it the clock of the
/// edge is wrong.
pub const BUNDLE_CLOCK_SKEW: u64 = 5;
/// Longest signed part of a bundle, with its keys and without its revocation rows.
pub const BUNDLE_HEAD_BYTES: usize = 256 * 1024;
/// Most keys in one bundle.
pub const BUNDLE_KEYS: usize = 64;
/// Most revocations in one snapshot.
pub const REVOCATIONS: usize = 500_000;
/// Verified writs that one edge instance keeps: the last that were used, and for a while as many
/// older ones.
pub const CACHED_WRITS: usize = 1_024;
/// Length of the texts of these writs together beyond which the instance keeps fewer.
pub const CACHED_WRIT_BYTES: usize = 2 * 1024 * 1024;
