//! Starting: what it says, and what it refuses and how.

use std::net::TcpListener;

use crate::aws::{create_user, users};
use crate::program::{Folder, Server, command, finished, run};

#[test]
fn it_says_where_it_is_and_how_strict() {
    let folder = Folder::new();
    let server = Server::start(&folder, "");
    let data = folder.path().join("tabletop-data");
    for line in [
        format!("Tabletop {} is ready at http://127.0.0.1:{}", env!("CARGO_PKG_VERSION"), server.port),
        format!("  data        {}", data.display()),
        "  durability  process: an answered write survives the death of the process".to_owned(),
        "  signatures  verified; test/test is root of account 000000000000".to_owned(),
        "  IAM         decides every call".to_owned(),
        "  clock       real time".to_owned(),
        "  throttles   off (profile dev)".to_owned(),
        format!("export AWS_ENDPOINT_URL=http://127.0.0.1:{}", server.port),
        "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test".to_owned(),
        "export AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1".to_owned(),
    ] {
        assert!(server.said.lines().any(|l| l == line), "{line}\nin\n{}", server.said);
    }
    assert!(data.join("FORMAT").is_file());
}

#[test]
fn flags_variables_and_the_file_are_heard() {
    let folder = Folder::new();
    std::fs::write(
        folder.path().join("tabletop.toml"),
        "guest = true\nregion = 'eu-west-1'\nephemeral = true\n",
    )
    .unwrap();
    let mut start = command(&folder, "--port 0 --region eu-central-1");
    start.env("TABLETOP_ACCOUNT", "111122223333").env("TABLETOP_PROFILE", "real");
    let server = Server::run(start);
    let status = server.json(&folder, "status");
    assert_eq!(status["region"], "eu-central-1");
    assert_eq!(status["account"], "111122223333");
    assert_eq!((status["profile"].as_str(), status["guest"].as_bool()), (Some("real"), Some(true)));
    assert_eq!(status["durability"], "memory");
    assert!(server.said.contains("in memory; gone when it stops"), "{}", server.said);
    assert!(!folder.path().join("tabletop-data").exists());
}

#[test]
fn unknown_words_name_the_nearest_and_exit_with_2() {
    let folder = Folder::new();
    for (line, text) in [
        ("--prot 1", "unknown flag '--prot'; did you mean '--port'?"),
        ("up --ephemral", "unknown flag '--ephemral'; did you mean '--ephemeral'?"),
        ("stauts", "unknown verb 'stauts'; did you mean 'status'?"),
        ("clock advnce 1d", "unknown clock verb 'advnce'; did you mean 'advance'?"),
        ("trail --servce sqs", "unknown flag '--servce'; did you mean '--service'?"),
        ("clock advance", "usage: tabletop clock advance DURATION"),
        ("status now", "'status' takes no word 'now'"),
        ("--ephemeral --data d", "--ephemeral keeps nothing, and --data asks to keep: choose one"),
        ("--region us-esat-1", "--region: unknown region 'us-esat-1'; did you mean 'us-east-1'?"),
        (
            "--config none.toml",
            "the settings in none.toml can't be read: No such file or directory (os error 2)",
        ),
    ] {
        assert_eq!(run(&folder, line), (2, String::new(), format!("tabletop: {text}\n")), "{line}");
    }
    let wrong = command(&folder, "--ephemeral").env("TABLETOP_DURABILTY", "power").output().unwrap();
    let text = "unknown environment variable 'TABLETOP_DURABILTY'; did you mean 'TABLETOP_DURABILITY'?";
    assert_eq!(finished(wrong), (2, String::new(), format!("tabletop: {text}\n")));
    std::fs::write(folder.path().join("tabletop.toml"), "prot = 1\n").unwrap();
    let text = "tabletop.toml: unknown key 'prot'; did you mean 'port'?";
    assert_eq!(run(&folder, ""), (2, String::new(), format!("tabletop: {text}\n")));
}

#[test]
fn a_port_or_a_folder_in_use_is_said_in_plain_words() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let (code, _, err) = run(&folder, &format!("--port {port}"));
    assert_eq!(code, 1);
    assert!(err.starts_with(&format!("tabletop: port {port} is in use")), "{err}");
    assert!(!folder.path().join("tabletop-data").exists(), "the data is left alone");

    let first = Server::start(&folder, "");
    create_user(first.port, "ann");
    let (code, _, err) = run(&folder, "--port 0");
    let data = folder.path().join("tabletop-data");
    assert_eq!(code, 1);
    let text = format!("tabletop: the data folder {} is in use by another Tabletop", data.display());
    assert!(err.starts_with(&text), "{err}");
    assert_eq!(users(first.port), ["ann"], "the first one goes on");
    first.stop();

    std::fs::write(data.join("FORMAT"), "tabletop-store 99\n").unwrap();
    let (code, _, err) = run(&folder, "--port 0");
    assert_eq!(code, 1);
    assert!(err.contains("has format 99, and this Tabletop reads formats up to 1"), "{err}");
}

#[test]
fn tls_has_its_authority_beside_the_data_or_for_one_run() {
    let folder = Folder::new();
    let server = Server::start(&folder, "--tls --data d");
    let ca = folder.path().join("d/tls/ca.pem");
    assert!(server.said.contains(&format!("export AWS_CA_BUNDLE={}", ca.display())), "{}", server.said);
    assert!(server.said.contains("is ready at https://127.0.0.1:"), "{}", server.said);
    assert!(std::fs::read_to_string(&ca).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(
        server.json(&folder, "status")["version"],
        env!("CARGO_PKG_VERSION"),
        "plain HTTP on the same port"
    );
    server.stop();

    let server = Server::start(&folder, "--tls --ephemeral");
    let ca = server.said.lines().find_map(|l| l.strip_prefix("export AWS_CA_BUNDLE=")).unwrap().to_owned();
    assert!(std::path::Path::new(&ca).is_file());
    server.stop();
    assert!(!std::path::Path::new(&ca).exists(), "it goes with the server");
}

#[test]
fn help_and_version() {
    let folder = Folder::new();
    let (code, out, _) = run(&folder, "--version");
    assert_eq!((code, out), (0, format!("tabletop {}\n", env!("CARGO_PKG_VERSION"))));
    for (line, has) in [
        ("--help", "TABLETOP_DURABILITY"),
        ("help", "snapshot save NAME"),
        ("help fault add", "--probability P"),
        ("fault add --help", "--probability P"),
        ("trail --help", "--follow"),
    ] {
        let (code, out, err) = run(&folder, line);
        assert_eq!((code, err.as_str()), (0, ""), "{line}");
        assert!(out.contains(has), "{line}: {out}");
    }
}
