//! Tests of the embedded models: every blob loads, damaged ones are refused, known facts are there, patterns compile.

mod damage;
mod facts;
mod patterns;
