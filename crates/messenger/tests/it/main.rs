//! The crate from outside: what it reads of Meta's JSON, and what it writes and concludes when it sends.

#[cfg(test)]
mod door;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod robust;
#[cfg(test)]
mod webhooks;
