//! Header maps in the serialisation of the interface: the number of pairs, the sizes of all names
//! and values, then the names and values themselves, each followed by NUL. Numbers have 32 bits,
//! little-endian.

use core::str;

/// Most pairs, and most bytes, of one block. The host has the same limits.
const PAIRS: usize = 1024;
const BLOCK_BYTES: usize = 1024 * 1024;

/// A serialised header map, from which its pairs borrow without a copy.
#[derive(Debug)]
pub(crate) struct Block(Vec<u8>);

/// The error for a malformed header map or a name that is not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl Block {
    pub(super) const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Names and values in the order of the map; the names are in lower case.
    pub(crate) fn pairs(&self) -> Result<Vec<(&str, &[u8])>, Malformed> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        decode(&self.0).ok_or(Malformed)
    }
}

fn decode(block: &[u8]) -> Option<Vec<(&str, &[u8])>> {
    let (count, rest) = read_number(block)?;
    if count > PAIRS {
        return None;
    }
    let (mut sizes, mut texts) = rest.split_at_checked(count.checked_mul(2 * size_of::<u32>())?)?;
    let mut pairs = Vec::with_capacity(count);
    while !sizes.is_empty() {
        let (name_size, after_name) = read_number(sizes)?;
        let (value_size, after_value) = read_number(after_name)?;
        let (name, after) = read_text(texts, name_size)?;
        let (value, after) = read_text(after, value_size)?;
        pairs.push((str::from_utf8(name).ok()?, value));
        (sizes, texts) = (after_value, after);
    }
    texts.is_empty().then_some(pairs)
}

fn read_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(u32::from_le_bytes(*number)).ok()?, rest))
}

fn read_text(bytes: &[u8], size: usize) -> Option<(&[u8], &[u8])> {
    let (text, rest) = bytes.split_at_checked(size)?;
    Some((text, rest.strip_prefix(&[0])?))
}

/// Serialises a header map; `None` if it is larger than the limit of the host, which would read it
/// as an empty one.
pub(super) fn encode(pairs: &[(&str, &[u8])]) -> Option<Vec<u8>> {
    let mut block = Vec::with_capacity(encoded_size(pairs));
    write_number(&mut block, pairs.len())?;
    for (name, value) in pairs {
        write_number(&mut block, name.len())?;
        write_number(&mut block, value.len())?;
    }
    for (name, value) in pairs {
        block.extend_from_slice(name.as_bytes());
        block.push(0);
        block.extend_from_slice(value);
        block.push(0);
    }
    (pairs.len() <= PAIRS && block.len() <= BLOCK_BYTES).then_some(block)
}

fn encoded_size(pairs: &[(&str, &[u8])]) -> usize {
    let texts: usize = pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    size_of::<u32>() * (1 + 2 * pairs.len()) + texts
}

fn write_number(block: &mut Vec<u8>, number: usize) -> Option<()> {
    block.extend_from_slice(&u32::try_from(number).ok()?.to_le_bytes());
    Some(())
}
