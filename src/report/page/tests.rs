use super::{SCRIPT, STYLE};

/// What the page brings along fetches nothing, parses no markup, and ends no element.
#[test]
fn style_and_script_are_inert() {
    for part in [STYLE, SCRIPT] {
        for forbidden in
            ["http", "url(", "@import", "</", "<!--", "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function("]
        {
            assert!(!part.contains(forbidden), "{forbidden}");
        }
        assert!(part.is_ascii(), "a hash is over bytes, and an encoding may be guessed wrong");
    }
}
