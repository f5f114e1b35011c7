//! Bytes in the records of programmers of memory: Intel HEX (Hexadecimal Object File Format Specification, 1988) and S-records
//! (Motorola). A record says how many bytes it has, where they belong, and ends with a sum of them.

use crate::format::database::value::from_hex;
use std::ops::Range;

/// Fewer records with data are none.
const LEAST: usize = 3;
/// Bytes that are held.
const MOST: usize = 64 << 20;
/// Digits of the longest record.
const LONGEST: usize = 2 * (255 + 6);

/// How a record is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// `:10` address, kind.
    Intel,
    /// `S1`, count, address.
    Motorola,
}

/// Where records stand of which the first one's digits begin at a place, and their bytes, one behind the other.
pub(super) fn read(bytes: &[u8], digits: usize) -> Option<(Range<usize>, Vec<u8>)> {
    let start = digits.checked_sub(1)?;
    let way = match bytes.get(start)? {
        b':' => Way::Intel,
        b'S' => Way::Motorola,
        _ => return None,
    };
    let (mut at, mut end, mut data, mut count) = (start, start, Vec::new(), 0);
    while data.len() < MOST
        && let Some((record, behind)) = record(bytes, at, way)
    {
        count += usize::from(!record.is_empty());
        data.extend(record);
        end = behind;
        at = behind + bytes[behind..].iter().take(4).take_while(|b| matches!(b, b'\r' | b'\n' | b' ')).count();
    }
    (count >= LEAST).then_some((start..end, data))
}

/// The data of a record, none where it says something else, and where the record ends.
fn record(bytes: &[u8], at: usize, way: Way) -> Option<(Vec<u8>, usize)> {
    let mark = if way == Way::Intel { b':' } else { b'S' };
    let rest = bytes.get(at..)?.strip_prefix(&[mark])?;
    let (kind, rest) = match way {
        Way::Intel => (0, rest),
        Way::Motorola => (rest.first().filter(|b| b.is_ascii_digit())? - b'0', rest.get(1..)?),
    };
    let digits = rest.iter().take(LONGEST + 1).take_while(|b| b.is_ascii_hexdigit()).count();
    let all = from_hex(&rest[..digits])?;
    let count = usize::from(*all.first()?);
    // Count, address, kind and sum; of S-records the count is that of all that follows it.
    let (of_head, is_whole, is_data) = match way {
        Way::Intel => (4, all.len() == count + 5, *all.get(3)? == 0),
        Way::Motorola => (1 + usize::from(kind) + 1, all.len() == count + 1, matches!(kind, 1..=3)),
    };
    if !is_whole {
        return None;
    }
    let end = at + 1 + usize::from(way == Way::Motorola) + digits;
    let data = if is_data { all.get(of_head..all.len() - 1)?.to_vec() } else { Vec::new() };
    Some((data, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"client_code,name,account\nQX7731,Ann Lee,4455667701\nQX7731,Bob Ray,4455667702\n";

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02X}")).collect()
    }

    #[test]
    fn records_are_put_together() {
        let intel: String = TEXT.chunks(16).map(|data| format!(":{:02X}000000{}00\r\n", data.len(), hex(data))).collect();
        let motorola: String = TEXT.chunks(16).map(|data| format!("S1{:02X}0000{}00\n", data.len() + 3, hex(data))).collect();
        let wide: String = TEXT.chunks(32).map(|data| format!("S3{:02X}00000000{}00\n", data.len() + 5, hex(data))).collect();
        for (text, digits) in [(format!("{intel}:00000001FF\r\n"), 1), (format!("{motorola}S9030000FC\n"), 1), (wide, 1)] {
            let (range, data) = read(text.as_bytes(), digits).expect("records");
            assert_eq!((range, &data[..]), (0..text.trim_end().len(), TEXT), "{text}");
            for cut in 0..text.len() {
                read(&text.as_bytes()[..cut], digits);
            }
        }
        for text in [":10 is a time", "S1 is a street\n", ":0400000041424344", ":FFFFFFFF\n:FFFFFFFF\n", ""] {
            assert!(read(text.as_bytes(), 1).is_none(), "{text}");
        }
    }
}
