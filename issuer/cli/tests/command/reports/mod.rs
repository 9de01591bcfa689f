//! Commands that show what an issuer has recorded.

mod earlier_records;
mod pruned_audit;
