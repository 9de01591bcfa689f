//! Commands that show what an issuer has recorded.

mod old_records;
mod retaining;
