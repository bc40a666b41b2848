//! What the server says of itself when it starts: where it is, where the data is, how strict it is, and what to paste.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use kernel::{Kernel, Profile, text};
use store::Durability;

use crate::settings::{Place, Settings};

/// Says a line; `false` when nobody reads any more, which is no reason to stop serving.
pub(crate) fn say(line: &str) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
}

/// Says all of it.
pub(crate) fn print(settings: &Settings, kernel: &Kernel, bound: SocketAddr, ca: Option<&Path>) {
    say(&text(settings, kernel, bound, ca));
}

fn text(settings: &Settings, kernel: &Kernel, bound: SocketAddr, ca: Option<&Path>) -> String {
    let endpoint = endpoint(bound, ca.is_some());
    let services: Vec<&str> = kernel.services().map(|s| s.id).collect();
    let mut lines = vec![
        ("data", data(settings)),
        ("durability", durability(settings).to_owned()),
        ("signatures", format!("verified; test/test is root of account {}", settings.account)),
        ("IAM", iam(settings)),
        ("clock", clock(kernel)),
        ("throttles", throttles(settings.profile).to_owned()),
        ("admin", admin(settings, bound)),
        ("services", services.join(" ")),
    ];
    if let Some(ca) = ca {
        lines.push(("TLS", format!("on the same port; the authority to trust is {}", ca.display())));
    }
    let mut out = format!("Tabletop {} is ready at {endpoint}\n", env!("CARGO_PKG_VERSION"));
    for (what, how) in lines {
        let _ = writeln!(out, "  {what:<11} {how}");
    }
    let _ = writeln!(out, "\nexport AWS_ENDPOINT_URL={endpoint}");
    if let Some(ca) = ca {
        let _ = writeln!(out, "export AWS_CA_BUNDLE={}", quoted(&ca.display().to_string()));
    }
    let _ = writeln!(out, "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test");
    let _ = write!(out, "export AWS_DEFAULT_REGION={0} AWS_REGION={0}", settings.region);
    out
}

/// An address that a client on this machine can use.
pub(crate) fn endpoint(bound: SocketAddr, tls: bool) -> String {
    let ip = match bound.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{}", SocketAddr::new(ip, bound.port()))
}

fn data(settings: &Settings) -> String {
    match &settings.place {
        Place::Memory => "in memory; gone when it stops".to_owned(),
        Place::Folder(dir, _) => dir.display().to_string(),
    }
}

fn durability(settings: &Settings) -> &'static str {
    match settings.place {
        Place::Memory => "memory: nothing outlives the process",
        Place::Folder(_, Durability::Power) => "power: an answered write survives the death of the machine",
        Place::Folder(..) => "process: an answered write survives the death of the process",
    }
}

fn iam(settings: &Settings) -> String {
    match settings.guest {
        false => "decides every call".to_owned(),
        true => format!(
            "decides every call, but unknown keys and unsigned requests act as root of {} (guest)",
            settings.account
        ),
    }
}

fn clock(kernel: &Kernel) -> String {
    let (now, real, scale) = (kernel.clock.now_ms(), kernel.clock.real_now_ms(), kernel.clock.state().scale);
    let at = text::iso_time(now);
    match scale {
        0.0 => format!("frozen at {at}"),
        1.0 if (now - real).abs() < 1_000 => "real time".to_owned(),
        1.0 => format!("at {at}, at real pace"),
        _ => format!("at {at}, {scale} times as fast as real time"),
    }
}

fn throttles(profile: Profile) -> &'static str {
    match profile {
        Profile::Dev => "off (profile dev)",
        Profile::Real => "AWS's documented ones (profile real)",
    }
}

fn admin(settings: &Settings, bound: SocketAddr) -> String {
    match (&settings.admin_token, bound.ip().is_loopback()) {
        (Some(_), false) => "from this machine, and from others with the token".to_owned(),
        (None, false) => "from this machine only; --admin-token lets others in".to_owned(),
        (_, true) => "from this machine only".to_owned(),
    }
}

/// A path as a shell reads it.
fn quoted(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+:@%,".contains(&b);
    match path.bytes().all(plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}
