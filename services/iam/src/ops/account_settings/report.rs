//! The credential report: a CSV of everybody's credentials, made at most every four hours.
//! Source: IAM user guide, "Generate credential reports for your AWS account" (columns, values, the four hours); the
//! texts of the states: IAM API reference and AWS CLI's examples.
//! Differs: the report is whole as soon as it was asked for; the first answer still says STARTED.

use codec::{Blob, Empty, Fault};
use directory::{AccessKeys, User};
use kernel::Cx;
use kernel::text::iso_time;
use shapes_iam::err as shapes_err;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::answers::at;
use crate::holder;
use crate::keys;
use crate::ops::{login_profiles, mfa, password_policy, signing_certificates};
use crate::owner::{self, Owner};
use crate::state::home;

/// How long a report is current.
const CURRENT_MS: i64 = 4 * 3_600_000;
/// Bytes of a report in one row.
const PIECE_BYTES: usize = 64 * 1024;
const DAY_MS: i64 = 86_400_000;

const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// A piece of a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Piece {
    made_ms: i64,
    bytes: Vec<u8>,
}

impl Row for Piece {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.made_ms);
        w.put(2, &self.bytes);
    }
    fn read(r: &mut RowReader) -> Result<Piece, RowError> {
        Ok(Piece { made_ms: r.get(1)?, bytes: r.get(2)? })
    }
}

/// The latest report of an account: partition, account, number of the piece.
pub(crate) struct Reports;
impl Table for Reports {
    const NAME: &'static str = "iam.credential_report";
    const VERSION: u16 = 1;
    type Key = (String, String, u32);
    type Row = Piece;
}

pub(super) fn generate(
    cx: &mut Cx,
    _: &Empty,
) -> Result<shapes_iam::GenerateCredentialReportResponse, Fault> {
    let answer = |state: &str, description: Option<&str>| shapes_iam::GenerateCredentialReportResponse {
        state: Some(state.to_owned()),
        description: description.map(str::to_owned),
    };
    if made_ms(cx)?.is_some_and(|at| cx.now_ms - at < CURRENT_MS) {
        return Ok(answer("COMPLETE", None));
    }
    crate::state::clear::<Reports>(cx)?;
    let (partition, account) = home(cx);
    let content = content(cx)?.into_bytes();
    for (n, piece) in content.chunks(PIECE_BYTES).enumerate() {
        let row = Piece { made_ms: cx.now_ms, bytes: piece.to_vec() };
        cx.put::<Reports>(&(partition.clone(), account.clone(), n as u32), &row);
    }
    Ok(answer("STARTED", Some("No report exists. Starting a new report generation task")))
}

pub(super) fn get(cx: &mut Cx, _: &Empty) -> Result<shapes_iam::GetCredentialReportResponse, Fault> {
    let Some(made_ms) = made_ms(cx)? else {
        return Err(shapes_err::credential_report_not_present_exception(
            "No report was found. Use GenerateCredentialReport to generate one.",
        ));
    };
    if cx.now_ms - made_ms >= CURRENT_MS {
        return Err(shapes_err::credential_report_expired_exception(
            "The most recent credential report has expired. Use GenerateCredentialReport to generate a new one.",
        ));
    }
    let content = cx.scan_prefix::<Reports>(&home(cx))?.flat_map(|(_, p)| p.bytes).collect();
    Ok(shapes_iam::GetCredentialReportResponse {
        content: Some(Blob(content)),
        report_format: Some("text/csv".to_owned()),
        generated_time: Some(at(made_ms)),
    })
}

fn made_ms(cx: &Cx) -> Result<Option<i64>, Fault> {
    let (partition, account) = home(cx);
    Ok(cx.get::<Reports>(&(partition, account, 0))?.map(|p| p.made_ms))
}

fn content(cx: &Cx) -> Result<String, Fault> {
    let users = owner::all_users(cx)?;
    let mut lines = vec![COLUMNS.to_owned(), root_line(cx, &users)?];
    for user in &users {
        lines.push(user_line(cx, user)?);
    }
    Ok(lines.join("\n"))
}

fn root_line(cx: &Cx, users: &[User]) -> Result<String, Fault> {
    // When an account was made isn't kept; it was not after its first user.
    let since = users.iter().map(|u| u.created_ms).min().unwrap_or(cx.now_ms);
    let mut fields = vec!["<root_account>".to_owned(), cx.scope.global_arn("iam", "root"), time(since)];
    for field in ["not_supported", "no_information", "not_supported", "not_supported"] {
        fields.push(field.to_owned());
    }
    credentials(cx, &Owner::root(cx), &mut fields)?;
    Ok(fields.join(","))
}

fn user_line(cx: &Cx, user: &User) -> Result<String, Fault> {
    let owner = Owner::from(user);
    let none = || "N/A".to_owned();
    let mut fields = vec![user.name.clone(), holder::arn(cx, user), time(user.created_ms)];
    match login_profiles::profile(cx, &owner)? {
        None => fields.extend(["false".to_owned(), none(), none(), none()]),
        Some(p) => {
            let max_age = password_policy::current(cx)?.max_age_days().filter(|d| *d > 0);
            let next = max_age.map_or_else(none, |days| time(p.changed_ms + i64::from(days) * DAY_MS));
            let used = user.password_last_used_ms.map_or_else(|| "no_information".to_owned(), time);
            fields.extend(["true".to_owned(), used, time(p.changed_ms), next]);
        }
    }
    credentials(cx, &owner, &mut fields)?;
    Ok(fields.join(","))
}

/// Devices, keys and certificates: the columns from `mfa_active` on.
fn credentials(cx: &Cx, owner: &Owner, fields: &mut Vec<String>) -> Result<(), Fault> {
    let none = || "N/A".to_owned();
    fields.push(mfa::has_device(cx, owner)?.to_string());
    let mut rows = Vec::new();
    for id in keys::of(cx, &owner.name)? {
        rows.extend(cx.get::<AccessKeys>(&id)?.map(|row| (id, row)));
    }
    rows.sort_by_key(|(_, row)| row.created_ms);
    for n in 0..2 {
        let Some((id, row)) = rows.get(n) else {
            fields.extend(["false".to_owned(), none(), none(), none(), none()]);
            continue;
        };
        fields.extend([row.active.to_string(), time(row.created_ms)]);
        match cx.directory.last_uses.get(id) {
            Some(u) => fields.extend([time(u.at_ms), u.region, u.service]),
            None => fields.extend([none(), none(), none()]),
        }
    }
    let mut certificates = owner.things::<signing_certificates::Certificates>(cx)?;
    certificates.sort_by_key(|(_, c)| c.uploaded_ms);
    for n in 0..2 {
        match certificates.get(n) {
            Some((_, c)) => fields.extend([c.active.to_string(), time(c.uploaded_ms)]),
            None => fields.extend(["false".to_owned(), none()]),
        }
    }
    Ok(())
}

/// `2026-01-01T00:00:00+00:00`
fn time(ms: i64) -> String {
    iso_time(ms).replace('Z', "+00:00")
}
