//! EC2: instances described whole, by pages and by tag, tagged, launched; images described; beside a bare server that answers the
//! same bytes. Then the same filter while the estate grows. Apart: what one account's changes of tags cost another.

use std::cell::Cell;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::load;
use crate::process::Server;
use crate::report::tabletop;
use crate::request::Call;

const TURNS: (usize, Duration) = (3, Duration::from_millis(1_500));
/// Instances of the first part, at most.
const ESTATE: usize = 5_000;
/// Sizes of the growing estate, as far as is asked for.
const STEPS: [usize; 4] = [100, 1_000, 10_000, 50_000];
/// Instances of one launch, which share a tag.
const BATCH: usize = 100;
/// What changes tags, and how often a second.
const CHURN_PER_SECOND: u64 = 50;
const CHURN_FOR: Duration = Duration::from_secs(5);

/// Every part, with estates of at most so many instances.
pub(crate) fn run(binary: &Path, most: usize) -> String {
    [requests(binary, ESTATE.min(most)), growth(binary, most)].join("\n")
}

fn call(form: &str) -> Call {
    Call::query("ec2", format!("Version=2016-11-15&{form}"))
}

fn must(addr: &str, form: &str) -> String {
    let (status, body) = load::once(addr, &call(form).bytes(addr));
    let text = String::from_utf8_lossy(&body).into_owned();
    assert_eq!(status, 200, "{form} answered {text}");
    text
}

fn admin(addr: &str, path: &str, body: Option<Value>) -> Value {
    let (method, body) = body.map_or(("GET", String::new()), |b| ("POST", b.to_string()));
    let head = format!(
        "{method} /_tabletop/{path} HTTP/1.1\r\nhost: {addr}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let (status, answer) = load::once(addr, (head + &body).as_bytes());
    assert_eq!(status, 200, "{path} answered {}", String::from_utf8_lossy(&answer));
    serde_json::from_slice(&answer).expect("it is JSON")
}

fn element<'t>(text: &'t str, name: &str) -> &'t str {
    let open = format!("<{name}>");
    let rest = text.split_once(&open).unwrap_or_else(|| panic!("no {name} in {text}")).1;
    rest.split('<').next().unwrap_or_default()
}

/// Networks, of four subnets each, and the instances that are launched into a subnet, which is nearly full by then.
const NETWORKS: usize = 8;
const PER_SUBNET: usize = 16_000;

/// A region with room for many instances.
struct Estate {
    image: String,
    subnets: Vec<String>,
    /// Instances asked for so far.
    there: Cell<usize>,
}

impl Estate {
    fn new(addr: &str) -> Estate {
        // Network interfaces, networks and vCPUs, as an operator raises them.
        for (service, code) in [("vpc", "L-DF5E4CA3"), ("vpc", "L-F678F1CE"), ("ec2", "L-1216C47A")] {
            admin(addr, "quotas", Some(json!({ "service": service, "code": code, "value": 1_000_000 })));
        }
        let form = "Action=DescribeImages&Owner.1=amazon&Filter.1.Name=name&Filter.1.Value.1=al2023-ami-2023.12.*-kernel-6.18-x86_64";
        let image = element(&must(addr, form), "imageId").to_owned();
        let mut subnets = Vec::new();
        for network in 0..NETWORKS {
            let vpc = must(addr, &format!("Action=CreateVpc&CidrBlock=10.{network}.0.0%2F16"));
            let vpc = element(&vpc, "vpcId");
            subnets.extend((0..4).map(|n| {
                let block = format!("10.{network}.{}.0%2F18", n * 64);
                let subnet = must(addr, &format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock={block}"));
                element(&subnet, "subnetId").to_owned()
            }));
        }
        Estate { image, subnets, there: Cell::new(0) }
    }

    /// A launch into the next subnet that has room.
    fn launch(&self, count: usize, tag: &str) -> String {
        let there = self.there.replace(self.there.get() + count);
        let subnet = &self.subnets[there / PER_SUBNET % self.subnets.len()];
        format!(
            "Action=RunInstances&ImageId={}&InstanceType=t3.nano&MinCount={count}&MaxCount={count}&SubnetId={subnet}\
             &TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=batch&TagSpecification.1.Tag.1.Value={tag}\
             &TagSpecification.1.Tag.2.Key=team&TagSpecification.1.Tag.2.Value=blue",
            self.image
        )
    }

    fn grow(&self, addr: &str, to: usize) {
        while self.there.get() < to {
            let form = self.launch(BATCH, &format!("b{}", self.there.get() / BATCH));
            let answer = must(addr, &form);
            assert!(answer.contains("<instanceId>"), "{answer}");
        }
    }
}

fn by_tag(tag: &str) -> String {
    format!("Action=DescribeInstances&Filter.1.Name=tag:batch&Filter.1.Value.1={tag}")
}

/// Each request over an estate of that size.
fn requests(binary: &Path, size: usize) -> String {
    let dir = std::env::temp_dir().join(format!("tabletop-bench-instances-{}", std::process::id()));
    let here = std::env::current_exe().expect("a running program has a path");
    let (ours, bare) = (tabletop(binary, &dir), Server::start(&here, &["bare"]));
    let estate = Estate::new(&ours.addr);
    estate.grow(&ours.addr, size);
    let one = element(&must(&ours.addr, &by_tag("b7")), "instanceId").to_owned();
    let images =
        "Action=DescribeImages&Owner.1=amazon&Filter.1.Name=name&Filter.1.Value.1=al2023-ami-2023.12.*";
    // A tag's new value each time: one that is there already changes nothing.
    let n = Cell::new(0u64);
    let retag = || {
        n.set(n.get() + 1);
        format!("Action=CreateTags&ResourceId.1={one}&Tag.1.Key=k&Tag.1.Value={}", n.get())
    };
    let rows: [(&str, &dyn Fn() -> String, usize); 9] = [
        ("DescribeInstances, page of 1,000", &|| "Action=DescribeInstances&MaxResults=1000".to_owned(), 1),
        ("DescribeInstances, page of 100", &|| "Action=DescribeInstances&MaxResults=100".to_owned(), 1),
        ("DescribeInstances, all", &|| "Action=DescribeInstances".to_owned(), 1),
        ("DescribeInstances, by tag: 100", &|| by_tag("b7"), 1),
        ("DescribeInstances, by tag: 100", &|| by_tag("b7"), 8),
        ("CreateTags, of one instance", &retag, 1),
        ("DescribeImages, by owner and name", &|| images.to_owned(), 1),
        ("RunInstances of 1", &|| estate.launch(1, "one"), 1),
        ("RunInstances of 100", &|| estate.launch(BATCH, "hundred"), 1),
    ];
    let mut out = format!("Over {size} tagged instances:\n\n{}", load::HEAD.replace("operation", "request"));
    for (name, form, connections) in rows {
        let next = |addr: &str| {
            let addr = addr.to_owned();
            move |_: &[u8]| call(&form()).bytes(&addr)
        };
        let sample = || load::once(&ours.addr, &call(&form()).bytes(&ours.addr)).1;
        let measured = load::beside((&ours, &bare), connections, TURNS, sample, next);
        out.push_str(&measured.row(name, connections));
    }
    drop(ours);
    std::fs::remove_dir_all(&dir).ok();
    out
}

/// The same filter, a hundred results each time, while the estate grows.
fn growth(binary: &Path, most: usize) -> String {
    let dir = std::env::temp_dir().join(format!("tabletop-bench-estate-{}", std::process::id()));
    let server = tabletop(binary, &dir);
    let estate = Estate::new(&server.addr);
    let mut out = String::from(
        "| instances | by tag (100 results) p50 µs | p99 µs | µs a result | CreateTags p50 µs | page of 100 p50 µs | launches of 100 on the way, ms each | memory MB |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for step in STEPS.into_iter().filter(|n| *n <= most) {
        let (before, began) = (estate.there.get(), Instant::now());
        estate.grow(&server.addr, step);
        let each_ms = began.elapsed().as_secs_f64() * 1e3 / ((step - before) / BATCH).max(1) as f64;
        let one = element(&must(&server.addr, &by_tag("b0")), "instanceId").to_owned();
        let n = Cell::new(0u64);
        let measure = |form: &str| {
            load::run(&server.addr, 1, Duration::from_secs(1), &|_| {
                n.set(n.get() + 1);
                call(&form.replace("{n}", &n.get().to_string())).bytes(&server.addr)
            })
        };
        let tagged = measure(&by_tag("b0"));
        let tag = measure(&format!("Action=CreateTags&ResourceId.1={one}&Tag.1.Key=k&Tag.1.Value={{n}}"));
        let page = measure("Action=DescribeInstances&MaxResults=100");
        let memory = server.resident_kib() as f64 / 1024.0;
        writeln!(
            out,
            "| {step} | {:.0} | {:.0} | {:.1} | {:.0} | {:.0} | {each_ms:.1} | {memory:.0} |",
            tagged.p50_us,
            tagged.p99_us,
            tagged.p50_us / BATCH as f64,
            tag.p50_us,
            page.p50_us
        )
        .ok();
    }
    drop(server);
    std::fs::remove_dir_all(&dir).ok();
    out
}

/// One account's user asks under a policy on tags, alone, and while another account changes fifty tags a second.
pub(crate) fn churn(binary: &Path) -> String {
    let dir = std::env::temp_dir().join(format!("tabletop-bench-churn-{}", std::process::id()));
    let server = tabletop(binary, &dir);
    let addr = &server.addr;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringEqualsIfExists":{"ec2:ResourceTag/team":"blue"}}}]}"#;
    let iam = |form: String| {
        let call = Call::query("iam", format!("Version=2010-05-08&{form}"));
        let (status, body) = load::once(addr, &call.bytes(addr));
        let text = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(status, 200, "{text}");
        text
    };
    iam("Action=CreateUser&UserName=u".to_owned());
    let encoded: String = policy.bytes().map(|b| format!("%{b:02X}")).collect();
    iam(format!("Action=PutUserPolicy&UserName=u&PolicyName=p&PolicyDocument={encoded}"));
    let key = iam("Action=CreateAccessKey&UserName=u".to_owned());
    let (id, secret) = (element(&key, "AccessKeyId").to_owned(), element(&key, "SecretAccessKey").to_owned());
    let vpc = element(&must(addr, "Action=CreateVpc&CidrBlock=10.0.0.0%2F16"), "vpcId").to_owned();
    must(addr, &format!("Action=CreateTags&ResourceId.1={vpc}&Tag.1.Key=team&Tag.1.Value=blue"));
    let ask = call(&format!("Action=DescribeVpcAttribute&VpcId={vpc}&Attribute=enableDnsSupport"));
    let mut out = String::from(
        "| while another account | calls /s | p50 µs | p99 µs | views found | of them kept | tags changed |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (what, churning) in
        [("does nothing", false), ("changes 50 tags a second", true), ("does nothing again", false)]
    {
        let before = admin(addr, "status", None);
        let (measured, changed) = std::thread::scope(|scope| {
            let changing = churning.then(|| scope.spawn(|| change_tags(addr)));
            let next = |_: &[u8]| ask.bytes_as(addr, &id, &secret);
            let measured = load::run(addr, 1, CHURN_FOR, &next);
            (measured, changing.map_or(0, |c| c.join().expect("it changes tags")))
        });
        assert_eq!(measured.errors, 0, "the policy allows it");
        let after = admin(addr, "status", None);
        let more = |name: &str| {
            let n = |v: &Value| v["policy_views"][name].as_u64().unwrap_or(0);
            n(&after) - n(&before)
        };
        let (kept, built) = (more("kept"), more("built"));
        let share = 100.0 * kept as f64 / (kept + built).max(1) as f64;
        writeln!(
            out,
            "| {what} | {:.0} | {:.0} | {:.0} | {} | {share:.2} % | {changed} |",
            measured.per_second,
            measured.p50_us,
            measured.p99_us,
            kept + built
        )
        .ok();
    }
    drop(server);
    std::fs::remove_dir_all(&dir).ok();
    out
}

/// Another account's root changes tags at its pace; how many.
fn change_tags(addr: &str) -> u64 {
    let other = "111111111111";
    let send = |form: &str| load::once(addr, &call(form).bytes_as(addr, other, "test"));
    let (status, body) = send("Action=CreateVpc&CidrBlock=10.0.0.0%2F16");
    assert_eq!(status, 200);
    let vpc = element(&String::from_utf8_lossy(&body), "vpcId").to_owned();
    let (began, mut changed) = (Instant::now(), 0);
    while began.elapsed() < CHURN_FOR {
        let (status, _) =
            send(&format!("Action=CreateTags&ResourceId.1={vpc}&Tag.1.Key=team&Tag.1.Value=v{changed}"));
        assert_eq!(status, 200);
        changed += 1;
        let due = Duration::from_millis(changed * 1_000 / CHURN_PER_SECOND);
        std::thread::sleep(due.saturating_sub(began.elapsed()));
    }
    changed
}
