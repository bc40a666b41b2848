//! How a kernel is started.

use blobs::Blobs;

use crate::clock::ClockState;
use crate::profile::Profile;

/// Settings of a kernel.
#[derive(Clone, Debug)]
pub struct Config {
    /// The default account: twelve digits.
    pub account: String,
    /// The default region.
    pub region: String,
    /// `dev` or `real`.
    pub profile: Profile,
    /// Unknown access keys and unsigned requests act as root of the default account.
    pub guest: bool,
    /// Seed of ids and randomness; `None`: a new random one with each data folder.
    pub seed: Option<[u8; 32]>,
    /// How the clock starts, whatever is stored.
    pub clock: Option<ClockState>,
    /// Events that the trail keeps.
    pub trail_keep: u64,
    /// Token with which the admin API may be used from other machines.
    pub admin_token: Option<String>,
    /// Where bytes of large objects lie.
    pub blobs: Blobs,
    /// Folder of named snapshots.
    pub snapshots: Option<std::path::PathBuf>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            account: "000000000000".to_owned(),
            region: "us-east-1".to_owned(),
            profile: Profile::Dev,
            guest: false,
            seed: None,
            clock: None,
            trail_keep: 100_000,
            admin_token: None,
            blobs: Blobs::memory(),
            snapshots: None,
        }
    }
}
