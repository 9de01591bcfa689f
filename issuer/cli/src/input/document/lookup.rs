//! Lookup of values in a document by JSON pointers. Each container is indexed once, so that the
//! lookup of all its children takes time in proportion to their number, times a logarithm.

use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::place_name;
use edgewrit_yaml::Places;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ptr;
use std::rc::Rc;

/// Members or elements of a container that is searched as it stands.
const FEW: usize = 16;

/// A value of the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'d> {
    pub(super) json: &'d Json,
    /// Index of the value among all values, by which the place of the value is known.
    pub(super) index: usize,
}

/// Indices of the containers that were searched, by their address.
#[derive(Debug, Default)]
pub(super) struct Lookup(RefCell<BTreeMap<*const Json, Rc<Children>>>);

/// The children of a container.
#[derive(Debug, Default)]
struct Children {
    /// Of an object: positions of its members, sorted by the names that places show.
    by_name: Vec<usize>,
    /// By position: indices among all values; none if places are not known.
    indices: Vec<usize>,
}

impl Lookup {
    /// The value at `pointer` (RFC 6901), whose long names may be shortened as places show them.
    pub(super) fn find<'d>(&self, root: &'d Json, places: &Places, pointer: &str) -> Option<Found<'d>> {
        let mut found = Found { json: root, index: 0 };
        for step in pointer.split('/').skip(1) {
            found = match found.json {
                Json::List(items) => {
                    let position: usize = step.parse().ok()?;
                    let json = items.get(position)?;
                    self.child(found, places, position, items.len(), json)
                }
                Json::Object(members) => {
                    let name = step.replace("~1", "/").replace("~0", "~");
                    let position = self.position(found.json, places, found.index, members, &name)?;
                    let (_, json) = members.get(position)?;
                    self.child(found, places, position, members.len(), json)
                }
                _ => return None,
            };
        }
        Some(found)
    }

    /// The member of `json` called `name`.
    pub(super) fn member<'d>(&self, json: &'d Json, name: &str) -> Option<&'d Json> {
        let Json::Object(members) = json else { return None };
        let position = self.position(json, &Places::default(), 0, members, name)?;
        members.get(position).map(|(_, json)| json)
    }

    fn child<'d>(&self, above: Found<'d>, places: &Places, position: usize, count: usize, json: &'d Json) -> Found<'d> {
        let index = if count <= FEW {
            places.child_indices(above.index).nth(position)
        } else {
            let children = self.children(above.json, places, above.index);
            children.indices.get(position).copied()
        };
        Found {
            json,
            index: index.unwrap_or(usize::MAX),
        }
    }

    fn position(
        &self,
        json: &Json,
        places: &Places,
        index: usize,
        members: &[(String, Json)],
        name: &str,
    ) -> Option<usize> {
        let wanted = place_name(name);
        if members.len() <= FEW {
            let exact = members.iter().position(|(own, _)| own == name);
            return exact.or_else(|| members.iter().position(|(own, _)| place_name(own) == wanted));
        }
        let children = self.children(json, places, index);
        let shown = |position: &usize| name_at(members, *position);
        let start = children.by_name.partition_point(|position| shown(position) < wanted);
        let same = children.by_name.get(start..)?.iter();
        let mut same = same
            .copied()
            .take_while(|position| shown(position) == wanted)
            .peekable();
        let first = same.peek().copied()?;
        let exact = |position: &usize| members.get(*position).is_some_and(|(own, _)| own == name);
        Some(same.find(exact).unwrap_or(first))
    }

    fn children(&self, json: &Json, places: &Places, index: usize) -> Rc<Children> {
        let mut known = self.0.borrow_mut();
        let own = known.entry(ptr::from_ref(json)).or_default();
        if own.indices.is_empty() && own.by_name.is_empty() {
            let mut by_name: Vec<usize> = Vec::new();
            if let Json::Object(members) = json {
                by_name.extend(0..members.len());
                by_name.sort_by(|one, other| name_at(members, *one).cmp(&name_at(members, *other)));
            }
            let indices = places.child_indices(index).collect();
            *own = Rc::new(Children { by_name, indices });
        }
        Rc::clone(own)
    }
}

/// The name of a member as places show it.
fn name_at(members: &[(String, Json)], position: usize) -> Cow<'_, str> {
    let name = members.get(position).map(|(name, _)| name.as_str());
    place_name(name.unwrap_or_default())
}
