//! Everything about DynamoDB's values and languages that is tested from outside.

mod keys;
mod numbers;
mod random;
mod rows;
mod values;
