//! The clock beside a target: an input that computes too long, or stands still, ends the process. The loop itself is
//! `child.rs`'s.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Processor seconds that one input may take.
pub const CPU_LIMIT_S: f64 = 3.0;
/// Seconds that one input may take when it doesn't even compute.
const WALL_LIMIT_S: u64 = 60;
const TICKS_PER_S: f64 = 100.0;

/// Exit status of a process that was ended so.
pub const EXIT_TOO_SLOW: i32 = 102;

/// Starts the clock; the counter tells it that another input began.
pub fn start() -> Arc<AtomicU64> {
    let runs = Arc::new(AtomicU64::new(0));
    let seen = runs.clone();
    std::thread::spawn(move || {
        let (mut last, mut cpu_at_start, mut began) = (0, cpu_s(), Instant::now());
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let now = seen.load(Ordering::Relaxed);
            if now != last {
                (last, cpu_at_start, began) = (now, cpu_s(), Instant::now());
            } else if cpu_s() - cpu_at_start > CPU_LIMIT_S || began.elapsed().as_secs() > WALL_LIMIT_S {
                eprintln!("an input took {:.1} processor seconds", cpu_s() - cpu_at_start);
                std::process::exit(EXIT_TOO_SLOW);
            }
        }
    });
    runs
}

/// Processor seconds of this process so far; 0 where there is no `/proc`, so that only the other limit holds.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field may hold spaces, in brackets.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|f| f.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_S
}
