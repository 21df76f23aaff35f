# The bot's page of the console. Every id here stands in the other languages' file of this name too.

# Why the test pane's bot answered as it did.
bot-because-nothing = Nothing here wants an answer.
bot-because-withdrawn = This ends all offers. It is confirmed once, whatever the rules say.
bot-because-said_yes = Answered Yes to the question: this is an opt-in.
bot-because-said_no = Answered No to the question.
bot-because-my_data = Asked for their data, whatever the rules say.
bot-because-opening = Somebody new, or somebody who asks for offers: the welcome and the question.
bot-because-rule = The rule “{ $name }” matched.
bot-because-answered = The answer to the question “{ $name }” was taken.
bot-because-skipped = The question “{ $name }” was skipped.
bot-because-unfit = The question “{ $name }” waits, and this is no answer to it.
bot-because-default = No rule matched: the default answer.
bot-because-off = The bot is switched off. Only stopping, the opt-in's answers and “my data” are answered.

# Whether what Messenger shows of the page is what was set.
bot-published-never = Not published at Meta yet.
bot-published-waiting = Being published at Meta.
bot-published-done = Published at Meta.
bot-published-failed = Meta did not take it. Look at the reason, change what it names, and publish again.

# Kinds of data that a question may ask for.
bot-field-given_name = First name
bot-field-phone = Phone number
bot-field-email = E-mail address
bot-field-free_text = Free text
bot-field-choice = Choice

# What a lead may permit with an answer.
bot-use-store = Store it
bot-use-show = Show it to the people who run the page
bot-use-message = Use it in messages to the lead
bot-use-share = Pass it on

# Where a template stands at Meta.
template-status-unknown = Handed over; Meta has not answered yet
template-status-approved = Approved
template-status-pending = Being looked at by Meta
template-status-rejected = Rejected by Meta
template-status-paused = Paused by Meta
template-status-disabled = Disabled by Meta
template-status-archived = Archived
template-status-in_appeal = Appeal under way
template-status-limit_exceeded = Over Meta's limit of templates
template-status-pending_deletion = Being deleted
template-status-deleted = No longer at Meta

# What the clocks make of a local time.
schedule-how-exact = The clocks show this time once.
schedule-how-skipped = The clocks are put forward over this time. It is sent later by as much as they skip.
schedule-how-twice = The clocks show this time twice, because they are put back.
