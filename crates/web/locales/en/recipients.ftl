# Who gets data: the public page, the admin's pages, and who received what of one person.

recipients-nav = Recipients
recipients-title = Who gets data
recipients-lead = Everybody outside this program who gets data, with what, why, where and under which protection. What stood here once stays here.
recipients-notice = Nobody is given data without having stood here first. A new entry is announced to every account by a mail about nothing else, at least 30 days before its day, unless it says why it cannot wait. The program itself opens no connection to a host that is not in force here.
recipients-log = Each entry has a hash in a log that only grows: what was announced, and when, cannot be changed afterwards.
recipients-in-force = In force
recipients-in-force-none = Nobody gets data.
recipients-coming = Coming
recipients-coming-none = Nobody is announced.
recipients-ended = Ended
recipients-ended-none = Nobody got data who does not any more.
recipients-from = Gets data from
recipients-until = Until
recipients-withdrawn = Withdrawn before it got any
recipients-announced = Announced
recipients-told = { $count ->
    [one] { $shown } account was told by mail
   *[other] { $shown } accounts were told by mail
  }
recipients-by-mail = by mail
recipients-never-announced = Before there was anybody to tell, or before announcements were kept here
recipients-reason = Why with less notice
recipients-way = How it gets there
recipients-not-connected = Not from this program: it does not connect there
recipients-leaf = Entry in the log
recipients-leaf-waits = Not numbered yet: within a minute
recipients-hashed = What the hash is of

recipients-admin-lead = Whom the program connects to stands in the operator's file recipients.toml. Announce here whoever else gets data: the hosting company, a bookkeeper, a lawyer.
announced-waiting = { $count ->
    [one] The mail to one account has not left yet.
   *[other] The mails to { $shown } accounts have not left yet.
  } Sending is tried again for three days. If this stays, “entente doctor” says what is wrong with sending mail.
announced-lost = { $count ->
    [one] One account was not told: no mail server took the mail, and it is not tried again.
   *[other] { $shown } accounts were not told: no mail server took the mails, and they are not tried again.
  } The announced day stays. See with “entente doctor” that mail leaves, and announce it once more (a document as its next version) with enough time. An address that takes no mail any more stays without it: it stands on the public page, too.
recipients-all = All of them, with those that are coming and those that have ended
recipients-public = The public page
recipients-end-title = End { $who }?
recipients-end-what = From now on it gets no data. The entry stays on the public page, among those that have ended. To give data again, announce it again.
recipients-end-button = End it

recipient-title = Announce a recipient
recipient-lead = Everybody with an account gets a mail about this and nothing else, and the entry stands on the public page at once. Give no data before its day. An entry cannot be changed: end it and announce another.
recipient-button = Announce a recipient
recipient-look-button = Look at it before it goes out
recipient-look-from = Gets data from { $time }
recipient-look-at-once = Gets data as soon as it is announced
recipient-look-mail = The mail
recipient-look-told = { $count ->
    [0] Nobody is mailed: there is nobody but admins yet.
    [one] One account gets this mail at once.
   *[other] { $shown } accounts get this mail at once.
  }
recipient-sure = Announce it?
recipient-sure-lead = It stands on the public page and in the log at once. It cannot be changed afterwards, only ended.
recipient-publish = Announce it
field-recipient-who = Who
field-recipient-who-why = The company or person, by the full name: people have a right to know who exactly.
field-recipient-data = What they get
field-recipient-data-why = Each kind of data, so that people see what of theirs it is.
field-recipient-purpose = What for
field-recipient-purpose-why = Data given for one purpose is not used for another.
field-recipient-country = Where
field-recipient-country-why = The country in which the data lies, and others from which it can be reached.
field-recipient-safeguard = What protects it there
field-recipient-safeguard-why = A contract under article 28, an adequacy decision, standard clauses: outside the European Union nothing may be given without one.
field-recipient-from = Gets data from
field-recipient-from-why = The beginning of this day, in UTC. At least 30 days from now, so that people can read, ask and leave.
field-recipient-reason = Why it cannot wait 30 days
field-recipient-reason-why = Only if the day is nearer: it stands in the mail and on the public page.
wrong-recipient-from = Choose a day within a year that is at least 30 days from now, or say below why it cannot wait.
wrong-recipient-text = Say it in 1 to 500 characters, on one line.
wrong-recipient-many = There are 100 recipients already: end one first.
console-done-recipient-announced = Announced. Everybody with an account is being told.
console-done-recipient-ended = Ended.
console-done-recipient-kept = The program connects to it: it ends when its entry is taken out of recipients.toml.

received-title = Who received your data
received-lead = From this program, and from whoever else was announced, as far as it concerns accounts. The words are those of the register.
received-none = Nobody.
received-who = Who
received-what = What they get
received-when = When
received-since = Since { $from }
received-between = From { $from } to { $until }
received-general = Announced for everybody: whether it was yours in particular is not known to this program.
received-messages = { $count ->
    [one] { $shown } message of a broadcast:
   *[other] { $shown } messages of broadcasts:
  }

# What entries say that come with the program, or that the file of recipients offers (brands/recipients.toml). An entry of
# exactly these words is shown in each language; its hash is of the English ones.
recipients-own-meta-data = The page-scoped id of the person written to, the text and buttons of the message, the first name where the text uses it, the page's access token
recipients-own-meta-purpose = Delivering answers and messages in Messenger, setting up a connected page, reading the state of message templates
recipients-own-meta-country = Ireland, with transfers to the United States
recipients-own-meta-safeguard = EU-US Data Privacy Framework and Meta's standard contractual clauses
recipients-own-login-data = The app's id and the address to return to; the user signs in at Facebook's own page
recipients-own-login-purpose = Letting a user choose the pages to connect
recipients-own-mail-data = The account's e-mail address, and the text of mails about what happened to the account
recipients-own-mail-purpose = Confirming addresses, and telling account holders what happens to their account
recipients-own-contract = Processing contract under GDPR article 28
recipients-own-witness-data = The log's name, its number of entries and a hash: no personal data
recipients-own-witness-purpose = Signing that the log only grows, so that nothing in it can be dated back
recipients-own-nothing = No personal data is sent
recipients-own-database-data = Everything that is stored, sealed as the data page says
recipients-own-database-purpose = Keeping the database
