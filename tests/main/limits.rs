//! Bounds on decoding that an operator sets: what met a lower one is a gap that says so, and is read again under a higher one.

use crate::harness::{Desk, Finished, Institution, Job, Outputs, write, write_registry, zip_of};
use std::path::Path;

/// A file in so many archives, one in the other.
fn nested(deep: usize, text: &str) -> Vec<u8> {
    (0..deep).fold(text.as_bytes().to_vec(), |inner, n| zip_of(&[(if n == 0 { "a.csv".to_owned() } else { format!("{n}.zip") }, inner)]))
}

fn scene(evidence: &[u8]) -> Desk {
    let desk = Desk::new();
    write(&desk.path("ev/x/nest.zip"), evidence);
    let institution = |id: &str, name: &str, code: &str| Institution::new(id, name).with("client_code", code);
    let institutions = [institution("A", "Quarrystone Savings Bank", "QX7731"), institution("B", "Bellweather Credit Union", "QX8842")];
    write_registry(&desk.path("registry"), &institutions);
    desk
}

fn run(desk: &Desk, limits: &[&str]) -> Outputs {
    let mut command = desk.index_command(&Job::of("ev", &desk.path("ev")));
    limits.iter().for_each(|limit| _ = command.args(["--limit", limit]));
    Finished::from(command.output().expect("the program starts")).done();
    desk.decide(&desk.path("registry"))
}

fn stated(outputs: &Outputs) -> Vec<String> {
    let run = std::fs::read(outputs.file("run.json")).expect("it is written");
    let run: serde_json::Value = serde_json::from_slice(&run).expect("it is JSON");
    run["limits"].as_array().expect("a list").iter().map(|limits| limits.as_str().expect("text").to_owned()).collect()
}

const TABLE: &str = "client_code,name,account_number\nQX7731,Ann Lee,4455667788\nQX7731,Bo Ray,4455667799\nQX7731,Cy Fox,4455667711\n";

#[test]
fn what_met_a_limit_is_read_again_under_a_higher_one() {
    let desk = scene(&nested(5, TABLE));
    let low = run(&desk, &["depth=3"]);
    assert_eq!(low.verdicts().values().collect::<Vec<_>>(), ["undetermined", "undetermined"]);
    let gaps = low.rows("gaps.csv");
    assert_eq!((gaps[0]["cause"].as_str(), gaps[0]["suggestion"].as_str()), ("limit_depth", "limit"), "{gaps:?}");
    assert_eq!(stated(&low), ["depth=3"]);
    assert_eq!(desk.coverage()["limits"], serde_json::json!(["depth=3"]));
    // Another limit, or a lower one, closes nothing.
    for limits in [&["depth=3", "entries=9000000"][..], &["depth=2"]] {
        assert_eq!(run(&desk, limits).verdicts()["A"], "undetermined", "{limits:?}");
    }
    let high = run(&desk, &["depth=9"]);
    assert_eq!(high.verdicts().values().collect::<Vec<_>>(), ["affected", "ruled_out"]);
    assert!(high.rows("gaps.csv").is_empty());
    assert!(stated(&high).contains(&"depth=9".to_owned()));
    // What no limit cut off is not read again.
    assert_eq!(run(&desk, &["depth=2"]).verdicts()["A"], "affected");
}

#[test]
fn the_highest_depth_is_read() {
    let desk = scene(&nested(63, TABLE));
    assert_eq!(run(&desk, &[]).verdicts()["B"], "undetermined");
    assert_eq!(run(&desk, &["depth=64"]).verdicts().values().collect::<Vec<_>>(), ["affected", "ruled_out"]);
}

#[test]
fn sizes_and_ratios_are_limits_too() {
    let long = format!("{TABLE}{}", "QX7731,Di Hu,4455667722\n".repeat(4000));
    let desk = scene(&nested(1, &long));
    let low = run(&desk, &["size=4K"]);
    assert_eq!(low.rows("gaps.csv")[0]["cause"], "limit_size");
    assert_eq!(run(&desk, &["size=2M"]).verdicts().values().collect::<Vec<_>>(), ["affected", "ruled_out"]);
}

#[test]
fn limits_that_are_none_are_refused() {
    let desk = scene(&nested(1, TABLE));
    for limit in ["depth", "depth=0", "depth=65", "time=9", "size=much"] {
        let mut command = desk.index_command(&Job::of("ev", &desk.path("ev")));
        let finished = Finished::from(command.args(["--limit", limit]).output().expect("the program starts")).with_code(&[2]);
        assert!(finished.stderr.contains("--limit"), "{limit}: {}", finished.stderr);
        assert!(!Path::new(&desk.case()).exists(), "{limit}");
    }
}
