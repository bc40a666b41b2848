//! EC2's crash loop: interfaces, secondary addresses, instances, Elastic IP addresses. No address is held by two, none is lost, no
//! answered call is forgotten; of the call that each writer had no answer to, all is there or nothing.

mod writer;

use std::collections::{BTreeMap, BTreeSet};

use self::writer::{Ground, Holdings, Log, Pending, elements, instances};
use crate::client::Client;
use crate::crash::{Restarted, Turn, WRITERS, Workload};
use crate::random::Random;

/// Addresses of a /24 that are for use.
const FREE: usize = 251;

/// What is known of all writers.
#[derive(Default)]
pub struct Ec2 {
    grounds: Vec<Ground>,
    holdings: Vec<Holdings>,
    logs: Vec<Log>,
    calls: u64,
    launched: BTreeSet<String>,
}

/// What the server shows of one subnet.
#[derive(Debug, Default)]
struct Seen {
    interfaces: BTreeMap<String, BTreeSet<String>>,
    /// State and address.
    instances: BTreeMap<String, (String, String)>,
    /// Addresses of interfaces that are somebody's.
    attached: usize,
    left: usize,
}

impl Workload for Ec2 {
    type Log = Log;

    fn set_up(&mut self, client: &mut Client) -> Result<(), String> {
        self.holdings.resize_with(WRITERS as usize, Holdings::default);
        let name = "al2023-ami-2023.12.*-kernel-6.18-x86_64";
        let form = format!("Action=DescribeImages&Owner.1=amazon&Filter.1.Name=name&Filter.1.Value.1={name}");
        let image = must(client, &form)?.1.element("imageId").ok_or("there is no image")?;
        let vpc = must(client, "Action=CreateVpc&CidrBlock=10.0.0.0%2F16")?.1;
        let vpc = vpc.element("vpcId").ok_or("there is no VPC")?;
        let gateway = must(client, "Action=CreateInternetGateway")?.1.element("internetGatewayId");
        let gateway = gateway.ok_or("there is no gateway")?;
        must(client, &format!("Action=AttachInternetGateway&VpcId={vpc}&InternetGatewayId={gateway}"))?;
        for n in 0..WRITERS {
            let form = format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.0.{n}.0%2F24");
            let subnet = must(client, &form)?.1.element("subnetId").ok_or("there is no subnet")?;
            self.grounds.push(Ground { subnet, image: image.clone(), may_allocate: n == 0 });
        }
        Ok(())
    }

    fn write(&self, client: Client, random: Random, turn: Turn) -> Log {
        let at = turn.writer as usize;
        writer::run(client, random, turn.writer, &self.grounds[at], self.holdings[at].clone())
    }

    fn note(&mut self, logs: Vec<Log>) -> Vec<String> {
        self.logs = logs;
        let mut wrong = Vec::new();
        for log in &mut self.logs {
            self.calls += log.calls;
            wrong.append(&mut log.wrong);
        }
        wrong
    }

    fn verify(&mut self, after: &mut Restarted) -> Result<Vec<String>, String> {
        let mut wrong = Vec::new();
        for mut log in std::mem::take(&mut self.logs) {
            let at = log.writer as usize;
            let seen = look(&mut after.client, &self.grounds[at])?;
            let mut said = Vec::new();
            interfaces(&mut log, &seen, &mut said);
            launched(&mut log, &seen, &mut said);
            let held: usize = seen.interfaces.values().map(BTreeSet::len).sum::<usize>() + seen.attached;
            if seen.left + held != FREE {
                said.push(format!("{} of {FREE} addresses are left, and {held} are held", seen.left));
            }
            if self.grounds[at].may_allocate {
                addresses(&mut after.client, &mut log, &mut said)?;
            }
            wrong.extend(
                said.into_iter().map(|text| format!("writer {at}, unanswered {:?}: {text}", log.pending)),
            );
            self.launched.extend(log.holdings.instances.keys().cloned());
            self.holdings[at] = log.holdings;
        }
        Ok(wrong)
    }

    fn figures(&self) -> String {
        format!("{} calls answered, {} instances launched", self.calls, self.launched.len())
    }
}

/// Interfaces that are nobody's: those answered, with their addresses, and no others but what the last call may have made.
fn interfaces(log: &mut Log, seen: &Seen, wrong: &mut Vec<String>) {
    let pending = log.pending.clone();
    let known = std::mem::take(&mut log.holdings.interfaces);
    for (id, addresses) in &known {
        match seen.interfaces.get(id) {
            Some(there) if there == addresses => {}
            Some(_) if pending == Some(Pending::Change(id.clone())) => {}
            None if pending == Some(Pending::Delete(id.clone())) => {
                log.holdings.allocations.values_mut().filter(|to| *to == id).for_each(String::clear);
            }
            there => wrong.push(format!("{id} had {addresses:?} and has {there:?}")),
        }
    }
    let strange: Vec<&String> = seen.interfaces.keys().filter(|id| !known.contains_key(*id)).collect();
    if strange.len() > usize::from(pending == Some(Pending::Create)) {
        wrong.push(format!("{strange:?} are there, which nobody made or which were deleted"));
    }
    log.holdings.interfaces = seen.interfaces.clone();
}

/// Instances: those answered run, with their addresses; those ended have ended; a launch is whole or not there.
fn launched(log: &mut Log, seen: &Seen, wrong: &mut Vec<String>) {
    let pending = log.pending.clone();
    let runs = |state: &str| matches!(state, "pending" | "running");
    for (id, address) in std::mem::take(&mut log.holdings.instances) {
        match seen.instances.get(&id) {
            Some((state, there)) if runs(state) && *there == address => {
                log.holdings.instances.insert(id, address);
            }
            Some((state, _)) if runs(state) => wrong.push(format!("{id} ran at {address} and is at another")),
            _ if pending == Some(Pending::Terminate(id.clone())) => drop(log.holdings.ended.insert(id)),
            there => wrong.push(format!("{id} ran at {address} and is {there:?}")),
        }
    }
    let came_back = |id: &&String| seen.instances.get(*id).is_some_and(|(state, _)| runs(state));
    wrong.extend(log.holdings.ended.iter().filter(came_back).map(|id| format!("{id} came back")));
    let known = |id: &String| log.holdings.instances.contains_key(id) || log.holdings.ended.contains(id);
    let new: Vec<(String, String)> = seen
        .instances
        .iter()
        .filter(|(id, _)| !known(id))
        .map(|(id, (_, address))| (id.clone(), address.clone()))
        .collect();
    if !new.is_empty() && pending != Some(Pending::Run(new.len())) {
        wrong.push(format!("{new:?} are there, which nobody launched so"));
    }
    log.holdings.instances.extend(new);
}

/// Allocations, all of one writer.
fn addresses(client: &mut Client, log: &mut Log, wrong: &mut Vec<String>) -> Result<(), String> {
    let text = must(client, "Action=DescribeAddresses")?.0;
    let first = |item: &str, name: &str| elements(item, name).next().unwrap_or_default().to_owned();
    let seen: BTreeMap<String, String> = text
        .split("<item>")
        .filter(|item| item.contains("<allocationId>"))
        .map(|item| (first(item, "allocationId"), first(item, "networkInterfaceId")))
        .collect();
    for (id, to) in &log.holdings.allocations {
        match seen.get(id) {
            Some(there) if there == to => {}
            Some(_) if log.pending == Some(Pending::Bind(id.clone())) => {}
            None if log.pending == Some(Pending::Release(id.clone())) => {}
            there => wrong.push(format!("{id} was bound to '{to}' and is {there:?}")),
        }
    }
    let strange = seen.keys().filter(|id| !log.holdings.allocations.contains_key(*id)).count();
    if strange > usize::from(log.pending == Some(Pending::Allocate)) {
        wrong.push(format!("{strange} allocations are there that nobody made or that were released"));
    }
    log.holdings.allocations = seen;
    Ok(())
}

fn look(client: &mut Client, ground: &Ground) -> Result<Seen, String> {
    let subnet = &ground.subnet;
    let of = |action: &str, more: &str| {
        format!("Action={action}&Filter.1.Name=subnet-id&Filter.1.Value.1={subnet}{more}")
    };
    let mut seen = Seen::default();
    let with = |state: &str| {
        of("DescribeNetworkInterfaces", &format!("&Filter.2.Name=status&Filter.2.Value.1={state}"))
    };
    let text = must(client, &with("available"))?.0;
    for item in text.split("<networkInterfaceId>").skip(1) {
        let id = item.split('<').next().unwrap_or_default().to_owned();
        seen.interfaces.insert(id, elements(item, "privateIpAddress").map(str::to_owned).collect());
    }
    let text = must(client, &with("in-use"))?.0;
    let attached: BTreeSet<&str> = elements(&text, "privateIpAddress").collect();
    seen.attached = attached.len();
    seen.instances = instances(&must(client, &of("DescribeInstances", ""))?.0);
    let left = must(client, &of("DescribeSubnets", ""))?.1.element("availableIpAddressCount");
    seen.left = left.and_then(|n| n.parse().ok()).ok_or("the subnet counts nothing")?;
    Ok(seen)
}

fn must(client: &mut Client, form: &str) -> Result<(String, crate::client::Answer), String> {
    let answer = client.ec2(form).map_err(|e| format!("{form}: {e}"))?;
    match answer.status {
        200 => Ok((answer.text(), answer)),
        status => Err(format!("{form} answered {status} {}", answer.text())),
    }
}
