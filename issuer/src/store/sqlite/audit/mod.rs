//! The audit chain as it is kept: the line that was hashed, and beside it what events are looked up
//! by.

mod checkpoints;
mod events;
mod prune;
mod pruned;
mod query;

pub(crate) use checkpoints::{add_checkpoint, checkpoint_at, checkpoint_before_last, checkpoints, last_checkpoint};
pub(crate) use events::{after, append, columns_after, head, head_at, is_recorded, last_at, of_request, start};
pub(crate) use prune::{delete_pruned, prune_target, prune_to};
pub(crate) use pruned::{add_pruned_if_missing, pruned};
pub(crate) use query::find;
