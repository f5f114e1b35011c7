use crate::model::Cause;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// How a worker ended that was not to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::crawl) struct Death {
    /// As the ledger knows it.
    pub cause: Cause,
    /// In words; they quote nothing of the evidence.
    pub detail: String,
}

impl Death {
    /// The parent ended it because its time was up.
    pub fn late(seconds: u64) -> Self {
        Self { cause: Cause::LimitTime, detail: format!("took longer than {seconds} seconds, the limit for an item of this size") }
    }

    /// The parent ended it because what it said was no answer.
    pub fn malformed(what: &str) -> Self {
        Self { cause: Cause::WorkerDied, detail: format!("the reader's process was ended: {what}") }
    }

    /// It ended by itself. `last_words` is the beginning of what it wrote on standard error, where the runtime
    /// says why it aborts.
    pub fn of_exit(status: Option<ExitStatus>, last_words: &str) -> Self {
        const SIGABRT: i32 = libc::SIGABRT;
        const SIGSYS: i32 = libc::SIGSYS;
        const SIGKILL: i32 = libc::SIGKILL;
        const SIGXCPU: i32 = libc::SIGXCPU;
        const SIGSEGV: i32 = libc::SIGSEGV;
        const SIGBUS: i32 = libc::SIGBUS;
        let died = |detail: String| Self { cause: Cause::WorkerDied, detail: format!("the reader's process died: {detail}") };
        let Some(status) = status else { return died("it closed its line".to_owned()) };
        match status.signal() {
            Some(SIGABRT) if last_words.contains("memory allocation of") => {
                Self { cause: Cause::LimitMemory, detail: "needed more memory than the limit for an item of this size".to_owned() }
            }
            Some(SIGABRT) if last_words.contains("overflowed its stack") => died("its stack overflowed".to_owned()),
            Some(SIGABRT) => died("it aborted".to_owned()),
            Some(SIGSYS) => died("it made a system call that the fence forbids".to_owned()),
            Some(SIGXCPU) => Self { cause: Cause::LimitTime, detail: "took more processor time than the limit".to_owned() },
            Some(SIGKILL) => died("it was killed, possibly for want of memory".to_owned()),
            Some(SIGBUS) => died("the item could not be read to its end any more".to_owned()),
            Some(SIGSEGV) => died("it touched memory that is not its own".to_owned()),
            Some(signal) => died(format!("signal {signal}")),
            None => died(format!("it exited with code {}", status.code().unwrap_or(0))),
        }
    }
}
