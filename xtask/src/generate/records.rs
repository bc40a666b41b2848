//! stub
use super::Mode;
use crate::Outcome;
pub fn services() -> Outcome<Vec<String>> {
    Ok(Vec::new())
}
pub fn service(_id: &str, _mode: Mode) -> Outcome {
    Ok(())
}
