use tantivy::postings::SegmentPostings;
use tantivy::{DocId, DocSet, TERMINATED};

/// Walks the documents that stand on all lists, led by the shortest one, and hands over each with the lists at
/// its place.
pub(super) fn each_common(lists: &mut [SegmentPostings], mut take: impl FnMut(DocId, &mut [SegmentPostings])) {
    let Some(rarest) = (0..lists.len()).min_by_key(|&i| lists[i].size_hint()) else { return };
    let mut document = lists[rarest].doc();
    while document != TERMINATED {
        let mut next = None;
        for (i, list) in lists.iter_mut().enumerate() {
            if i != rarest && list.doc() < document {
                list.seek(document);
            }
            if list.doc() != document {
                next = Some(list.doc());
                break;
            }
        }
        document = match next {
            Some(TERMINATED) => break,
            Some(other) => lists[rarest].seek(other),
            None => {
                take(document, lists);
                lists[rarest].advance()
            }
        };
    }
}
