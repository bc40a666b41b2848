//! Stopping: nothing that was answered is lost, whoever still waits is answered, and impatience is heard.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::aws::{create_user, open, query, read, signed, users};
use crate::program::{Folder, Server};

#[test]
fn a_stop_keeps_the_data_the_trail_and_the_meter() {
    for signal in ["TERM", "INT"] {
        let folder = Folder::new();
        let server = Server::start(&folder, "");
        create_user(server.port, "ann");
        let (_, denied) = query(server.port, "iam", "Action=CreateUser&Version=2010-05-08&UserName=ann");
        assert!(denied.contains("EntityAlreadyExists"), "{denied}");
        server.signal(signal);
        let (status, rest) = server.ended();
        assert!(status.success(), "{status}");
        assert_eq!(rest, "stopping; a second signal stops at once\n");

        let again = Server::start(&folder, "");
        assert_eq!(users(again.port), ["ann"]);
        let codes: Vec<String> = again.json(&folder, "trail --operation CreateUser")["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["error_code"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            codes,
            ["EntityAlreadyExists", ""],
            "the one that failed was only in memory when it stopped"
        );
        again.stop();
    }
}

/// A long poll that would wait for longer than the grace is answered, empty, when the server stops.
#[test]
fn a_long_poll_is_answered_at_the_stop() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral");
    let (status, body) = query(server.port, "sqs", "Action=CreateQueue&Version=2012-11-05&QueueName=q");
    assert_eq!(status, 200, "{body}");
    let form = format!(
        "Action=ReceiveMessage&Version=2012-11-05&WaitTimeSeconds=20&QueueUrl=http://127.0.0.1:{}/000000000000/q",
        server.port
    );
    let head = signed(server.port, "sqs", &[("content-type", "application/x-www-form-urlencoded")], &form);
    let waiting = open(server.port, &head, &form);
    while server.json(&folder, "status")["parked"] != 1 {
        std::thread::yield_now();
    }
    let started = Instant::now();
    server.stop();
    let (status, body) = read(waiting);
    assert!(status == 200 && body.contains("<ReceiveMessageResult"), "{status} {body}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}: the grace is 5 s", started.elapsed());
}

#[test]
fn a_kill_loses_nothing_that_was_answered() {
    let folder = Folder::new();
    let server = Server::start(&folder, "");
    for n in 0..20 {
        create_user(server.port, &format!("u{n:02}"));
    }
    server.signal("KILL");
    assert!(!server.ended().0.success());
    let again = Server::start(&folder, "");
    assert_eq!(users(again.port).len(), 20);
}

#[test]
fn the_ephemeral_one_leaves_nothing() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral");
    create_user(server.port, "ann");
    server.stop();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A request that never arrives whole doesn't hold the stop for longer than the grace, and a second signal ends even that.
#[test]
fn a_second_signal_stops_at_once() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral");
    let mut slow = std::net::TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    slow.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\nexpect: 100-continue\r\n\r\n")
        .unwrap();
    // The server asks for the body: the request is under way.
    let mut asked = [0; 12];
    slow.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100");
    let started = Instant::now();
    server.signal("TERM");
    let mut said = String::new();
    let mut server = server;
    server.read_line(&mut said);
    assert_eq!(said, "stopping; a second signal stops at once\n");
    server.signal("TERM");
    let (status, _) = server.ended();
    assert_eq!(status.code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}: the grace is 5 s", started.elapsed());
}
