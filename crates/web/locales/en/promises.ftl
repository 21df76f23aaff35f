# The promises, each by its number: what is promised, how it is kept, where that is seen. Every id here stands in the other languages' file of this name too.

promises-title = What is promised
promises-lead = Each promise has a number that it keeps for good. Under it stands how it is kept, in words that say nothing more than the program does, and where you can see it for yourself.
promises-roles = Four kinds of people are meant: whoever makes and runs the program, the admin of the brand, users with an account, and people who write to a user's page on Messenger.
promises-counted = The program's tests carry these numbers in their names: a test fails when what it shows of a promise is no longer so. They are counted from the program's source, not by hand.
promises-names = The names of the tests, by number
promises-tests = { $count ->
    [0] No test carries this number yet.
    [one] One test carries this number.
   *[other] { $shown } tests carry this number.
  }
promises-broken = { $count ->
    [0] It was never broken on purpose.
    [one] Broken once on purpose, on { $day }: a test noticed.
   *[other] Broken on purpose in { $shown } ways, last on { $day }: tests noticed each.
  }
promises-broken-all = That the tests notice is tried: each promise is broken on purpose, as a careless change might do it. Under each stands what was broken, which test noticed, and on which day for the last time. The words and the names are those of the program's source, in English.
promises-broken-test = Noticed by the test
promises-broken-day = Day

promises-scans = What scanners said
promises-scans-lead = Programs that look for weak points were set on a running copy of the program. The newest report of each stands in the program's source under the path that is given, with the command and the version. In English.
promises-scans-day = Day
promises-scans-by = Scanner
promises-scans-became = What became of it

promises-of-data = Personal data
promises-of-makers = Whoever makes and runs the program
promises-of-admin = The admin of the brand
promises-of-user = Your own part
promises-of-done = What is done
promises-of-get = What you get
promises-of-bulk = Bulk messages

promises-see-map = The list of everything that is kept, column by column
promises-see-map-file = The same list as a file, whose fingerprint stands in the log
promises-see-short = In short: what is kept and what is not
promises-see-browser = What your browser keeps
promises-see-address = Where IP addresses are kept, and for how long
promises-see-recipients = The register of everybody who receives data, with the date
promises-see-backups = What backups hold, and after how many days they open nothing
promises-see-not = What is not promised
promises-see-announced = What the brand announces before anybody signs up
promises-see-rights = Your rights, and how to get to your own page
promises-see-log = The public log: its newest signed checkpoint and who witnessed it
promises-see-check = How to check a proof or a receipt without us
promises-see-register = The sign-up form
promises-see-sign-in = The sign-in form
promises-see-forgotten = The way to a new password
promises-see-terms = The terms, with every version and what changed
promises-see-privacy = The privacy notice, with every version and what changed
promises-see-lead-given = What is kept of what people say, on which basis
promises-see-given = What you give us, and how it is protected
promises-see-arises = What arises from use, and how it is protected
promises-see-reading = The record of who looked
promises-see-support = Where a helper comes in, with a code that an admin made
promises-see-grants = What is kept of access for support
promises-see-answers = What is kept of an answer
promises-see-exports = The record of what was taken out
promises-see-register-of-recipients = Who receives data: in force, coming and ended
promises-see-breach-policy = The breach policy, and how long the register is
promises-see-audit = What is kept of what admins do
promises-see-breaches = What is kept of breaches
promises-see-security = Where to report a weak point
promises-see-sign-ins = What is kept of a sign-in
promises-see-daily = The figures by day
promises-see-deliveries = What is kept of a message that was sent
promises-see-mails = What is kept of a mail that waits

## Personal data

promises-d1-what = Whatever belongs to a person counts as personal data: name, picture, address, location, IP address and more.
promises-d1-how = Each item that the program keeps is filed with what it is, about whom, what for, on which legal basis, for how long and how it is protected. A column of the database that is not filed fails the program's tests, and so does a field inside an encrypted envelope.
promises-d2-what = Data stays the person's own. A permission is good for one kind of use and for no other.
promises-d2-how = Writing to a page lets it answer. Promotions come only after a Yes to a question that says exactly that. An answer to a question is kept, shown and used in messages only as far as that was permitted, and each of these permissions is taken back by itself.
promises-d3-what = Passing data on is announced before it happens.
promises-d3-how = The program opens connections only to the hosts in its register of recipients, and to none before its day. Somebody new waits thirty days, of which every account is told by mail at once, unless the mail and the register say why less. That holds for every way out: Meta, mail, certificates and witnesses.

## The makers

promises-r1-what = How data is stored that you give, and that arises from use, is described in full.
promises-r1-how = The data page is made by the program from its own declarations: every table and every column, where it lies and how it is protected. A test compares it with the database.
promises-r2-what = You are told of all that is kept for a while and of all that is kept for good.
promises-r2-how = The data page names every cookie with its life, and every table of the database. Tests compare the list with what the program sets and with what a real browser holds afterwards.
promises-r3-what = All of a person's data can be erased for good, at the end of an account or of the service.
promises-r3-how = Accounts, people who wrote to a page, and whole brands can be erased. Each erasure destroys the key of what was kept, removes the records and leaves a receipt without personal data that anybody can check. The end of a whole brand is announced thirty days ahead: everybody who has an account then is told by mail, and whoever comes later when they confirm it.
promises-r4-what = No log of what people do, and no back door.
promises-r4-how = The program's messages to its operator hold ids, states and counts. That something sent did not fit is one of them, by the kind of page or call, a code and the account's id, without what was sent. A test lets the program work and then searches its messages for names and addresses. Every address of this site says who may call it, and tests call each as a stranger. That an admin or a user had somebody shown is recorded, and that person sees it; of programs with a token they see which can read. What admins do, and what concerns the safety of an account, is audited; what users do with bots, people and broadcasts is not, unless it was refused to them: then what kind of page or call it was, and how often.
promises-r5-what = Access for support is short, and its credentials are worth nothing afterwards.
promises-r5-how = There is no way in until the brand's admin opens one, for one helper, for named things and for 72 hours at most. The helper sees lists without names, and of secrets the last characters; to be shown a person or to get a token of the API, the helper says why, and the person can read it. Each page and each call is written down. When the time is over, code, session and tokens are ended by the program in one step, and a summary goes into the log. Whoever runs the server can read what the running program can read; that cannot be ruled out, and the data page says so.

## The admin

promises-a1-what = The admin of the brand can reach the data, and is seen doing so.
promises-a1-how = Accounts are listed without names. To see one, the admin gives password or passkey again; the look is recorded, told by mail and shown in that account. So it is with the pages, bots, leads, tags, broadcasts, templates and exports of an account, where the admin says what for, too; a lead who is shown reads it on their own page. What admins do is written into an audit that has its place in the public log. The admin reads the program's own messages in the console; they hold nothing about people.
promises-a2-what = How data is used is announced before anybody signs up.
promises-a2-how = Sign-up stays shut until the terms, the privacy notice and the announcement are published. The form shows them, and records which version was accepted; the account has a file that proves it.
promises-a3-what = Nobody draws data out under the guise of a survey.
promises-a3-how = A question to people cannot be made without saying what it is for; they read that before they answer and can skip it. Whoever takes people's data out as a file, in the console or by a program, gives a reason, and the record of it stays for a year. A program that may read leads can look at each one, with everything about that one, without a record: each lead's own page says since when there is such a program.

## The user's part

promises-u1-what = You read what holds here before you give data.
promises-u1-how = Terms, privacy notice and data page are one click away from every public form of this site, and from the pages inside.
promises-u2-what = A password from the dictionary, or one that can be guessed for this very person, gives an account away.
promises-u2-how = Such a password is refused, with the reason. It is judged with the person's own name, address and brand in view.
promises-u3-what = Passwords change when something looks wrong.
promises-u3-how = A sign-in from a new place is told by mail with a link “this was not me”. It ends every session, takes off second factor and passkeys, and asks for a new password.

## What is done

promises-x1-what = As little data as possible, and for each item why.
promises-x1-how = Signing up takes a name, an e-mail address and a password. Beside each field stands what it is for, taken from the data map. Message texts are not kept once they are answered, apart from those that prove an agreement or a stop, and answers to questions that said what they are for.
promises-x2-what = HTTPS is enforced.
promises-x2-how = In service, plain HTTP only leads to HTTPS, the program refuses versions of TLS older than 1.2, and browsers are told for two years to use nothing else. TLS protects the way to us; it does not cover Meta, which can read Messenger messages.
promises-x3-what = Session and cookie are destroyed when you sign out.
promises-x3-how = The session's record is deleted on the server, the cookie ends, and the browser is told to clear what it holds of this site. A test sees this in a real browser.
promises-x4-what = Nobody is tracked for commercial ends.
promises-x4-how = Pages and mails load nothing from elsewhere: no script, no pixel, no font. Links in messages leave as they were written. Figures of a broadcast are counts.
promises-x5-what = You are told of everything that keeps an IP address.
promises-x5-how = The sign-up form, the account page and the data page say where IP addresses are kept and for how many days. There is no log of visits.
promises-x6-what = Terms are clear, and so is what changes in them.
promises-x6-how = Each version stays public, with what was different from the one before, with its fingerprint and its place in the log.
promises-x7-what = You are told who receives data.
promises-x7-how = The register says who, what data, what for, where, under which safeguard, and from when, also who is coming and who has ended. A new entry is told to every account by a mail about nothing else before its day. What left to whom about you stands on your own page.
promises-x8-what = What happens after a breach is clear beforehand.
promises-x8-how = The breach policy says beforehand what is done. Each case is kept in a register whose entries stand in the public log, with the 72 hours for the authority, who is affected, computed from what was recorded, and who was told when.
promises-x9-what = Data goes when the plan is cancelled or the account deleted.
promises-x9-how = Cancelling offers three ways: keep the account, take an archive along, or erase everything. Erasing an account takes its pages, people, messages and sign-ins with it.
promises-x10-what = Weak points of the web are closed.
promises-x10-how = Every answer forbids foreign scripts and frames, forms work from our own pages only, guessing is slowed down, and what somebody types never becomes part of a command to the database. Tools that look for weak points are run over the program, and there is an address for whoever finds one.

## What people get

promises-f1-what = Adios: everything about an account is erased when its owner says yes. A backup can be taken first, and brought back.
promises-f1-how = It is unreadable for everyone on the live system at once, because the account's key is destroyed, and unreadable in every backup after the days that the data page states. A receipt says the first at once and the second when it holds, and you can check both yourself. The archive is readable, and a new account can read it in.
promises-f2-what = Secrecy: a thief of the database gets nothing to read.
promises-f2-how = Names, addresses, texts and tokens are encrypted under a key of their own for each person; readable are random ids, times, states and counts, and what the list marks as readable. A stolen database, backup or replica is unreadable without the keys. A stolen running server is not covered: it holds the keys that it works with.
promises-f3-what = No cookie, no session, unless you choose.
promises-f3-how = Nothing is set before you sign in. The session ends with the browser unless you choose days; all sessions are listed in the account, and each can be ended there.
promises-f4-what = No footprints: when and from where you sign in is kept for security only.
promises-f4-how = The history of sign-ins is encrypted under the account's key, shown to you alone, deleted after 30 days, and gone with the account. A session's address goes with the session. Of the browser only its family is kept.
promises-f5-what = No recording of behaviour to sell or to steer.
promises-f5-how = That somebody received or read a message is not kept: such news from Messenger is dropped. Of a reaction its time is kept, as of anything that somebody writes. Figures by day and by broadcast are counts. Which message was sent to whom is kept, so that nothing is sent twice and the person can see it; ninety days after the broadcast is over only counts are left.
promises-f6-what = Notify me: a mail about everything that happens to the account.
promises-f6-how = Creation, a sign-in from a new place, changes of password, address, second factor and passkeys, API tokens, exports, erasures and a look by the admin are told by mail, with the way to stop it where it could be somebody else's doing.
promises-f7-what = Policy updates: you are told of each change, and you decide.
promises-f7-how = A new version is announced to every account by a mail about nothing else, thirty days before, unless the law or urgent security asks for less. From its day on the account asks for a decision: accept, or take an archive and leave. The mail names whom to ask. A change of the data map that matters to people is announced in the same way, and the program that brings it serves nobody before its day.
promises-f8-what = Connect without worry: HTTPS everywhere.
promises-f8-how = What holds for this site (X2) holds behind it: a database on another machine is reached by verified TLS or not at all, unless its address says otherwise in so many words.
promises-f9-what = No data collecting: nothing is reported home, and there is no hidden way in.
promises-f9-how = The complete list of what is kept stands on the data page. The program reports nothing to its makers; it connects to the hosts of the register only. No account comes with it: the first admin is made by a link that works once and for an hour.
promises-f10-what = Breaches are prevented where they begin: encryption, checked input, strong passwords, a safe set-up.
promises-f10-how = Values reach the database apart from commands, admins need stronger passwords than others, and a check of the set-up names what is exposed or badly protected, with the remedy.

## Bulk messages

promises-b1-what = Bulk messages reach the people who wrote to a page on Messenger.
promises-b1-how = They go through Messenger's own limits and errors. Nothing is sent twice, and for each person stands whether the message went, and if not, why. Tests kill the program in the middle and compare.
promises-b2-what = That people agreed can be proved.
promises-b2-how = Promotions go only to whoever pressed Yes on a question that says exactly that; starting a conversation is not a Yes. The agreement goes as a fingerprint into a log that only grows, with signed checkpoints. A proof is checked without us. The log cannot show that the operator recorded truthfully in the first place.
promises-b3-what = A way out in every bulk message, at any time.
promises-b3-how = A bulk message without a button or link to leave cannot be built. The link needs no sign-in, and looking at it changes nothing; the word “stop” works too. What was agreed before does not count afterwards.
