//! Carries webhooks to the bot: signed POSTs, immediate retries, then the backlog, and in the end the
//! app is unsubscribed from the page.
//!
//! Invariant: one task per lane, so one person's webhooks never overtake each other unless they were
//! made to, or failed (after a failure order is lost, as at the platform). A webhook counts as pending
//! until it was answered, given up or put in the backlog.

use crate::id::PageId;
use crate::inner::Inner;
use crate::outbox::{Outgoing, Sign};
use crate::sign::Secret;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// After so long of failure the platform sends an alert.
const ALERT_AFTER: i64 = 15 * 60 * 1_000_000;

/// How often the schedule of late events is looked at.
const SCHEDULE_PACE: Duration = Duration::from_millis(20);

/// Carries one lane until the simulator ends.
pub async fn carry(inner: Arc<Inner>, mut lane: mpsc::UnboundedReceiver<Outgoing>) {
    while let Some(outgoing) = lane.recv().await {
        deliver(&inner, outgoing).await;
        inner.pending.done();
    }
}

/// Probes the backlog and sends what the schedule holds, until the simulator ends.
pub async fn mind(inner: Arc<Inner>) {
    let mut waited = Duration::ZERO;
    loop {
        let (wake, retry) = (inner.wake.clone(), &inner.retry);
        let (backlog, scheduled) = {
            let world = inner.world();
            (!world.outbox.backlog.is_empty(), world.outbox.scheduled() > 0)
        };
        if !backlog && !scheduled {
            waited = Duration::ZERO;
            wake.notified().await;
            continue;
        }
        // The schedule follows a clock that may be turned by others, so it is looked at often.
        let pause = if scheduled { SCHEDULE_PACE } else { inner.delivery.backlog_every };
        let kicked = tokio::time::timeout(pause, retry.notified()).await.is_ok();
        waited += pause;
        let now = inner.now();
        let mut world = inner.world();
        world.release_due(now);
        if kicked || waited >= inner.delivery.backlog_every {
            waited = Duration::ZERO;
            world.outbox.probe_backlog();
        }
    }
}

async fn deliver(inner: &Inner, outgoing: Outgoing) {
    let target = {
        let mut world = inner.world();
        let subscribed = outgoing.page.is_none_or(|page| {
            world.pages.get(&page).is_some_and(|page| page.subscriptions.contains_key(&outgoing.app))
        });
        let app = world.apps.get(&outgoing.app);
        let target = app.and_then(|app| app.callback_url.clone().map(|url| (url, app.secret.clone())));
        match target {
            Some(target) if subscribed => target,
            _ => {
                if let Some(page) = outgoing.page {
                    world.record.webhooks(page).given_up += 1;
                }
                return;
            }
        }
    };
    let (url, secret) = target;
    let attempts = if outgoing.again { 1 } else { inner.delivery.retries.saturating_add(1) };
    let mut tried = 0;
    let mut delivered = false;
    while tried < attempts && !delivered {
        tried += 1;
        delivered = post(inner, &url, &secret, &outgoing).await;
    }
    let now = inner.now();
    let mut world = inner.world();
    let Some(page) = outgoing.page else { return };
    let counts = world.record.webhooks(page);
    counts.attempts += u64::from(tried);
    counts.failed += u64::from(tried) - u64::from(delivered);
    counts.delivered += u64::from(delivered);
    counts.duplicates += u64::from(delivered && outgoing.copy);
    let Some(subscription) =
        world.pages.get_mut(&page).and_then(|page| page.subscriptions.get_mut(&outgoing.app))
    else {
        if !delivered {
            world.record.webhooks(page).given_up += 1;
        }
        return;
    };
    if delivered {
        subscription.alerted = false;
        if subscription.failing_since.take().is_some() {
            // The bot is back: what waited may go.
            world.outbox.retry_backlog_of(page, outgoing.app);
        }
        return;
    }
    let failing = now - *subscription.failing_since.get_or_insert(now);
    if failing >= inner.delivery.give_up_after.0 {
        unsubscribe(&mut world, page, &outgoing);
    } else {
        if failing >= ALERT_AFTER && !subscription.alerted {
            subscription.alerted = true;
            tracing::warn!(%page, "webhooks of this page fail for a quarter of an hour");
        }
        world.outbox.put_back(outgoing);
    }
}

fn unsubscribe(world: &mut crate::state::World, page: PageId, outgoing: &Outgoing) {
    let app = outgoing.app;
    if let Some(page) = world.pages.get_mut(&page) {
        page.subscriptions.remove(&app);
    }
    let before = world.outbox.backlog.len();
    world.outbox.backlog.retain(|waiting| waiting.page != Some(page) || waiting.app != app);
    let dropped = before - world.outbox.backlog.len() + 1;
    world.record.webhooks(page).given_up += dropped as u64;
    tracing::warn!(%page, %app, "the app is unsubscribed from the page: its webhooks failed too long");
}

async fn post(inner: &Inner, url: &str, secret: &Secret, outgoing: &Outgoing) -> bool {
    let body = &outgoing.body;
    let mut request = inner.client.post(url).header("content-type", "application/json");
    let wrong = |header: String| {
        // The first digit changed: the right length and alphabet, and never the right value.
        let (name, digits) = header.split_once('=').unwrap_or(("sha256", ""));
        let first = if digits.starts_with('0') { '1' } else { '0' };
        format!("{name}={first}{}", digits.get(1..).unwrap_or_default())
    };
    if matches!(outgoing.sign, Sign::Both | Sign::Sha256Only) {
        request = request.header("x-hub-signature-256", secret.header_256(body));
    }
    if matches!(outgoing.sign, Sign::Both | Sign::Sha1Only) {
        request = request.header("x-hub-signature", secret.header_1(body));
    }
    if outgoing.sign == Sign::Bad {
        request = request
            .header("x-hub-signature-256", wrong(secret.header_256(body)))
            .header("x-hub-signature", wrong(secret.header_1(body)));
    }
    match request.body(body.clone()).send().await {
        Ok(answer) => {
            let accepted = answer.status().as_u16() == 200;
            // Read to the end, or the connection cannot be used again.
            let complete = answer.bytes().await.is_ok();
            accepted && complete
        }
        Err(_) => false,
    }
}
