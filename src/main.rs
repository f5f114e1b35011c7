//! The command line of `ruleout`.

/// Texts are made by readers and freed by the writers of the index, on other threads: the system's allocator keeps
/// ten times as much memory for that as is in use.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    ruleout::cli::main()
}
