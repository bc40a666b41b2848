//! `/_tabletop/scrub`: verifies all stored content, and tells what is corrupt.

use std::num::NonZeroU64;

use super::{Ask, Said};

/// Bytes a second, where the request doesn't say.
const RATE: u64 = 256 * 1024 * 1024;

/// Scrubs now; returns when all is read.
pub(crate) async fn run(ask: &Ask) -> Said {
    ask.only(&["bytes_per_second"])?;
    let rate = match ask.body.get("bytes_per_second") {
        None => Some(RATE),
        Some(n) => n.as_u64(),
    };
    let Some(rate) = rate.and_then(NonZeroU64::new) else {
        return Err((400, "bytes_per_second is a whole number greater than 0".to_owned()));
    };
    ask.kernel.scrub(rate).await.map_err(|e| (500, e.to_string()))
}
