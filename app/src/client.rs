//! A small HTTP/1.1 client for the admin API: one request, one answer, one plain connection, blocking.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use serde_json::Value;

use crate::args::Args;
use crate::failure::Failure;
use crate::settings::{Given, choose_port};

const CONNECT: Duration = Duration::from_secs(3);
/// An advance over many timers, or a large snapshot, takes its time.
const ANSWER: Duration = Duration::from_secs(600);
const MAX_ANSWER_BYTES: u64 = 256 * 1024 * 1024;
const MAX_HEAD_BYTES: u64 = 64 * 1024;
const DEFAULT_PORT: u16 = 4566;

/// A running Tabletop, by address.
#[derive(Debug)]
pub(crate) struct Client {
    /// `host:port`
    authority: String,
    token: Option<String>,
}

impl Client {
    /// Where flags, environment and file say that Tabletop is, in this order; port 4566 of this machine otherwise.
    pub(crate) fn to(args: &Args, given: &Given) -> Result<Client, Failure> {
        let token = given.values.get("admin-token").map(|(t, _)| t.clone());
        let endpoint = match (args.flag("endpoint"), args.flag("port")) {
            (Some(_), Some(_)) => {
                return Err(Failure::usage("--endpoint and --port both say where Tabletop is: choose one"));
            }
            (Some(url), None) => Some(url),
            (None, Some(_)) => None,
            (None, None) => given.endpoint.as_deref(),
        };
        let authority = match endpoint {
            Some(url) => authority(url)?,
            None => format!("127.0.0.1:{}", choose_port(given)?.unwrap_or(DEFAULT_PORT)),
        };
        Ok(Client { authority, token })
    }

    /// Reads something.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send("GET", path, None)
    }

    /// Does something.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.send("POST", path, Some(body))
    }

    /// Takes something away.
    pub(crate) fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.send("DELETE", path, None)
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let token = self.token.as_ref().map(|t| format!("authorization: Bearer {t}\r\n")).unwrap_or_default();
        let request = format!(
            "{method} /_tabletop/{path} HTTP/1.1\r\nhost: {}\r\n{token}content-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.authority,
            body.len()
        );
        let mut stream = self.connect()?;
        let answer = stream.write_all(request.as_bytes()).and_then(|()| read_answer(stream));
        let (status, body) = answer.map_err(|e| {
            Failure::refused(format!("what answers at http://{} broke off: {e}", self.authority))
        })?;
        let value: Value = serde_json::from_slice(&body).map_err(|_| self.stranger())?;
        match (status, value.get("error").and_then(Value::as_str)) {
            (200, _) => Ok(value),
            (_, Some(text)) => Err(Failure::refused(text)),
            (_, None) => Err(self.stranger()),
        }
    }

    fn connect(&self) -> Result<TcpStream, Failure> {
        let nobody = |why: &str| {
            let text = format!(
                "no Tabletop answers at http://{} ({why}); start one with `tabletop`",
                self.authority
            );
            Failure::refused(text)
        };
        let addresses = self.authority.to_socket_addrs().map_err(|e| nobody(&e.to_string()))?;
        let mut why = "the name has no address".to_owned();
        for address in addresses {
            match TcpStream::connect_timeout(&address, CONNECT) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(ANSWER)).map_err(|e| nobody(&e.to_string()))?;
                    return Ok(stream);
                }
                Err(e) => why = e.to_string(),
            }
        }
        Err(nobody(&why))
    }

    fn stranger(&self) -> Failure {
        Failure::refused(format!("what answers at http://{} is no Tabletop", self.authority))
    }
}

/// `host:port` of an endpoint.
fn authority(url: &str) -> Result<String, Failure> {
    if url.starts_with("https://") {
        return Err(Failure::usage(
            "verbs speak plain HTTP, on the same port as TLS: give an http:// endpoint",
        ));
    }
    let rest = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
    let sound = !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b));
    if !sound {
        return Err(Failure::usage(format!("'{url}' is no endpoint such as http://127.0.0.1:4566")));
    }
    let port =
        rest.rsplit_once(':').is_some_and(|(_, p)| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    Ok(if port { rest.to_owned() } else { format!("{rest}:80") })
}

/// Status and body. The server closes the connection, so that a body without a length ends with it.
fn read_answer(stream: TcpStream) -> std::io::Result<(u16, Vec<u8>)> {
    let broken = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned());
    let mut reader = BufReader::new(stream);
    let mut head = reader.by_ref().take(MAX_HEAD_BYTES);
    let mut line = String::new();
    head.read_line(&mut line)?;
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|l| l.get(..3)).and_then(|s| s.parse().ok());
    let status = status.ok_or_else(|| broken("it speaks no HTTP/1.1"))?;
    let mut length = None;
    loop {
        line.clear();
        if head.read_line(&mut line)? == 0 {
            return Err(broken("its head ends early"));
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse::<u64>().map_err(|_| broken("its length is no number"))?);
        }
    }
    let mut body = Vec::new();
    reader.take(length.unwrap_or(MAX_ANSWER_BYTES).min(MAX_ANSWER_BYTES)).read_to_end(&mut body)?;
    match length {
        Some(length) if (body.len() as u64) < length => Err(broken("its answer ends early")),
        _ => Ok((status, body)),
    }
}

/// A word as part of a path or query.
pub(crate) fn encoded(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for b in word.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        for (url, want) in [
            ("http://127.0.0.1:4566/", "127.0.0.1:4566"),
            ("localhost:1", "localhost:1"),
            ("http://[::1]:9", "[::1]:9"),
            ("http://box", "box:80"),
        ] {
            assert_eq!(authority(url).unwrap(), want);
        }
        for url in ["https://localhost:4566", "", "http://a b", "http://x/y?z"] {
            assert!(authority(url).is_err(), "{url}");
        }
    }

    #[test]
    fn words_in_paths() {
        assert_eq!(encoded("a b/ü?"), "a%20b%2F%C3%BC%3F");
    }
}
