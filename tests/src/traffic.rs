//! When calls came and when they were answered.

use std::time::{Duration, Instant};

/// One call that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) arrived: Instant,
    pub(crate) answered: Instant,
}

/// The calls that were answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// By answer.
    spans: Vec<Span>,
}

impl Traffic {
    pub(crate) fn of(spans: &[Span]) -> Self {
        let mut spans = spans.to_vec();
        spans.sort_by_key(|span| span.answered);
        Self { spans }
    }

    /// How many.
    pub fn calls(&self) -> usize {
        self.spans.len()
    }

    /// The most calls of which each came after the one before was answered: what no concurrency
    /// would make quicker.
    pub fn in_a_row(&self) -> usize {
        let mut free = None;
        let mut count = 0;
        for span in &self.spans {
            if free.is_none_or(|free| free <= span.arrived) {
                free = Some(span.answered);
                count += 1;
            }
        }
        count
    }

    /// By how much the slowest answer came later than this.
    pub fn late(&self, takes: Duration) -> Duration {
        let late = self.spans.iter().map(|span| {
            let took = span.answered - span.arrived;
            took.saturating_sub(takes)
        });
        late.max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(spans: &[(u64, u64)]) -> Traffic {
        let zero = Instant::now();
        let at = |milliseconds| zero + Duration::from_millis(milliseconds);
        let spans = spans.iter().map(|(from, to)| Span {
            arrived: at(*from),
            answered: at(*to),
        });
        Traffic::of(&spans.collect::<Vec<_>>())
    }

    #[test]
    fn calls_side_by_side_are_one_in_a_row() {
        assert_eq!(traffic(&[(0, 50), (1, 51), (2, 52)]).in_a_row(), 1);
        assert_eq!(
            traffic(&[(0, 50), (50, 100), (1, 120), (121, 130)]).in_a_row(),
            3
        );
        assert_eq!(traffic(&[]).in_a_row(), 0);
    }

    #[test]
    fn the_slowest_answer_tells_how_steady_they_were() {
        let late = |spans| traffic(spans).late(Duration::from_millis(50)).as_millis();
        assert_eq!(late(&[(0, 50), (10, 58), (20, 73)]), 3);
        assert_eq!(late(&[(0, 20)]), 0);
    }
}
