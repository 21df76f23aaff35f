//! A brand's plans, as its admin defines them.
//!
//! Invariants: a changed plan holds at once for every account that is on it; a plan that an account is on is
//! retired and not deleted, so that nobody loses what they are on; one plan is always the one that sign-ups
//! start on.

use crate::audit::{self, Act, OfPlan};
use crate::{Actor, Engine, EngineError, Role};
use model::id::PlanId;
use model::plan::{LARGEST_LIMIT, Limits};
use store::tables::{audit as entries, plan};
use store::{StoreError, Tx};

/// Plans of one brand; more than that nobody can choose among.
const MOST: usize = 50;
/// Characters of a plan's name.
pub const NAME_LIMIT: usize = 60;

/// A plan, as the admin wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanForm {
    pub name: String,
    pub limits: Limits,
}

/// What can be done with a plan that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanStep {
    /// Sign-ups start on it from now on.
    MakeStart,
    /// Nobody new is put on it.
    Retire,
    /// Takes a retired one up again.
    Offer,
    /// Only while nobody is on it.
    Delete,
}

pub(crate) fn admin(actor: &Actor) -> Result<(), EngineError> {
    if actor.role == Role::Admin { Ok(()) } else { Err(EngineError::Forbidden("admin")) }
}

fn checked(form: &PlanForm) -> Result<String, EngineError> {
    let name = form.name.trim();
    if name.is_empty() || name.chars().count() > NAME_LIMIT || name.chars().any(char::is_control) {
        return Err(EngineError::invalid("plan_name", format!("must have 1 to {NAME_LIMIT} characters")));
    }
    for (field, limit) in
        [("pages", form.limits.pages), ("leads", form.limits.leads), ("messages", form.limits.messages)]
    {
        if limit.is_some_and(|limit| limit > LARGEST_LIMIT) {
            let problem = format!("is {LARGEST_LIMIT} at most: leave it empty for no limit");
            return Err(EngineError::invalid(field, problem));
        }
    }
    Ok(name.to_owned())
}

/// Two plans of the same name could not be told apart.
fn is_free(tx: &Tx<'_>, actor: &Actor, name: &str, own: Option<PlanId>) -> Result<usize, EngineError> {
    let all = plan::list(tx.brand(actor.brand))?;
    if all.iter().any(|plan| Some(plan.id) != own && plan.name == name) {
        return Err(EngineError::invalid("plan_name", "is the name of another plan already"));
    }
    Ok(all.len())
}

/// Makes a plan; nobody is on it yet.
pub async fn create(engine: &Engine, actor: &Actor, form: PlanForm) -> Result<PlanId, EngineError> {
    admin(actor)?;
    let (name, limits) = (checked(&form)?, form.limits);
    let now = engine.clock.now();
    let id = PlanId::new(now, &*engine.entropy);
    let asking = actor.clone();
    let act = Act::Plan { plan: id, what: OfPlan::Made { name: name.clone(), limits } };
    let entry = audit::by(engine, &*engine.brand(actor.brand)?, actor, &act).await?;
    let write = move |tx: &Tx<'_>| {
        if is_free(tx, &asking, &name, None)? >= MOST {
            return Err(EngineError::Conflict(format!(
                "a brand has {MOST} plans at most: delete one that nobody is on"
            )));
        }
        plan::insert(tx.brand(asking.brand), id, &name, &limits, now)?;
        Ok(entries::insert(tx.brand(asking.brand), &entry)?)
    };
    engine.data.write("create_plan", write).await?;
    engine.wake.log.notify_one();
    Ok(id)
}

/// Changes a plan for everybody who is on it.
pub async fn change(engine: &Engine, actor: &Actor, id: PlanId, form: PlanForm) -> Result<(), EngineError> {
    admin(actor)?;
    let (name, limits) = (checked(&form)?, form.limits);
    let asking = actor.clone();
    let act = Act::Plan { plan: id, what: OfPlan::Changed { name: name.clone(), limits } };
    let entry = audit::by(engine, &*engine.brand(actor.brand)?, actor, &act).await?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(asking.brand);
        is_free(tx, &asking, &name, Some(id))?;
        if !plan::set(scope, id, &name, &limits)? {
            return Err(EngineError::NotFound("this plan"));
        }
        Ok(entries::insert(scope, &entry)?)
    };
    engine.data.write("change_plan", write).await?;
    engine.wake.log.notify_one();
    Ok(())
}

/// Retires, deletes, offers again, or has sign-ups start on it. Asking for what is so changes nothing.
///
/// # Errors
/// [`EngineError::Conflict`] says what stands against it.
pub async fn step(engine: &Engine, actor: &Actor, id: PlanId, step: PlanStep) -> Result<(), EngineError> {
    admin(actor)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    let what = match step {
        PlanStep::MakeStart => OfPlan::Start,
        PlanStep::Retire => OfPlan::Retired,
        PlanStep::Offer => OfPlan::Offered,
        PlanStep::Delete => OfPlan::Deleted,
    };
    let entry = audit::by(engine, &*engine.brand(brand)?, actor, &Act::Plan { plan: id, what }).await?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let Some(found) = plan::get(scope, id)? else { return Err(EngineError::NotFound("this plan")) };
        let is_retired = found.retired_at.is_some();
        let against = |why: &str| Err(EngineError::Conflict(why.to_owned()));
        match step {
            PlanStep::MakeStart if is_retired => {
                return against("a retired plan is one that nobody starts on: offer it again first");
            }
            PlanStep::Retire | PlanStep::Delete if found.is_start => {
                return against("sign-ups start on this plan: have them start on another one first");
            }
            PlanStep::Delete if found.accounts > 0 => {
                return against("accounts are on this plan: put them on another one, or retire it");
            }
            PlanStep::MakeStart => plan::make_start(scope, id)?,
            PlanStep::Retire => is_retired || plan::retire(scope, id, now)?,
            PlanStep::Offer => !is_retired || plan::offer(scope, id)?,
            PlanStep::Delete => plan::delete(scope, id)?,
        };
        Ok(entries::insert(scope, &entry)?)
    };
    engine.data.write("step_plan", write).await.map_err(|error| match error {
        // Somebody was put on it in this very moment.
        EngineError::Store(StoreError::Constraint { .. }) => {
            EngineError::Conflict("accounts are on this plan".to_owned())
        }
        other => other,
    })?;
    engine.wake.log.notify_one();
    Ok(())
}
