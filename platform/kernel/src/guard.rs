//! What an operation says about its own authorization: which resources it touches, what their policies and tags are, and
//! which condition keys the request carries. Built by services; judged in `authorize.rs`.

/// The authorization facts of one call.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// What the call touches; every one must be allowed.
    pub targets: Vec<Target>,
    /// What the decision wants to know besides: whether the caller may do these things too. A denial denies nothing by
    /// itself; the decision looks at it ([`crate::Cx::denial`]).
    pub asks: Vec<Target>,
    /// The caller is whoever an identity provider vouches for: the provider's ARN or name, as trust policies name it.
    pub federated: Option<String>,
}

/// One resource with one action on it.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// IAM action (`iam:PassRole`), where it isn't the operation's own.
    pub action: Option<&'static str>,
    /// ARN, or `*` for calls without a resource.
    pub resource: String,
    /// How a denial names the resource, where AWS doesn't show the ARN (`role admin`).
    pub shown: Option<String>,
    /// What the call reached the resource through, which must allow it as well.
    pub through: Option<Box<Through>>,
    /// Account that owns the resource; empty: the account of the call's scope.
    pub account: String,
    /// The resource's policy.
    pub policy: Option<String>,
    /// What else on the resource lets callers in, each in the form of a policy: grants of an access control list. They
    /// count like statements of the resource's policy.
    pub grants: Vec<String>,
    /// All that callers of other accounts and unsigned ones read when they are denied, where AWS tells them no reason.
    pub outsiders_read: Option<&'static str>,
    /// Without a policy's leave nobody may, not even within the account (role trust policies, KMS keys).
    pub policy_required: bool,
    /// The resource's policy alone lets callers of other accounts in: their own account needn't say so too.
    pub policy_suffices: bool,
    /// The policy is a role's trust policy.
    pub trust: bool,
    /// Class of the resource in the throttles' table (`sqs.fifo`), where AWS throttles per resource.
    pub throttle_class: Option<&'static str>,
    /// Tags of the resource: `aws:ResourceTag/…`.
    pub tags: Vec<(String, String)>,
    /// Further condition keys of the service: `sqs:…`, `iam:PassedToService`.
    pub keys: Vec<(&'static str, Vec<String>)>,
    /// Condition keys whose names depend on the request: an identity provider's claims (`example.com:sub`).
    pub claims: Vec<(String, Vec<String>)>,
    /// Tags in the request: `aws:RequestTag/…`, `aws:TagKeys`.
    pub request_tags: Option<Vec<(String, String)>>,
    /// Keys of tags to be removed: `aws:TagKeys`.
    pub tag_keys: Option<Vec<String>>,
}

/// A resource through which another one is reached (an access point of a bucket): a call must be allowed on both, each
/// judged with its own policy and owner, and with the same condition keys.
#[derive(Clone, Debug, Default)]
pub struct Through {
    /// ARN.
    pub resource: String,
    /// Account that owns it.
    pub account: String,
    /// Its policy.
    pub policy: Option<String>,
}

impl Guard {
    /// A call that touches no resource of its own.
    pub fn any() -> Guard {
        Guard::of(Target::on("*"))
    }

    /// A call on one resource.
    pub fn resource(arn: impl Into<String>) -> Guard {
        Guard::of(Target::on(arn))
    }

    /// A call on one target.
    pub fn of(target: Target) -> Guard {
        Guard { targets: vec![target], ..Guard::default() }
    }

    /// Asks about a target, whose verdict the decision is to see.
    #[must_use]
    pub fn asking(mut self, target: Target) -> Guard {
        self.asks.push(target);
        self
    }

    /// Adds a target.
    #[must_use]
    pub fn and(mut self, target: Target) -> Guard {
        self.targets.push(target);
        self
    }
}

impl Target {
    /// The ARNs that the call concerns here.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.resource.as_str()).chain(self.through.iter().map(|t| t.resource.as_str()))
    }

    /// The target that stands for what this one is reached through.
    pub(crate) fn gate(&self) -> Option<Target> {
        let through = self.through.as_deref()?;
        Some(Target {
            resource: through.resource.clone(),
            shown: Some(format!("\"{}\"", through.resource)),
            account: through.account.clone(),
            policy: through.policy.clone(),
            grants: Vec::new(),
            tags: Vec::new(),
            through: None,
            policy_suffices: false,
            ..self.clone()
        })
    }

    /// A target by ARN.
    pub fn on(arn: impl Into<String>) -> Target {
        Target { resource: arn.into(), ..Target::default() }
    }

    /// With an action of its own.
    #[must_use]
    pub fn action(self, action: &'static str) -> Target {
        Target { action: Some(action), ..self }
    }

    /// Named otherwise in a denial.
    #[must_use]
    pub fn shown(self, text: impl Into<String>) -> Target {
        Target { shown: Some(text.into()), ..self }
    }

    /// In another account than the scope's.
    #[must_use]
    pub fn account(self, account: impl Into<String>) -> Target {
        Target { account: account.into(), ..self }
    }

    /// With the resource's policy.
    #[must_use]
    pub fn policy(self, policy: Option<String>) -> Target {
        Target { policy, ..self }
    }

    /// With the resource's tags.
    #[must_use]
    pub fn tags(self, tags: Vec<(String, String)>) -> Target {
        Target { tags, ..self }
    }

    /// With tags in the request.
    #[must_use]
    pub fn request_tags(self, tags: Vec<(String, String)>) -> Target {
        Target { request_tags: Some(tags), ..self }
    }

    /// With keys of tags to be removed.
    #[must_use]
    pub fn tag_keys(self, keys: Vec<String>) -> Target {
        Target { tag_keys: Some(keys), ..self }
    }

    /// With a condition key of the service.
    #[must_use]
    pub fn key(mut self, name: &'static str, values: Vec<String>) -> Target {
        self.keys.push((name, values));
        self
    }
}
