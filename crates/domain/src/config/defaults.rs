//! What a key that is left out means.

/// Resources that one tick may stop.
pub(super) fn max_stops() -> u32 {
    50
}

/// The currency of the budget: AWS bills in US dollars unless told otherwise.
pub(super) fn currency() -> String {
    "USD".to_owned()
}
