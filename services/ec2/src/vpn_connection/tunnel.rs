//! Tunnels of VPN connections: what may be said of one, what AWS fills in, how one is kept and shown. Options that a user
//! gave are kept as text under the model's names; no defaults are shown for others, as at AWS.
//! Source: Site-to-Site VPN user guide, "Tunnel options" (2026-11-22); the text for keys as users saw it.

use codec::{Fault, Value};
use kernel::Cx;
use model::Shape;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::cidr::Cidr;
use crate::err::{self, invalid_parameter, invalid_value};
use crate::kind::Keys;
use crate::{elastic_ip, forms};

/// What a user says of a tunnel.
pub(crate) type Spec = s::VpnTunnelOptionsSpecification;

/// Characters of keys.
const KEY: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
/// Characters of a key that is made up.
const KEY_CHARS: usize = 32;
/// Blocks that no tunnel may have inside.
const RESERVED: [&str; 7] = [
    "169.254.0.0/30",
    "169.254.1.0/30",
    "169.254.2.0/30",
    "169.254.3.0/30",
    "169.254.4.0/30",
    "169.254.5.0/30",
    "169.254.169.252/30",
];

/// A tunnel.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tunnel {
    /// AWS's outside address.
    pub(crate) outside: String,
    /// Block of the inside addresses: AWS's is the first, the customer's the second.
    pub(crate) inside: String,
    /// The same of IPv6, or empty.
    pub(crate) inside_v6: String,
    /// Key that both ends share.
    pub(crate) key: String,
    /// Other options that were given.
    pub(crate) options: String,
}

impl Row for Tunnel {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.outside);
        w.put(2, &self.inside);
        w.put(3, &self.inside_v6);
        w.put(4, &self.key);
        w.put(5, &self.options);
    }
    fn read(r: &mut RowReader) -> Result<Tunnel, RowError> {
        Ok(Tunnel {
            outside: r.get(1)?,
            inside: r.get(2)?,
            inside_v6: r.get(3)?,
            key: r.get(4)?,
            options: r.get(5)?,
        })
    }
}

/// Members that a tunnel keeps apart from its other options.
const APART: [&str; 3] = ["TunnelInsideCidr", "TunnelInsideIpv6Cidr", "PreSharedKey"];

/// Members that answers spell otherwise than requests.
const SPELLED_OTHERWISE: [&str; 3] = ["IKEVersions", "DPDTimeoutSeconds", "DPDTimeoutAction"];

/// The shape of [`Spec`].
pub(crate) fn shape() -> &'static Shape {
    let options = forms::member_of_input("CreateVpnConnection", "Options");
    forms::of_member(forms::of_member(options, "TunnelOptions"), "member")
}

fn shape_shown() -> &'static Shape {
    let connection = forms::member_of_output("CreateVpnConnection", "VpnConnection");
    forms::of_member(forms::of_member(forms::of_member(connection, "Options"), "TunnelOptions"), "member")
}

/// Refuses what isn't built, and what AWS doesn't take.
///
/// Errors: InvalidParameterValue. NotImplemented: logs, additional key exchanges.
pub(crate) fn check(o: &Spec) -> Result<(), Fault> {
    let logs = o.log_options.as_ref().and_then(|l| l.cloud_watch_log_options.as_ref());
    err::refuse(&[
        ("LogOptions", logs.is_some_and(|l| l.log_enabled == Some(true) || l.bgp_log_enabled == Some(true))),
        ("Phase1AdditionalKeyExchanges", o.phase1_additional_key_exchanges.is_some()),
        ("Phase2AdditionalKeyExchanges", o.phase2_additional_key_exchanges.is_some()),
    ])?;
    let second = o.phase2_lifetime_seconds.unwrap_or(3_600);
    for (name, given, least, most) in [
        ("phase1LifetimeSeconds", o.phase1_lifetime_seconds, 900, 28_800),
        ("phase2LifetimeSeconds", o.phase2_lifetime_seconds, 900, 3_600),
        ("rekeyMarginTimeSeconds", o.rekey_margin_time_seconds, 60, second / 2),
        ("rekeyFuzzPercentage", o.rekey_fuzz_percentage, 0, 100),
        ("replayWindowSize", o.replay_window_size, 64, 2_048),
        ("dpdTimeoutSeconds", o.dpd_timeout_seconds, 30, i32::MAX),
    ] {
        if let Some(n) = given.filter(|n| !(least..=most).contains(n)) {
            return Err(invalid_parameter(n, name, &format!("It must be between {least} and {most}.")));
        }
    }
    if o.phase2_lifetime_seconds.is_some() && second >= o.phase1_lifetime_seconds.unwrap_or(28_800) {
        return Err(invalid_parameter(
            second,
            "phase2LifetimeSeconds",
            "It must be less than phase1LifetimeSeconds.",
        ));
    }
    for (name, given, allowed) in words(o) {
        if let Some(word) = given.iter().find(|w| !allowed.contains(&w.as_str())) {
            return Err(invalid_parameter(word, name, &format!("Valid values: {}.", allowed.join(", "))));
        }
    }
    if o.pre_shared_key.as_deref().is_some_and(|k| !is_key(k)) {
        return Err(invalid_value("Value for parameter PreSharedKey is invalid."));
    }
    Ok(())
}

fn is_key(key: &str) -> bool {
    (8..=64).contains(&key.len()) && !key.starts_with('0') && key.bytes().all(|b| KEY.contains(&b))
}

const CIPHERS: &[&str] = &["AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"];
const DIGESTS: &[&str] = &["SHA1", "SHA2-256", "SHA2-384", "SHA2-512"];
const GROUPS: &[&str] = &["2", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24"];
const GROUPS_2: &[&str] = &["2", "5", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24"];

/// A parameter's name, what was given for it, what may be.
type Words = (&'static str, Vec<String>, &'static [&'static str]);

/// Options that are one or several of a few words.
fn words(o: &Spec) -> [Words; 9] {
    fn texts<T>(list: Option<&Vec<T>>, text: impl Fn(&T) -> Option<String>) -> Vec<String> {
        list.into_iter().flatten().map(|v| text(v).unwrap_or_default()).collect()
    }
    let number = |n: Option<i32>| n.map(|n| n.to_string());
    let one = |word: &Option<String>| word.iter().cloned().collect();
    let (c1, c2) = (o.phase1_encryption_algorithms.as_ref(), o.phase2_encryption_algorithms.as_ref());
    let (d1, d2) = (o.phase1_integrity_algorithms.as_ref(), o.phase2_integrity_algorithms.as_ref());
    let (g1, g2) = (o.phase1_dh_group_numbers.as_ref(), o.phase2_dh_group_numbers.as_ref());
    [
        ("phase1EncryptionAlgorithm", texts(c1, |v| v.value.clone()), CIPHERS),
        ("phase2EncryptionAlgorithm", texts(c2, |v| v.value.clone()), CIPHERS),
        ("phase1IntegrityAlgorithm", texts(d1, |v| v.value.clone()), DIGESTS),
        ("phase2IntegrityAlgorithm", texts(d2, |v| v.value.clone()), DIGESTS),
        ("phase1DHGroupNumber", texts(g1, |v| number(v.value)), GROUPS),
        ("phase2DHGroupNumber", texts(g2, |v| number(v.value)), GROUPS_2),
        ("ikeVersion", texts(o.ike_versions.as_ref(), |v| v.value.clone()), &["ikev1", "ikev2"]),
        ("dpdTimeoutAction", one(&o.dpd_timeout_action), &["clear", "none", "restart"]),
        ("startupAction", one(&o.startup_action), &["add", "start"]),
    ]
}

/// Condition keys of what a request says of tunnels.
/// Source: Service Authorization Reference, "vpn-connection".
pub(crate) fn keys(specs: &[Spec]) -> Keys {
    let number = |n: Option<i32>| n.map(|n| n.to_string()).into_iter().collect::<Vec<_>>();
    let text = |t: &Option<String>| t.iter().cloned().collect::<Vec<_>>();
    let mut all: Keys = Vec::new();
    for o in specs {
        let [c1, c2, d1, d2, g1, g2, ike, ..] = words(o).map(|(_, given, _)| given);
        for (name, values) in [
            ("ec2:DPDTimeoutSeconds", number(o.dpd_timeout_seconds)),
            ("ec2:IKEVersions", ike),
            ("ec2:InsideTunnelCidr", text(&o.tunnel_inside_cidr)),
            ("ec2:InsideTunnelIpv6Cidr", text(&o.tunnel_inside_ipv6_cidr)),
            ("ec2:Phase1DHGroup", g1),
            ("ec2:Phase1EncryptionAlgorithms", c1),
            ("ec2:Phase1IntegrityAlgorithms", d1),
            ("ec2:Phase1LifetimeSeconds", number(o.phase1_lifetime_seconds)),
            ("ec2:Phase2DHGroup", g2),
            ("ec2:Phase2EncryptionAlgorithms", c2),
            ("ec2:Phase2IntegrityAlgorithms", d2),
            ("ec2:Phase2LifetimeSeconds", number(o.phase2_lifetime_seconds)),
            ("ec2:RekeyFuzzPercentage", number(o.rekey_fuzz_percentage)),
            ("ec2:RekeyMarginTimeSeconds", number(o.rekey_margin_time_seconds)),
            ("ec2:ReplayWindowSizePackets", number(o.replay_window_size)),
        ] {
            match all.iter_mut().find(|(n, _)| *n == name) {
                Some((_, there)) => there.extend(values),
                None if values.is_empty() => {}
                None => all.push((name, values)),
            }
        }
    }
    all
}

/// The inside block that a user gave, or one that nobody has.
///
/// Errors: InvalidParameterValue: no /30 of 169.254.0.0/16, a reserved one, one that another tunnel has.
fn inside(cx: &Cx, given: Option<&str>, taken: &[String]) -> Result<String, Fault> {
    if let Some(text) = given {
        let range = Cidr::parse_v4("169.254.0.0/16").expect("a block");
        let good = Cidr::parse_v4(text).filter(|c| Cidr::is_exact(text) && c.len == 30 && range.contains(*c));
        let why = match good {
            None => "It must be a /30 block of 169.254.0.0/16.",
            Some(_) if RESERVED.contains(&text) => "The block is reserved.",
            Some(_) if taken.iter().any(|t| t == text) => {
                "The block is used by another tunnel of the gateway."
            }
            Some(_) => return Ok(text.to_owned()),
        };
        return Err(invalid_parameter(text, "TunnelInsideCidr", why));
    }
    let free = (0..1_024).find_map(|_| {
        let random = cx.ids.bytes("ec2.vpn-inside");
        let text = format!("169.254.{}.{}/30", random[0], random[1] & 0xfc);
        (!RESERVED.contains(&text.as_str()) && !taken.contains(&text)).then_some(text)
    });
    free.ok_or_else(|| invalid_value("There is no free block for the tunnel's inside addresses."))
}

/// The same of IPv6: a /126 of fd00::/8.
fn inside_v6(cx: &Cx, given: Option<&str>, taken: &[String]) -> Result<String, Fault> {
    if let Some(text) = given {
        let range = Cidr::parse_v6("fd00::/8").expect("a block");
        let good =
            Cidr::parse_v6(text).filter(|c| Cidr::is_exact(text) && c.len == 126 && range.contains(*c));
        let why = match good.map(|c| c.to_string()) {
            None => "It must be a /126 block of fd00::/8.",
            Some(block) if taken.contains(&block) => "The block is used by another tunnel of the gateway.",
            Some(block) => return Ok(block),
        };
        return Err(invalid_parameter(text, "TunnelInsideIpv6Cidr", why));
    }
    let random = cx.ids.bytes("ec2.vpn-inside-v6");
    let bits = u128::from_be_bytes(random[..16].try_into().expect("sixteen bytes"));
    let base = 0xfd << 120 | bits >> 8 & !3;
    Ok(Cidr { v6: true, base, len: 126 }.to_string())
}

fn key(cx: &Cx) -> String {
    let text = cx.ids.text("ec2.vpn-key", KEY_CHARS, KEY);
    // The first character is no zero.
    if text.starts_with('0') { text.replacen('0', "A", 1) } else { text }
}

/// A new tunnel of a connection. `taken` are inside blocks that others have.
pub(crate) fn new(
    cx: &mut Cx,
    connection: &str,
    o: &Spec,
    six: bool,
    taken: &[String],
) -> Result<Tunnel, Fault> {
    let mut made = Tunnel {
        inside: inside(cx, o.tunnel_inside_cidr.as_deref(), taken)?,
        key: o.pre_shared_key.clone().unwrap_or_else(|| key(cx)),
        options: kept(forms::value(shape(), o)?),
        ..Tunnel::default()
    };
    match (&o.tunnel_inside_ipv6_cidr, six) {
        (given, true) => made.inside_v6 = inside_v6(cx, given.as_deref(), taken)?,
        (Some(text), false) => {
            return Err(invalid_parameter(text, "TunnelInsideIpv6Cidr", "The tunnels process IPv4 traffic."));
        }
        (None, false) => {}
    }
    made.outside = elastic_ip::take_public(cx, connection)?;
    Ok(made)
}

/// Lays new options over a tunnel's.
pub(crate) fn change(cx: &Cx, t: &mut Tunnel, o: &Spec, six: bool, taken: &[String]) -> Result<(), Fault> {
    if o.tunnel_inside_cidr.is_some() {
        t.inside = inside(cx, o.tunnel_inside_cidr.as_deref(), taken)?;
    }
    match (o.tunnel_inside_ipv6_cidr.as_deref(), six) {
        (Some(text), true) => t.inside_v6 = inside_v6(cx, Some(text), taken)?,
        (Some(text), false) => {
            return Err(invalid_parameter(text, "TunnelInsideIpv6Cidr", "The tunnels process IPv4 traffic."));
        }
        (None, _) => {}
    }
    if let Some(new) = &o.pre_shared_key {
        t.key.clone_from(new);
    }
    let all = forms::laid_over(forms::value(shape(), o)?, forms::parse(shape(), &t.options)?);
    check(&forms::record::<Spec>(shape(), &all)?)?;
    t.options = kept(all);
    Ok(())
}

/// The options that are kept as text.
fn kept(given: Value) -> String {
    let Value::Record(mut members) = given else { return "{}".to_owned() };
    members.retain(|(_, name, value)| !APART.contains(name) && *value != Value::Null);
    forms::text_of(shape(), &Value::Record(members))
}

/// As answers show it.
pub(crate) fn show(t: &Tunnel) -> Result<s::TunnelOption, Fault> {
    let (from, to) = (shape(), shape_shown());
    let alike = forms::cast(from, to, forms::parse(from, &t.options)?, &SPELLED_OTHERWISE)?;
    let mut shown: s::TunnelOption = forms::record(to, &alike)?;
    let o: Spec = forms::read(from, &t.options)?;
    let versions =
        o.ike_versions.map(|all| all.into_iter().map(|v| s::IKEVersionsListValue { value: v.value }));
    shown.ike_versions = versions.map(Iterator::collect);
    shown.dpd_timeout_seconds = o.dpd_timeout_seconds;
    shown.dpd_timeout_action = o.dpd_timeout_action;
    shown.outside_ip_address = Some(t.outside.clone());
    shown.tunnel_inside_cidr = Some(t.inside.clone());
    shown.tunnel_inside_ipv6_cidr = Some(t.inside_v6.clone()).filter(|b| !b.is_empty());
    shown.pre_shared_key = Some(t.key.clone());
    Ok(shown)
}
