//! Maps that were written in the order of their keys: they are built at once when they are read, where `serde` looks for the
//! place of each entry.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// Entries that are made room for before the first is read: how many there are is said by who wrote them.
const ROOM: usize = 1 << 10;

/// Reads a map, whatever its order.
pub fn deserialize<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    deserializer.deserialize_map(Entries(PhantomData))
}

struct Entries<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0).min(ROOM));
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(entries.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Held {
        #[serde(deserialize_with = "super::deserialize")]
        map: BTreeMap<String, u64>,
        behind: u8,
    }

    #[test]
    fn maps_are_read_as_they_were_written() {
        for entries in [0, 1, 3_000] {
            let held = Held { map: (0..entries).map(|n| (format!("key {n}"), n)).collect(), behind: 7 };
            let bytes = postcard::to_stdvec(&held).unwrap();
            assert_eq!(postcard::from_bytes::<Held>(&bytes).unwrap(), held);
        }
        let twice = [&[2, 1, b'b', 5, 1, b'a', 6, 7][..], &[3, 1, b'a', 5, 1, b'b', 1, 1, b'a', 6, 7]];
        for (bytes, expected) in twice.into_iter().zip([[("a", 6), ("b", 5)], [("a", 6), ("b", 1)]]) {
            let held: Held = postcard::from_bytes(bytes).unwrap();
            assert_eq!(held.map, expected.map(|(key, value)| (key.to_owned(), value)).into());
        }
        assert!(postcard::from_bytes::<Held>(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1, b'a']).is_err());
    }
}
