//! Tests of DynamoDB: the scenarios, a reference model with random operations, capacity, lanes.

mod scenarios;
