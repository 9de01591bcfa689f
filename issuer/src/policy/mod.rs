//! What clients ask for, held against what they may have. Pure: no clock, no store, no key.

pub mod allowance;
pub mod ask;
pub mod ceiling;
pub mod grant;
pub mod granted_task;
