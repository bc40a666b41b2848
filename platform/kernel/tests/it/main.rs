//! The kernel under toy services: time, waiting, effects, faults, lanes. What AWS's services do is tested with them.

mod admin;
mod before;
mod effects;
mod faults;
mod last_use;
mod parking;
mod plane;
mod refusals;
mod replace;
mod slo;
mod timers;
mod toy;
