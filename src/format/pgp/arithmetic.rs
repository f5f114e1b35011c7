//! The arithmetic of public keys: RSA (RFC 8017), ElGamal, X25519 (RFC 7748), and the wrapping of keys by AES (RFC 3394).
//! It is not constant in time: whoever measures it holds the keys.

use aes::cipher::{BlockCipherDecrypt, KeyInit};
use num_bigint::BigUint;

/// Numbers of keys beyond this many bits are none.
const MOST_BITS: u64 = 16_384;

/// Decrypts with RSA.
pub(super) fn rsa(encrypted: &BigUint, exponent: &BigUint, modulus: &BigUint) -> Option<Vec<u8>> {
    let is_sound = modulus.bits() > 0 && modulus.bits() <= MOST_BITS && exponent.bits() <= MOST_BITS && modulus.bit(0);
    is_sound.then(|| unpadded(&encrypted.modpow(exponent, modulus)))?
}

/// Decrypts with ElGamal: the second number over the shared one.
pub(super) fn elgamal(first: &BigUint, second: &BigUint, exponent: &BigUint, prime: &BigUint) -> Option<Vec<u8>> {
    let two = BigUint::from(2u8);
    if !prime.bit(0) || *prime <= two || prime.bits() > MOST_BITS || exponent.bits() > MOST_BITS {
        return None;
    }
    let shared = first.modpow(exponent, prime);
    let inverse = shared.modpow(&(prime - two), prime);
    unpadded(&(second * inverse % prime))
}

/// What stands behind the padding of PKCS #1, version 1.5.
fn unpadded(number: &BigUint) -> Option<Vec<u8>> {
    let bytes = number.to_bytes_be();
    let rest = bytes.strip_prefix(&[2])?;
    let end = rest.iter().position(|b| *b == 0).filter(|padding| *padding >= 8)?;
    Some(rest[end + 1..].to_vec())
}

/// The shared secret of a scalar and a point, both little-endian.
pub(super) fn x25519(mut scalar: [u8; 32], mut point: [u8; 32]) -> [u8; 32] {
    scalar[0] &= 248;
    scalar[31] = scalar[31] & 127 | 64;
    point[31] &= 127;
    let one = || BigUint::from(1u8);
    let prime = (one() << 255u32) - 19u8;
    let constant = BigUint::from(121_665u32);
    let minus = |a: &BigUint, b: &BigUint| (a + &prime - b) % &prime;
    let times = |a: &BigUint, b: &BigUint| a * b % &prime;
    let first = BigUint::from_bytes_le(&point) % &prime;
    let (mut x2, mut z2, mut x3, mut z3) = (one(), BigUint::ZERO, first.clone(), one());
    let mut swapped = false;
    for bit in (0..255).rev() {
        let is_set = scalar[bit / 8] >> (bit % 8) & 1 == 1;
        if is_set != swapped {
            std::mem::swap(&mut x2, &mut x3);
            std::mem::swap(&mut z2, &mut z3);
        }
        swapped = is_set;
        let (a, b) = (&x2 + &z2, minus(&x2, &z2));
        let (aa, bb) = (times(&a, &a), times(&b, &b));
        let e = minus(&aa, &bb);
        let (da, cb) = (times(&minus(&x3, &z3), &a), times(&(&x3 + &z3), &b));
        let (sum, difference) = (&da + &cb, minus(&da, &cb));
        x3 = times(&sum, &sum);
        z3 = times(&first, &times(&difference, &difference));
        x2 = times(&aa, &bb);
        z2 = times(&e, &(&aa + &constant * &e));
    }
    if swapped {
        std::mem::swap(&mut x2, &mut x3);
        std::mem::swap(&mut z2, &mut z3);
    }
    let shared = times(&x2, &z2.modpow(&(&prime - 2u8), &prime));
    let mut out = [0; 32];
    out.iter_mut().zip(shared.to_bytes_le()).for_each(|(to, from)| *to = from);
    out
}

/// The key that another one of 16, 24 or 32 bytes wraps.
pub(super) fn unwrapped(key: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    match key.len() {
        16 => unwrap_with(&aes::Aes128::new_from_slice(key).ok()?, wrapped),
        24 => unwrap_with(&aes::Aes192::new_from_slice(key).ok()?, wrapped),
        32 => unwrap_with(&aes::Aes256::new_from_slice(key).ok()?, wrapped),
        _ => None,
    }
}

fn unwrap_with<C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>>(cipher: &C, wrapped: &[u8]) -> Option<Vec<u8>> {
    if !wrapped.len().is_multiple_of(8) || !(16..=128).contains(&wrapped.len()) {
        return None;
    }
    let mut parts: Vec<[u8; 8]> = wrapped.chunks_exact(8).filter_map(|part| part.try_into().ok()).collect();
    let (first, rest) = parts.split_first_mut()?;
    let count = rest.len() as u64;
    for round in (0..6).rev() {
        for (i, part) in rest.iter_mut().enumerate().rev() {
            let step = count * round + i as u64 + 1;
            let mut block = aes::Block::default();
            block[..8].copy_from_slice(&(u64::from_be_bytes(*first) ^ step).to_be_bytes());
            block[8..].copy_from_slice(part);
            cipher.decrypt_block(&mut block);
            first.copy_from_slice(&block[..8]);
            part.copy_from_slice(&block[8..]);
        }
    }
    (*first == [0xA6; 8]).then(|| rest.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
    }

    #[test]
    fn shared_secrets_are_those_of_the_standard() {
        // RFC 7748, section 5.2 and 6.1.
        let scalar = bytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
        let point = bytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
        assert_eq!(x25519(scalar, point), bytes("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
        let alice = bytes("77076d0a7318a57d3c16c17251b26645df4c6d2c2a3e0e1c4c66c5f2e2a7b5c3");
        let mut nine = [0; 32];
        nine[0] = 9;
        let bob = bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        assert_eq!(x25519(bob, x25519(alice, nine)), x25519(alice, x25519(bob, nine)));
    }

    #[test]
    fn wrapped_keys_are_those_of_the_standard() {
        // RFC 3394, section 4.1.
        let key: [u8; 16] = bytes("000102030405060708090A0B0C0D0E0F");
        let wrapped: [u8; 24] = bytes("1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5");
        assert_eq!(unwrapped(&key, &wrapped).unwrap(), bytes::<16>("00112233445566778899AABBCCDDEEFF"));
        for at in 0..24 {
            let mut wrong = wrapped;
            wrong[at] ^= 1;
            assert_eq!(unwrapped(&key, &wrong), None);
        }
        assert!(unwrapped(&key, &[]).is_none() && unwrapped(&[1], &wrapped).is_none());
    }

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        let number = |n: u32| BigUint::from(n);
        assert_eq!(rsa(&number(5), &number(3), &number(0)), None);
        assert_eq!(rsa(&number(5), &number(3), &number(15)), None);
        assert_eq!(elgamal(&number(5), &number(3), &number(7), &number(0)), None);
        assert_eq!(elgamal(&number(0), &number(3), &number(7), &number(13)), None);
    }
}
