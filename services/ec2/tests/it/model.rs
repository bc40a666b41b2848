//! Instances, interfaces and addresses beside a reference model: random operations on subnets, interfaces, secondary
//! addresses, prefixes, instances, NAT gateways and endpoints, with restarts. The model is a map from address to holder; it
//! says which calls must succeed, that no address is given to two, that all come back, and how many are left.
//! `TABLETOP_SEEDS` says how many seeds run (4 if it isn't set, of 2,600 operations each).

use std::collections::{BTreeMap, BTreeSet};

use codec::{Fault, Op};
use shapes_ec2::*;
use store::Store;
use testkit::Lab;

use crate::addresses::Dice;

const STEPS: usize = 2_600;
/// Subnets are /26: 64 addresses, of which AWS keeps five.
const SIZE: u32 = 64;
const FREE: usize = 59;
/// Places for subnets in the VPC.
const PLACES: usize = 6;

/// Whose an interface is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Nobody,
    Instance(String),
    Nat(String),
    Endpoint(String),
}

struct Interface {
    subnet: String,
    owner: Owner,
    /// The primary one first.
    addresses: Vec<u32>,
    prefixes: Vec<u32>,
}

/// Last address of a prefix of 16.
fn block(first: u32) -> std::ops::Range<u32> {
    first..first + 16
}

#[derive(Default)]
struct Model {
    /// Subnets and where they begin.
    subnets: BTreeMap<String, u32>,
    interfaces: BTreeMap<String, Interface>,
    instances: BTreeSet<String>,
}

impl Model {
    fn of<'m>(&'m self, subnet: &'m str) -> impl Iterator<Item = &'m Interface> {
        self.interfaces.values().filter(move |i| i.subnet == subnet)
    }
    fn held(&self, subnet: &str) -> usize {
        self.of(subnet).map(|i| i.addresses.len() + 16 * i.prefixes.len()).sum()
    }
    fn left(&self, subnet: &str) -> usize {
        FREE - self.held(subnet)
    }
    fn is_held(&self, at: u32) -> bool {
        self.interfaces
            .values()
            .any(|i| i.addresses.contains(&at) || i.prefixes.iter().any(|p| block(*p).contains(&at)))
    }
    fn free_prefix(&self, subnet: &str) -> bool {
        let first = self.subnets[subnet];
        // The first block and the last one have addresses that AWS keeps.
        [first + 16, first + 32].into_iter().any(|p| !block(p).any(|at| self.is_held(at)))
    }
    fn owned(&self, kind: fn(&Owner) -> Option<&String>) -> Vec<String> {
        let all: BTreeSet<&String> = self.interfaces.values().filter_map(|i| kind(&i.owner)).collect();
        all.into_iter().cloned().collect()
    }
    fn forget(&mut self, owner: &Owner) {
        self.interfaces.retain(|_, i| i.owner != *owner);
    }
}

struct World {
    lab: Lab,
    vpc: String,
    image: String,
    model: Model,
    dice: Dice,
}

fn number(text: &str) -> u32 {
    let address = text.split('/').next().unwrap();
    address.split('.').fold(0, |n, part| n << 8 | part.parse::<u32>().unwrap())
}

fn text(at: u32) -> String {
    at.to_be_bytes().map(|b| b.to_string()).join(".")
}

impl World {
    fn new(seed: u64, store: &Store) -> World {
        let lab = Lab::over(store.clone(), vec![service_ec2::service()]);
        let vpc = CreateVpcRequest { cidr_block: Some("10.0.0.0/16".into()), ..Default::default() };
        let vpc = lab.call::<op::CreateVpc>(vpc).unwrap().vpc.unwrap().vpc_id.unwrap();
        let named =
            |name: &str, value: &str| Filter { name: Some(name.into()), values: Some(vec![value.into()]) };
        let images = lab.call::<op::DescribeImages>(DescribeImagesRequest {
            owners: Some(vec!["amazon".into()]),
            filters: Some(vec![named("name", "al2023-ami-2023.12.*-kernel-6.18-x86_64")]),
            ..Default::default()
        });
        let image = images.unwrap().images.unwrap()[0].image_id.clone().unwrap();
        World { lab, vpc, image, model: Model::default(), dice: Dice(seed) }
    }

    fn call<O: Op>(&self, input: O::Input) -> Result<O::Output, Fault> {
        self.lab.call::<O>(input)
    }

    fn any<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.dice.roll(all.len())].clone())
    }

    fn any_subnet(&mut self) -> Option<String> {
        let all: Vec<String> = self.model.subnets.keys().cloned().collect();
        self.any(&all)
    }

    /// An interface that nobody owns.
    fn any_free(&mut self) -> Option<String> {
        let free = self.model.interfaces.iter().filter(|(_, i)| i.owner == Owner::Nobody);
        let all: Vec<String> = free.map(|(id, _)| id.clone()).collect();
        self.any(&all)
    }

    /// Takes in the interfaces that a call made in a subnet: so many, each with addresses that were free.
    fn adopt(&mut self, subnet: &str, owner: &Owner, count: usize) {
        let filter = Filter { name: Some("subnet-id".into()), values: Some(vec![subnet.to_owned()]) };
        let request = DescribeNetworkInterfacesRequest { filters: Some(vec![filter]), ..Default::default() };
        let shown = self.call::<op::DescribeNetworkInterfaces>(request).unwrap().network_interfaces.unwrap();
        let first = self.model.subnets[subnet];
        let mut made = 0;
        for n in shown {
            let id = n.network_interface_id.unwrap();
            if self.model.interfaces.contains_key(&id) {
                continue;
            }
            made += 1;
            let all = n.private_ip_addresses.unwrap_or_default();
            let addresses: Vec<u32> =
                all.iter().map(|a| number(a.private_ip_address.as_ref().unwrap())).collect();
            for at in &addresses {
                assert!((first + 4..first + SIZE - 1).contains(at), "{} is not for use", text(*at));
                assert!(!self.model.is_held(*at), "{} has a holder", text(*at));
            }
            let owner = match (owner, n.attachment.and_then(|a| a.instance_id)) {
                (Owner::Instance(_), Some(id)) => Owner::Instance(id),
                (owner, _) => owner.clone(),
            };
            let prefixes = Vec::new();
            self.model
                .interfaces
                .insert(id, Interface { subnet: subnet.to_owned(), owner, addresses, prefixes });
        }
        assert_eq!(made, count, "interfaces of {owner:?}");
    }

    fn create_subnet(&mut self) {
        let first = number("10.0.0.0") + SIZE * self.dice.roll(PLACES) as u32;
        let taken = self.model.subnets.values().any(|s| *s == first);
        let answer = self.call::<op::CreateSubnet>(CreateSubnetRequest {
            vpc_id: self.vpc.clone(),
            cidr_block: Some(format!("{}/26", text(first))),
            availability_zone: Some("us-east-1a".into()),
            ..Default::default()
        });
        match answer {
            Ok(made) => {
                assert!(!taken);
                self.model.subnets.insert(made.subnet.unwrap().subnet_id.unwrap(), first);
            }
            Err(f) => assert_eq!((f.code(), taken), ("InvalidSubnet.Conflict", true)),
        }
    }

    fn delete_subnet(&mut self) {
        let Some(subnet) = self.any_subnet() else { return };
        let used = self.model.of(&subnet).next().is_some();
        let request = DeleteSubnetRequest { subnet_id: subnet.clone(), ..Default::default() };
        let answer = self.call::<op::DeleteSubnet>(request);
        let code = answer.as_ref().err().map(Fault::code);
        assert_eq!(code, used.then_some("DependencyViolation"));
        if !used {
            self.model.subnets.remove(&subnet);
        }
    }

    fn create_interface(&mut self) {
        let Some(subnet) = self.any_subnet() else { return };
        let more = self.dice.roll(4);
        let fits = self.model.left(&subnet) > more;
        let answer = self.call::<op::CreateNetworkInterface>(CreateNetworkInterfaceRequest {
            subnet_id: subnet.clone(),
            secondary_private_ip_address_count: (more > 0).then_some(more as i32),
            ..Default::default()
        });
        assert_eq!(answer.is_ok(), fits, "{answer:?}");
        match answer {
            Ok(_) => self.adopt(&subnet, &Owner::Nobody, 1),
            Err(f) => assert_eq!(f.code(), "InsufficientFreeAddressesInSubnet"),
        }
    }

    fn delete_interface(&mut self) {
        let all: Vec<String> = self.model.interfaces.keys().cloned().collect();
        let Some(id) = self.any(&all) else { return };
        let free = self.model.interfaces[&id].owner == Owner::Nobody;
        let request =
            DeleteNetworkInterfaceRequest { network_interface_id: id.clone(), ..Default::default() };
        let answer = self.call::<op::DeleteNetworkInterface>(request);
        assert_eq!(answer.is_ok(), free, "{answer:?}");
        if free {
            self.model.interfaces.remove(&id);
        }
    }

    fn assign(&mut self) {
        let Some(id) = self.any_free() else { return };
        let subnet = self.model.interfaces[&id].subnet.clone();
        let prefix = self.dice.roll(4) == 0;
        let count = 1 + self.dice.roll(3);
        let fits = if prefix { self.model.free_prefix(&subnet) } else { self.model.left(&subnet) >= count };
        let answer = self.call::<op::AssignPrivateIpAddresses>(AssignPrivateIpAddressesRequest {
            network_interface_id: id.clone(),
            secondary_private_ip_address_count: (!prefix).then_some(count as i32),
            ipv4_prefix_count: prefix.then_some(1),
            ..Default::default()
        });
        assert_eq!(answer.is_ok(), fits, "{prefix} {count}: {answer:?}");
        let Ok(out) = answer else { return };
        let single = out.assigned_private_ip_addresses.unwrap_or_default();
        let got: Vec<u32> = single.iter().map(|a| number(a.private_ip_address.as_ref().unwrap())).collect();
        let blocks = out.assigned_ipv4_prefixes.unwrap_or_default();
        let blocks: Vec<u32> = blocks.iter().map(|p| number(p.ipv4_prefix.as_ref().unwrap())).collect();
        assert_eq!((got.len(), blocks.len()), if prefix { (0, 1) } else { (count, 0) });
        let all = got.iter().copied().chain(blocks.iter().flat_map(|p| block(*p)));
        assert!(all.clone().all(|at| !self.model.is_held(at)), "{:?}", all.map(text).collect::<Vec<_>>());
        let interface = self.model.interfaces.get_mut(&id).unwrap();
        interface.addresses.extend(got);
        interface.prefixes.extend(blocks);
    }

    fn unassign(&mut self) {
        let Some(id) = self.any_free() else { return };
        let interface = &self.model.interfaces[&id];
        let (single, prefix) = (interface.addresses.get(1).copied(), interface.prefixes.first().copied());
        if single.is_none() && prefix.is_none() {
            return;
        }
        let request = UnassignPrivateIpAddressesRequest {
            network_interface_id: id.clone(),
            private_ip_addresses: single.map(|at| vec![text(at)]),
            ipv4_prefixes: if single.is_none() {
                prefix.map(|p| vec![format!("{}/28", text(p))])
            } else {
                None
            },
        };
        self.call::<op::UnassignPrivateIpAddresses>(request).unwrap();
        let interface = self.model.interfaces.get_mut(&id).unwrap();
        match single {
            Some(_) => drop(interface.addresses.remove(1)),
            None => drop(interface.prefixes.remove(0)),
        }
    }

    fn run(&mut self) {
        let Some(subnet) = self.any_subnet() else { return };
        let count = 1 + self.dice.roll(5);
        if self.model.instances.len() + count > 20 {
            return;
        }
        let fits = self.model.left(&subnet) >= count;
        let answer = self.call::<op::RunInstances>(RunInstancesRequest {
            image_id: Some(self.image.clone()),
            instance_type: Some("t3.micro".into()),
            min_count: count as i32,
            max_count: count as i32,
            subnet_id: Some(subnet.clone()),
            ..Default::default()
        });
        assert_eq!(answer.is_ok(), fits, "{answer:?}");
        match answer {
            Ok(made) => {
                let ids = made.instances.unwrap().into_iter().map(|i| i.instance_id.unwrap());
                self.model.instances.extend(ids);
                self.adopt(&subnet, &Owner::Instance(String::new()), count);
            }
            Err(f) => assert_eq!(f.code(), "InsufficientFreeAddressesInSubnet"),
        }
    }

    fn terminate(&mut self) {
        let all: Vec<String> = self.model.instances.iter().cloned().collect();
        let Some(id) = self.any(&all) else { return };
        let request = TerminateInstancesRequest { instance_ids: vec![id.clone()], ..Default::default() };
        self.call::<op::TerminateInstances>(request).unwrap();
        self.lab.advance(1_000);
        self.model.instances.remove(&id);
        self.model.forget(&Owner::Instance(id));
    }

    /// Stopping and starting moves no private address.
    fn stop_and_start(&mut self) {
        let all: Vec<String> = self.model.instances.iter().cloned().collect();
        let Some(id) = self.any(&all) else { return };
        let instance_ids = vec![id];
        let stop = StopInstancesRequest { instance_ids: instance_ids.clone(), ..Default::default() };
        self.call::<op::StopInstances>(stop).unwrap();
        self.lab.advance(1_000);
        self.call::<op::StartInstances>(StartInstancesRequest { instance_ids, ..Default::default() })
            .unwrap();
        self.lab.advance(1_000);
    }

    fn create_managed(&mut self) {
        let Some(subnet) = self.any_subnet() else { return };
        let fits = self.model.left(&subnet) >= 1;
        let nats = self.model.owned(|o| if let Owner::Nat(id) = o { Some(id) } else { None });
        let endpoints = self.model.owned(|o| if let Owner::Endpoint(id) = o { Some(id) } else { None });
        if self.dice.roll(2) == 0 && nats.len() < 4 {
            let answer = self.call::<op::CreateNatGateway>(CreateNatGatewayRequest {
                subnet_id: Some(subnet.clone()),
                connectivity_type: Some("private".into()),
                ..Default::default()
            });
            assert_eq!(answer.is_ok(), fits, "{answer:?}");
            let Ok(made) = answer else { return };
            let id = made.nat_gateway.unwrap().nat_gateway_id.unwrap();
            self.adopt(&subnet, &Owner::Nat(id), 1);
        } else if endpoints.len() < 6 {
            let answer = self.call::<op::CreateVpcEndpoint>(CreateVpcEndpointRequest {
                vpc_id: self.vpc.clone(),
                vpc_endpoint_type: Some("Interface".into()),
                service_name: Some("com.amazonaws.us-east-1.sqs".into()),
                subnet_ids: Some(vec![subnet.clone()]),
                private_dns_enabled: Some(false),
                ..Default::default()
            });
            assert_eq!(answer.is_ok(), fits, "{answer:?}");
            let Ok(made) = answer else { return };
            let id = made.vpc_endpoint.unwrap().vpc_endpoint_id.unwrap();
            self.adopt(&subnet, &Owner::Endpoint(id), 1);
        }
    }

    fn delete_managed(&mut self) {
        let nats = self.model.owned(|o| if let Owner::Nat(id) = o { Some(id) } else { None });
        let endpoints = self.model.owned(|o| if let Owner::Endpoint(id) = o { Some(id) } else { None });
        let owners = nats.into_iter().map(Owner::Nat).chain(endpoints.into_iter().map(Owner::Endpoint));
        let Some(owner) = self.any(&owners.collect::<Vec<_>>()) else { return };
        match &owner {
            Owner::Nat(id) => {
                let request = DeleteNatGatewayRequest { nat_gateway_id: id.clone(), ..Default::default() };
                self.call::<op::DeleteNatGateway>(request).unwrap();
            }
            Owner::Endpoint(id) => {
                let request =
                    DeleteVpcEndpointsRequest { vpc_endpoint_ids: vec![id.clone()], ..Default::default() };
                let out = self.call::<op::DeleteVpcEndpoints>(request).unwrap();
                assert!(out.unsuccessful.is_none_or(|u| u.is_empty()));
            }
            _ => {}
        }
        self.lab.advance(1_000);
        self.model.forget(&owner);
    }

    fn compare(&self) {
        let shown = self.call::<op::DescribeSubnets>(DescribeSubnetsRequest {
            filters: Some(vec![Filter { name: Some("vpc-id".into()), values: Some(vec![self.vpc.clone()]) }]),
            ..Default::default()
        });
        let shown = shown.unwrap().subnets.unwrap();
        assert_eq!(shown.len(), self.model.subnets.len());
        for subnet in shown {
            let id = subnet.subnet_id.unwrap();
            assert_eq!(subnet.available_ip_address_count.unwrap() as usize, self.model.left(&id), "{id}");
        }
        let shown = self.call::<op::DescribeNetworkInterfaces>(Default::default()).unwrap();
        let shown: BTreeMap<String, BTreeSet<u32>> = shown
            .network_interfaces
            .unwrap()
            .into_iter()
            .map(|n| {
                let all = n.private_ip_addresses.unwrap_or_default();
                let all = all.iter().map(|a| number(a.private_ip_address.as_ref().unwrap()));
                (n.network_interface_id.unwrap(), all.collect())
            })
            .collect();
        let wanted: BTreeMap<String, BTreeSet<u32>> = self
            .model
            .interfaces
            .iter()
            .map(|(id, i)| (id.clone(), i.addresses.iter().copied().collect()))
            .collect();
        assert_eq!(shown, wanted);
    }

    fn step(&mut self) {
        match self.dice.roll(24) {
            0..2 => self.create_subnet(),
            2 => self.delete_subnet(),
            3..7 => self.create_interface(),
            7..10 => self.delete_interface(),
            10..13 => self.assign(),
            13..15 => self.unassign(),
            15..18 => self.run(),
            18..20 => self.terminate(),
            20 => self.stop_and_start(),
            21..23 => self.create_managed(),
            _ => self.delete_managed(),
        }
    }
}

#[test]
fn model_of_instances_interfaces_and_addresses() {
    for seed in 0..testkit::seeds(4) {
        let store = Store::memory();
        let mut world = World::new(seed, &store);
        for step in 0..STEPS {
            world.step();
            if step % 50 == 0 {
                world.compare();
            }
            if step % 400 == 399 {
                world.lab.kernel.check().unwrap();
                let now_ms = world.lab.kernel.clock.now_ms();
                world.lab = Lab::over(store.clone(), vec![service_ec2::service()]);
                world.lab.advance(now_ms.saturating_sub(world.lab.kernel.clock.now_ms()).max(0));
                world.compare();
            }
        }
    }
}
