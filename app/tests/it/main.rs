//! Tests of the whole: scenarios over all services.

mod scenarios;
