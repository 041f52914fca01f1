//! Whether there is room for more mail: what is already here, and the way out, need some too
//! (trust-and-safety 3.2).

use std::fmt;
use std::io;

/// How much room the disk keeps for what is already here, and who says how much there is.
pub struct Disk {
    reserve: u64,
    free: Box<dyn Fn() -> io::Result<u64>>,
}

/// Too little room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// Bytes that are free.
    pub free: u64,
    /// Bytes that must stay free.
    pub reserve: u64,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("reserve", &self.reserve).finish_non_exhaustive()
    }
}

impl Disk {
    /// A disk on which `reserve` bytes must stay free; `free` says how many are.
    pub fn new(reserve: u64, free: impl Fn() -> io::Result<u64> + 'static) -> Disk {
        Disk { reserve, free: Box::new(free) }
    }

    /// Whether there is too little room. A disk that gives no answer is not taken for a full one:
    /// a write it refuses leaves the mail where it is.
    pub fn shortage(&self) -> Option<Shortage> {
        let free = (self.free)().unwrap_or(u64::MAX);
        (free < self.reserve).then_some(Shortage { free, reserve: self.reserve })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_an_answer_is_not_a_full_disk() {
        let check = |free: fn() -> io::Result<u64>, short: bool| {
            assert_eq!(Disk::new(100, free).shortage().is_some(), short);
        };
        check(|| Ok(99), true);
        check(|| Ok(100), false);
        check(|| Err(io::Error::other("no such file")), false);
    }
}
