//! Cron, windows, calendars and the schedules made of them.
