use super::*;
use proptest::prelude::*;

fn held<'a>(path: &'a str, size: u64) -> Held<'a> {
    Held { path: path.split('/').map(str::as_bytes).collect(), size, content: None, digests: None }
}

fn listed(path: &str, size: u64) -> Listed<'_> {
    Listed { path: path.as_bytes(), size: Some(size), ..Listed::default() }
}

fn outcomes(items: &[Held<'_>], rows: &[Listed<'_>]) -> Vec<Outcome> {
    reconcile(items, rows).outcomes
}

use Outcome::{Differs, Directory, Missing, Moved, Recovered};

#[test]
fn a_listing_that_begins_elsewhere() {
    let items = [held("all.zip", 9), held("all.zip/home/a/x.ach", 1), held("all.zip/home/b/y.ach", 2)];
    let rows = [
        listed("srv/sftp/home/a/x.ach", 1),
        listed("srv/sftp/home/b/y.ach", 2),
        listed("srv/sftp/home/b/z.ach", 3),
        listed("var/home/a/x.ach", 1),
    ];
    let found = reconcile(&items, &rows);
    assert_eq!(found.outcomes, [Recovered(1), Recovered(2), Missing, Missing]);
    assert_eq!(found.alignments[0].listed, [b"srv".to_vec(), b"sftp".to_vec()]);
    assert_eq!(found.alignments[0].held, [b"all.zip".to_vec()]);
}

#[test]
fn content_decides_where_it_is_known() {
    let id = |n| Some(ContentId([n; 32]));
    let items =
        [Held { content: id(1), ..held("a/x", 5) }, Held { content: id(2), ..held("a/y", 5) }, Held { content: id(3), ..held("b/z", 7) }];
    let row = |path, n| Listed { sha256: id(n), ..listed(path, 5) };
    let rows = [row("a/x", 1), row("a/y", 9), row("a/w", 3), listed("b/z", 5), row("a/x", 2)];
    assert_eq!(outcomes(&items, &rows), [Recovered(0), Differs(1, Difference::Sha256), Moved(2), Differs(2, Difference::Size), Moved(1)]);
}

#[test]
fn the_same_tree_of_another_day_recovers_nothing() {
    let items =
        [held("d1/h/a.ach", 940), held("d1/h/b.ach", 940), held("d1/h/c.ach", 940), held("d2/h/a.ach", 1880), held("d2/h/b.ach", 2820)];
    let rows = [listed("h/a.ach", 1880), listed("h/b.ach", 2820), listed("h/c.ach", 940)];
    assert_eq!(outcomes(&items, &rows), [Recovered(3), Recovered(4), Missing]);
}

#[test]
fn evidence_in_several_parts() {
    let names: Vec<String> = (0..40).map(|i| format!("part{}.zip/home/b{}/f{i}.txt", i / 20, i / 4)).collect();
    let items: Vec<_> = names.iter().enumerate().map(|(i, n)| held(n, 100 + i as u64)).collect();
    let paths: Vec<&str> = names.iter().map(|n| n.split_once('/').unwrap().1).collect();
    let rows: Vec<_> = paths.iter().enumerate().map(|(i, p)| listed(p, 100 + i as u64)).collect();
    assert_eq!(outcomes(&items, &rows), (0..40).map(Recovered).collect::<Vec<_>>());
    // Without sizes nothing says that the second part is meant.
    let bare: Vec<_> = rows.iter().map(|r| Listed { size: None, ..*r }).collect();
    assert_eq!(outcomes(&items, &bare).iter().filter(|o| **o == Missing).count(), 20);
}

#[test]
fn names_that_lost_bytes() {
    let items =
        [held("d/Stra\u{df}e.txt", 5), held("d/pl\u{e4}n 1", 7), held("d/pl\u{f6}n 1", 7), held("d/plain", 1), held("d/with blank", 3)];
    let rows =
        [listed("d/Stra?e.txt", 5), listed("d/pl??n 1", 7), listed("d/plain", 1), Listed { folded: true, ..listed("d/with_blank", 3) }];
    assert_eq!(outcomes(&items, &rows), [Recovered(0), Missing, Recovered(3), Recovered(4)]);
    // Two rows cannot both be the one item, and another size is another file.
    assert_eq!(outcomes(&items, &[listed("d/Stra?e.txt", 5), listed("d/Stra?e.txt", 5), listed("d/plain", 1)])[..2], [Missing, Missing]);
    assert_eq!(outcomes(&items, &[listed("d/Stra?e.txt", 6), listed("d/plain", 1)])[0], Missing);
    assert_eq!(outcomes(&items, &[listed("d/with_blank", 3), listed("d/plain", 1)])[0], Missing);
}

#[test]
fn directories_and_links() {
    let items = [held("h/a/x", 1), held("h/a/y", 2)];
    let bare = |path| Listed { size: None, ..listed(path, 0) };
    let link = |path, to: &'static str| Listed { link: Some(to.as_bytes()), ..bare(path) };
    let rows = [
        bare("h"),
        bare("h/a"),
        bare("h/a/x"),
        bare("h/empty"),
        link("h/l", "a/x"),
        link("h/d", "../h/a"),
        link("h/gone", "a/z"),
        link("h/loop", "loop"),
    ];
    assert_eq!(outcomes(&items, &rows), [Directory, Directory, Recovered(0), Missing, Recovered(0), Directory, Missing, Missing]);
}

#[test]
fn nothing_in_common() {
    assert_eq!(outcomes(&[], &[listed("a", 1)]), [Missing]);
    assert_eq!(outcomes(&[held("a", 1)], &[]), []);
    // A name that happens to be on both sides aligns nothing.
    let found = reconcile(&[held("x/README", 1), held("q/b", 1)], &[listed("y/README", 2), listed("y/z", 3)]);
    assert_eq!(found.outcomes, [Missing, Missing]);
    assert_eq!(found.alignments, []);
}

/// Random trees: few names, so that the same names stand in many places.
fn trees() -> impl Strategy<Value = Vec<(String, u64)>> {
    prop::collection::btree_map(prop::collection::vec("[a-d]{1,2}", 1..5), 1u64..50, 1..60).prop_map(|files| {
        let files: Vec<(String, u64)> = files.into_iter().map(|(path, size)| (path.join("/"), size)).collect();
        let inside = |path: &str| files.iter().any(|(other, _)| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
        files.iter().filter(|(path, _)| !inside(path)).cloned().collect()
    })
}

proptest! {
    #[test]
    fn a_listing_of_the_tree_is_recovered_and_a_removed_file_is_missing(tree in trees(), removed in any::<prop::sample::Index>()) {
        let items: Vec<_> = tree.iter().map(|(path, size)| held(path, *size)).collect();
        let rows: Vec<_> = tree.iter().map(|(path, size)| listed(path, *size)).collect();
        prop_assert_eq!(outcomes(&items, &rows), (0..items.len()).map(Recovered).collect::<Vec<_>>());
        let removed = removed.index(items.len());
        let mut fewer = items.clone();
        fewer.remove(removed);
        // With two files left a coincidence may explain as much as the truth.
        if fewer.len() > 2 {
            let expected: Vec<_> = (0..items.len()).map(|i| match i.cmp(&removed) {
                std::cmp::Ordering::Less => Recovered(i),
                std::cmp::Ordering::Equal => Missing,
                std::cmp::Ordering::Greater => Recovered(i - 1),
            }).collect();
            prop_assert_eq!(outcomes(&fewer, &rows), expected);
        }
    }

    #[test]
    fn wrapping_changes_nothing(tree in trees(), wrap in "[w-z]{3}/[w-z]{3}", lead in "[p-s]{3}") {
        let wrapped: Vec<String> = tree.iter().map(|(path, _)| format!("{wrap}/{path}")).collect();
        let lead: Vec<String> = tree.iter().map(|(path, _)| format!("{lead}/{path}")).collect();
        let items: Vec<_> = wrapped.iter().zip(&tree).map(|(path, (_, size))| held(path, *size)).collect();
        let rows: Vec<_> = lead.iter().zip(&tree).map(|(path, (_, size))| listed(path, *size)).collect();
        prop_assert_eq!(outcomes(&items, &rows), (0..items.len()).map(Recovered).collect::<Vec<_>>());
    }
}
