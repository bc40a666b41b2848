//! `CreateTable`.
//!
//! Errors: ValidationException: a schema, capacity, stream or policy that makes no sense. ResourceInUseException: there is a
//! table of that name. LimitExceededException: too many tables, or too large.
//! Source: API reference, "CreateTable" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_dynamodb::{CreateTableInput, CreateTableOutput, err};

use crate::err::{in_use, invalid, invalid_values};
use crate::state::{Index, TableRow};
use crate::table::{self, Open, new_number, settles};
use crate::{backup, billing, describe, names, policy, schema, stream, tags, throughput};

/// Creates a table.
pub(crate) fn decide(cx: &mut Cx, i: &CreateTableInput) -> Result<CreateTableOutput, Fault> {
    let name = names::of(cx.scope, &i.table_name)?.to_owned();
    refuse_unbuilt(i)?;
    let mut t = configured(cx, i)?;
    if let Some(open) = Open::named(cx, &name)? {
        return Err(match open.status(cx.now_ms) {
            "CREATING" => in_use("created", &name),
            "DELETING" => in_use("deleted", &name),
            _ => err::resource_in_use_exception(format!("Table already exists: {name}")),
        });
    }
    check_room(cx)?;
    t.ready_ms = settles(cx, table::CREATE_MS);
    t.indexes.iter_mut().for_each(|index| index.ready_ms = t.ready_ms);
    let mut open = Open { name, t: t.into() };
    if let Some(spec) = &i.stream_specification {
        stream::begin_if_asked(cx, &mut open, spec)?;
    }
    open.save(cx);
    billing::arm(cx)?;
    Ok(CreateTableOutput { table_description: Some(describe::changed(cx, &open, "CREATING")?) })
}

/// Refuses a table too many.
pub(crate) fn check_room(cx: &Cx) -> Result<(), Fault> {
    let most = cx.quota("dynamodb", "L-F98FE922")?;
    if table::count(cx)? >= most {
        return Err(err::limit_exceeded_exception(format!(
            "Subscriber limit exceeded: There is a limit of {most} tables per subscriber"
        )));
    }
    Ok(())
}

fn refuse_unbuilt(i: &CreateTableInput) -> Result<(), Fault> {
    let what = if i.vector_indexes.as_ref().is_some_and(|v| !v.is_empty()) {
        "VectorIndexes"
    } else if i.global_table_source_arn.is_some() {
        "GlobalTableSourceArn"
    } else if i.global_table_settings_replication_mode.is_some() {
        "GlobalTableSettingsReplicationMode"
    } else {
        return Ok(());
    };
    Err(crate::err::not_built(&format!("CreateTable with {what}")))
}

/// The row that a request wants.
pub(crate) fn configured(cx: &Cx, i: &CreateTableInput) -> Result<TableRow, Fault> {
    let on_demand = throughput::is_on_demand(i.billing_mode.as_deref());
    let capacity = throughput::new(
        on_demand,
        i.provisioned_throughput.as_ref(),
        i.on_demand_throughput.as_ref(),
        i.warm_throughput.as_ref(),
        None,
    )?;
    let attributes = schema::definitions(i.attribute_definitions.as_deref().unwrap_or_default())?;
    let Some(key_schema) = &i.key_schema else {
        return Err(invalid_values("KeySchema must be specified"));
    };
    let keys = schema::simple_key(key_schema, &attributes, false)?;
    let (local, global) = (i.local_secondary_indexes.as_deref(), i.global_secondary_indexes.as_deref());
    let mut indexes = schema::indexes(&keys, &attributes, local, global)?;
    for g in global.unwrap_or_default() {
        let index = indexes.iter_mut().find(|x| x.name == g.index_name).expect("it was made of this one");
        index.throughput = throughput::new(
            on_demand,
            g.provisioned_throughput.as_ref(),
            g.on_demand_throughput.as_ref(),
            g.warm_throughput.as_ref(),
            Some(&g.index_name),
        )?;
    }
    schema::check_used(&attributes, &keys, &indexes)?;
    numbered(cx, &mut indexes);
    let given_tags = tags::merged(&[], i.tags.as_deref().unwrap_or_default())?;
    if let Some(text) = &i.resource_policy {
        policy::check(cx, text)?;
    }
    Ok(TableRow {
        id: cx.ids.uuid("dynamodb.table"),
        number: new_number(cx),
        created_ms: cx.now_ms,
        keys,
        attributes,
        on_demand,
        on_demand_since_ms: on_demand.then_some(cx.now_ms),
        throughput: capacity,
        indexes,
        deletion_protection: i.deletion_protection_enabled.unwrap_or(false),
        table_class: i.table_class.clone(),
        tags: given_tags,
        policy_revision: i.resource_policy.as_ref().map_or(String::new(), |_| policy::new_revision(cx)),
        policy: i.resource_policy.clone(),
        kms_key: kms_key(cx, i.sse_specification.as_ref())?,
        recovery_days: backup::DEFAULT_DAYS,
        ..TableRow::default()
    })
}

/// Gives indexes the numbers under which their entries lie.
pub(crate) fn numbered(cx: &Cx, indexes: &mut [Index]) {
    indexes.iter_mut().for_each(|i| i.number = new_number(cx));
}

/// ARN of the key that encrypts the table, if it isn't DynamoDB's own: the account's `aws/dynamodb`, or the one named.
pub(crate) fn kms_key(
    cx: &Cx,
    spec: Option<&shapes_dynamodb::SSESpecification>,
) -> Result<Option<String>, Fault> {
    let Some(spec) = spec else { return Ok(None) };
    if !spec.enabled.unwrap_or(false) {
        if spec.kms_master_key_id.is_some() {
            return Err(invalid(
                "One or more parameter values were invalid: KMSMasterKeyId can only be specified when SSE is enabled",
            ));
        }
        return Ok(None);
    }
    if spec.sse_type.as_deref() == Some("AES256") {
        return Err(invalid("One or more parameter values were invalid: SSEType AES256 is not supported"));
    }
    let prefix = format!("arn:{}:kms:{}:{}:", cx.scope.partition, cx.scope.region, cx.scope.account);
    let managed = format!("{prefix}alias/aws/dynamodb");
    let named = match spec.kms_master_key_id.as_deref() {
        None => return Ok(Some(managed)),
        Some(arn) if arn.starts_with("arn:") => arn.to_owned(),
        Some(alias) if alias.starts_with("alias/") => format!("{prefix}{alias}"),
        Some(id) => format!("{prefix}key/{id}"),
    };
    match named == managed {
        true => Ok(Some(managed)),
        false => Err(no_key(cx, &named)),
    }
}

/// KMS doesn't stand yet: no key exists but the account's `aws/dynamodb`.
/// Source: reported by AWS's users for a key that isn't there; an alias inferred from KMS's own text.
pub(crate) fn no_key(cx: &Cx, arn: &str) -> Fault {
    let what = match arn.contains(":alias/") {
        true => format!("Alias {arn} is not found."),
        false => format!("Key '{arn}' does not exist"),
    };
    invalid(format!(
        "KMS validation error: com.amazonaws.services.kms.model.NotFoundException: {what} (Service: AWSKMS; Status Code: 400; \
         Error Code: NotFoundException; Request ID: {}; Proxy: null)",
        cx.request.request_id
    ))
}
