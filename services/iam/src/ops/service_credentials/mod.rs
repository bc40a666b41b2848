//! Service-specific credentials: user names and passwords, or API keys, for the few services that take them. Nothing here
//! signs in with them.
//! Source: recorded, CreateServiceSpecificCredential and its siblings (2025); IAM API reference, same page (API keys of
//! Bedrock and CloudWatch Logs, CredentialAgeDays).

use codec::{Empty, Fault};
use directory::User;
use kernel::{BASE64, Cx, Operation};
use shapes_iam::{err as shapes_err, op};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::answers::at;
use crate::owner::{self, OwnedKey, Owner, status};
use crate::quotas::Quota;
use crate::state::home;
use crate::{err, guards, ids, pages};

/// Credentials of a user for one service. Source: IAM API reference, LimitExceeded of CreateServiceSpecificCredential; the
/// quota's name is inferred.
const CREDENTIALS: Quota = Quota { name: "ServiceSpecificCredentialsPerUser", limit: 2 };
const DAY_MS: i64 = 86_400_000;

/// Services with user names and passwords.
const WITH_PASSWORD: [&str; 2] = ["codecommit.amazonaws.com", "cassandra.amazonaws.com"];
/// Services with API keys.
const WITH_API_KEY: [&str; 2] = ["bedrock.amazonaws.com", "logs.amazonaws.com"];

/// A service-specific credential.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Credential {
    service: String,
    /// `user-at-111122223333`
    service_user: String,
    secret: String,
    active: bool,
    created_ms: i64,
    expires_ms: Option<i64>,
}

impl Row for Credential {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.service);
        w.put(2, &self.service_user);
        w.put(3, &self.secret);
        w.put(4, &self.active);
        w.put(5, &self.created_ms);
        w.put(6, &self.expires_ms);
    }
    fn read(r: &mut RowReader) -> Result<Credential, RowError> {
        Ok(Credential {
            service: r.get(1)?,
            service_user: r.get(2)?,
            secret: r.get(3)?,
            active: r.get(4)?,
            created_ms: r.get(5)?,
            expires_ms: r.get(6)?,
        })
    }
}

/// Service-specific credentials by owner and id.
pub(crate) struct Credentials;
impl Table for Credentials {
    const NAME: &'static str = "iam.service_credential";
    const VERSION: u16 = 1;
    type Key = OwnedKey;
    type Row = Credential;
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateServiceSpecificCredential>(
            |cx, i| guards::user(cx, &i.user_name),
            create,
        ),
        Operation::read::<op::ListServiceSpecificCredentials>(
            |cx, i| match i.all_users {
                Some(true) => Ok(guards::all(cx, "user", &None)),
                _ => guards::user_or_caller(cx, &i.user_name),
            },
            list,
        ),
        Operation::write::<op::UpdateServiceSpecificCredential>(
            |cx, i| guards::user_or_caller(cx, &i.user_name),
            update,
        ),
        Operation::write::<op::ResetServiceSpecificCredential>(
            |cx, i| guards::user_or_caller(cx, &i.user_name),
            reset,
        ),
        Operation::write::<op::DeleteServiceSpecificCredential>(
            |cx, i| guards::user_or_caller(cx, &i.user_name),
            delete,
        ),
    ]
}

fn check_service(service: &str) -> Result<(), Fault> {
    if WITH_PASSWORD.contains(&service) || WITH_API_KEY.contains(&service) {
        return Ok(());
    }
    Err(shapes_err::no_such_entity_exception(format!(
        "No such service {service} is supported for Service Specific Credentials"
    )))
}

fn create(
    cx: &mut Cx,
    i: &shapes_iam::CreateServiceSpecificCredentialRequest,
) -> Result<shapes_iam::CreateServiceSpecificCredentialResponse, Fault> {
    // Source of the order: recorded with an unknown user and an unknown service.
    let owner = owner::named(cx, &i.user_name)?;
    check_service(&i.service_name)?;
    let api_key = WITH_API_KEY.contains(&i.service_name.as_str());
    if i.credential_age_days.is_some() && !api_key {
        // Inferred.
        return Err(err::invalid_input(format!(
            "CredentialAgeDays is not supported for service {}",
            i.service_name
        )));
    }
    let same = owner.things::<Credentials>(cx)?;
    let same: Vec<_> = same.iter().filter(|(_, c)| c.service == i.service_name).collect();
    CREDENTIALS.check(same.len() + 1)?;
    let account = &cx.scope.account;
    let first = format!("{}-at-{account}", owner.name);
    let service_user = match same.iter().any(|(_, c)| c.service_user == first) {
        true => format!("{}+1-at-{account}", owner.name),
        false => first,
    };
    let row = Credential {
        service: i.service_name.clone(),
        service_user,
        secret: secret(cx, api_key),
        active: true,
        created_ms: cx.now_ms,
        expires_ms: i.credential_age_days.map(|d| cx.now_ms + i64::from(d) * DAY_MS),
    };
    let id = ids::unique(cx, "ACCA");
    let key = owner.key(cx, &id);
    cx.put::<Credentials>(&key, &row);
    let shown = whole(cx, &owner, id, &row);
    Ok(shapes_iam::CreateServiceSpecificCredentialResponse { service_specific_credential: Some(shown) })
}

fn secret(cx: &Cx, api_key: bool) -> String {
    match api_key {
        true => format!("ABSK{}", cx.ids.text("iam.service_password", 128, BASE64)),
        false => format!("{}=", cx.ids.text("iam.service_password", 43, BASE64)),
    }
}

fn list(
    cx: &mut Cx,
    i: &shapes_iam::ListServiceSpecificCredentialsRequest,
) -> Result<shapes_iam::ListServiceSpecificCredentialsResponse, Fault> {
    if let Some(service) = &i.service_name {
        check_service(service)?;
    }
    let all = i.all_users == Some(true);
    if all && i.user_name.is_some() {
        return Err(err::invalid_input("UserName and AllUsers can not be specified together."));
    }
    let owners = match all {
        true => {
            cx.scan_prefix::<directory::Users>(&home(cx))?.map(|(_, u): (_, User)| Owner::from(&u)).collect()
        }
        false => vec![owner::named_or_caller(cx, &i.user_name)?],
    };
    let whose = if all { "" } else { owners[0].id.as_str() };
    let service = i.service_name.as_deref().unwrap_or_default();
    let filters = [whose, service];
    let asked = pages::asked(cx, "ListServiceSpecificCredentials", &filters, &i.marker, i.max_items)?;
    let mut found = Vec::new();
    for owner in &owners {
        let its = owner.things::<Credentials>(cx)?;
        let its = its.into_iter().filter(|(_, c)| service.is_empty() || c.service == service);
        found.extend(its.map(|(k, c)| (owner, k.3, c)));
    }
    let page = asked.cut_all(cx, found, |(_, id, _)| id.clone());
    let page = page.map(|(owner, id, c)| shapes_iam::ServiceSpecificCredentialMetadata {
        user_name: owner.name.clone(),
        status: status_now(cx, &c),
        service_user_name: (!is_api_key(&c)).then(|| c.service_user.clone()),
        service_credential_alias: is_api_key(&c).then(|| c.service_user.clone()),
        create_date: at(c.created_ms),
        expiration_date: c.expires_ms.map(at),
        service_specific_credential_id: id,
        service_name: c.service,
    });
    // Recorded: IsTruncated and Marker are absent unless there is more.
    Ok(shapes_iam::ListServiceSpecificCredentialsResponse {
        service_specific_credentials: Some(page.items),
        is_truncated: page.is_truncated.filter(|t| *t),
        marker: page.marker,
    })
}

fn update(cx: &mut Cx, i: &shapes_iam::UpdateServiceSpecificCredentialRequest) -> Result<Empty, Fault> {
    let (_, key, mut row) = find(cx, &i.user_name, &i.service_specific_credential_id)?;
    row.active = i.status == "Active";
    cx.put::<Credentials>(&key, &row);
    Ok(Empty {})
}

fn reset(
    cx: &mut Cx,
    i: &shapes_iam::ResetServiceSpecificCredentialRequest,
) -> Result<shapes_iam::ResetServiceSpecificCredentialResponse, Fault> {
    let (owner, key, mut row) = find(cx, &i.user_name, &i.service_specific_credential_id)?;
    row.secret = secret(cx, is_api_key(&row));
    cx.put::<Credentials>(&key, &row);
    let shown = whole(cx, &owner, key.3, &row);
    Ok(shapes_iam::ResetServiceSpecificCredentialResponse { service_specific_credential: Some(shown) })
}

fn delete(cx: &mut Cx, i: &shapes_iam::DeleteServiceSpecificCredentialRequest) -> Result<Empty, Fault> {
    let (_, key, _) = find(cx, &i.user_name, &i.service_specific_credential_id)?;
    cx.delete::<Credentials>(&key);
    Ok(Empty {})
}

fn find(cx: &Cx, user: &Option<String>, id: &str) -> Result<(Owner, OwnedKey, Credential), Fault> {
    let owner = owner::named_or_caller(cx, user)?;
    let key = owner.key(cx, id);
    let row = cx
        .get::<Credentials>(&key)?
        .ok_or_else(|| shapes_err::no_such_entity_exception(format!("No such credential {id} exists")))?;
    Ok((owner, key, row))
}

fn is_api_key(row: &Credential) -> bool {
    WITH_API_KEY.contains(&row.service.as_str())
}

fn status_now(cx: &Cx, row: &Credential) -> String {
    match row.expires_ms.is_some_and(|e| e <= cx.now_ms) {
        true => "Expired".to_owned(),
        false => status(row.active),
    }
}

fn whole(cx: &Cx, owner: &Owner, id: String, row: &Credential) -> shapes_iam::ServiceSpecificCredential {
    let (user, secret) = (Some(row.service_user.clone()), Some(row.secret.clone()));
    let api_key = is_api_key(row);
    shapes_iam::ServiceSpecificCredential {
        create_date: at(row.created_ms),
        expiration_date: row.expires_ms.map(at),
        service_name: row.service.clone(),
        service_user_name: user.clone().filter(|_| !api_key),
        service_password: secret.clone().filter(|_| !api_key),
        service_credential_alias: user.filter(|_| api_key),
        service_credential_secret: secret.filter(|_| api_key),
        service_specific_credential_id: id,
        user_name: owner.name.clone(),
        status: status_now(cx, row),
    }
}
