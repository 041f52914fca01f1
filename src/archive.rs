//! Floor 1: files → one ZIP with a password, as analysts exchange dangerous files. Pure: the same
//! files give the same bytes.
//!
//! **Invariant:** the password keeps scanners and fingers off and is no secret, so the old cipher of
//! ZIP (APPNOTE 6.1), which every program opens, is the right one; nothing is kept from anybody by it.

use crate::domain::digest::Digest;

/// A file for the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its safe name; each name once.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Bytes before each member's own: APPNOTE 6.1.6.
const HEADER_BYTES: usize = 12;
/// Encrypted, and the name is UTF-8.
const FLAGS: u16 = 1 | 1 << 11;
/// Version that knows the cipher.
const VERSION: u16 = 20;
/// Made on Unix: elsewhere unzip takes a name for one of an old code page, whatever the flag says.
const MADE_BY: u16 = 3 << 8 | VERSION;
/// A plain file for its owner alone that nobody can run (the upper half is the mode of Unix).
const ATTRIBUTES: u32 = 0o100_600 << 16;
/// 1 January 1980: a fixed moment, so that the same files give the same archive.
const DATE: u16 = 0x21;

/// Packs files, uncompressed, under a password.
pub fn locked(members: &[Member], password: &str) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let offset = archive.len();
        let checksum = crc32(&member.bytes);
        let sealed = encrypt(member, checksum, password);
        let head = head(member, checksum, sealed.len());
        archive.extend(b"PK\x03\x04");
        archive.extend(&head);
        archive.extend(member.name.as_bytes());
        archive.extend(sealed);
        directory.extend(b"PK\x01\x02");
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(&head);
        // No comment, first disk, binary.
        directory.extend([0; 6]);
        directory.extend(ATTRIBUTES.to_le_bytes());
        directory.extend(word(offset));
        directory.extend(member.name.as_bytes());
    }
    let (begin, size) = (archive.len(), directory.len());
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([half(members.len()), half(members.len())].concat());
    archive.extend([word(size), word(begin)].concat());
    archive.extend([0, 0]);
    archive
}

/// The fields that stand before a member and in the directory alike.
fn head(member: &Member, checksum: u32, sealed_bytes: usize) -> Vec<u8> {
    let mut head = Vec::new();
    for value in [VERSION, FLAGS, 0, 0, DATE] {
        head.extend(value.to_le_bytes());
    }
    head.extend(checksum.to_le_bytes());
    head.extend(word(sealed_bytes));
    head.extend(word(member.bytes.len()));
    head.extend(half(member.name.len()));
    head.extend(half(0));
    head
}

fn encrypt(member: &Member, checksum: u32, password: &str) -> Vec<u8> {
    let mut keys = Keys::new(password);
    let seed = Digest::of(member.name.as_bytes());
    let mut plain = seed.as_bytes()[..HEADER_BYTES - 1].to_vec();
    // Readers tell a wrong password by this byte.
    plain.push(checksum.to_le_bytes()[3]);
    plain.extend(&member.bytes);
    plain.into_iter().map(|byte| keys.encrypt(byte)).collect()
}

/// The keys of the old cipher.
struct Keys([u32; 3]);

impl Keys {
    fn new(password: &str) -> Keys {
        let mut keys = Keys([0x1234_5678, 0x2345_6789, 0x3456_7890]);
        for byte in password.bytes() {
            keys.update(byte);
        }
        keys
    }

    fn update(&mut self, byte: u8) {
        let [first, second, third] = &mut self.0;
        *first = crc_step(*first, byte);
        *second = second.wrapping_add(*first & 0xFF).wrapping_mul(134_775_813).wrapping_add(1);
        *third = crc_step(*third, second.to_le_bytes()[3]);
    }

    fn mask(&self) -> u8 {
        let bits = (self.0[2] & 0xFFFF) | 2;
        (bits.wrapping_mul(bits ^ 1) >> 8).to_le_bytes()[0]
    }

    fn encrypt(&mut self, byte: u8) -> u8 {
        let sealed = byte ^ self.mask();
        self.update(byte);
        sealed
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| crc_step(crc, *byte))
}

fn crc_step(crc: u32, byte: u8) -> u32 {
    CRC_TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ crc >> 8
}

static CRC_TABLE: [u32; 256] = crc_table();

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xEDB8_8320 ^ value >> 1 } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
}

/// Sizes here are bounded by what a mail can carry.
fn word(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes()
}

fn half(value: usize) -> [u8; 2] {
    u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn what_is_locked_opens_with_the_password_alone() {
        let member = Member { name: "layar.png".to_owned(), bytes: b"isi berkas".to_vec() };
        let archive = locked(std::slice::from_ref(&member), "infected");
        assert!(archive.starts_with(b"PK\x03\x04"));
        assert!(!archive.windows(10).any(|window| window == member.bytes));
        let open = |password: &str| {
            let mut keys = Keys::new(password);
            let begin = 30 + member.name.len();
            let sealed = &archive[begin..begin + HEADER_BYTES + member.bytes.len()];
            let plain = sealed.iter().map(|byte| {
                let plain = byte ^ keys.mask();
                keys.update(plain);
                plain
            });
            plain.skip(HEADER_BYTES).collect::<Vec<u8>>()
        };
        assert_eq!(open("infected"), member.bytes);
        assert_ne!(open("lain"), member.bytes);
    }
}
