# The console: dashboard, pages, leads, broadcasts, plans. Every id here stands in the other languages' file of this name too.

## Around every page

console-skip = Skip to the content
console-menu = Menu
console-navigation = Main navigation
console-trail = Where you are
console-pager = More of this list
console-signed-in = Signed in as
console-nav-dashboard = Overview
console-administration = Administration of the brand
console-nav-pages = Pages
console-nav-leads = Leads
console-nav-broadcasts = Broadcasts
console-nav-tokens = API tokens
console-refused = Nothing was saved. What is wrong stands at this field:
console-to-field = Go to the field
console-back-home = Back to the overview
console-first = Back to the beginning
console-next = Show more
console-typed-before = What you typed a few minutes ago stands here again. Nothing of it has gone out.
console-typed-anew = Begin anew
console-keep = No, leave it as it is
console-confirm = Please confirm
console-not-now = Not now
console-foot-times = Times are in { $zone }, unless another zone stands beside them.
console-foot-zone = Choose your time zone
console-foot = Nothing on this page is loaded from other places, and what you do here is not tracked.
console-time = { $day } { $month } { $year }, { $time }
console-date = { $day } { $month } { $year }
console-month-1 = January
console-month-2 = February
console-month-3 = March
console-month-4 = April
console-month-5 = May
console-month-6 = June
console-month-7 = July
console-month-8 = August
console-month-9 = September
console-month-10 = October
console-month-11 = November
console-month-12 = December

## After something was done

console-done-connected = Connected. From now on, messages to the page are answered and its leads appear here.
console-done-paused = The page is paused. Nothing is sent through it until you let it go on.
console-done-disconnected = The page is disconnected: nothing of it arrives here any more, and nothing is sent through it.
console-done-disconnected-here = The page is disconnected here, and nothing is sent through it any more. Facebook did not take the rest, because the access no longer works: take this app off in the page's settings there, or what people write may still arrive here.
console-done-still-connected = Facebook gave no answer, so nothing was changed and the page is still connected. Try again in a while; pause the page if nothing shall be sent until then.
console-done-resumed = The page sends again.
console-done-saved = The draft is saved. Nothing has been sent yet.
console-done-by-the-api = This message has buttons that only the API can write: change it there, or write another here.
console-done-sent = The broadcast is on its way.
console-done-broadcast-paused = Paused. What had not left yet waits.
console-done-scheduled = It is sent by itself at that time. Until then you can move the time or make it a draft again.
console-done-scheduled-skipped = The clocks there are put forward over the time you chose, so it does not exist that day. It is sent later by as much as they skip.
console-done-scheduled-first = The clocks there are put back over the time you chose and show it twice that day. It is sent the first time. If you meant the second, change the time and tick the box.
console-done-scheduled-second = The clocks there show the time you chose twice that day. It is sent the second time.
console-done-sent-again = It is on its way to them again.
console-done-again-nobody = There was nobody to send it to again, so nothing was sent.
console-done-again-closed = This broadcast was open until a time that has passed. Write a new one instead.
console-done-broadcast-unscheduled = It is a draft again and is not sent by itself.
console-done-broadcast-resumed = It goes on.
console-done-cancelled = Cancelled. What had not left yet will not be sent.
console-done-tag-made = The tag is there. Put it on leads in their list, or on a lead's own page.
console-done-tag-known = A tag of this name was there already; capital letters make no difference. Nothing was made.
console-done-tag-deleted = The tag is deleted, from all leads too.
console-done-many-undone = Taken back. Everything is as it was before.
console-done-many-nobody = No lead was ticked, so nothing was changed.
console-done-many-no-tag = Choose one of your tags. Nothing was changed.
console-done-tag-put = The tag is on.
console-done-tag-taken = The tag is off.
console-done-template-made = Meta has it. Here you see what it makes of it; that takes seconds, sometimes a day.
console-done-template-asked = Meta was asked. This is what it says.
console-done-template-silent = Meta could not be asked just now. This is what it said last.
console-done-template-deleted = The template is deleted.
console-done-template-kept = Meta did not delete it. Try again in a while.
console-done-plan-cancelled = Cancelled. Nothing is sent in bulk any more; nothing was deleted.
console-done-plan-resumed = Your subscription is in force again. Paused broadcasts go on when you resume them.
console-done-plan-made = The plan was made.
console-done-plan-saved = Saved. It holds for everybody who is on the plan.
console-done-plan-starts = Sign-ups start on this plan from now on.
console-done-plan-retired = Retired. Whoever is on it keeps it.
console-done-plan-offered = Accounts can be put on it again.
console-done-plan-deleted = The plan was deleted.
console-done-plan-kept = That was not possible: sign-ups start on this plan, accounts are on it, or there are 50 plans already. Nothing was changed.
console-done-account-changed = Saved, and in force. If something changed, the account is told by mail.
console-done-account-signed-out = Every session of this account has ended, and its holder is told by mail.
console-done-account-not-signed-in = Nobody was signed in to this account. Nothing was changed.
console-done-account-kept = That plan or state cannot be set for this account. Nothing was changed.
console-done-secret-ended = The secret has ended. No signed call is taken any more.
console-done-subscription-ended = Your subscription is cancelled, so nothing can be sent. Take it up again on the page of your plan.
console-done-revoked = The token no longer works.
console-done-not-found = Nobody with this id has written to that page, or their data has been erased.
console-done-changed = That does not fit its present state any more, so nothing was changed. This is how it stands now.

## Overview

dashboard-title = Overview
dashboard-begin-title = Connect your first page
dashboard-begin = Connect a Facebook page and its bot answers right away. Everybody who writes to it is asked whether they want your promotions, and only those who say yes get them.
dashboard-attention = What needs you
dashboard-all-well = All is well. Nothing is waiting for you.
dashboard-look-at-page = See what to do
dashboard-look-at-broadcast = Look at the broadcast
dashboard-look-at-broadcasts = Look at the broadcasts
dashboard-write-broadcast = Write a broadcast
dashboard-quota-used-up = The messages of your plan are used up for this month. Broadcasts send nothing until the month turns or the plan is changed.
dashboard-cancelled = Your subscription is cancelled. Nothing is sent in bulk until it is taken up again.
dashboard-leads-limit = { $count ->
    [one] Your plan allows { $shown } lead, and there are more. Everybody is answered; broadcasts go to those who came first.
   *[other] Your plan allows { $shown } leads, and there are more. Everybody is answered; broadcasts go to those who came first.
}
dashboard-unheard = { $count ->
    [one] This service was brought back from a backup and does not know who has left since. { $shown } person who said yes gets no bulk message before they write again.
   *[other] This service was brought back from a backup and does not know who has left since. { $shown } people who said yes get no bulk message before they write again.
}
dashboard-breach = This breach, suspected or certain, is not settled: its page says what is to be done, and by when.
dashboard-look-at-breach = Look at the case
dashboard-support = Access for support is open: somebody from outside may look.
dashboard-look-at-leads = See my leads
dashboard-look-at-plan = See my plan
dashboard-broadcast-paused = This broadcast is paused. Let it go on, or cancel it.
dashboard-broadcast-unknown = { $count ->
    [one] For { $shown } message it is not known whether it arrived. Look at the list before you write to this person again.
   *[other] For { $shown } messages it is not known whether they arrived. Look at the list before you write to these people again.
}
dashboard-windows-closing = { $count ->
    [one] The 24-hour window of { $shown } person closes within three hours. Promotions reach them only before that.
   *[other] The 24-hour windows of { $shown } people close within three hours. Promotions reach them only before that.
}
dashboard-figures = Figures
dashboard-figure-leads = Leads
dashboard-figure-confirmed = Have said yes to promotions
dashboard-figure-windows = Can be reached now (24-hour window)
dashboard-figure-quota = Messages left this month
dashboard-newest = Latest broadcasts
dashboard-all-broadcasts = All broadcasts
dashboard-no-broadcasts = No broadcast has been sent yet. The first takes two minutes, and before it goes you see exactly who will get it.

## Pages

pages-title = Facebook pages
pages-lead = The pages whose Messenger conversations are answered here.
pages-why = Facebook will ask you for permission to read and answer the page's messages. It is used for exactly that, and the access is stored encrypted.
pages-connect = Connect a page
pages-connect-more = Connect another page
pages-empty-title = No page is connected yet
pages-empty = Facebook opens and lets you choose which of your pages to connect. You need the right to send messages for them.
pages-column-page = Page
pages-column-health = Health
pages-column-connected = Connected
pages-health-good = Sends
pages-health-good-explain = Everything is in order: messages are answered and broadcasts leave.
pages-health-gaps = Sends, with gaps
pages-health-gaps-explain = Messages are sent, but something in the set-up is missing. The check below says what.
pages-health-still = Stands still
pages-health-stopped = Stopped
pages-health-awaited = To be connected
pages-health-awaited-explain = This page came with an archive. Connect it, and its bot answers and its leads are known again. Until then nothing is received or sent.
pages-not-yet = Not yet
pages-check-title = Check of the set-up
pages-check-access-good = The access works
pages-check-access-bad = The access no longer works
pages-check-access-explain = Facebook ends it when somebody changes their password or removes the app. Renewing it takes one click and Facebook's yes.
pages-check-permissions-good = All permissions are there
pages-check-permissions-bad = A permission is missing
pages-check-permissions-explain = Sending needs every permission that Facebook's dialog asks for. Leave all of them ticked there.
pages-check-policy-good = Meta lets the page send
pages-check-policy-bad = Meta does not let the page send
pages-check-policy-explain = Meta restricts pages that break its rules. The page's support inbox on Facebook says why, and until when.
pages-check-greeting-good = The greeting names the purpose
pages-check-greeting-bad = The greeting could not be set
pages-check-greeting-explain = People who read it before they tap “Get Started” know what they begin. Without it, starting counts for less as evidence.
pages-check-echoes-explain = Facebook confirms each sent message a second time (“message echoes”). Without that, a message whose answer was lost stays unknown.
pages-facts = About this page
pages-meta-id = Facebook's id of the page
pages-its-leads = Leads of this page
pages-pause = Pause this page
pages-resume = Let it send again
pages-disconnect = Disconnect this page
pages-disconnect-explain = Facebook delivers nothing of this page here any more, the menu and the greeting are taken away there, and the access is deleted here. Broadcasts that are still going leave this page's people out. Its leads, their agreements and the bot stay, so connecting it again brings everything back. What people write meanwhile is not seen here, also when they leave, so each of them gets broadcasts again only once they have written. A page that is disconnected does not count for your plan, and stays reserved for this account.
pages-disconnect-do = Disconnect it now
pages-back = Back to the pages
pages-connect-title = Connect pages
pages-connect-granted = Facebook has granted the access. One step is left.
pages-connect-what = The pages that you ticked there will be connected: their messages will come here, and the greeting and the menu with “my data” and the way to unsubscribe will be set.
pages-connect-finish = Connect these pages
pages-connect-again = Try again
pages-connect-denied = Facebook says that the access was not granted. Nothing was connected. If that was not what you wanted, try again and confirm the dialog.
pages-connect-no-app = No Facebook app stands behind this installation yet, so no page can be connected. Whoever runs it enters the app's id, secret and verify token in the configuration (under “messenger”); “entente doctor” says what else is missing.
pages-connect-stale = This answer of Facebook's does not belong to a dialog that you opened here, or it took longer than half an hour. Nothing was connected.
pages-connect-used = Facebook takes this answer no more: it is good once, and for minutes only. If you pressed twice, your pages are connected already; look at them. If they are not there, connect once more.
pages-connect-failed = Facebook did not give the access. Nothing more was connected. Try again; if it stays so, tell us what Facebook said:
pages-connect-none = None of the pages you ticked may send messages for you. Ask the page's owner for the task “Messages”, then try again.
pages-connect-limit = Your plan does not allow that many pages; nothing was connected. Tick fewer pages, or have your plan changed. It allows:
pages-connect-cancelled = Your subscription is cancelled, so no further page can be connected. Take it up again first.
pages-connect-taken = Another account has connected this already, and each page can be connected once. Nothing more was connected. To connect your other pages, try again and leave out where Facebook asks for the pages:
pages-connect-taken-own = Should it be connected here? It becomes free when the other account is erased. If that account is yours too, sign in there, take your data along and erase it; else ask the page's other admins. Whose account it is we tell nobody; with any question, write to the contact at the foot of this page.
pages-connect-removing = Nothing was connected: what an erased account had of one of these pages is still being removed. Try again in a few minutes.

## Leads

leads-title = Leads
leads-lead = Everybody who has written to your pages. Who they are stays hidden until you need it.
leads-filter = Filter the list
leads-filter-button = Filter
leads-evidence = Evidence
leads-any-page = All pages
leads-any-level = Any evidence
leads-any-state = Any state
leads-any-tag = Any tag
leads-all = All leads
leads-column-lead = Lead
leads-column-page = Page
leads-column-state = State
leads-column-wrote = Last wrote
leads-never = Never
leads-before-archive = Before the archive
leads-level-started = Wrote first
leads-level-informed = Started under the greeting
leads-level-confirmed = Said yes
leads-state-subscribed = Gets promotions
leads-state-unsubscribed = Unsubscribed
leads-state-window_open = Can be reached now
leads-state-unavailable = Cannot be reached
leads-badge-subscribed = Gets promotions
leads-badge-unsubscribed = Unsubscribed
leads-badge-window = Window open
leads-badge-unavailable = Cannot be reached
leads-badge-restricted = Kept, not used
leads-empty-title = Nobody has written yet
leads-empty = As soon as somebody writes to one of your pages in Messenger, they appear here, with the evidence of what they agreed to. Put the page's Messenger link where your customers see it.
leads-empty-no-pages = Leads are the people who write to your pages. Connect a page first.
leads-none-title = Nobody fits
leads-none = No lead fits this filter. Take a condition away.
leads-none-yet-title = Nobody so far
leads-none-yet = Nobody among the leads looked at fits this filter. There are more: go on below.
leads-find = Find one person exactly
leads-find-explain = By the number with which Messenger knows a person on one page, for example from an earlier export. It is looked up by a keyed hash and is stored nowhere in the clear.
leads-find-button = Find
leads-psid = Messenger's id (PSID)

lead-title = Lead
lead-back = Back to the lead
lead-evidence = Evidence of consent
lead-evidence-explain = Each event lies sealed with what Facebook delivered, and its commitment stands in the public log. The proof can be checked by anybody, without asking us.
lead-proof = Download the proof
lead-proof-wait-title = The proof is not ready yet
lead-proof-wait = The event waits for the next checkpoint of the public log, at most a minute. Then try again.
lead-leaf = Entry { $leaf } of the public log
lead-leaf-waits = Waits for the next checkpoint
lead-event-opt_in-started = Wrote to the page first
lead-event-opt_in-informed = Started under the greeting that names the purpose
lead-event-opt_in-confirmed = Answered yes to the question
lead-event-withdrawal-button = Unsubscribed by the button
lead-event-withdrawal-link = Unsubscribed by the link
lead-event-withdrawal-word = Unsubscribed by writing “stop”
lead-event-withdrawal-answer = Answered no
lead-event-withdrawal-platform = Unsubscribed in Messenger's settings
lead-event-withdrawal-console = Unsubscribed here, on request
lead-purpose-promotion = About promotions
lead-purpose-utility = About notices
lead-purpose-conversation = About the conversation
lead-purpose-all = About all bulk messages
lead-who = Who it is
lead-masked = Hidden until you need it, and again as soon as you leave the page. Each look is noted for this person, with what it was for; your name is not.
lead-restricted = This person asked that their data be kept and not used. Nothing of it is shown until they lift that.
lead-reveal = Show
lead-reveal-for = What for
lead-reveal-for-answering = To answer them
lead-reveal-for-order = An order or appointment
lead-reveal-for-request = A request about their data
lead-reveal-for-security = A fault or misuse
lead-hide = Hide
lead-name = First name
lead-language = Language
lead-not-given = Not given
lead-not-known = Not known
lead-facts = What else is kept
lead-created = First wrote
lead-window = 24-hour window
lead-window-until = Open until { $until }
lead-window-closed = Closed. Promotions wait until this person writes again.
lead-rights = This person's rights
lead-rights-explain = Whoever asks is entitled to a copy of everything that is kept, and to have it erased.
lead-export = Export everything
lead-erase = Erase …
lead-erase-title = Erase this person's data?
lead-erase-what = The key that this person's data is encrypted with is destroyed. Everything that was sealed with it becomes unreadable at that moment, then the records are deleted: profile, evidence, answers to questions, tags, deliveries, waiting messages.
lead-erase-proof = The evidence goes with it. In the public log only noise is left, and a receipt without personal data.
lead-erase-final = This cannot be undone by anybody. Should this person write again, they begin as a stranger.
lead-erase-button = Erase for good
lead-erased-title = Erased
lead-erased = The key is destroyed and the records are deleted.
lead-erased-receipt = Give this code to the person, if they asked for the erasure. With it they see that it is done and get the signed receipt.
lead-erased-look = See the state of the erasure

## Broadcasts

broadcasts-title = Broadcasts
broadcasts-lead = One message to everybody who wants it. Each carries a way to unsubscribe.
broadcasts-write = Write a broadcast
broadcasts-empty-title = No broadcast yet
broadcasts-empty = Write a message, see how Messenger shows it, and see who will get it and who not, and why, before anything leaves.
broadcasts-template-named = Template { $template }
broadcasts-column-message = Message
broadcasts-column-state = State
broadcasts-column-sent = Sent
broadcasts-column-not-sent = Not sent
broadcasts-column-made = Written
broadcasts-state-draft = Draft
broadcasts-state-scheduled = Scheduled
broadcasts-state-sending = Being sent
broadcasts-state-paused = Paused
broadcasts-state-finished = Finished
broadcasts-state-cancelled = Cancelled
broadcasts-purpose-promotion = Promotion
broadcasts-purpose-utility = Notice
broadcasts-step-edit = Change it
broadcasts-step-like = Write one like it
broadcasts-step-send = Go on to sending …
broadcasts-step-schedule = Send at a time …
broadcasts-step-move = Change the time …
broadcasts-step-again = Send again …
broadcasts-step-pause = Pause
broadcasts-step-resume = Go on
broadcasts-step-unschedule = Back to a draft
broadcasts-step-cancel = Cancel …
broadcasts-scheduled = It is sent by itself at this time. Nothing has left yet.
broadcasts-draft = This is a draft. Go on to sending to see who will get it; that page asks before anything leaves.
broadcasts-progress = Progress
broadcasts-progress-bar = Sent, of everybody
broadcasts-progress-live = Brought up to date every two seconds.
broadcasts-progress-again = Look again
broadcasts-reasons = Who does not get it, and why
broadcasts-no-reasons = So far nobody has been left out.
broadcasts-list = List
broadcasts-counted = Ninety days after a broadcast is over the lists go, and only these figures stay.
broadcasts-not-reached = Not reached (CSV)
broadcasts-table = Table (CSV)
broadcasts-message = The message
broadcasts-facts = About this broadcast
broadcasts-started = Begun
broadcasts-finished = Finished
broadcasts-send-at = Sent by itself at
broadcasts-tag-gone = A tag that was deleted
broadcasts-open-until = Open until
broadcasts-unknown = { $count ->
    [one] For { $shown } message Facebook's answer was lost. It is not sent again by itself, so that nobody gets it twice.
   *[other] For { $shown } messages Facebook's answer was lost. They are not sent again by themselves, so that nobody gets one twice.
}
broadcasts-unknown-list = See whom it is about
broadcasts-back-to-it = The broadcast
broadcasts-cancel-title = Cancel this broadcast?
broadcasts-cancel-what = What has left, has left. Everything else will not be sent, and the broadcast cannot be taken up again.
broadcasts-cancel-button = Cancel the broadcast

chart-sent = Sent
chart-waiting = Waiting
chart-unknown = Not known
chart-failed = Refused by Meta
chart-refused = Left out

## Writing a broadcast

compose-lead = It is kept as a draft first. Nothing leaves before you have seen who will get it.
compose-no-pages = A broadcast goes to the leads of your pages. Connect a page first.
compose-purpose = Kind
compose-purpose-promotion = Offers and news, for people who said yes to them. Meta lets them through within 24 hours of the person's last message.
compose-purpose-utility = An order, an appointment, a change to an account. It uses a template that Meta has approved and may be sent at any time.
compose-text = Text
compose-text-why = What people read. To call them by the name they gave, with a word for those who gave none, write
compose-text-placeholder = {"{"}name|friend{"}"}
compose-picture = Picture
compose-picture-why = Optional: the address of a picture, shown above the text. The text is then at most two parts of 80 characters: its first line in bold, and what follows.
compose-buttons = Buttons
compose-buttons-why = Up to two, each opening a web page. The third place belongs to the unsubscribe button, which is added by itself.
compose-button-title = Words on button { $number }
compose-button-url = Address of button { $number }
compose-template = Template (for notices)
compose-template-why = A notice brings its own text and buttons: those of the template that Meta has approved for your page.
compose-template-name = Approved templates
compose-template-choose = Choose a template
compose-template-none = Meta has approved none of your templates yet. Write one here:
compose-template-parameters = What fills its gaps
compose-template-parameters-why = One line for each gap, in their order.
compose-pages = Pages
compose-pages-why = The leads of these pages get it.
compose-filter = Only for some
compose-filter-why = Without a choice it goes to all leads of the pages. Whoever has not agreed does not get it in any case.
compose-tags = With one of these tags
compose-tags-why = Without a tick, tags do not matter.
compose-level-started = Wrote first, or more
compose-level-informed = Started under the greeting, or more
compose-level-confirmed = Said yes
compose-language = Writes in
compose-any-language = Any language
compose-open = Whose window is closed at the moment
compose-open-why = Meta lets promotions through only within 24 hours of a person's last message. Those whose window is closed can get it the next time they write.
compose-open-now = They do not get it
compose-open-1 = They get it if they write within a day
compose-open-3 = They get it if they write within 3 days
compose-open-7 = They get it if they write within 7 days
compose-open-30 = They get it if they write within 30 days
compose-preview = Show the message
compose-edit = Change the draft
compose-change = Save the changes
compose-save = Save and go on
compose-save-why = Saving sends nothing.
compose-sketch = As Messenger shows it
compose-image = Picture:
compose-sketch-empty = The message appears here as you write.
compose-sketch-named = To somebody called { $name }
compose-sketch-nameless = To somebody who gave no name
compose-sketch-template = The text comes from the template “{ $template }”. Meta shows it to each person with the gaps filled in.
compose-sketch-way-out = The way to unsubscribe is part of every message and cannot be taken out.
compose-sample-name = Sara
compose-wrong = Something does not fit yet. The place is marked below; nothing was saved.
compose-wrong-text-none = Write a text.
compose-wrong-text = The text needs 1 to 1,700 characters, or at most 580 with buttons; with a picture at most 80 in its first line and 80 after it. The only thing in braces may be {"{"}name|friend{"}"}, with a word of up to 50 characters for people without a name. A notice has a template instead of a text.
compose-wrong-buttons = Each button needs words (up to 20 characters) and an address that begins with https://.
compose-wrong-template = A notice needs a template that Meta has approved. Choose one.
compose-wrong-parameters = The only thing in braces may be {"{"}name|friend{"}"}, with a word of up to 50 characters for those without a name.
compose-wrong-image = The address has to begin with https:// and lead to a picture.
compose-wrong-tag = One of the chosen tags no longer exists. Choose again.
compose-wrong-language = Choose one of the languages offered.
compose-wrong-pages = Choose at least one page.
compose-wrong-open_until = Choose one of the times offered.

## Before it is sent

send-title = Send it?
send-will-get = People will get it now
send-will-not-get = People will not
send-left-out = Left out by the filter
send-why-not = Why not
send-open-until = Those whose window is closed can still get it when they write, until { $until }.
send-final = A message that has left cannot be called back. You can pause the broadcast at any time.
send-nobody-subscription = Nobody would get it: your subscription is cancelled. Once it is taken up again, this draft can be sent.
send-nobody-plan = Nobody would get it: what your plan allows is used up. Wait until the month turns, or change the plan.
send-nobody-leads = Nobody would get it: nobody has written to the pages yet. People who write to one of them become leads.
send-nobody-filter = Nobody would get it: none of your leads fits the filter of this broadcast.
send-nobody-consent = Nobody would get it: none of your leads has agreed to messages of this kind. The bot asks everybody who writes to the page.
send-nobody-other = Nobody would get it now. The reasons stand above.
send-nobody-look-leads = Look at the leads
send-nobody-look-pages = Look at the pages
send-button-waiting = Send to whoever writes
send-button = { $count ->
    [one] Send to { $shown } person
   *[other] Send to { $shown } people
}

## Sending at a time

timed-title = When shall it be sent?
timed-lead = It then goes by itself. Who gets it is found out at that moment, so whoever unsubscribes before does not.
timed-now = As it stands, it is sent at
timed-local = Date and time
timed-zone = Time zone
timed-zone-choose = Choose the place whose clocks count
timed-zone-likely = Most common
timed-zone-all = All others
timed-why = The time as the clocks there will show it on that day. Summer time is taken into account.
timed-second = If the clocks show this time twice, send the second time
timed-second-why = That happens in one night of the year, when summer time ends. Otherwise it changes nothing.
timed-open-until = This broadcast is open until { $until }. The time has to lie before that.
timed-button = Send at this time
timed-wrong = It is not scheduled yet. The place is marked below.
timed-wrong-local = Enter a date and a time.
timed-wrong-zone = Choose a time zone from the list.
timed-wrong-past = This time has passed already. Choose a later one, or send it now.
timed-wrong-far = This is more than a year ahead. Choose an earlier time.
timed-wrong-open = By then the broadcast is no longer open. Choose an earlier time.

## Sending again

again-title = Send it again?
again-lead = To those whom it did not reach. Whoever got it does not get it twice.
again-table = Not reached (CSV)
again-failed = Did not get it, can be tried again
again-unknown = Perhaps got it
again-for-good = Did not get it, for good
again-why = Why it did not arrive
again-why-those = It can be tried again where the reason may have passed: a window that was closed, too much at once, a fault at Meta. Whoever has blocked the page or is no longer known to Meta is left alone.
again-gate = Everybody is checked anew before it is sent. Whoever has unsubscribed in the meantime gets nothing.
again-nobody = There is nobody to whom sending again would help.
again-unknown-too = { $count ->
    [one] Also to the { $shown } person who perhaps got it
   *[other] Also to the { $shown } people who perhaps got it
}
again-unknown-why = Facebook's answer was lost. Whoever did get it then gets it twice.
again-button = { $count ->
    [one] Send again to { $shown } person
   *[other] Send again to { $shown } people
}
again-button-unknown = Send again

## Who got it

deliveries-title = Who got it and who did not
deliveries-lead = Each person once, with the reason. The table has the same for your spreadsheet, without names.
deliveries-all = Everybody
deliveries-not-reached = Whoever it did not reach, or not yet
deliveries-export = Take the table out
deliveries-export-lead = Who got it and who did not, and why, as a table (CSV) for your spreadsheet, without names. It is written down what it is for, and you get a mail about it.
deliveries-export-whom = Whom it holds
deliveries-empty = Nobody is in this list.
deliveries-column-lead = Lead
deliveries-column-page = Page
deliveries-column-state = State
deliveries-column-reason = Reason
deliveries-column-time = When
deliveries-column-code = Code
deliveries-column-attempts = Attempts
deliveries-reason-interrupted = The program ended while the message was on its way.
deliveries-reason-known = { $meaning } (Meta's code { $code })
deliveries-reason-meta = Meta refused it with code { $code }, which is not documented for Messenger. Search for the code on developers.facebook.com, or ask Meta's support.

## Tags

tags-title = Tags
tags-lead = Your own words for your leads. A broadcast can go to those with a tag alone.
tags-empty = There is none yet.
tags-column-tag = Tag
tags-make = Make a tag
tags-name = Name
tags-name-why = Up to 40 characters. Do not write anything about health, faith or the like into it: the person can read it in their export.
tags-make-button = Make the tag
tags-wrong-name = The name needs 1 to 40 characters.
tags-wrong-many = There are 100 tags already, and more are not possible. Delete one first.
tags-delete = Delete …
tags-delete-title = Delete the tag { $name }?
tags-delete-what = It is taken from all leads that bear it. A broadcast that is not sent yet and asks for it finds nobody by it.
tags-delete-button = Delete the tag
tags-all = All tags
tags-none-here = No tag.
tags-put = Put on
tags-take = (take off)

## Templates

templates-title = Templates
templates-lead = Notices about an order, an appointment or an account. Meta approves each before it can be sent.
templates-write = Write a template
templates-empty-title = No template yet
templates-empty = With an approved template you can tell people about their order or appointment at any time, even when their window is closed.
templates-column-template = Template
templates-column-page = Page
templates-column-state = State
templates-asked = Asked on { $at }
templates-column-steps = Steps
templates-not-asked = Not asked yet
templates-refresh = Ask Meta
templates-delete = Delete …
templates-state-unknown = Handed over
templates-state-unknown-explain = Meta has not said yet what became of it.
templates-state-approved = Approved
templates-state-approved-explain = It can be sent.
templates-state-pending = Being checked
templates-state-pending-explain = Meta is looking at it. As a rule that takes seconds.
templates-state-rejected = Rejected
templates-state-rejected-explain = Meta did not say why.
templates-state-paused = Paused by Meta
templates-state-paused-explain = It is not sent as long as Meta pauses it.
templates-state-disabled = Shut off by Meta
templates-state-disabled-explain = It cannot be sent any more. Write another.
templates-state-archived = Archived
templates-state-archived-explain = Meta has put it away. It is not sent.
templates-state-in_appeal = In appeal
templates-state-in_appeal-explain = Meta is looking at its rejection again.
templates-state-limit_exceeded = Too many templates
templates-state-limit_exceeded-explain = Meta says that a limit is reached. Delete one that is not needed.
templates-state-pending_deletion = Being deleted
templates-state-pending_deletion-explain = Meta is deleting it.
templates-state-deleted = Deleted
templates-state-deleted-explain = Meta no longer has it.
templates-reason = Meta's reason: { $code }
templates-reason-incorrect_params = Its gaps do not fit: number them in order, and begin and end with words.
templates-reason-params_to_word_ratio_exceed_limit = It has too many gaps for so few words. Write more of what is the same for everybody.
templates-reason-tag_should_be_marketing = Meta takes it for marketing. A notice says only what somebody waits for.
templates-write-lead = Write what is the same for everybody, and leave gaps for what is not. The way to unsubscribe is added by itself.
templates-no-pages = A template belongs to a page. Connect a page first.
templates-name = Name
templates-name-why = For you and Meta; people do not see it. Small letters, digits and underscores.
templates-language = Language
templates-language-why = As Meta writes it: en_US, en_GB, ar.
templates-body-why = What people read. Where something is filled in, write a gap with its number:
templates-examples = Examples
templates-examples-why = One line for each gap, in their order: Meta wants to see what it will be like.
templates-link = Button (if you like)
templates-link-why = It opens a web page.
templates-link-title = Words on the button
templates-link-url = Address
templates-hand-over = Hand over to Meta
templates-wrong = Something does not fit yet. The place is marked below; nothing was handed over.
templates-wrong-page = Choose one of your pages.
templates-wrong-name = The name needs 1 to 60 small letters, digits or underscores, as in order_ready.
templates-wrong-language = Write the language as in en_US or ar.
templates-wrong-body = The text needs 1 to 600 characters. Its gaps are numbered from 1 on in their order, at most 10, and it neither begins nor ends with one.
templates-wrong-examples = Write exactly one example for each gap, each on a line of its own.
templates-wrong-link = A button needs words (up to 20 characters) and an address that begins with https://.
templates-wrong-meta = Meta did not take it. It said:
templates-delete-title = Delete the template { $name }?
templates-delete-what = Meta deletes it in all its languages. Broadcasts that use it can no longer be sent.
templates-delete-button = Delete the template

## API tokens

tokens-title = API tokens
tokens-lead = For programs of yours that work with your pages, leads and broadcasts. Each token may do only what you tick.
tokens-made = The token is made.
tokens-made-once = Copy it now. It is shown this once, and only a hash of it is kept.
tokens-in-force = Tokens in force
tokens-empty = There is none. Whoever only uses this console needs none.
tokens-column-token = Token
tokens-column-may = May
tokens-column-made = Made
tokens-column-ends = Ends
tokens-scope-pages-read = See pages
tokens-scope-pages-write = Connect and disconnect pages, set their bots
tokens-scope-leads-read = See and export leads
tokens-scope-leads-erase = Erase leads
tokens-scope-broadcasts-read = See broadcasts, templates and tags
tokens-scope-broadcasts-write = Write and send broadcasts, change templates and tags
tokens-scopes-why = Tick as little as the program needs: whoever gets hold of the token can do as much.
tokens-life-why = A token that ends by itself is not forgotten.
tokens-life-30 = In 30 days
tokens-life-90 = In 90 days
tokens-life-365 = In a year
tokens-life-never = Never
tokens-make = Make a token
tokens-prove-first = Whoever holds a token acts in your name. Before you make one, show that it is you.
tokens-make-button = Make the token
tokens-wrong-scopes = Tick at least one thing that the token may do.
tokens-wrong-days = Choose when the token ends.
tokens-revoke = End …
tokens-revoke-title = End the token { $token }?
tokens-revoke-what = Programs that use it are refused from this moment. It cannot be brought back; you can make a new one.
tokens-revoke-button = End the token
tokens-back = API tokens
