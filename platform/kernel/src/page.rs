//! Pagination tokens: where the next page begins, sealed with a MAC, so that a token of another operation, another
//! filter, another account or another making is refused. Keyset, not offset: rows that come and go between two pages are
//! neither skipped nor repeated.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::cx::Cx;

const MAC_BYTES: usize = 8;
const VERSION: u8 = 1;

/// The key that seals tokens; one per data folder.
#[derive(Clone)]
pub struct PageKey(pub [u8; 32]);

/// A token that this operation, with these inputs, did not give out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadToken;

/// One page of a list: the items and, if there are more, the token for the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many as asked for.
    pub items: Vec<T>,
    /// Present exactly if there are more.
    pub next: Option<String>,
}

impl PageKey {
    fn seal(&self, binding: &str, last: &str) -> [u8; MAC_BYTES] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(binding.as_bytes());
        mac.update(&[0]);
        mac.update(last.as_bytes());
        let full = mac.finalize().into_bytes();
        let mut short = [0; MAC_BYTES];
        short.copy_from_slice(&full[..MAC_BYTES]);
        short
    }

    fn token(&self, binding: &str, last: &str) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.seal(binding, last));
        bytes.extend_from_slice(last.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, binding: &str, token: &str) -> Result<String, BadToken> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadToken)?;
        let (head, last) = bytes.split_at_checked(1 + MAC_BYTES).ok_or(BadToken)?;
        let last = std::str::from_utf8(last).map_err(|_| BadToken)?;
        if head[0] != VERSION || head[1..] != self.seal(binding, last) {
            return Err(BadToken);
        }
        Ok(last.to_owned())
    }
}

impl Cx<'_> {
    /// The key after which the page of that token begins; `None` for the first page. `filters` are the other inputs that
    /// shape the list: a token is good only with the same ones.
    pub fn page_start(
        &self,
        operation: &str,
        filters: &[&str],
        token: Option<&str>,
    ) -> Result<Option<String>, BadToken> {
        token.map(|t| self.page_key().open(&self.binding(operation, filters), t)).transpose()
    }

    /// Cuts one page of at most `limit` items out of `items`, which begin after the token's key. `key` names an item in
    /// the order of the list.
    pub fn page<T>(
        &self,
        operation: &str,
        filters: &[&str],
        limit: usize,
        items: impl Iterator<Item = T>,
        key: impl Fn(&T) -> String,
    ) -> Page<T> {
        let mut taken = Vec::new();
        for item in items {
            if taken.len() == limit {
                let next = taken.last().map(|last| self.page_token(operation, filters, &key(last)));
                return Page { items: taken, next };
            }
            taken.push(item);
        }
        Page { items: taken, next: None }
    }

    /// The token for the page that begins after `last`.
    pub fn page_token(&self, operation: &str, filters: &[&str], last: &str) -> String {
        self.page_key().token(&self.binding(operation, filters), last)
    }

    fn binding(&self, operation: &str, filters: &[&str]) -> String {
        let mut b = format!("{}\0{}\0{}", self.service, operation, self.scope.path());
        for f in filters {
            b.push('\0');
            b.push_str(f);
        }
        b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_where_it_was_made() {
        let (k, other) = (PageKey([1; 32]), PageKey([2; 32]));
        let t = k.token("sqs\0ListQueues", "queue-7");
        assert_eq!(k.open("sqs\0ListQueues", &t), Ok("queue-7".to_owned()));
        assert_eq!(k.open("sqs\0ListQueueTags", &t), Err(BadToken));
        assert_eq!(other.open("sqs\0ListQueues", &t), Err(BadToken));
        for bad in ["", "AA", "%%%", "AQAAAAAAAAAA", &t[..t.len() - 1]] {
            assert_eq!(k.open("sqs\0ListQueues", bad), Err(BadToken), "{bad}");
        }
    }
}
