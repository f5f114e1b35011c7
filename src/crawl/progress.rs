use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Progress on a terminal: items, bytes, bytes/s, time left, gaps so far. Quiet elsewhere.
pub struct Progress {
    bar: ProgressBar,
    items: AtomicU64,
    gaps: AtomicU64,
}

impl Progress {
    /// Draws on standard error where that is a terminal.
    pub fn new(visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("a constant template"));
        if visible {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar, items: AtomicU64::new(0), gaps: AtomicU64::new(0) }
    }

    /// What is being done now.
    pub fn phase(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    pub(super) fn listed(&self, rows: u64) {
        self.bar.set_message(format!("listing: {rows} names"));
    }

    /// So many bytes were compared with what the case knows.
    pub fn compared(&self, label: &str, bytes: u64) {
        self.bar.set_message(format!("comparing {label} with the case: {}", HumanBytes(bytes)));
    }

    pub(super) fn begin(&self, files: u64, bytes: u64) {
        self.bar.set_length(bytes);
        let style = "{spinner} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left · {msg}";
        self.bar.set_style(ProgressStyle::with_template(style).expect("a constant template"));
        self.bar.set_message(format!("{files} files, {}", HumanBytes(bytes)));
    }

    pub(super) fn file(&self, bytes: u64) {
        self.bar.inc(bytes);
        self.member();
    }

    pub(super) fn member(&self) {
        let items = self.items.fetch_add(1, Ordering::Relaxed) + 1;
        if items.is_multiple_of(64) {
            self.bar.set_message(format!("{items} items · {} gaps", self.gaps.load(Ordering::Relaxed)));
        }
    }

    pub(super) fn gaps(&self, gaps: u64) {
        self.gaps.fetch_add(gaps, Ordering::Relaxed);
    }

    /// Ends the display.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
