//! What stands behind an edge in tests and in the demo.

mod recorder;

pub use recorder::Recorder;
