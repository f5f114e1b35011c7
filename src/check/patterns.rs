//! What can be known of path patterns without the evidence.

use crate::registry::PathGlob;

/// Paths that nothing but a pattern of everything has in common.
const ANYWHERE: [&str; 3] = ["first root/k", "first root/a1/k.bin", "first root/a1/b2/c3.d4!/e5/k"];

/// Does the pattern match whatever the evidence holds?
pub(super) fn matches_everything(glob: &PathGlob) -> bool {
    ANYWHERE.iter().all(|path| glob.matches_text(path))
}

/// Why the pattern can match no path of any evidence.
pub(super) fn matches_nothing(glob: &PathGlob) -> Option<&'static str> {
    let text = glob.as_str();
    let body = text.trim_start_matches("./").trim_matches('/');
    if text.contains('\\') {
        // An escaped `*` is possible and rare; a path of Windows is neither.
        return Some("a backslash takes the next character as it is; write `/` between folders");
    }
    if body.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Some("no path of evidence has an empty folder name, `.` or `..` in it");
    }
    None
}

/// A path that both match, if one is found.
pub(super) fn common_path(a: &PathGlob, b: &PathGlob) -> Option<String> {
    [sample(a), sample(b)].into_iter().flatten().find(|path| a.matches_text(path) && b.matches_text(path))
}

/// A path that the pattern matches. None where it has classes, alternatives or escapes.
fn sample(glob: &PathGlob) -> Option<String> {
    let text = glob.as_str().trim_start_matches("./").trim_matches('/');
    if text.contains(['[', '{', '\\']) {
        return None;
    }
    Some(format!("ev/{}", text.replace("**", "x").replace(['*', '?'], "x")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> PathGlob {
        PathGlob::new(text).unwrap()
    }

    #[test]
    fn patterns_of_everything_and_of_nothing() {
        for all in ["**", "*", "**/*", "/**/"] {
            assert!(matches_everything(&glob(all)), "{all}");
        }
        for some in ["staging", "*.bin", "**/*.war", "?"] {
            assert!(!matches_everything(&glob(some)), "{some}");
        }
        for none in ["data\\tenants", "a//b", "../x", "a/./b"] {
            assert!(matches_nothing(&glob(none)).is_some(), "{none}");
        }
        assert_eq!(matches_nothing(&glob("./data/**/x")), None);
    }

    #[test]
    fn overlaps_are_shown_by_a_path() {
        assert_eq!(common_path(&glob("staging/**"), &glob("staging/app/*.war")).as_deref(), Some("ev/staging/app/x.war"));
        assert_eq!(common_path(&glob("**/*.war"), &glob("app")), None);
        assert_eq!(common_path(&glob("a"), &glob("b")), None);
    }
}
