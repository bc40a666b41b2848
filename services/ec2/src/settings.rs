//! What an account has set for itself in a region: serial console, encryption and metadata by default, credits by default, what
//! it keeps from being public. Which images it allows: `allowed_images.rs`. One row holds all of it; who never set anything
//! has none.
//! Source: EC2 user guide, "Configure instance metadata defaults", "Block public access to your AMIs", "EC2 Serial Console";
//! EBS user guide, "Encryption by default", "Block public access for snapshots" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::allowed_images::Criterion;
use crate::resource::{ResourceKey, key};

/// The settings of an account in a region.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Settings {
    pub(crate) serial_console: bool,
    pub(crate) encrypts: bool,
    /// Images may be made public. A new account's may not.
    pub(crate) images_unblocked: bool,
    /// `block-all-sharing`, `block-new-sharing`; empty for `unblocked`.
    pub(crate) snapshot_sharing: String,
    /// `enabled`, `audit-mode`; empty for `disabled`.
    pub(crate) allowed_images: String,
    pub(crate) criteria: Vec<Criterion>,
    pub(crate) credits: Vec<FamilyCredits>,
    pub(crate) metadata: MetadataDefaults,
}

/// Credits of new instances of a burstable family.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FamilyCredits {
    /// `t3`
    pub(crate) family: String,
    /// `standard`, `unlimited`
    pub(crate) credits: String,
}

/// What launches take for their metadata options where they don't say. Empty, or 0, is no preference.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MetadataDefaults {
    pub(crate) tokens: String,
    pub(crate) hops: i32,
    pub(crate) endpoint: String,
    pub(crate) tags: String,
    /// `enabled`, `disabled`
    pub(crate) enforced: String,
}

impl Row for FamilyCredits {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.family);
        w.put(2, &self.credits);
    }
    fn read(r: &mut RowReader) -> Result<FamilyCredits, RowError> {
        Ok(FamilyCredits { family: r.get(1)?, credits: r.get(2)? })
    }
}

impl Row for MetadataDefaults {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.tokens);
        w.put(2, &self.hops);
        w.put(3, &self.endpoint);
        w.put(4, &self.tags);
        w.put(5, &self.enforced);
    }
    fn read(r: &mut RowReader) -> Result<MetadataDefaults, RowError> {
        Ok(MetadataDefaults {
            tokens: r.get(1)?,
            hops: r.get(2)?,
            endpoint: r.get(3)?,
            tags: r.get(4)?,
            enforced: r.get(5)?,
        })
    }
}

impl Row for Settings {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.serial_console);
        w.put(2, &self.encrypts);
        w.put(3, &self.images_unblocked);
        w.put(4, &self.snapshot_sharing);
        w.put(5, &self.allowed_images);
        w.put(6, &self.criteria);
        w.put(7, &self.credits);
        w.put(8, &self.metadata);
    }
    fn read(r: &mut RowReader) -> Result<Settings, RowError> {
        Ok(Settings {
            serial_console: r.get(1)?,
            encrypts: r.get(2)?,
            images_unblocked: r.get(3)?,
            snapshot_sharing: r.get(4)?,
            allowed_images: r.get(5)?,
            criteria: r.get(6)?,
            credits: r.get(7)?,
            metadata: r.get(8)?,
        })
    }
}

/// Account, region, nothing.
pub(crate) struct AccountSettings;
impl Table for AccountSettings {
    const NAME: &'static str = "ec2.settings";
    const VERSION: u16 = 1;
    type Key = ResourceKey;
    type Row = Settings;
}

/// The settings of the caller's account.
pub(crate) fn read(cx: &Cx) -> Result<Settings, Fault> {
    Ok(cx.get::<AccountSettings>(&key(cx, ""))?.unwrap_or_default())
}

/// Changes them.
pub(crate) fn change(cx: &mut Cx, what: impl FnOnce(&mut Settings)) -> Result<Settings, Fault> {
    let mut all = read(cx)?;
    what(&mut all);
    cx.put::<AccountSettings>(&key(cx, ""), &all);
    Ok(all)
}

/// Whether an account keeps its snapshots from everybody, those made public before included.
pub(crate) fn hides_snapshots(cx: &Cx, account: &str) -> Result<bool, Fault> {
    let theirs = (account.to_owned(), cx.scope.region.to_owned(), String::new());
    let row = cx.get::<AccountSettings>(&theirs)?;
    Ok(row.is_some_and(|s| s.snapshot_sharing == "block-all-sharing"))
}

impl Settings {
    /// The credits that a family's new instances get: as set, or as AWS gives them.
    pub(crate) fn credits_of(&self, family: &str) -> &str {
        let usual = if family == "t2" { "standard" } else { "unlimited" };
        self.credits.iter().find(|c| c.family == family).map_or(usual, |c| &c.credits)
    }
}
