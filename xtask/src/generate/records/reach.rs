//! Which shapes a set of operations needs, and which members must be boxed because their structure contains itself.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{Kind, Model, Operation, ShapeId};

/// Shapes reachable from some operations.
pub struct Reach {
    /// Structures, by name.
    pub structures: Vec<ShapeId>,
    /// Enums, by name.
    pub enums: Vec<ShapeId>,
    boxed: HashSet<(ShapeId, ShapeId)>,
}

impl Reach {
    /// Follows inputs and outputs.
    pub fn of(model: &Model, operations: &[&Operation]) -> Reach {
        let mut seen = BTreeSet::new();
        let mut todo: Vec<ShapeId> =
            operations.iter().flat_map(|o| o.input.into_iter().chain(o.output)).collect();
        while let Some(id) = todo.pop() {
            if seen.insert(id) {
                todo.extend(model.shape(id).members.iter().map(|m| m.target));
            }
        }
        let sorted = |wanted: &dyn Fn(ShapeId) -> bool| {
            let mut ids: Vec<ShapeId> = seen.iter().copied().filter(|id| wanted(*id)).collect();
            ids.sort_by_key(|id| model.shape(*id).name);
            ids
        };
        let structures = sorted(&|id| model.shape(id).kind == Kind::Structure);
        let enums = sorted(&|id| !model.shape(id).enum_values.is_empty());
        let boxed = self_containing(model, &structures);
        Reach { structures, enums, boxed }
    }

    /// Whether a member of `owner` with that target needs a box.
    pub fn boxed(&self, owner: ShapeId, target: ShapeId) -> bool {
        self.boxed.contains(&(owner, target))
    }
}

/// Pairs (structure, member's target) that lie on a cycle of structures holding each other without a list or map between.
fn self_containing(model: &Model, structures: &[ShapeId]) -> HashSet<(ShapeId, ShapeId)> {
    let direct: HashMap<ShapeId, Vec<ShapeId>> = structures
        .iter()
        .map(|id| {
            let targets = model.shape(*id).members.iter().map(|m| m.target);
            (*id, targets.filter(|t| model.shape(*t).kind == Kind::Structure).collect())
        })
        .collect();
    let mut boxed = HashSet::new();
    for (owner, targets) in &direct {
        for target in targets {
            if leads_to(&direct, *target, *owner) {
                boxed.insert((*owner, *target));
            }
        }
    }
    boxed
}

fn leads_to(direct: &HashMap<ShapeId, Vec<ShapeId>>, from: ShapeId, to: ShapeId) -> bool {
    let mut seen = HashSet::new();
    let mut todo = vec![from];
    while let Some(id) = todo.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            todo.extend(direct.get(&id).into_iter().flatten());
        }
    }
    false
}
