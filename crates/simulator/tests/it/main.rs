//! The simulator from outside: over HTTP, as a bot meets it.

#[cfg(test)]
mod control;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod load;
#[cfg(test)]
mod login;
#[cfg(test)]
mod page_setup;
#[cfg(test)]
mod people;
#[cfg(test)]
mod sending;
#[cfg(test)]
mod support;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod windows;
