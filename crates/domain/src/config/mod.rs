//! `nightcap.yaml`: the types, and a reader that reports every error with its place.
