use super::inventory::Dependence;
use super::remedies::remedy;
use crate::matching::{OpenGap, Reach};
use crate::model::{Basis, Remedy, Scheme};
use crate::registry::{Institution, Registry};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// The gaps in the scope of an institution. Institutions with the same gaps share them, and what is asked for each
/// institution is counted once: there may be as many gaps as institutions, and what each of these asked of each of those
/// would take the product of both.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ScopeGaps {
    /// Those of everybody, of its products, and of institutions without an account.
    common: Arc<GapSet>,
    /// Those that name it.
    named: Arc<GapSet>,
    len: usize,
    not_of_everybody: usize,
    items: u64,
    bases: BTreeSet<Basis>,
    remedies: BTreeSet<Remedy>,
}

impl ScopeGaps {
    fn new(common: &Arc<GapSet>, named: &Arc<GapSet>, gaps: &Gaps<'_>) -> Self {
        let more = |ours: &[usize], known: &[usize]| ours.iter().filter(|gap| known.binary_search(gap).is_err()).count();
        Self {
            len: common.all.len() + more(&named.all, &common.all),
            not_of_everybody: common.not_of_everybody.len() + more(&named.not_of_everybody, &common.not_of_everybody),
            items: gaps.items(&common.all) + gaps.items_beside(&named.all, &common.all),
            bases: common.bases.union(&named.bases).copied().collect(),
            remedies: common.remedies.union(&named.remedies).copied().collect(),
            common: Arc::clone(common),
            named: Arc::clone(named),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many items have them.
    pub fn items(&self) -> u64 {
        self.items
    }

    /// What they make of those that they count against.
    pub fn bases(&self) -> &BTreeSet<Basis> {
        &self.bases
    }

    /// What would close them.
    pub fn remedies(&self) -> &BTreeSet<Remedy> {
        &self.remedies
    }

    /// All of them as indices, ascending.
    pub fn all(&self) -> Vec<usize> {
        let mut all = [&self.common.all[..], &self.named.all[..]].concat();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// How many do not count against everybody.
    pub fn count_not_of_everybody(&self) -> usize {
        self.not_of_everybody
    }

    /// Those that do not count against everybody, those that name the institution first.
    pub fn not_of_everybody(&self) -> impl Iterator<Item = usize> {
        let named = &self.named.not_of_everybody;
        let others = self.common.not_of_everybody.iter().filter(|gap| named.binary_search(gap).is_err());
        named.iter().chain(others).copied()
    }
}

/// Some gaps, ascending.
#[derive(Debug, Default, PartialEq, Eq)]
struct GapSet {
    all: Vec<usize>,
    not_of_everybody: Vec<usize>,
    bases: BTreeSet<Basis>,
    remedies: BTreeSet<Remedy>,
}

/// All gaps, which are ordered by their items.
struct Gaps<'g> {
    gaps: &'g [OpenGap],
    /// Those of the same item.
    of_item: Vec<Range<usize>>,
}

impl<'g> Gaps<'g> {
    fn new(gaps: &'g [OpenGap]) -> Self {
        let mut of_item = Vec::with_capacity(gaps.len());
        for same in gaps.chunk_by(|a, b| a.item == b.item) {
            let range = of_item.len()..of_item.len() + same.len();
            of_item.extend(same.iter().map(|_| range.clone()));
        }
        Self { gaps, of_item }
    }

    fn set<'l>(&self, lists: impl Iterator<Item = &'l Vec<usize>>) -> Arc<GapSet> {
        let mut all: Vec<usize> = lists.flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        let gaps = || all.iter().map(|&gap| &self.gaps[gap]);
        Arc::new(GapSet {
            not_of_everybody: all.iter().copied().filter(|&gap| !self.gaps[gap].reach.everybody).collect(),
            bases: gaps().map(|gap| gap.basis).collect(),
            remedies: gaps().map(|gap| remedy(gap.cause)).collect(),
            all,
        })
    }

    /// How many items have these gaps.
    fn items(&self, gaps: &[usize]) -> u64 {
        gaps.chunk_by(|a, b| self.of_item[*a] == self.of_item[*b]).count() as u64
    }

    /// How many items have these gaps, and none of the others.
    fn items_beside(&self, gaps: &[usize], others: &[usize]) -> u64 {
        let items = gaps.chunk_by(|a, b| self.of_item[*a] == self.of_item[*b]).map(|same| &self.of_item[same[0]]);
        let is_new = |item: &&Range<usize>| others.get(others.partition_point(|gap| *gap < item.start)).is_none_or(|gap| *gap >= item.end);
        items.filter(is_new).count() as u64
    }
}

/// Which gaps count against which institution.
pub struct Blocks<'g> {
    gaps: Gaps<'g>,
    everybody: Vec<usize>,
    without: BTreeMap<&'g Scheme, Vec<usize>>,
    by_product: BTreeMap<&'g str, Vec<usize>>,
    /// The gaps of each reach that names institutions, and the reaches that name each institution.
    by_reach: Vec<Vec<usize>>,
    reaches: HashMap<usize, Vec<usize>>,
    none: Arc<ScopeGaps>,
    common: HashMap<Common<'g>, Arc<GapSet>>,
    named: HashMap<Vec<usize>, Arc<GapSet>>,
    /// By the places of both in memory, where their owners above keep them.
    known: HashMap<(*const GapSet, *const GapSet), Arc<ScopeGaps>>,
}

/// What gaps that name nobody count by.
#[derive(PartialEq, Eq, Hash)]
struct Common<'g> {
    /// The schemes that gaps name and it has no identifier of.
    lacks: Vec<&'g Scheme>,
    /// Its products that gaps name.
    products: Vec<&'g str>,
}

/// A gap that blocks somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockingGap {
    /// Index of the gap.
    pub gap: usize,
    /// Institutions left undetermined against whom it counts.
    pub blocks: u64,
    /// Those among them against whom nothing else counts.
    pub frees_alone: u64,
}

impl<'g> Blocks<'g> {
    /// Sorts those gaps that `count` accepts by their reach. They are ordered by item.
    pub fn new(gaps: &'g [OpenGap], count: impl Fn(&OpenGap) -> bool) -> Self {
        let mut blocks = Self {
            gaps: Gaps::new(gaps),
            everybody: Vec::new(),
            without: BTreeMap::new(),
            by_product: BTreeMap::new(),
            by_reach: Vec::new(),
            reaches: HashMap::new(),
            none: Arc::default(),
            common: HashMap::new(),
            named: HashMap::new(),
            known: HashMap::new(),
        };
        let mut known: HashMap<*const BTreeSet<usize>, usize> = HashMap::new();
        for (number, gap) in gaps.iter().enumerate().filter(|(_, gap)| count(gap)) {
            let Reach { everybody, without, institutions, products } = &gap.reach;
            if *everybody {
                blocks.everybody.push(number);
            }
            without.iter().for_each(|scheme| blocks.without.entry(scheme).or_default().push(number));
            products.iter().for_each(|product| blocks.by_product.entry(product).or_default().push(number));
            if !institutions.is_empty() {
                // Gaps in files of one group have one reach.
                let reach = *known.entry(Arc::as_ptr(institutions)).or_insert_with(|| {
                    blocks.by_reach.push(Vec::new());
                    let reach = blocks.by_reach.len() - 1;
                    institutions.iter().for_each(|i| blocks.reaches.entry(*i).or_default().push(reach));
                    reach
                });
                blocks.by_reach[reach].push(number);
            }
        }
        blocks
    }

    /// The gaps that count against an institution. Only those that depend can be blocked.
    pub fn against(&mut self, registry: &Registry, institution: usize, dependence: &Dependence) -> Arc<ScopeGaps> {
        if !dependence.depends {
            return Arc::clone(&self.none);
        }
        let common = self.common(registry, &registry.institutions[institution]);
        let named = self.named(institution);
        let new = || Arc::new(ScopeGaps::new(&common, &named, &self.gaps));
        Arc::clone(self.known.entry((Arc::as_ptr(&common), Arc::as_ptr(&named))).or_insert_with(new))
    }

    /// What counts against it as one of everybody, by the identifiers that it has not, and by its products.
    fn common(&mut self, registry: &Registry, institution: &Institution) -> Arc<GapSet> {
        let lacks = |scheme: &&Scheme| !institution.usable_identifiers().any(|i| i.scheme == **scheme);
        let lacks = self.without.keys().copied().filter(lacks).collect();
        // Without an inventory, or where a product cannot be told, it may be any product's.
        let any_product = institution.deployments.is_empty() || institution.deployments.iter().any(|d| d.product.is_none());
        // As the products table writes the id, which deployments may write in another case.
        let has =
            |product: &str| institution.deployments.iter().filter_map(|d| d.product).any(|p| registry.products[p].product_id == product);
        let products = self.by_product.keys().copied().filter(|product| any_product || has(product)).collect();
        let key = Common { lacks, products };
        if let Some(known) = self.common.get(&key) {
            return Arc::clone(known);
        }
        let without = key.lacks.iter().filter_map(|scheme| self.without.get(scheme));
        let products = key.products.iter().filter_map(|product| self.by_product.get(product));
        let set = self.gaps.set(std::iter::once(&self.everybody).chain(without).chain(products));
        Arc::clone(self.common.entry(key).or_insert(set))
    }

    /// What names it.
    fn named(&mut self, institution: usize) -> Arc<GapSet> {
        let Some(reaches) = self.reaches.get(&institution) else { return Arc::clone(&self.none.named) };
        if let Some(known) = self.named.get(reaches) {
            return Arc::clone(known);
        }
        let set = self.gaps.set(reaches.iter().map(|&reach| &self.by_reach[reach]));
        Arc::clone(self.named.entry(reaches.clone()).or_insert(set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Basis, Cause};
    use crate::registry::{Deployment, Institution, Product};

    fn gap(item: &str, cause: Cause, reach: Reach) -> OpenGap {
        OpenGap { item: item.to_owned(), cause, bytes: 1, detail: String::new(), reach, basis: Basis::UnreadContent, waived: None }
    }

    fn depends() -> Dependence {
        Dependence { depends: true, flags: BTreeSet::new(), deployments: Arc::new([]) }
    }

    #[test]
    fn who_has_the_same_gaps_shares_them() {
        let named = Arc::new(BTreeSet::from([1, 3]));
        let account = || Reach::without(Scheme::TransferAccount);
        let of = |everybody, without_account| Reach {
            everybody,
            institutions: Arc::clone(&named),
            ..if without_account { account() } else { Reach::default() }
        };
        let gaps = [
            gap("ev/a", Cause::Encrypted, Reach::everybody()),
            gap("ev/a", Cause::Unattributed, of(false, false)),
            gap("ev/b", Cause::NeedsOcr, account()),
            gap("ev/c", Cause::Encrypted, of(true, false)),
            gap("ev/d", Cause::Encrypted, of(false, true)),
            gap("ev/e", Cause::Corrupt, of(false, false)),
        ];
        let registry = Registry::of(vec![Institution::default(); 4]);
        let mut blocks = Blocks::new(&gaps, |gap| gap.cause != Cause::Corrupt);
        let of = [0, 1, 2, 3].map(|n| blocks.against(&registry, n, &depends()));
        assert!(Arc::ptr_eq(&of[0], &of[2]) && Arc::ptr_eq(&of[1], &of[3]) && !Arc::ptr_eq(&of[0], &of[1]));
        assert_eq!((of[0].all(), of[0].len(), of[0].items()), (vec![0, 2, 3, 4], 4, 4));
        assert_eq!(of[0].not_of_everybody().collect::<Vec<_>>(), [2, 4]);
        assert_eq!((of[1].all(), of[1].len(), of[1].items()), (vec![0, 1, 2, 3, 4], 5, 4));
        assert_eq!(of[1].not_of_everybody().collect::<Vec<_>>(), [1, 4, 2], "those that name it first");
        assert_eq!(of[1].count_not_of_everybody(), 3);
        assert_eq!(*of[1].remedies(), [Cause::Encrypted, Cause::Unattributed, Cause::NeedsOcr].map(remedy).into());
        assert!(blocks.against(&registry, 1, &Dependence { depends: false, ..depends() }).is_empty());
    }

    #[test]
    fn a_products_gap_counts_whatever_the_case_of_its_id() {
        let institution = |product_id: &str, product| Institution {
            deployments: vec![Deployment { product_id: product_id.to_owned(), product, ..Deployment::default() }],
            ..Institution::default()
        };
        let product = |id: &str| Product { product_id: id.to_owned(), ..Product::default() };
        let registry = Registry {
            products: vec![product("P1"), product("P2")],
            ..Registry::of(vec![institution("p1", Some(0)), institution("P2", Some(1)), institution("P9", None)])
        };
        let gaps = [gap("ev/a", Cause::Encrypted, Reach { products: BTreeSet::from(["P1".to_owned()]), ..Reach::default() })];
        let mut blocks = Blocks::new(&gaps, |_| true);
        let against = [0, 1, 2].map(|n| blocks.against(&registry, n, &depends()).len());
        assert_eq!(against, [1, 0, 1]);
    }
}
