//! The JSON Schema of what the decoder accepts.
