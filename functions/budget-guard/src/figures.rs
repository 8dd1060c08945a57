//! What a look tells CloudWatch. Each figure's meaning and the alarm to put on it:
//! `docs/operations.md`, "Signals".

use nightcap_domain::guard::{GuardAnswer, NewsView};
use nightcap_lambda::metrics::Effort;
use nightcap_lambda::metrics::emf::{Line, Unit, number};
use rust_decimal::Decimal;

/// The figures of a look that came to an answer. `data_age` is how many days ago the last day
/// with costs was; none where there are no costs at all.
pub(crate) fn of_look(answer: &GuardAnswer, data_age: Option<i64>, effort: &Effort) -> Line {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let mails = |result: &str| {
        let told = |news: &&NewsView| news.subject.is_some() && news.result == result;
        count(answer.news.iter().filter(told).count())
    };
    let mut line = begun(&answer.correlation_id, true)
        .gauge(
            "SpentUsd",
            Unit::None,
            number(answer.budget.actual.amount()),
        )
        .property("limit_usd", number(answer.budget.limit.amount()));
    if let Some(forecast) = &answer.forecast {
        let percent = Decimal::try_from(forecast.probability_over).unwrap_or_default();
        line = line
            .gauge(
                "ForecastUsd",
                Unit::None,
                number(forecast.expected.amount()),
            )
            .gauge(
                "ProbabilityOver",
                Unit::Percent,
                number(percent * Decimal::ONE_HUNDRED),
            );
    }
    if let Some(days) = data_age {
        line = line.gauge("DataAgeDays", Unit::None, days);
    }
    let line = line
        .count("DoubtsAboutData", count(answer.data.doubts.len()))
        .gauge(
            "SubscriptionsPending",
            Unit::Count,
            count(answer.subscriptions.pending),
        )
        .count("PagesPaid", u64::from(answer.cost.pages))
        .count("Problems", count(answer.problems.len()))
        .count("MailsSent", mails("sent"))
        .count("MailsFailed", mails("failed"));
    effort.told_in(line)
}

/// The figures of a look that came to no answer.
pub(crate) fn of_failure(correlation_id: &str, error: &str, effort: &Effort) -> Line {
    effort.told_in(begun(correlation_id, false).property("error_type", error))
}

fn begun(correlation_id: &str, worked: bool) -> Line {
    Line::default()
        .property("correlation_id", correlation_id)
        .gauge("Heartbeat", Unit::Count, u64::from(worked))
}
