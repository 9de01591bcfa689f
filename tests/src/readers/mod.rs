//! Real readers, asked about what the edge permits.
//!
//! The edge judges how an upstream will read a request. Here it is compared with what frameworks
//! and standard libraries make of the same bytes: `tests/readers/` has one program for each
//! language, and its README says how to add a reader.

mod answer;
mod compare;
mod edge;
mod process;
mod request;
mod run;
mod sources;
mod table;

pub use compare::Difference;
pub use request::{ProbeRequest, RequestKind};
pub use run::{Plan, ReaderBench, compare_many};

/// The configuration of the edge whose permits are read: invented operations, with a name in every
/// spelling that matters.
const EDGE: &str = include_str!("../../readers/edge.json");
