//! Temporary credentials: their making, and the directory's row that they are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use codec::{Fault, Timestamp};
use directory::{Session, Sessions};
use kernel::{BASE32, BASE64, Cx};
use shapes_sts::Credentials;

use crate::time;

/// What every session token begins with: so do AWS's (the base64 of a length and `origin_ec`).
const TOKEN_PREFIX: &str = "IQoJb3JpZ2luX2Vj";
/// Characters of a token that carries nothing but itself.
const TOKEN_CHARS: usize = 640;
/// Characters at most that policies and tags add: AWS packs them into the token.
const CARRIED_CHARS: usize = 2_048;
/// Largest token. AWS says that it makes no promise; its model takes 20,000 characters where it takes tokens.
const TOKEN_MAX_CHARS: usize = 20_000;

/// What was made.
pub(crate) struct Issued {
    pub(crate) credentials: Credentials,
    /// Bytes of the token.
    pub(crate) token_size: i32,
    /// Percent of the largest token.
    pub(crate) token_utilization: i32,
}

/// Makes credentials of `session`, whose secret, token and times are filled in here, good for that long. They expire on a
/// full second, as AWS's do. A token is at least as long as asked for.
pub(crate) fn issue(
    cx: &mut Cx,
    session: Session,
    duration_s: i32,
    minimum_token_size: Option<i32>,
) -> Result<Issued, Fault> {
    let access_key_id = access_key_id(cx);
    let now_s = cx.now_ms.div_euclid(1_000);
    let carried = session.policies.iter().chain(&session.policy_arns).map(String::len).sum::<usize>()
        + session.tags.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>();
    let asked = usize::try_from(minimum_token_size.unwrap_or(0)).unwrap_or(0);
    let chars = (TOKEN_CHARS + carried.min(CARRIED_CHARS)).max(asked).min(TOKEN_MAX_CHARS);
    let session = Session {
        partition: cx.scope.partition.to_owned(),
        account: cx.scope.account.clone(),
        secret: cx.ids.text("sts.secret", 40, BASE64),
        token: token(cx, chars),
        issued_ms: cx.now_ms,
        expires_ms: (now_s + i64::from(duration_s)) * 1_000,
        ..session
    };
    let issued = Issued {
        credentials: Credentials {
            access_key_id: access_key_id.clone(),
            secret_access_key: session.secret.clone(),
            session_token: session.token.clone(),
            expiration: Timestamp { epoch_ms: session.expires_ms },
        },
        token_size: i32::try_from(chars).unwrap_or(i32::MAX),
        token_utilization: i32::try_from((chars * 100).div_ceil(TOKEN_MAX_CHARS)).unwrap_or(100),
    };
    time::remember(cx, &access_key_id, session.expires_ms)?;
    cx.put::<Sessions>(&access_key_id, &session);
    Ok(issued)
}

fn token(cx: &Cx, chars: usize) -> String {
    let mut bytes = Vec::with_capacity(chars);
    while bytes.len() * 4 / 3 < chars {
        bytes.extend_from_slice(&cx.ids.bytes("sts.token"));
    }
    let mut token = String::with_capacity(chars);
    token.push_str(TOKEN_PREFIX);
    token.push_str(&STANDARD_NO_PAD.encode(bytes));
    token.truncate(chars);
    token
}

/// `ASIA…`: 20 characters that name the account, as IAM's long-term ids do (a one, forty bits of account, 39 of its own).
fn access_key_id(cx: &Cx) -> String {
    let account: u128 = cx.scope.account.parse().unwrap_or(0);
    let mut own = [0; 16];
    own.copy_from_slice(&cx.ids.bytes("sts.access_key")[..16]);
    let own = u128::from_be_bytes(own) & ((1 << 39) - 1);
    let bits = (1 << 79) | (account << 39) | own;
    let digits = (0..16).rev().map(|i| char::from(BASE32[(bits >> (5 * i)) as usize & 31]));
    format!("ASIA{}", digits.collect::<String>())
}
