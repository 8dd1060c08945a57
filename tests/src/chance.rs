//! Chance that can be had again: the same seed, the same draws.

/// A sequence of draws from a seed (`SplitMix64`, public domain, Sebastiano Vigna).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The draws of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The draws of a seed for one thing: what concurrent calls draw does not depend on
    /// which of them comes first.
    pub fn of(seed: u64, thing: &str) -> Self {
        // FNV-1a: the same on every machine and in every release, which `DefaultHasher` is not.
        let hash = thing.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ hash)
    }

    /// The next draw.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below another; 0 below 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw().checked_rem(end).unwrap_or_default()
    }

    /// Whether something happens that happens so often in a hundred times.
    pub fn percent(&mut self, often: u64) -> bool {
        self.below(100) < often
    }

    /// One of some things.
    pub fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        let place = usize::try_from(self.below(things.len() as u64)).unwrap_or_default();
        &things[place]
    }
}

/// How often a test of chance runs: `NIGHTCAP_FAULT_RUNS`, or this often.
pub fn runs(otherwise: u64) -> u64 {
    number("NIGHTCAP_FAULT_RUNS").unwrap_or(otherwise)
}

/// The first seed: `NIGHTCAP_FAULT_SEED`, or 1. A failure names the seed that shows it alone.
pub fn first_seed() -> u64 {
    number("NIGHTCAP_FAULT_SEED").unwrap_or(1)
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.trim().replace('_', "").parse();
    Some(number.unwrap_or_else(|_| panic!("{name}={text} is no whole number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_draws_everywhere() {
        let mut chance = Chance::new(1);
        let draws: Vec<u64> = (0..3).map(|_| chance.below(1_000)).collect();
        let mut again = Chance::new(1);
        assert_eq!(draws, [0; 3].map(|_: u64| again.below(1_000)));
        assert_ne!(Chance::of(1, "a").draw(), Chance::of(1, "b").draw());
        assert_ne!(Chance::of(1, "a").draw(), Chance::of(2, "a").draw());
    }

    #[test]
    fn what_happens_once_in_ten_times_does() {
        let mut chance = Chance::new(7);
        let often = (0..10_000).filter(|_| chance.percent(10)).count();
        assert!((900..1_100).contains(&often), "{often}");
    }
}
