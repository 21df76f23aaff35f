# Erasing an account or a brand, and what the public page of an erasure says. Every id here stands in the other languages' file of this name too.

## One's own account
erase-title = Erase my account
erase-lead = Everything that this account holds goes for good. This cannot be taken back: from the moment you say yes nobody can read any of it, not even we.
erase-goes = What goes
erase-goes-pages = { $count ->
    [one] { $shown } page, which Meta is told to deliver nothing more of
   *[other] { $shown } pages, which Meta is told to deliver nothing more of
  }
erase-goes-leads = { $count ->
    [one] { $shown } lead, with their opt-ins, answers and tags
   *[other] { $shown } leads, with their opt-ins, answers and tags
  }
erase-goes-broadcasts = { $count ->
    [one] { $shown } broadcast, sent or not
   *[other] { $shown } broadcasts, sent or not
  }
erase-goes-account = Your name and address, password, passkeys, sessions, sign-in history, API tokens, bots, templates and letters that wait
erase-kept = What stays, and why
erase-kept-receipt = A signed receipt without a name in it, so that you, or anybody you show it to, can check that it was done.
erase-kept-log = Entries of the public log that relate to nobody any more once the keys are gone. A log from which entries could be taken would prove nothing.
erase-kept-backups = { $count ->
    [one] Copies of the keys for { $shown } day at most. After that no backup opens anything of it, and the receipt says so too.
   *[other] Copies of the keys for { $shown } days at most. After that no backup opens anything of it, and the receipt says so too.
  }
erase-kept-meta = What Meta stores itself. We tell it to deliver nothing more; your threads at Facebook are yours to delete there.
erase-archive = Take your data along first
erase-archive-lead = Afterwards nothing can be handed out any more.
erase-archive-button = Take an archive
erase-only-admin = You are the only admin of this brand. Accounts of others and their sending go on, but nobody can publish documents or look after accounts until the operator sets up a new admin: whoever runs the server finds a set-up link in its log at the next start. To erase the whole brand with all accounts instead, go to “Brand”.
erase-sure = Say yes
erase-type = Your e-mail address
erase-type-why = Typed in full, so that nobody erases an account by a slip of the hand. It is compared and not kept.
erase-button = Erase everything now
erase-wrong-type = This is not the e-mail address of this account, so nothing was erased.
erase-tag-title = Your erasure tag
erase-tag-lead = Note it down if you like. Once your account is erased, the public log shows this tag: then you can check it without asking us. It says nothing about you.
erase-link = Erase this account …

## Cancelling
cancel-what = What shall become of your data?
cancel-keep = Keep it
cancel-keep-lead = Nothing is deleted. You can sign in as before and take the subscription up again.
cancel-back-up = Take it along
cancel-back-up-lead = A copy for you, whatever you decide afterwards. Nothing is deleted by it.
cancel-erase = Erase it
cancel-erase-lead = The subscription ends with the account, and everything in it goes for good, with a receipt.

## By the admin
erase-other-title = Erase this account?
erase-other-what = It goes with all its pages, their leads and broadcasts. Nobody can read any of it from that moment on, and nothing brings it back.
erase-other-told = Its holder gets a last letter with your reason and the way to the receipt.
erase-other-reason = Reason
erase-other-reason-why = The holder reads it. It goes with the letter and is not kept.
erase-other-wrong = Write a reason, 500 characters at most: the account's holder reads it.
erase-other-button = Erase the account
erase-other-link = Erase this account …
erase-other-lead = When its holder asks for it and cannot do it alone, or when it has to go.
erase-done-title = The account is erased
erase-done-lead = Nobody can read anything of it any more. Its rows are being removed; the public page shows how far that is, and has the receipt.
erase-done-link = Progress and receipt

## The public page of an erasure
erasure-account-title = An account was erased
erasure-account-lead = Nobody can read anything of it any more: its key is destroyed. What is left are unreadable rows, and they go one after another.
erasure-account-done = Nobody can read anything of it any more, and its last row is gone.
erasure-brand-title = A brand was erased
erasure-brand-lead = Nobody can read anything of it or of its accounts any more: its key is destroyed. What is left are unreadable rows, and they go one after another.
erasure-brand-done = Nobody can read anything of it or of its accounts any more, and its last row is gone.
erasure-again = Load this page again to see how far it is.
erasure-progress = Leads removed
erasure-of = { $removed } of { $all }
erasure-unreadable = Unreadable since
erasure-gone = Last row gone
erasure-told = Told to Meta
erasure-told-pages = { $told } of { $all }
erasure-told-untold = { $count ->
    [one] Of { $shown } page Meta could not be told.
   *[other] Of { $shown } pages Meta could not be told.
  }
erasure-backups = In backups
erasure-backups-until = Copies of the keys from before may exist until { $at }
erasure-backups-over = Also unreadable in every backup, since { $at }
erasure-counts = What went
erasure-count-leads = Leads
erasure-count-pages = Pages
erasure-count-accounts = Accounts
erasure-count-broadcasts = Broadcasts
erasure-count-deliveries = Deliveries
erasure-count-consent_events = Opt-ins and withdrawals
erasure-count-answers_to_questions = Answers to questions
erasure-count-sign_ins = Sign-ins
erasure-count-api_tokens = API tokens
erasure-count-others = Other rows
erasure-receipt-explain-both = The receipt carries both statements: that it was erased, and that no backup opens it any more.

## A whole brand, by its admin
erase-brand-title = Erase this brand
erase-brand-offer = For when the service ends. Everything goes: all accounts, their pages and their leads.
erase-brand-link = Erase this brand …
erase-brand-lead = The whole service goes, with all accounts and everything they hold. This cannot be taken back: from the moment you say yes nobody can read any of it, and nobody can sign in here again.
erase-brand-goes-accounts = { $count ->
    [one] { $shown } account, yours included
   *[other] { $shown } accounts, yours included
  }
erase-brand-goes-rest = Names and addresses, passwords, passkeys, sessions, API tokens, bots, templates, letters that wait, documents, plans, logo, requests, and every setting made here
erase-brand-kept-name = The brand's short name, so that its file on the server does not bring it back. This address says from then on that the service was erased.
erase-brand-archive-lead = Afterwards nothing can be handed out any more. This takes the data of your own account. Others can take theirs only before you erase: that is why they are told beforehand.
erase-brand-tag-title = The brand's erasure tag
erase-brand-tag-lead = Note it down if you like. Once the brand is erased, the public log shows this tag: then it can be checked without asking anybody. It says nothing about the brand.
erase-brand-type = The brand's name
erase-brand-type-why = Typed as it stands at the top of this page, so that nobody erases a brand by a slip of the hand.
erase-brand-wrong = This is not the brand's name, so nothing was erased.
erase-brand-button = Erase the whole brand now

## The end of a brand, announced beforehand
brand-end-title = The end of this brand
brand-end-link = Announce its end …
brand-end-lead = Whoever has an account here is told before everything is erased, so that they can take along what is theirs. Until the day that you announce nothing is erased and everything goes on as it is.
brand-end-new = Announce the end
brand-end-button = Look at it before it goes out
field-end-day = Ends on
field-end-day-why = The beginning of this day, in UTC. At least 30 days from now, so that people can take along what is theirs and leave.
wrong-end-day = Choose a day that is at least 30 days from now, and at most a year.
brand-end-when = Ends on { $time }
brand-end-sure = Everybody with an account gets this mail at once, and reads the day when signing in. It stands in the log. The day cannot be changed afterwards: call the end off and announce another.
brand-end-told = Told by mail
brand-end-unmailed = { $count ->
    [0] Nobody is still to be mailed.
    [one] One account has not been mailed yet.
   *[other] { $shown } accounts have not been mailed yet.
  }
brand-end-lost = { $count ->
    [one] One account could not be told by mail: no mail server took it, and it is not tried again. The day is read there when signing in.
   *[other] { $shown } accounts could not be told by mail: no mail server took it, and it is not tried again. The day is read there when signing in.
  }
brand-end-waits = The brand can be erased as soon as the day has come, everybody has known of it for 29 days, and no mail about it waits.
brand-end-come = The day has come, and no mail about it waits: the brand can be erased. Nothing is erased by itself.
brand-end-nobody = Nobody but admins has an account here, so there is nobody to tell: the brand can be erased at once.
brand-end-off-title = Call the end off?
brand-end-off-what = The brand goes on. Whoever was not told of the end yet is not told any more, and everybody with an account gets a mail that it is called off.
brand-end-off-button = Call it off
brand-end-notice = { $brand } ends on { $time }. From then on everything here can be erased at any time, your account with it, and nothing can be handed out any more. Take along what is yours before that day.
brand-end-leave = Back up and leave
brand-end-check = See that it stands in the log
brand-end-all = Each end that was announced here, and how it stands in the log
brand-end-public = Each end of this brand that was announced, also one that was called off. What stood here once stays here.
brand-end-never = No end of this brand was ever announced.
brand-end-was = Was to end on { $time }
brand-end-called-off = Called off
brand-end-said = That it ends
brand-end-off-said = That it goes on
console-done-brand-end-announced = Announced. Everybody with an account is being told.
console-done-brand-end-off = Called off. Everybody with an account is being told that the brand goes on.
console-done-brand-end-waits = Nothing was erased: this brand has users, and they have to be told before. It can be erased once its end was announced here and its day has come.

## What its hosts say afterwards
gone-title = This service was erased
gone-lead = All its accounts, pages and leads are unreadable for everybody, for good. No messages are sent from here any more, and nobody can sign in.
gone-receipt = If you have a link to the receipt of an erasure here, it still works.
gone-log = The public log
gone-log-lead = Receipts and proofs are checked against it. It belongs to the installation and goes on.
gone-checkpoint = The newest checkpoint
gone-log-key = The log's key
