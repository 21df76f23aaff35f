//! What of the data map lies where in an archive.
