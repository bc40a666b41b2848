//! Client tokens: a call that comes again with its token answers what it made the first time, and a token that comes with
//! other parameters is refused. Kept for a day. Source: EC2 developer guide, "Ensure idempotency" (2026-11-22).

use codec::{Fault, Record, Spelling};
use kernel::Cx;
use sha2::{Digest, Sha256};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::err::fault;

const KEPT_MS: i64 = 24 * 3_600_000;

/// What a token stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Once {
    /// Digest of the parameters.
    pub(crate) parameters: Vec<u8>,
    /// What was made.
    pub(crate) id: String,
    /// When.
    pub(crate) made_ms: i64,
}

impl Row for Once {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.parameters);
        w.put(2, &self.id);
        w.put(3, &self.made_ms);
    }
    fn read(r: &mut RowReader) -> Result<Once, RowError> {
        Ok(Once { parameters: r.get(1)?, id: r.get(2)?, made_ms: r.get(3)? })
    }
}

/// Tokens: account, region, operation, token.
pub(crate) struct Tokens;
impl Table for Tokens {
    const NAME: &'static str = "ec2.token";
    const VERSION: u16 = 1;
    type Key = (String, String, String, String);
    type Row = Once;
}

/// A call's token, as it came.
pub(crate) struct Token {
    key: Option<(String, String, String, String)>,
    parameters: Vec<u8>,
}

/// Looks a call's token up: what it made before, if it did, and the token to [`keep`] what it makes now.
///
/// Errors: IdempotentParameterMismatch: other parameters than the first time.
pub(crate) fn look_up(
    cx: &Cx,
    operation: &'static str,
    token: Option<&str>,
    input: &dyn Record,
) -> Result<(Option<String>, Token), Fault> {
    let Some(token) = token.filter(|t| !t.is_empty()) else {
        return Ok((None, Token { key: None, parameters: Vec::new() }));
    };
    let key = (cx.scope.account.clone(), cx.scope.region.to_owned(), operation.to_owned(), token.to_owned());
    let parameters = digest(operation, input)?;
    let before = cx.get::<Tokens>(&key)?.filter(|o| cx.now_ms - o.made_ms < KEPT_MS);
    if before.as_ref().is_some_and(|o| o.parameters != parameters) {
        return Err(fault(
            "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
        ));
    }
    Ok((before.map(|o| o.id), Token { key: Some(key), parameters }))
}

/// Keeps what a call with a token made.
pub(crate) fn keep(cx: &mut Cx, token: Token, id: &str) {
    if let Some(key) = token.key {
        let made_ms = cx.now_ms;
        cx.put::<Tokens>(&key, &Once { parameters: token.parameters, id: id.to_owned(), made_ms });
    }
}

fn digest(operation: &str, input: &dyn Record) -> Result<Vec<u8>, Fault> {
    let model = model::service(shapes_ec2::SERVICE).expect("the model is built in");
    let shape = model.operation(operation).and_then(|o| o.input).expect("it has an input");
    let value = codec::to_value(model, model.shape(shape), input).map_err(|e| Fault::internal(e.0))?;
    let json = codec::to_json(model, model.shape(shape), &value, Spelling::Model);
    Ok(Sha256::digest(json.as_bytes()).to_vec())
}
