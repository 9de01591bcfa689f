//! The cases of `tests/vectors`: read, played against a host, and held against what they expect.

mod ask;
mod bench;
mod case;
mod expect;
mod file;
mod native;
mod on_edge;
mod pipeline;
mod rehearsed;
mod wire;

pub use ask::{Absent, ArrivedRequest, CaseRequest};
pub use bench::VectorBench;
pub use case::{Answered, PipelineCase, WireCase, WireExpect};
pub use expect::{Arriving, Complaints, Refused, Responded};
pub use file::{cases_in, pipeline_cases, wire_cases};
pub use native::Native;
pub use on_edge::OnEdge;
pub use pipeline::{JudgingHost, Played, play_pipeline};
pub use rehearsed::play_rehearsal;
pub use wire::{Ground, Heard, hear, play_wire};
