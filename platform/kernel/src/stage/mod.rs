//! The stage: what befalls a call before and after its decision, on command: faults, and the throttles that AWS itself
//! has. Decorators of the pipeline, never a condition inside a service.

mod capacity;
pub mod faults;
mod lag;
pub mod throttles;
