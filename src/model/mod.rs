//! The words of the field as types: what every other module speaks in.

mod base64;
mod data;
mod digests;
mod disposition;
pub mod in_order;
mod judgement;
mod month;
mod path;
mod placeholder;
mod residence;
mod scheme;
mod varint;

pub use base64::base64;
pub use data::{DataElement, Elements, Person, PersonKey, RecordCounts, is_name_suffix};
pub use digests::Digests;
pub use disposition::{Cause, Class, Status};
pub use judgement::{Act, Basis, Flag, Remedy, Role, Strength, Verdict};
pub use month::month;
pub use path::{EvidencePath, PathError, escape_bytes, is_unsafe};
pub use placeholder::says_nothing;
pub use residence::{Residence, is_state_code};
pub use scheme::Scheme;
pub use varint::{put_varint, varint, zigzag};

use serde::{Deserialize, Serialize};
use std::fmt;

/// SHA-256 of some bytes. The same bytes are read once; every path to them is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentId(pub [u8; 32]);

impl ContentId {
    /// Parses 64 hexadecimal digits.
    pub fn parse(hex: &str) -> Option<Self> {
        from_hex(hex.as_bytes()).map(Self)
    }
}

/// The bytes that hexadecimal digits stand for; nothing where there are more, fewer, or others.
pub fn from_hex<const N: usize>(hex: &[u8]) -> Option<[u8; N]> {
    const NONE: u8 = 0xff;
    const NIBBLES: [u8; 256] = {
        let (mut table, mut digit) = ([NONE; 256], 0);
        while digit < 16 {
            table[b"0123456789abcdef"[digit] as usize] = digit as u8;
            table[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
            digit += 1;
        }
        table
    };
    if hex.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    let mut seen = 0;
    for (byte, pair) in out.iter_mut().zip(hex.chunks_exact(2)) {
        let (high, low) = (NIBBLES[pair[0] as usize], NIBBLES[pair[1] as usize]);
        seen |= high | low;
        *byte = high << 4 | low & 0x0f;
    }
    (seen < 16).then_some(out)
}

/// Bytes as hexadecimal digits in lower case.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        hex.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        hex.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
        hex
    })
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Declares a closed vocabulary: an enum whose variants have one text form each, used in every
/// output, in the schemas and in the documentation.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
                 serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every word of the vocabulary, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it stands in the outputs.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The variant of a word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
use vocabulary;
