//! Which images of others an account allows itself: criteria by who provides them, by name and by age. Enabled, other images
//! are neither found nor launched; in audit mode they are only told apart. An account's own images are always allowed.
//! Source: EC2 user guide, "Control the discovery and use of AMIs with Allowed AMIs"; EC2 API reference,
//! "ImageCriterionRequest" (2026-11-22). That no criteria at all restrict nothing is inferred.
//!
//! Differs from AWS: no image has a product code of the marketplace here; watermarks and results of scans aren't built.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::{invalid_parameter, invalid_value, refuse};
use crate::filter::Pattern;
use crate::image::Any;
use crate::settings;

const DAY_MS: i64 = 86_400_000;
/// Most criteria; values of one: providers, names, product codes.
const CRITERIA: usize = 10;
const PROVIDERS: usize = 200;
const NAMES: usize = 50;

/// One way to be allowed: all that it says must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Criterion {
    /// Accounts, `amazon`, `aws-marketplace`, `aws-backup-vault`, `none`.
    pub(crate) providers: Vec<String>,
    pub(crate) product_codes: Vec<String>,
    /// With wildcards.
    pub(crate) names: Vec<String>,
    pub(crate) deprecated_days: Option<i32>,
    pub(crate) created_days: Option<i32>,
}

impl Row for Criterion {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.providers);
        w.put(2, &self.product_codes);
        w.put(3, &self.names);
        w.put(4, &self.deprecated_days);
        w.put(5, &self.created_days);
    }
    fn read(r: &mut RowReader) -> Result<Criterion, RowError> {
        Ok(Criterion {
            providers: r.get(1)?,
            product_codes: r.get(2)?,
            names: r.get(3)?,
            deprecated_days: r.get(4)?,
            created_days: r.get(5)?,
        })
    }
}

fn days(given: Option<i32>, name: &str) -> Result<Option<i32>, Fault> {
    match given {
        Some(n) if n < 0 => Err(invalid_parameter(n, name, "It must be 0 or greater.")),
        other => Ok(other),
    }
}

impl Criterion {
    /// As a request gives it.
    ///
    /// Errors: InvalidParameterValue: providers, too many values, negative days.
    fn from_request(given: &s::ImageCriterionRequest) -> Result<Criterion, Fault> {
        refuse(&[
            ("ImageCriteria.ImageWatermarks", given.image_watermarks.is_some()),
            ("ImageCriteria.ScanResultCondition", given.scan_result_condition.is_some()),
        ])?;
        let made = Criterion {
            providers: given.image_providers.clone().unwrap_or_default(),
            product_codes: given.marketplace_product_codes.clone().unwrap_or_default(),
            names: given.image_names.clone().unwrap_or_default(),
            deprecated_days: days(
                given.deprecation_time_condition.as_ref().and_then(|c| c.maximum_days_since_deprecated),
                "MaximumDaysSinceDeprecated",
            )?,
            created_days: days(
                given.creation_date_condition.as_ref().and_then(|c| c.maximum_days_since_created),
                "MaximumDaysSinceCreated",
            )?,
        };
        let account = |p: &str| p.len() == 12 && p.bytes().all(|b| b.is_ascii_digit());
        let known = ["amazon", "aws-marketplace", "aws-backup-vault", "none"];
        if let Some(wrong) = made.providers.iter().find(|p| !account(p) && !known.contains(&p.as_str())) {
            return Err(invalid_parameter(wrong, "ImageProvider", ""));
        }
        if made.providers.len() > 1 && made.providers.iter().any(|p| p == "none") {
            return Err(invalid_value(
                "When 'none' is specified, no other image providers can be specified.",
            ));
        }
        for (name, n, most) in [
            ("ImageName", made.names.len(), NAMES),
            ("MarketplaceProductCode", made.product_codes.len(), NAMES),
        ] {
            if n > most {
                return Err(invalid_value(format!("A criterion can have at most {most} values of {name}.")));
            }
        }
        Ok(made)
    }

    fn keeps(&self, cx: &Cx, a: &Any) -> bool {
        let provided = |p: &String| p == a.owner() || a.alias() == Some(p.as_str());
        let within = |days: i32, since_ms: i64| cx.now_ms - since_ms <= i64::from(days) * DAY_MS;
        let name = a.name();
        (self.providers.is_empty() || self.providers.iter().any(provided))
            && self.product_codes.is_empty()
            && (self.names.is_empty() || self.names.iter().any(|n| Pattern::new(n).matches(&name)))
            && self.deprecated_days.is_none_or(|d| a.deprecated_ms().is_none_or(|at| within(d, at)))
            && self.created_days.is_none_or(|d| within(d, a.created_ms()))
    }

    fn show(&self) -> s::ImageCriterion {
        let some = |all: &Vec<String>| Some(all.clone()).filter(|a| !a.is_empty());
        s::ImageCriterion {
            image_providers: some(&self.providers),
            marketplace_product_codes: some(&self.product_codes),
            image_names: some(&self.names),
            deprecation_time_condition: self
                .deprecated_days
                .map(|n| s::DeprecationTimeCondition { maximum_days_since_deprecated: Some(n) }),
            creation_date_condition: self
                .created_days
                .map(|n| s::CreationDateCondition { maximum_days_since_created: Some(n) }),
            ..s::ImageCriterion::default()
        }
    }
}

/// What applies to a call's account: read once, asked for every image.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    criteria: Vec<Criterion>,
    /// `enabled`, `audit-mode`; empty for `disabled`.
    state: String,
}

impl Allowed {
    /// Of the caller's account.
    pub(crate) fn read(cx: &Cx) -> Result<Allowed, Fault> {
        let all = settings::read(cx)?;
        Ok(Allowed { criteria: all.criteria, state: all.allowed_images })
    }

    /// Whether an image meets the criteria. Without them, and when they don't apply at all, each does.
    pub(crate) fn meets(&self, cx: &Cx, a: &Any) -> bool {
        self.state.is_empty()
            || self.criteria.is_empty()
            || a.owner() == cx.scope.account
            || self.criteria.iter().any(|c| c.keeps(cx, a))
    }

    /// Whether it can be found and launched.
    pub(crate) fn lets(&self, cx: &Cx, a: &Any) -> bool {
        self.state != "enabled" || self.meets(cx, a)
    }

    /// As answers show of an image: nothing while the criteria don't apply.
    pub(crate) fn shown(&self, cx: &Cx, a: &Any) -> Option<bool> {
        (!self.state.is_empty()).then(|| self.meets(cx, a))
    }
}

/// Turns the check on, or its rehearsal.
pub(crate) fn enable(
    cx: &mut Cx,
    i: &s::EnableAllowedImagesSettingsRequest,
) -> Result<s::EnableAllowedImagesSettingsResult, Fault> {
    let state = &i.allowed_images_settings_state;
    settings::change(cx, |all| all.allowed_images.clone_from(state))?;
    Ok(s::EnableAllowedImagesSettingsResult { allowed_images_settings_state: Some(state.clone()) })
}

/// The criteria stay.
pub(crate) fn disable(
    cx: &mut Cx,
    _: &s::DisableAllowedImagesSettingsRequest,
) -> Result<s::DisableAllowedImagesSettingsResult, Fault> {
    settings::change(cx, |all| all.allowed_images.clear())?;
    Ok(s::DisableAllowedImagesSettingsResult { allowed_images_settings_state: Some("disabled".to_owned()) })
}

/// The state and the criteria.
pub(crate) fn get(
    cx: &mut Cx,
    _: &s::GetAllowedImagesSettingsRequest,
) -> Result<s::GetAllowedImagesSettingsResult, Fault> {
    let all = settings::read(cx)?;
    let state = if all.allowed_images.is_empty() { "disabled".to_owned() } else { all.allowed_images };
    Ok(s::GetAllowedImagesSettingsResult {
        state: Some(state),
        image_criteria: Some(all.criteria.iter().map(Criterion::show).collect()),
        managed_by: Some("account".to_owned()),
    })
}

/// Errors: InvalidParameterValue: too many criteria, those of [`Criterion::from_request`].
pub(crate) fn replace(
    cx: &mut Cx,
    i: &s::ReplaceImageCriteriaInAllowedImagesSettingsRequest,
) -> Result<s::ReplaceImageCriteriaInAllowedImagesSettingsResult, Fault> {
    let given = i.image_criteria.as_deref().unwrap_or_default();
    if given.len() > CRITERIA {
        return Err(invalid_value(format!("At most {CRITERIA} image criteria can be specified.")));
    }
    let criteria = given.iter().map(Criterion::from_request).collect::<Result<Vec<_>, Fault>>()?;
    if criteria.iter().map(|c| c.providers.len()).sum::<usize>() > PROVIDERS {
        return Err(invalid_value(format!("At most {PROVIDERS} image providers can be specified.")));
    }
    settings::change(cx, |all| all.criteria = criteria)?;
    Ok(s::ReplaceImageCriteriaInAllowedImagesSettingsResult { return_value: Some(true) })
}
