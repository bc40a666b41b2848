//! Policies indexed by action: what an action can be decided by, without reading the rest. Holds no decisions.

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::{PolicyDocument, Statement};
use crate::elements::Action;

/// A policy and what it is called.
#[derive(Clone, Debug)]
pub struct NamedPolicy {
    /// The ARN of a managed policy, or the name of an inline one.
    pub name: Arc<str>,
    /// The policy.
    pub document: Arc<PolicyDocument>,
}

/// Points at a statement of a set: (policy, statement).
type Place = (u32, u32);

/// A set of policies that apply together, compiled once and immutable; share it by `Arc`.
#[derive(Debug, Default)]
pub struct PolicySet {
    policies: Vec<NamedPolicy>,
    /// By service, every statement that may cover an action of it, in order.
    by_service: HashMap<Box<str>, Vec<Place>>,
    /// The statements that may cover actions of any service, in order.
    any_service: Vec<Place>,
}

/// The statements of a set that cover one action. Cache it per set and action if you like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates(Box<[Place]>);

impl Candidates {
    /// Whether nothing in the set covers the action.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many statements cover the action.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl PolicySet {
    /// Indexes policies.
    pub fn new(policies: Vec<NamedPolicy>) -> Self {
        let mut any_service: Vec<Place> = Vec::new();
        let mut by_service: HashMap<Box<str>, Vec<Place>> = HashMap::new();
        for (at, policy) in policies.iter().enumerate() {
            for (nth, statement) in policy.document.statements.iter().enumerate() {
                let place = (at as u32, nth as u32);
                match statement.action.services() {
                    None => any_service.push(place),
                    Some(services) => {
                        for service in services {
                            by_service.entry(service.into()).or_default().push(place);
                        }
                    }
                }
            }
        }
        for places in by_service.values_mut() {
            places.extend_from_slice(&any_service);
            places.sort_unstable();
        }
        Self { policies, by_service, any_service }
    }

    /// Makes a set of a single policy.
    pub fn single(name: &str, document: Arc<PolicyDocument>) -> Self {
        Self::new(vec![NamedPolicy { name: name.into(), document }])
    }

    /// The policies, in the order given.
    pub fn policies(&self) -> &[NamedPolicy] {
        &self.policies
    }

    /// Whether the set has no policies.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Returns the statements that cover an action.
    pub fn candidates(&self, action: &Action) -> Candidates {
        Candidates(self.covering(action).collect())
    }

    fn covering<'a>(&'a self, action: &'a Action) -> impl Iterator<Item = Place> + 'a {
        let places = self.by_service.get(action.service()).unwrap_or(&self.any_service);
        places.iter().copied().filter(move |place| self.statement(*place).action.covers(action))
    }

    fn statement(&self, (policy, statement): Place) -> &Statement {
        &self.policies[policy as usize].document.statements[statement as usize]
    }

    /// Calls `visit` with every statement that covers the action, found before or now, until it returns false.
    /// Candidates made by another set name places that this one may not have; those are skipped.
    pub(crate) fn visit<'a>(
        &'a self,
        action: &Action,
        known: Option<&Candidates>,
        mut visit: impl FnMut(&'a NamedPolicy, usize, &'a Statement) -> bool,
    ) {
        let mut go = |place: Place| -> bool {
            let Some(policy) = self.policies.get(place.0 as usize) else { return true };
            let Some(statement) = policy.document.statements.get(place.1 as usize) else { return true };
            visit(policy, place.1 as usize, statement)
        };
        match known {
            Some(candidates) => {
                let _stopped = candidates.0.iter().all(|place| go(*place));
            }
            None => {
                let _stopped = self.covering(action).all(go);
            }
        }
    }
}
