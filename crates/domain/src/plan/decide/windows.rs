//! Windows of AWS's own: backups and maintenance.

use chrono::{DateTime, Utc};

use crate::config::EnvironmentConfig;
use crate::fleet::{Observed, Resource, Snapshots};
use crate::time::{State, Transition};

use super::{Backups, Because, Desired, Fault, MaintenanceWindow};

/// What a backup window is worth that lies within every sleep. Where a snapshot is taken with
/// every stop, there is something to restore.
pub(super) fn no_backups<'a>(
    resource: &Resource,
    environment: &'a EnvironmentConfig,
    backups: &mut Backups<'a>,
) -> Option<Fault> {
    let window = resource.facts.backup_window.as_ref()?;
    let snapshots = environment.snapshot_on_stop && resource.facts.snapshots != Snapshots::None;
    if snapshots || matches!(resource.observed, Observed::Fixed(_)) {
        return None;
    }
    let schedule = environment.schedule.as_ref()?;
    let lost = backups.are_lost(schedule, window);
    lost.then(|| Fault::NoBackups {
        window: window.clone(),
    })
}

/// A sleeping database is up during its maintenance window, if its environment says so.
pub(super) fn with_maintenance(
    environment: &EnvironmentConfig,
    resource: &Resource,
    desired: Desired,
    now: DateTime<Utc>,
) -> Result<Desired, Box<(Desired, Fault)>> {
    let by_schedule = matches!(
        &desired,
        Desired::State {
            because: Because::Schedule(_),
            by: Transition {
                to: State::Stopped,
                ..
            },
            ..
        }
    );
    let Some(text) = resource.maintenance.as_deref() else {
        return Ok(desired);
    };
    if !environment.wake_for_maintenance || !by_schedule {
        return Ok(desired);
    }
    match MaintenanceWindow::parse(text) {
        Err(_) => {
            let fault = Fault::UnreadableMaintenance(text.to_owned());
            Err(Box::new((desired, fault)))
        }
        Ok(window) => Ok(match window.around(now) {
            None => desired,
            Some((from, until)) => Desired::State {
                by: Transition {
                    at: from,
                    to: State::Running,
                },
                because: Because::Maintenance,
                until: Some(Transition {
                    at: until,
                    to: State::Stopped,
                }),
            },
        }),
    }
}
