//! Capacity: whether a zone has machines of a type left. It always has, unless a fault (`capacity`) says otherwise; what
//! runs goes on then, and reservations and dedicated hosts keep what they hold.
//! Source: EC2 user guide, "Insufficient instance capacity"; EC2 API reference, "Server error codes" (2026-11-23); texts as
//! reported by users of the API.

use codec::Fault;
use kernel::Cx;

use crate::capacity_reservation;
use crate::instance::Instance;
use crate::launch::Launch;
use crate::zones;

/// `InsufficientInstanceCapacity`, a server's error.
pub(crate) fn none_left(text: impl Into<String>) -> Fault {
    Fault::new("InsufficientInstanceCapacity", 500, text)
}

/// Whether a zone, by its name and id, has machines of a type.
pub(crate) fn is_left(cx: &Cx, kind: &str, (name, id): (&str, &str)) -> bool {
    cx.has_capacity(&[name, id], kind)
}

/// Refuses a launch where nothing is left for it. `asked`: the caller chose the zone.
///
/// Errors: InsufficientInstanceCapacity.
pub(crate) fn for_launch(cx: &Cx, l: &Launch, asked: bool, spot: bool) -> Result<(), Fault> {
    let zone = (l.subnet.zone.as_str(), l.subnet.zone_id.as_str());
    if l.plan.tenancy == "host" || is_left(cx, l.kind.name(), zone) {
        return Ok(());
    }
    if spot {
        return Err(none_left("There is no Spot capacity available that matches your request."));
    }
    if l.reserved.is_bound() || capacity_reservation::left_for(cx, &like(l))? >= l.count {
        return Ok(());
    }
    Err(none_left(text(cx, l, asked)))
}

/// An instance as the launch would make it, to look for reservations.
fn like(l: &Launch) -> Instance {
    Instance {
        kind: l.kind.name().to_owned(),
        platform: l.image.platform().to_owned(),
        zone: l.subnet.zone.clone(),
        tenancy: l.plan.tenancy.clone(),
        reserved: l.reserved.clone(),
        ..Instance::default()
    }
}

fn text(cx: &Cx, l: &Launch, asked: bool) -> String {
    const SOON: &str = "Our system will be working on provisioning additional capacity.";
    let kind = l.kind.name();
    if !asked {
        let volumes = l.devices.first().map_or("gp2", |d| d.kind.as_str());
        return format!(
            "We currently do not have sufficient {kind} capacity in zones with support for '{volumes}' volumes. {SOON}"
        );
    }
    let offered = l.kind.zones(cx.scope.region);
    let others: Vec<String> = zones::availability_zones(cx)
        .into_iter()
        .filter(|z| offered.contains(&z.id.as_str()) && is_left(cx, kind, (&z.name, &z.id)))
        .map(|z| z.name)
        .collect();
    let mut text = format!(
        "We currently do not have sufficient {kind} capacity in the Availability Zone you requested ({}). {SOON}",
        l.subnet.zone
    );
    if !others.is_empty() {
        text.push_str(&format!(
            " You can currently get {kind} capacity by not specifying an Availability Zone in your request or choosing {}.",
            others.join(", ")
        ));
    }
    text
}

/// Refuses one more machine of what isn't left.
///
/// Errors: InsufficientInstanceCapacity.
pub(crate) fn for_one(cx: &Cx, kind: &str, zone: (&str, &str)) -> Result<(), Fault> {
    match is_left(cx, kind, zone) {
        true => Ok(()),
        false => Err(none_left("Insufficient capacity.")),
    }
}

/// Refuses the start of a stopped instance that no reservation and no host holds a place for.
///
/// Errors: InsufficientInstanceCapacity.
pub(crate) fn for_start(cx: &Cx, row: &Instance) -> Result<(), Fault> {
    let held = !row.reserved.used.is_empty() || row.tenancy == "host";
    if held {
        return Ok(());
    }
    for_one(cx, &row.kind, (&row.zone, &row.zone_id))
}
