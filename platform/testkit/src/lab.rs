//! A kernel in memory for tests: fixed seed, frozen clock, typed calls, and the clock in the test's hand. No HTTP.

use std::sync::Arc;

use blobs::Blobs;
use codec::{Fault, Op};
use directory::Identity;
use kernel::{ClockState, Config, Kernel, Profile, Scope, Service};
use store::Store;

/// Where a lab's clock starts: 2026-01-01T00:00:00Z.
pub const EPOCH_MS: i64 = 1_767_225_600_000;

/// A kernel under test.
pub struct Lab {
    /// The kernel.
    pub kernel: Arc<Kernel>,
    runtime: tokio::runtime::Runtime,
}

impl Lab {
    /// A lab with these services.
    pub fn new(services: Vec<Service>) -> Lab {
        Lab::over(Store::memory(), services)
    }

    /// A lab over a store that is already there.
    pub fn over(store: Store, services: Vec<Service>) -> Lab {
        Lab::over_both(store, Blobs::memory(), services)
    }

    /// A lab over a store and blobs that are already there.
    pub fn over_both(store: Store, blobs: Blobs, services: Vec<Service>) -> Lab {
        Lab::under(Config::default().profile, store, blobs, services)
    }

    /// The same, under a profile: times and limits as AWS has them, or none.
    pub fn under(profile: Profile, store: Store, blobs: Blobs, services: Vec<Service>) -> Lab {
        let clock = ClockState { base_virtual_ms: EPOCH_MS, base_real_ms: 0, scale: 0.0 };
        let config = Config { seed: Some([7; 32]), clock: Some(clock), blobs, profile, ..Config::default() };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        let kernel = Kernel::open(config, store, services).expect("the kernel opens");
        Lab { kernel, runtime }
    }

    /// Root of the default account.
    pub fn root(&self) -> Identity {
        Identity::root("aws", "000000000000")
    }

    /// The default account in us-east-1.
    pub fn scope(&self) -> Scope {
        Scope::new(kernel::region("us-east-1").expect("it exists"), "000000000000")
    }

    /// Calls an operation as root of the default account in us-east-1.
    pub fn call<O: Op>(&self, input: O::Input) -> Result<O::Output, Fault> {
        self.call_as::<O>(&self.root(), self.scope(), input)
    }

    /// Calls an operation as somebody, somewhere.
    pub fn call_as<O: Op>(&self, who: &Identity, scope: Scope, input: O::Input) -> Result<O::Output, Fault> {
        self.runtime.block_on(self.kernel.call::<O>(who, scope, input))
    }

    /// Moves the clock forward by milliseconds; everything due happens. Tells how many timers fired.
    pub fn advance(&self, by_ms: i64) -> u64 {
        let to = self.kernel.clock.now_ms() + by_ms;
        self.runtime.block_on(self.kernel.advance_to(to)).expect("the store works")
    }

    /// Runs a future on the lab's runtime.
    pub fn block_on<T>(&self, f: impl Future<Output = T>) -> T {
        self.runtime.block_on(f)
    }
}
