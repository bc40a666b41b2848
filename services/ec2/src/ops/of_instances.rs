//! Rows of the operation table on instances: their lives and options, where they stand, how they are bought.

use kernel::Operation;
use shapes_ec2::op;

use super::{
    capacity_reservation, change_instances, dedicated_host, describe_instance_status, describe_instances,
    describe_spot_price_history, fleets, get_launch_template_data, instance_attribute, instance_options,
    instance_settings, launch_template, launch_template_versions, modify_instance_placement, placement_group,
    read, run_instances, spot_requests, write,
};

/// All of them.
pub(super) fn table() -> impl Iterator<Item = Operation> {
    [
        instances(),
        instance_options(),
        instance_profiles(),
        launch_templates(),
        places_of_instances(),
        hosts(),
        spot(),
        fleet(),
    ]
    .into_iter()
    .flatten()
}

fn instances() -> Vec<Operation> {
    vec![
        Operation::write::<op::RunInstances>(run_instances::guard, run_instances::decide),
        write::<op::StartInstances>(change_instances::start),
        write::<op::StopInstances>(change_instances::stop),
        write::<op::RebootInstances>(change_instances::reboot),
        write::<op::TerminateInstances>(change_instances::terminate),
        read::<op::DescribeInstances>(describe_instances::decide),
        read::<op::DescribeInstanceStatus>(describe_instance_status::decide),
        read::<op::DescribeInstanceAttribute>(instance_attribute::describe),
        write::<op::ModifyInstanceAttribute>(instance_attribute::modify),
        write::<op::ResetInstanceAttribute>(instance_attribute::reset),
    ]
}

fn instance_options() -> Vec<Operation> {
    vec![
        write::<op::MonitorInstances>(instance_options::monitor),
        write::<op::UnmonitorInstances>(instance_options::unmonitor),
        write::<op::ModifyInstanceMetadataOptions>(instance_options::metadata),
        write::<op::ModifyInstanceCreditSpecification>(instance_options::credits),
        read::<op::DescribeInstanceCreditSpecifications>(instance_options::describe_credits),
        write::<op::ModifyInstanceMaintenanceOptions>(instance_settings::maintenance),
        write::<op::ModifyInstanceCpuOptions>(instance_settings::cpu),
        write::<op::ModifyPrivateDnsNameOptions>(instance_settings::dns),
        read::<op::GetConsoleOutput>(instance_options::console),
        read::<op::GetPasswordData>(instance_options::password),
    ]
}

fn instance_profiles() -> Vec<Operation> {
    use super::iam_instance_profile as profile;
    vec![
        Operation::write::<op::AssociateIamInstanceProfile>(profile::associate_guard, profile::associate),
        Operation::write::<op::DisassociateIamInstanceProfile>(
            profile::disassociate_guard,
            profile::disassociate,
        ),
        Operation::write::<op::ReplaceIamInstanceProfileAssociation>(
            profile::replace_guard,
            profile::replace,
        ),
        read::<op::DescribeIamInstanceProfileAssociations>(profile::describe),
    ]
}

fn launch_templates() -> Vec<Operation> {
    vec![
        write::<op::CreateLaunchTemplate>(launch_template::create),
        write::<op::ModifyLaunchTemplate>(launch_template::modify),
        write::<op::DeleteLaunchTemplate>(launch_template::delete),
        read::<op::DescribeLaunchTemplates>(launch_template::describe),
        write::<op::CreateLaunchTemplateVersion>(launch_template_versions::create),
        write::<op::DeleteLaunchTemplateVersions>(launch_template_versions::delete),
        read::<op::DescribeLaunchTemplateVersions>(launch_template_versions::describe),
        read::<op::GetLaunchTemplateData>(get_launch_template_data::decide),
    ]
}

fn places_of_instances() -> Vec<Operation> {
    vec![
        write::<op::CreatePlacementGroup>(placement_group::create),
        write::<op::DeletePlacementGroup>(placement_group::delete),
        read::<op::DescribePlacementGroups>(placement_group::describe),
        write::<op::ModifyInstancePlacement>(modify_instance_placement::decide),
        write::<op::CreateCapacityReservation>(capacity_reservation::create),
        write::<op::ModifyCapacityReservation>(capacity_reservation::modify),
        write::<op::CancelCapacityReservation>(capacity_reservation::cancel),
        read::<op::DescribeCapacityReservations>(capacity_reservation::describe),
        read::<op::GetCapacityReservationUsage>(capacity_reservation::usage),
        write::<op::ModifyInstanceCapacityReservationAttributes>(capacity_reservation::of_instance),
    ]
}

fn hosts() -> Vec<Operation> {
    vec![
        write::<op::AllocateHosts>(dedicated_host::allocate),
        write::<op::ModifyHosts>(dedicated_host::modify),
        write::<op::ReleaseHosts>(dedicated_host::release),
        read::<op::DescribeHosts>(dedicated_host::describe),
    ]
}

fn fleet() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateFleet>(fleets::guard, fleets::create),
        write::<op::ModifyFleet>(fleets::modify),
        write::<op::DeleteFleets>(fleets::delete),
        read::<op::DescribeFleets>(fleets::describe),
        read::<op::DescribeFleetInstances>(fleets::instances),
    ]
}

fn spot() -> Vec<Operation> {
    vec![
        Operation::write::<op::RequestSpotInstances>(spot_requests::guard, spot_requests::request),
        read::<op::DescribeSpotInstanceRequests>(spot_requests::describe),
        write::<op::CancelSpotInstanceRequests>(spot_requests::cancel),
        read::<op::DescribeSpotPriceHistory>(describe_spot_price_history::decide),
    ]
}
