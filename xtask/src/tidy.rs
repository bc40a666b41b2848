//! stub
pub fn run() -> crate::Outcome {
    Ok(())
}
