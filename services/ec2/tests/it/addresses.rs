//! Random operations on addresses against a reference model: a map from address to holder. After each step both must have
//! answered the same and count the same; now and then the program starts again, and the whole state's invariants are checked.

use std::collections::BTreeMap;

use codec::Fault;
use shapes_ec2::*;
use store::Store;
use testkit::Lab;

const STEPS: usize = 3_500;
/// Three seeds: more than ten thousand operations.
const SEEDS: u64 = 3;
/// A /26: 64 addresses, of which AWS keeps five.
const FREE: usize = 59;

/// splitmix64: small, and the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

/// Who holds what: the last byte of each address, by interface, the primary one first; and bound allocations.
#[derive(Default)]
struct Model {
    interfaces: BTreeMap<String, Vec<u8>>,
    prefixes: BTreeMap<String, Vec<u8>>,
    /// Addresses of a private NAT gateway, the primary one first.
    nat: Vec<u8>,
    bound: BTreeMap<String, (String, u8)>,
}

impl Model {
    fn is_held(&self, at: u8) -> bool {
        let single = self.interfaces.values().flatten().chain(&self.nat).any(|a| *a == at);
        single || self.prefixes.values().flatten().any(|p| *p == at & 0xF0)
    }
    fn held(&self) -> usize {
        let singles: usize = self.interfaces.values().map(Vec::len).sum();
        singles + self.nat.len() + 16 * self.prefixes.values().map(Vec::len).sum::<usize>()
    }
    fn free(&self) -> impl Iterator<Item = u8> {
        (4u8..63).filter(|a| !self.is_held(*a))
    }
    fn any(&self, dice: &mut Dice) -> Option<String> {
        let n = self.interfaces.len();
        (n > 0).then(|| self.interfaces.keys().nth(dice.roll(n)).unwrap().clone())
    }
    fn unbind(&mut self, interface: &str, address: Option<u8>) {
        self.bound.retain(|_, (i, a)| i != interface || address.is_some_and(|x| x != *a));
    }
}

struct World {
    lab: Lab,
    subnet: String,
    allocations: Vec<String>,
    nat: String,
    model: Model,
    dice: Dice,
}

fn text(at: u8) -> String {
    format!("10.0.0.{at}")
}

fn last(text: &str) -> u8 {
    text.split('/').next().unwrap().rsplit('.').next().unwrap().parse().unwrap()
}

fn code<T>(answer: Result<T, Fault>) -> String {
    match answer {
        Ok(_) => "ok".to_owned(),
        Err(f) => f.code().to_owned(),
    }
}

impl World {
    fn new(seed: u64, store: &Store) -> World {
        let lab = Lab::over(store.clone(), vec![service_ec2::service()]);
        let vpc = CreateVpcRequest { cidr_block: Some("10.0.0.0/24".into()), ..Default::default() };
        let vpc_id = lab.call::<op::CreateVpc>(vpc).unwrap().vpc.unwrap().vpc_id.unwrap();
        let igw =
            lab.call::<op::CreateInternetGateway>(Default::default()).unwrap().internet_gateway.unwrap();
        let internet_gateway_id = igw.internet_gateway_id.unwrap();
        lab.call::<op::AttachInternetGateway>(AttachInternetGatewayRequest {
            internet_gateway_id,
            vpc_id: vpc_id.clone(),
            ..Default::default()
        })
        .unwrap();
        let subnet =
            CreateSubnetRequest { vpc_id, cidr_block: Some("10.0.0.0/26".into()), ..Default::default() };
        let subnet = lab.call::<op::CreateSubnet>(subnet).unwrap().subnet.unwrap().subnet_id.unwrap();
        let allocate = || lab.call::<op::AllocateAddress>(Default::default()).unwrap().allocation_id.unwrap();
        let allocations = (0..5).map(|_| allocate()).collect();
        let nat = lab.call::<op::CreateNatGateway>(CreateNatGatewayRequest {
            subnet_id: Some(subnet.clone()),
            connectivity_type: Some("private".into()),
            private_ip_address: Some(text(60)),
            ..Default::default()
        });
        let nat = nat.unwrap().nat_gateway.unwrap().nat_gateway_id.unwrap();
        let model = Model { nat: vec![60], ..Model::default() };
        World { lab, subnet, allocations, nat, model, dice: Dice(seed) }
    }

    /// Gives the NAT gateway another address, or takes one away.
    fn translate(&mut self) {
        let nat_gateway_id = self.nat.clone();
        if self.dice.roll(2) == 0 {
            let at = self.dice.roll(64) as u8;
            let expected = match at {
                _ if self.model.nat.len() == 8 => "PrivateIpAddressLimitExceeded",
                0..4 | 63 => "InvalidParameterValue",
                _ if self.model.is_held(at) => "InvalidIPAddress.InUse",
                _ => "ok",
            };
            let private_ip_addresses = Some(vec![text(at)]);
            let request = AssignPrivateNatGatewayAddressRequest {
                nat_gateway_id,
                private_ip_addresses,
                ..Default::default()
            };
            let answer = self.lab.call::<op::AssignPrivateNatGatewayAddress>(request);
            assert_eq!(code(answer), expected, "{at}");
            if expected == "ok" {
                self.model.nat.push(at);
            }
            return;
        }
        let place = self.dice.roll(self.model.nat.len());
        let private_ip_addresses = vec![text(self.model.nat[place])];
        let request = UnassignPrivateNatGatewayAddressRequest {
            nat_gateway_id,
            private_ip_addresses,
            ..Default::default()
        };
        let answer = self.lab.call::<op::UnassignPrivateNatGatewayAddress>(request);
        assert_eq!(code(answer), if place == 0 { "InvalidParameterValue" } else { "ok" });
        if place > 0 {
            self.model.nat.remove(place);
        }
    }

    fn create(&mut self) {
        let wanted = (self.dice.roll(2) == 0).then(|| self.dice.roll(64) as u8);
        let answer = self.lab.call::<op::CreateNetworkInterface>(CreateNetworkInterfaceRequest {
            subnet_id: self.subnet.clone(),
            private_ip_address: wanted.map(text),
            ..Default::default()
        });
        let expected = match wanted {
            Some(0..4 | 63) => "InvalidParameterValue",
            Some(a) if self.model.is_held(a) => "InvalidIPAddress.InUse",
            None if self.model.free().next().is_none() => "InsufficientFreeAddressesInSubnet",
            _ => "ok",
        };
        match answer {
            Ok(made) => {
                let made = made.network_interface.unwrap();
                let at = last(&made.private_ip_address.unwrap());
                assert!(!self.model.is_held(at) && wanted.is_none_or(|w| w == at), "{at} again");
                assert_eq!(expected, "ok");
                self.model.interfaces.insert(made.network_interface_id.unwrap(), vec![at]);
            }
            Err(f) => assert_eq!(f.code(), expected),
        }
    }

    fn assign(&mut self) {
        let Some(id) = self.model.any(&mut self.dice) else { return };
        let at = self.dice.roll(64) as u8;
        let prefix = self.dice.roll(4) == 0;
        let block = at & 0xF0;
        let free = match prefix {
            true => matches!(block, 16 | 32) && !(block..block + 16).any(|a| self.model.is_held(a)),
            false => (4..63).contains(&at) && !self.model.is_held(at),
        };
        let answer = self.lab.call::<op::AssignPrivateIpAddresses>(AssignPrivateIpAddressesRequest {
            network_interface_id: id.clone(),
            private_ip_addresses: (!prefix).then(|| vec![text(at)]),
            ipv4_prefixes: prefix.then(|| vec![format!("{}/28", text(block))]),
            ..Default::default()
        });
        assert_eq!(answer.is_ok(), free, "{at} {prefix}: {answer:?}");
        if free && prefix {
            self.model.prefixes.entry(id).or_default().push(block);
        } else if free {
            self.model.interfaces.get_mut(&id).unwrap().push(at);
        }
    }

    fn unassign(&mut self) {
        let Some(id) = self.model.any(&mut self.dice) else { return };
        let own = &self.model.interfaces[&id];
        let at = own[self.dice.roll(own.len())];
        let primary = own[0] == at;
        let answer = self.lab.call::<op::UnassignPrivateIpAddresses>(UnassignPrivateIpAddressesRequest {
            network_interface_id: id.clone(),
            private_ip_addresses: Some(vec![text(at)]),
            ..Default::default()
        });
        assert_eq!(code(answer), if primary { "InvalidParameterValue" } else { "ok" });
        if !primary {
            self.model.interfaces.get_mut(&id).unwrap().retain(|a| *a != at);
            self.model.unbind(&id, Some(at));
        }
    }

    fn delete(&mut self) {
        let Some(id) = self.model.any(&mut self.dice) else { return };
        let network_interface_id = id.clone();
        let request = DeleteNetworkInterfaceRequest { network_interface_id, ..Default::default() };
        self.lab.call::<op::DeleteNetworkInterface>(request).unwrap();
        self.model.interfaces.remove(&id);
        self.model.prefixes.remove(&id);
        self.model.unbind(&id, None);
    }

    fn bind(&mut self) {
        let Some(id) = self.model.any(&mut self.dice) else { return };
        let allocation = self.allocations[self.dice.roll(5)].clone();
        let own = &self.model.interfaces[&id];
        let at = own[self.dice.roll(own.len())];
        let request = AssociateAddressRequest {
            allocation_id: Some(allocation.clone()),
            network_interface_id: Some(id.clone()),
            private_ip_address: Some(text(at)),
            ..Default::default()
        };
        self.lab.call::<op::AssociateAddress>(request).unwrap();
        self.model.bound.retain(|_, end| *end != (id.clone(), at));
        self.model.bound.insert(allocation, (id, at));
    }

    fn compare(&self) {
        let subnets = self.lab.call::<op::DescribeSubnets>(DescribeSubnetsRequest {
            subnet_ids: Some(vec![self.subnet.clone()]),
            ..Default::default()
        });
        let available = subnets.unwrap().subnets.unwrap()[0].available_ip_address_count.unwrap();
        assert_eq!(available as usize, FREE - self.model.held());
        let shown = self.lab.call::<op::DescribeAddresses>(Default::default()).unwrap().addresses.unwrap();
        let bound: BTreeMap<String, (String, u8)> = shown
            .into_iter()
            .filter_map(|a| Some((a.allocation_id?, (a.network_interface_id?, last(&a.private_ip_address?)))))
            .collect();
        assert_eq!(bound, self.model.bound);
    }
}

#[test]
fn no_address_is_held_twice_or_lost() {
    for seed in 0..SEEDS {
        let store = Store::memory();
        let mut world = World::new(seed, &store);
        for step in 0..STEPS {
            match world.dice.roll(11) {
                0..3 => world.create(),
                3..6 => world.assign(),
                6 => world.unassign(),
                7..9 => world.bind(),
                9 => world.delete(),
                _ => world.translate(),
            }
            if step % 50 == 0 {
                world.compare();
            }
            if step % 500 == 499 {
                world.lab.kernel.check().unwrap();
                let lab = Lab::over(store.clone(), vec![service_ec2::service()]);
                world.lab = lab;
                world.compare();
            }
        }
    }
}
