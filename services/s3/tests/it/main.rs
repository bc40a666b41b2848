//! S3's tests: scenarios, and what needs code.

mod scenarios;
