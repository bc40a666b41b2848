//! A writer: interfaces, secondary addresses, instances and Elastic IP addresses in a subnet of its own, over one connection
//! until the server dies under it. It knows what it holds, and writes down the call that wasn't answered.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::client::{Answer, Client};
use crate::random::Random;

/// Interfaces, and instances, that one writer holds at most.
const MOST: usize = 12;

/// What a writer holds: what was answered.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// Interfaces that are nobody's, with their addresses.
    pub interfaces: BTreeMap<String, BTreeSet<String>>,
    /// Running instances with their address.
    pub instances: BTreeMap<String, String>,
    /// Instances whose end was answered.
    pub ended: BTreeSet<String>,
    /// Allocations, each with the interface that it is bound to, or nothing.
    pub allocations: BTreeMap<String, String>,
}

/// A call that may or may not have been carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// Makes an interface.
    Create,
    /// Deletes this interface.
    Delete(String),
    /// Gives this interface more addresses, or takes one.
    Change(String),
    /// Launches so many.
    Run(usize),
    /// Ends this instance.
    Terminate(String),
    /// Makes an allocation.
    Allocate,
    /// Gives this one back.
    Release(String),
    /// Binds this allocation to an interface.
    Bind(String),
}

/// What a writer did.
pub struct Log {
    pub writer: u64,
    pub holdings: Holdings,
    pub pending: Option<Pending>,
    pub calls: u64,
    pub wrong: Vec<String>,
}

/// Where a writer works.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    pub subnet: String,
    pub image: String,
    /// Elastic IP addresses are few: one writer has them.
    pub may_allocate: bool,
}

struct Writer<'g> {
    client: Client,
    random: Random,
    ground: &'g Ground,
    log: Log,
}

/// Runs a writer until its connection breaks.
pub fn run(client: Client, random: Random, writer: u64, ground: &Ground, holdings: Holdings) -> Log {
    let log = Log { writer, holdings, pending: None, calls: 0, wrong: Vec::new() };
    let mut w = Writer { client, random, ground, log };
    while w.step().is_ok() {
        w.log.calls += 1;
        w.log.pending = None;
    }
    w.log
}

/// The texts between an element's tags, each time it stands there.
pub fn elements<'t>(text: &'t str, name: &str) -> impl Iterator<Item = &'t str> + use<'t> {
    let open = format!("<{name}>");
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = &rest[rest.find(&open)? + open.len()..];
        rest.split('<').next()
    })
}

impl Writer<'_> {
    fn step(&mut self) -> io::Result<()> {
        match self.random.below(20) {
            0..4 => self.create(),
            4..6 => self.delete(),
            6..10 => self.assign(),
            10..12 => self.unassign(),
            12..14 => self.run(),
            14..16 => self.terminate(),
            16 if self.ground.may_allocate => self.allocate(),
            17 if self.ground.may_allocate => self.release(),
            _ if self.ground.may_allocate => self.bind(),
            _ => self.create(),
        }
    }

    /// Calls; an answer that is no success is noted as wrong, and gives nothing.
    fn call(&mut self, pending: Pending, form: &str) -> io::Result<Option<Answer>> {
        self.log.pending = Some(pending);
        let answer = self.client.ec2(form)?;
        if answer.status == 200 {
            return Ok(Some(answer));
        }
        self.log.wrong.push(format!("{form} answered {} {}", answer.status, answer.text()));
        Ok(None)
    }

    fn any(&mut self, all: Vec<String>) -> Option<String> {
        let n = self.random.below(all.len().max(1) as u64) as usize;
        all.into_iter().nth(n)
    }

    fn any_interface(&mut self) -> Option<String> {
        self.any(self.log.holdings.interfaces.keys().cloned().collect())
    }

    fn create(&mut self) -> io::Result<()> {
        if self.log.holdings.interfaces.len() >= MOST {
            return self.delete();
        }
        let form = format!("Action=CreateNetworkInterface&SubnetId={}", self.ground.subnet);
        let Some(answer) = self.call(Pending::Create, &form)? else { return Ok(()) };
        let id = answer.element("networkInterfaceId").unwrap_or_default();
        let address = answer.element("privateIpAddress").unwrap_or_default();
        self.log.holdings.interfaces.insert(id, [address].into());
        Ok(())
    }

    fn delete(&mut self) -> io::Result<()> {
        let Some(id) = self.any_interface() else { return self.create() };
        let form = format!("Action=DeleteNetworkInterface&NetworkInterfaceId={id}");
        if self.call(Pending::Delete(id.clone()), &form)?.is_some() {
            self.log.holdings.interfaces.remove(&id);
            self.log.holdings.allocations.values_mut().filter(|to| **to == id).for_each(String::clear);
        }
        Ok(())
    }

    fn assign(&mut self) -> io::Result<()> {
        let Some(id) = self.any_interface() else { return self.create() };
        if self.log.holdings.interfaces[&id].len() > 5 {
            return self.unassign();
        }
        let count = 1 + self.random.below(2);
        let form = format!(
            "Action=AssignPrivateIpAddresses&NetworkInterfaceId={id}&SecondaryPrivateIpAddressCount={count}"
        );
        if let Some(answer) = self.call(Pending::Change(id.clone()), &form)? {
            let text = answer.text();
            let more: Vec<String> = elements(&text, "privateIpAddress").map(str::to_owned).collect();
            if more.len() as u64 != count {
                self.log.wrong.push(format!("{form} answered {text}"));
            }
            self.log.holdings.interfaces.entry(id).or_default().extend(more);
        }
        Ok(())
    }

    fn unassign(&mut self) -> io::Result<()> {
        let bound: BTreeSet<&String> = self.log.holdings.allocations.values().collect();
        let mut spare =
            self.log.holdings.interfaces.iter().filter(|(id, held)| held.len() > 1 && !bound.contains(id));
        let Some(id) = spare.next().map(|(id, _)| id.clone()) else { return self.create() };
        // The primary address isn't known any more: the last one that may go is asked for.
        let form = format!("Action=DescribeNetworkInterfaces&NetworkInterfaceId.1={id}");
        let Some(answer) = self.call(Pending::Change(id.clone()), &form)? else { return Ok(()) };
        let text = answer.text();
        let Some(primary) = elements(&text, "privateIpAddress").next() else { return Ok(()) };
        let held = &self.log.holdings.interfaces[&id];
        let Some(gone) = held.iter().find(|a| *a != primary).cloned() else { return Ok(()) };
        let form =
            format!("Action=UnassignPrivateIpAddresses&NetworkInterfaceId={id}&PrivateIpAddress.1={gone}");
        if self.call(Pending::Change(id.clone()), &form)?.is_some() {
            self.log.holdings.interfaces.entry(id).or_default().remove(&gone);
        }
        Ok(())
    }

    fn run(&mut self) -> io::Result<()> {
        if self.log.holdings.instances.len() >= MOST {
            return self.terminate();
        }
        let count = 1 + self.random.below(3) as usize;
        let Ground { subnet, image, .. } = self.ground;
        let form = format!(
            "Action=RunInstances&ImageId={image}&InstanceType=t3.micro&MinCount={count}&MaxCount={count}&SubnetId={subnet}\
             &TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=crash"
        );
        if let Some(answer) = self.call(Pending::Run(count), &form)? {
            let made = instances(&answer.text());
            if made.len() != count {
                self.log.wrong.push(format!("{form} launched {made:?}"));
            }
            self.log.holdings.instances.extend(made.into_iter().map(|(id, (_, address))| (id, address)));
        }
        Ok(())
    }

    fn terminate(&mut self) -> io::Result<()> {
        let all = self.log.holdings.instances.keys().cloned().collect();
        let Some(id) = self.any(all) else { return self.create() };
        let form = format!("Action=TerminateInstances&InstanceId.1={id}");
        if self.call(Pending::Terminate(id.clone()), &form)?.is_some() {
            self.log.holdings.instances.remove(&id);
            self.log.holdings.ended.insert(id);
        }
        Ok(())
    }

    fn allocate(&mut self) -> io::Result<()> {
        if self.log.holdings.allocations.len() >= 3 {
            return self.release();
        }
        let Some(answer) = self.call(Pending::Allocate, "Action=AllocateAddress")? else { return Ok(()) };
        let id = answer.element("allocationId").unwrap_or_default();
        self.log.holdings.allocations.insert(id, String::new());
        Ok(())
    }

    fn release(&mut self) -> io::Result<()> {
        let free = self.log.holdings.allocations.iter().filter(|(_, to)| to.is_empty());
        let free = free.map(|(id, _)| id.clone()).collect();
        let Some(id) = self.any(free) else { return self.create() };
        let form = format!("Action=ReleaseAddress&AllocationId={id}");
        if self.call(Pending::Release(id.clone()), &form)?.is_some() {
            self.log.holdings.allocations.remove(&id);
        }
        Ok(())
    }

    fn bind(&mut self) -> io::Result<()> {
        let taken: BTreeSet<String> = self.log.holdings.allocations.values().cloned().collect();
        let free: Vec<String> = self.log.holdings.allocations.keys().cloned().collect();
        let to: Vec<String> =
            self.log.holdings.interfaces.keys().filter(|id| !taken.contains(*id)).cloned().collect();
        let (Some(id), Some(to)) = (self.any(free), self.any(to)) else { return self.create() };
        let form = format!("Action=AssociateAddress&AllocationId={id}&NetworkInterfaceId={to}");
        if self.call(Pending::Bind(id.clone()), &form)?.is_some() {
            self.log.holdings.allocations.insert(id, to);
        }
        Ok(())
    }
}

/// Instances of an answer, each with its state and its address.
pub fn instances(text: &str) -> BTreeMap<String, (String, String)> {
    let items = text.split("<instanceId>").skip(1);
    let first = |item: &str, name: &str| elements(item, name).next().unwrap_or_default().to_owned();
    let id = |item: &str| item.split('<').next().unwrap_or_default().to_owned();
    items.map(|item| (id(item), (first(item, "name"), first(item, "privateIpAddress")))).collect()
}
