//! The rows of the table, one file for what is measured together.

pub mod growth;
pub mod ingest;
pub mod load;
pub mod memory;
pub mod peers;
pub mod process;
pub mod seal;
pub mod send;
pub mod timing;
