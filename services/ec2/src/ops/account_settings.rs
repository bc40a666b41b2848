//! What an account sets for itself in a region: serial console, credits and metadata by default, encryption by default, what it
//! keeps from being public. Source: EC2 API reference, the operations (2026-11-22).
//!
//! Differs from AWS: the key that encrypts by default is AWS's own; another one needs KMS.

use codec::Fault;
use kernel::{Cx, Operation};
use shapes_ec2 as s;
use shapes_ec2::op;

use super::{read, write};
use crate::allowed_images;
use crate::err::{combination, invalid_parameter};
use crate::settings::{self, FamilyCredits, MetadataDefaults};

/// Rows of the operation table.
pub(super) fn table() -> Vec<Operation> {
    vec![
        write::<op::EnableSerialConsoleAccess>(enable_console),
        write::<op::DisableSerialConsoleAccess>(disable_console),
        read::<op::GetSerialConsoleAccessStatus>(console),
        write::<op::ModifyDefaultCreditSpecification>(modify_credits),
        read::<op::GetDefaultCreditSpecification>(credits),
        write::<op::ModifyInstanceMetadataDefaults>(modify_metadata),
        read::<op::GetInstanceMetadataDefaults>(metadata),
        write::<op::EnableEbsEncryptionByDefault>(enable_encryption),
        write::<op::DisableEbsEncryptionByDefault>(disable_encryption),
        read::<op::GetEbsEncryptionByDefault>(encryption),
        read::<op::GetEbsDefaultKmsKeyId>(key_id),
        write::<op::EnableImageBlockPublicAccess>(block_images),
        write::<op::DisableImageBlockPublicAccess>(unblock_images),
        read::<op::GetImageBlockPublicAccessState>(images),
        write::<op::EnableSnapshotBlockPublicAccess>(block_snapshots),
        write::<op::DisableSnapshotBlockPublicAccess>(unblock_snapshots),
        read::<op::GetSnapshotBlockPublicAccessState>(snapshots),
        write::<op::EnableAllowedImagesSettings>(allowed_images::enable),
        write::<op::DisableAllowedImagesSettings>(allowed_images::disable),
        read::<op::GetAllowedImagesSettings>(allowed_images::get),
        write::<op::ReplaceImageCriteriaInAllowedImagesSettings>(allowed_images::replace),
    ]
}

fn account() -> Option<String> {
    Some("account".to_owned())
}

fn enable_console(
    cx: &mut Cx,
    _: &s::EnableSerialConsoleAccessRequest,
) -> Result<s::EnableSerialConsoleAccessResult, Fault> {
    settings::change(cx, |all| all.serial_console = true)?;
    Ok(s::EnableSerialConsoleAccessResult { serial_console_access_enabled: Some(true) })
}

fn disable_console(
    cx: &mut Cx,
    _: &s::DisableSerialConsoleAccessRequest,
) -> Result<s::DisableSerialConsoleAccessResult, Fault> {
    settings::change(cx, |all| all.serial_console = false)?;
    Ok(s::DisableSerialConsoleAccessResult { serial_console_access_enabled: Some(false) })
}

fn console(
    cx: &mut Cx,
    _: &s::GetSerialConsoleAccessStatusRequest,
) -> Result<s::GetSerialConsoleAccessStatusResult, Fault> {
    let enabled = settings::read(cx)?.serial_console;
    Ok(s::GetSerialConsoleAccessStatusResult {
        serial_console_access_enabled: Some(enabled),
        managed_by: account(),
    })
}

/// Families that have credits.
const FAMILIES: [&str; 4] = ["t2", "t3", "t3a", "t4g"];

fn family(name: &str) -> Result<(), Fault> {
    match FAMILIES.contains(&name) {
        true => Ok(()),
        false => Err(invalid_parameter(name, "instanceFamily", "")),
    }
}

fn show_credits(family: &str, credits: &str) -> Option<s::InstanceFamilyCreditSpecification> {
    Some(s::InstanceFamilyCreditSpecification {
        instance_family: Some(family.to_owned()),
        cpu_credits: Some(credits.to_owned()),
    })
}

/// Errors: InvalidParameterValue: a family, credits.
fn modify_credits(
    cx: &mut Cx,
    i: &s::ModifyDefaultCreditSpecificationRequest,
) -> Result<s::ModifyDefaultCreditSpecificationResult, Fault> {
    family(&i.instance_family)?;
    if !["standard", "unlimited"].contains(&i.cpu_credits.as_str()) {
        return Err(invalid_parameter(&i.cpu_credits, "cpuCredits", ""));
    }
    settings::change(cx, |all| {
        all.credits.retain(|c| c.family != i.instance_family);
        all.credits.push(FamilyCredits { family: i.instance_family.clone(), credits: i.cpu_credits.clone() });
    })?;
    Ok(s::ModifyDefaultCreditSpecificationResult {
        instance_family_credit_specification: show_credits(&i.instance_family, &i.cpu_credits),
    })
}

/// Errors: InvalidParameterValue: a family.
fn credits(
    cx: &mut Cx,
    i: &s::GetDefaultCreditSpecificationRequest,
) -> Result<s::GetDefaultCreditSpecificationResult, Fault> {
    family(&i.instance_family)?;
    let all = settings::read(cx)?;
    Ok(s::GetDefaultCreditSpecificationResult {
        instance_family_credit_specification: show_credits(
            &i.instance_family,
            all.credits_of(&i.instance_family),
        ),
    })
}

/// A preference as a call changes it.
fn preference(given: Option<&str>, old: &str, known: [&str; 2], name: &str) -> Result<String, Fault> {
    match given {
        None => Ok(old.to_owned()),
        Some("no-preference") => Ok(String::new()),
        Some(v) if known.contains(&v) => Ok(v.to_owned()),
        Some(v) => Err(invalid_parameter(v, name, "")),
    }
}

/// Errors: InvalidParameterValue: a preference, the hop limit. InvalidParameterCombination (inferred): tokens enforced and
/// optional.
fn modify_metadata(
    cx: &mut Cx,
    i: &s::ModifyInstanceMetadataDefaultsRequest,
) -> Result<s::ModifyInstanceMetadataDefaultsResult, Fault> {
    let old = settings::read(cx)?.metadata;
    let switch = ["enabled", "disabled"];
    let hops = match i.http_put_response_hop_limit {
        None => old.hops,
        Some(-1) => 0,
        Some(n) if (1..=64).contains(&n) => n,
        Some(n) => {
            let why = "Must be between 1 and 64, or -1 for no preference.";
            return Err(invalid_parameter(n, "HttpPutResponseHopLimit", why));
        }
    };
    let known = ["optional", "required"];
    let new = MetadataDefaults {
        tokens: preference(i.http_tokens.as_deref(), &old.tokens, known, "HttpTokens")?,
        hops,
        endpoint: preference(i.http_endpoint.as_deref(), &old.endpoint, switch, "HttpEndpoint")?,
        tags: preference(i.instance_metadata_tags.as_deref(), &old.tags, switch, "InstanceMetadataTags")?,
        enforced: preference(i.http_tokens_enforced.as_deref(), &old.enforced, switch, "HttpTokensEnforced")?,
    };
    if new.enforced == "enabled" && new.tokens == "optional" {
        return Err(combination("HttpTokens can't be optional while HttpTokensEnforced is enabled"));
    }
    settings::change(cx, |all| all.metadata = new)?;
    Ok(s::ModifyInstanceMetadataDefaultsResult { return_: Some(true) })
}

fn metadata(
    cx: &mut Cx,
    _: &s::GetInstanceMetadataDefaultsRequest,
) -> Result<s::GetInstanceMetadataDefaultsResult, Fault> {
    let m = settings::read(cx)?.metadata;
    let text = |t: String| Some(t).filter(|t| !t.is_empty());
    Ok(s::GetInstanceMetadataDefaultsResult {
        account_level: Some(s::InstanceMetadataDefaultsResponse {
            http_tokens: text(m.tokens),
            http_put_response_hop_limit: Some(m.hops).filter(|n| *n > 0),
            http_endpoint: text(m.endpoint),
            instance_metadata_tags: text(m.tags),
            managed_by: account(),
            managed_exception_message: None,
            http_tokens_enforced: text(m.enforced),
        }),
    })
}

fn enable_encryption(
    cx: &mut Cx,
    _: &s::EnableEbsEncryptionByDefaultRequest,
) -> Result<s::EnableEbsEncryptionByDefaultResult, Fault> {
    settings::change(cx, |all| all.encrypts = true)?;
    Ok(s::EnableEbsEncryptionByDefaultResult { ebs_encryption_by_default: Some(true) })
}

fn disable_encryption(
    cx: &mut Cx,
    _: &s::DisableEbsEncryptionByDefaultRequest,
) -> Result<s::DisableEbsEncryptionByDefaultResult, Fault> {
    settings::change(cx, |all| all.encrypts = false)?;
    Ok(s::DisableEbsEncryptionByDefaultResult { ebs_encryption_by_default: Some(false) })
}

fn encryption(
    cx: &mut Cx,
    _: &s::GetEbsEncryptionByDefaultRequest,
) -> Result<s::GetEbsEncryptionByDefaultResult, Fault> {
    let on = settings::read(cx)?.encrypts;
    Ok(s::GetEbsEncryptionByDefaultResult {
        ebs_encryption_by_default: Some(on),
        sse_type: Some(if on { "sse-ebs" } else { "none" }.to_owned()),
    })
}

fn key_id(_: &mut Cx, _: &s::GetEbsDefaultKmsKeyIdRequest) -> Result<s::GetEbsDefaultKmsKeyIdResult, Fault> {
    Ok(s::GetEbsDefaultKmsKeyIdResult { kms_key_id: Some("alias/aws/ebs".to_owned()) })
}

const NEW_SHARING: &str = "block-new-sharing";

/// Errors: InvalidParameterValue: another state.
fn block_images(
    cx: &mut Cx,
    i: &s::EnableImageBlockPublicAccessRequest,
) -> Result<s::EnableImageBlockPublicAccessResult, Fault> {
    if i.image_block_public_access_state != NEW_SHARING {
        let given = &i.image_block_public_access_state;
        return Err(invalid_parameter(given, "ImageBlockPublicAccessState", ""));
    }
    settings::change(cx, |all| all.images_unblocked = false)?;
    Ok(s::EnableImageBlockPublicAccessResult {
        image_block_public_access_state: Some(NEW_SHARING.to_owned()),
    })
}

fn unblock_images(
    cx: &mut Cx,
    _: &s::DisableImageBlockPublicAccessRequest,
) -> Result<s::DisableImageBlockPublicAccessResult, Fault> {
    settings::change(cx, |all| all.images_unblocked = true)?;
    Ok(s::DisableImageBlockPublicAccessResult {
        image_block_public_access_state: Some("unblocked".to_owned()),
    })
}

fn images(
    cx: &mut Cx,
    _: &s::GetImageBlockPublicAccessStateRequest,
) -> Result<s::GetImageBlockPublicAccessStateResult, Fault> {
    let state = if settings::read(cx)?.images_unblocked { "unblocked" } else { NEW_SHARING };
    Ok(s::GetImageBlockPublicAccessStateResult {
        image_block_public_access_state: Some(state.to_owned()),
        managed_by: account(),
    })
}

/// Errors: InvalidParameterValue: a state.
fn block_snapshots(
    cx: &mut Cx,
    i: &s::EnableSnapshotBlockPublicAccessRequest,
) -> Result<s::EnableSnapshotBlockPublicAccessResult, Fault> {
    if ![NEW_SHARING, "block-all-sharing"].contains(&i.state.as_str()) {
        return Err(invalid_parameter(&i.state, "State", ""));
    }
    settings::change(cx, |all| all.snapshot_sharing.clone_from(&i.state))?;
    Ok(s::EnableSnapshotBlockPublicAccessResult { state: Some(i.state.clone()) })
}

fn unblock_snapshots(
    cx: &mut Cx,
    _: &s::DisableSnapshotBlockPublicAccessRequest,
) -> Result<s::DisableSnapshotBlockPublicAccessResult, Fault> {
    settings::change(cx, |all| all.snapshot_sharing.clear())?;
    Ok(s::DisableSnapshotBlockPublicAccessResult { state: Some("unblocked".to_owned()) })
}

fn snapshots(
    cx: &mut Cx,
    _: &s::GetSnapshotBlockPublicAccessStateRequest,
) -> Result<s::GetSnapshotBlockPublicAccessStateResult, Fault> {
    let state = settings::read(cx)?.snapshot_sharing;
    let state = if state.is_empty() { "unblocked".to_owned() } else { state };
    Ok(s::GetSnapshotBlockPublicAccessStateResult { state: Some(state), managed_by: account() })
}
