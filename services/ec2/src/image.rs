//! Images of accounts: rows, who may use them, what they look like; and images as all calls see them, be they an account's or
//! of the public catalogue (`image_catalogue.rs`).
//! Source: EC2 user guide, "Amazon Machine Images", "Deprecate an AMI", "Disable an AMI" (2026-11-22).

mod shown;

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::allowed_images::Allowed;
use crate::err::fault;
use crate::filter::Accessor;
use crate::image_catalogue::{self as catalogue, PublicImage};
use crate::kind::{Keys, Kind, Seen};
use crate::resource::{self, Listed, Of, Resource};

pub(crate) use shown::{show, show_device};

pub(crate) static IMAGE: Kind = Kind {
    noun: "image",
    prefix: "ami",
    not_found: ("InvalidAMIID.NotFound", "The image id '[{}]' does not exist"),
    malformed: Some(("InvalidAMIID.Malformed", "Invalid id: \"{}\" (expecting \"ami-...\")")),
    seen,
};

/// A device of an image, or of a launch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Device {
    /// `/dev/xvda`
    pub(crate) name: String,
    /// Snapshot, or empty.
    pub(crate) snapshot: String,
    /// Gigabytes.
    pub(crate) size_gb: i32,
    /// `gp3`, …
    pub(crate) kind: String,
    /// It is deleted with its instance.
    pub(crate) delete_on_termination: bool,
    pub(crate) encrypted: bool,
    pub(crate) iops: i32,
    pub(crate) throughput: i32,
    /// `ephemeral0`: a disk of the machine instead of a volume.
    pub(crate) virtual_name: String,
}

impl Row for Device {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.name);
        w.put(2, &self.snapshot);
        w.put(3, &self.size_gb);
        w.put(4, &self.kind);
        w.put(5, &self.delete_on_termination);
        w.put(6, &self.encrypted);
        w.put(7, &self.iops);
        w.put(8, &self.throughput);
        w.put(9, &self.virtual_name);
    }
    fn read(r: &mut RowReader) -> Result<Device, RowError> {
        Ok(Device {
            name: r.get(1)?,
            snapshot: r.get(2)?,
            size_gb: r.get(3)?,
            kind: r.get(4)?,
            delete_on_termination: r.get(5)?,
            encrypted: r.get(6)?,
            iops: r.get(7)?,
            throughput: r.get(8)?,
            virtual_name: r.get(9)?,
        })
    }
}

/// An account's image.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) owner: String,
    /// Unique in the account and region.
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) architecture: String,
    /// `Linux/UNIX`, …
    pub(crate) platform: String,
    pub(crate) root: String,
    pub(crate) virtualization: String,
    pub(crate) devices: Vec<Device>,
    pub(crate) ena: bool,
    pub(crate) sriov: bool,
    pub(crate) boot_mode: String,
    pub(crate) imds: String,
    pub(crate) tpm: String,
    /// `all`, or accounts, that may launch it.
    pub(crate) shared: Vec<String>,
    pub(crate) created_ms: i64,
    /// From when on it is available.
    pub(crate) ready_ms: i64,
    pub(crate) deprecated_ms: Option<i64>,
    pub(crate) disabled: bool,
    pub(crate) source_instance: String,
    pub(crate) source_image: String,
    pub(crate) source_region: String,
    pub(crate) location: String,
    pub(crate) protection: Protection,
}

/// Whether it may be deregistered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Protection {
    pub(crate) on: bool,
    /// It goes on for a while after its end.
    pub(crate) cools: bool,
    /// How long it goes on; 0 for not.
    pub(crate) until_ms: i64,
}

impl Row for Protection {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.on);
        w.put(2, &self.cools);
        w.put(3, &self.until_ms);
    }
    fn read(r: &mut RowReader) -> Result<Protection, RowError> {
        Ok(Protection { on: r.get(1)?, cools: r.get(2)?, until_ms: r.get(3)? })
    }
}

impl Protection {
    /// As answers show it.
    pub(crate) fn show(&self) -> &'static str {
        match (self.on, self.cools) {
            (false, _) => "disabled",
            (true, true) => "enabled-with-cooldown",
            (true, false) => "enabled-without-cooldown",
        }
    }
}

impl Row for Image {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.owner);
        w.put(3, &self.name);
        w.put(4, &self.description);
        w.put(5, &self.architecture);
        w.put(6, &self.platform);
        w.put(7, &self.root);
        w.put(8, &self.virtualization);
        w.put(9, &self.devices);
        w.put(10, &self.ena);
        w.put(11, &self.sriov);
        w.put(12, &self.boot_mode);
        w.put(13, &self.imds);
        w.put(14, &self.tpm);
        w.put(15, &self.shared);
        w.put(16, &self.created_ms);
        w.put(17, &self.ready_ms);
        w.put(18, &self.deprecated_ms);
        w.put(19, &self.disabled);
        w.put(20, &self.source_instance);
        w.put(21, &self.source_image);
        w.put(22, &self.source_region);
        w.put(23, &self.location);
        w.put(24, &self.protection);
    }
    fn read(r: &mut RowReader) -> Result<Image, RowError> {
        Ok(Image {
            id: r.get(1)?,
            owner: r.get(2)?,
            name: r.get(3)?,
            description: r.get(4)?,
            architecture: r.get(5)?,
            platform: r.get(6)?,
            root: r.get(7)?,
            virtualization: r.get(8)?,
            devices: r.get(9)?,
            ena: r.get(10)?,
            sriov: r.get(11)?,
            boot_mode: r.get(12)?,
            imds: r.get(13)?,
            tpm: r.get(14)?,
            shared: r.get(15)?,
            created_ms: r.get(16)?,
            ready_ms: r.get(17)?,
            deprecated_ms: r.get(18)?,
            disabled: r.get(19)?,
            source_instance: r.get(20)?,
            source_image: r.get(21)?,
            source_region: r.get(22)?,
            location: r.get(23)?,
            protection: r.get(24)?,
        })
    }
}

/// Who else may see an account's image: region, `all` or an account, image. The row is the owner.
pub(crate) struct Shares;
impl Table for Shares {
    const NAME: &'static str = "ec2.image_share";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = Owner;
}

/// The account that owns something.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Owner {
    pub(crate) account: String,
}

impl Row for Owner {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.account);
    }
    fn read(r: &mut RowReader) -> Result<Owner, RowError> {
        Ok(Owner { account: r.get(1)? })
    }
}

/// What links to an image by its name.
pub(crate) fn name_link(name: &str) -> String {
    format!("image:{name}")
}

impl Listed for Image {
    const FILTERS: &'static [(&'static str, Accessor<Image>)] = &[];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Image {
    const TABLE: &'static str = "ec2.image";
    const KIND: &'static Kind = &IMAGE;
    fn parents(&self) -> Vec<String> {
        let mut all = vec![name_link(&self.name)];
        all.extend(self.devices.iter().map(|d| d.snapshot.clone()).filter(|s| !s.is_empty()));
        all
    }
    fn keys(&self, cx: &Cx) -> Keys {
        Any::Stored(Box::new(self.clone())).keys(cx)
    }
}

/// An image, wherever it comes from.
#[derive(Clone, Debug)]
pub(crate) enum Any {
    /// An account's.
    Stored(Box<Image>),
    /// Of the public catalogue.
    Public(PublicImage),
}

fn seen(cx: &Cx, id: &str) -> Result<Option<Seen>, Fault> {
    Ok(visible(cx, id)?.map(|i| Seen { id: i.id(), arn_id: i.id(), keys: i.keys(cx) }))
}

/// The image of that id, if the caller's account may use it.
///
/// What the account's own criteria keep from it isn't there for it.
pub(crate) fn visible(cx: &Cx, id: &str) -> Result<Option<Any>, Fault> {
    let Some(found) = shared(cx, id)? else { return Ok(None) };
    let lets = found.owner() == cx.scope.account || Allowed::read(cx)?.lets(cx, &found);
    Ok(Some(found).filter(|_| lets))
}

fn shared(cx: &Cx, id: &str) -> Result<Option<Any>, Fault> {
    if let Some(own) = resource::get::<Image>(cx, id)? {
        return Ok(Some(Any::Stored(Box::new(own))));
    }
    if let Some(image) = catalogue::find(cx.scope.region, id) {
        return Ok(Some(Any::Public(image)));
    }
    for to in [cx.scope.account.as_str(), "all"] {
        let key = (cx.scope.region.to_owned(), to.to_owned(), id.to_owned());
        if let Some(owner) = cx.get::<Shares>(&key)? {
            let key = (owner.account, cx.scope.region.to_owned(), id.to_owned());
            return Ok(cx.get::<Of<Image>>(&key)?.map(|i| Any::Stored(Box::new(i))));
        }
    }
    Ok(None)
}

/// The image of that id that the caller's account may use.
///
/// Errors: InvalidAMIID.Malformed, InvalidAMIID.NotFound.
pub(crate) fn find(cx: &Cx, id: &str) -> Result<Any, Fault> {
    IMAGE.formed(id)?;
    visible(cx, id)?.ok_or_else(|| IMAGE.not_found(id))
}

/// An image of the caller's own account.
///
/// Errors: those of [`find`]; AuthFailure: of another account.
pub(crate) fn find_own(cx: &Cx, id: &str) -> Result<Image, Fault> {
    match find(cx, id)? {
        Any::Stored(image) if image.owner == cx.scope.account => Ok(*image),
        _ => Err(fault("AuthFailure", format!("Not authorized for image:{id}"))),
    }
}

/// Stores an image, and who may see it.
pub(crate) fn save(cx: &mut Cx, image: &Image) -> Result<(), Fault> {
    unshare(cx, &image.id)?;
    for to in &image.shared {
        let key = (cx.scope.region.to_owned(), to.clone(), image.id.clone());
        cx.put::<Shares>(&key, &Owner { account: image.owner.clone() });
    }
    resource::save(cx, image)
}

/// Nobody else sees it any more.
pub(crate) fn unshare(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let shared = resource::get::<Image>(cx, id)?.map(|i| i.shared).unwrap_or_default();
    for to in shared {
        cx.delete::<Shares>(&(cx.scope.region.to_owned(), to, id.to_owned()));
    }
    Ok(())
}

impl Any {
    pub(crate) fn id(&self) -> String {
        match self {
            Any::Stored(i) => i.id.clone(),
            Any::Public(i) => i.id(),
        }
    }
    pub(crate) fn owner(&self) -> &str {
        match self {
            Any::Stored(i) => &i.owner,
            Any::Public(i) => i.family.owner,
        }
    }
    pub(crate) fn alias(&self) -> Option<&str> {
        match self {
            Any::Stored(_) => None,
            Any::Public(i) => Some(i.family.alias).filter(|a| !a.is_empty()),
        }
    }
    pub(crate) fn name(&self) -> String {
        match self {
            Any::Stored(i) => i.name.clone(),
            Any::Public(i) => i.name(),
        }
    }
    pub(crate) fn architecture(&self) -> &str {
        match self {
            Any::Stored(i) => &i.architecture,
            Any::Public(i) => i.family.architecture,
        }
    }
    pub(crate) fn platform(&self) -> &str {
        match self {
            Any::Stored(i) => &i.platform,
            Any::Public(i) => i.family.platform,
        }
    }
    pub(crate) fn is_windows(&self) -> bool {
        self.platform().starts_with("Windows")
    }
    pub(crate) fn root(&self) -> &str {
        match self {
            Any::Stored(i) => &i.root,
            Any::Public(i) => i.family.root,
        }
    }
    pub(crate) fn virtualization(&self) -> &str {
        match self {
            Any::Stored(i) => &i.virtualization,
            Any::Public(i) => i.family.virtualization,
        }
    }
    pub(crate) fn is_public(&self) -> bool {
        match self {
            Any::Stored(i) => i.shared.iter().any(|s| s == "all"),
            Any::Public(_) => true,
        }
    }
    pub(crate) fn created_ms(&self) -> i64 {
        match self {
            Any::Stored(i) => i.created_ms,
            Any::Public(i) => i.created_ms(),
        }
    }
    pub(crate) fn deprecated_ms(&self) -> Option<i64> {
        match self {
            Any::Stored(i) => i.deprecated_ms,
            Any::Public(i) => Some(i.deprecated_ms()),
        }
    }
    pub(crate) fn is_disabled(&self) -> bool {
        matches!(self, Any::Stored(i) if i.disabled)
    }
    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        match self {
            Any::Stored(i) if i.disabled => "disabled",
            Any::Stored(i) if cx.now_ms < i.ready_ms => "pending",
            _ => "available",
        }
    }
    fn description(&self) -> String {
        match self {
            Any::Stored(i) => i.description.clone(),
            Any::Public(i) => format!("{} {} image", i.family.platform, i.family.architecture),
        }
    }
    fn ena(&self) -> bool {
        match self {
            Any::Stored(i) => i.ena,
            Any::Public(i) => i.family.virtualization == "hvm",
        }
    }
    fn sriov(&self) -> bool {
        match self {
            Any::Stored(i) => i.sriov,
            Any::Public(i) => i.family.virtualization == "hvm",
        }
    }
    pub(crate) fn boot_mode(&self) -> Option<&str> {
        match self {
            Any::Stored(i) => Some(i.boot_mode.as_str()).filter(|b| !b.is_empty()),
            Any::Public(i) if i.family.architecture == "arm64" => Some("uefi"),
            Any::Public(i) => Some("uefi-preferred").filter(|_| i.family.prefix.starts_with("al2023")),
        }
    }
    pub(crate) fn imds(&self) -> Option<&str> {
        match self {
            Any::Stored(i) => Some(i.imds.as_str()).filter(|b| !b.is_empty()),
            Any::Public(i) => Some("v2.0").filter(|_| i.family.prefix.starts_with("al20")),
        }
    }
    fn location(&self) -> String {
        match self {
            Any::Stored(i) if !i.location.is_empty() => i.location.clone(),
            Any::Public(i) if !i.family.alias.is_empty() => format!("{}/{}", i.family.alias, i.name()),
            _ => format!("{}/{}", self.owner(), self.name()),
        }
    }
    pub(crate) fn devices(&self) -> Vec<Device> {
        match self {
            Any::Stored(i) => i.devices.clone(),
            Any::Public(i) => vec![Device {
                name: i.family.root.to_owned(),
                snapshot: i.snapshot(),
                size_gb: i.family.size_gb,
                kind: if i.family.prefix.contains("al2023") || i.family.prefix.contains("gp3") {
                    "gp3"
                } else {
                    "gp2"
                }
                .to_owned(),
                delete_on_termination: true,
                ..Device::default()
            }],
        }
    }
    /// `ebs`, `instance-store`
    pub(crate) fn root_type(&self) -> &'static str {
        if self.devices().iter().any(|d| d.name == self.root() && d.virtual_name.is_empty()) {
            "ebs"
        } else {
            "instance-store"
        }
    }
    /// Condition keys.
    pub(crate) fn keys(&self, _: &Cx) -> Keys {
        vec![
            ("ec2:ImageID", vec![self.id()]),
            ("ec2:ImageType", vec!["machine".to_owned()]),
            ("ec2:Owner", vec![self.alias().unwrap_or(self.owner()).to_owned()]),
            ("ec2:Public", vec![self.is_public().to_string()]),
            ("ec2:RootDeviceType", vec![self.root_type().to_owned()]),
        ]
    }
}
