//! What confines a worker. Each layer is applied by the worker to itself before it sees an item; one that the
//! kernel does not have is named, and the others hold.

use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::process::{Resource, Rlimit, Signal};
use seccompiler::{BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule};
use std::collections::BTreeMap;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

/// Bytes of address space that this process has; a quarter of a gibibyte where that cannot be told.
pub(super) fn address_space() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok().and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    pages.map_or(256 << 20, |pages| pages * rustix::param::page_size() as u64)
}

/// Applies all layers; gives those that are not in place, in words.
pub(super) fn confine() -> Vec<String> {
    let mut layers = Layers::begin();
    // Items come one at a time, so that this will be the number of each one's descriptor: no other can be had.
    let item = std::fs::File::open("/dev/null").map(|file| file.as_raw_fd() as u64);
    layers.apply("landlock", landlock(&[]));
    match item {
        Ok(item) => {
            layers.apply("limits of files and processes", limits(item).map_err(words));
            layers.apply("seccomp", seccomp(item).map_err(words));
        }
        Err(error) => layers.apply("limits and seccomp", Err(words(error))),
    }
    layers.missing
}

/// Applies what a foreign program can be confined by, which this process then becomes: it reads below some paths, writes
/// nothing, starts nothing, speaks to nobody. Gives the layers that are not in place, in words.
pub(super) fn confine_program(readable: &[PathBuf], memory: u64, seconds: u64) -> Vec<String> {
    let mut layers = Layers::begin();
    layers.apply("landlock", landlock(readable));
    let set = |(resource, most)| rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    let most = [(Resource::Core, 0), (Resource::Fsize, 0), (Resource::Nofile, 64), (Resource::Cpu, seconds), (Resource::As, memory)];
    layers.apply("limits of memory, time and files", most.into_iter().try_for_each(set).map_err(words));
    layers.apply("seccomp", seccomp_of_program().map_err(words));
    layers.missing
}

/// Layers as they are applied.
struct Layers {
    /// Those that are not in place, in words.
    missing: Vec<String>,
}

impl Layers {
    /// Applies those that every child has, and that take no file from it.
    fn begin() -> Self {
        let mut layers = Self { missing: Vec::new() };
        // A parent that is killed takes its children along.
        layers.apply("end with the parent", rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(words));
        layers.apply("no new privileges", rustix::thread::set_no_new_privs(true).map_err(words));
        layers
    }

    fn apply(&mut self, what: &str, result: Result<(), String>) {
        if let Err(error) = result {
            self.missing.push(format!("{what}: {error}"));
        }
    }
}

fn words(error: impl std::fmt::Display) -> String {
    format!("not available ({error})")
}

/// No file may be written, no process started, no core be left, no descriptor be had beyond that of an item.
fn limits(item: u64) -> rustix::io::Result<()> {
    let set = |resource, most| rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    set(Resource::Core, 0)?;
    set(Resource::Fsize, 0)?;
    set(Resource::Nproc, 0)?;
    set(Resource::Nofile, item + 1)
}

/// No path but what lies below those that may be read, no port, no signal to others.
fn landlock(readable: &[PathBuf]) -> Result<(), String> {
    let abi = ABI::V6;
    let rules = readable.iter().filter_map(|path| PathFd::new(path).ok().map(|fd| (path, fd)));
    let rules = rules.map(|(path, fd)| {
        let access = if path.is_dir() { AccessFs::from_read(abi) } else { AccessFs::ReadFile.into() };
        Ok::<_, RulesetError>(PathBeneath::new(fd, access))
    });
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(abi)))
        .and_then(|rules| rules.scope(Scope::from_all(abi)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(rules))
        .and_then(|rules| rules.restrict_self())
        .map_err(words)?;
    match status.ruleset {
        RulesetStatus::FullyEnforced => Ok(()),
        RulesetStatus::PartiallyEnforced => Err("only in part, the kernel is older".to_owned()),
        _ => Err("not available".to_owned()),
    }
}

/// Two filters. The first allows what reading needs, on the socket and on the item's descriptor alone, and lets
/// everything else fail. The second ends a process that asks for files, sockets, processes or other processes'
/// memory: no reader of ours does.
fn seccomp(item: u64) -> Result<(), seccompiler::Error> {
    let arch = std::env::consts::ARCH.try_into()?;
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    let allow: BpfProgram = SeccompFilter::new(allowed(item)?, refused, SeccompAction::Allow, arch)?.try_into()?;
    let kill: BpfProgram = SeccompFilter::new(deadly()?, SeccompAction::Allow, SeccompAction::KillProcess, arch)?.try_into()?;
    // The second first: the first forbids to add another.
    seccompiler::apply_filter(&kill)?;
    seccompiler::apply_filter(&allow)
}

/// What a foreign program asks for of these fails. It is loaded and reads its models, so that files may be opened,
/// where landlock lets it; a thread may be started, a process not. `clone3`, which does not show which of them it
/// makes, looks as if the kernel were older.
fn seccomp_of_program() -> Result<(), seccompiler::Error> {
    let arch = std::env::consts::ARCH.try_into()?;
    let mut refused = deadly()?;
    for call in [libc::SYS_openat, libc::SYS_openat2, libc::SYS_execve, libc::SYS_kill, libc::SYS_setrlimit] {
        refused.remove(&call);
    }
    #[cfg(target_arch = "x86_64")]
    refused.remove(&libc::SYS_open);
    let older = Rules::from([(libc::SYS_clone3, Vec::new())]);
    for (rules, errno) in [(refused, libc::EPERM), (older, libc::ENOSYS)] {
        let filter: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(errno as u32), arch)?.try_into()?;
        seccompiler::apply_filter(&filter)?;
    }
    Ok(())
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// An argument of a call, and what it must be.
fn is(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

/// Bits of an argument that must be as in `value`.
fn bits(argument: u8, mask: i32, value: i32) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(mask as u64), value as u64)
}

fn allowed(item: u64) -> Result<Rules, BackendError> {
    const SOCKET: u64 = 0;
    const STDERR: u64 = 2;
    /// The descriptor of a map of memory that is no file's.
    const NONE: u64 = u32::MAX as u64;
    let on = |descriptors: &[u64]| descriptors.iter().map(|&fd| SeccompRule::new(vec![is(0, fd)?])).collect::<Result<Vec<_>, _>>();
    let mut rules = Rules::new();
    for call in [
        libc::SYS_brk,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_getrandom,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ] {
        rules.insert(call, Vec::new());
    }
    rules.insert(libc::SYS_read, on(&[SOCKET, item])?);
    rules.insert(libc::SYS_recvmsg, on(&[SOCKET])?);
    // Standard error takes the runtime's words before an abort.
    rules.insert(libc::SYS_write, on(&[SOCKET, STDERR])?);
    rules.insert(libc::SYS_writev, on(&[STDERR])?);
    rules.insert(libc::SYS_pread64, on(&[item])?);
    rules.insert(libc::SYS_lseek, on(&[item])?);
    rules.insert(libc::SYS_fstat, on(&[item])?);
    rules.insert(libc::SYS_newfstatat, vec![SeccompRule::new(vec![is(0, item)?, bits(3, libc::AT_EMPTY_PATH, libc::AT_EMPTY_PATH)?])?]);
    rules.insert(libc::SYS_statx, vec![SeccompRule::new(vec![is(0, item)?, bits(2, libc::AT_EMPTY_PATH, libc::AT_EMPTY_PATH)?])?]);
    // The item is only read, and nothing becomes executable.
    let writes_or_runs = libc::PROT_WRITE | libc::PROT_EXEC;
    rules.insert(
        libc::SYS_mmap,
        vec![
            SeccompRule::new(vec![is(4, NONE)?, bits(2, libc::PROT_EXEC, 0)?])?,
            SeccompRule::new(vec![is(4, item)?, bits(2, writes_or_runs, 0)?])?,
        ],
    );
    rules.insert(libc::SYS_mprotect, vec![SeccompRule::new(vec![bits(2, libc::PROT_EXEC, 0)?])?]);
    // An abort is a signal to oneself.
    rules.insert(libc::SYS_tgkill, on(&[u64::from(std::process::id())])?);
    Ok(rules)
}

fn deadly() -> Result<Rules, BackendError> {
    let mut rules = Rules::new();
    for call in [
        libc::SYS_openat,
        libc::SYS_openat2,
        libc::SYS_open_by_handle_at,
        libc::SYS_unlinkat,
        libc::SYS_renameat2,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_socket,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_kill,
        libc::SYS_mount,
        libc::SYS_bpf,
        libc::SYS_io_uring_setup,
        libc::SYS_userfaultfd,
        libc::SYS_perf_event_open,
        libc::SYS_keyctl,
        libc::SYS_setrlimit,
    ] {
        rules.insert(call, Vec::new());
    }
    #[cfg(target_arch = "x86_64")]
    for call in [libc::SYS_open, libc::SYS_creat, libc::SYS_fork, libc::SYS_vfork, libc::SYS_unlink, libc::SYS_rename] {
        rules.insert(call, Vec::new());
    }
    // A thread is refused (so is `clone3`, which does not show what it makes); a process ends who wants it.
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![bits(0, libc::CLONE_THREAD, 0)?])?]);
    Ok(rules)
}
