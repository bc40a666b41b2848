//! Provisioned capacity on the virtual clock, under the `real` profile: bursts, then the rate, with AWS's error.
//! Source: developer guide, "Burst and adaptive capacity" (2026-11-22): up to 300 seconds of unused capacity.

use codec::Fault;
use directory::Identity;
use kernel::{ClockState, Config, Kernel, Profile, Scope};
use shapes_dynamodb::{DescribeTableInput, GetItemInput, PutItemInput, op};
use store::Store;
use testkit::EPOCH_MS;

use crate::calls::{item, provisioned, s, services};

struct Real {
    kernel: std::sync::Arc<Kernel>,
    runtime: tokio::runtime::Runtime,
}

impl Real {
    fn new() -> Real {
        let clock = ClockState { base_virtual_ms: EPOCH_MS, base_real_ms: 0, scale: 0.0 };
        let config =
            Config { seed: Some([7; 32]), clock: Some(clock), profile: Profile::Real, ..Config::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Real { kernel: Kernel::open(config, Store::memory(), services()).unwrap(), runtime }
    }

    fn call<O: codec::Op>(&self, input: O::Input) -> Result<O::Output, Fault> {
        let who = Identity::root("aws", "000000000000");
        let scope = Scope::new(kernel::region("us-east-1").unwrap(), "000000000000");
        self.runtime.block_on(self.kernel.call::<O>(&who, scope, input))
    }

    fn advance(&self, ms: i64) {
        let to = self.kernel.clock.now_ms() + ms;
        self.runtime.block_on(self.kernel.advance_to(to)).unwrap();
    }

    fn put(&self, n: usize) -> Result<(), Fault> {
        let item = item([("id", s(n.to_string()))]);
        self.call::<op::PutItem>(PutItemInput { table_name: "table".to_owned(), item, ..Default::default() })
            .map(drop)
    }
}

#[test]
fn five_units_under_fifty_writes_a_second() {
    let real = Real::new();
    real.call::<op::CreateTable>(provisioned(5, 5)).unwrap();
    assert_eq!(real.put(0).unwrap_err().code(), "ResourceNotFoundException", "it is being created");
    real.advance(60_000);
    let (mut second_of_refusal, mut served) = (0, Vec::new());
    for second in 0..60 {
        let mut here = 0;
        for n in 0..50 {
            match real.put(second * 50 + n) {
                Ok(()) => here += 1,
                Err(fault) => {
                    assert_eq!(fault.code(), "ProvisionedThroughputExceededException");
                    assert!(fault.message().starts_with("The level of configured provisioned throughput"));
                    assert_eq!(fault.fields()[0].0, "ThrottlingReasons");
                    if second_of_refusal == 0 {
                        second_of_refusal = second;
                    }
                }
            }
        }
        served.push(here);
        real.advance(1_000);
    }
    // 1,500 in the bucket and 5 more each second, against 50: it holds for 33 seconds.
    assert_eq!(second_of_refusal, 33);
    assert!(served[..33].iter().all(|n| *n == 50), "{served:?}");
    assert!(served[34..].iter().all(|n| *n == 5), "{served:?}");
}

#[test]
fn reads_have_a_bucket_of_their_own() {
    let real = Real::new();
    real.call::<op::CreateTable>(provisioned(1, 1)).unwrap();
    real.advance(60_000);
    let get = |consistent| {
        real.call::<op::GetItem>(GetItemInput {
            table_name: "table".to_owned(),
            key: item([("id", s("none"))]),
            consistent_read: Some(consistent),
            ..Default::default()
        })
    };
    let served = (0..700).filter(|_| get(false).is_ok()).count();
    assert_eq!(served, 600, "half a unit each, of 300");
    assert!(get(true).is_err());
    assert!(real.put(1).is_ok());
    let out = real.call::<op::DescribeTable>(DescribeTableInput { table_name: "table".to_owned() }).unwrap();
    assert_eq!(out.table.unwrap().table_status.unwrap(), "ACTIVE");
}
