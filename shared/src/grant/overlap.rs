//! An example of an attempt that two grants both permit.

use super::{Grant, Rule, Witness};
use crate::grant::attempt::{Attempt, Param};
use crate::time::UnixSeconds;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

impl Grant {
    /// An attempt that both grants permit (once uses are counted), and its time; `None` if none was
    /// found. The search is exact for actions, resources and windows. For rules it is as good as
    /// their samples.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> Option<Witness> {
        let action = self.actions.iter().find(|action| other.has_action(action))?;
        let window = self.window.meet(other.window)?;
        let resource = self.common_resource(other)?;
        let params = self.common_params(other)?;
        let witness = Witness {
            attempt: Attempt {
                action: action.clone(),
                resource,
                params,
            },
            at: window.not_before.unwrap_or(UnixSeconds(0)),
            uses: 1,
        };
        let is_permitted = |grant: &Self| grant.admits(&witness.attempt, witness.at);
        (is_permitted(self) && is_permitted(other)).then_some(witness)
    }

    fn common_resource(&self, other: &Self) -> Option<String> {
        let mut own = self.resources.iter();
        own.find_map(|own| other.resources.iter().find_map(|other| own.overlap(other)))
    }

    /// Parameters that the rules of both grants admit. A parameter is omitted if both admit its
    /// absence.
    fn common_params(&self, other: &Self) -> Option<Vec<(String, Param)>> {
        let names: BTreeSet<&String> = self.rules.iter().chain(&other.rules).map(|(name, _)| name).collect();
        let mut params = Vec::new();
        for name in names {
            let value = match (self.rule(name), other.rule(name)) {
                (Some(own), Some(other)) => own.overlap(other)?,
                (own, other) => own.or(other).map_or(Some(None), Rule::example)?,
            };
            params.extend(value.map(|value| (name.clone(), value)));
        }
        Some(params)
    }
}
