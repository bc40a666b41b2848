//! Every verb against a running server, there and back.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::json;

use crate::aws::{create_user, query, request, users};
use crate::program::{Folder, Server, command, finished, run};

fn ok(server: &Server, folder: &Folder, line: &str) -> String {
    let (code, out, err) = server.verb(folder, line);
    assert_eq!((code, err.as_str()), (0, ""), "{line}");
    out
}

fn refused(server: &Server, folder: &Folder, line: &str) -> String {
    let (code, out, err) = server.verb(folder, line);
    assert_eq!((code, out.as_str()), (1, ""), "{line}");
    err
}

#[test]
fn the_server_is_found_or_not() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral");
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    assert_eq!(run(&folder, &format!("status --endpoint {endpoint}")).0, 0);
    let by =
        |name: &str, value: &str| finished(command(&folder, "status").env(name, value).output().unwrap());
    assert_eq!(by("TABLETOP_ENDPOINT", &endpoint).0, 0);
    assert_eq!(by("TABLETOP_PORT", &server.port.to_string()).0, 0);
    std::fs::write(folder.path().join("tabletop.toml"), format!("port = {}", server.port)).unwrap();
    assert_eq!(run(&folder, "status").0, 0);
    let (code, _, err) = run(&folder, "status --port 1 --endpoint http://x");
    assert_eq!(
        (code, err.as_str()),
        (2, "tabletop: --endpoint and --port both say where Tabletop is: choose one\n")
    );
    let (code, _, err) = run(&folder, "status --port 1");
    assert_eq!(code, 1);
    assert!(err.starts_with("tabletop: no Tabletop answers at http://127.0.0.1:1 ("), "{err}");
}

#[test]
fn status_and_coverage() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral");
    assert!(ok(&server, &folder, "status").contains("durability  memory\n"));
    let (status, _) = query(server.port, "iam", "Action=GetContextKeysForCustomPolicy&Version=2010-05-08");
    let coverage = server.json(&folder, "coverage");
    let iam = coverage["services"].as_array().unwrap().iter().find(|s| s["service"] == "iam").unwrap();
    assert!(iam["built"].as_u64().unwrap() > 50, "{iam}");
    let asked = coverage["asked_for_but_not_built"].as_object().unwrap();
    assert_eq!(status == 501, asked.contains_key("iam.GetContextKeysForCustomPolicy"));
    assert!(ok(&server, &folder, "coverage sts").contains("built:\n"));
    assert!(ok(&server, &folder, "coverage sts").contains("  GetCallerIdentity\n"));
    let err = refused(&server, &folder, "coverage stss");
    assert_eq!(err, "tabletop: unknown service 'stss'; did you mean 'sts'?\n");
}

#[test]
fn the_clock_over_http() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--data d");
    ok(&server, &folder, "clock freeze");
    let before = server.json(&folder, "clock show");
    assert_eq!(before["frozen"], true);
    let after = server.json(&folder, "clock advance 14d");
    let days = after["now_ms"].as_i64().unwrap() - before["now_ms"].as_i64().unwrap();
    assert_eq!(days, 14 * 86_400_000);
    assert_eq!(server.json(&folder, "clock set 2100-01-01T00:00:00Z")["now"], "2100-01-01T00:00:00Z");
    create_user(server.port, "late");
    let (_, body) = query(server.port, "iam", "Action=GetUser&Version=2010-05-08&UserName=late");
    assert!(body.contains("<CreateDate>2100-01-01T00:00:00Z</CreateDate>"), "{body}");
    let err = refused(&server, &folder, "clock set 2000-01-01T00:00:00Z");
    assert!(err.starts_with("tabletop: the clock doesn't run backwards"), "{err}");
    server.stop();

    let again = Server::start(&folder, "--data d");
    assert!(again.said.contains("  clock       frozen at 2100-01-01T00:00:00Z\n"), "{}", again.said);
    assert_eq!(again.json(&folder, "clock scale 2")["scale"], 2.0);
    assert!(ok(&again, &folder, "clock").contains("pace  2.0 times real time\n"));
    assert_eq!(again.verb(&folder, "clock scale fast").0, 2);
}

#[test]
fn faults_strike_and_are_cleared() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral");
    let rule = "fault add --service iam --operation ListUsers --effect error --code Boom --status 500 --times 1 --for 10m";
    assert!(ok(&server, &folder, rule).contains("error code=Boom status=500"));
    let (status, body) = query(server.port, "iam", "Action=ListUsers&Version=2010-05-08");
    assert!(status == 500 && body.contains("<Code>Boom</Code>"), "{body}");
    assert!(users(server.port).is_empty(), "once was enough");
    let listed = server.json(&folder, "fault list");
    assert_eq!((&listed["faults"][0]["times"], &listed["faults"][0]["id"]), (&json!(0), &json!(1)));
    assert_eq!(ok(&server, &folder, "fault clear 1"), "faults cleared: 1\n");
    assert_eq!(ok(&server, &folder, "fault"), "no faults\n");
    assert_eq!(refused(&server, &folder, "fault clear 1"), "tabletop: there is no fault 1\n");
    let err = refused(&server, &folder, "fault add --effect latncy");
    assert_eq!(err, "tabletop: unknown effect 'latncy'; did you mean 'latency'?\n");
}

#[test]
fn throttles_are_set_and_taken_away() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral");
    assert!(ok(&server, &folder, "throttle").starts_with("no throttles"));
    ok(&server, &folder, "throttle set --service iam --operation ListUsers --capacity 1 --refill-per-s 0");
    assert!(ok(&server, &folder, "throttle show").contains("iam"));
    assert!(users(server.port).is_empty());
    let (status, body) = query(server.port, "iam", "Action=ListUsers&Version=2010-05-08");
    assert!(status == 400 && body.contains("Rate exceeded"), "{body}");
    ok(&server, &folder, "throttle set --service iam --operation ListUsers --capacity 0");
    assert!(users(server.port).is_empty());
    let err = refused(&server, &folder, "throttle set --service iam --operation ListUser --capacity 1");
    assert!(err.contains("did you mean 'ListUsers'?"), "{err}");
}

#[test]
fn the_trail_and_why() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral");
    create_user(server.port, "ann");
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded";
    let (status, _) = request(server.port, head, "Action=CreateUser&Version=2010-05-08&UserName=eve");
    assert_eq!(status, 403);
    let out = ok(&server, &folder, "trail --operation CreateUser");
    let outcomes: Vec<&str> = out.lines().skip(1).map(|l| l.split_whitespace().last().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "MissingAuthenticationToken"]);
    let events = server.json(&folder, "trail --operation CreateUser --error any");
    let id = events["events"][0]["request_id"].as_str().unwrap();
    let why = ok(&server, &folder, &format!("why {id}"));
    assert!(why.contains("outcome  MissingAuthenticationToken: "), "{why}");
    assert!(why.contains("why      refused before any policy was asked\n"), "{why}");
    assert_eq!(refused(&server, &folder, "why nothing"), "tabletop: the trail has no request nothing\n");
    assert_eq!(ok(&server, &folder, "trail --service sqs"), "no calls\n");
    let err = refused(&server, &folder, "trail --write maybe");
    assert_eq!(err, "tabletop: write is true or false, not 'maybe'\n");
}

#[test]
fn the_trail_is_followed_across_a_reset() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral");
    create_user(server.port, "ann");
    let line = format!("trail --follow --json --operation CreateUser --port {}", server.port);
    let mut child = command(&folder, &line).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut next = || {
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        event["seq"].as_u64().unwrap()
    };
    assert_eq!(next(), 0);
    create_user(server.port, "bea");
    assert_eq!(next(), 1);
    ok(&server, &folder, "reset");
    create_user(server.port, "cyd");
    assert_eq!(next(), 0, "the trail began anew");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn reset_and_meter() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--data d");
    create_user(server.port, "ann");
    assert!(ok(&server, &folder, "meter").ends_with("USD\n"));
    assert_eq!(ok(&server, &folder, "reset --service sts"), "forgot the state of service sts\n");
    let said = ok(&server, &folder, "reset --account 111122223333");
    assert_eq!(said, "forgot the state of account 111122223333\n");
    assert_eq!(users(server.port), ["ann"]);
    ok(&server, &folder, "reset --account 000000000000 --service iam");
    assert!(users(server.port).is_empty());
    create_user(server.port, "bea");
    assert_eq!(ok(&server, &folder, "reset"), "forgot everything\n");
    assert!(users(server.port).is_empty());
    create_user(server.port, "cyd");
    assert_eq!(users(server.port), ["cyd"], "it works after a reset");
    server.stop();
    let again = Server::start(&folder, "--data d");
    assert_eq!(users(again.port), ["cyd"]);
}

#[test]
fn service_levels_are_told_and_kept() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--data d");
    assert!(ok(&server, &folder, "slo").ends_with("no calls\n"));
    create_user(server.port, "ann");
    users(server.port);
    let told = ok(&server, &folder, "slo --p99-ms 60000 --strict");
    let line = told.lines().find(|l| l.contains("CreateUser")).expect("it was called");
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells[..8], ["iam", "CreateUser", "000000000000", "us-east-1", "1", "0", "0", "0"]);
    assert!(told.ends_with("P99 at most 60000.0 ms, availability at least 99.9 %: met by all\n"), "{told}");
    let (code, _, err) = server.verb(&folder, "slo --p99-ms 0.001 --strict");
    assert_eq!((code, err.as_str()), (1, "tabletop: the objective is missed\n"));
    assert!(ok(&server, &folder, "slo --by region --p99-ms 0.001").ends_with("missed by 2 of 2\n"));
    server.stop();
    let again = Server::start(&folder, "--data d");
    assert!(ok(&again, &folder, "slo").contains("CreateUser"));
}

#[test]
fn snapshots_save_and_load() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--data d");
    assert_eq!(ok(&server, &folder, "snapshot list"), "no snapshots\n");
    create_user(server.port, "ann");
    assert_eq!(ok(&server, &folder, "snapshot save one"), "saved one\n");
    create_user(server.port, "bea");
    assert!(ok(&server, &folder, "snapshot").contains("one"));
    assert_eq!(ok(&server, &folder, "snapshot load one"), "loaded one\n");
    assert_eq!(users(server.port), ["ann"]);
    create_user(server.port, "cyd");
    assert_eq!(refused(&server, &folder, "snapshot load two"), "tabletop: there is no snapshot 'two'\n");
    server.stop();
    let again = Server::start(&folder, "--data d");
    assert_eq!(users(again.port), ["ann", "cyd"], "what was written after the load is kept");
    again.stop();

    let memory = Server::start(&folder, "--ephemeral");
    create_user(memory.port, "ann");
    assert_eq!(ok(&memory, &folder, "snapshot save one"), "saved one\n");
    create_user(memory.port, "bea");
    assert!(ok(&memory, &folder, "snapshot list").contains("one"));
    assert_eq!(ok(&memory, &folder, "snapshot load one"), "loaded one\n");
    assert_eq!(users(memory.port), ["ann"]);
}

#[test]
fn foreign_pages_and_hosts_are_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--ephemeral --admin-token secret");
    let ask = |head: &str| request(server.port, &format!("GET /_tabletop/status HTTP/1.1\r\n{head}"), "").0;
    assert_eq!(ask("host: localhost:1"), 200);
    assert_eq!(ask("host: localhost\r\norigin: https://evil.example"), 403);
    assert_eq!(ask("host: evil.example"), 403);
    assert_eq!(ask("host: evil.example\r\nauthorization: Bearer secret"), 200);
    assert_eq!(ask("host: localhost\r\nauthorization: Bearer wrong"), 403);
    assert_eq!(server.verb(&folder, "status --admin-token secret").0, 0);
    assert!(refused(&server, &folder, "status --admin-token wrong").contains("the token is not"));
    let health = |path: &str| request(server.port, &format!("GET {path} HTTP/1.1\r\nhost: evil.example"), "");
    for path in ["/_tabletop/health", "/_localstack/health"] {
        let (status, body) = health(path);
        assert!(status == 200 && body.contains("\"sqs\":\"running\""), "{body}");
    }
}
