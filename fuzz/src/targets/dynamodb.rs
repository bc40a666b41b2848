//! DynamoDB's values and languages: expressions, PartiQL, rows and keys of any bytes.

use std::collections::BTreeMap;

use dynamodb_language::expression::{Condition, KeyCondition, Kind, Placeholders, Projection, Update};
use dynamodb_language::key::{KeyType, decode, encode};
use dynamodb_language::partiql::Statement;
use dynamodb_language::{Invalid, Item, Number, Value, row, size};

/// Words of expressions.
pub const WORDS: &[&str] = &[
    "SET ",
    "REMOVE ",
    "ADD ",
    "DELETE ",
    " AND ",
    " OR ",
    "NOT ",
    " BETWEEN ",
    " IN ",
    "=",
    "<>",
    "<=",
    ">",
    "(",
    ")",
    "[0]",
    "[",
    "]",
    ".",
    ",",
    "+",
    "-",
    "a",
    "b",
    "#n",
    ":s",
    ":n",
    ":l",
    ":ss",
    "attribute_exists(",
    "attribute_type(",
    "size(",
    "begins_with(",
    "contains(",
    "if_not_exists(",
    "list_append(",
    "zone",
    "4294967296",
    "\u{e9}",
];

/// Words of PartiQL.
pub const PARTIQL_WORDS: &[&str] = &[
    "SELECT ",
    "* ",
    "FROM ",
    "\"t\"",
    ".\"i\"",
    " WHERE ",
    "INSERT INTO ",
    " VALUE ",
    "UPDATE ",
    " SET ",
    " REMOVE ",
    "DELETE ",
    " RETURNING ALL OLD *",
    " ORDER BY ",
    " DESC",
    "EXISTS(",
    "{'pk': 1}",
    "<<",
    ">>",
    "[",
    "]",
    "'x'",
    "1e5",
    "?",
    " IS NOT MISSING",
    " IN ",
    " BETWEEN ",
    " AND ",
    " OR ",
    "NOT ",
    "set_add(",
    "list_append(",
    "size(",
    "--",
    "/*",
    "\"",
];

fn item() -> Item {
    let list = Value::L(vec![Value::N(Number::from(1u64)), Value::Null]);
    let map = Value::M([("b".to_owned(), list.clone())].into());
    let set = Value::Ss(["x".to_owned()].into());
    [("a", map), ("b", list), ("pk", Value::S("x".to_owned())), ("ss", set)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn placeholders() -> Placeholders {
    let values: BTreeMap<String, Value> = [
        (":s", Value::S("x".to_owned())),
        (":n", Value::N(Number::from(1u64))),
        (":l", Value::L(Vec::new())),
        (":ss", Value::Ss(["x".to_owned()].into())),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let names = [("#n".to_owned(), "a.b".to_owned())];
    Placeholders::new(Some(names.into()), Some(values)).expect("these are placeholders")
}

/// An expression of each kind: what parses is evaluated; what is refused says of which parameter.
pub fn expressions(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let item = item();
    for kind in [Kind::Condition, Kind::Filter] {
        let condition = Condition::parse(kind, text, &mut placeholders());
        if let Some(condition) = accepted(kind, condition) {
            let _holds = condition.holds(&item) || condition.holds(&Item::new());
        }
    }
    if let Some(mut key) = accepted(Kind::KeyCondition, KeyCondition::parse(text, &mut placeholders())) {
        let _checked = key.check();
    }
    if let Some(projection) = accepted(Kind::Projection, Projection::parse(text, &mut placeholders())) {
        let part = projection.apply(&item);
        assert!(part.keys().all(|name| item.contains_key(name)), "{part:?}");
    }
    if let Some(update) = accepted(Kind::Update, Update::parse(text, &mut placeholders()))
        && let Ok(updated) = update.apply(&item, true)
    {
        assert_eq!(row::decode(&row::encode(&updated.item)).as_ref(), Ok(&updated.item));
        let (old, new) = (updated.updated_old(&item), updated.updated_new());
        assert!(old.keys().all(|name| item.contains_key(name)), "{old:?}");
        assert!(new.keys().all(|name| updated.item.contains_key(name)), "{new:?}");
    }
}

fn accepted<T>(kind: Kind, parsed: Result<T, Invalid>) -> Option<T> {
    parsed
        .map_err(|refused| {
            let opening = format!("Invalid {}: ", kind.name());
            assert!(refused.message().starts_with(&opening), "{refused}");
        })
        .ok()
}

/// Expressions of each kind.
pub fn expression_seeds() -> Vec<Vec<u8>> {
    [
        "a.b[0] = :n AND (b <> :l OR NOT size(ss) BETWEEN :n AND :n)",
        "attribute_type(a, :s) or contains(ss, :s) and #n in (:s, :n)",
        "SET a.b[7] = list_append(b, :l), c = if_not_exists(c, :n) + :n REMOVE b[0] ADD n :n DELETE ss :ss",
        "pk = :s AND begins_with(sk, :s)",
        "a.b[1], b[0], #n",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect()
}

/// A statement: what parses is planned and evaluated.
pub fn partiql(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parameters = vec![Value::S("x".to_owned()); text.matches('?').count()];
    let Ok(statement) = Statement::parse(text, parameters) else { return };
    let item = item();
    match statement {
        Statement::Select(select) | Statement::Exists(select) => {
            let _plan = select.plan(&[], &[]);
            let _single = select.single_item(&["pk"]);
            let _part = select.condition().is_none_or(|c| c.holds(&item)).then(|| select.project(&item));
        }
        Statement::Insert(insert) => {
            let _bytes = size::item(&insert.item);
            assert_eq!(row::decode(&row::encode(&insert.item)).as_ref(), Ok(&insert.item));
        }
        Statement::Update(update) => {
            let _updated = update.key(&["pk"]).and_then(|_| update.update.apply(&item, true));
        }
        Statement::Delete(delete) => {
            let _key = delete.key(&["pk"]);
        }
    }
}

/// Statements of each kind.
pub fn partiql_seeds() -> Vec<Vec<u8>> {
    [
        "SELECT a.b[0], ss FROM \"t\".\"i\" WHERE pk IN ['x', ?] AND size(ss) > 0 ORDER BY sk DESC",
        "INSERT INTO \"t\" VALUE {'pk': 'x', 'l': [1, {'a': <<1, 2>>}]}",
        "UPDATE \"t\" SET ss = set_add(ss, <<'y'>>), n = n + 1 REMOVE b WHERE pk = 'x' AND a IS NOT NULL RETURNING ALL NEW *",
        "DELETE FROM \"t\" WHERE pk = ? RETURNING ALL OLD *",
        "EXISTS(SELECT * FROM t WHERE pk = 'x' AND (a = 1 OR NOT b = 2))",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect()
}

/// Rows and keys: what reads back is written as it was, and sorts as it did.
pub fn rows(data: &[u8]) {
    if let Ok(item) = row::decode(data) {
        assert_eq!(row::encode(&item), data, "{item:?} is written otherwise");
        let _bytes = size::item(&item);
    }
    if let Ok(value) = row::decode_value(data) {
        assert_eq!(row::encode_value(&value), data, "{value:?} is written otherwise");
    }
    let Some((cut, data)) = data.split_first() else { return };
    let (a, b) = data.split_at(usize::from(*cut).min(data.len()));
    for kind in [KeyType::S, KeyType::N, KeyType::B] {
        let (Some(first), Some(second)) = (decode(kind, a), decode(kind, b)) else { continue };
        assert_eq!(encode(&first).as_deref(), Some(a), "{first:?} is written otherwise");
        assert_eq!(first.compare(&second), Some(a.cmp(b)), "{first:?} and {second:?} sort otherwise");
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(number) = Number::parse(text)
    {
        assert_eq!(Number::parse(&number.to_string()), Ok(number));
        assert!(size::number(&number) <= 22, "{number}");
    }
}

/// An item, keys and numbers.
pub fn row_seeds() -> Vec<Vec<u8>> {
    let key = |text: &str| encode(&Value::N(Number::parse(text).expect("a number"))).expect("a key");
    let (low, high) = (key("-1.5e100"), key("12345678901234567890123456789012345678"));
    let keys = [&[low.len() as u8], &*low, &*high].concat();
    vec![row::encode(&item()), row::encode_value(&Value::M(item())), keys, b"9-123.4500e-7".to_vec()]
}
