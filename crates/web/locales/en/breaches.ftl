# The register of breaches, and what people are told.

breaches-nav = Data breaches
breaches-title = Data breaches
breaches-lead = Write down whatever you suspect, as soon as you suspect it. Once it is certain that personal data was concerned, 72 hours run in which the authority is to be told.
breaches-open = Cases
breaches-none = Nothing has been suspected yet. When something is, note it below; you may also try it as a drill.
breaches-column-title = Case
breaches-column-suspected = Suspected
breaches-column-due = Authority to be told by
breaches-column-standing = How it stands
breaches-standing-suspected = Suspected
breaches-standing-today = Less than an hour left
breaches-standing-left = { $count ->
    [one] one hour left
   *[other] { $shown } hours left
}
breaches-standing-overdue-now = Overdue, by less than an hour
breaches-standing-overdue = { $count ->
    [one] overdue by one hour
   *[other] overdue by { $shown } hours
}
breaches-standing-settled = Authority settled
breaches-standing-in-part = Authority told in part
breaches-standing-closed = Closed
breaches-note = Note a case
breaches-note-title = What you call it
breaches-note-title-why = A few words by which you know it again. No names.
breaches-note-nature = What you know so far
breaches-note-nature-why = What happened, when, which data it may concern. It can be empty now and is completed later.
breaches-note-suspected = Suspected since
breaches-note-suspected-why = Not in the future, and not before this brand was set up here.
breaches-note-which = Is it real?
breaches-note-real = It is real, or may be
breaches-note-real-why = The case counts at your breach policy and stays in the register for good, also when it turns out to be nothing.
breaches-note-drill = This is a drill
breaches-note-drill-why = People are told nothing, and it does not count as a breach. It stays a drill: if it turns out to be real, note a new case.
breaches-times = By the clocks of { $zone }.
breaches-note-button = Note the case
breaches-drill = Drill
breaches-drill-what = This case is a drill. Everything is tried as if it were real, each step is an entry, and it counts as a drill at your breach policy. Nobody but the admins is written to.
breaches-register = The register
breaches-register-why = Every step is an entry. Each entry commits to the one before and is an entry of the public log; so nobody, you included, can take one away or change it later without its being noticed here.
breaches-register-whole = { $count ->
    [one] It is whole: one entry, unchanged.
   *[other] It is whole: { $shown } entries, none missing, none changed.
}
breaches-register-empty = It has no entry yet.
breaches-register-missing = Entry { $number } is missing. Bring the database back from a backup that still has it, and find out who took it away.
breaches-register-changed = Entry { $number } is not as it was written. Bring the database back from a backup, and find out who changed it.
breaches-register-not-in-log = Entry { $number } does not stand in the log where it says. Run “entente log check”.
breaches-policy-missing = You have not published a breach policy yet. People read there what you do when data is lost or seen by strangers.
breaches-policy-go = Publish it
breaches-policy-public = What everybody sees of it

breaches-step-aware = Is it certain?
breaches-step-aware-why = As soon as you are reasonably certain that personal data was concerned, say since when. From then on 72 hours run; nothing pauses them.
breaches-step-aware-at = Certain since
breaches-step-aware-button = Yes, personal data was concerned
breaches-clock = The 72 hours
breaches-clock-suspected = Suspected since
breaches-clock-aware = Certain since
breaches-clock-due = Authority to be told by
breaches-clock-told = Authority told
breaches-clock-not-told = Decided not to tell it
breaches-clock-people = People told from
breaches-clock-closed = Closed
breaches-clock-none = No clock runs yet: nothing is certain.
breaches-reason = Reason
breaches-affected = Who is affected
breaches-affected-lead = The program searches what it has written down: every look at somebody's data in the console, every file that left, who was there at what time.
breaches-affected-none = Nobody has been searched for yet.
breaches-affected-start = Where it began
breaches-affected-start-session = a signed-in session
breaches-affected-start-token = an API token
breaches-affected-start-account = everything one account can reach
breaches-affected-start-grant = an access for support
breaches-affected-start-window = all that anybody was shown in that time
breaches-affected-start-server = the running server
breaches-affected-start-backup = a copy of the database (a backup)
breaches-affected-from = From
breaches-affected-until = Until
breaches-affected-until-why = Not in the future.
breaches-affected-made = When it was made
breaches-affected-keys = The keys of that time were taken too
breaches-affected-keys-why = Only of a backup. Without its keys nobody can read what it says of people, and they need not be told.
breaches-affected-button = Search
breaches-affected-go = Search for who is affected
breaches-affected-who = See who was found
breaches-affected-masked = Whom the searches found, and what led to each. Who they are is not shown. Of an account you may ask it on its page; that is written down.
breaches-affected-parts = Whose data
breaches-affected-nobody = The searches found nobody of this kind.
breaches-affected-of = wrote to a page of
breaches-affected-leads = of its leads:
breaches-affected-certain = certain
breaches-affected-possible = upper bound
breaches-affected-untold = not told
breaches-column-person = Who
breaches-column-what = Which data
breaches-column-why = What led there
breaches-column-told = Told
breaches-led-session = the session { $name }, { $from } – { $until }
breaches-led-token = the API token { $name }, { $from } – { $until }
breaches-led-account = the account { $name }, { $from } – { $until }
breaches-led-grant = the access for support { $name }, { $from } – { $until }
breaches-led-window = all that was shown, { $from } – { $until }
breaches-led-server = the running server, { $from } – { $until }
breaches-led-backup = a backup made { $until }, without its keys
breaches-led-backup-keys = a backup made { $until }, with its keys
breaches-led-unknown = a search that was broken off or repeated
breaches-search = Search for who is affected
breaches-search-chosen = Chosen so far
breaches-search-anew = Choose anew
breaches-search-chosen-session = Session
breaches-search-chosen-token = API token
breaches-search-chosen-account = Account
breaches-search-chosen-grant = Access for support
breaches-search-helper = Who helped
breaches-search-of = Of the account
breaches-search-start = Where did it begin?
breaches-search-why-session = Somebody used a browser that was signed in. Finds what was shown through it.
breaches-search-why-token = A token is known to somebody else. Reading by a token leaves no line, so whoever it could read is found as an upper bound.
breaches-search-why-account = You do not know which session or token it was, or it has ended.
breaches-search-why-grant = Somebody who helped under an access that you granted. Finds whom they were shown.
breaches-search-why-window = You do not know whose access it was.
breaches-search-why-server = Somebody was on the server. It works with everybody's data, so everybody is found as an upper bound.
breaches-search-why-backup = A copy of the data is lost. Without its keys nobody can read it.
breaches-search-account = Which account?
breaches-search-account-why = Accounts stand here by their numbers, without names. Whose is which: somebody is found by their e-mail address at
breaches-search-session = Which session?
breaches-search-token = Which API token?
breaches-search-grant = Which access for support?
breaches-search-copy = Which copy?
breaches-search-when = From when until when?
breaches-search-since = since { $since }
breaches-search-from-until = { $since } – { $until }
breaches-search-seen = last used { $seen }
breaches-search-admin = an admin's
breaches-search-copy-data = The newest backup that was made with this program.
breaches-search-copy-keys = The oldest copy of the keys that may still be there.
breaches-search-copy-other = Another copy
breaches-search-copy-other-why = You say when it was made.
breaches-search-column-what = Choice
breaches-search-column-words = What it is
breaches-search-none = There is nothing to choose from.
breaches-search-no-session = This account is not signed in anywhere. What went through a session that has ended is found by its number, if you have it, or by the account and the time.
breaches-search-no-token = This account never had an API token.
breaches-search-no-grant = No access for support was granted in the last year.
breaches-search-ended = It is not in the list?
breaches-search-number = Its number
breaches-search-number-why = A session that has ended is listed no more. If you have its number, write it here; of admins it stands in the audit.
breaches-search-number-button = Go on with this number
breaches-found-leads-certain = Leads of whom a record says that they were shown
breaches-found-leads-possible = Leads who may have been seen (upper bound)
breaches-found-accounts-certain = Accounts of which a record says that they were shown
breaches-found-accounts-possible = Accounts that may have been seen (upper bound)
breaches-found-what-leads = Which data of leads
breaches-found-what-accounts = Which data of accounts
breaches-found-bound = An upper bound stands where no record says who it was: an API token reads without leaving a line, a server works with everybody's data, of a filtered file only the filter is known, and a table of deliveries whose broadcast is not known, or whose deliveries are only counted by now, may hold anybody.
breaches-what-listed = when they wrote and what they agreed to
breaches-what-nameless = { $what }, without who they are
breaches-what-found = that a known Messenger id is there
breaches-what-identity = name, language and Messenger id
breaches-what-answers = their answers to questions
breaches-what-proof = the record of what they agreed to
breaches-what-file = everything that is kept about them
breaches-what-account = name, e-mail address and pages of the account
breaches-what-deliveries = whether messages in bulk went to them and when, and if not, why
breaches-what-standing = how the account stands: plan, figures, how broadcasts went in counts
breaches-facts = What the authority is told
breaches-facts-why = These four are what the law asks for. Write what you know now; what is missing may follow in further phases, without undue delay.
breaches-facts-nature = What happened: kinds and numbers of people and records
breaches-facts-contact = Whom the authority can ask
breaches-facts-consequences = What is likely to follow from it
breaches-facts-measures = What you have done and propose to do
breaches-facts-button = Save what is known
breaches-facts-complete = All four are there
breaches-facts-incomplete = Something is missing
breaches-field-nature = what happened
breaches-field-contact = whom the authority can ask
breaches-field-consequences = what is likely to follow
breaches-field-measures = what was done and is proposed
breaches-draft = Download the draft for the authority
breaches-authority = Tell the authority
breaches-authority-why = Send it to the authority by mail from here, which is written down by itself. Or send the draft by the authority's own form, and say here when you did. You may do so again for each further phase.
breaches-authority-missing = Not known yet
breaches-authority-phase = This is a phase: what is missing follows
breaches-authority-phase-why = The law allows to tell the authority in phases what cannot be told at once, without undue further delay. The case stays open until it was told everything.
breaches-authority-at = Told at
breaches-authority-reason = Why it comes late
breaches-authority-reason-why = Needed when the 72 hours were over.
breaches-authority-button = It was told
breaches-authority-phases = { $count ->
    [one] It was told once.
   *[other] It was told in { $shown } phases.
}
breaches-mail = Mail to the authority
breaches-mail-go = Send to the authority by mail
breaches-mail-lead = Only if your authority takes notifications by mail: many have a form of their own. The mail is plain text, it names none of the people concerned unless you write their names into it, and the servers on its way can read it.
breaches-mail-write = The mail
breaches-mail-language = Language of the draft
breaches-mail-anew = Make the text anew from the case
breaches-mail-address = Address of the authority
breaches-mail-address-why = As the authority publishes it. It is remembered for the next case.
breaches-mail-text = Text
breaches-mail-text-why = Made from what the case knows. You may change it. What you then see as the preview is what is sent.
breaches-mail-reason-why = The 72 hours are over. It is put below the text, and stands in the register.
breaches-mail-preview-why = It is not sent yet. It goes out once, exactly so, and the register keeps it.
breaches-mail-preview-again = Sent once more it goes out exactly so, and the register keeps that, too.
breaches-mail-from = From
breaches-mail-to = To
breaches-mail-to-drill = To (you: it is a drill)
breaches-mail-to-nobody = nobody: your account has no confirmed address
breaches-mail-to-instead = Outside a drill it would go to
breaches-mail-reply-to = Answers go to
breaches-mail-subject = Subject
breaches-mail-drill = Drill: { $title }
breaches-mail-drill-what = This case is a drill: the mail goes to your own address and not to the authority.
breaches-mail-again = Send it all the same, though an earlier mail may have arrived
breaches-mail-again-why = The authority may get it twice. The register says that you knew.
breaches-mail-button = Send to the authority
breaches-mail-drill-button = Send the drill's mail to me
breaches-mail-waits = Since { $at } a mail to { $to } is being handed to the mail server. Load this page again in a minute: what became of it will stand here.
breaches-mail-unknown = On { $at } a mail to { $to } was handed to the mail server, and its answer is not known: the authority may have it. Ask the authority. If it has it, write down when it was told; if not, send it once more.
breaches-mail-taken = On { $at } the mail server took a mail to { $to }, but it could not be counted as told. Write it down by hand.
breaches-mail-refused = On { $at } the mail server refused the mail to { $to } for good. The authority was not told. Check the address, or use the authority's own form.
breaches-mail-not_taken = On { $at } the mail server did not take the mail to { $to }, and the authority was not told. Send it again in some minutes, or use the authority's own form. If it stays so, “entente doctor” says what is wrong.
breaches-mailed-handed = To { $to }: is handed to the mail server.
breaches-mailed-taken = To { $to }: the mail server took it.
breaches-mailed-refused = To { $to }: the mail server refused it for good. Nobody was told by it.
breaches-mailed-not_taken = To { $to }: the mail server did not take it. Nobody was told by it.
breaches-mailed-unanswered = To { $to }: handed over, and no answer came. It is not known whether it arrived.
breaches-mailed-again = Sent knowing that an earlier mail may have arrived.
breaches-mailed-drill = A drill: the mail goes to whoever practises, and not to the authority.
breaches-leave = Or do not tell it
breaches-leave-why = Only where a risk for anybody's rights is unlikely, for example because nobody could read what was taken. The reason stays in the register, where the authority may read it.
breaches-leave-reason = Why a risk is unlikely
breaches-leave-button = Do not tell it, for this reason
breaches-people = Tell the people
breaches-people-why = Where the risk for them is high, people are told without undue delay. Accounts get a mail, leads a message in their thread while Messenger allows it, and else see it on their own page and get the message once they write. Each is told once; whoever a later search finds is told then. You see what will be sent before anybody gets it.
breaches-people-happened = What happened ({ $language })
breaches-people-follows = What is likely to follow ({ $language })
breaches-people-done = What was done ({ $language })
breaches-people-advice = What they can do ({ $language })
breaches-people-go = Write it, and look at it
breaches-people-look = Look at the draft
breaches-people-write = The words
breaches-people-show = Show me what will be sent
breaches-people-size = Plain words, 10 to 400 characters each. A message in the thread begins with what happened: say there who writes, and that it is about what you keep of them. The address for questions stands at its end.
breaches-people-button = Tell everybody who was found
breaches-people-again-button = Save, and tell whoever is left
breaches-people-drill-button = Write down that this would be told
breaches-preview = What will be sent
breaches-preview-why = Nobody has been sent this yet. Each person gets it once, in their language, with the kinds of data that concern them.
breaches-preview-nobody = Nobody is left to be told. Whoever a later search finds will get this.
breaches-preview-thread = Leads, in their thread
breaches-preview-page = Leads, on their own page
breaches-preview-accounts = Accounts, by mail
breaches-preview-owners = Accounts whose leads are concerned, by mail
breaches-preview-to-leads = To leads, in their thread; on their own page the same stands part by part
breaches-preview-to-certain = Mail to accounts of which it is certain
breaches-preview-to-possible = Mail to accounts of which it cannot be excluded
breaches-preview-to-owner = Mail to accounts whose leads are concerned, each with the number of its own leads
breaches-people-again = Change the words, or tell whoever is left
breaches-people-nobody = Search first for who is affected.
breaches-people-state = Who was told
breaches-told-mail = by mail
breaches-told-thread = in their thread
breaches-told-page = on their own page
breaches-told-none = could not be told: no confirmed address, or nothing of the account opens
breaches-told-unreadable = could not be told: what is stored of them does not open
breaches-told-waiting = waiting
breaches-told-lead = Leads
breaches-told-account = Accounts
breaches-told-owner = Accounts whose leads are concerned
breaches-close = Close the case
breaches-close-why = With what was learned from it. A case that was never certain is closed as no breach.
breaches-close-unsettled = First tell the authority, or write down why it is not told.
breaches-close-words = What was learned
breaches-close-button = Close it
breaches-entries = Entries
breaches-entry = Entry { $number }
breaches-entry-leaf = entry { $leaf } of the log
breaches-entry-waits = waits for the log
breaches-entry-proof = Proof
breaches-entry-suspected = Suspected
breaches-entry-drill = A drill begins
breaches-entry-aware = Certain: the 72 hours run
breaches-entry-facts = What is known
breaches-entry-affected = Searched for whoever is affected
breaches-entry-authority = The authority was told
breaches-entry-mailed = A mail to the authority
breaches-entry-not_told = The authority is not told
breaches-entry-people = The people are told
breaches-entry-closed = Closed
breaches-entry-unknown = Written by a newer version of the program, which says what it tells
breaches-said-phase = Phase { $phase }
breaches-said-late = after the 72 hours
breaches-said-follows = Follows in a further phase: { $list }
breaches-said-drill = A drill: nobody was written to.
breaches-said-found = Leads: { $certain } certain, { $possible } possible. Accounts: { $certain_accounts } certain, { $possible_accounts } possible.
breaches-said-unreadable = { $count ->
    [one] One record is in the copy and unreadable without the keys.
   *[other] { $shown } records of people are in the copy and unreadable without the keys.
}
breaches-said-gone = { $count ->
    [one] One person was erased since then; nobody can say any more whether they were among them.
   *[other] { $shown } people were erased since then; nobody can say any more whether they were among them.
}
breaches-wrong-title = Call it something in 3 to 120 characters.
breaches-wrong-nature = What is known may have 4,000 characters at most.
breaches-wrong-facts-size = Each of the four may have 4,000 characters at most.
breaches-wrong-at = Choose a time that is not in the future, and not before what it follows from.
breaches-wrong-before = That lies before this brand was set up here. Choose a later time.
breaches-wrong-future = This time is still to come. Choose one that is past.
breaches-wrong-time = Choose a day and a time.
breaches-wrong-until = “Until” must not lie before “From”, nor in the future.
breaches-wrong-name = Of this brand there is nothing of this number, or it has ended and nothing went through it. Choose it anew, or search by the account and the time.
breaches-wrong-reason = The 72 hours were over at that time: write down why it comes late.
breaches-wrong-phase = Something that the authority has to be told is missing. Write it above, or tick that it follows in a further phase.
breaches-wrong-leave = Write down in 10 to 4,000 characters why a risk is unlikely.
breaches-wrong-facts = The authority was told in part only. Complete what it is told, tell it the rest, and close the case then.
breaches-wrong-words = Write down in 3 to 4,000 characters what was learned.
breaches-wrong-text = Each text needs 10 to 400 characters, in each of the brand's languages.
breaches-wrong-mail-to = Write one address in the form name@example.com.
breaches-wrong-mail-late = The 72 hours are over: write below, in 3 to 4,000 characters, why it comes late, and have it shown again.
breaches-wrong-mail-text = The text needs 10 to 30,000 characters, and the reason 4,000 at most.
breaches-wrong-mail-again = An earlier mail may have arrived: tick that you send it all the same.
breaches-wrong-mail-own = In a drill the mail goes to you, and your account has no confirmed address. Confirm one first.
breaches-wrong-mail-mailer = This installation has nothing to send mails with (mail.url). Use the authority's own form, and write down when you did.
breaches-wrong-order = That does not fit how the case stands: look at it once more. Perhaps somebody wrote into it meanwhile.
console-done-breach-noted = The case is noted.
console-done-breach-aware = It is written down, and the 72 hours run.
console-done-breach-facts = What is known is saved.
console-done-breach-searched = The search is done. Below stands whom it found.
console-done-breach-told = It is written down that the authority was told.
console-done-breach-mailed = The mail server took the mail, and it is written down that the authority was told.
console-done-breach-mailed-drill = The drill's mail went to you, and not to the authority. It is written down as a drill.
console-done-breach-mail-waits = It is not known yet whether the mail server took the mail. Load this page again in a minute: what is known of it stands below then, and what to do.
console-done-breach-mail-failed = The mail server did not take the mail. The authority was not told. What to do stands below.
console-done-breach-left = It is written down that the authority is not told, and why.
console-done-breach-people = Everybody who was found is being told.
console-done-breach-drilled = It is written down what people would have been told. Nobody was written to.
console-done-breach-closed = The case is closed.

breach-draft-title = Notification of a personal data breach (GDPR article 33)
breach-draft-drafted = Drafted { $at } from the register of breaches; case { $id }, phase { $phase }.
breach-draft-drill = A drill: this is not to be sent.
breach-draft-controller = Controller
breach-draft-times = When
breach-draft-nature = (a) What happened
breach-draft-people = Approximate numbers of people
breach-draft-data = Kinds of data
breach-draft-contact = (b) Whom to ask
breach-draft-consequences = (c) Likely consequences
breach-draft-measures = (d) Measures taken and proposed
breach-draft-late = Why it comes after the 72 hours
breach-draft-protection = Protection
breach-draft-protection-text = Personal content lies encrypted under a key for each person; a copy of the database is unreadable without the keys, apart from random ids, times and states.
breach-draft-told = Whether the people were told
breach-draft-told-no = Not yet.
breach-draft-follows = Not known yet; it follows in a further phase.
breach-draft-register = Where it is documented
breach-draft-register-text = { $count ->
    [one] One entry of our register, each committed to in a public log.
   *[other] { $shown } entries of our register, each committed to in a public log.
}

document-breach_policy = Breach policy
document-breach_policy-what = What you do when data of people was lost or seen by strangers. Everybody can read it; nobody has to accept it.
documents-publish-later = This document is new and nobody has to accept it, so signing up works without it. It begins as a template that says truthfully what this program does; read it, put in what only you know, and publish it.
breach-policy-missing = No policy has been published here yet. What the program does in any case: it writes down who looked at whose data, counts the 72 hours, and keeps a register of breaches that cannot be shortened.
breach-policy-register = Our register so far
breach-policy-breaches = { $count ->
    [0] No breach of personal data has been found so far.
    [one] One breach of personal data has been found so far.
   *[other] { $shown } breaches of personal data have been found so far.
}
breach-policy-entries = { $count ->
    [0] The register has no entry.
    [one] The register has one entry, suspicions that turned out to be nothing and drills among them.
   *[other] The register has { $shown } entries, suspicions that turned out to be nothing and drills among them.
}
breach-policy-drills = { $count ->
    [0] None of its cases was a drill.
    [one] One of its cases was only a drill. It is not counted as a breach.
   *[other] { $shown } of its cases were only drills. They are not counted as breaches.
}
breach-policy-leaf = The newest that stands in the log is its entry { $leaf }.

my-breach-title = Your data was concerned by a breach
my-breach-certain = It is certain that this was seen:
my-breach-possible = It cannot be ruled out that this was seen:
my-breach-happened = What happened
my-breach-follows = What is likely to follow
my-breach-done = What was done
my-breach-advice = What you can do
