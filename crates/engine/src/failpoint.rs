//! Numbered points of the sending, receiving and erasing paths at which a test kills the process, or holds it.
//!
//! Off unless a test's configuration names a point; then passing it calls the hook that the binary
//! gave (which sends SIGKILL). Recovery after a real kill, and the order of what runs at once, are all they are for.

use std::sync::Arc;

/// The points: first in the order in which a broadcast passes them, then as an event does, then those of a
/// lane beside its requests, then those of sweeping keys, those of telling people, then those of erasing an account or a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    BeforePlanCommit,
    AfterPlanCommit,
    BeforeClaimCommit,
    AfterClaimCommit,
    BeforeRequest,
    AfterRequest,
    BeforeRecordCommit,
    AfterRecordCommit,
    BeforeFinishCommit,
    AfterFinishCommit,
    AfterReceiveCommit,
    BeforeReplyCommit,
    AfterReplyCommit,
    BeforeHoldCommit,
    AfterHoldCommit,
    BeforeApprovalRequest,
    AfterApprovalRequest,
    BeforeSweepLook,
    BeforeSweep,
    BeforeTellCommit,
    AfterTellCommit,
    AfterFenceLook,
    BeforeFenceCommit,
    AfterFenceCommit,
    BeforeKeyDestroyed,
    AfterKeyDestroyed,
    AfterTagCommit,
    AfterChunkTagged,
    AfterChunkKeys,
    AfterChunkCommit,
    BeforeEndCommit,
    AfterEndCommit,
    BeforeNotice,
    AfterNotice,
    AfterNoticeCommit,
    AfterErasureClosed,
}

impl Point {
    pub const ALL: [Self; 36] = [
        Self::BeforePlanCommit,
        Self::AfterPlanCommit,
        Self::BeforeClaimCommit,
        Self::AfterClaimCommit,
        Self::BeforeRequest,
        Self::AfterRequest,
        Self::BeforeRecordCommit,
        Self::AfterRecordCommit,
        Self::BeforeFinishCommit,
        Self::AfterFinishCommit,
        Self::AfterReceiveCommit,
        Self::BeforeReplyCommit,
        Self::AfterReplyCommit,
        Self::BeforeHoldCommit,
        Self::AfterHoldCommit,
        Self::BeforeApprovalRequest,
        Self::AfterApprovalRequest,
        Self::BeforeSweepLook,
        Self::BeforeSweep,
        Self::BeforeTellCommit,
        Self::AfterTellCommit,
        Self::AfterFenceLook,
        Self::BeforeFenceCommit,
        Self::AfterFenceCommit,
        Self::BeforeKeyDestroyed,
        Self::AfterKeyDestroyed,
        Self::AfterTagCommit,
        Self::AfterChunkTagged,
        Self::AfterChunkKeys,
        Self::AfterChunkCommit,
        Self::BeforeEndCommit,
        Self::AfterEndCommit,
        Self::BeforeNotice,
        Self::AfterNotice,
        Self::AfterNoticeCommit,
        Self::AfterErasureClosed,
    ];

    /// Those of erasing an account or a brand, in the order in which it passes them: the end of all.
    pub const ERASING: &'static [Self] = Self::ALL.split_at(Self::BeforeFenceCommit as usize).1;

    /// Its number, from 1.
    pub fn number(self) -> usize {
        Self::ALL.into_iter().position(|point| point == self).map_or(0, |at| at.saturating_add(1))
    }
}

/// Called at every point; does nothing by default.
#[derive(Clone, Default)]
pub struct FailPoints(Option<Arc<dyn Fn(Point) + Send + Sync>>);

impl FailPoints {
    pub fn new(hook: impl Fn(Point) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    pub(crate) fn pass(&self, point: Point) {
        if let Some(hook) = &self.0 {
            hook(point);
        }
    }
}
