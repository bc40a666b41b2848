//! PutBucketInventoryConfiguration, Get…, Delete…, List…: which inventories are made of a bucket. Making them is `inventory.rs`'s.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketInventoryConfigurationRequest, GetBucketInventoryConfigurationOutput,
    GetBucketInventoryConfigurationRequest, InventoryConfiguration, ListBucketInventoryConfigurationsOutput,
    ListBucketInventoryConfigurationsRequest, PutBucketInventoryConfigurationRequest,
};

use super::named;
use crate::inventory_row::OPTIONAL;
use crate::settings::INVENTORY;
use crate::{buckets, err, guard, inventory, replication};

pub(super) fn put_guard(cx: &Cx, i: &PutBucketInventoryConfigurationRequest) -> Result<Guard, Fault> {
    let action = "s3:PutInventoryConfiguration";
    let mut guard = guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), action)?;
    let fields = i.inventory_configuration.optional_fields.clone().unwrap_or_default();
    for target in guard.targets.iter_mut().filter(|_| !fields.is_empty()) {
        target.keys.push(("s3:InventoryAccessibleOptionalFields", fields.clone()));
    }
    Ok(guard)
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketInventoryConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetInventoryConfiguration")
}

pub(super) fn delete_guard(cx: &Cx, i: &DeleteBucketInventoryConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutInventoryConfiguration")
}

pub(super) fn list_guard(cx: &Cx, i: &ListBucketInventoryConfigurationsRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetInventoryConfiguration")
}

/// Errors: MalformedXML; InvalidS3DestinationBucket; NotImplemented: ORC, Parquet, KMS; those of `named.rs`.
pub(super) fn put(cx: &mut Cx, i: &PutBucketInventoryConfigurationRequest) -> Result<Empty, Fault> {
    let asked = &i.inventory_configuration;
    check(asked)?;
    named::put(cx, (&i.bucket, INVENTORY), (&i.id, &asked.id), asked)?;
    let bucket = buckets::find(cx, &i.bucket, None)?;
    inventory::begin(cx, &bucket, &i.bucket, asked)?;
    Ok(Empty {})
}

fn check(asked: &InventoryConfiguration) -> Result<(), Fault> {
    let to = &asked.destination.s3_bucket_destination;
    let known = |field: &String| OPTIONAL.contains(&field.as_str()) || field == "ObjectAccessControlList";
    let is_sound = matches!(asked.included_object_versions.as_str(), "All" | "Current")
        && matches!(asked.schedule.frequency.as_str(), "Daily" | "Weekly")
        && matches!(to.format.as_str(), "CSV" | "ORC" | "Parquet")
        && asked.optional_fields.iter().flatten().all(known);
    if !is_sound {
        return Err(err::malformed_xml());
    }
    if replication::bucket_of(&to.bucket).is_none() {
        return Err(Fault::new("InvalidS3DestinationBucket", 400, "Invalid bucket ARN."));
    }
    if to.format != "CSV" {
        return Err(err::not_built(&format!("InventoryFormat.{}", to.format)));
    }
    if asked.optional_fields.iter().flatten().any(|f| f == "ObjectAccessControlList") {
        return Err(err::not_built("InventoryOptionalFields.ObjectAccessControlList"));
    }
    if to.encryption.as_ref().is_some_and(|e| e.ssekms.is_some()) {
        return Err(err::not_built("InventoryEncryption.SSEKMS"));
    }
    Ok(())
}

/// Errors: NoSuchConfiguration.
pub(super) fn get(
    cx: &mut Cx,
    i: &GetBucketInventoryConfigurationRequest,
) -> Result<GetBucketInventoryConfigurationOutput, Fault> {
    let found = named::get(cx, (&i.bucket, INVENTORY), &i.id)?;
    Ok(GetBucketInventoryConfigurationOutput { inventory_configuration: Some(found) })
}

/// Errors: NoSuchConfiguration.
pub(super) fn delete(cx: &mut Cx, i: &DeleteBucketInventoryConfigurationRequest) -> Result<Empty, Fault> {
    named::delete(cx, (&i.bucket, INVENTORY), &i.id)?;
    let bucket = buckets::find(cx, &i.bucket, None)?;
    inventory::end(cx, &bucket, &i.bucket, &i.id)?;
    Ok(Empty {})
}

/// Errors: InvalidArgument: a token that isn't one.
pub(super) fn list(
    cx: &mut Cx,
    i: &ListBucketInventoryConfigurationsRequest,
) -> Result<ListBucketInventoryConfigurationsOutput, Fault> {
    let page = named::list(cx, (&i.bucket, INVENTORY), i.continuation_token.as_deref())?;
    Ok(ListBucketInventoryConfigurationsOutput {
        is_truncated: Some(page.next.is_some()),
        continuation_token: i.continuation_token.clone(),
        next_continuation_token: page.next,
        inventory_configuration_list: (!page.items.is_empty()).then_some(page.items),
    })
}
