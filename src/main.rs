//! The command line of `ruleout`.

fn main() -> std::process::ExitCode {
    ruleout::cli::main()
}
