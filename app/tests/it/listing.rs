//! Lists that are asked for whole and go out in pieces, through the real program: a client that leaves early costs nothing
//! further, and is on record as one that left. How long the whole catalogue takes is the benchmarks' matter.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::program::{Folder, Server};

/// The public catalogue, asked for whole.
const WHOLE: &str = "POST / HTTP/1.1\r\nhost: ec2.us-east-1.amazonaws.com\r\n\
     content-type: application/x-www-form-urlencoded\r\ncontent-length: 40\r\n\r\n\
     Action=DescribeImages&Version=2016-11-15";

#[test]
fn a_client_that_leaves_early_is_on_record_as_one_that_left() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral --guest");
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.write_all(WHOLE.as_bytes()).unwrap();
    let mut begun = vec![0; 64 << 10];
    stream.read_exact(&mut begun).unwrap();
    let begun = String::from_utf8_lossy(&begun);
    assert!(begun.starts_with("HTTP/1.1 200") && begun.contains("<imagesSet><item><"), "{begun}");
    drop(stream);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let trail = server.json(&folder, "trail --operation DescribeImages --limit 5");
        if trail["events"].as_array().unwrap().iter().any(|e| e["error_code"] == "ClientHungUp") {
            break;
        }
        assert!(Instant::now() < deadline, "nobody noticed: {trail}");
    }
    server.stop();
}
