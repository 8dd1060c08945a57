//! Ticks that have too little time.

use super::*;

/// What became of the orders of a tick: done, postponed, anything else.
fn counts(report: &Report) -> [usize; 3] {
    let of = |outcome: &Outcome| {
        let same = |other: &&Outcome| *other == outcome;
        report.outcomes.iter().filter(same).count()
    };
    let [done, postponed] = [Outcome::Done, Outcome::Postponed].map(|outcome| of(&outcome));
    [done, postponed, report.outcomes.len() - done - postponed]
}

#[test]
fn what_does_not_fit_the_functions_time_is_the_next_ticks() {
    run(async {
        let world = World::new(1_000, 0);
        // Sixteen every 2.5 seconds: 48 seconds begin 320 of them.
        world.aws.lock().unwrap().pace = Duration::from_millis(2_500);
        let minute = Duration::from_mins(1);
        let begun = tokio::time::Instant::now();
        let first = world.tick_within(TimeLeft::of(minute), FRIDAY, "first", usize::MAX);
        let first = first.await.unwrap();
        assert!(
            begun.elapsed() < Duration::from_secs(54),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(counts(&first), [320, 680, 0]);
        assert_eq!(first.problems, [], "nothing is wrong");
        assert_eq!(first.postponed.len(), 1);
        let summary = first.answer(
            "tick",
            &Tick {
                now: FRIDAY.parse().unwrap(),
                dry_run: false,
                correlation_id: "first".to_owned(),
                restarted: None,
            },
        );
        assert_eq!(
            (summary.summary.stopped, summary.summary.waiting),
            (320, 680)
        );
        // A second later: no claim of the first stands in its way.
        let second = world.tick_within(
            TimeLeft::of(minute),
            "2026-11-20T18:00:01Z",
            "second",
            usize::MAX,
        );
        let second = second.await.unwrap();
        let done = second.outcomes.iter().filter(|o| **o == Outcome::Done);
        assert_eq!(done.count(), 320);
        world.aws.lock().unwrap().pace = Duration::ZERO;
        world.settle(FRIDAY).await;
        assert_eq!(world.orders(), once_each(1_000, "stopping"));
    });
}

#[test]
fn an_order_that_is_not_answered_in_time_is_looked_at_again() {
    run(async {
        let world = World::new(3, 0);
        world.aws.lock().unwrap().mute.insert("db-1".to_owned());
        let time = TimeLeft::of(Duration::from_mins(1));
        let begun = tokio::time::Instant::now();
        let report = world.tick_within(time, FRIDAY, "first", usize::MAX).await;
        assert_eq!(counts(&report.unwrap()), [2, 1, 0]);
        assert_eq!(begun.elapsed(), Duration::from_secs(54));
        world.settle(FRIDAY).await;
        assert_eq!(world.orders(), once_each(3, "stopping"));
    });
}

#[test]
fn a_fleet_that_cannot_be_read_in_time_is_left_alone_and_the_error_says_what_to_do() {
    run(async {
        let world = World::new(1, 0);
        let aws = Arc::clone(&world.aws);
        let kinds: Vec<Box<dyn ResourceKind>> = vec![Box::new(Databases {
            aws,
            interrupt: Arc::new(|| Box::pin(std::future::pending())),
        })];
        let target = targets(&world.config, &"eu-west-3".into()).remove(0);
        let tick = Tick {
            now: FRIDAY.parse().unwrap(),
            dry_run: false,
            correlation_id: "tick".to_owned(),
            restarted: None,
        };
        let ledger = MemoryLedger::new(Arc::clone(&world.kept), world.interrupt(usize::MAX));
        let bounds = Bounds {
            time: TimeLeft::of(Duration::from_mins(1)),
            home: None,
        };
        let reach = [Reach { target, kinds }];
        let error = tick_within(&bounds, &world.config, &reach, &ledger, &tick)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("time was up"), "{error}");
        assert!(error.contains("raise `timeout`"), "{error}");
        assert_eq!(world.orders(), [] as [String; 0]);
    });
}
