//! Profiles: how closely limits of pace are followed.

/// `dev`: no throttles, states settle at once. `real`: AWS's throttles and delays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// For building.
    #[default]
    Dev,
    /// For rehearsing.
    Real,
}

impl Profile {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Dev => "dev",
            Profile::Real => "real",
        }
    }
}
