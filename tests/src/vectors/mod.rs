//! The cases of `tests/vectors`: read, played against a host, and held against what they expect.

mod bench;
mod case;
mod expect;
mod file;
mod native;
mod on_edge;
mod part;
mod pipeline;
mod rehearsed;
mod text;
mod wire;

pub use bench::Bench;
pub use case::{Answered, Ask, PipelineCase, Sent, WireCase, WireExpect};
pub use expect::{Absent, Arriving, Complaints, Refused, Responded};
pub use file::{cases_in, pipeline_cases, wire_cases};
pub use native::Native;
pub use on_edge::OnEdge;
pub use pipeline::{Host, Played, play_pipeline, request_id};
pub use rehearsed::play_rehearsal;
pub use text::{Names, Text, Write};
pub use wire::{Ground, Heard, hear, play_wire};
