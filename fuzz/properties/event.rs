//! What must hold for any JSON that reaches the scheduler function.

use scheduler::request::Request;

/// Panics if a property does not hold.
pub(crate) fn hold(bytes: &[u8]) {
    // The runtime has read the bytes as JSON before the function sees them.
    let Ok(event) = serde_json::from_slice::<serde_json::Value>(bytes) else {
        return;
    };
    let outcome = Request::parse(&event);
    assert_eq!(
        outcome.is_ok(),
        Request::parse(&event).is_ok(),
        "not the same twice"
    );
    if let Err(error) = outcome {
        assert!(
            !error.to_string().is_empty(),
            "an error says what was expected"
        );
    }
}
