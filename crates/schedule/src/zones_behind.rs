//! Zones whose compiled rules are behind the world.

/// Zones that the compiled database (IANA 2025b) gets wrong somewhere in 2024 to 2030, in order of name,
/// each with the first instant of the difference from IANA 2026e and the offset then.
///
/// A test compares every zone and fails when this list is not exactly what it finds: after an
/// update of `chrono-tz` it prints the list to put here.
pub const ZONES_BEHIND: &[(&str, &str)] = &[
    (
        "Africa/Casablanca",
        "from 2026-09-20 01:00Z on it is UTC+00:00, not UTC+01:00",
    ),
    (
        "Africa/El_Aaiun",
        "from 2026-09-20 01:00Z on it is UTC+00:00, not UTC+01:00",
    ),
    (
        "America/Edmonton",
        "from 2026-11-01 08:00Z on it is UTC-06:00, not UTC-07:00",
    ),
    (
        "America/Inuvik",
        "from 2026-11-01 08:00Z on it is UTC-06:00, not UTC-07:00",
    ),
    (
        "America/Rainy_River",
        "from 2026-11-01 07:00Z on it is UTC-05:00, not UTC-06:00",
    ),
    (
        "America/Vancouver",
        "from 2026-11-01 09:00Z on it is UTC-07:00, not UTC-08:00",
    ),
    (
        "America/Winnipeg",
        "from 2026-11-01 07:00Z on it is UTC-05:00, not UTC-06:00",
    ),
    (
        "America/Yellowknife",
        "from 2026-11-01 08:00Z on it is UTC-06:00, not UTC-07:00",
    ),
    (
        "Canada/Central",
        "from 2026-11-01 07:00Z on it is UTC-05:00, not UTC-06:00",
    ),
    (
        "Canada/Mountain",
        "from 2026-11-01 08:00Z on it is UTC-06:00, not UTC-07:00",
    ),
    (
        "Canada/Pacific",
        "from 2026-11-01 09:00Z on it is UTC-07:00, not UTC-08:00",
    ),
    (
        "Europe/Chisinau",
        "from 2024-03-31 00:00Z on it is UTC+02:00, not UTC+03:00",
    ),
    (
        "Europe/Tiraspol",
        "from 2024-03-31 00:00Z on it is UTC+02:00, not UTC+03:00",
    ),
];
