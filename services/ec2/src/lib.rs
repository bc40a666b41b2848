//! Amazon Elastic Compute Cloud: regions and zones, tags, networks, and the instances, as records, that stand in them.
//!
//! Concepts. A *kind* is a type of resource: prefix of its ids, name in ARNs and tags, errors. A *resource* is a stored row of
//! a kind, keyed by account, region, id. A resource stands on its *parents* (its VPC, its subnet, but also its association
//! ids and names); links from parents to children are kept with every write, so that dependencies, `vpc-id` filters and
//! look-ups by association cost what they find. A *founding* makes the default VPC at an account's first call in a region.
//!
//! | file | holds |
//! | --- | --- |
//! | `kind.rs`, `resource.rs`, `id.rs` | kinds, rows and links, ids |
//! | `fresh.rs` | many new resources of one call: what follows from all of them is written once |
//! | `describe.rs`, `filter.rs` | the engine of all Describe operations |
//! | `tags.rs`, `guard.rs`, `err.rs` | tags; who may, from `facts/ec2-actions.tsv`; errors and denials |
//! | `preflight.rs`, `token.rs`, `quotas.rs` | what every operation has: dry runs, the model's words, client tokens, quotas |
//! | `settings.rs`, `allowed_images.rs` | what an account sets for itself in a region |
//! | `zones.rs`, `founding.rs`, `cidr.rs` | where things are; the default VPC; blocks of addresses |
//! | `vpc.rs`, `subnet.rs`, … | one type of resource each: row, filters, condition keys, how it is shown |
//! | `addresses.rs` | which addresses and prefixes of a subnet are held, and which is next |
//! | `instance/whole.rs` | what lists show of an instance, joined when it is written |
//! | `routes.rs`, `targets.rs`, `permissions.rs`, `acl_entry.rs` | what requests say of routes, rules, entries |
//! | `life.rs` | states that come with time, of what is shown for a while after its end |
//! | `launch.rs`, `launch/` | a launch: read, laid over a template, made; `forms.rs` carries requests between shapes |
//! | `attachment.rs`, `placement.rs`, `trunk.rs` | interfaces on instances and on each other; groups, partitions and hosts under them |
//! | `address_transfer.rs`, `reverse_name.rs` | addresses on their way to another account; the names that they lead back to |
//! | `group_vpc.rs` | groups in other VPCs than their own, and which groups rules reach |
//! | `spot_request.rs`, `spot_price.rs`, `fleet.rs` | what the clock buys and takes away |
//! | `vpn_connection.rs`, `vpn_gateway.rs`, `customer_gateway.rs` | Site-to-Site VPNs |
//! | `flow_log.rs`, `traffic_mirror.rs` | which traffic is watched: nothing flows |
//! | `rsa.rs` | keys of RSA |
//! | `ops/` | one operation a file |
//! | `state.rs`, `check.rs` | resets and invariants |
//!
//! # Adding a type of resource
//!
//! 1. Its file: a `Kind`, a row with `Row`, `Listed` (all filters that its Describe documents), `Resource` (table, parents,
//!    condition keys), a `show`.
//! 2. A line in `kind::KINDS` and one in `state::EACH`.
//! 3. If routes can lead to it, a line in `targets.rs`; if it can keep others from being deleted, a line in their `delete_…`.
//!
//! That gives it tags (on creation, afterwards, in filters), ids, authorization, pages, resets and checks. A new operation:
//! its name in `shapes/ec2/ops.txt` (`cargo xtask gen shapes ec2`), its file in `ops/`, its row in `ops/mod.rs`, its line in
//! `facts/ec2-actions.tsv` checked against the reference, its bucket in `facts/throttles.tsv`, its scenarios in
//! `scenarios/ec2/`. A list gets its filters in `tests/filters.tsv` and its line in `app/tests/it/sweep/walks.rs`.
//!
//! Instances: a network interface is made by `network_interface::make` (managed ones with a `manager`; those of a launch by
//! `launch/nics.rs`), attached by setting its `attachment`, and taken away by `network_interface::destroy`, which gives its addresses back; a public address that
//! comes and goes with an instance is an `elastic_ip::take_public` of its own kind. Routes to instances, `targets.rs`.
//!
//! Invariants (`state.rs`, `check.rs`): links, the index of tags, whole instances and maps of held addresses are those of the
//! rows; every subnet has one network ACL, every VPC one main route table; blocks of a VPC's subnets don't overlap; every
//! address of an interface is held by it and nothing else is held; subnets count what is held; no public address is held twice.
//!
//! Differs from AWS:
//! - Zone names map to zone ids alike in every account. The ids of default VPCs are the same in every Tabletop.
//! - Resources are available at once with `--profile dev`, after AWS's usual time with `--profile real`.
//! - A dry run stops after authorization and the model's own checks: it doesn't look at the resources' state.
//! - Opting in to a region is another service's; regions that need it are shown as not opted in.
//! - IPAM, Outposts, customer-owned and brought addresses, IPv6 blocks of one's own, regional NAT gateways, PuTTY's key format,
//!   and endpoints other than gateways and interfaces answer `NotImplemented` where a parameter asks for them.
//! - Endpoint services aren't built: each stands on load balancers, and there are none yet. Permissions on network interfaces
//!   aren't either: AWS takes them only for accounts that it has authorized, and nothing attaches across accounts here.
//! - Texts of errors are AWS's where they are documented or were reported; `inferred` beside an operation says where not.

mod acl_entry;
mod address_transfer;
mod addresses;
mod allowed_images;
mod attachment;
mod capacity;
mod capacity_reservation;
mod carrier_gateway;
mod check;
mod cidr;
mod customer_gateway;
mod dedicated_host;
mod deregistered;
mod describe;
mod dhcp_options;
mod egress_only_internet_gateway;
mod elastic_ip;
mod endpoint_services;
mod err;
mod event_window;
mod filter;
mod fleet;
mod flow_log;
mod former;
mod forms;
mod founding;
mod fresh;
mod group_vpc;
mod guard;
mod iam_profile;
mod id;
mod image;
mod image_catalogue;
mod instance;
mod instance_type;
mod internet_gateway;
mod key_pair;
mod kind;
mod known_filters;
mod launch;
mod launch_template;
mod life;
mod nat_gateway;
mod network_acl;
mod network_interface;
mod ops;
mod permissions;
mod placement;
mod placement_group;
mod prefix_list;
mod preflight;
mod quotas;
mod replace_root_volume;
mod resource;
mod reverse_name;
mod route_table;
mod routes;
mod rsa;
mod security_group;
mod security_group_rule;
mod settings;
mod snapshot;
mod snapshot_lock;
mod spot_price;
mod spot_request;
mod state;
mod subnet;
mod subnet_cidr_reservation;
mod tags;
mod targets;
mod time;
mod token;
mod traffic_mirror;
mod transit_gateway;
mod trunk;
mod volume;
mod vpc;
mod vpc_endpoint;
mod vpc_peering_connection;
mod vpn_connection;
mod vpn_gateway;
mod zones;

use kernel::Service;

pub use known_filters::known_filters;

/// The service, as `app` wires it. Operations without a row answer `NotImplemented`.
pub fn service() -> Service {
    Service {
        id: shapes_ec2::SERVICE,
        model_hash: shapes_ec2::MODEL_HASH,
        iam_prefix: "ec2",
        global: false,
        keyspaces: state::KEYSPACES,
        operations: ops::table(),
        on_timer: time::on_timer,
        writes_directory: false,
        reset: state::reset,
        check: state::check,
        plane: None,
    }
}
