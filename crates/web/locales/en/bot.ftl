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

## The bot of a page

bot-title = Bot
bot-of-page = What the bot says on this page
bot-lead = It answers for the page at once, around the clock. What you do not set is said in the brand's own words.
bot-try = Try it out
bot-parts = What it says
bot-save = Save
bot-leave = Back without saving
bot-change = Change
bot-delete = Delete
bot-look = Look at what stands now
bot-changed = Last changed: { $at }
bot-is-off = The bot is switched off. Only “stop”, “my data” and answers to the opt-in question are answered; everything else waits for you in the page's inbox.
bot-switch-title = Switch it off
bot-switch-explain = For example while somebody answers by hand. “Stop” and “my data” go on working: people can rely on them at any time.
bot-switch-off = Switch the bot off
bot-switch-on = Switch it on again
bot-state-brand = In the brand's words
bot-state-own = In your own words: { $languages }
bot-state-menu = { $count ->
    [0] “My data” and the way to stop
    [one] { $shown } entry of your own, “My data” and the way to stop
   *[other] { $shown } entries of your own, “My data” and the way to stop
}
bot-state-rules = { $count ->
    [0] No rule yet
    [one] { $shown } rule
   *[other] { $shown } rules
}
bot-state-asks = { $count ->
    [0] It asks nobody for data
    [one] { $shown } question, with its purpose
   *[other] { $shown } questions, each with its purpose
}
bot-automated-title = It says that it is automated
bot-automated = People read it twice before they tell it anything. The brand's words say it; to words of your own the program adds it.
bot-automated-greeting-own = At the end of your greeting
bot-automated-greeting-brand = In the brand's greeting
bot-automated-first-own = At the beginning of the first answer
bot-automated-first-brand = In the brand's welcome

## What stands at Meta

bot-published-title = At Meta
bot-published-what = Greeting, Get Started, menu and suggested questions are shown by Messenger itself, so they are published at Meta after each change.
bot-published-since = Published last: { $at }
bot-published-again = Meta did not take it this time. It is tried again by itself.
bot-published-next = Next try: { $at }
bot-publish = Publish again now
bot-failure-unreachable = Meta could not be reached, or had trouble of its own ({ $code }).
bot-failure-unreadable = The settings could not be read. Save them once more.
bot-failure-refused = Meta did not accept one of the texts, titles or addresses (code { $code }). Look through greeting and menu.
bot-failure-access = The access to the page has ended (code { $code }). Connect the page anew.
bot-failure-slow = It was changed very often in a short time, and Meta asks for a pause (code { $code }).
bot-failure-permission = A permission is missing (code { $code }). Connect the page anew and leave everything ticked in Facebook's dialog.
bot-failure-other = Meta gave the code { $code }.

## Forms

bot-wrong = That is not right yet. What is wrong stands beside its field. Nothing was saved, and nothing you typed is lost.
bot-wrong-elsewhere = This was not saved, because something in another part of the bot no longer fits: { $problem }
bot-stale = Somebody changed this bot while you were writing, so nothing was saved. What you typed is still here: saving once more puts it over what stands now.
bot-promises = Always so
bot-get-started = Get Started
bot-characters = { $count ->
    [one] { $shown } character
   *[other] { $shown } characters
}
bot-wrong-length = At most { $limit }.
bot-wrong-text = Write something, at most { $limit }.
bot-wrong-purpose = Say what the answer is needed for, in at most { $limit }. Without a purpose nothing may be asked.
bot-wrong-no = At most { $limit }, and not the same as Yes.
bot-wrong-answer = Write something, at most { $limit } characters; with buttons at most { $less }.
bot-wrong-rows = At most { $limit } fit here.
bot-wrong-row = Row { $row }: the title needs 1 to { $limit } characters, stands only once, and is none of the words that always work, such as “stop” or “my data”.
bot-wrong-url = Row { $row }: the address must begin with https:// and have no spaces.
bot-wrong-sign = Row { $row }: the sign may have at most 1,000 characters and must not begin with “entente:”.
bot-wrong-language = This is not one of the brand's languages.
bot-wrong-name = Give it a name of its own: 1 to 40 letters, digits, spaces, hyphens or underscores.
bot-wrong-many = There are { $limit } already, which is the limit. Delete one that is no longer needed.
bot-wrong-words = Write 1 to 20 words or phrases, one on each line.
bot-wrong-word = Line { $row }: 1 to 80 characters with a letter or a digit, and none of the words that always work, such as “stop” or “my data”.
bot-wrong-pattern = The pattern cannot be used. It needs 1 to 200 characters and must not match an empty message. What is wrong with it: { $problem }
bot-wrong-patterns = Only { $limit } rules may have patterns. Use words here.
bot-wrong-tap = Write the sign that the button carries, at most 1,000 characters and not beginning with “entente:”.
bot-wrong-ask = Choose one of your questions.
bot-wrong-uses = Answers are passed on to nobody. Take that tick away.
bot-wrong-no-speech = Write the question in at least one language.
bot-wrong-choices = A choice needs 2 to 12 answers, one on each line, each of at most { $limit } characters, different from each other and none of the words that always work, such as “stop”.
bot-answer-text = What the bot says
bot-answer-text-why = { "{page}" }, { "{brand}" } and { "{contact}" } are filled in with the names and the contact address.
bot-answer-buttons = Buttons
bot-answer-buttons-why = Up to three. A button opens an address, or it works as if its title had been written. Give it a sign if a rule of its own shall answer it.
bot-answer-replies = Quick replies
bot-answer-replies-why = Suggestions below the message that go away after the next one. Tapping one works as if its title had been written, unless you give it a sign.
bot-row-title = Title, row { $row }
bot-row-kind = What it does, row { $row }
bot-row-target = Address or sign, row { $row }
bot-row-sign = Sign, row { $row }
bot-row-title-hint = Title
bot-row-target-hint = https://… or a sign
bot-row-sign-hint = Sign (may stay empty)
bot-row-taps = Answered
bot-row-opens = Address

## Greeting

bot-greeting-title = Greeting
bot-greeting-lead = What Messenger shows before the first tap. It names the purpose, so that whoever taps “Get Started” knows what begins.
bot-greeting-text = Greeting
bot-greeting-text-why = One or two short sentences. Left empty, the brand's greeting is shown.
bot-greeting-adds = Is added to your words
bot-breakers = Suggested questions
bot-breakers-why = Up to four questions that people can tap instead of writing first. A rule answers them.
bot-greeting-promise-1 = The greeting says that the bot is automated and that offers come only after a Yes.
bot-greeting-promise-2 = Starting under it is evidence of the level “informed”. It is not yet a Yes to promotions.

## Welcome and opt-in question

bot-opening-title = Welcome and opt-in question
bot-opening-lead = The first answer to somebody new. Only who says Yes to this question gets your promotions.
bot-opening-welcome = Welcome
bot-opening-welcome-why = Who answers here, and what people may expect.
bot-opening-question = Opt-in question
bot-opening-question-why = Say plainly what you want to send. Every change of welcome, question or buttons makes a new version.
bot-opening-yes = Title of Yes
bot-opening-no = Title of No
bot-opening-adds = Is added before and after your words
bot-opening-promise-1 = The first answer says that the bot is automated, and how offers end.
bot-opening-promise-2 = The evidence of each Yes names the version that this person saw. Older versions are kept for their proofs.
bot-opening-promise-3 = Writing “yes” alone is no opt-in: it has to be the button under this very question.
bot-wordings = Versions of the question
bot-wordings-explain = Each version has a name, made from its words. Evidence and proofs refer to it, so that it can be shown at any time what somebody said Yes to.
bot-wordings-name = Version
bot-wordings-text = Words
bot-wordings-state = State
bot-wordings-read = Read
bot-wording-since = Asked since { $at }
bot-wording-now = Asked now
bot-wording-brand = Asked now, in the brand's words
bot-wording-before = Asked before, first on { $at }

## Menu

bot-menu-title = Menu
bot-menu-lead = Stands beside the text field for as long as the conversation lasts.
bot-menu-entries = Your entries
bot-menu-entries-why = Each opens an address, or works as if its title had been written. Empty rows are left out; after saving there is room for more.
bot-menu-adds = Always stand at the end and cannot be removed
bot-menu-promise-1 = “My data” says what is kept about a person, and how to see or erase it.
bot-menu-promise-2 = The way to stop ends all offers at once, whatever your rules say.

## Rules

bot-rules-title = Rules
bot-rules-lead = What people write or tap, and what the bot answers. They are tried from top to bottom, and the first that fits answers.
bot-rules-empty-title = No rule yet
bot-rules-empty = A rule waits for words, such as “opening hours”, and answers them. Begin with what people ask you most often.
bot-rules-foot = “Stop”, “my data” and the words for them are understood before any rule, in every language.
bot-rule-title = Rule
bot-rule-new = New rule
bot-rule-lead = When this comes, the bot answers that.
bot-rule-kind = When somebody …
bot-rule-kind-contains = … mentions one of these words
bot-rule-kind-contains-why = They stand anywhere in the message, as whole words.
bot-rule-kind-exact = … writes exactly this
bot-rule-kind-exact-why = The whole message is one of these. Capitals and punctuation do not matter.
bot-rule-kind-pattern = … writes something that fits a pattern
bot-rule-kind-pattern-why = A regular expression, for those who know them.
bot-rule-kind-tap = … taps something with this sign
bot-rule-kind-tap-why = A button, quick reply, menu entry or suggested question that carries it.
bot-rule-value = Words, pattern or sign
bot-rule-value-why = Words and phrases: one on each line. A pattern or a sign: just that.
bot-rule-then = … then the bot
bot-rule-then-answer = answers
bot-rule-then-answer-why = With a text, and buttons if you like.
bot-rule-then-ask = asks for data
bot-rule-then-ask-why = Puts one of your questions, with its purpose.
bot-rule-ask = Question
bot-rule-ask-why = You write them under “Questions that ask for data”.
bot-rule-ask-none = Choose a question
bot-rule-asks = Asks “{ $question }”
bot-rule-name = Name of the rule
bot-rule-name-why = For you: the list and the test pane call it so.
bot-rule-language = For people who write
bot-rule-any-language = Any language
bot-rule-up = Move “{ $rule }” up
bot-rule-down = Move “{ $rule }” down
bot-rule-delete-title = Delete the rule “{ $rule }”?
bot-rule-delete-what = What it answered goes to the next rule that fits, or gets the default answer. This cannot be undone.
bot-rule-delete-button = Delete the rule
bot-rule-promise-1 = No rule can take over “stop”, “my data” or an answer to the opt-in question.
bot-rule-promise-2 = Whoever writes for the first time reads that the bot is automated before the answer.

## Default answer

bot-fallback-title = Default answer
bot-fallback-lead = What is said to whatever no rule answers.
bot-fallback-promise-1 = It never counts as an opt-in, whatever was written.

## Questions that ask for data

bot-asks-title = Questions that ask for data
bot-asks-lead = Each says what the answer is needed for, and can be skipped. A rule puts it.
bot-asks-empty-title = The bot asks nobody for data
bot-asks-empty = If you need a phone number or a choice to do what somebody wants, write a question with its purpose here. Then let a rule ask it.
bot-ask-title = Question
bot-ask-new = New question
bot-ask-lead = The purpose is part of the message that asks. Without a purpose nothing can be asked.
bot-ask-name = Name of the question
bot-ask-name-why = For you: rules and the lead's page call it so.
bot-ask-kind = What is asked for
bot-ask-text = Question
bot-ask-text-why = As people read it.
bot-ask-purpose = Purpose
bot-ask-purpose-why = What you need the answer for. People read it below the question.
bot-ask-choices = Answers to choose from
bot-ask-choices-why = One on each line, 2 to 12.
bot-ask-thanks = Afterwards the bot says
bot-ask-thanks-why = Left empty: a short thank-you.
bot-ask-uses = What you may do with the answer
bot-ask-uses-why = Each is a permission of its own. People read every one that you tick, and can take each back later.
bot-ask-use-store = Needed: what is not kept is not asked.
bot-ask-use-show = You see the answer on the lead's page.
bot-ask-use-message = A first name, for example, is put into messages.
bot-ask-use-share = Not offered: answers are passed on to nobody.
bot-ask-kept = How long it is kept
bot-ask-kept-why = Encrypted under the person's own key, until they are erased or take the permission to store it back. Then it is gone.
bot-ask-delete-title = Delete the question “{ $question }”?
bot-ask-delete-what = It is no longer asked. Answers that were given are kept for their purpose, until the person is erased or takes them back.
bot-ask-delete-rules = These rules still ask it: { $rules }. Change or delete them first.
bot-ask-delete-button = Delete the question
bot-ask-promise-1 = Purpose and permissions stand in the message itself, and “Skip” stands below it.
bot-ask-promise-2 = The answer is kept together with the very message that asked, as this person saw it.

## The test pane

bot-try-title = Try it out
bot-try-lead = Talk to the bot as somebody in Messenger would. Nothing is sent, and nothing is kept.
bot-try-conversation = Conversation
bot-try-you = You:
bot-try-bot = The bot:
bot-try-say = Write a message
bot-try-send = Send
bot-try-menu = Menu
bot-try-who = Who is talking
bot-try-as = You are
bot-try-new = somebody new
bot-try-known = somebody who was asked before
bot-try-language = Until now they wrote
bot-try-language-why = The bot follows the language of each message.
bot-try-again = Begin anew
bot-try-full = This conversation is long enough. Begin anew to go on trying.
bot-try-silent = The bot says nothing.
bot-try-withdraws = This would end the offers at once.
bot-try-keeps = The answer would be kept, encrypted, for this purpose: { $purpose } Until the person is erased or takes the permission back.
bot-try-waits = The question “{ $question }” waits for an hour: what is written next is taken for the answer.
bot-try-evidence-started = This would be evidence of the level “wrote first”. It is not enough for promotions.
bot-try-evidence-informed = This would be evidence of the level “started under the greeting”. It is not enough for promotions.
bot-try-evidence-confirmed = This would be evidence of the level “said yes”: an opt-in to promotions.
bot-try-know = Good to know
bot-try-know-1 = The same rules answer here as in Messenger; it is the very same function.
bot-try-know-2 = Below each answer stands why it came, and what would be recorded.
bot-try-know-3 = After a change, your next message is answered by the new settings, and so is all that was said before.

## After something was done

console-done-bot-saved = Saved. The bot answers so from now on; what Messenger shows itself is being published.
console-done-bot-moved = The order is changed.
console-done-bot-deleted = Deleted.
console-done-bot-kept = Nothing was changed, because the bot would not be right without it. Open the part that it names and mend it first.
console-done-bot-on = The bot is on.
console-done-bot-off = The bot is off. “Stop” and “my data” go on working.
console-done-bot-publishing = It is being published at Meta. In a moment it stands here how that went.

## What a lead told

told-title = Told when asked
told-hidden = Not permitted to be shown
told-given = Permitted on { $at }
told-ended = Taken back on { $at }
told-end = Take back
told-end-title = Take back the permission “{ $use }”?
told-end-store = The answer itself is deleted. The question and its purpose stay as a record of what was agreed to.
told-end-other = The answer stays, but this is no longer done with it.
told-end-final = Do this when the person asks for it. Only they can permit it again, by answering the question once more.
told-end-button = Take it back
console-done-told-ended = The permission is taken back.
