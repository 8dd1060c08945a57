//! The constants the hold-out chooses among, and the textbook ones it begins with.

use crate::forecast::{HalfLife, LevelTuning, RangeTuning};

/// One window or three …
const WINDOWS: [&[usize]; 3] = [&[28], &[7], &[7, 14, 28]];
/// … no shape of the week, or one of eight weeks …
const WEEK_DAYS: [Option<usize>; 2] = [None, Some(56)];
/// … and no level shift, or one after two, three or five days that agree …
const SHIFT_DAYS: [Option<usize>; 4] = [None, Some(2), Some(3), Some(5)];
/// … believed at once, or against so many days.
const SHIFT_DOUBTS: [usize; 3] = [0, 3, 7];

/// Every error counts the same, or half after a time …
const HALF_LIVES: [HalfLife; 3] = [HalfLife::Never, HalfLife::Days120, HalfLife::Days60];
/// … and the range never adapts, or by so much.
const STEPS: [u32; 4] = [0, 5_000, 10_000, 20_000];

/// The places the choice begins from while there is nothing to choose by, each with its name:
/// the trimmed mean of four weeks and nothing else; and the mean over three such windows, the
/// textbook's remedy where levels change (Pesaran and Timmermann, 2007).
pub(super) const STARTS: [(&str, usize); 2] = [("from one window", 0), ("from three windows", 40)];

/// The choices for the expected total.
pub(super) fn levels() -> Vec<LevelTuning> {
    let mut all = Vec::new();
    for windows in WINDOWS {
        for week_days in WEEK_DAYS {
            for shift_days in SHIFT_DAYS {
                // Without shifts there is no doubt about them.
                let doubts = if shift_days.is_some() { 3 } else { 1 };
                for shift_doubt in SHIFT_DOUBTS.into_iter().take(doubts) {
                    all.push(LevelTuning {
                        windows,
                        week_days,
                        shift_days,
                        shift_doubt,
                    });
                }
            }
        }
    }
    all
}

/// The choices for the range. The first is the textbook's: split conformal, every error alike.
pub(super) fn ranges() -> Vec<RangeTuning> {
    let mut all = Vec::new();
    for half_life in HALF_LIVES {
        for step in STEPS {
            all.push(RangeTuning { half_life, step });
        }
    }
    all
}

/// A choice in words.
pub(super) fn level_in_words(tuning: LevelTuning) -> String {
    let windows: Vec<String> = tuning.windows.iter().map(ToString::to_string).collect();
    let shift = match tuning.shift_days {
        Some(days) if tuning.shift_doubt == 0 => format!("shift after {days} days"),
        Some(days) => format!("shift after {days} days, doubted {}", tuning.shift_doubt),
        None => "no shift".to_owned(),
    };
    let week = match tuning.week_days {
        Some(days) => format!("week of {days} days"),
        None => "no week".to_owned(),
    };
    format!("windows {}, {week}, {shift}", windows.join("+"))
}

/// A choice in words.
pub(super) fn range_in_words(tuning: RangeTuning) -> String {
    let half_life = match tuning.half_life {
        HalfLife::Never => "never forgets",
        HalfLife::Days60 => "half-life 60 days",
        HalfLife::Days120 => "half-life 120 days",
    };
    format!("{half_life}, step 0.{:03}", tuning.step / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Tuning;

    #[test]
    fn what_is_shipped_is_among_the_choices_and_the_textbook_comes_first() {
        let shipped = Tuning::default();
        assert!(levels().contains(&shipped.level));
        assert!(ranges().contains(&shipped.range));
        assert_eq!(
            levels().first().map(|level| level_in_words(*level)),
            Some("windows 28, no week, no shift".to_owned())
        );
        let (_, three) = STARTS[1];
        assert_eq!(
            levels().get(three).map(|level| level_in_words(*level)),
            Some("windows 7+14+28, no week, no shift".to_owned())
        );
        assert_eq!(
            ranges().first().map(|range| range_in_words(*range)),
            Some("never forgets, step 0.000".to_owned())
        );
    }
}
