//! The example of the crate's documentation, run.

use dynamodb_language::expression::{Condition, Kind, Placeholders, Update};
use dynamodb_language::{Invalid, Item, Number, Value, key, row, size};

#[test]
fn the_example_of_the_documentation_holds() -> Result<(), Invalid> {
    let mut item = Item::new();
    item.insert("id".to_owned(), Value::S("a".to_owned()));
    item.insert("n".to_owned(), Value::N(Number::parse("1.50")?));
    assert_eq!(item["n"].as_number().map(Number::to_string).as_deref(), Some("1.5"));
    assert_eq!(size::item(&item), 2 + 1 + 1 + 3);
    let bytes = row::encode(&item);
    assert_eq!(row::decode(&bytes), Ok(item.clone()));
    let sort_key = key::encode(&item["n"]).expect("numbers can be keys");
    assert_eq!(key::decode(key::KeyType::N, &sort_key), Some(item["n"].clone()));

    let values = [(":one".to_owned(), Value::N(Number::from(1u64)))];
    let mut placeholders = Placeholders::new(None, Some(values.into()))?;
    let update = Update::parse("SET n = n + :one", &mut placeholders)?;
    let condition = Condition::parse(Kind::Condition, "n > :one", &mut placeholders)?;
    placeholders.check_all_used()?;
    update.check_keys(&["id"])?;
    assert!(condition.holds(&item));
    let updated = update.apply(&item, true)?;
    size::check_update(&updated.item)?;
    assert_eq!(updated.updated_new()["n"], Value::N(Number::parse("2.5")?));
    Ok(())
}
