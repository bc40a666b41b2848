//! AWS calls over HTTP, signed as `test`/`test`, and plain requests.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use sigv4::{Credentials, Payload, Rules, SigningScope};

/// Status and body of an HTTP/1.1 request on a connection of its own.
pub fn request(port: u16, head: &str, body: &str) -> (u16, String) {
    read(open(port, head, body))
}

/// Sends a request and leaves its answer to be read.
pub fn open(port: u16, head: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let length = body.len();
    let text = format!("{head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).unwrap();
    stream
}

pub fn read(mut stream: TcpStream) -> (u16, String) {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (head.get(9..12).and_then(|s| s.parse().ok()).unwrap_or(0), body.to_owned())
}

/// A signed call in the query protocol.
pub fn query(port: u16, service: &str, form: &str) -> (u16, String) {
    let head = signed(port, service, &[("content-type", "application/x-www-form-urlencoded")], form);
    request(port, &head, form)
}

/// The head of a signed request, without its end.
pub fn signed(port: u16, service: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut request = http::Request::post("/").header("host", format!("127.0.0.1:{port}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let who = Credentials {
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
        session_token: None,
    };
    let scope = SigningScope { region: "us-east-1", service, now_ms, rules: Rules::COMMON };
    sigv4::sign(&mut parts, Payload::Bytes(body.as_bytes()), &who, scope);
    let lines: Vec<String> =
        parts.headers.iter().map(|(k, v)| format!("{k}: {}", v.to_str().unwrap())).collect();
    format!("POST / HTTP/1.1\r\n{}", lines.join("\r\n"))
}

/// A signed call of S3's.
pub fn s3(port: u16, method: &str, path: &str, body: &str) -> (u16, String) {
    let head = http::Request::builder().method(method).uri(path).header("host", format!("127.0.0.1:{port}"));
    // Some operations take no body without it.
    let head = head.header("content-md5", STANDARD.encode(Md5::digest(body)));
    let (mut parts, ()) = head.body(()).unwrap().into_parts();
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let who = Credentials {
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
        session_token: None,
    };
    let scope = SigningScope { region: "us-east-1", service: "s3", now_ms, rules: Rules::S3 };
    sigv4::sign(&mut parts, Payload::Word("UNSIGNED-PAYLOAD"), &who, scope);
    let lines: Vec<String> =
        parts.headers.iter().map(|(k, v)| format!("{k}: {}", v.to_str().unwrap())).collect();
    request(port, &format!("{method} {path} HTTP/1.1\r\n{}", lines.join("\r\n")), body)
}

pub fn create_user(port: u16, name: &str) {
    let (status, body) = query(port, "iam", &format!("Action=CreateUser&Version=2010-05-08&UserName={name}"));
    assert_eq!(status, 200, "{body}");
}

/// Names of all users.
pub fn users(port: u16) -> Vec<String> {
    let (status, body) = query(port, "iam", "Action=ListUsers&Version=2010-05-08");
    assert_eq!(status, 200, "{body}");
    let names = body.split("<UserName>").skip(1);
    names.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}
