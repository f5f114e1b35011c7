//! Passages that were read and not yet written. Readers may be faster than the writers of the index, whose queue is
//! counted in passages, however large; here it is counted in bytes.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// Nobody waits longer than this while nothing is written: a writer that has died says so to whoever comes next.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of passages that wait for the writers.
#[derive(Default)]
pub(super) struct Waiting {
    bytes: Mutex<usize>,
    written: Condvar,
}

impl Waiting {
    /// Waits until there is room for so many bytes more, and takes it. What is larger than all room there is goes
    /// alone.
    pub(super) fn enter(&self, bytes: usize, most: usize) {
        let mut waiting = self.lock();
        while *waiting > 0 && *waiting + bytes > most {
            let before = *waiting;
            let (after, timeout) = self.written.wait_timeout(waiting, PATIENCE).expect("no thread panics with the lock");
            waiting = after;
            if timeout.timed_out() && *waiting >= before {
                break;
            }
        }
        *waiting += bytes;
    }

    /// Nothing waits: what an earlier writer did not take was thrown away with it.
    pub(super) fn clear(&self) {
        *self.lock() = 0;
        self.written.notify_all();
    }

    /// So many bytes were taken by a writer.
    pub(super) fn leave(&self, bytes: usize) {
        let mut waiting = self.lock();
        *waiting = waiting.saturating_sub(bytes);
        self.written.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.bytes.lock().expect("no thread panics with the lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn what_does_not_fit_waits_and_what_never_fits_goes_alone() {
        let waiting = Arc::new(Waiting::default());
        waiting.enter(1000, 100);
        let has_entered = Arc::new(AtomicBool::new(false));
        let other = std::thread::spawn({
            let (waiting, has_entered) = (Arc::clone(&waiting), Arc::clone(&has_entered));
            move || {
                waiting.enter(60, 100);
                has_entered.store(true, Ordering::SeqCst);
            }
        });
        std::thread::sleep(Duration::from_millis(50));
        assert!(!has_entered.load(Ordering::SeqCst));
        waiting.leave(1000);
        other.join().unwrap();
        assert_eq!(*waiting.lock(), 60);
    }
}
