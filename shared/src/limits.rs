//! Every limit of the language and the wire, by name. Sizes are bytes and lives are seconds unless the name says otherwise.

/// Longest compact JWS that is read as a writ.
pub const WRIT_BYTES: usize = 16 * 1024;
/// Longest text claim of a writ, and longest text member of a bundle.
pub const CLAIM_BYTES: usize = 1024;
/// Grants in one writ.
pub const GRANTS_PER_WRIT: usize = 256;
/// Grants in one entry of a client's ceiling.
pub const GRANTS_PER_CEILING: usize = 10_000;
/// Actions in one grant.
pub const ACTIONS_PER_GRANT: usize = 256;
/// Resources in one grant.
pub const RESOURCES_PER_GRANT: usize = 256;
/// Longest action name.
pub const ACTION_BYTES: usize = 128;
/// Longest pattern, and longest resource that is compared with one.
pub const PATTERN_BYTES: usize = 512;
/// Separators (`/` and `:`) in one pattern.
pub const PATTERN_SEPARATORS: usize = 32;
/// Rules in one grant.
pub const RULES_PER_GRANT: usize = 16;
/// Values in one `in` list.
pub const IN_VALUES: usize = 256;
/// Longest parameter name or text value of a rule.
pub const RULE_TEXT_BYTES: usize = 1024;
/// Values that two rules are compared by, at most, where their kinds alone do not tell.
pub const SAMPLES: usize = 1_024;
/// Elements of the longest list among these.
pub const SAMPLE_ELEMENTS: usize = 64;
/// Unicode scalar values of the longest text among these that is made to have a certain length.
pub const SAMPLE_CHARACTERS: usize = 4_096;
/// Parents whose rules are compared by samples, for one action on one resource.
pub const EXACT_PARENTS: usize = 32;
/// Parents whose rules on one parameter make samples.
pub const SAMPLED_PARENTS: usize = 16;
/// Parameters of an attempt that is looked for to show that a grant is wider than others.
pub const WITNESS_PARAMS: usize = 64;
/// Questions to rules that one comparison may ask, beyond comparing kind with kind.
pub const NARROWING_QUESTIONS: u32 = 100_000;
/// Longest number, in characters of its JSON spelling.
pub const NUMBER_BYTES: usize = 512;
/// Largest absolute value of a number's written exponent.
pub const NUMBER_EXPONENT: i64 = 9_999;
/// Latest bound of a window: the end of the year 9999, as RFC 3339 can write it.
pub const TIME_MAX: u64 = 253_402_300_799;
/// Longest id of an allowance.
pub const ALLOWANCE_BYTES: usize = 64;
/// Most uses that one allowance can hold.
pub const USES: u64 = 1_000_000;

/// Nesting of a JSON document.
pub const JSON_DEPTH: usize = 32;
/// Values (members, elements and scalars together) in one JSON document that a stranger can send.
pub const JSON_VALUES: usize = 16_384;

/// Longest request target.
pub const TARGET_BYTES: usize = 8 * 1024;
/// Names and values, empty ones included, in one query or form, unless the edge's configuration
/// says otherwise.
pub const PIECES: usize = 256;
/// Most of them that a configuration may allow. Readers that drop what is beyond their own limit
/// have one of 1,000 or more.
pub const PIECES_MAX: usize = 900;
/// Request headers.
pub const HEADERS: usize = 100;
/// All header names and values of a request together.
pub const HEADER_BYTES: usize = 32 * 1024;
/// Longest body that is judged, unless an operation raises it.
pub const BODY_BYTES: usize = 256 * 1024;
/// Longest body that an operation may ask to be judged.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Query names, form fields or body members that one operation can map or ignore.
pub const PARAMS_PER_OPERATION: usize = 64;
/// Operations of one edge.
pub const OPERATIONS: usize = 10_000;

/// Ancestors of a delegated writ.
pub const DELEGATION_DEPTH: usize = 5;
/// Life of a writ when nobody asks for another.
pub const WRIT_LIFE_DEFAULT: u64 = 15 * 60;
/// Longest life of a writ.
pub const WRIT_LIFE_MAX: u64 = 24 * 60 * 60;
/// How far `nbf` and `iat` may lie in the future.
pub const CLOCK_TOLERANCE: u64 = 30;
/// How long a bundle stays fresh when the issuer says nothing else.
pub const BUNDLE_FRESH: u64 = 60;
/// How far `issued_at` of a bundle may lie in the future before the edge's clock is held to be wrong.
pub const BUNDLE_CLOCK_SKEW: u64 = 5;
/// Longest signed part of a bundle, its keys included, its revocation rows not.
pub const BUNDLE_HEAD_BYTES: usize = 256 * 1024;
/// Keys in one bundle.
pub const BUNDLE_KEYS: usize = 64;
/// Revocations in one snapshot.
pub const REVOCATIONS: usize = 500_000;
/// Verified writs that one edge instance remembers: the last that were used, and for a while as many of those before.
pub const CACHED_WRITS: usize = 1_024;
/// Bytes of their texts together after which fewer are.
pub const CACHED_WRIT_BYTES: usize = 2 * 1024 * 1024;
