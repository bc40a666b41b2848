//! Which service has which service-linked role. Data: `facts/service-linked-roles.tsv`.

static FACTS: &str = include_str!("../../../../../facts/service-linked-roles.tsv");

/// A service's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Linked {
    /// Name of the role, without a suffix.
    pub(super) role: &'static str,
    /// Name of its policy under `/aws-service-role/`.
    pub(super) policy: &'static str,
    /// A suffix may be asked for.
    pub(super) suffix: bool,
    /// What AWS writes as the role's description, where it does.
    pub(super) description: Option<&'static str>,
}

/// The role of that service.
pub(super) fn linked(service: &str) -> Option<Linked> {
    FACTS.lines().filter(|l| !l.starts_with('#')).find_map(|line| {
        let mut f = line.split('\t');
        if f.next() != Some(service) {
            return None;
        }
        let (role, policy, suffix) = (f.next()?, f.next()?, f.next()? == "yes");
        Some(Linked { role, policy, suffix, description: f.next().filter(|d| !d.is_empty()) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_role_once() {
        let lines: Vec<&str> = FACTS.lines().filter(|l| !l.starts_with('#')).collect();
        let mut services: Vec<&str> = lines.iter().filter_map(|l| l.split('\t').next()).collect();
        for line in &lines {
            assert_eq!(line.split('\t').count(), 6, "{line}");
        }
        for s in &services {
            let l = linked(s).expect(s);
            assert!(l.role.starts_with("AWSServiceRoleFor"), "{s}");
        }
        let before = services.len();
        services.dedup();
        assert_eq!(services.len(), before);
        assert_eq!(linked("nonsense.amazonaws.com"), None);
    }
}
