//! How commands end when the other side does: a reader that has gone, interrupts one after the other.

use crate::harness::{Desk, Finished, Institution, Job, program, write, write_registry};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn a_command_whose_reader_has_gone_does_not_say_that_all_is_well() {
    let desk = Desk::new();
    write_registry(&desk.path("registry"), &[Institution::new("C1", "Cedar Hollow Bank").with("client_code", "QX7731")]);
    write(&desk.path("ev/note.txt"), b"Client code: QX7731\n");
    desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    for command in ["verify", "coverage", "explain"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut program = program();
        program.arg(command).arg("--case").arg(desk.case()).args((command == "explain").then_some("C1")).stdout(writer);
        let finished = Finished::from(program.output().expect("the program starts"));
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), ""), "{command}");
    }
}

/// Two kinds of signals are two interrupts as well.
#[test]
fn the_second_interrupt_ends_the_process_whatever_the_first_was() {
    let desk = Desk::new();
    write_registry(&desk.path("registry"), &[Institution::new("C1", "Cedar Hollow Bank").with("client_code", "QX7731")]);
    // Nobody writes into the pipe: what reads it waits.
    let customers = desk.path("registry/customers.csv");
    std::fs::remove_file(&customers).expect("our own file");
    rustix::fs::mknodat(rustix::fs::CWD, &customers, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).expect("a pipe");
    let mut child =
        program().args(["registry", "check"]).arg(desk.path("registry")).stdout(Stdio::null()).spawn().expect("the program starts");
    let pid = Pid::from_child(&child);
    // Both are handled once the first of them is.
    let handles = |pid: Pid| {
        let status = std::fs::File::open(format!("/proc/{}/status", pid.as_raw_nonzero())).expect("it runs");
        let caught = BufReader::new(status).lines().map_while(Result::ok).find_map(|line| line.strip_prefix("SigCgt:").map(str::to_owned));
        let caught = u64::from_str_radix(caught.expect("the signals that it handles").trim(), 16).expect("a mask");
        [Signal::INT, Signal::TERM].iter().all(|signal| caught >> (signal.as_raw() - 1) & 1 == 1)
    };
    let began = Instant::now();
    while !handles(pid) && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(10));
    }
    kill_process(pid, Signal::INT).expect("it runs");
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().expect("our own child").is_none(), "the first interrupt ends nothing by force");
    kill_process(pid, Signal::TERM).expect("it runs");
    let began = Instant::now();
    let status = loop {
        match child.try_wait().expect("our own child") {
            Some(status) => break status,
            None if began.elapsed() > Duration::from_secs(20) => {
                child.kill().expect("our own child");
                panic!("the second interrupt was taken for a first");
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert_eq!(status.signal(), Some(Signal::TERM.as_raw()), "{status:?}");
}
