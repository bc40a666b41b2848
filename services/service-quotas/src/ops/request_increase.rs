//! `RequestServiceQuotaIncrease`. The answer is `PENDING`, as AWS's is, even where the request is approved at once.
//! Source: Service Quotas API reference, "RequestServiceQuotaIncrease"; texts as users reported them: the value in
//! cloud-custodian#8939 (2023), the open request in hashicorp/terraform-provider-aws#19657 (2021); others inferred.

use codec::Fault;
use kernel::{Cx, HEX, Profile, Quota};
use serde_json::json;
use shapes_service_quotas::{RequestServiceQuotaIncreaseRequest, RequestServiceQuotaIncreaseResponse, err};

use crate::catalogue::{find, no_context};
use crate::request::{Request, Requests, SHOWN_MS, USUAL_MS, all, approve, key, show};
use crate::time;

/// Requests that may be open in a Region. Source: Service Quotas user guide, "Quotas for Service Quotas".
const OPEN: usize = 20;

/// Errors: NoSuchResourceException; IllegalArgumentException: the quota can't be raised, or isn't by the value;
/// ResourceAlreadyExistsException: a request is open; QuotaExceededException: too many are.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &RequestServiceQuotaIncreaseRequest,
) -> Result<RequestServiceQuotaIncreaseResponse, Fault> {
    let quota = find(cx, &i.service_code, &i.quota_code)?;
    no_context(i.context_id.as_deref())?;
    if !quota.adjustable {
        let text = format!("The quota {} of service {} is not adjustable.", quota.code, quota.service);
        return Err(err::illegal_argument_exception(text));
    }
    if i.desired_value <= cx.quota_value(quota)? {
        return Err(err::illegal_argument_exception(
            "You must provide a quota value greater than the current quota value",
        ));
    }
    one_at_a_time(cx, quota)?;
    let id = cx.ids.text("quotas.request", 32, HEX);
    let requester = json!({ "accountId": cx.scope.account, "callerArn": cx.caller.arn });
    let mut row = Request {
        service: quota.service.to_owned(),
        code: quota.code.to_owned(),
        desired: i.desired_value,
        approved: false,
        created_ms: cx.now_ms,
        updated_ms: cx.now_ms,
        requester: requester.to_string(),
    };
    let shown = show(cx, &id, &row)?;
    match cx.profile {
        Profile::Dev => approve(cx, &mut row)?,
        Profile::Real => cx.timer_set(time::APPROVE, &id, cx.now_ms + USUAL_MS)?,
    }
    cx.timer_set(time::FORGET, &id, cx.now_ms + SHOWN_MS)?;
    cx.put::<Requests>(&key(cx, &id), &row);
    Ok(RequestServiceQuotaIncreaseResponse { requested_quota: Some(shown) })
}

/// Refuses a second open request for a quota, and too many in all. One that was granted by other means is closed.
fn one_at_a_time(cx: &mut Cx, quota: &Quota) -> Result<(), Fault> {
    let waiting: Vec<(String, Request)> = all(cx)?.filter(|(_, row)| !row.approved).collect();
    let mut open = 0;
    for (id, mut row) in waiting {
        if row.status(cx)? == "APPROVED" {
            approve(cx, &mut row)?;
            cx.put::<Requests>(&key(cx, &id), &row);
            continue;
        }
        open += 1;
        if (row.service.as_str(), row.code.as_str()) == (quota.service, quota.code) {
            let text = "Only one open service quota increase request is allowed per quota.";
            return Err(err::resource_already_exists_exception(text));
        }
    }
    match open < OPEN {
        true => Ok(()),
        false => Err(err::quota_exceeded_exception(format!(
            "You have exceeded the maximum of {OPEN} open quota increase requests for this Region."
        ))),
    }
}
