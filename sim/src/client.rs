//! A client as plain as can be: one connection kept open, one request at a time, blocking. An error leaves open whether
//! the request was carried out.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bench::request::{Call, content_md5, s3_head};
use serde_json::{Value, json};
use sigv4::Payload;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its headers, as they came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|l| l.split_once(':'));
        pairs.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim()).next()
    }

    /// The text between an element's tags.
    pub fn element(&self, name: &str) -> Option<String> {
        let text = self.text();
        let from = text.find(&format!("<{name}>"))? + name.len() + 2;
        Some(text[from..].split('<').next().unwrap_or_default().to_owned())
    }
}

/// A connection.
pub struct Client {
    stream: TcpStream,
    addr: String,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub fn new(addr: &str) -> io::Result<Client> {
        let stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Client { stream, addr: addr.to_owned(), buffer: Vec::new() })
    }

    /// Calls as root of the default account.
    pub fn call(&mut self, call: &Call) -> io::Result<Answer> {
        let bytes = call.bytes(&self.addr);
        self.send(&bytes)
    }

    /// Calls with an access key.
    pub fn call_as(&mut self, call: &Call, key_id: &str, secret: &str) -> io::Result<Answer> {
        let bytes = call.bytes_as(&self.addr, key_id, secret);
        self.send(&bytes)
    }

    /// Calls SQS.
    pub fn sqs(&mut self, operation: &'static str, input: Value) -> io::Result<Answer> {
        self.call(&Call::sqs(operation, input))
    }

    /// Calls DynamoDB, or its streams.
    pub fn dynamodb(&mut self, operation: &'static str, input: Value) -> io::Result<Answer> {
        self.call(&Call::dynamodb(operation, input))
    }

    /// Calls S3 as root of the default account, with a signed body.
    pub fn s3(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let md5 = content_md5(body);
        let mut headers = headers.to_vec();
        headers.extend(target.ends_with("?delete").then_some(("content-md5", md5.as_str())));
        let mut bytes = s3_head(&self.addr, method, target, &headers, Payload::Bytes(body), body.len());
        bytes.extend_from_slice(body);
        self.send(&bytes)
    }

    /// Calls IAM with a form.
    pub fn iam(&mut self, form: String) -> io::Result<Answer> {
        self.call(&Call::query("iam", format!("Version=2010-05-08&{form}")))
    }

    /// Calls EC2 with a form.
    pub fn ec2(&mut self, form: &str) -> io::Result<Answer> {
        self.call(&Call::query("ec2", format!("Version=2016-11-15&{form}")))
    }

    /// Asks the admin API.
    pub fn admin(&mut self, method: &str, path: &str, body: &Value) -> io::Result<Answer> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!(
            "{method} /_tabletop/{path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n{body}",
            self.addr,
            body.len()
        );
        self.send(head.as_bytes())
    }

    /// Moves the clock; tells how many timers fired.
    pub fn advance(&mut self, by: &str) -> Result<u64, String> {
        let answer = self.admin("POST", "clock/advance", &json!({ "by": by })).map_err(|e| e.to_string())?;
        answer.json()["fired"].as_u64().ok_or_else(|| format!("advance answered {}", answer.text()))
    }

    /// The URL of a queue of the default account.
    pub fn url(&self, queue: &str) -> String {
        format!("http://{}/000000000000/{queue}", self.addr)
    }

    fn send(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let head = loop {
            if let Some(i) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break i + 4;
            }
            self.more()?;
        };
        let bad = || io::Error::new(io::ErrorKind::InvalidData, "the answer's head is none");
        let text = std::str::from_utf8(&self.buffer[..head]).map_err(|_| bad())?;
        let status = text.get(9..12).and_then(|s| s.parse().ok()).ok_or_else(bad)?;
        let mut answer = Answer { status, head: text.to_owned(), body: Vec::new() };
        let length = answer.header("content-length").map_or(Ok(0), str::parse);
        let length: usize = length.map_err(|_| bad())?;
        while self.buffer.len() < head + length {
            self.more()?;
        }
        answer.body = self.buffer[head..head + length].to_vec();
        Ok(answer)
    }

    fn more(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 * 1024];
        match self.stream.read(&mut chunk)? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server hung up")),
            n => {
                self.buffer.extend_from_slice(&chunk[..n]);
                Ok(())
            }
        }
    }
}
