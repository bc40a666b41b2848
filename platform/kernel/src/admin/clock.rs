//! The clock over the admin API.

use serde_json::{Value, json};

use crate::admin::{Ask, Said};
use crate::kernel::Kernel;
use crate::nearest;
use crate::text::{iso_time, parse_duration, parse_time};

const VERBS: [&str; 4] = ["freeze", "scale", "advance", "set"];

/// The end of the year 9999: AWS's formats of time go no further.
const LAST_MS: i64 = 253_402_300_799_999;

/// How the clock stands.
pub(crate) fn show(kernel: &Kernel) -> Value {
    let (now, real) = (kernel.clock.now_ms(), kernel.clock.real_now_ms());
    let scale = kernel.clock.state().scale;
    json!({
        "now": iso_time(now), "now_ms": now, "real": iso_time(real), "offset_ms": now - real,
        "scale": scale, "frozen": scale == 0.0,
    })
}

/// Freezes, scales, advances or sets it.
pub(crate) async fn turn(ask: &Ask, verb: &str) -> Said {
    let kernel = &ask.kernel;
    let mut fired = None;
    match verb {
        "freeze" => {
            ask.only(&[])?;
            let _no_advance = kernel.firing.lock().await;
            keep(kernel, kernel.clock.freeze())?;
        }
        "scale" => {
            ask.only(&["scale"])?;
            let scale = ask.body.get("scale").and_then(Value::as_f64).filter(|s| (0.0..=1e6).contains(s));
            let scale = scale.ok_or((400, "scale is a number from 0 to 1000000".to_owned()))?;
            let _no_advance = kernel.firing.lock().await;
            keep(kernel, kernel.clock.scale(scale))?;
        }
        "advance" => {
            ask.only(&["by"])?;
            let by = ask.text("by").and_then(parse_duration);
            let by = by.ok_or((400, "advance needs by: a duration such as 30s, 2h or 14d".to_owned()))?;
            fired = Some(advance(kernel, kernel.clock.now_ms().saturating_add(by)).await?);
        }
        "set" => {
            ask.only(&["to"])?;
            let to = ask.text("to").and_then(parse_time);
            let to = to.ok_or((400, "set needs to: a time such as 2026-12-24T18:00:00Z".to_owned()))?;
            if to < kernel.clock.now_ms() {
                let text = "the clock doesn't run backwards: what happened can't unhappen; reset or load a snapshot first";
                return Err((400, text.to_owned()));
            }
            fired = Some(advance(kernel, to).await?);
        }
        other => return Err((404, nearest::unknown("clock verb", other, &VERBS))),
    }
    let mut shown = show(kernel);
    if let Some(n) = fired {
        shown["fired"] = json!(n);
    }
    Ok(shown)
}

async fn advance(kernel: &Kernel, to_ms: i64) -> Result<u64, (u16, String)> {
    if to_ms > LAST_MS {
        return Err((400, "the clock ends with the year 9999".to_owned()));
    }
    kernel.advance_to(to_ms).await.map_err(|f| (500, format!("{f:?}")))
}

fn keep(kernel: &Kernel, state: crate::clock::ClockState) -> Result<(), (u16, String)> {
    kernel.keep_clock(state).map_err(|e| (500, e.to_string()))
}
