# Everyday commands; `just` lists them.

_default:
    @just --list

# All that must hold before a change is merged
check:
    .ci/run

# The tests
test *arguments:
    cargo test {{arguments}}

# Clippy and the documentation, warnings as errors
lint:
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps

# Format the code
fmt:
    cargo fmt

# A fictional breach, and the whole job on it; the folder must be new or empty
demo out="ruleout-demo":
    cargo run --release -- demo --out {{out}}

# Write anew what tests compare with: the schemas, and expected outputs. Read the difference before committing it
bless:
    RULEOUT_BLESS=1 RULEOUT_WRITE_SCHEMAS=1 cargo test

# Indexing and matching beside the floor and other programs for searching evidence; `just bench-peers 2000 5`
bench-peers megabytes="300" runs="3" *arguments:
    cargo bench --bench peers -- {{megabytes}} {{runs}} --peers {{arguments}}

# Instructions of the hot paths, which no other load disturbs; needs valgrind
bench-instructions *paths:
    cargo bench --bench instructions -- {{paths}}
