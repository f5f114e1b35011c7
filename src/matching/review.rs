//! What people decided, applied: accepted and rejected mentions, waived gaps. Attributed items are scopes and
//! applied with them. Nothing that a review does is silent: mentions and gaps carry its words.

use super::{Mention, OpenGap, Source};
use crate::model::{Act, Basis, Role, Strength};
use crate::registry::{Counterparty, Registry, Review};
use crate::tokens::words_of;
use jiff::civil::Date;
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

/// The reviews of a registry, with how often each applied.
pub(super) struct Reviews<'r> {
    all: &'r [Review],
    /// Those about mentions, by institution.
    of_mentions: HashMap<usize, Vec<usize>>,
    /// Is the other side of a payment as good as the owner, by policy?
    counterparty_affects: bool,
    /// What was decided later is not decided yet.
    as_of: Option<Date>,
    applied: Vec<Cell<u64>>,
}

impl<'r> Reviews<'r> {
    pub fn new(registry: &'r Registry) -> Self {
        let mut of_mentions: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, review) in registry.reviews.iter().enumerate() {
            let decided = review.institution.filter(|_| review.is_decided_by(registry.incident.as_of));
            if let (Act::Accept | Act::Reject, Some(institution)) = (review.act, decided) {
                of_mentions.entry(institution).or_default().push(at);
            }
        }
        Self {
            all: &registry.reviews,
            of_mentions,
            counterparty_affects: registry.incident.policy.counterparty == Counterparty::Affected,
            as_of: registry.incident.as_of,
            applied: vec![Cell::new(0); registry.reviews.len()],
        }
    }

    /// How many mentions or gaps each review was applied to.
    pub fn applied(self) -> Vec<u64> {
        self.applied.into_iter().map(Cell::into_inner).collect()
    }

    /// An item was attributed by these reviews.
    pub fn attributed(&self, reviews: &BTreeSet<usize>) {
        reviews.iter().for_each(|&at| self.applied[at].set(self.applied[at].get() + 1));
    }

    /// Applies what was decided about mentions at an item. An accepted mention is the owner's. A rejected one
    /// has no effect; but what makes an institution affected must be rejected by two different people, and
    /// points to it until it is. Where people disagree, nobody is cleared.
    pub fn judge(&self, path: &str, mention: &mut Mention) {
        let Some(about) = self.of_mentions.get(&mention.institution) else { return };
        let fits = |review: &Review| {
            review.item.matches(path)
                && review.scheme.as_ref().is_none_or(|scheme| *scheme == mention.scheme)
                && review.value.as_ref().is_none_or(|value| *value == mention.value)
        };
        let fitting: Vec<usize> = about.iter().copied().filter(|&at| fits(&self.all[at])).collect();
        if fitting.is_empty() {
            return;
        }
        fitting.iter().for_each(|&at| self.applied[at].set(self.applied[at].get() + 1));
        let of = |act: Act| -> Vec<&Review> { fitting.iter().map(|&at| &self.all[at]).filter(|r| r.act == act).collect() };
        let (accepted, rejected) = (of(Act::Accept), of(Act::Reject));
        let decides = mention.is_sure_owner() || (self.counterparty_affects && mention.role == Role::Counterparty);
        if !accepted.is_empty() {
            if !mention.is_sure_owner() {
                mention.role = Role::Owner;
                mention.strength = Strength::Sure;
                mention.basis = basis_of(mention.source);
            }
            mention.review = match rejected.is_empty() {
                true => format!("accepted by {}", names(&accepted)),
                false => format!("accepted by {}, rejected by {}: stands", names(&accepted), names(&rejected)),
            };
        } else if decides && !are_different_people(&rejected) {
            mention.role = Role::Unknown;
            mention.strength = Strength::Weak;
            mention.basis = Basis::WeakEvidence;
            mention.review = format!("rejected by {}; a second reviewer is needed", names(&rejected));
        } else {
            *mention = mention.clone().as_reference();
            mention.review = format!("rejected by {}", names(&rejected));
        }
    }

    /// Applies what was decided about gaps.
    pub fn waive(&self, gaps: &mut [OpenGap]) {
        for (at, review) in self.all.iter().enumerate().filter(|(_, r)| r.act == Act::Waive && r.is_decided_by(self.as_of)) {
            for gap in gaps.iter_mut() {
                if review.cause.is_none_or(|cause| cause == gap.cause) && review.item.matches(gap.item.trim_end_matches('/')) {
                    self.applied[at].set(self.applied[at].get() + 1);
                    gap.waived.get_or_insert_with(|| format!("waived by {}, {}: {}", review.reviewer, review.time, review.reason));
                }
            }
        }
    }
}

/// What an accepted mention is evidence of.
fn basis_of(source: Source) -> Basis {
    match source {
        Source::Path => Basis::AccountPath,
        Source::Payment => Basis::OwnerField,
        Source::Field | Source::Rows => Basis::Records,
        Source::Prose | Source::Record | Source::Strings => Basis::ClientRecord,
    }
}

/// Are there two different people among the reviewers? Only two of them clear what makes an institution affected.
fn are_different_people(reviews: &[&Review]) -> bool {
    let names: Vec<Vec<String>> = reviews.iter().map(|r| words_of_name(&r.reviewer)).collect::<BTreeSet<_>>().into_iter().collect();
    names.iter().enumerate().any(|(n, one)| names[n + 1..].iter().any(|other| !may_be_one_person(one, other)))
}

/// The words of a name in one order; of an address those before the `@`, of a login those behind its domain.
fn words_of_name(name: &str) -> Vec<String> {
    let name = name.rsplit('\\').next().unwrap_or(name);
    let mut words = words_of(name.split('@').next().filter(|before| !before.is_empty()).unwrap_or(name));
    words.sort_unstable();
    words
}

/// `A. Moreau`, `Moreau, Anne` and `anne.moreau@…` may be one person: each word of the name with fewer words is one of the
/// other's, or its initial. So may `Dr. Anne Moreau` and `Anne Moreau, CISO`, whose words agree but for one, and `amoreau`.
fn may_be_one_person(one: &[String], other: &[String]) -> bool {
    let (fewer, more) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let is_same = |a: &str, b: &str| a == b || a.starts_with(b) && b.chars().count() == 1 || b.starts_with(a) && a.chars().count() == 1;
    // Whole words first: what is left for an initial is not taken by another word.
    let mut left: Vec<&String> = more.iter().collect();
    let mut take = |word: &String, fits: &dyn Fn(&str, &str) -> bool| {
        left.iter().position(|other| fits(word, other)).map(|at| left.swap_remove(at)).is_some()
    };
    let others: Vec<&String> = fewer.iter().filter(|word| !take(word, &|a, b| a == b)).collect();
    let is_whole = fewer.len() - others.len() >= 2;
    others.into_iter().all(|word| take(word, &is_same)) || is_whole || matches!(fewer, [login] if is_login(login, more))
}

/// Is it made of the name: `amoreau`, `moreaua`, `annemoreau`, `am`? Of one login the other may be made, too.
fn is_login(login: &str, name: &[String]) -> bool {
    let initial = |word: &str| word.chars().next().map(String::from).unwrap_or_default();
    let is_of = |(a, b): (&str, &str)| {
        [format!("{a}{b}"), format!("{}{b}", initial(a)), format!("{b}{}", initial(a))].iter().any(|made| made == login)
    };
    let parts = name.iter().flat_map(|a| name.iter().filter(move |b| *b != a).map(move |b| (a.as_str(), b.as_str())));
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let initials: String = name.iter().map(|word| initial(word)).collect();
    // `amoreau` and `moreaua`.
    let turned = |from: &str, to: &str| from.strip_prefix(&initial(from)).is_some_and(|rest| format!("{rest}{}", initial(from)) == to);
    parts.into_iter().any(is_of)
        || name.len() > 1 && sorted(login) == sorted(&initials)
        || matches!(name, [other] if turned(login, other) || turned(other, login))
}

fn names(reviews: &[&Review]) -> String {
    let names: BTreeSet<&str> = reviews.iter().map(|r| r.reviewer.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::super::mention::mention;
    use super::*;
    use crate::model::Scheme;
    use crate::registry::Where;

    fn review(act: Act, reviewer: &str) -> Review {
        Review {
            act,
            item: Where::Item("ev/a.csv".to_owned()),
            cause: None,
            institution: Some(0),
            scheme: None,
            value: None,
            reviewer: reviewer.to_owned(),
            time: "2024-11-09".to_owned(),
            reason: "x".to_owned(),
            file: "review.csv".to_owned(),
            line: 2,
        }
    }

    fn judged(acts: &[(Act, &str)], role: Role, strength: Strength, counterparty_affects: bool) -> Mention {
        let reviews: Vec<Review> = acts.iter().map(|(act, reviewer)| review(*act, reviewer)).collect();
        let reviews = Reviews {
            all: &reviews,
            of_mentions: HashMap::from([(0, (0..reviews.len()).collect())]),
            counterparty_affects,
            as_of: None,
            applied: vec![Cell::new(0); reviews.len()],
        };
        let mut one = mention(0, Scheme::Aba, "021000021".to_owned(), role, strength, Basis::Records);
        reviews.judge("ev/a.csv", &mut one);
        one
    }

    #[test]
    fn two_different_people_clear_what_makes_affected() {
        use Act::*;
        use Strength::*;
        let owner = |acts: &[(Act, &str)]| judged(acts, Role::Owner, Sure, false);
        assert!(owner(&[]).is_sure_owner());
        for same in [
            &[(Reject, "Ann Lee")][..],
            &[(Reject, "Ann Lee"), (Reject, " ann  lee ")],
            &[(Reject, "A. Lee"), (Reject, "A Lee"), (Reject, "Lee, A."), (Reject, "lee ann")],
            &[(Reject, "Ann Lee"), (Reject, "ann.lee@bank.example")],
            &[(Reject, "Ann Zoë Lée"), (Reject, "Lee, A. Z.")],
            &[(Reject, "Dr. Ann Lee"), (Reject, "Ann Lee, CISO"), (Reject, "alee"), (Reject, "CORP\\leea")],
            &[(Reject, "Ann Lee"), (Reject, "AL")],
        ] {
            let one = owner(same);
            assert_eq!((one.role, one.strength), (Role::Unknown, Weak), "{same:?}");
        }
        for others in
            [["Ann", "Ben"], ["A. Lee", "B. Lee"], ["Ann Lee", "Amy Lee"], ["Reviewer 1", "Reviewer 2"], ["a@x.example", "b@x.example"]]
        {
            assert!(!owner(&others.map(|name| (Reject, name))).has_effect(), "{others:?}");
        }
        assert!(!owner(&[(Reject, "A Lee"), (Reject, "Ann Lee"), (Reject, "Amy Lee")]).has_effect());
        assert!(owner(&[(Reject, "Ann"), (Reject, "Ben"), (Accept, "Cy")]).is_sure_owner());
    }

    #[test]
    fn one_person_settles_what_only_points() {
        use Act::*;
        use Strength::*;
        assert!(!judged(&[(Reject, "Ann")], Role::Unknown, Weak, false).has_effect());
        assert!(judged(&[(Accept, "Ann")], Role::Unknown, Weak, false).is_sure_owner());
        assert!(!judged(&[(Reject, "Ann")], Role::Counterparty, Sure, false).has_effect());
        assert!(judged(&[(Reject, "Ann")], Role::Counterparty, Sure, true).has_effect());
    }

    #[test]
    fn other_items_schemes_and_values_stay() {
        let mut narrow = review(Act::Reject, "Ann");
        narrow.scheme = Some(Scheme::Aba);
        narrow.value = Some("011000015".to_owned());
        let all = [narrow];
        let reviews = Reviews {
            all: &all,
            of_mentions: HashMap::from([(0, vec![0])]),
            counterparty_affects: false,
            as_of: None,
            applied: vec![Cell::new(0)],
        };
        for (path, scheme, value, effect) in [
            ("ev/a.csv", Scheme::Aba, "011000015", false),
            ("ev/a.csv", Scheme::Aba, "021000021", true),
            ("ev/a.csv", Scheme::Bic, "011000015", true),
            ("ev/b.csv", Scheme::Aba, "011000015", true),
        ] {
            let mut one = mention(0, scheme, value.to_owned(), Role::Unknown, Strength::Weak, Basis::WeakEvidence);
            reviews.judge(path, &mut one);
            assert_eq!(one.has_effect(), effect, "{path} {value}");
        }
        assert_eq!(reviews.applied(), [1]);
    }
}
