//! The crate from outside: what it reads of Meta's JSON, and what it writes and concludes when it sends.

#[cfg(test)]
mod batch;
#[cfg(test)]
mod door;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod health;
#[cfg(test)]
mod login;
#[cfg(test)]
mod robust;
#[cfg(test)]
mod send;
#[cfg(test)]
mod sending;
#[cfg(test)]
mod webhooks;
