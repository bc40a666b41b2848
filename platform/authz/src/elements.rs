//! The `Action` and `Resource` elements, compiled for matching. Their formats are checked in `checks.rs`.

use crate::arn::{ArnParts, ArnPattern};
use crate::context::ContextKeys;
use crate::glob::{Match, Pattern};

/// An action's name, folded once for matching without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    name: Box<str>,
    folded: Box<str>,
    colon: usize,
}

impl Action {
    /// Makes an action of a name such as `sqs:SendMessage`.
    pub fn new(name: &str) -> Self {
        let folded = name.to_ascii_lowercase();
        let colon = folded.find(':').unwrap_or(folded.len());
        Self { name: name.into(), folded: folded.into(), colon }
    }

    /// The name as given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The service prefix in lower case.
    pub(crate) fn service(&self) -> &str {
        &self.folded[..self.colon]
    }
}

/// An `Action` or `NotAction` element: exact names sorted for search, and patterns grouped by service, so that a
/// statement listing a thousand patterns costs one call a handful of comparisons.
#[derive(Debug)]
pub(crate) struct ActionElement {
    pub negated: bool,
    pub written: Vec<String>,
    any: bool,
    exact: Box<[Box<str>]>,
    wild: Box<[(Box<str>, Pattern)]>,
}

impl ActionElement {
    pub(crate) fn new(written: Vec<String>, negated: bool) -> Self {
        let mut exact: Vec<Box<str>> = Vec::new();
        let mut wild: Vec<(Box<str>, Pattern)> = Vec::new();
        let mut any = false;
        for text in &written {
            let folded = text.to_ascii_lowercase();
            match folded.split_once(':') {
                _ if folded == "*" || folded == "*:*" => any = true,
                Some((service, _)) if folded.contains(['*', '?']) => {
                    wild.push((service.into(), Pattern::wild(&folded, false)));
                }
                // Without a colon (which the checks refuse) it is nothing's name.
                _ => exact.push(folded.into()),
            }
        }
        exact.sort();
        wild.sort_by(|a, b| a.0.cmp(&b.0));
        Self { negated, written, any, exact: exact.into(), wild: wild.into() }
    }

    /// Whether the statement is about the action.
    pub(crate) fn covers(&self, action: &Action) -> bool {
        self.lists(action) != self.negated
    }

    fn lists(&self, action: &Action) -> bool {
        self.any
            || self.exact.binary_search_by(|name| (**name).cmp(&action.folded)).is_ok()
            || self.lists_by_pattern(action, action.service())
            || self.lists_by_pattern(action, "*")
    }

    fn lists_by_pattern(&self, action: &Action, service: &str) -> bool {
        let from = self.wild.partition_point(|(name, _)| **name < *service);
        self.wild[from..]
            .iter()
            .take_while(|(name, _)| **name == *service)
            .any(|(_, pattern)| pattern.matches_fixed(&action.folded))
    }

    /// The services whose actions the statement may cover, or `None` if that may be any.
    pub(crate) fn services(&self) -> Option<Vec<&str>> {
        if self.any || self.negated || self.wild.iter().any(|(service, _)| &**service == "*") {
            return None;
        }
        let exact = self.exact.iter().filter_map(|name| name.split_once(':').map(|(service, _)| service));
        let mut services: Vec<&str> = exact.chain(self.wild.iter().map(|(service, _)| &**service)).collect();
        services.sort_unstable();
        services.dedup();
        Some(services)
    }
}

/// A `Resource` or `NotResource` element.
#[derive(Debug)]
pub(crate) struct ResourceElement {
    pub negated: bool,
    pub written: Vec<String>,
    patterns: Box<[ArnPattern]>,
}

impl ResourceElement {
    pub(crate) fn new(written: Vec<String>, negated: bool, with_variables: bool) -> Self {
        let patterns = written.iter().map(|text| ArnPattern::resource(text, with_variables)).collect();
        Self { negated, written, patterns }
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().flat_map(ArnPattern::variables)
    }

    /// Whether the statement is about the resource. A variable without a value makes its pattern match nothing; in
    /// `NotResource` it takes the whole statement out, since what it would have excepted isn't known.
    pub(crate) fn covers(
        &self,
        resource: &str,
        arn: Option<&ArnParts<'_>>,
        context: &dyn ContextKeys,
    ) -> bool {
        let mut patterns = self.patterns.iter().map(|pattern| pattern.matches(resource, arn, context));
        if self.negated { patterns.all(|m| m == Match::No) } else { patterns.any(|m| m == Match::Yes) }
    }
}
