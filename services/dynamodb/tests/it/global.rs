//! Global tables under random calls: three regions write the same few items, regions are cut off and come back, replicas join
//! and leave. Once all has arrived, every region holds the same items, and the later write of each.

use std::collections::BTreeMap;

use kernel::Scope;
use kernel::stage::faults::FaultRule;
use shapes_dynamodb::{
    CreateReplicationGroupMemberAction, DeleteItemInput, DeleteReplicationGroupMemberAction, PutItemInput,
    ReplicationGroupUpdate, ScanInput, UpdateTableInput, op,
};
use testkit::Lab;

use crate::calls::{Item, item, n, s, services, shown, table};

const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];
const STEPS: u64 = 250;

/// A small generator: the same seed, the same steps (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

fn scope(region: &str) -> Scope {
    Scope::new(kernel::region(region).unwrap(), "000000000000")
}

fn call<O: codec::Op>(lab: &Lab, region: &str, input: O::Input) -> Result<O::Output, codec::Fault> {
    lab.call_as::<O>(&lab.root(), scope(region), input)
}

fn membership(lab: &Lab, at: &str, update: ReplicationGroupUpdate) -> bool {
    let input = UpdateTableInput {
        table_name: "table".to_owned(),
        replica_updates: Some(vec![update]),
        ..Default::default()
    };
    call::<op::UpdateTable>(lab, at, input).is_ok()
}

fn create(region: &str) -> ReplicationGroupUpdate {
    let create = CreateReplicationGroupMemberAction { region_name: region.to_owned(), ..Default::default() };
    ReplicationGroupUpdate { create: Some(create), ..Default::default() }
}

fn delete(region: &str) -> ReplicationGroupUpdate {
    let delete = DeleteReplicationGroupMemberAction { region_name: region.to_owned() };
    ReplicationGroupUpdate { delete: Some(delete), ..Default::default() }
}

fn key(id: u64) -> Item {
    item([("id", s(format!("{}", id % 4))), ("sk", n((id / 4) as i64))])
}

fn write(lab: &Lab, random: &mut Random, region: &str, step: u64) {
    let key = key(random.below(8));
    // A region that has no replica says so.
    let _ = if random.below(3) == 0 {
        let input = DeleteItemInput { table_name: "table".to_owned(), key, ..Default::default() };
        call::<op::DeleteItem>(lab, region, input).map(drop)
    } else {
        let mut item = key;
        item.extend([
            ("g".to_owned(), s(format!("g{}", random.below(2)))),
            ("v".to_owned(), n(step as i64)),
            ("w".to_owned(), s(region)),
        ]);
        let input = PutItemInput { table_name: "table".to_owned(), item, ..Default::default() };
        call::<op::PutItem>(lab, region, input).map(drop)
    };
}

fn items(lab: &Lab, region: &str, index: Option<&str>) -> Option<Vec<String>> {
    let input = ScanInput {
        table_name: "table".to_owned(),
        index_name: index.map(str::to_owned),
        ..Default::default()
    };
    let out = call::<op::Scan>(lab, region, input).ok()?;
    let mut all: Vec<String> = out.items.unwrap_or_default().iter().map(shown).collect();
    all.sort();
    Some(all)
}

fn cut_off(lab: &Lab, region: &str) {
    let rule =
        format!(r#"{{"service":"dynamodb","operation":"Replicate","region":"{region}","effect":"lag"}}"#);
    let rule = FaultRule::from_json(&serde_json::from_str(&rule).unwrap()).unwrap();
    lab.kernel.faults.add(&lab.kernel.store, rule).unwrap();
}

fn heal(lab: &Lab) {
    lab.kernel.faults.clear(&lab.kernel.store, None).unwrap();
}

/// Tells how many replicas came and went.
fn run(seed: u64) -> usize {
    let mut random = Random(seed * 0x9E37_79B9 + 1);
    let lab = Lab::new(services());
    call::<op::CreateTable>(&lab, REGIONS[0], table(false)).unwrap();
    let mut moves = 0;
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for step in 0..STEPS {
        let region = REGIONS[random.below(3) as usize];
        match random.below(20) {
            0 => cut_off(&lab, region),
            1 => heal(&lab),
            2 => moves += usize::from(membership(&lab, REGIONS[0], create(region))),
            3 => moves += usize::from(membership(&lab, REGIONS[0], delete(region))),
            4 => {
                // A day later, a source of others may go.
                heal(&lab);
                lab.advance(86_400_000);
            }
            5..=8 => drop(lab.advance(random.below(3_000) as i64)),
            _ => {
                write(&lab, &mut random, region, step);
                last.insert(region, step);
            }
        }
    }
    heal(&lab);
    lab.advance(300_000);
    let here = items(&lab, REGIONS[0], None).unwrap();
    for region in &REGIONS[1..] {
        let Some(there) = items(&lab, region, None) else { continue };
        assert_eq!(here, there, "seed {seed}: {region}");
        assert_eq!(items(&lab, REGIONS[0], Some("by-g")), items(&lab, region, Some("by-g")), "seed {seed}");
    }
    assert!(last.len() > 1, "seed {seed} tried nothing");
    assert_eq!(lab.kernel.check(), Ok(()), "seed {seed}");
    moves
}

#[test]
fn replicas_agree_once_all_has_arrived() {
    let moves: usize = (1..=15).map(run).sum();
    assert!(moves > 60, "{moves} replicas came and went");
}
