//! Names of queues and the forms in which they come: name, URL, ARN. Not whether the queue exists.

use codec::Fault;
use kernel::{Cx, Scope};
use shapes_sqs::err;

use crate::err::invalid_parameter;

const MAX_NAME_CHARS: usize = 80;
const FIFO_SUFFIX: &str = ".fifo";

/// Whether the name is a FIFO queue's.
pub(crate) fn is_fifo(name: &str) -> bool {
    name.ends_with(FIFO_SUFFIX)
}

fn plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// Whether a queue could have that name.
pub(crate) fn is_valid(name: &str) -> bool {
    let stem = name.strip_suffix(FIFO_SUFFIX).unwrap_or(name);
    name.len() <= MAX_NAME_CHARS && !stem.is_empty() && stem.chars().all(plain)
}

/// Checks the name of a queue to be created.
pub(crate) fn check(name: &str, fifo: bool) -> Result<(), Fault> {
    if fifo && !(is_fifo(name) && is_valid(name)) {
        return Err(invalid_parameter(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with \
             .fifo suffix and be 1 to 80 in length.",
        ));
    }
    if !fifo && (is_fifo(name) || !is_valid(name)) {
        return Err(invalid_parameter(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ));
    }
    Ok(())
}

fn is_account(s: &str) -> bool {
    s.len() == 12 && s.bytes().all(|b| b.is_ascii_digit())
}

/// Account and name of a queue URL, whatever its host. A bare name stands for a queue of the caller's account.
fn split_url(url: &str) -> Option<(Option<&str>, &str)> {
    // Every call comes through here: bytes are looked at, not characters.
    let Some(scheme) = url.as_bytes().windows(3).position(|bytes| bytes == b"://") else {
        return is_valid(url).then_some((None, url));
    };
    let rest = &url[scheme + 3..];
    let path = &rest[rest.bytes().position(|b| b == b'/')? + 1..];
    let end = path.bytes().position(|b| matches!(b, b'?' | b'#')).unwrap_or(path.len());
    let end = path[..end].bytes().rposition(|b| b != b'/')? + 1;
    let slash = path[..end].bytes().rposition(|b| b == b'/')?;
    let account = &path[path[..slash].bytes().rposition(|b| b == b'/').map_or(0, |at| at + 1)..slash];
    is_account(account).then_some((Some(account), &path[slash + 1..end]))
}

/// The account that a queue URL names.
pub(crate) fn owner_of_url(url: &str) -> Option<String> {
    split_url(url)?.0.map(str::to_owned)
}

/// The name that a queue URL names; the URL itself where it is none.
pub(crate) fn name_or_url(url: &str) -> &str {
    split_url(url).map_or(url, |(_, name)| name)
}

/// The name that a queue URL names.
pub(crate) fn of_url(url: &str) -> Result<&str, Fault> {
    match split_url(url) {
        Some((_, name)) => Ok(name),
        None => Err(err::invalid_address(format!("The address {url} is not valid for this endpoint."))),
    }
}

/// The URL of a queue of the scope's account.
pub(crate) fn url(cx: &Cx, name: &str) -> String {
    format!("{}/{}/{name}", cx.request.base_url, cx.scope.account)
}

/// The ARN of a queue in the scope.
pub(crate) fn arn(scope: &Scope, name: &str) -> String {
    scope.arn("sqs", name)
}

/// The parts of a queue's ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QueueArn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) name: &'a str,
}

impl<'a> QueueArn<'a> {
    /// Reads a queue's ARN.
    pub(crate) fn parse(arn: &'a str) -> Option<QueueArn<'a>> {
        let parts: Vec<&str> = arn.split(':').collect();
        let [head, partition, service, region, account, name] = parts[..] else { return None };
        let ok = head == "arn" && service == "sqs" && is_account(account) && is_valid(name);
        ok.then_some(QueueArn { partition, region, account, name })
    }

    /// Whether the queue would be in this scope.
    pub(crate) fn is_in(&self, scope: &Scope) -> bool {
        self.partition == scope.partition && self.region == scope.region && self.account == scope.account
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_any_host_name_account_and_queue() {
        for url in [
            "http://localhost:4566/000000000000/q",
            "https://sqs.us-east-1.amazonaws.com/000000000000/q",
            "https://us-east-1.queue.amazonaws.com/000000000000/q/",
            "http://localhost:4566/queue/us-east-1/000000000000/q?x=y",
        ] {
            assert_eq!(split_url(url), Some((Some("000000000000"), "q")), "{url}");
        }
        assert_eq!(split_url("q.fifo"), Some((None, "q.fifo")));
        for url in
            ["", "http://localhost", "http://localhost/", "http://localhost/q", "http://h/abc/q", "a b"]
        {
            assert_eq!(split_url(url), None, "{url}");
        }
    }

    #[test]
    fn names() {
        let long = "a".repeat(81);
        for bad in ["", ".fifo", "a b", "a.b", "ä", long.as_str()] {
            assert!(!is_valid(bad), "{bad}");
        }
        assert!(is_valid("a-B_9") && is_valid("a.fifo") && is_valid(&"a".repeat(80)));
        assert!(check("a.fifo", false).is_err() && check("a", true).is_err());
    }
}
