//! One answer to Prometheus: figures under their names, units and labels.
//!
//! Invariant: every name here stands in docs/operate/metrics.md (a test compares).

use super::{Durations, Labels, seconds};
use engine::views::standing::{LOOK_UP_STEPS, Standing};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;
use store::Figures;

#[derive(Default)]
pub struct Page(Registry);

/// One row without labels.
fn one(value: u64) -> [(Labels, f64); 1] {
    [(vec![], number(value))]
}

fn number(value: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53, and a figure beyond")]
    let value = value as f64;
    value
}

fn size(value: usize) -> f64 {
    number(u64::try_from(value).unwrap_or(u64::MAX))
}

impl Page {
    pub fn gauge(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<Unit>,
        rows: impl IntoIterator<Item = (Labels, f64)>,
    ) {
        let family = Family::<Labels, Gauge<f64, AtomicU64>>::default();
        for (labels, value) in rows {
            family.get_or_create(&labels).set(value);
        }
        match unit {
            Some(unit) => self.0.register_with_unit(name, help, unit, family),
            None => self.0.register(name, help, family),
        }
    }

    /// The library puts `_total` at its end.
    fn counter(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<Unit>,
        rows: impl IntoIterator<Item = (Labels, f64)>,
    ) {
        let family = Family::<Labels, Counter<f64, AtomicU64>>::default();
        for (labels, value) in rows {
            family.get_or_create(&labels).inc_by(value);
        }
        match unit {
            Some(unit) => self.0.register_with_unit(name, help, unit, family),
            None => self.0.register(name, help, family),
        }
    }

    pub fn durations(&mut self, name: &str, help: &str, family: Durations) {
        self.0.register_with_unit(name, help, Unit::Seconds, family);
    }

    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.0)?;
        Ok(text)
    }

    /// Events whose every attempt failed.
    pub fn set_aside(&mut self, events: u64) {
        let help = "Events that could not be processed and were set aside";
        self.gauge("entente_events_set_aside", help, None, one(events));
    }

    pub fn standing(&mut self, standing: &Standing) {
        let since = |at: Option<model::time::Timestamp>| {
            [(vec![], at.map_or(0.0, |at| seconds(standing.now.since(at).0.max(0))))]
        };
        let lasts = Some(Unit::Seconds);
        self.gauge(
            "entente_events_waiting",
            "Events that wait to be processed",
            None,
            one(standing.events_waiting),
        );
        self.gauge(
            "entente_answers_waiting",
            "Answers of the bot that wait to be sent",
            None,
            one(standing.answers_waiting),
        );
        self.gauge("entente_mails_waiting", "Mails that wait to be sent", None, one(standing.mails_waiting));
        self.gauge(
            "entente_mails_oldest",
            "How long the oldest mail has waited",
            lasts.clone(),
            since(standing.mails_since),
        );
        self.gauge(
            "entente_erasures_open",
            "Erasures that are not finished",
            None,
            one(standing.erasures_open),
        );
        self.gauge(
            "entente_log_leaves",
            "Entries of the log that a checkpoint covers",
            None,
            one(standing.log_size),
        );
        self.gauge(
            "entente_log_pending",
            "Entries that wait for their checkpoint",
            None,
            one(standing.log_pending),
        );
        let help = "How long the oldest of them has waited";
        self.gauge("entente_log_pending_oldest", help, lasts, since(standing.log_pending_since));
        self.gauge(
            "entente_lanes_held",
            "Pages whose sending this process has in hand",
            None,
            one(standing.lanes_held),
        );
        let (wire, most) = standing.on_the_wire;
        let help = "Requests of pages' sending on the wire to Graph";
        self.gauge("entente_sends_in_flight", help, None, [(vec![], size(wire))]);
        let help = "As many as there may be (sending.in_flight)";
        self.gauge("entente_sends_in_flight_max", help, None, [(vec![], size(most))]);
        self.gauge(
            "entente_key_epoch",
            "How often the keys' root has changed",
            None,
            one(standing.key_epoch),
        );
        let nodes = [(vec![], size(standing.nodes))];
        self.gauge("entente_nodes", "Nodes that this one sees alive, itself among them", None, nodes);
        let steps = standing.look_ups.iter().flat_map(|(brand, now)| {
            LOOK_UP_STEPS.map(|step| {
                let labels = vec![("brand", brand.clone()), ("step", step.to_owned())];
                (labels, f64::from(u8::from(step == *now)))
            })
        });
        let help = "1 at the step that a brand's change of its look-up key is in";
        self.gauge("entente_look_up_step", help, None, steps);
        let counted = &standing.counted;
        let by = |label: &'static str| {
            move |(value, count): (&&'static str, &u64)| (vec![(label, (*value).to_owned())], number(*count))
        };
        self.counter(
            "entente_webhook_events",
            "Events of webhook deliveries, by what became of them",
            None,
            counted.events.iter().map(by("outcome")),
        );
        self.counter(
            "entente_deliveries",
            "Deliveries of broadcasts, by the state that they ended in",
            None,
            counted.deliveries.iter().map(by("state")),
        );
        self.counter(
            "entente_turned_away",
            "Requests turned away because too much was at work, by class",
            None,
            counted.turned_away.iter().map(by("class")),
        );
        self.counter(
            "entente_limited",
            "Times that somebody was told to wait, by what was limited",
            None,
            counted.limited.iter().map(by("what")),
        );
        let unfit = counted.unfit.iter();
        let unfit = unfit.map(|(status, count)| (vec![("status", status.to_string())], number(*count)));
        let help = "Requests whose input was refused, by the status of the answer";
        self.counter("entente_refused", help, None, unfit);
        let sends = counted.sends.iter().map(|((kind, class), count)| {
            (vec![("kind", (*kind).to_owned()), ("class", (*class).to_owned())], number(*count))
        });
        self.counter(
            "entente_sends",
            "Messages that Graph was asked to send, by what its answer means",
            None,
            sends,
        );
    }

    pub fn databases(&mut self, databases: impl Iterator<Item = (&'static str, Figures)>) {
        let (mut runs, mut failures, mut retries, mut times) = (vec![], vec![], vec![], vec![]);
        let (mut connections, mut most) = (vec![], vec![]);
        let (mut waiting, mut longest) = (vec![], vec![]);
        for (database, figures) in databases {
            let of = |more: Option<(&'static str, &str)>| -> Labels {
                let more = more.map(|(label, value)| (label, value.to_owned()));
                std::iter::once(("database", database.to_owned())).chain(more).collect()
            };
            for (name, timing) in figures.transactions() {
                let labels = of(Some(("name", name)));
                runs.push((labels.clone(), number(timing.runs)));
                failures.push((labels.clone(), number(timing.failures)));
                retries.push((labels.clone(), number(timing.retries)));
                times.push((labels, seconds(i64::try_from(timing.micros).unwrap_or(i64::MAX))));
            }
            let line = figures.waiting();
            waiting.push((of(None), size(line.count)));
            longest.push((of(None), line.longest.as_secs_f64()));
            if let Some(pool) = figures.connections() {
                let used = pool.open.saturating_sub(pool.idle);
                connections.push((of(Some(("state", "idle"))), size(pool.idle)));
                connections.push((of(Some(("state", "used"))), size(used)));
                most.push((of(None), size(pool.at_most)));
            }
        }
        self.counter("entente_transactions", "Transactions, by name", None, runs);
        self.counter("entente_transaction_failures", "Transactions that returned an error", None, failures);
        self.counter(
            "entente_transaction_retries",
            "Runs repeated because of other transactions",
            None,
            retries,
        );
        let help = "From asking for a transaction to its answer";
        self.counter("entente_transaction_time", help, Some(Unit::Seconds), times);
        self.gauge("entente_database_connections", "Connections to PostgreSQL", None, connections);
        self.gauge("entente_database_connections_max", "As many as there may be", None, most);
        self.gauge("entente_database_waiting", "Transactions that wait for their turn", None, waiting);
        let help = "How long the first of them has waited";
        self.gauge("entente_database_waiting_longest", help, Some(Unit::Seconds), longest);
    }
}
