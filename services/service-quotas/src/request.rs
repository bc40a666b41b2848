//! Requests for more. A request is open until its time comes, or until somebody else grants as much as it asks for.
//! Source: Service Quotas API reference, "RequestedServiceQuotaChange" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::{Cx, Quota};
use shapes_service_quotas::RequestedServiceQuotaChange;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::catalogue;

/// How long AWS usually takes, with `real`. Not documented; small raises come within the hour.
pub(crate) const USUAL_MS: i64 = 30 * 60_000;
/// How long a request is shown. Source: "ListRequestedServiceQuotaChangeHistory": 90 days.
pub(crate) const SHOWN_MS: i64 = 90 * 24 * 3_600_000;

/// A request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Request {
    /// Service of the quota.
    pub(crate) service: String,
    /// Code of the quota.
    pub(crate) code: String,
    /// How many are asked for.
    pub(crate) desired: f64,
    /// Whether it was granted.
    pub(crate) approved: bool,
    /// When it came, milliseconds since the epoch.
    pub(crate) created_ms: i64,
    /// When it was granted.
    pub(crate) updated_ms: i64,
    /// Who asked: account and ARN, as JSON.
    pub(crate) requester: String,
}

impl Row for Request {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.service);
        w.put(2, &self.code);
        w.put(3, &self.desired);
        w.put(4, &self.approved);
        w.put(5, &self.created_ms);
        w.put(6, &self.updated_ms);
        w.put(7, &self.requester);
    }
    fn read(r: &mut RowReader) -> Result<Request, RowError> {
        Ok(Request {
            service: r.get(1)?,
            code: r.get(2)?,
            desired: r.get(3)?,
            approved: r.get(4)?,
            created_ms: r.get(5)?,
            updated_ms: r.get(6)?,
            requester: r.get(7)?,
        })
    }
}

/// Account, region, id.
pub(crate) type RequestKey = (String, String, String);

/// Requests.
pub(crate) struct Requests;
impl Table for Requests {
    const NAME: &'static str = "quotas.request";
    const VERSION: u16 = 1;
    type Key = RequestKey;
    type Row = Request;
}

/// The key of a request in the call's scope.
pub(crate) fn key(cx: &Cx, id: &str) -> RequestKey {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), id.to_owned())
}

/// The requests of the call's scope, by id.
pub(crate) fn all(cx: &Cx) -> Result<impl Iterator<Item = (String, Request)>, Fault> {
    let rows = cx.scan::<Requests>(Scan::prefix(&(cx.scope.account.as_str(), cx.scope.region)))?;
    Ok(rows.map(|((_, _, id), row)| (id, row)))
}

impl Request {
    /// The quota that it is about.
    pub(crate) fn quota(&self) -> Result<&'static Quota, Fault> {
        let found = kernel::quota(&self.service, &self.code);
        found.ok_or_else(|| Fault::internal(format!("no quota {} of {}", self.code, self.service)))
    }

    /// `PENDING`, `APPROVED`.
    pub(crate) fn status(&self, cx: &Cx) -> Result<&'static str, Fault> {
        Ok(match self.approved || cx.quota_value(self.quota()?)? >= self.desired {
            true => "APPROVED",
            false => "PENDING",
        })
    }
}

/// Grants what a request asks for, unless more is granted by now.
pub(crate) fn approve(cx: &mut Cx, row: &mut Request) -> Result<(), Fault> {
    let quota = row.quota()?;
    if cx.quota_value(quota)? < row.desired {
        cx.grant_quota(quota, row.desired);
    }
    row.approved = true;
    row.updated_ms = cx.now_ms;
    Ok(())
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, id: &str, row: &Request) -> Result<RequestedServiceQuotaChange, Fault> {
    let quota = row.quota()?;
    Ok(RequestedServiceQuotaChange {
        id: Some(id.to_owned()),
        service_code: Some(row.service.clone()),
        service_name: catalogue::service_name(&row.service).map(str::to_owned),
        quota_code: Some(row.code.clone()),
        quota_name: Some(quota.name.to_owned()),
        desired_value: Some(row.desired),
        status: Some(row.status(cx)?.to_owned()),
        created: Some(Timestamp { epoch_ms: row.created_ms }),
        last_updated: Some(Timestamp { epoch_ms: row.updated_ms }),
        requester: Some(row.requester.clone()),
        quota_arn: Some(catalogue::arn(cx, &row.service, &row.code)),
        global_quota: Some(quota.global),
        unit: Some("None".to_owned()),
        quota_requested_at_level: Some("ACCOUNT".to_owned()),
        ..RequestedServiceQuotaChange::default()
    })
}
