# A lead's own page. English; every id here stands in ../ar/my.ftl too.

my-footer = This page runs no script and loads nothing from other places. Its one cookie keeps it open for half an hour at most. Times are in UTC.
my-footer-keeper = Kept for the page's owner by { $controller }, { $contact }

## Before the page (/my/…)

my-link-title = Your data
my-link-heading = What { $page } keeps about you
my-link-explain = Press the button to see all of it, and to take it along, correct it, stop it or erase it. You need no account and no password: that you got this link in your own conversation is enough.
my-link-button = Show my data
my-link-once = The link works once. Opening this page has changed nothing yet.
my-link-cookie = Your browser then keeps one cookie, for half an hour at most, so that the page stays open for you and for nobody else.

my-closed-title = This page is closed
my-closed-heading = This page is closed
my-closed-explain = The link was used already, is older than ten minutes or was cut off when it was copied; or the page was open for half an hour. Nobody can see your data here.
my-closed-again = Write “my data” to the page in Messenger, or choose it in the menu there, and you get a new link at once.

## The page

my-title = Your data
my-heading = What { $page } keeps about you
my-lead = This is all of it, and what you can do about it. What you do here is done at once.
my-until = This page closes by itself: { $until }.
my-contents = On this page
my-close = Close this page

my-done-corrected = Your details have been put right.
my-done-not-corrected = That name does not fit. It may have 50 characters at most.
my-done-restricted = From now on your data is kept and not used.
my-done-lifted = Your data is used again as before.
my-done-stopped = Done. Nothing of that kind is sent to you any more.
my-done-use-ended = Done. Your answer is not used for that any more.
my-done-proof-waits = That record is being entered in the log. Its proof can be downloaded in a minute.
my-done-export-taken = Your file has been made.
my-restricted-since = Your data is kept and not used since { $at }. Nothing is sent to you but answers about your rights.

my-who = Who you are
my-from = All of this comes from you: from what you wrote to the page, and from Messenger, which passed it on with your messages.
my-fact-psid = Your id at this page in Messenger
my-fact-name = First name that you gave
my-fact-language = Language that you write
my-fact-pending = Question that waits for your answer
my-fact-created = You first wrote
my-fact-wrote = You last wrote
my-fact-asked = Last asked whether you want offers
my-fact-unavailable = Messenger said that you cannot be reached
my-fact-elsewhere = People at the page took over the conversation
my-correct = Something is wrong? Put it right
my-correct-name = First name
my-correct-name-why = You are called by it in messages. Leave it empty to have it forgotten.
my-correct-shown = The people who run the page may see it
my-correct-language = Language
my-correct-button = Save
my-correct-rest = The times, and the record of what you agreed to, are evidence of what happened and stay as they are. An answer that you gave can be taken back below and given anew in the conversation.

my-agreed = What you agreed to
my-agreed-none = There is no record of an agreement.
my-promotion-yes = Offers may be sent to you.
my-promotion-no = No offers are sent to you.
my-utility-yes = Notices, such as about an order, may be sent to you.
my-utility-no = No notices are sent to you.
my-event-opt_in-started = You wrote to the page for the first time
my-event-opt_in-informed = You tapped Get Started under a greeting that said what follows
my-event-opt_in-confirmed = You answered yes to the question
my-event-withdrawal-button = You tapped Unsubscribe
my-event-withdrawal-link = You said no by a link, or on this page
my-event-withdrawal-word = You wrote that it should stop
my-event-withdrawal-answer = You answered no to the question
my-event-withdrawal-platform = You turned the messages off in Messenger
my-event-withdrawal-console = The page took it back on your word
my-event-shown = You were shown: “{ $words }”
my-event-answered = You answered: “{ $words }”
my-purpose-promotion = About offers
my-purpose-utility = About notices
my-purpose-all = About everything that is sent in bulk
my-purpose-conversation = So that the page may answer you
my-proof = Proof
my-proof-why = A proof holds what you were shown and what you answered, signed. Anybody can check it without us and without a connection, with this program and the key of the public log, saved as log.key:
my-stop-marketing = I object to offers
my-stop-notices = No more notices
my-stop-everything = Nothing in bulk at all

my-told = What you answered when you were asked
my-told-none = You were asked for nothing, or answered nothing.
my-told-gone = Deleted: you took back that it may be stored.
my-told-why = Asked because:
my-use-store = It is stored.
my-use-store-end = Delete it
my-use-show = The people who run the page may see it.
my-use-show-end = Hide it from them
my-use-message = It may be used in messages to you.
my-use-message-end = Not in messages
my-use-share = It may be passed on.
my-use-share-end = Do not pass it on
my-tags = Words by which the page sorts you
my-tags-none = None.

my-sent = What was sent to you in bulk
my-sent-none = Nothing was.
my-sent-list = Show the list
my-sent-planned = Will be sent to you
my-sent-sending = Is being sent to you
my-sent-sent = Was sent to you
my-sent-refused = Was not sent to you
my-sent-failed = Messenger did not take it
my-sent-unknown = Was handed to Messenger; whether it reached you is not known
my-waiting = An answer that waits to be sent:

my-looked = Who looked, and who received it
my-looked-lead = Names are hidden from everybody here until somebody asks to see one. Each time is written down for you and kept for a year, and so is each page about you that somebody opens who helps under a limited access. How often lists without names were opened by the administrator or by such a helper, in which you may stand, is counted by the day, as far as the account's newest thousand lines tell.
my-looked-none = Nobody has looked at it in the last year.
my-reader-page_owner = Somebody who runs the page
my-reader-admin = The administrator
my-reader-support = Somebody who helps the administrator, under a limited access
my-way-console = On a screen
my-way-file = Downloaded
my-way-api = By a program
my-look-identity = Your name, your language and your Messenger id
my-look-answers = Your answers, as far as you permitted that they be seen
my-look-file = A file with all that may be shown about you
my-look-proof = The proof of what you agreed to, with your Messenger id
my-look-found = Looked you up by your Messenger id
my-look-account = Name and e-mail address
my-look-opened_lead = A page about you without your name: when you wrote, and what you agreed to
my-look-opened_account = A page about your account without name and address: plan, state and figures
my-look-opened_leads = The list of your leads, without names
my-look-opened_broadcasts = How your broadcasts went, in counts
my-look-opened_pages = Your pages
my-look-lead = One of your leads: who it is, what they agreed to and what they answered
my-look-broadcast = What one of your broadcasts says
my-why-answering = To answer you
my-why-order = For an order or an appointment
my-why-request = For a request about your data
my-why-security = To find out about a fault or misuse
my-why-unsaid = What for was not said
my-why-words = What for: { $words }
my-files = Lists that you may stand in
my-file = A file with many people was taken out
my-file-names = With names and Messenger ids
my-file-no-names = Without names
my-file-deliveries = Whether messages in bulk went to you, and if not, why; without your name
my-file-uncertain = It held those whom a choice fitted at that time. It may have left you out.
my-list = The page owner's list of people was opened
my-list-times = { $count ->
    [one] A part of it, without names, { $shown } time on this day: when each wrote, and what they agreed to
   *[other] Parts of it, without names, { $shown } times on this day: when each wrote, and what they agreed to
}
my-list-uncertain = Which part is not kept: you may not have stood in it.
my-programs = Programs
my-programs-lead = The page's owner can let programs of theirs read what is kept about you. Single looks of these are not written down; that they can look is.
my-program = Since { $from }
my-program-until = From { $from } until { $until }
my-program-deliveries = { $when }: whether messages in bulk went to you, and if not, why; nothing else
my-recipients = Who receives it
my-recipient-meta = Meta, who runs Messenger: your Messenger id and every message to you, since they carry it. What they keep is for them to say.
my-recipient-controller = Responsible is the owner of the page { $page }, who decides why and how your data is used (the controller). { $controller }, keeps it for the owner and on their orders (the processor), and can be reached at { $contact }.
my-recipients-all = What is kept in general, where it lies and who else is involved

my-why = Why it is kept, and for how long
my-held-what = What
my-held-why = Why
my-held-long = How long
my-held-how = How it lies

my-held-identity = Who you are
my-held-identity-what = The id that stands for you at this page in Messenger, the first name you gave, your language, and a question that waits for your answer.
my-held-identity-why = To answer you, in your language and by your name. The name because you agreed (GDPR article 6(1)(a)), the rest because you asked for an answer (6(1)(b)).
my-held-identity-long = Until you erase it.
my-held-identity-how = Encrypted under a key that is yours alone and is destroyed with your data.
my-held-writing = When you wrote
my-held-writing-what = When you first and last wrote, when you were last asked about offers, when Messenger said that you cannot be reached, when people took over, and whether the page brought you back from an archive. What you write lies here, encrypted, only until it has been answered.
my-held-writing-why = Messenger lets a page write to you within 24 hours after your last message; and nobody is asked twice (6(1)(b)).
my-held-writing-long = The times until you erase them, a message for seconds.
my-held-writing-how = Times without content, readable; messages encrypted.
my-held-agreements = What you agreed to and took back
my-held-agreements-what = Each agreement and each withdrawal with its time, what you were shown, what you answered, also from before the page came back from an archive, and a number in a public log that says nothing about you.
my-held-agreements-why = To prove what you agreed to and to keep to what you took back, as the law demands (6(1)(c), 7(1)).
my-held-agreements-long = Until you erase it. In the log a number stays that nobody can connect with you then. A withdrawal of somebody unknown is kept for seven days.
my-held-agreements-how = Encrypted under your key; times and kinds readable, so that a withdrawal works at once.
my-held-answers = What you answered
my-held-answers-what = Your answers to questions of the page, with the question, its purpose as you read it, and what you permitted.
my-held-answers-why = For the purpose that stood beside the question, and nothing else (6(1)(a)).
my-held-answers-long = Until you take it back or erase it.
my-held-answers-how = Encrypted under your key.
my-held-sent = What was sent to you
my-held-sent-what = For each bulk message whether and when it went to you, and why if it did not. Answers lie here, encrypted, until they have been sent.
my-held-sent-why = So that nothing is sent to you twice and everybody is accounted for (6(1)(b)).
my-held-sent-long = Until you erase it; answers for seconds.
my-held-sent-how = States and times without content, readable; texts encrypted.
my-held-tags = Words by which the page sorts you
my-held-tags-what = Which of the page's words you bear, and since when.
my-held-tags-why = To choose who gets a message (6(1)(b)).
my-held-tags-long = Until the page takes one off, or you erase it.
my-held-tags-how = The words are encrypted under the page owner's key.
my-held-rights = What you used your rights for
my-held-rights-what = Your requests and what became of them, who looked at your data, whether a breach concerned you, whether it is restricted, and that this page is open.
my-held-rights-why = To answer you within a month and to show you who looked (6(1)(c)).
my-held-rights-long = Who looked: a year. Whether a breach concerned you: five years. Requests: three years after they were answered, without your id once you are erased. This page: half an hour.
my-held-rights-how = Who looked is encrypted under your key. Of this page's secret only a hash is kept.
my-held-technical = Numbers that hold it together
my-held-technical-what = A random number that stands for you here, those of the page and the brand, a keyed hash by which your next message finds you, and whether an erasure has begun.
my-held-technical-why = Without them your messages and your data would not find each other (6(1)(b)).
my-held-technical-long = Until you erase it.
my-held-technical-how = Numbers without content; the hash can be computed by this system alone.

my-rights = What you can do
my-export = Take it along
my-export-why = A file with everything that stands on this page, for programs and for another service (JSON).
my-export-button = Download my data
my-restrict = Have it kept and not used
my-restrict-why = Nothing is sent to you then, your name is shown to nobody, and what you write is not used, but for questions about your rights. Choose this if something is in dispute.
my-restrict-button = Keep it, do not use it
my-restrict-lift = It may be used again
my-erase = Erase it
my-erase-why = Everything about you goes, for good. You are asked once more first.
my-erase-go = Erase my data …
my-complain = Complain
my-complain-to = You can complain to a supervisory authority at any time: to the authority of the country where you live or work, or to { $authority } in { $country }, where the company sits that keeps your data for the page.
my-complain-general = You can complain to a data protection authority at any time: to that of the country where you live or work, or to that of { $country }, where the company sits that keeps your data for the page.

my-requests = Your requests
my-requests-lead = What you do on this page is done in seconds and noted here. A request by mail is answered within one month; it may take two more if you are told why in time.
my-requests-list = Show the list
my-request-due = To be answered by { $at }
my-request-reason = Takes longer because: { $words }
my-request-answer = What was answered: { $words }
my-tag = Your erasure tag
my-tag-why = Write this down if you want to check later, by yourself, that you were erased: it appears in the public log in that moment and not before. It says nothing about you.

my-erase-title = Erase all of your data?
my-erase-what = The key that your data is encrypted with is destroyed and every record about you is deleted: who you are, what you agreed to and its proofs, what was sent to you, and who looked. Nothing waits for you any more and nothing is sent.
my-erase-final = Nobody can undo it. If you ever write to the page again, you begin as somebody new. Take your data along first if you may need it:
my-erase-button = Erase everything about me
my-erase-keep = No, keep it
