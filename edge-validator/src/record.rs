//! One line for each verdict.

/// What is written down about one request. Displays as one line of JSON.
#[derive(Debug)]
pub struct Record(());

impl core::fmt::Display for Record {
    fn fmt(&self, _f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        todo!()
    }
}
