use crate::registry::Registry;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Institutions and their groups: all that have the same head.
pub(super) struct Groups {
    /// Head of the group of each institution.
    heads: Vec<usize>,
    /// Members of each group, by its head.
    members: HashMap<usize, Vec<usize>>,
    /// Those of some heads that were asked for: a group may be large, and gaps in its files many.
    known: RefCell<HashMap<BTreeSet<usize>, Arc<BTreeSet<usize>>>>,
}

impl Groups {
    pub fn new(registry: &Registry) -> Self {
        let mut under: HashMap<&str, usize> = HashMap::new();
        // Those that name the same parent are one group, even if it is no customer itself.
        let head = |institution| {
            let head = registry.head_of_group(institution);
            registry.institutions[head].outside_parent.as_deref().map_or(head, |parent| *under.entry(parent).or_insert(head))
        };
        let heads: Vec<usize> = (0..registry.institutions.len()).map(head).collect();
        let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
        heads.iter().enumerate().for_each(|(institution, head)| members.entry(*head).or_default().push(institution));
        Self { heads, members, known: RefCell::default() }
    }

    /// All that belong to the groups of some institutions.
    pub fn of(&self, some: &BTreeSet<usize>) -> Arc<BTreeSet<usize>> {
        let heads: BTreeSet<usize> = some.iter().map(|&institution| self.heads[institution]).collect();
        let mut known = self.known.borrow_mut();
        if let Some(known) = known.get(&heads) {
            return Arc::clone(known);
        }
        let all = Arc::new(heads.iter().filter_map(|head| self.members.get(head)).flatten().copied().collect());
        known.insert(heads, Arc::clone(&all));
        all
    }
}
