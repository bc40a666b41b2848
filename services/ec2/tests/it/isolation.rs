//! The same names and the same blocks in three accounts, four regions and two partitions: nothing of one is seen, found,
//! counted or touched in another.

use directory::Identity;
use kernel::Scope;
use shapes_ec2::*;
use testkit::Lab;

const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];
/// Three regions of one partition and one of another.
const REGIONS: [&str; 4] = ["us-east-1", "us-west-2", "eu-west-1", "cn-north-1"];

struct Corner<'l> {
    lab: &'l Lab,
    root: Identity,
    scope: Scope,
    vpc: String,
    subnet: String,
    group: String,
    interface: String,
    key: String,
    address: String,
    allocation: String,
}

impl<'l> Corner<'l> {
    fn new(lab: &'l Lab, account: &str, region: &str) -> Corner<'l> {
        let region = kernel::region(region).unwrap();
        let (root, scope) = (Identity::root(region.partition, account), Scope::new(region, account));
        let empty = String::new;
        let mut c = Corner {
            lab,
            root,
            scope,
            vpc: empty(),
            subnet: empty(),
            group: empty(),
            interface: empty(),
            key: empty(),
            address: empty(),
            allocation: empty(),
        };
        let vpc = CreateVpcRequest { cidr_block: Some("10.9.0.0/16".into()), ..Default::default() };
        c.vpc = c.call::<op::CreateVpc>(vpc).vpc.unwrap().vpc_id.unwrap();
        let vpc_id = c.vpc.clone();
        let subnet =
            CreateSubnetRequest { vpc_id, cidr_block: Some("10.9.1.0/24".into()), ..Default::default() };
        c.subnet = c.call::<op::CreateSubnet>(subnet).subnet.unwrap().subnet_id.unwrap();
        let group = CreateSecurityGroupRequest {
            group_name: "same".into(),
            description: "same".into(),
            vpc_id: Some(c.vpc.clone()),
            ..Default::default()
        };
        c.group = c.call::<op::CreateSecurityGroup>(group).group_id.unwrap();
        let interface = CreateNetworkInterfaceRequest {
            subnet_id: c.subnet.clone(),
            private_ip_address: Some("10.9.1.10".into()),
            ..Default::default()
        };
        let interface = c.call::<op::CreateNetworkInterface>(interface).network_interface.unwrap();
        c.interface = interface.network_interface_id.unwrap();
        let key = CreateKeyPairRequest {
            key_name: "same".into(),
            key_type: Some("ed25519".into()),
            ..Default::default()
        };
        c.key = c.call::<op::CreateKeyPair>(key).key_pair_id.unwrap();
        let address = c.call::<op::AllocateAddress>(Default::default());
        (c.address, c.allocation) = (address.public_ip.unwrap(), address.allocation_id.unwrap());
        let name = Tag { key: Some("Name".into()), value: Some("same".into()) };
        c.call::<op::CreateTags>(CreateTagsRequest {
            resources: vec![c.vpc.clone(), c.subnet.clone(), c.interface.clone()],
            tags: vec![name],
            ..Default::default()
        });
        c
    }

    fn call<O: codec::Op>(&self, input: O::Input) -> O::Output {
        self.lab.call_as::<O>(&self.root, self.scope.clone(), input).unwrap()
    }

    fn refused<O: codec::Op>(&self, input: O::Input) -> String {
        let answer = self.lab.call_as::<O>(&self.root, self.scope.clone(), input);
        answer.err().map_or_else(|| "it was answered".to_owned(), |f| f.code().to_owned())
    }

    /// Sees its own by name, block, address and tag, and nothing else.
    fn sees_its_own_alone(&self) {
        let filter = |name: &str, value: &str| {
            Some(vec![Filter { name: Some(name.into()), values: Some(vec![value.into()]) }])
        };
        let vpcs = DescribeVpcsRequest { filters: filter("cidr", "10.9.0.0/16"), ..Default::default() };
        let vpcs = self.call::<op::DescribeVpcs>(vpcs).vpcs.unwrap();
        assert_eq!(vpcs.iter().map(|v| v.vpc_id.as_ref().unwrap()).collect::<Vec<_>>(), [&self.vpc]);
        assert_eq!(vpcs[0].owner_id.as_deref(), Some(&*self.scope.account));
        let subnets = DescribeSubnetsRequest { filters: filter("tag:Name", "same"), ..Default::default() };
        let subnets = self.call::<op::DescribeSubnets>(subnets).subnets.unwrap();
        assert_eq!(subnets.iter().map(|s| s.subnet_id.as_ref().unwrap()).collect::<Vec<_>>(), [&self.subnet]);
        assert_eq!(subnets[0].available_ip_address_count, Some(250));
        let arn = subnets[0].subnet_arn.as_ref().unwrap();
        let (partition, region, account) = (self.scope.partition, self.scope.region, &self.scope.account);
        assert_eq!(*arn, format!("arn:{partition}:ec2:{region}:{account}:subnet/{}", self.subnet));
        let groups =
            DescribeSecurityGroupsRequest { filters: filter("group-name", "same"), ..Default::default() };
        let groups = self.call::<op::DescribeSecurityGroups>(groups).security_groups.unwrap();
        assert_eq!(groups.iter().map(|g| g.group_id.as_ref().unwrap()).collect::<Vec<_>>(), [&self.group]);
        let interfaces = DescribeNetworkInterfacesRequest {
            filters: filter("private-ip-address", "10.9.1.10"),
            ..Default::default()
        };
        let interfaces = self.call::<op::DescribeNetworkInterfaces>(interfaces).network_interfaces.unwrap();
        let ids: Vec<_> = interfaces.iter().map(|n| n.network_interface_id.as_ref().unwrap()).collect();
        assert_eq!(ids, [&self.interface]);
        let keys = self.call::<op::DescribeKeyPairs>(Default::default()).key_pairs.unwrap();
        assert_eq!(keys.iter().map(|k| k.key_pair_id.as_ref().unwrap()).collect::<Vec<_>>(), [&self.key]);
        let addresses = self.call::<op::DescribeAddresses>(Default::default()).addresses.unwrap();
        let ips: Vec<_> = addresses.iter().map(|a| a.public_ip.as_ref().unwrap()).collect();
        assert_eq!(ips, [&self.address]);
        let tags = self.call::<op::DescribeTags>(Default::default()).tags.unwrap();
        assert_eq!(tags.len(), 3);
    }

    /// Another corner's things are not there, for reading or for writing.
    fn finds_nothing_of(&self, other: &Corner<'_>) {
        let subnet =
            DescribeSubnetsRequest { subnet_ids: Some(vec![other.subnet.clone()]), ..Default::default() };
        assert_eq!(self.refused::<op::DescribeSubnets>(subnet), "InvalidSubnetID.NotFound");
        let delete = DeleteVpcRequest { vpc_id: other.vpc.clone(), ..Default::default() };
        assert_eq!(self.refused::<op::DeleteVpc>(delete), "InvalidVpcID.NotFound");
        let group = DeleteSecurityGroupRequest { group_id: Some(other.group.clone()), ..Default::default() };
        assert_eq!(self.refused::<op::DeleteSecurityGroup>(group), "InvalidGroup.NotFound");
        let interface = DeleteNetworkInterfaceRequest {
            network_interface_id: other.interface.clone(),
            ..Default::default()
        };
        assert_eq!(
            self.refused::<op::DeleteNetworkInterface>(interface),
            "InvalidNetworkInterfaceID.NotFound"
        );
        let tag = Tag { key: Some("Name".into()), value: Some("other".into()) };
        let tags =
            CreateTagsRequest { resources: vec![other.vpc.clone()], tags: vec![tag], ..Default::default() };
        assert_eq!(self.refused::<op::CreateTags>(tags), "InvalidVpcID.NotFound");
    }

    fn remove(&self) {
        let network_interface_id = self.interface.clone();
        self.call::<op::DeleteNetworkInterface>(DeleteNetworkInterfaceRequest {
            network_interface_id,
            ..Default::default()
        });
        let group = DeleteSecurityGroupRequest { group_id: Some(self.group.clone()), ..Default::default() };
        self.call::<op::DeleteSecurityGroup>(group);
        self.call::<op::DeleteSubnet>(DeleteSubnetRequest {
            subnet_id: self.subnet.clone(),
            ..Default::default()
        });
        self.call::<op::DeleteVpc>(DeleteVpcRequest { vpc_id: self.vpc.clone(), ..Default::default() });
        let key = DeleteKeyPairRequest { key_name: Some("same".into()), ..Default::default() };
        self.call::<op::DeleteKeyPair>(key);
        let allocation_id = Some(self.allocation.clone());
        self.call::<op::ReleaseAddress>(ReleaseAddressRequest { allocation_id, ..Default::default() });
    }
}

#[test]
fn accounts_regions_and_partitions_never_meet() {
    let lab = Lab::new(vec![service_ec2::service()]);
    let mut corners: Vec<Corner<'_>> = Vec::new();
    for account in ACCOUNTS {
        for region in REGIONS {
            corners.push(Corner::new(&lab, account, region));
        }
    }
    for (at, corner) in corners.iter().enumerate() {
        corner.sees_its_own_alone();
        for other in corners.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, c)| c) {
            corner.finds_nothing_of(other);
        }
    }
    let public: std::collections::BTreeSet<&String> = corners.iter().map(|c| &c.address).collect();
    assert_eq!(public.len(), corners.len(), "public addresses are nobody else's");
    lab.kernel.check().unwrap();
    for gone in (0..corners.len()).step_by(2) {
        corners[gone].remove();
    }
    corners.iter().skip(1).step_by(2).for_each(Corner::sees_its_own_alone);
    lab.kernel.check().unwrap();
}
