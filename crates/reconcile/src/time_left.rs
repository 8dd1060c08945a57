//! How long a tick may go on: Lambda ends a function at its deadline, in the middle of whatever
//! it does, and nobody is told anything then.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

/// What is kept back for orders that are under way, and as much again for writing down,
/// telling and answering.
const KEPT_BACK: Duration = Duration::from_secs(6);

/// How long what can be done without is waited for, at most: an attempt that stalls, and another.
const OPTIONAL: Duration = Duration::from_secs(10);

/// What follows the orders, each with its own end, so that what comes last has time, too: in
/// twelfths of what is kept back, counted from when no call may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Writing down what became of the orders.
    WritingDown = 4,
    /// Claiming what is to be told.
    Claiming = 6,
    /// Sending it.
    Sending = 8,
    /// Writing down that it was sent.
    Settling = 10,
    /// All of it: whatever has not ended by then is given up, so that there is an answer.
    Answering = 11,
}

/// Until when orders may begin, and until when calls may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeLeft(Option<Ends>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    orders: Instant,
    calls: Instant,
    kept_back: Duration,
}

impl TimeLeft {
    /// As long as it takes: nobody will end this.
    pub const UNLIMITED: Self = Self(None);

    /// So long from now; no orders begin in the last twelve seconds, and no call is waited for
    /// in the last six. Of a short time, a fifth each is kept back.
    ///
    /// Nothing left at all is a deadline that means nothing: some runners of functions on a
    /// developer's machine send one of 1970.
    pub fn of(left: Duration) -> Self {
        if left.is_zero() {
            return Self::UNLIMITED;
        }
        let kept_back = KEPT_BACK.min(left / 5);
        let begun = Instant::now();
        Self(Some(Ends {
            orders: begun + left.saturating_sub(kept_back * 2),
            calls: begun + left.saturating_sub(kept_back),
            kept_back,
        }))
    }

    /// Whether another order may begin.
    pub fn for_orders(self) -> bool {
        self.0.is_none_or(|ends| Instant::now() < ends.orders)
    }

    /// The same for what follows the orders.
    pub async fn cut_closing<T>(self, part: Closing, work: impl Future<Output = T>) -> Option<T> {
        match self.0 {
            None => Some(work.await),
            Some(ends) => {
                let end = ends.calls + ends.kept_back * (part as u32) / 12;
                timeout_at(end, work).await.ok()
            }
        }
    }

    /// The same for what can be done without: ten seconds at most, and never more than a third of
    /// the time for calls that is left, so that it does not take the time of what is needed.
    pub async fn cut_optional<T>(self, work: impl Future<Output = T>) -> Option<T> {
        let third = self
            .0
            .map(|ends| ends.calls.saturating_duration_since(Instant::now()) / 3);
        timeout(third.map_or(OPTIONAL, |third| third.min(OPTIONAL)), work)
            .await
            .ok()
    }

    /// What comes of this while there is time; `None`, if there was not enough.
    pub async fn cut<T>(self, work: impl Future<Output = T>) -> Option<T> {
        match self.0 {
            None => Some(work.await),
            Some(ends) => timeout_at(ends.calls, work).await.ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_minute_has_48_seconds_for_orders_and_54_for_calls() {
        let time = TimeLeft::of(Duration::from_mins(1));
        tokio::time::advance(Duration::from_millis(47_999)).await;
        assert!(time.for_orders());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!time.for_orders());
        assert_eq!(time.cut(async { "whole" }).await, Some("whole"));
        let begun = Instant::now();
        assert_eq!(time.cut(std::future::pending::<()>()).await, None);
        assert_eq!(begun.elapsed(), Duration::from_secs(6));
    }

    #[tokio::test(start_paused = true)]
    async fn what_closes_a_tick_ends_before_the_function_does() {
        for seconds in [5, 10, 60, 900] {
            let time = TimeLeft::of(Duration::from_secs(seconds));
            let begun = Instant::now();
            let mut last = Duration::ZERO;
            for part in [
                Closing::WritingDown,
                Closing::Claiming,
                Closing::Sending,
                Closing::Settling,
                Closing::Answering,
            ] {
                let never = time.cut_closing(part, std::future::pending::<()>());
                assert_eq!(never.await, None);
                assert!(begun.elapsed() > last, "{part:?} has time of its own");
                last = begun.elapsed();
            }
            assert!(last < Duration::from_secs(seconds), "{seconds}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_can_be_done_without_takes_no_more_than_a_third_of_what_is_left() {
        for (left, most) in [(Some(60), 10), (Some(15), 4), (None, 10)] {
            let time = left.map_or(TimeLeft::UNLIMITED, |left| {
                TimeLeft::of(Duration::from_secs(left))
            });
            let begun = Instant::now();
            let never = time.cut_optional(std::future::pending::<()>());
            assert_eq!(never.await, None);
            assert_eq!(begun.elapsed(), Duration::from_secs(most));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_time_is_shared_out_and_none_is_no_limit() {
        let time = TimeLeft::of(Duration::from_secs(10));
        tokio::time::advance(Duration::from_secs(6)).await;
        assert!(!time.for_orders());
        let time = TimeLeft::of(Duration::ZERO);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert!(time.for_orders());
        let patient = time.cut(tokio::time::sleep(Duration::from_hours(1)));
        assert_eq!(patient.await, Some(()));
    }
}
