//! The dictionary: what sites say, as bytes.
