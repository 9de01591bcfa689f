//! The audit chain as it is kept: the line that was hashed, and beside it what events are looked up
//! by.

mod checkpoints;
mod events;
mod prune;
mod pruned;
mod query;

pub use checkpoints::{add_checkpoint, checkpoint_at, checkpoint_before_last, checkpoints, last_checkpoint};
pub use events::{after, append, columns_after, first_at, head, head_at, is_recorded, last_at, of_request, start};
pub use prune::{delete_pruned, prune_target, prune_to};
pub use pruned::{add_pruned_if_missing, pruned};
pub use query::find;
