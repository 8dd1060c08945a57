//! Adapters between the use-cases and AWS, one file a service.
