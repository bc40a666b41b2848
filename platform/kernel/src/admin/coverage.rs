//! What is built and what is refused, operation by operation.

use serde_json::{Value, json};

use crate::admin::Said;
use crate::kernel::Kernel;
use crate::nearest;

/// Coverage of one service in full, or of all in numbers.
pub(crate) fn show(kernel: &Kernel, service: Option<&str>) -> Said {
    let ids: Vec<&str> = model::entries().iter().map(|e| e.id).collect();
    let Some(id) = service else {
        let services: Vec<Value> = ids.iter().filter_map(|id| counts(kernel, id)).collect();
        let calls: serde_json::Map<String, Value> =
            kernel.unimplemented.lock().iter().map(|(k, n)| (k.clone(), json!(n))).collect();
        return Ok(json!({ "services": services, "asked_for_but_not_built": calls }));
    };
    let model = model::service(id).ok_or_else(|| (404, nearest::unknown("service", id, &ids)))?;
    let (mut built, mut refused) = (Vec::new(), Vec::new());
    for o in &model.operations {
        if kernel.row(id, o.name).is_some() { built.push(o.name) } else { refused.push(o.name) }
    }
    Ok(json!({ "service": id, "built": built, "not_built": refused }))
}

fn counts(kernel: &Kernel, id: &str) -> Option<Value> {
    let built = kernel.service(id).map_or(0, |s| s.operations.len());
    let entry = model::entries().iter().find(|e| e.id == id)?;
    Some(json!({ "service": entry.id, "built": built, "modelled": entry.model().operations.len() }))
}
