//! What hostile clients get from the real program, on every protocol: an error or a clean end of the connection, while it
//! stays well, answers others, and holds no more memory than it should. Slow clients are not waited for: they stand there
//! while everything else goes on. What single readers do with hostile input is `fuzz/`'s and the crates' own tests'.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use crate::program::{Folder, command};

/// The most that the process may ever hold: some thirty of its own, and in the hands of two threads a body of the greatest
/// size (16 MiB) with the half of it that it grew from, twice, since the allocator gives pages back a little after they are
/// free. Bombs here are four times as large as a body may be.
const RSS_LIMIT_KIB: u64 = 128 * 1024;

struct Program {
    child: Child,
    /// Kept open, so that what it says later does not end it.
    _out: BufReader<ChildStdout>,
    port: u16,
    _folder: Folder,
}

impl Program {
    fn start() -> Program {
        let folder = Folder::new();
        let mut command = command(&folder, "--port 0 --ephemeral --guest");
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut said = String::new();
        while !said.contains("export AWS_DEFAULT_REGION") {
            assert_ne!(out.read_line(&mut said).expect("it can be read"), 0, "it ended: {said}");
        }
        let first = said.lines().next().unwrap_or_default();
        let port =
            first.rsplit(':').next().and_then(|p| p.parse().ok()).expect("its first line ends with the port");
        Program { child, _out: out, port, _folder: folder }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a minute is a timeout");
        stream
    }

    /// Sends all of it, as far as it is taken, and gives all that comes back until the server closes.
    fn exchange(&self, sent: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A server that has heard enough may close before all was sent.
        drop(stream.write_all(sent));
        rest(stream)
    }

    /// The same, and then sends no more.
    fn cut(&self, sent: &[u8]) -> Answer {
        let mut stream = self.connect();
        drop(stream.write_all(sent));
        drop(stream.shutdown(Shutdown::Write));
        rest(stream)
    }

    /// It lives, answers, and is no larger than allowed, now or ever.
    fn assert_well(&mut self, after: &str) {
        assert_eq!(self.child.try_wait().expect("it is our child"), None, "it ended after {after}");
        let health = self.exchange(b"GET /_tabletop/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert_eq!(health.status, 200, "after {after}: {}", health.text);
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it lives");
        let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap_or_default();
        let peak_kib: Option<u64> = line.split_whitespace().nth(1).and_then(|n| n.parse().ok());
        let peak_kib = peak_kib.expect("Linux tells the most that it held");
        assert!(peak_kib < RSS_LIMIT_KIB, "it held {peak_kib} KiB after {after}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn rest(mut stream: TcpStream) -> Answer {
    let mut received = Vec::new();
    if let Err(e) = stream.read_to_end(&mut received) {
        assert_eq!(e.kind(), std::io::ErrorKind::ConnectionReset, "neither an answer nor an end");
    }
    Answer::of(&received)
}

/// The first answer on a connection; status 0 when there was none.
struct Answer {
    status: u16,
    text: String,
}

impl Answer {
    fn of(received: &[u8]) -> Answer {
        let text = String::from_utf8_lossy(received).into_owned();
        let status = text.strip_prefix("HTTP/1.1 ").and_then(|t| t.get(..3)?.parse().ok()).unwrap_or(0);
        Answer { status, text }
    }
}

/// A protocol, by a request that is good up to its body.
struct Protocol {
    name: &'static str,
    head: &'static str,
    /// What begins a body that nests, and what goes one deeper.
    nest: (&'static [u8], &'static [u8]),
    /// Codes with which what is malformed is refused. Operations that are not built are refused before they are read.
    codes: &'static [&'static str],
}

const NOT_IMPLEMENTED: &str = "is not implemented by Tabletop yet";

const PROTOCOLS: [Protocol; 7] = [
    Protocol {
        name: "json",
        head: "POST / HTTP/1.1\r\nhost: sqs.us-east-1.amazonaws.com\r\nx-amz-target: AmazonSQS.SendMessage\r\ncontent-type: application/x-amz-json-1.0\r\n",
        nest: (b"{\"x\":", b"["),
        codes: &["#SerializationException\""],
    },
    Protocol {
        name: "query",
        head: "POST / HTTP/1.1\r\nhost: iam.amazonaws.com\r\ncontent-type: application/x-www-form-urlencoded\r\n",
        nest: (b"Action=CreateUser&Version=2010-05-08&Tags", b".member.1"),
        codes: &["<Code>ValidationError</Code>", "<Code>MissingAction</Code>"],
    },
    Protocol {
        name: "sqs query",
        head: "POST / HTTP/1.1\r\nhost: sqs.us-east-1.amazonaws.com\r\ncontent-type: application/x-www-form-urlencoded\r\n",
        nest: (b"Action=SendMessage&MessageAttribute", b".1"),
        codes: &[
            "<Code>InvalidParameterValue</Code>",
            "<Code>MissingParameter</Code>",
            "<Code>MissingAction</Code>",
        ],
    },
    Protocol {
        name: "ec2",
        head: "POST / HTTP/1.1\r\nhost: ec2.us-east-1.amazonaws.com\r\ncontent-type: application/x-www-form-urlencoded\r\n",
        nest: (b"Action=RunInstances&Version=2016-11-15&TagSpecification", b".1"),
        codes: &["<Code>MissingParameter</Code>", "<Code>MissingAction</Code>"],
    },
    Protocol {
        name: "rest-json",
        head: "POST /2015-03-31/functions HTTP/1.1\r\nhost: lambda.us-east-1.amazonaws.com\r\ncontent-type: application/json\r\n",
        nest: (b"{\"Tags\":", b"{\"a\":"),
        codes: &[NOT_IMPLEMENTED],
    },
    Protocol {
        name: "rest-xml",
        head: "PUT /bucket?acl HTTP/1.1\r\nhost: s3.amazonaws.com\r\ncontent-type: application/xml\r\n",
        nest: (b"<AccessControlPolicy>", b"<a>"),
        codes: &["<Code>MalformedXML</Code>"],
    },
    Protocol {
        name: "cbor",
        head: "POST /service/GraniteServiceVersion20100801/operation/PutMetricData HTTP/1.1\r\nhost: monitoring.us-east-1.amazonaws.com\r\nsmithy-protocol: rpc-v2-cbor\r\ncontent-type: application/cbor\r\n",
        nest: (b"\xa1\x61x", b"\x81"),
        codes: &[NOT_IMPLEMENTED],
    },
];

const MIB: usize = 1024 * 1024;

fn whole(head: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let mut all =
        format!("{head}{more}connection: close\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    all.extend_from_slice(body);
    all
}

#[test]
fn bodies_that_are_malformed_are_refused_in_the_protocols_words() {
    let mut program = Program::start();
    for p in &PROTOCOLS {
        let deep = [p.nest.0, &p.nest.1.repeat(200_000)].concat();
        let cases: [(&str, Vec<u8>); 6] = [
            ("nesting", deep),
            ("cut short", p.nest.0.to_vec()),
            ("no UTF-8", [p.nest.0, b"\xff\xfe=\xc3\x28"].concat()),
            ("NUL", [p.nest.0, &[0; 100]].concat()),
            ("garbage", b"\x00\xff%zz<{[&=\x9f".to_vec()),
            ("ten million of the same", vec![b'9'; 10_000_000]),
        ];
        for (what, body) in cases {
            let answer = program.exchange(&whole(p.head, "", &body));
            let code = p.codes.iter().find(|code| answer.text.contains(**code));
            assert!(code.is_some(), "{} {what} got {}", p.name, answer.text);
            let status = if code == Some(&NOT_IMPLEMENTED) { 501 } else { 400 };
            assert_eq!(answer.status, status, "{} {what} got {}", p.name, answer.text);
            program.assert_well(&format!("{} {what}", p.name));
        }
    }
}

#[test]
fn what_is_wrong_with_the_framing_is_refused_on_every_protocol() {
    let mut program = Program::start();
    for p in &PROTOCOLS {
        for (what, sent, status, code) in framings(p) {
            let answer = program.exchange(&sent);
            assert_eq!(answer.status, status, "{} {what} got {}", p.name, answer.text);
            assert!(answer.text.contains(code), "{} {what} got {}", p.name, answer.text);
            program.assert_well(&format!("{} {what}", p.name));
        }
        let cut = program.cut(format!("{}content-length: 100\r\n\r\n{{", p.head).as_bytes());
        assert!(matches!(cut.status, 0 | 400), "{} got {}", p.name, cut.text);
        let cut = program.cut(&p.head.as_bytes()[..p.head.len() - 1]);
        assert!(matches!(cut.status, 0 | 400), "{} got {}", p.name, cut.text);
    }
}

type Framing = (&'static str, Vec<u8>, u16, &'static str);

/// What is sent, and the status and code of its answer; HTTP's own refusals have no code.
fn framings(p: &Protocol) -> Vec<Framing> {
    let chunked = |chunks: &[u8]| [p.head.as_bytes(), b"transfer-encoding: chunked\r\n\r\n", chunks].concat();
    let announced = |n: &str| format!("{}content-length: {n}\r\n\r\n{{", p.head).into_bytes();
    let more = |headers: &str, body: &[u8]| whole(p.head, headers, body);
    let megabyte = [&b"100000\r\n"[..], &vec![b'x'; MIB], b"\r\n"].concat();
    vec![
        ("a GiB announced", announced("1073741824"), 413, "RequestEntityTooLarge"),
        ("17 MiB in chunks", chunked(&megabyte.repeat(17)), 413, "RequestEntityTooLarge"),
        ("a gzip bomb", more("content-encoding: gzip\r\n", &gzip_of_zeros(64)), 413, "RequestEntityTooLarge"),
        ("a chunk without a size", chunked(b"zz\r\n\r\n"), 400, "IncompleteBody"),
        ("a chunk beyond all size", chunked(b"ffffffffffffffff1\r\n"), 400, "IncompleteBody"),
        ("an unknown encoding", more("content-encoding: br\r\n", b"x"), 400, "InvalidRequest"),
        ("two encodings", more("content-encoding: gzip, gzip\r\n", b"x"), 400, "InvalidRequest"),
        ("no gzip", more("content-encoding: gzip\r\n", b"x"), 400, "InvalidRequest"),
        ("half a gzip", more("content-encoding: gzip\r\n", &gzip_of_zeros(1)[..500]), 400, "InvalidRequest"),
        ("a length beyond all size", announced("18446744073709551615"), 431, ""),
        ("a negative length", announced("-1"), 400, ""),
        ("two lengths", announced("1\r\ncontent-length: 2"), 400, ""),
        ("NUL in a header", more("x-a: \0\r\n", b""), 400, ""),
        ("a long header", more(&format!("x-a: {}\r\n", "x".repeat(70_000)), b""), 431, ""),
        ("many headers", more(&"x-a: b\r\n".repeat(200), b""), 431, ""),
    ]
}

/// So many MiB of zeros: a gzip member of one, again and again, as RFC 1952 allows. A run of zeros in deflate's fixed and
/// dynamic blocks is a repeated match, which here is a zero bit: 1,016 bytes of it make a MiB.
fn gzip_of_zeros(mebibytes: usize) -> Vec<u8> {
    let mut member =
        b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xed\xc1\x31\x01\0\0\0\xc2\xa0\xf5\x4f\x6d\x08\x5f\xa0".to_vec();
    member.resize(member.len() + 1_016, 0);
    member.extend_from_slice(b"\x3e\x03\x1c\xea\x38\xa7\0\0\x10\0");
    member.repeat(mebibytes)
}

#[test]
fn odd_targets_and_headers_get_an_answer() {
    let mut program = Program::start();
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let many = (0..150_000)
        .fold(String::from("Action=CreateUser&Version=2010-05-08"), |all, i| all + &format!("&a{i}=b"));
    let segments = "/a".repeat(10_000);
    let head =
        |line: &str, more: &str| format!("{line} HTTP/1.1\r\n{more}connection: close\r\n\r\n").into_bytes();
    let signed = "authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00\r\n";
    let cases: [(&str, Vec<u8>, &[u16]); 11] = [
        ("100,000 parameters", whole(PROTOCOLS[1].head, "", many.as_bytes()), &[400]),
        (
            "a long query",
            head(&format!("GET /?{}", "a=b&".repeat(30_000)), "host: iam.amazonaws.com\r\n"),
            &[400, 414, 431],
        ),
        // Parameters that no operation knows are ignored, as AWS does.
        (
            "many query parameters",
            head(&format!("GET /?Action=ListUsers&{}", "a&".repeat(30_000)), "host: iam.amazonaws.com\r\n"),
            &[200],
        ),
        ("10,000 segments", head(&format!("GET {segments}"), "host: s3.amazonaws.com\r\n"), &[404, 501]),
        (
            "10,000 segments of no service",
            head(&format!("DELETE {segments}"), "host: lambda.us-east-1.amazonaws.com\r\n"),
            &[400, 403, 404],
        ),
        (
            "a path of dots",
            head(&format!("GET {}", "/..".repeat(10_000)), "host: s3.amazonaws.com\r\n"),
            &[400, 404, 501],
        ),
        ("escapes that are none", head("GET /%zz/%", "host: s3.amazonaws.com\r\n"), &[400, 404, 501]),
        (
            "two hosts",
            head("POST /", "host: iam.amazonaws.com\r\nhost: sts.amazonaws.com\r\n"),
            &[400, 404, 405],
        ),
        ("no host", head("POST /", ""), &[400, 404, 405]),
        (
            "two authorizations",
            whole(PROTOCOLS[1].head, &signed.repeat(2), b"Action=ListUsers&Version=2010-05-08"),
            &[400, 403],
        ),
        ("a method of its own", head("FROBNICATE /", form), &[400, 404, 405]),
    ];
    for (what, sent, statuses) in cases {
        let answer = program.exchange(&sent);
        let got = answer.text.chars().take(600).collect::<String>();
        assert!(statuses.contains(&answer.status), "{what} got {got}");
        program.assert_well(what);
    }
}

#[test]
fn what_follows_a_good_request_ends_the_connection_alone() {
    let mut program = Program::start();
    let good = b"GET /_tabletop/health HTTP/1.1\r\nhost: x\r\n\r\n";
    for garbage in [&b"\0\0\0\0\r\n\r\n"[..], b"POST / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\0\x01\0\r\n\r\n"]
    {
        let answer = program.exchange(&[good, garbage].concat());
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.text.contains("HTTP/1.1 400 Bad Request"), "{}", answer.text);
    }
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let too_long = b"\xff\xff\xff\x04\0\0\0\0\0";
    let no_settings = b"\0\0\x05\x01\x05\0\0\0\x01\xff\xff\xff\xff\xff";
    let reset_storm =
        [&b"\0\0\0\x04\0\0\0\0\0"[..], &b"\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08".repeat(1_000)].concat();
    for frames in [&too_long[..], no_settings, &reset_storm, &[0xff; 5_000]] {
        // The connection ends, which `rest` waits for; HTTP/2's own goodbye is no HTTP/1 status.
        let answer = program.exchange(&[preface, frames].concat());
        assert_eq!(answer.status, 0, "{}", answer.text);
        program.assert_well("HTTP/2 garbage");
    }
}

#[test]
fn slow_clients_keep_nobody_waiting() {
    let mut program = Program::start();
    let mut slow = Vec::new();
    for p in PROTOCOLS.iter().cycle().take(300) {
        let (mut head_only, mut half_body) = (program.connect(), program.connect());
        head_only.write_all(&p.head.as_bytes()[..20]).unwrap();
        half_body.write_all(format!("{}content-length: 16000000\r\n\r\n{{", p.head).as_bytes()).unwrap();
        slow.extend([head_only, half_body]);
    }
    program.assert_well("600 slow clients");
    // They go on, slowly, and are still heard.
    for stream in slow.iter_mut().skip(1).step_by(2) {
        stream.write_all(b"x").unwrap();
    }
    program.assert_well("600 slow clients that go on");
}
