//! Every call of a full sleep-wake cycle is made the last one: the process is killed right
//! before it and right after it.

use nightcap_tests::{Asked, Fault, runs};

use crate::stage::{Stage, Turn};

/// Before AWS has taken the call, or after.
const KILLS: [Fault; 2] = [Fault::DiesBefore, Fault::DiesAfter];
/// Ticks of a turn: a wake takes four.
const TICKS: u32 = 4;

#[test]
fn every_call_of_a_cycle_may_be_the_last_one_before_aws_has_taken_it() {
    let killed = kill_at_every_call(1, Fault::DiesBefore, 1);
    assert!(killed > 50, "{killed}");
}

#[test]
fn every_call_of_a_cycle_may_be_the_last_one_after_aws_has_taken_it() {
    let killed = kill_at_every_call(1, Fault::DiesAfter, 1);
    assert!(killed > 50, "{killed}");
}

/// Of two processes, one is killed. By default at every twelfth call, with `NIGHTCAP_FAULT_RUNS` at every one.
#[test]
fn the_last_call_of_one_of_two_processes_at_work_at_once() {
    let step = if runs(0) > 0 { 1 } else { 12 };
    for kill in KILLS {
        let killed = kill_at_every_call(2, kill, step);
        // How many calls are left to the first depends on which work the second takes.
        assert!(killed >= 32 / step, "{killed}");
    }
}

/// Kills the first of these processes at every `step`th call of an evening and of a morning,
/// a day for each; tells how often it was killed.
fn kill_at_every_call(processes: usize, kill: Fault, step: usize) -> usize {
    let mut stage = Stage::open(processes);
    let mut killed = 0;
    for place in (0..).step_by(step) {
        let mut reached = false;
        for turn in [Turn::Evening, Turn::Morning] {
            stage.go_to(turn);
            if turn_with_a_kill(&mut stage, kill, place) {
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
        "{processes} at once, {}: killed at {killed} calls",
        kill.word()
    );
    killed
}

/// Ticks of which the call at this place is the last one of its process.
fn turn_with_a_kill(stage: &mut Stage, kill: Fault, place: usize) -> bool {
    let strikes = move |asked: &Asked| (asked.place == place).then_some(kill);
    stage.processes[0].proxy.strike(strikes);
    for _ in 0..TICKS {
        let died = stage.tick(stage.processes.len())[0].is_none();
        if died {
            return true;
        }
    }
    false
}
