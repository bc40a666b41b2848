//! Faults and throttles over the admin API.

use serde_json::{Value, json};

use crate::admin::{Ask, Said};
use crate::kernel::Kernel;
use crate::stage::faults::FaultRule;
use crate::stage::throttles::{Limit, Sharing};
use crate::text::parse_duration;

/// The faults in force.
pub(crate) fn faults(kernel: &Kernel) -> Value {
    let rules: Vec<Value> = kernel.faults.list().iter().map(FaultRule::to_json).collect();
    json!({ "faults": rules })
}

/// Adds a fault. `for` (a duration) may stand for `until_ms`.
pub(crate) fn add_fault(ask: &Ask) -> Said {
    let mut v = ask.body.clone();
    if let Some(o) = v.as_object_mut()
        && let Some(lasting) = o.remove("for")
    {
        let ms = lasting
            .as_str()
            .and_then(parse_duration)
            .ok_or((400, "for is a duration such as 10m".to_owned()))?;
        o.insert("until_ms".to_owned(), json!(ask.kernel.clock.now_ms() + ms));
    }
    let rule = FaultRule::from_json(&v).map_err(|e| (400, e))?;
    let rule = ask.kernel.faults.add(&ask.kernel.store, rule).map_err(|e| (500, e.to_string()))?;
    Ok(rule.to_json())
}

/// Removes one fault or all.
pub(crate) fn clear_faults(ask: &Ask, id: Option<&str>) -> Said {
    let id = match id {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| (400, format!("'{text}' is no fault's id")))?),
    };
    let gone = ask.kernel.faults.clear(&ask.kernel.store, id).map_err(|e| (500, e.to_string()))?;
    match (id, gone) {
        (Some(id), 0) => Err((404, format!("there is no fault {id}"))),
        _ => Ok(json!({ "cleared": gone })),
    }
}

/// The limits in force.
pub(crate) fn throttles(kernel: &Kernel) -> Value {
    let limits: Vec<Value> = kernel.throttles.limits().iter().map(show).collect();
    json!({ "documented_limits": kernel.throttles.enabled(), "limits": limits })
}

/// Sets a limit, or takes one away (capacity 0).
pub(crate) fn set_throttle(ask: &Ask) -> Said {
    ask.only(&["service", "operation", "capacity", "refill_per_s"])?;
    let service = ask.text("service").ok_or((400, "a limit needs a service".to_owned()))?;
    let operation = ask.text("operation").unwrap_or("*");
    known_service(ask, service)?;
    known_operations(service, operation)?;
    let number = |k: &str| match ask.body.get(k) {
        None => Ok(None),
        Some(v) => match v.as_f64().filter(|n| *n >= 0.0) {
            Some(n) => Ok(Some(n)),
            None => Err((400, format!("{k} is a number, 0 or more"))),
        },
    };
    let capacity = number("capacity")?.ok_or((400, "a limit needs a capacity".to_owned()))?;
    let refill_per_s = number("refill_per_s")?.unwrap_or(capacity);
    let (code, status) = {
        let f = ask.kernel.throttles.fault(service.split('.').next().unwrap_or(service));
        (f.code().to_owned(), f.status())
    };
    let limit = Limit {
        service: service.to_owned(),
        operations: operation.split(',').map(str::to_owned).collect(),
        sharing: Sharing::Account,
        capacity,
        refill_per_s,
        code,
        status,
        source: "set by hand".to_owned(),
    };
    let shown = show(&limit);
    ask.kernel.throttles.set(&ask.kernel.store, limit).map_err(|e| (500, e.to_string()))?;
    Ok(shown)
}

/// A service's id, or a class of its resources that has documented limits (`sqs.fifo`).
fn known_service(ask: &Ask, service: &str) -> Result<(), (u16, String)> {
    let mut known: Vec<&str> = model::entries().iter().map(|e| e.id).collect();
    known.extend(ask.kernel.throttles.classes());
    match known.contains(&service) {
        true => Ok(()),
        false => Err((400, crate::nearest::unknown("service", service, &known))),
    }
}

fn known_operations(service: &str, operations: &str) -> Result<(), (u16, String)> {
    let Some(model) = model::service(service.split('.').next().unwrap_or(service)) else { return Ok(()) };
    match operations.split(',').find(|o| *o != "*" && model.operation(o).is_none()) {
        None => Ok(()),
        Some(wrong) => {
            let names: Vec<&str> = model.operations.iter().map(|o| o.name).collect();
            Err((400, crate::nearest::unknown("operation", wrong, &names)))
        }
    }
}

fn show(l: &Limit) -> Value {
    json!({
        "service": l.service, "operations": l.operations, "capacity": l.capacity, "refill_per_s": l.refill_per_s,
        "per": match l.sharing {
            Sharing::Account => "account and region",
            Sharing::Operation => "account, region and operation",
            Sharing::Subject => "operation and resource",
        },
        "code": l.code, "status": l.status, "source": l.source,
    })
}
