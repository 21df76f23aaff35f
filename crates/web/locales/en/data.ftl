# The data map: the page /data, the record of processing, retention. Every id here stands in the other languages' file of this name too.

## The page

data-title = How data is used
data-lead = The complete list of what is stored here about you and about others: what, why, on which legal basis, for how long, how it is protected and who gets it. The program makes this list from its own declarations, and its tests compare them with the databases, the browser and the files that leave.
data-contents = On this page
data-promises = What is promised with this, and how each promise is kept
data-version = Version { $number } of the data map, shown since { $time }
data-hash = Fingerprint (SHA-256)
data-leaf = It stands in the public log as leaf { $leaf }: nobody can claim later that something else was promised.
data-leaf-waits = It enters the public log with the next checkpoint.
data-file = The map as a file (JSON)
data-file-why = The fingerprint is of this file: whoever saves it can prove what was promised.
data-file-ld = The map in the vocabulary of the W3C (JSON-LD)
data-short = In short
data-announcement = What { $brand } announces
data-announcement-none = { $brand } has not published its announcement yet, so nobody can sign up.
data-account-given = About account holders: what you give us
data-account-given-why = You type or choose these yourself. What is not needed is optional.
data-account-arises = About account holders: what arises
data-account-arises-why = This comes into being when you use the service.
data-lead-given = About people who write to a page: what they say
data-lead-given-why = The account holder whose page it is decides why and how this is used; { $brand } works for them.
data-lead-arises = About people who write to a page: what comes with it
data-lead-arises-why = Meta delivers this when somebody writes, or the program makes it from that.
data-browser = In your browser
data-browser-why = This is all that your browser keeps of us, besides the pictures and style sheets of our own pages. No third party is asked for anything.
data-memory = In the program's memory
data-memory-why = This lies in no database and is gone when the program ends.
data-address = Where IP addresses are kept
data-address-why = The program writes no log of visits. Its messages to its operator hold ids, states and counts, no IP addresses and no names.
data-recipients = Who receives data
data-recipients-why = The program connects to the hosts of this register and to no others, and to none before its date.
data-recipients-none = Nobody: the register is empty.
data-not = What is not promised
data-all = Everything, column by column
data-all-why = Every table of both databases and every field inside the encrypted envelopes. Open a table to see its columns.
data-rights = Your rights
data-rights-text = You can ask for access, a copy, correction, erasure and restriction, and you can object. Write to { $contact }; an answer comes within one month, free of charge. You can also complain to the data protection authority of { $country }.
data-rights-lead = If you wrote to a page: write “my data” to it, or choose it in the menu there, and you get a link to a page of your own. There you see all that is kept about you, take it along, correct it, stop it or erase it, at once. “stop” ends all bulk messages. For anything else, write to the page's owner or to the address above.

## In short

data-short-list = The program keeps { $tables } kinds of records. Each column of each is listed below.
data-short-need = We ask for as little as possible: a name, an e-mail address and a password. Everything else is your choice.
data-short-texts = Message texts are not kept once they are answered. Kept are the messages by which somebody starts, agrees or stops, because they are the proof, and answers to questions that said what they are for.
data-short-sealed = Names, addresses, texts and tokens are encrypted under a key of their own for each person. Readable are random ids, times, states and numbers, and what is marked so below.
data-short-promotion = Writing to a page lets it answer. Promotions come only after somebody pressed Yes on a question that says exactly that.
data-short-cookie = One cookie after signing in, one for half an hour while somebody who wrote to a page looks at their own data, and one for whoever was given access to help. Each is necessary for that. No tracking, nothing from third parties on our pages.
data-short-shared = The program sends data to the recipients named below only. We sell none of it.
data-short-end = What has a period is deleted by a job when it is over. What belongs to a person goes with their erasure.

## What is not promised

data-not-running = A stolen database, backup or replica is unreadable without the keys, apart from what is marked readable. A stolen running server is not covered: it holds the keys that it works with.
data-not-backup = { $count ->
    [one] Whoever is erased is unreadable for everyone on the live system at once, and unreadable in every backup no later than { $shown } day after. Until then a copy of the keys from before, in the operator's hands, could still open them. You can check both yourself: the receipt of an erasure says the first at once and the second when it holds.
   *[other] Whoever is erased is unreadable for everyone on the live system at once, and unreadable in every backup no later than { $shown } days after. Until then a copy of the keys from before, in the operator's hands, could still open them. You can check both yourself: the receipt of an erasure says the first at once and the second when it holds.
  }
data-not-meta = Meta can read Messenger messages and keeps them by its own rules. Mails that have left us, and screenshots, are beyond our reach.
data-not-operator = Whoever runs the server can read what the running program can read. The log shows if a record was changed later; it cannot show that it was true when it was written.

## Backups

data-backups = In backups
data-backups-why = An installation is copied so that a broken disk loses nobody's consent or withdrawal. There are two files with different lives.
data-backups-data = The copy of the data
data-backups-data-text = Every table but those below. What is personal in it is encrypted under keys that are not in it: by itself it opens nothing, however long it is kept.
data-backups-keys = The copy of the keys
data-backups-keys-text = { $count ->
    [one] The key store, with the times of withdrawals. It is destroyed after { $shown } day at most, so that nobody who was erased can be opened from it any more.
   *[other] The key store, with the times of withdrawals. It is destroyed after { $shown } days at most, so that nobody who was erased can be opened from it any more.
  }
data-backups-both = Both are encrypted once more, to a key that belongs on another machine.
data-backups-return = If a backup is brought back, whoever was erased since is erased again before anything is served, and nobody gets a bulk message before they have written again.
data-backups-left = What goes into no backup

## A card, a row

data-what = What
data-for = What for
data-basis = Legal basis
data-kept = How long
data-who = Who gets it
data-protected = How protected
data-where = Where
data-nobody-yet = Nobody so far: no recipient of it is announced
data-nobody = nobody
data-where-data = table { $table } of the data
data-where-keys = table { $table } of the key store
data-inside = inside the envelope
data-column = Column
data-columns = { $count ->
    [one] { $shown } column
   *[other] { $shown } columns
  }
data-name = Name
data-life = Its life
data-life-my = Ends after { $idle } minutes, or when you close the page by its button. It keeps a person's own page open, which they reach by a link in their thread.
data-life-support = Ends with the access for support, after { $hours } hours at the latest.
data-life-session = Ends with the browser, after { $idle } minutes without use, or after { $hours } hours at the latest. If you choose to stay signed in: after the days that you choose, { $days } at most. Signing out deletes it here and there.
data-recipient-who = Company
data-recipient-data = What it gets
data-recipient-purpose = What for
data-recipient-country = Country
data-recipient-safeguard = What protects it there
data-recipient-since = From

data-basis-consent = consent (GDPR article 6(1)(a))
data-basis-contract = contract (article 6(1)(b))
data-basis-legal-obligation = legal obligation (article 6(1)(c))
data-basis-legitimate-interest = legitimate interest (article 6(1)(f))
data-basis-not-personal = not personal data

data-until-erasure = until erasure
data-until-processed = until it is done
data-installation = as long as the service
data-days = { $count ->
    [one] { $shown } day at most
   *[other] { $shown } days at most
  }
data-step = { $step }; { $longest }
data-step-sign-out = until you sign out
data-step-use = until it is used
data-step-mail = until it is sent
data-step-no-to-keeping = until the permission to keep it is taken back
data-step-first-message = until the person's first message is recorded
data-step-reply = until it is answered, usually seconds; what cannot be processed, longer
data-step-counted = until ninety days after the broadcast was over; then only how many is kept
data-step-send = until it is sent
data-step-erasure = until the erasure is done
data-step-log = until it stands in the log
data-step-confirm = 30 days if you never confirm your address
data-step-import = an hour if you do not want it; otherwise until you put it away
data-step-part = until it is read in, usually minutes
data-step-notice = until Meta has been told and its leads are gone, usually minutes
data-step-tree = until it is moved into the tree, at the first start
data-step-sweep = until it is removed, usually seconds

data-way-sealed-person = encrypted under the person's own key
data-way-sealed-brand = encrypted under the brand's key
data-way-wrapped = a key, encrypted under another
data-way-keyed-hash = as a keyed hash
data-way-hash = as a hash of a random secret
data-way-readable = readable: { $what }
data-way-plain = readable

data-goes-lead = goes with the lead
data-goes-account = goes with the account
data-goes-brand = goes with the brand
data-goes-stays = stays: about nobody, or noise once the keys are gone

data-from-given = given by the person
data-from-arises = arises from use
data-from-meta = delivered by Meta
data-from-made = made by the program
data-from-brand = set by the brand

## What an item is

data-is-name = name
data-is-email = e-mail address
data-is-language = language
data-is-zone = time zone
data-is-password = password, as a hash (Argon2id)
data-is-second-factor = second factor
data-is-passkey = passkey
data-is-own-words = your own words for bots, messages and templates
data-is-mark = tags
data-is-page-token = access token of a page
data-is-page-name = name of a page
data-is-answer = answer to a question
data-is-reason = the reason you gave
data-is-message = message text
data-is-evidence = proof of consent or withdrawal
data-is-messenger-id = id at Messenger
data-is-page-id = Meta's public id of a page
data-is-ip-address = IP address
data-is-browser = kind of browser
data-is-permission = permissions
data-is-letter = what a mail tells
data-is-id = random ids
data-is-time = times
data-is-state = states
data-is-count = numbers
data-is-envelope = an encrypted envelope
data-is-keyed-hash = keyed hash for finding it
data-is-secret-hash = hash of a secret
data-is-key = key
data-is-brand = matters of the brand
data-is-book-keeping = the program's own book-keeping

## What data is used for

data-for-run-account = running your account
data-for-sign-in = signing in and staying signed in
data-for-security = security: noticing strangers, showing you who was there
data-for-tell-owner = telling you by mail what happens in your account
data-for-prove = proving what was agreed, accepted or exported
data-for-connect-page = sending for your page
data-for-answer = answering whoever wrote
data-for-call-by-name = addressing somebody by name
data-for-as-asked = the purpose that the question named
data-for-deliver = sending bulk messages, each once, everybody accounted for
data-for-sort = choosing who gets a message
data-for-honour-no = respecting a withdrawal
data-for-handle-breach = documenting breaches, finding out who is affected, and telling them
data-for-serve-rights = answering requests about one's own data, and showing who looked at it
data-for-erase = erasing, and showing that it was done
data-for-grant-access = letting your programs in
data-for-keep-limits = the limits of your plan
data-for-do-once = doing nothing twice
data-for-keep-log = the log of commitments
data-for-operate = running the program
data-for-present = showing the service
data-for-count = figures without people

## The tables

data-place-account = Your account
data-place-account-what = Who you are to us, and in which state the account is.
data-place-account_lookup = Finding your account
data-place-account_lookup-what = A keyed hash of your e-mail address, so that you are found when you sign in.
data-place-credential = Password and second factor
data-place-credential-what = The password as a hash; the second factor if you use one.
data-place-passkey = Passkeys
data-place-passkey-what = If you use them: what you call them, their public keys, when they were used.
data-place-acceptance = What you accepted
data-place-acceptance-what = Which version of which document and of this data map, and when.
data-place-page = Your Facebook pages
data-place-page-what = The pages you connect, with the access token that Meta gave for them. Your Facebook password never reaches us.
data-place-facebook_login = Whose Facebook login connected a page
data-place-facebook_login-what = A number that Facebook uses for that person with this app only, so that a request from Facebook to erase finds what it means.
data-place-import = An archive that you bring back
data-place-import-what = What is in it, by number, and how far it has been read in.
data-place-import_part = Parts of that archive
data-place-import_part-what = What has not been read in yet.
data-place-bot = Your bots
data-place-bot-what = What you have a page's bot say and ask.
data-place-broadcast = Your bulk messages
data-place-broadcast-what = Text and buttons, and to whom they go.
data-place-template = Your templates
data-place-template-what = Notices that Meta has to approve.
data-place-tag = Your tags
data-place-tag-what = Your own words for sorting leads.
data-place-api_token = API tokens
data-place-api_token-what = Access for your programs. The secret itself is not kept, only its hash.
data-place-export = Exports
data-place-export-what = Which leads you took out, when, in what form and what for. You see the list in the console.
data-place-session = Sessions
data-place-session-what = Where you are signed in. You can see and end each session in your account.
data-place-sign_in = Sign-in history
data-place-sign_in-what = Sign-ins and failed attempts, and each look of the admin at whose account it is. You see it in your account.
data-place-link = Links in mails
data-place-link-what = Confirming an address, a new password, “this was not me”.
data-place-mail = Mails that wait
data-place-mail-what = What we write to you, until a mail server has taken it.
data-place-subscription = Plan and subscription
data-place-subscription-what = Which plan you are on, and how much of it you have used this month. No payment data.
data-place-idempotency = Answers already given
data-place-idempotency-what = So that an API request that is repeated is not done twice.
data-place-billing_event = Calls of the billing system
data-place-billing_event-what = That one was taken, so that each is applied once.
data-place-lead = The person
data-place-lead-what = The id that Messenger gives a person for this page, the first name if they tell the bot, times of first and last message, consent and withdrawal.
data-place-lookup = Finding the person
data-place-lookup-what = A keyed hash of page and Messenger id, so that an event finds whom it is about.
data-place-answer = Answers to the bot's questions
data-place-answer-what = The answer with the question, its purpose as it was shown, and what may be done with it.
data-place-lead_tag = Tags on the person
data-place-lead_tag-what = Which of the page owner's tags somebody bears.
data-place-consent_event = Proof of consent
data-place-consent_event-what = The message that starts, agrees or stops, the question as it was shown, and Meta's signed delivery.
data-place-consent_leaf = Place of the proof in the log
data-place-consent_leaf-what = A number.
data-place-broadcast_count = Figures of broadcasts that are long over
data-place-broadcast_count-what = How many got it, how many did not and why, by page. Nobody is named.
data-place-delivery = Bulk messages to the person
data-place-delivery-what = Which were sent, and the result. Reading and clicking are not recorded.
data-place-returned = What was agreed before
data-place-returned-what = Earlier opt-ins, withdrawals and answers from an archive that the page's owner brought back. They are shown and never used for sending.
data-place-lead_link = Links to a person's own page
data-place-lead_link-what = The hash of a link that the bot sent on request, and of the page that it opened.
data-place-breach = Data breaches
data-place-breach-what = Cases of which it was suspected or certain that data was concerned, and what was done about each.
data-place-breach_entry = Register of breaches
data-place-breach_entry-what = Each step of a case, as an entry that commits to the one before and stands in the log.
data-place-breach_person = Who a breach concerned
data-place-breach_person-what = Whom a case concerns, which kinds of data, and that the person was told.
data-place-support_grant = Access for support
data-place-support_grant-what = Who was given access to help, what it opened and for how long, how it ended, and what was seen in counts.
data-place-support_act = What helpers looked at
data-place-support_act-what = Each page that a helper opened, each call by a token that was made for the helper, and each person that a helper was shown, with the reason.
data-place-audit = Audit
data-place-audit-what = What admins did and what concerns the safety of an account: when somebody came in or tried to, passwords, passkeys and tokens, and what kind of thing was refused to somebody who had come in, and how often. Without names, addresses and places.
data-place-reading = Who looked
data-place-reading-what = When somebody looked at what is kept about a person, in which role, and what for. The person sees the list.
data-place-request = Requests about data
data-place-request-what = Who asked for which right is the admin's to-do list, with its deadline. After an erasure it no longer says who it was.
data-place-pending_withdrawal = Withdrawals ahead
data-place-pending_withdrawal-what = A “stop” of somebody who is not recorded yet.
data-place-inbox = Messages that wait for an answer
data-place-inbox-what = An event as Meta sent it, until it is processed. One that fails five times is set aside for somebody to look at.
data-place-outbox = Answers that wait
data-place-outbox-what = What the bot says, until it is sent.
data-place-seen = Marks of received events
data-place-seen-what = Keyed hashes, so that an event which Meta repeats counts once.
data-place-brand = The brand
data-place-brand-what = Name, colours, languages, who is responsible.
data-place-logo = The logo
data-place-logo-what = A picture.
data-place-document = Documents
data-place-document-what = Terms, privacy notice, announcement, in their versions.
data-place-data_map = Versions of this map
data-place-data_map-what = Each version as it was shown, with its place in the log.
data-place-wording = Opt-in questions
data-place-wording-what = Their texts, as they were shown. They are public.
data-place-plan = Plans
data-place-plan-what = What each plan allows.
data-place-billing_secret = Secret of signed calls
data-place-billing_secret-what = By which the billing system is recognised.
data-place-tally = Figures per page
data-place-tally-what = Counts, never per person.
data-place-daily = Figures per day
data-place-daily-what = Opt-ins and withdrawals of a page by day, counts only.
data-place-mail_count = Figures about mails
data-place-mail_count-what = How many arrived, counts only.
data-place-erasure = Erasures
data-place-erasure-what = That one was done, when, and how much went. Who it was is emptied when it is done.
data-place-erasure_page = Pages whose account is being erased
data-place-erasure_page-what = Of which pages Meta is still to be told to deliver nothing more.
data-place-ledger_cosignature = Signatures of witnesses
data-place-ledger_cosignature-what = Others confirm that the log only grows. Nothing about people.
data-place-ledger_witness = How far each witness is
data-place-ledger_witness-what = Up to which size of the log it has signed.
data-place-ledger_letter = Weekly letters about the log
data-place-ledger_letter-what = For which week the newest state was mailed.
data-place-ledger_pending = Waiting for the log
data-place-ledger_pending-what = Commitments that have no number yet.
data-place-ledger_tile = The log
data-place-ledger_tile-what = Hashes of commitments. Noise once a person's key is destroyed.
data-place-ledger_checkpoint = Signed states of the log
data-place-ledger_checkpoint-what = Three lines of text each.
data-place-installation = Settings of the installation
data-place-installation-what = The log's name, for example.
data-place-lease = Who does which work
data-place-lease-what = So that two nodes do not do the same.
data-place-node = What serves now
data-place-node-what = Which processes run, and since when.
data-place-migration = Versions of the database
data-place-migration-what = Which changes it has had.
data-place-key = Keys
data-place-key-what = Each person's key, encrypted under another. Erasing destroys it.
data-place-flat_key = Keys from an earlier version
data-place-flat_key-what = Keys that lie as an earlier version kept them, until they are moved.
data-place-tree = State of the key tree
data-place-tree-what = How often its root was renewed. Each erasure renews it, and old copies of the tree open nothing new.
data-place-felled = Parts of the key tree that were cut off
data-place-felled-what = What is cut off opens nothing any more and is being removed.
data-place-key_copy = Copies of the keys
data-place-key_copy-what = When each was made, where it was written, and when it was gone. The second receipt of an erasure rests on this list.
data-place-erased_key = Keys that were destroyed
data-place-erased_key-what = Random ids, so that whoever was erased is erased again if an older backup comes back.
data-place-record = Records of the vault
data-place-record-what = The newest state of the log, among others.

## In memory; IP addresses

data-memory-tries = IP addresses of those who try to sign in or up or open a link to their own page, to slow down guessing: minutes, a day at most
data-memory-known-places = Networks from which an account was signed in to, so that its owner is not slowed down by strangers: 30 days
data-memory-session-use = When a session was last used, until it is written down: seconds
data-memory-keys = Opened keys: a minute
data-memory-in-flight = To whom a message is on its way: seconds
data-address-session = With each session, encrypted, shown to you: as long as the session
data-address-sign-in = In the sign-in history, encrypted, shown to you
data-address-tries = In memory, of whoever tries to sign in or up or opens a link to their own page: minutes, a day at most
data-address-known-places = In memory, of places where signing in went well
document-data_map = Data map

## For the admin: record of processing and retention

data-admin-title = Data protection
data-admin-lead = What the law asks you to be able to show, made from the data map.
data-admin-map = The data map
data-admin-map-why = What everybody sees, with its versions. Each version's fingerprint stands in the public log.
data-admin-show = See the public page
data-admin-record = Record of processing activities
data-admin-record-why = GDPR article 30: yours as controller of the accounts, and the operator's as processor of the leads.
data-admin-record-controller = Record as controller (Markdown)
data-admin-record-processor = Record as processor (Markdown)
data-admin-plan = Erasure plan
data-admin-plan-why = What goes with whom. An erasure follows this list.
data-admin-versions = Versions
data-admin-version-row = Version { $number }, { $time }
data-retention-title = Retention
data-retention-lead = What ends by itself, how it stands now, and what the next run removes. A job runs every hour; this page only looks.
data-retention-period = Period
data-retention-rows = Rows now
data-retention-oldest = The oldest
data-retention-due = Past due
data-retention-by = Removed by
data-retention-job = the job
data-retention-station = the station “{ $name }”
data-retention-shared = not counted by brand
data-retention-unconfirmed = Accounts whose address was never confirmed
data-retention-none = none
data-retention-all-well = Nothing is past due.
data-retention-some-due = { $count ->
    [one] { $shown } row is past due and goes with the next run.
   *[other] { $shown } rows are past due and go with the next run.
  }

data-place-announcement = Announcements
data-place-announcement-what = Which new versions of documents, recipients and changes of the data map, and which end of the brand, were announced, when, and to how many accounts.

data-place-recipient = Recipients
data-place-recipient-what = Who gets data, as announced: from when on, until when, and why with less notice.

## A map that is announced

data-coming = What is coming
data-coming-why = A change of this map that matters to people is announced to every account by a mail about nothing else, thirty days before. The program that brings it serves nobody before its day.
data-coming-none = No change is announced.
data-coming-from = From { $time }
data-coming-file = The announced map as a file (JSON)
data-change-new-place = A new kind of record, “{ $about }”: { $what }. Kept: { $more }.
data-change-new-field = “{ $about }”: something more is kept ({ $what }).
data-change-new-purpose = “{ $about }”: also used for { $what }.
data-change-new-basis = “{ $about }”: rests on another legal basis, { $what }.
data-change-new-recipient = “{ $about }”: also goes to { $what }.
data-change-longer = “{ $about }”: kept longer, { $what }.
data-change-later-erased = “{ $about }”: goes later than before ({ $what }).
data-change-weaker = “{ $about }”: the field { $more } is less protected than before ({ $what }).
data-change-new-in-browser = Your browser keeps something more: { $what }.
data-change-longer-in-browser = Your browser keeps something longer: { $what }.
data-change-new-in-memory = The program's memory holds something more: { $what }.
data-change-longer-in-memory = The program's memory holds something longer, { $what }: { $about }.
data-change-new-in-letters = Mails tell something more: { $what }.
data-change-new-in-files = Files that are taken out tell something more: { $what }.
data-change-new-flow = { $about } gets something more: { $what }.
data-change-new-purpose-of-flow = What { $about } gets is also used for { $what }.
data-change-longer-backups = Copies of the keys are kept longer, { $what }: that much later is whoever was erased unreadable in backups, too.
data-change-new-in-backups = “{ $about }”: goes into backups as well.
