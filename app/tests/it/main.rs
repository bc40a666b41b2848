//! Tests of the whole: scenarios over all services, and the program as its users run it.

mod aws;
mod ec2_access;
mod ec2_authorization;
mod endings;
mod hostile;
mod listing;
mod program;
mod s3_access;
mod scenarios;
mod scrub;
mod starting;
mod sweep;
mod verbs;
