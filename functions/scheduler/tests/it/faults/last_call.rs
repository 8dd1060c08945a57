//! Every call of a full sleep-wake cycle is made the last one: the process is killed right
//! before it and right after it.

use nightcap_tests::{Asked, Fault, runs};

use crate::faults::stage::{Stage, Turn};

/// Before AWS has taken the call, or after.
const KILLS: [Fault; 2] = [Fault::DiesBefore, Fault::DiesAfter];
/// Ticks of a turn: a wake takes four.
const TICKS: u32 = 4;

#[test]
fn every_call_of_a_cycle_may_be_the_last_one_before_aws_has_taken_it() {
    let killed = kill_at_every_call(Stage::open(1), Fault::DiesBefore, Calls::All(1));
    assert!(killed > 50, "{killed}");
}

#[test]
fn every_call_of_a_cycle_may_be_the_last_one_after_aws_has_taken_it() {
    let killed = kill_at_every_call(Stage::open(1), Fault::DiesAfter, Calls::All(1));
    assert!(killed > 50, "{killed}");
}

/// Of two processes, one is killed. By default at every twelfth call, with `NIGHTCAP_FAULT_RUNS` at every one.
#[test]
fn the_last_call_of_one_of_two_processes_at_work_at_once() {
    let step = if runs(0) > 0 { 1 } else { 12 };
    for kill in KILLS {
        let killed = kill_at_every_call(Stage::open(2), kill, Calls::All(step));
        // How many calls are left to the first depends on which work the second takes.
        assert!(killed >= 32 / step, "{killed}");
    }
}

/// A fleet of every kind. By default each order is the last call, for a process that dies at
/// a call that reads leaves AWS as the order before it did; with `NIGHTCAP_FAULT_RUNS` every call.
fn which() -> Calls {
    if runs(0) > 0 {
        Calls::All(1)
    } else {
        Calls::Orders(1)
    }
}

#[test]
fn every_call_for_every_kind_may_be_the_last_one_before_aws_has_taken_it() {
    let killed = kill_at_every_call(Stage::of_every_kind(1), Fault::DiesBefore, which());
    assert!(killed > 30, "{killed}");
}

#[test]
fn every_call_for_every_kind_may_be_the_last_one_after_aws_has_taken_it() {
    let killed = kill_at_every_call(Stage::of_every_kind(1), Fault::DiesAfter, which());
    assert!(killed > 30, "{killed}");
}

/// Of two processes, one is killed: by default at every eighth order.
#[test]
fn the_last_call_for_every_kind_of_one_of_two_processes_at_work_at_once() {
    let calls = if runs(0) > 0 {
        Calls::All(1)
    } else {
        Calls::Orders(8)
    };
    for kill in KILLS {
        let killed = kill_at_every_call(Stage::of_every_kind(2), kill, calls);
        assert!(killed > 0, "{killed}");
    }
}

/// Which calls are the last ones.
#[derive(Clone, Copy, Debug)]
enum Calls {
    /// Every so manyth one.
    All(usize),
    /// Every so manyth of those that change something.
    Orders(usize),
}

impl Calls {
    fn step(self) -> usize {
        match self {
            Self::All(step) | Self::Orders(step) => step,
        }
    }

    /// Strikes the call at this place among them.
    fn strike(self, place: usize, kill: Fault) -> impl FnMut(&Asked) -> Option<Fault> + Send {
        let mut orders = 0;
        move |asked| {
            let here = match self {
                Self::All(_) => asked.place,
                Self::Orders(_) if asked.reads() => return None,
                Self::Orders(_) => orders,
            };
            orders += usize::from(!asked.reads());
            (here == place).then_some(kill)
        }
    }
}

/// Kills the first of these processes at these calls of an evening and of a morning, a day for
/// each; tells how often it was killed.
fn kill_at_every_call(mut stage: Stage, kill: Fault, calls: Calls) -> usize {
    let mut killed = 0;
    for place in (0..).step_by(calls.step()) {
        let mut reached = false;
        for turn in [Turn::Evening, Turn::Morning] {
            stage.go_to(turn);
            stage.processes[0].proxy.strike(calls.strike(place, kill));
            if turn_with_a_kill(&mut stage) {
                (reached, killed) = (true, killed + 1);
            }
            stage.settle();
            stage.verify(turn);
        }
        if !reached {
            break;
        }
    }
    stage.verify_untouchables();
    println!(
        "{} at once, {}, {calls:?}: killed at {killed} calls",
        stage.processes.len(),
        kill.word()
    );
    killed
}

/// Ticks of which one call is the last one of its process.
fn turn_with_a_kill(stage: &mut Stage) -> bool {
    (0..TICKS).any(|_| stage.tick(stage.processes.len())[0].is_none())
}
