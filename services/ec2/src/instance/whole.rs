//! Whole instances: of each one row with all that its description joins, which are its own row without user data, its network
//! interfaces, volumes, Elastic IP addresses, instance profile and tags. So lists read one row an instance, in order, and
//! filters look at nothing else. Only a copy: nothing decides by it what may be done with an instance.
//!
//! It follows from the rows ([`Resource::parts`]) and the tags. `resource.rs` and `tags.rs` hand every change to [`changed`] and
//! [`tagged`], those of new instances to [`begin`] (`fresh.rs`), which alone write it; `state.rs` checks that it is what [`Whole::put`] makes of them.

use std::collections::BTreeMap;

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use super::{INSTANCE, Instance};
use crate::describe::Described;
use crate::elastic_ip::ElasticIp;
use crate::iam_profile::Association;
use crate::kind::Kind;
use crate::network_interface::{Attachment, NetworkInterface, Public};
use crate::resource::{Resource, ResourceKey, all, key};
use crate::tags::{self, Tags};
use crate::volume::{Attached, Volume};

/// What a row is to an instance's description.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// The instance itself.
    Own(Box<Instance>),
    Interface(Box<NetworkInterface>),
    Disk(Disk),
    Address(ElasticIp),
    Profile(Association),
}

/// A volume on an instance.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Disk {
    pub(crate) volume: String,
    pub(crate) attached: Attached,
}

impl Row for Disk {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.volume);
        w.put(2, &self.attached);
    }
    fn read(r: &mut RowReader) -> Result<Disk, RowError> {
        Ok(Disk { volume: r.get(1)?, attached: r.get(2)? })
    }
}

/// An instance with all that its description joins.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Whole {
    /// Its row, without user data.
    pub(crate) own: Instance,
    /// By their places.
    pub(crate) interfaces: Vec<NetworkInterface>,
    /// By their devices.
    pub(crate) disks: Vec<Disk>,
    /// By their ids.
    pub(crate) addresses: Vec<ElasticIp>,
    pub(crate) profile: Option<Association>,
    pub(crate) tags: Tags,
}

impl Row for Whole {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.own);
        w.put(2, &self.interfaces);
        w.put(3, &self.disks);
        w.put(4, &self.addresses);
        w.put(5, &self.profile);
        w.put(6, &self.tags);
    }
    fn read(r: &mut RowReader) -> Result<Whole, RowError> {
        Ok(Whole {
            own: r.get(1)?,
            interfaces: r.get(2)?,
            disks: r.get(3)?,
            addresses: r.get(4)?,
            profile: r.get(5)?,
            tags: r.get(6)?,
        })
    }
}

/// Whole instances, by account, region, id.
pub(crate) struct Wholes;
impl Table for Wholes {
    const NAME: &'static str = "ec2.whole_instance";
    const VERSION: u16 = 1;
    type Key = ResourceKey;
    type Row = Whole;
}

fn set<T>(list: &mut Vec<T>, new: T, same: impl Fn(&T, &T) -> bool) {
    list.retain(|old| !same(old, &new));
    list.push(new);
}

impl Whole {
    /// Adds a part, or replaces what it was before.
    pub(crate) fn put(&mut self, part: Part) {
        match part {
            Part::Own(row) => self.own = *row,
            Part::Interface(n) => {
                set(&mut self.interfaces, *n, |a, b| a.id == b.id);
                let place = |n: &NetworkInterface| n.attachment.as_ref().map(Attachment::place);
                self.interfaces.sort_by(|a, b| (place(a), &a.id).cmp(&(place(b), &b.id)));
            }
            Part::Disk(d) => {
                set(&mut self.disks, d, |a, b| a.volume == b.volume);
                self.disks
                    .sort_by(|a, b| (&a.attached.device, &a.volume).cmp(&(&b.attached.device, &b.volume)));
            }
            Part::Address(a) => {
                set(&mut self.addresses, a, |a, b| a.id == b.id);
                self.addresses.sort_by(|a, b| a.id.cmp(&b.id));
            }
            Part::Profile(p) => self.profile = Some(p),
        }
    }

    fn take(&mut self, part: &Part) {
        match part {
            Part::Own(_) => self.own = Instance::default(),
            Part::Interface(n) => self.interfaces.retain(|o| o.id != n.id),
            Part::Disk(d) => self.disks.retain(|o| o.volume != d.volume),
            Part::Address(a) => self.addresses.retain(|o| o.id != a.id),
            Part::Profile(_) => self.profile = None,
        }
    }

    /// The public addresses of one of its interfaces.
    pub(crate) fn public(&self, n: &NetworkInterface) -> Vec<Public> {
        let elastic = self.addresses.iter().filter(|a| a.interface == n.id);
        let mut all: Vec<Public> = elastic.map(Public::elastic).collect();
        if n.attachment.as_ref().is_some_and(|a| a.is_first())
            && !self.own.public_ip.is_empty()
            && !all.iter().any(|p| p.private_ip == n.primary())
        {
            let (ip, private_ip) = (self.own.public_ip.clone(), n.primary().to_owned());
            all.push(Public { ip, private_ip, elastic: None });
        }
        all
    }
}

/// An instance with all that its description joins; empty if there is none.
pub(crate) fn whole(cx: &Cx, id: &str) -> Result<Whole, Fault> {
    Ok(cx.get::<Wholes>(&key(cx, id))?.unwrap_or_default())
}

fn store(cx: &mut Cx, id: &str, whole: &Whole) {
    match *whole == Whole::default() {
        true => cx.delete::<Wholes>(&key(cx, id)),
        false => cx.put::<Wholes>(&key(cx, id), whole),
    }
}

/// A row was another one to these instances than it is now.
pub(crate) fn changed<R: Resource>(cx: &mut Cx, before: Option<&R>, after: Option<&R>) -> Result<(), Fault> {
    let (before, after) = (before.map(R::parts).unwrap_or_default(), after.map(R::parts).unwrap_or_default());
    for (id, part) in before.iter().filter(|(id, _)| !after.iter().any(|(a, _)| a == id)) {
        let mut whole = whole(cx, id)?;
        whole.take(part);
        store(cx, id, &whole);
    }
    for (id, part) in after.into_iter().filter(|new| !before.contains(new)) {
        let mut whole = whole(cx, &id)?;
        whole.put(part);
        store(cx, &id, &whole);
    }
    Ok(())
}

/// A new instance's parts, which are written together, and its tags.
pub(crate) fn begin(cx: &mut Cx, id: &str, parts: Vec<Part>, tags: Tags) -> Result<Whole, Fault> {
    let mut whole = whole(cx, id)?;
    parts.into_iter().for_each(|part| whole.put(part));
    whole.tags = tags;
    store(cx, id, &whole);
    Ok(whole)
}

/// A resource has other tags now.
pub(crate) fn tagged(cx: &mut Cx, noun: &str, id: &str, tags: &Tags) -> Result<(), Fault> {
    if noun != INSTANCE.noun {
        return Ok(());
    }
    let mut whole = whole(cx, id)?;
    whole.tags.clone_from(tags);
    store(cx, id, &whole);
    Ok(())
}

/// Makes all of the scope's anew: for what was stored when there were none.
pub(crate) fn compose(cx: &mut Cx) -> Result<(), Fault> {
    let mut wholes: BTreeMap<String, Whole> = BTreeMap::new();
    let mut add = |parts: Vec<(String, Part)>| {
        parts.into_iter().for_each(|(id, part)| wholes.entry(id).or_default().put(part));
    };
    all::<Instance>(cx)?.for_each(|i| add(i.parts()));
    all::<NetworkInterface>(cx)?.for_each(|n| add(n.parts()));
    all::<Volume>(cx)?.for_each(|v| add(v.parts()));
    all::<ElasticIp>(cx)?.for_each(|a| add(a.parts()));
    all::<Association>(cx)?.for_each(|a| add(a.parts()));
    for (id, mut whole) in wholes {
        whole.tags = tags::of(cx, &id)?;
        store(cx, &id, &whole);
    }
    Ok(())
}

impl Described for Whole {
    const KIND: &'static Kind = &INSTANCE;
    const LINKED: &'static [&'static str] = <Instance as Resource>::LINKED;
    fn one(cx: &Cx, id: &str) -> Result<Option<Whole>, Fault> {
        cx.get::<Wholes>(&key(cx, id))
    }
    fn after(cx: &Cx, after: Option<&str>) -> Result<impl Iterator<Item = Whole>, Fault> {
        let mut scan = Scan::prefix(&(cx.scope.account.as_str(), cx.scope.region));
        if let Some(after) = after {
            scan = scan.after(&key(cx, after));
        }
        Ok(cx.scan::<Wholes>(scan)?.map(|(_, row)| row))
    }
    fn own_tags(&mut self) -> Option<Tags> {
        Some(std::mem::take(&mut self.tags))
    }
}
