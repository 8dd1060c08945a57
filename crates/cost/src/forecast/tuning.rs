//! The few numbers of the method that are a choice.
//!
//! What is shipped is `Default`. The hold-out of the backtest chooses among others, from nothing
//! but the months before, to show what such a choice is worth on data it has not seen.

/// All of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tuning {
    /// Those of the expected total.
    pub(crate) level: LevelTuning,
    /// Those of the range and the probability.
    pub(crate) range: RangeTuning,
}

/// The numbers behind the expected total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LevelTuning {
    /// The level is the mean of trimmed means over so many days each.
    pub(crate) windows: &'static [usize],
    /// The shape of the week is learned from so many days; none: days of the week are alike.
    pub(crate) week_days: Option<usize>,
    /// So many days at least must agree before a level shift is believed; none: it never is.
    pub(crate) shift_days: Option<usize>,
    /// A shift of `n` days is trusted as `n` to so many against the weeks before it.
    pub(crate) shift_doubt: usize,
}

/// The numbers behind the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RangeTuning {
    /// How fast an error is forgotten.
    pub(crate) half_life: HalfLife,
    /// The step of the adaptive share in millionths: after a day outside the range the share
    /// rises by four fifths of it, after one inside it falls by a fifth.
    pub(crate) step: u32,
}

/// The days after which an error counts half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HalfLife {
    /// Every error counts the same.
    Never,
    /// Sixty days.
    Days60,
    /// A hundred and twenty days.
    Days120,
}

/// No one window is right everywhere (a week follows changes, four weeks outlast a wave), and an
/// equal mean of three needs no weight to be fitted. The shape of the week is learned from eight
/// weeks. Three days are the fewest that can agree against chance. They are believed at once: doubt
/// would spare an alarm where costs come in waves, and be late where something was launched.
impl Default for LevelTuning {
    fn default() -> Self {
        Self {
            windows: &[7, 14, 28],
            week_days: Some(56),
            shift_days: Some(3),
            shift_doubt: 0,
        }
    }
}

impl Default for RangeTuning {
    fn default() -> Self {
        Self {
            half_life: HalfLife::Days60,
            step: 10_000,
        }
    }
}

impl HalfLife {
    /// One day's growth of the weight of an error, 2^(1/days) - 1, in parts of 2^32.
    pub(crate) fn growth(self) -> u64 {
        match self {
            Self::Never => 0,
            Self::Days60 => 49_905_116,
            Self::Days120 => 24_880_492,
        }
    }
}
