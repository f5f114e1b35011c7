//! Tables of numbers, as exports of core banking systems are: nearly every value is another.

/// A table of about so many bytes.
pub fn accounts(size: usize) -> String {
    accounts_from(0, size)
}

/// As [`accounts`], with rows from one number on.
pub fn accounts_from(first: usize, size: usize) -> String {
    let mut text = String::with_capacity(size + 256);
    text.push_str("account_no,iban,amount,booked_at,reference,card\n");
    let mut row = first as u64;
    while text.len() < size {
        let draw = |salt: u64| mixed(row.wrapping_mul(8).wrapping_add(salt));
        text.push_str(&format!(
            "{:010},DE{:020},{}.{:02},2026-{:02}-{:02}T{:02}:{:02}:{:02},{:016x}{:016x},{:016}\n",
            draw(0) % 10_000_000_000,
            draw(1) % 10_u64.pow(19),
            draw(2) % 100_000,
            draw(2) >> 32 & 63,
            1 + row % 12,
            1 + row % 28,
            row % 24,
            row % 60,
            draw(3) % 60,
            draw(4),
            draw(5),
            4 * 10_u64.pow(15) + draw(6) % 10_u64.pow(15),
        ));
        row += 1;
    }
    text
}

/// Accounts of rows all over a table.
pub fn some_accounts(text: &str, number: usize) -> Vec<String> {
    let rows: Vec<&str> = text.lines().skip(1).collect();
    let step = (rows.len() / number).max(1);
    rows.iter().step_by(step).take(number).filter_map(|row| row.split(',').next()).map(str::to_owned).collect()
}

/// Numbers that have nothing to do with each other (splitmix64).
fn mixed(n: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
