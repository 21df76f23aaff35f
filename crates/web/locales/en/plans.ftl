# Plans, subscriptions, and the signed call. Every id here stands in the other languages' file of this name too.

plans-nav-own = Plan
plans-nav-accounts = Accounts
plans-nav-plans = Plans

## One's own plan

plans-own-title = Your plan
plans-admin-lead = You run this brand: your own account has no limits.
plans-state-active = Active
plans-state-past_due = Payment late
plans-state-cancelled = Cancelled
plans-told-past-due = A payment for your plan is late. Everything works as before; please settle it so that it stays so.
plans-told-cancelled = You have cancelled. Nothing is sent in bulk; the bot goes on answering, and all your data is still here.
plans-told-ended = Your subscription was ended by the operator of this site. Nothing is sent in bulk; all your data is still here. Ask at the address at the foot of this page.
plans-resume-button = Take the subscription up again
plans-use = Used so far
plans-messages = Bulk messages this month
plans-pages = Connected pages
plans-leads = Leads
plans-used = { $used } of { $limit }
plans-used-unlimited = { $used }, without a limit
plans-messages-over = Used up: broadcasts send nothing until the month turns or the plan is changed. Answers of the bot do not count.
plans-pages-over = More than the plan allows. The pages that are connected go on working; no further one can be added.
plans-leads-over = More than the plan allows. Everybody is still answered and heard; broadcasts go to those who came first.
plans-refills = The messages are all there again on { $at }, when the month turns in UTC.
plans-change = Change or cancel
plans-change-how = To change your plan, ask at the address at the foot of this page and give this reference of your account:
plans-cancel-lead = You can cancel at any time, and take it up again as long as nothing was erased.
plans-cancel = Cancel the subscription
plans-cancel-title = Cancel the subscription?
plans-cancel-sending = From this moment on nothing is sent in bulk. Broadcasts that are on their way are paused, scheduled ones become drafts.
plans-cancel-people = The bot goes on answering whoever writes, and everybody can still unsubscribe.
plans-cancel-data = Nothing is deleted. You can sign in as before and take your data along.
plans-cancel-back = You can take the subscription up again on the page of your plan.
plans-take-along = Take the data of your leads along
plans-cancel-button = Cancel the subscription

## The admin's plans

plans-title = Plans
plans-lead = What accounts may use. A change holds at once for everybody who is on the plan.
plans-column-plan = Plan
plans-column-messages = Messages a month
plans-column-leads = Leads
plans-column-pages = Pages
plans-column-accounts = Accounts
plans-unlimited = No limit
plans-without = Without a plan
plans-badge-start = Sign-ups start here
plans-badge-retired = Retired
plans-make = Make a plan
plans-make-button = Make the plan
plans-edit = Name and limits
plans-edit-lead = Accounts that use more than a smaller limit keep what they have: pages go on working, leads are kept. Only adding and sending in bulk stop.
plans-save-button = Save
plans-field-name = Name
plans-field-name-why = Accounts see it on the page of their plan. At most 60 characters.
plans-field-messages = Bulk messages a month
plans-field-messages-why = All there again on the first of each month, 00:00 UTC. Empty for no limit.
plans-field-leads = Leads
plans-field-leads-why = Beyond it bulk goes to those who came first. Empty for no limit.
plans-field-pages = Pages
plans-field-pages-why = How many can be connected. Empty for no limit.
plans-wrong-name = Write a name of 1 to 60 characters that no other plan has.
plans-wrong-limit = Write a whole number up to 1,000,000,000, or leave it empty for no limit.
plans-accounts-on-it = { $count ->
    [0] No account is on it.
    [one] { $shown } account is on it.
   *[other] { $shown } accounts are on it.
}
plans-offer-title = Who is put on it
plans-start-is = Whoever signs up starts on this plan. To retire or delete it, have sign-ups start on another one first.
plans-offered-is = You can put accounts on it. A retired plan is kept by those who are on it, and nobody new is put on it.
plans-retired-is = It is retired: whoever is on it keeps it, and nobody new is put on it.
plans-start-button = Have sign-ups start on it
plans-retire-button = Retire
plans-offer-button = Offer it again
plans-delete = Delete
plans-delete-title = Delete the plan { $plan }?
plans-delete-what = Nobody is on it. It cannot be brought back, but you can make another one.
plans-delete-button = Delete the plan
plans-back-to-plan = Back to the plan
plans-id = For signed calls this plan is called

## The admin's accounts

accounts-find-title = Find an account
accounts-find-why = The whole address that somebody writes to you from. It is compared with a keyed hash and not kept; you get to the account's page. Whose it is you know then, so the account reads that you looked, as when you have its name shown; found or not, it stands in the audit.
accounts-find-button = Find it
accounts-find-none = No account here has this address. Whoever writes may have signed up with another.
plans-accounts-title = Accounts
plans-accounts-lead = Everybody who has an account here, the newest first. Names and addresses are shown on an account's own page when you ask for them.
plans-account-title = Account
plans-column-account = Account
plans-column-state = Subscription
plans-column-since = Since
plans-unconfirmed = Address not confirmed
plans-is-admin = Admin
plans-terms = Plan and subscription
plans-terms-admin = This is the account of the brand's admin: it has no plan and no limits.
plans-terms-button = Save
plans-state-why = It takes effect at once, and the account is told by mail. “Payment late” stops nothing; “cancelled” stops everything sent in bulk.
plans-cancelled-by-itself = The account itself cancelled on { $at }. Setting another state takes that back.
plans-who = Who it is
plans-who-name = Name
plans-who-email = E-mail address
plans-masked = Hidden until you need it: say what for below. Each look stands in the account's own history, and the account is told of it by mail.
plans-reveal = Show name and address
plans-sessions = Sessions
plans-sessions-why = When the account may be in the wrong hands: everybody who is signed in to it is signed out, on every device. The account is told by mail and can sign in again. Access for support that it gave ends; API tokens go on.
plans-sessions-button = Sign out everywhere
plans-facts = About the account
plans-reference = Reference for signed calls and for questions:

## Signed calls

plans-billing-title = Signed calls
plans-billing-lead = A payment provider or a script of yours can set an account's plan and state. Each call is signed with a secret that you make here.
plans-secret = Secret
plans-secret-made = The secret was made.
plans-secret-once = Copy it now: it is not shown again. Keep it where your script reads it, and nowhere else.
plans-secret-since = There is a secret since { $at }. It cannot be shown again.
plans-secret-none = There is no secret yet, and no call is taken.
plans-secret-button = Make a secret
plans-secret-renew = Replace it
plans-secret-end = Take no calls any more
plans-secret-renew-title = Replace the secret?
plans-secret-renew-what = The old one ends at once. Calls that are still signed with it are refused and change nothing; they can be sent again with the new one.
plans-secret-renew-button = Replace the secret
plans-secret-end-title = Take no signed calls any more?
plans-secret-end-what = The secret ends, and every call is refused until you make a new one. Plans and states stay as they are.
plans-secret-end-button = End the secret
plans-billing-how = How to call
plans-billing-address = Send a POST with JSON to this address:
plans-billing-names = The account is named by its reference, which stands on its page under Accounts; the plan by its id, which stands on the plan's page. The shapes and an example are in docs/billing.md.
plans-billing-order = An event is applied once, however often it is sent, and one that is older than the newest applied to an account changes nothing.
