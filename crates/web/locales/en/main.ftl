# English. Every id here stands in ../ar/main.ftl too; a test compares the two.

## On every page

language-name = English
footer-controller = Responsible for your data: { $controller }, { $contact }
demo-clock = This is a demo. Its clock is turned forward instead of waiting, so that a day passes in a moment: here it is { $now }. All rules hold by that clock, and times on these pages may lie ahead of yours.
footer-quiet = This page sets no cookie, runs no script and loads nothing from other places.

## Unsubscribing by link (/u/…)

unsubscribe-title = Unsubscribe
unsubscribe-heading = No more bulk messages from { $page }?
unsubscribe-heading-nameless = No more bulk messages from this page?
unsubscribe-explain = Press the button and { $page } will send you no promotions and no other bulk messages. You can still write to the page, and it can still answer you.
unsubscribe-explain-nameless = Press the button and the page will send you no promotions and no other bulk messages. You can still write to it, and it can still answer you.
unsubscribe-button = Unsubscribe me
unsubscribe-nothing-yet = Opening this page has changed nothing yet. You need no account and no password.
unsubscribe-otherwise = It works in Messenger too: write the word “stop” to the page at any time.

unsubscribed-title = You are unsubscribed
unsubscribed-title-nameless = Nothing is sent for this link any more
unsubscribed-heading = You are unsubscribed
unsubscribed-heading-nameless = Nothing is sent for this link any more
unsubscribed-explain = { $page } sends you no bulk messages from now on. There is nothing else you need to do.
unsubscribed-explain-nameless = What it belonged to was erased. If you have written to the page since and get bulk messages again, write “stop” to it in Messenger, or use the link in one of the newer messages.
unsubscribed-back = You can still write to the page and get answers. Should you ever want its promotions again, write “subscribe” to it in Messenger; you will be asked first. No link can sign you up.

link-unknown-title = This link does not work
link-unknown-heading = This link does not work
link-unknown-explain = It may have been cut off when it was copied, or belong to another service. Nothing was changed.
link-unknown-otherwise = To get no more messages, write the word “stop” to the page in Messenger. That works at any time and without any link.

## State of an erasure (/erasure/…)

erasure-title = Erasure of personal data
erasure-heading-done = The data has been erased
erasure-heading-running = The data is being erased
erasure-explain-done = The key that this person's data was encrypted with has been destroyed on this system and the records have been deleted.
erasure-explain-running = The request has been received, and nothing more is being sent to or recorded about this person. The erasure is under way. Come back to this page to see it finished.
erasure-code = Code
erasure-requested = Requested
erasure-finished = Finished
erasure-tag = Tag in the log
erasure-receipt = Download the signed receipt
erasure-receipt-explain = The receipt contains no personal data. With it and the log's public key anybody can check, without asking us, that this erasure was entered in the log and that the log's key signed the counts.
erasure-receipt-check = Keep the receipt and the log's key, and check them with the program whenever you like:
erasure-receipt-wait = The signed receipt will be offered here as soon as the erasure stands in the log.
erasure-unknown-title = There is no erasure with this code
erasure-unknown-restored = This service was brought back from a backup on { $at }. What was entered here shortly before may be missing. A receipt that you kept can still be checked; if you have none, ask the address below.
erasure-unknown-explain = Check that the code was copied in full. If it was, ask the address below.

## When something does not work

problem-not-found-title = There is nothing here
problem-not-found-explain = Check the address. If a link brought you here, it may have been cut off.
problem-busy-title = This does not work at the moment
problem-busy-explain = The fault is on our side. Please try again in a minute; trying twice does no harm.
problem-crowded-title = Too much at once
problem-crowded-explain = So much is being asked of this service that this page would take too long. Nothing was changed. Please try again in a minute.
problem-archive-title = Another archive is being read
problem-archive-explain = Archives are read one after another. Nothing was changed; go back and try again in a minute.
problem-harmful-title = This file was not taken
problem-harmful-explain = The scanner for malware found something harmful in the file. Nothing of it was kept. Have a scanner look at your device, and take another copy of the file.
problem-unscanned-title = The file cannot be checked now
problem-unscanned-explain = Each file is checked for malware before it is taken, and that does not work at the moment. Nothing was kept. Please try again later; if it stays so, tell us.
problem-many-title = That was tried too often
problem-many-explain = Too many wrong links or codes came from this connection. Nothing was changed. Please wait a minute, then open the link exactly as you got it.
problem-other-title = That was not possible
problem-other-explain = The request does not fit this page. Go back and try again.
problem-number = Should it happen again, tell us this number: { $number }
problem-stop = To get no more messages, you can always write “stop” to the page in Messenger.

## Why a message is not sent (the gate's refusals)

refusal-erased = Erased, or being erased.
refusal-restricted = Asked that their data be kept and not used.
refusal-dormant = Came back from an archive. Not written to before a new yes.
refusal-no_consent = No agreement to messages of this kind.
refusal-evidence_too_weak = Wrote to the page but never said yes to promotions.
refusal-withdrawn = Unsubscribed.
refusal-not_heard_since_connected = The page was disconnected for a time; bulk messages wait until this person writes again.
refusal-not_heard_since_restore = The service was brought back from a backup; bulk messages wait until this person writes again.
refusal-window_closed = Last wrote more than 24 hours ago, and Meta lets no promotion through after that.
refusal-person_unavailable = Cannot be reached at present, as Meta reports.
refusal-thread_elsewhere = Another app or the page's own inbox is handling the conversation.
refusal-page_token_invalid = The page's access no longer works. Connect the page again.
refusal-page_restricted = Meta has restricted this page's messages for a time.
refusal-page_permission_missing = The page lacks a permission that sending needs. Connect it again and grant all permissions.
refusal-page_policy_blocked = Meta has blocked this page's messages because of its policies. Look into the page's support inbox.
refusal-page_paused = The page is paused here.
refusal-page_disconnected = The page is no longer connected here.
refusal-subscription_ended = The account's subscription is cancelled.
refusal-leads_limit = There are more leads than the plan allows; bulk messages go to those who came first.
refusal-quota_exhausted = The plan's messages for this month are used up.
refusal-template_not_approved = Meta has not approved the message's template.
refusal-broadcast_ended = The broadcast was open until an earlier time.
refusal-broadcast_cancelled = The broadcast was cancelled before their turn came.

## Why a page does not send

page-stop-token_invalid = The page's access no longer works. Renew it, and it sends again.
page-stop-restricted = Meta has restricted this page's messages for a time. Wait until the restriction ends.
page-stop-permission_missing = A permission is missing. Renew the access and grant all permissions.
page-stop-policy_blocked = Meta has blocked this page's messages because of its policies. Look into the page's support inbox.
page-stop-paused = You have paused this page.
page-stop-disconnected = This page has been disconnected.

## What became of one message

delivery-planned = Waiting to be sent
delivery-sending = Being sent
delivery-sent = Sent
delivery-refused = Not sent
delivery-failed = Refused by Meta
delivery-unknown = Handed over, but whether it arrived is not known

stray-title = No page lives at this address
stray-visitor = The server is there, but nothing here is reached by the name in this address. If somebody gave you a link, open it as it was given to you: with a name, not with a number.
stray-operator = If you run this program: each brand is reached by the names under “hosts” in its brand.toml. Open one of those, or add this one there and start the program again.
