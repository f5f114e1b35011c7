//! The client to whom the members of an indented list belong: `- client_id: 104233`, and below it `members:` with elements
//! of their own, which do not say it again (YAML 1.2, section 8.2).

use crate::identifier::client_label::{is_client_label, is_code};

/// Longest name, and names inside names.
const LONGEST: usize = 64;
const DEPTH: usize = 32;

/// Follows the lines of a text by their indents.
#[derive(Default)]
pub(super) struct OuterClient<'t> {
    /// Labels of clients with their values and indents, the innermost last.
    open: Vec<(usize, &'t str, &'t str)>,
    /// All before this place was looked at.
    read: usize,
}

impl<'t> OuterClient<'t> {
    /// The label and code of the client around an element that begins with the line at this place; places come in their
    /// order. Lines that are no element of a list stand in none.
    pub fn of(&mut self, text: &'t str, place: usize) -> Option<(&'t str, &'t str)> {
        let (indent, inner, _) = parts(text.get(place..)?.lines().next()?);
        if inner == indent {
            return None;
        }
        if place > self.read {
            text.get(self.read..place)?.lines().for_each(|line| self.line(line));
            self.read = place;
        }
        self.leave(indent);
        self.open.last().filter(|(.., value)| !value.is_empty()).map(|(_, name, value)| (*name, *value))
    }

    fn leave(&mut self, indent: usize) {
        while self.open.last().is_some_and(|(outer, ..)| *outer > indent) {
            self.open.pop();
        }
    }

    fn line(&mut self, line: &'t str) {
        let (indent, inner, content) = parts(line);
        if content.is_empty() {
            return;
        }
        // Another document begins.
        if matches!(content, "---" | "...") {
            return self.open.clear();
        }
        self.leave(indent);
        let Some((name, value)) = content.split_once(':') else { return };
        let (name, value) = (name.trim_matches(['"', '\'', ' ']), value.trim().trim_matches(['"', '\'']));
        if !value.is_empty() && name.len() <= LONGEST && is_client_label(name) {
            // Another one takes the place of that beside it, also where nobody knows who it is.
            while self.open.last().is_some_and(|(outer, ..)| *outer >= inner) {
                self.open.pop();
            }
            if self.open.len() == DEPTH {
                self.open.clear();
            }
            self.open.push((inner, name, if is_code(value) { value } else { "" }));
        }
    }
}

/// The indent of a line, that of what stands behind the marks of elements, and what stands there.
fn parts(line: &str) -> (usize, usize, &str) {
    let line = line.trim_end();
    let mut content = line.trim_start_matches(' ');
    let indent = line.len() - content.len();
    while let Some(rest) = content.strip_prefix("- ") {
        content = rest.trim_start_matches(' ');
    }
    (indent, line.len() - content.len(), content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_their_clients() {
        let text = "clients:\n  - client_id: \"104233\"\n    members:\n      - first: Ann\n        last: Lee\n      - first: Bo\n  - name: none\n    members:\n      - first: Cy\nrest:\n- first: Di\n";
        let mut outer = OuterClient::default();
        let mut of = |word: &str| {
            let place = text.find(word).unwrap();
            outer.of(text, text[..place].rfind('\n').unwrap() + 1)
        };
        let client = Some(("client_id", "104233"));
        assert_eq!(
            [of("first: Ann"), of("last: Lee"), of("first: Bo"), of("first: Cy"), of("first: Di")],
            [client, None, client, None, None]
        );
    }

    #[test]
    fn clients_one_after_the_other_are_told_apart() {
        let one = |code: &str| format!("client_id: {code}\nmembers:\n- first: Ann{code}\n");
        let text = (0..40).map(|n| one(&format!("{}", 104_000 + n))).collect::<String>() + &one("none") + "---\n- first: Cy\n";
        let mut outer = OuterClient::default();
        let mut of = |word: &str| outer.of(&text, text.find(&format!("- first: {word}")).unwrap());
        assert_eq!(of("Ann104000"), Some(("client_id", "104000")));
        assert_eq!(of("Ann104039"), Some(("client_id", "104039")));
        assert_eq!([of("Annnone"), of("Cy")], [None, None]);
    }

    #[test]
    fn elements_may_stand_below_their_name() {
        let text = "client_id: 104233\nmembers:\n- first: Ann\n- first: Bo\n";
        let mut outer = OuterClient::default();
        assert_eq!(outer.of(text, text.find("- first: Ann").unwrap()), Some(("client_id", "104233")));
        assert_eq!(outer.of(text, text.find("- first: Bo").unwrap()), Some(("client_id", "104233")));
    }
}
