//! DynamoDB's values and languages, pure: no state, no input or output, nothing of the kernel. The service decides what
//! to read and write; this crate says what a request means and what a value is.
//!
//! **Values.** [`Value`] is an attribute value, [`Item`] a map of them, [`Number`] a decimal of 38 digits. [`Members`] is
//! what a request supplied for one attribute, and becomes a `Value` or a refusal. [`size`] counts bytes as the bill does,
//! [`key`] makes bytes that sort as keys do, [`row`] makes the bytes that are stored.
//!
//! **Expressions.** [`expression::Placeholders`] are the names and values of a request. With them are parsed a
//! [`expression::Condition`] (also a filter), [`expression::KeyCondition`], [`expression::Projection`] and
//! [`expression::Update`]; then [`expression::Placeholders::check_all_used`]. Parsing refuses all that AWS refuses before it
//! looks at a table. Each knows which attributes it names ([`expression::Named`]).
//!
//! **Legacy.** [`legacy`] makes the same conditions, key conditions, updates and projections of the parameters that
//! expressions replaced.
//!
//! **PartiQL.** [`partiql::Statement::parse`] makes of a statement the same conditions and updates, and plans:
//! [`partiql::Select::plan`] says which keys to read, [`partiql::UpdateItem::key`] which item a write is about.
//!
//! Every refusal is an [`Invalid`]: its text is the message of a `ValidationException`. `PutItem`, `UpdateItem` and `DeleteItem`
//! put "1 validation error detected: " before what is found without a table; that is the service's to do, as is the
//! "ExpressionAttributeValues contains invalid value: … for key :v" of the older wording ([`Wording`]).
//!
//! **Order of a request's checks**, as AWS answers: legacy parameters beside expressions
//! ([`legacy::check_not_mixed`]), placeholders without expressions ([`expression::Placeholders::check_needed`]), their maps
//! ([`expression::Placeholders::new`]), each expression (update, condition, key condition, filter, projection), unused
//! placeholders, what key conditions may say ([`expression::KeyCondition::check`]); then, with the table, keys and types.
//!
//! **Inferred**, not seen in any answer of AWS: `size()` counts a text in units of UTF-16; the operands of IN and BETWEEN must
//! differ from the first; the `near` of most syntax errors; redundant parentheses in updates; that functions count among
//! the 300 operators; much of what follows "can't be processed: " in PartiQL, its list of keywords, and that a value of another
//! type than a partition key's finds nothing. The tables of cases mark each.
//!
//! ```
//! use dynamodb_language::{Item, Number, Value, key, row, size};
//! # fn main() -> Result<(), dynamodb_language::Invalid> {
//! let mut item = Item::new();
//! item.insert("id".to_owned(), Value::S("a".to_owned()));
//! item.insert("n".to_owned(), Value::N(Number::parse("1.50")?));
//! assert_eq!(item["n"].as_number().map(Number::to_string).as_deref(), Some("1.5"));
//! assert_eq!(size::item(&item), 2 + 1 + 1 + 3);
//! let bytes = row::encode(&item);
//! assert_eq!(row::decode(&bytes), Ok(item.clone()));
//! let sort_key = key::encode(&item["n"]).expect("numbers can be keys");
//! assert_eq!(key::decode(key::KeyType::N, &sort_key), Some(item["n"].clone()));
//!
//! use dynamodb_language::expression::{Condition, Kind, Placeholders, Update};
//! let values = [(":one".to_owned(), Value::N(Number::from(1u64)))];
//! let mut placeholders = Placeholders::new(None, Some(values.into()))?;
//! let update = Update::parse("SET n = n + :one", &mut placeholders)?;
//! let condition = Condition::parse(Kind::Condition, "n > :one", &mut placeholders)?;
//! placeholders.check_all_used()?;
//! update.check_keys(&["id"])?;
//! assert!(condition.holds(&item));
//! let updated = update.apply(&item, true)?;
//! size::check_update(&updated.item)?;
//! assert_eq!(updated.updated_new()["n"], Value::N(Number::parse("2.5")?));
//! # Ok(())
//! # }
//! ```

pub mod expression;
mod invalid;
pub mod key;
pub mod legacy;
mod members;
mod number;
pub mod partiql;
pub mod row;
pub mod size;
mod value;

pub use invalid::Invalid;
pub use members::{Members, Wording, check_depth, given_number};
pub use number::Number;
pub use value::{Item, Type, Value};
