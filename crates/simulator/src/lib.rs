//! Stands empty until its first slice.
