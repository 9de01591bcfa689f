//! The pages say what is there.

mod architecture;
mod examples;
