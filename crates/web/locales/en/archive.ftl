# Taking everything along, and bringing it back.

archive-title = Take everything along
archive-lead = Everything of your account in one file: to keep, to read, to move to another service, or to come back with.
archive-take = Your archive
archive-size = { $count ->
    [0] No leads yet.
    [one] One lead.
   *[other] { $shown } leads.
}
archive-holds-account = Your account: name, address, sign-ins, where you are signed in, what you accepted, what was exported, your plan
archive-holds-work = Your work: pages, bots and what they ask, tags, templates, broadcasts with who got them and who did not
archive-holds-leads = Your leads with everything that is held of them and may be shown to you
archive-holds-proofs = The proof of every opt-in, which anybody can check without us
archive-holds-not = Not in it: passwords, the keys to your Facebook pages, and what a lead has not permitted to show you.
archive-lock = Who can open the file
archive-lock-why = The file holds personal data of you and of your leads. Encrypted, it is of no use to whoever finds it.
archive-lock-passphrase = Whoever knows a passphrase
archive-lock-key = Whoever holds a key of mine (age)
archive-lock-none = Anybody who has the file: not encrypted
archive-passphrase = Passphrase
archive-again = The same once more
archive-passphrase-why = At least 12 characters; several words are best. It is not kept here: if it is lost, nobody can open the file.
archive-key = Public key
archive-key-why = Only if you chose a key. It begins with age1; the program age makes one.
archive-button = Download the archive
archive-written-down = That you took it is written down in your account, and you get a mail about it.
archive-wrong-again = The two passphrases are not the same. Type both again.
archive-wrong-passphrase = The passphrase must have at least 12 characters. Take several words.
archive-wrong-key = This is no public key of age: one begins with age1 and has 62 characters. Never give the secret key away.
archive-open = Opening it later
archive-open-zip = It is a zip file: unpack it and open index.html in a browser. The pages need no connection and no program of ours. Tables open in any spreadsheet, and programs read the JSON.
archive-open-age = If it is encrypted, open it first with age, a free program for every system:
archive-open-back = Keep it whole: a new account here can bring its content back.

# Inside the archive.
archive-file-title = Everything of your account at { $brand }
archive-file-made = Made { $time }.
archive-file-times = All times: { $zone }.
archive-file-account = Account
archive-file-documents = Documents you accepted
archive-file-part = Leads, part { $number }
archive-file-index = Contents
archive-file-before = Back
archive-file-next = Next
archive-file-nothing = Nothing is held here.
archive-file-consents = Opt-ins and withdrawals
archive-file-answers = Answers
archive-file-deliveries = Broadcasts
archive-file-history = From an earlier archive
archive-file-proofs = Checking the proofs
archive-file-proofs-how = The folder proofs holds a file for each opt-in, and log-key.txt the public key of the log. With the program, or with one of your own, anybody can check them without a connection:
archive-label-name = Name
archive-label-email = E-mail address
archive-label-language = Language
archive-label-zone = Time zone
archive-label-account = Account's number
archive-label-created = Made
archive-label-password = Password changed
archive-label-plan = Plan
archive-label-document = Document
archive-label-version = Version
archive-label-accepted = Accepted
archive-label-meta = Number at Meta
archive-label-connected = Connected
archive-label-question = Opt-in question
archive-label-tags = Tags
archive-label-text = Text
archive-label-state = State
archive-label-kind = Kind
archive-label-counts = Who got it
archive-label-first = First wrote
archive-label-last = Last wrote
archive-label-about = About
archive-label-shown = What was shown
archive-label-answered = What was answered
archive-label-broadcast = Broadcast
archive-label-reason = Reason
archive-value-agreed = agreed
archive-value-withdrawn = withdrawn
archive-value-not-agreed = not agreed
archive-value-opt_in = Opt-in
archive-value-withdrawal = Withdrawal
exports-form-archive = Everything of the account
exports-column-state = State
exports-column-reason = Reason
exports-column-attempts = Attempts
exports-column-changed_at = Changed (UTC)
archive-delivery-sent = sent
archive-delivery-refused = held back
archive-delivery-failed = failed
archive-delivery-unknown = unknown
archive-delivery-planned = planned
archive-delivery-sending = being sent

# Bringing it back.
import-title = Bring an archive back
import-lead = What you once took along comes into this account: your work at once, your leads asleep.
import-choose = Choose an archive
import-choose-lead = The file is looked through first, and you see what is in it. Nothing changes before you say yes.
import-passphrase-why = Only if the file was encrypted to a passphrase. It is used to open the file, and not kept.
import-file = File (.zip or .zip.age)
import-look = Look through
import-chosen = The archive you chose
import-whence = From { $brand }.
import-comes-nothing = It holds nothing that could come.
import-comes-leads = { $count ->
    [one] { $shown } lead, with tags, earlier opt-ins and withdrawals
   *[other] { $shown } leads, with tags, earlier opt-ins and withdrawals
}
import-comes-tags = { $count ->
    [one] { $shown } tag
   *[other] { $shown } tags
}
import-comes-bots = { $count ->
    [one] { $shown } page's bot
   *[other] { $shown } pages' bots
}
import-comes-templates = { $count ->
    [one] { $shown } template
   *[other] { $shown } templates
}
import-comes-drafts = { $count ->
    [one] { $shown } broadcast as a draft
   *[other] { $shown } broadcasts as drafts
}
import-comes-past = { $count ->
    [one] { $shown } sent broadcast, to look back at
   *[other] { $shown } sent broadcasts, to look back at
}
import-dormant = Leads come back asleep: nobody writes to them until they write or say yes again. What they agreed to before is kept as history only.
import-comes-not = What does not come: password, sessions, API tokens, access to pages, your plan, and messages that were waiting.
import-fate = What becomes of it
import-page-connect = Connect it again
import-page-here = Connected here
import-pages-why = Facebook asks you again for each page, so that nobody gets another's page by naming it. Until then its leads wait.
import-start = Bring it in
import-drop = Do not bring it in
import-forget = Do not show this any more
import-moving = It goes on if you close this page.
import-done = All is in that could come.
import-leads-in = Leads that came back
import-leads-known = Leads that were here already
import-leads-left = Leads left out, whose page is not in the archive
import-wrong-busy = An archive is being brought in. Wait until it is done, then choose another.
import-wrong-not-ours = This is not an archive of an account. Choose the file as you downloaded it.
import-wrong-version = This archive is of another version than can be read here.
import-wrong-needs-passphrase = This archive is encrypted. Type its passphrase and choose the file again.
import-wrong-passphrase = The passphrase does not open this archive. Mind capital letters and blanks, and choose the file again.
import-wrong-key = This archive is encrypted to a key. Open it on your own machine with age, and choose the zip file.
import-wrong-truncated = The file ends too early: it was not saved whole. Take another copy of it.
import-wrong-large = The archive is larger inside than is allowed.
import-wrong-damaged = The archive is damaged or was changed. Take another copy of it. Nothing was changed here.
console-done-import-dropped = The archive is gone from here.
leads-badge-dormant = Asleep
lead-dormant = Back from an archive, and asleep: nobody writes to this lead before they write or say yes again. What they agreed to before stands in their file as history and permits no message.
