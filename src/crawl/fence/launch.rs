use super::layers;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The argument that makes this program confine itself and become another one: bytes of address space, seconds of
/// processor time, the program, its arguments.
pub const LAUNCH: &str = "__launch";
/// What a layer that is not in place is told by, on standard error.
pub const LACKS: &str = "ruleout lacks: ";
/// Where libraries, their cache and models lie.
const SYSTEM: [&str; 8] = ["/usr", "/lib", "/lib64", "/bin", "/nix/store", "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/ld.so.conf"];

/// Becomes a foreign program that can read its own files and nothing else. It returns only where that failed.
pub fn launch(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut number = || arguments.next().and_then(|word| word.to_str()?.parse::<u64>().ok());
    let (Some(memory), Some(seconds)) = (number(), number()) else { return ExitCode::from(2) };
    let Some(program) = arguments.next().map(PathBuf::from) else { return ExitCode::from(2) };
    let mut readable: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
    // A program that lies elsewhere has its libraries and models beside it.
    readable.extend(program.parent().and_then(Path::parent).filter(|above| above.parent().is_some()).map(Path::to_owned));
    readable.extend(program.parent().map(Path::to_owned));
    readable.extend(std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from));
    let missing = layers::confine_program(&readable, memory, seconds);
    for lack in &missing {
        _ = rustix::io::write(rustix::stdio::stderr(), format!("{LACKS}{lack}\n").as_bytes());
    }
    _ = Command::new(&program).args(arguments).exec();
    ExitCode::from(126)
}
