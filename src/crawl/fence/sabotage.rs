//! What a reader must not be able to do, for the tests of the fence; release builds do not have it. An item that
//! names a deed has its reader do it, if the parent was started with [`VARIABLE`] set.

use std::time::Duration;

/// The variable that the parent passes on to its workers.
pub(super) const VARIABLE: &str = "RULEOUT_FENCE_SABOTAGE";

/// Does what the item names.
pub(super) fn perform(item: &[u8]) {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    let named = |deed: &str| memchr::memmem::find(item, format!("sabotage:{deed};").as_bytes()).is_some();
    if named("open") {
        told("opened a file", std::fs::File::open("/etc/passwd").is_ok());
    }
    if named("write") {
        told("wrote a file", std::fs::write("/tmp/ruleout-fence-sabotage", "x").is_ok());
    }
    if named("socket") {
        told("made a socket", std::net::TcpStream::connect("127.0.0.1:9").is_ok());
    }
    if named("datagram") {
        told("made a socket", std::os::unix::net::UnixDatagram::unbound().is_ok());
    }
    if named("fork") {
        told("started a process", std::process::Command::new("/bin/true").spawn().is_ok());
    }
    if named("thread") {
        told("started a thread", std::thread::Builder::new().spawn(|| {}).is_ok());
    }
    if named("kill") {
        told("sent a signal", rustix::process::test_kill_process(rustix::process::Pid::INIT).is_ok());
    }
    if named("unlimit") {
        let none = rustix::process::Rlimit { current: None, maximum: None };
        told("lifted its limit", rustix::process::setrlimit(rustix::process::Resource::As, none).is_ok());
    }
    if named("memory") {
        let mut hoard = vec![1u8; 8 << 30];
        hoard[1] = 2;
        told("took eight gibibytes", std::hint::black_box(&hoard).len() > 1);
    }
    if named("loop") {
        loop {
            std::hint::spin_loop();
        }
    }
    if named("sleep") {
        std::thread::sleep(Duration::from_secs(3_600));
    }
    if named("abort") {
        std::process::abort();
    }
    if named("stack") {
        told("had an endless stack", deep(0) > 0);
    }
    if named("panic") {
        panic!("as the item asks");
    }
    if named("noise") {
        // A worker that was taken over may write anything.
        _ = rustix::io::write(rustix::stdio::stdin(), &[0x07; 64]);
    }
}

/// What was refused is a panic, what was done another one, so that both show.
fn told(deed: &str, done: bool) {
    panic!("the fence {} a reader that {deed}", if done { "did not stop" } else { "stopped" });
}

#[expect(unconditional_recursion, reason = "that is what is tried")]
fn deep(n: u64) -> u64 {
    let frame = std::hint::black_box([n; 64]);
    deep(n + 1) + frame[(n % 64) as usize]
}
