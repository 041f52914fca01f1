//! What is left alone for a while after it failed, each time longer, so that it holds up nothing else.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// Things that failed, each with its own growing rest. Counted in steady time: a clock that is set
/// neither shortens nor stretches a rest.
#[derive(Debug)]
pub(super) struct Rests<K> {
    /// The rest after the first, second, … failure; the last one repeats.
    lengths: &'static [Duration],
    resting: HashMap<K, Rest>,
}

/// How one thing rests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rest {
    /// How often it failed.
    pub(super) times: usize,
    /// How long it is left alone from now on.
    pub(super) length: Duration,
    until: Duration,
}

impl<K: Eq + Hash> Rests<K> {
    /// Nothing has failed.
    pub(super) fn new(lengths: &'static [Duration]) -> Rests<K> {
        Rests { lengths, resting: HashMap::new() }
    }

    /// It failed once more.
    pub(super) fn failed(&mut self, key: K, steady: Duration) -> Rest {
        let rest = self.resting.entry(key).or_default();
        rest.length = self.lengths.get(rest.times).or(self.lengths.last()).copied().unwrap_or_default();
        rest.times += 1;
        rest.until = steady + rest.length;
        *rest
    }

    /// It works.
    pub(super) fn forget(&mut self, key: &K) {
        self.resting.remove(key);
    }

    /// Forgets what is not there any more.
    pub(super) fn retain(&mut self, is_there: impl Fn(&K) -> bool) {
        self.resting.retain(|key, _| is_there(key));
    }

    /// How often it failed.
    pub(super) fn times(&self, key: &K) -> usize {
        self.resting.get(key).map_or(0, |rest| rest.times)
    }

    /// Whether it is to be left alone.
    pub(super) fn rests(&self, key: &K, steady: Duration) -> bool {
        self.resting.get(key).is_some_and(|rest| rest.until > steady)
    }

    /// How long until the first of them has rested.
    pub(super) fn shortest(&self, steady: Duration) -> Option<Duration> {
        self.resting.values().filter_map(|rest| rest.until.checked_sub(steady)).filter(|left| !left.is_zero()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_each_for_itself_and_end() {
        const LENGTHS: &[Duration] = &[Duration::ZERO, Duration::from_secs(60), Duration::from_secs(120)];
        let at = Duration::from_secs;
        let mut rests = Rests::new(LENGTHS);
        let lengths: Vec<u64> = (0..4).map(|_| rests.failed("a", at(0)).length.as_secs()).collect();
        assert_eq!(lengths, [0, 60, 120, 120]);
        rests.failed("b", at(0));
        assert!(rests.rests(&"a", at(119)) && !rests.rests(&"a", at(120)) && !rests.rests(&"b", at(0)));
        assert_eq!((rests.times(&"a"), rests.times(&"b")), (4, 1));
        assert_eq!(rests.shortest(at(20)), Some(at(100)));
        rests.forget(&"a");
        assert_eq!((rests.times(&"a"), rests.shortest(at(20))), (0, None));
    }
}
