# Accounts: set-up, sign-up, sign-in, profile, security. Every id here stands in the other languages' file of this name too.

## The pages for visitors

portal-languages = Languages
portal-documents = Documents
home-title = Welcome
home-lead = Write to the people who agreed, on Facebook Messenger: a bot answers, and now and then a message goes to everybody who said yes.
home-console = Go to the console
home-consent = Promotions go only to people who pressed Yes on a question that says exactly that.
home-proof = Each yes is kept with its proof. Whoever holds the proof can check it without us.
home-erase = Unsubscribing takes one tap or the word “stop”. Whoever asks to be erased is unreadable for everyone on the live system at once, because a key of their own is destroyed, and in every backup within the days that stand under “How data is used”. A receipt says both, and anybody can check it.
bounce-title = One moment
bounce-go-on = Go on

## Documents

document-terms = Terms
document-privacy = Privacy notice
document-data_use = How data is used
document-version = Version { $version }
document-since = in force since { $time }
document-missing-title = Not published yet
document-missing-lead = This document is not published yet. As long as it is missing, nobody can sign up here.

## Signing in

sign-in-title = Sign in
sign-in-button = Sign in
sign-in-forgotten = Forgotten your password?
sign-in-register = No account yet? Sign up
sign-in-wrong = The e-mail address or the password is not right.
sign-in-unconfirmed = Your e-mail address is not confirmed yet. We have just sent you another mail: open the link in it, then sign in.
sign-in-must-reset = This password has ended, because somebody said that a sign-in was not you. Choose a new one by the link that was mailed, or ask for another link below.
sign-in-needs-passkey = The password alone does not open this account: sign in with its passkey, by the button below. If you have lost that, have a link for a new password sent; it takes the lost passkey off.
field-email = E-mail address
field-password = Password
field-keep = Stay signed in
field-keep-why = Without it the session ends with the browser, or after thirty minutes without use. Choose days on a device of your own only. A password manager makes signing in easy.
keep-no = No
keep-days = { $count ->
    [one] Yes, for { $shown } day
   *[other] Yes, for { $shown } days
}
signed-out = You are signed out. The session and its cookie are deleted.
confirmed = Your e-mail address is confirmed. You can sign in now.
address-confirmed = Your new e-mail address counts from now on. Sign in with it.
reset-done = Your new password is set, all sessions, API tokens and accesses for support that your account gave are ended, and all passkeys are taken off. Sign in with it now; your passkeys you add anew under My account.
set-up-over-title = This link does not set up any more
set-up-over-lead = It was used already, it is older than an hour, or it was cut off when it was copied. Nothing was changed. If the brand has its admin, sign in. If not, whoever runs the program ends it and starts it again with “entente serve”: as long as a brand has no admin, it prints a new link at each start, and only the newest is good.
set-up-done = Everything is set up. Sign in with the address and the password you have just chosen.
too-many = { $count ->
    [one] Too many tries. Come again in { $shown } second.
   *[other] Too many tries. Come again in { $shown } seconds.
}
second-title = Second factor
second-lead = Type the six digits that your authenticator app shows now.
second-button = Go on
second-anew = Sign in anew
second-by-recovery = Use a recovery code instead
second-by-app = Use the app's code instead
second-recovery-title = Recovery code
second-recovery-lead = Type one of the recovery codes that you kept. Each opens your account once.
second-recovery-button = Go on
field-recovery = Recovery code
field-recovery-why = Capitals, blanks and dashes do not matter.
wrong-recovery = This recovery code is not right, or it was used already. Each is good once: take the next.
field-code = Code
wrong-code = This code is not right, or it was used already. Type the one that the app shows now.
sign-out = Sign out

## Signing up

register-title = Sign up
register-lead = Before you type anything: this is what we will keep about you, why, and for how long.
register-address-log = For security we keep the IP address and the kind of browser of each sign-in for 30 days, and of a session as long as it lasts, 90 days at most. You can see both in your account at any time.
register-button = Sign up
register-sign-in = Sign in
register-closed-title = Sign-up is closed
register-closed-lead = The documents that you should read first are not published yet. Please come again later.
register-no-mail-title = Sign-up is not possible yet
register-no-mail-lead = Your address is confirmed by a mail, and this installation cannot send mail yet. Whoever runs it sets it up under “mail” in the configuration.
forgotten-no-mail-title = No mail can be sent yet
forgotten-no-mail-lead = A new password is set by a link that we mail, and this installation cannot send mail yet. Whoever runs it sets it up under “mail” in the configuration.
register-sent-title = Look into your mail
register-sent-lead = We have sent a mail to the address you gave. Open the link in it to go on. If it does not come within a few minutes, look into the spam folder, or sign up again.
field-name = Name
field-new-password = New password
field-new-password-why = At least ten characters (for an admin fourteen) that nobody would guess, not even somebody who knows you. A password manager makes and keeps a good one.
field-admin-password-why = At least fourteen characters, and harder to guess than a user's: an admin reaches everybody's data.
field-agree = I have read and accept:
wrong-agree = Please read the documents and tick the box; without that we may not keep your data.
wrong-accepted = The documents have changed while you were reading. Please read them again.
wrong-email = This is no e-mail address. Write it as in name@example.com.
wrong-name = Write a name of 1 to 100 characters.
wrong-password = Choose another password than the one you have.
wrong-documents = Each document must have a text in each of the brand's languages.
wrong-language = Choose one of the languages in the list.
wrong-zone = This is no time zone that we know. Choose one from the list.

## Passwords that are refused

password-too-short = This password is too short.
password-too-long = This password is too long: 200 characters are the most.
password-own-words = This password is made of your own words (your name, your address, or our name). Whoever knows you tries those first.
password-common = This is one of the passwords that are tried first, because many people use it.
password-breached = This password became known in a breach of some other service, so it is among those that are tried first. Choose one that you use nowhere else.
password-word = A single word is easy to guess. Put several words together that have nothing to do with each other.
password-name = A name by itself is easy to guess. Put several words together that have nothing to do with each other.
password-pattern = Keys that lie beside each other are easy to guess.
password-repeat = The same characters again and again are easy to guess.
password-sequence = Sequences such as abc or 6543 are easy to guess.
password-date = Dates and years are easy to guess.
password-guessable = This password would be guessed too soon. Make it longer: several words that have nothing to do with each other are good.

## Mailed links

link-not-good-title = This link does not work any more
link-not-good-lead = It was used already, its time is over, or it was cut off when it was copied. Nothing was changed. Ask for a new one.
confirm-title = Confirm your e-mail address
confirm-lead = Type the password that you chose when you signed up; with it your account opens. If you have not signed up here, close this page: without the password nobody can use your address.
confirm-password = Password of your sign-up
confirm-forgotten = I do not know it any more: send a link for a new one
confirm-button = Open my account
wrong-confirm-password = This is not the password of the sign-up. If you signed up twice, the newer one counts.
confirm-address-title = Confirm your new e-mail address
confirm-address-lead = Give your password, and this address is the one of your account from now on. If you have no account here, close this page.
confirm-address-button = Confirm
not-me-title = This was not me
not-me-lead = Press the button if somebody else has been in your account. All sessions and API tokens end at once, and any access for support that your account gave. The second factor and all passkeys are taken off, yours too, because we cannot tell whose they are. We send a link for a new password to the address that got this mail; if your account has been moved to another address since, it comes back to this one.
not-me-button = End everything
not-me-done-title = Everything is ended
not-me-done-lead = All sessions and API tokens are ended, and any access for support that your account gave. The second factor and all passkeys are taken off. Open the mail that we have just sent you, and choose a new password. Then set up your second factor and your passkeys anew under My account.
reset-title = Choose a new password
reset-lead = Then all sessions and API tokens end, and any access for support that your account gave, all passkeys are taken off, and you sign in with the new password. A second factor stays.
reset-button = Set the password
forgotten-title = Forgotten password
forgotten-lead = We send a link for a new password to your address. It is good for one hour.
forgotten-button = Send the link
forgotten-sent-title = Look into your mail
forgotten-sent-lead = If this address has an account here, a mail with a link is on its way.

## Set-up

set-up-title = Set up
set-up-lead = You are the first here. Make the admin's account, look through the documents below, and publish them as version 1. Nobody can sign up before that. You find them again in the console, under Documents. A document that comes with the program begins with the line “This is a template …”, which is published as it stands unless you unfold the document and delete it: have the text checked by your counsel first.
set-up-sample = The documents below name { $name }, which is sample data, as those who answer for people's data. That is fine for a trial. For real people put name, address, country and contact of whoever it is into [controller] of this brand's brand.toml first, start again, and open the new link.
set-up-button = Make the account and publish

## One's own account

console-nav-account = Account
account-title = My account
account-done-profile = Your profile is saved.
account-done-password = Your password is changed, and your other sessions are ended.
account-done-address = We have sent a link to the new address. Until you open it, the old one stays.
account-done-sessions-tokens = All other browsers are signed out. Your API tokens, and any access for support that you gave, are ended.
account-done-session = Ended.
account-done-confirmed = Your e-mail address is confirmed. Welcome!
account-done-passkey-added = The passkey is added. From now on you can sign in with it.
account-done-passkey-removed = The passkey is removed. It opens nothing here any more.
account-done-proved = Thank you. Now press the button once more.
account-done-factor-on = The second factor is on. From now on a code is asked for at sign-in.
account-done-factor-off = The second factor is off.
wrong-current = This is not your password.
field-language = Language
field-zone = Time zone
field-zone-none = None chosen: times are in UTC
field-current-password = Current password
sessions-also-tokens = End my API tokens, too
field-tokens = End my API tokens, too (as an admin, also any access for support that I gave)
field-new-email = New e-mail address
prove-title = Confirm that it is you
prove-lead = What comes next is weighty: it changes how your account is protected, or what happens to people's data. Give your password once more; for fifteen minutes you are not asked again.
prove-button = Go on
profile-title = Profile
profile-button = Save
change-password-title = Password
change-password-button = Change the password
change-address-title = E-mail address
change-address-lead = We send a link to the new address; the old one is told as well.
change-address-button = Send the link
factor-on-title = Second factor
factor-on-lead = With a second factor a stolen password alone opens nothing: at sign-in a code from an app on your phone is asked for, too.
factor-on-button = Switch on
factor-confirm-title = Switch the second factor on
factor-confirm-lead = Type the six digits that the app shows now. Only then is a code asked for at sign-in.
factor-confirm-button = Switch on
factor-off-title = Second factor
factor-off-lead = It is on. To switch it off, give your password and a code: the app's, or a recovery code.
factor-off-button = Switch off
factor-codes-left = { $count ->
    [one] { $shown } recovery code is left.
   *[other] { $shown } recovery codes are left.
}
factor-new = A new second factor
factor-scan = Take this picture with your authenticator app:
factor-picture = QR code for the authenticator app
factor-by-hand = Or type this secret into it:
factor-recovery = Keep these recovery codes where you keep important papers. Each opens your account once when the phone is lost. They are shown only now.
## Passkeys

passkeys-title = Passkeys
passkeys-lead = A passkey signs you in with your fingerprint, your face or your device's PIN, without a password and without a code. It lies on your device or in your password manager; we keep only its public half, with which nobody can sign in. It works on this site only, so no copy of our pages can get at it.
passkeys-made = Added
passkeys-never = Never
passkeys-remove = Remove
passkey-name = Name of the passkey
passkey-name-why = So that you know it again in this list: "My phone", say.
passkey-add = Add a passkey
passkey-sign-in = Sign in with a passkey
passkey-prove = Confirm with a passkey
passkey-cancelled = Nothing was confirmed on the device. Try once more, or use your password.
passkey-known = This device has a passkey for your account already. You can sign in with it.
passkey-failed = That did not work. Try once more in a moment, or use your password.
passkey-unknown = This browser knows no passkeys. Use your password.
passkey-needs-script = A passkey needs JavaScript, which is off in this browser. Your password works without it.
passkey-wrong = This passkey was not taken: it is not known here, it has been removed, or you took longer than five minutes. Try once more, or use your password.
passkey-not-added = The passkey was not added: it took longer than five minutes, or the device did not check who you are. Try once more.
passkey-remove-title = Remove the passkey { $name }?
passkey-remove-what = From then on it opens nothing here. Your password and your other passkeys stay as they are.
passkey-remove-device = Delete it on your device or in your password manager, too: from here we cannot.
passkey-remove-button = Remove the passkey

## Sessions and history

sessions-title = Where you are signed in
sessions-lead = Each row is a browser that is signed in to your account. End those that you do not know.
sessions-browser = Browser
sessions-address = IP address
sessions-since = Since
sessions-seen = Last used
sessions-end = End
sessions-this = this one
sessions-kept = stays signed in
sessions-tokens = { $count ->
    [one] Programs are not signed out by this: one API token of yours goes on working.
   *[other] Programs are not signed out by this: { $shown } API tokens of yours go on working.
  }
sessions-gives = Whoever helps by an access for support that you gave is not signed out by this.
sessions-end-others = End all others
history-title = Sign-ins of the last 30 days
history-lead = Kept for security only, encrypted with your own key, and shown to nobody but you. Each time the admin of this service has your name and address shown, that stands here too. After 30 days each entry is deleted.
history-when = When
history-what = What
sign-in-outcome-signed_in = Signed in
sign-in-outcome-second_factor = Password right, second factor asked for
sign-in-outcome-wrong_password = Wrong password
sign-in-outcome-ended_password = Password that had ended
sign-in-outcome-wrong_code = Wrong code
sign-in-outcome-wrong_passkey = A passkey that was not right
sign-in-outcome-admin_read = The admin had your name and address shown

## The demo's mailbox

mailbox-title = Mailbox
mailbox-lead = Mails of this brand, the newest first. They were kept here and sent to nobody.
mailbox-empty = No mail yet. Sign up, or ask for a new password, and the mail stands here.

looks-title = Who looked at your data
looks-lead = Your name and address are hidden from everybody until the admin of this service asks to see them. Each time is written down here for you, encrypted with your own key, and kept for a year, and so is each time that the admin looks at your pages, bots, leads, tags, broadcasts, templates or exports, with what for, and each page about your account that somebody opens who helps under a limited access.
looks-none = Nobody has looked in the last year.

document-all = All versions, and what changed
document-from = in force from { $time }
document-coming = Announced
document-summary = What changes
document-difference = The differences to the version before
document-versions = All versions
document-hash = The hash of this version, with its dates and in all languages, as the log holds it from version 2 on. It is the SHA-256 of
document-hashed = these bytes
document-leaf = It was announced as entry { $leaf } of the log.
document-told = { $count ->
    [one] One account was written to.
   *[other] { $shown } accounts were written to.
}
document-early-law = With less than 30 days' notice, because a law or an authority asks for it.
document-early-security = With less than 30 days' notice, because it protects your data or your safety.
difference-gap = … the same …
difference-gone = Gone:
difference-new = New:
decide-title = Something has changed: you decide
decide-due = These new versions are in force. Read what changes, and accept them or leave: as long as you have not decided, nothing but this, your archive and the ways out is open.
decide-soon = These new versions have been announced. Accept them now or later; from their day on you are asked before anything else.
decide-nothing = Nothing is ticked. Tick what you accept, or choose one of the ways below.
decide-changed = There is a newer version meanwhile. Read it and decide once more.
decide-whole = The whole text
decide-link = Its own page
decide-accept = I accept this version: { $document }
decide-button = Accept what is ticked
decide-later = Decide later
decide-leave = If you do not accept
decide-leave-lead = Take along what is yours, then leave; nothing is erased without your word. What has been scheduled goes on as long as the subscription does.
decide-cancel = Cancel the subscription
decide-ask = Questions are welcome:
decide-out = Sign out

leave-title = Stay or leave
leave-lead = What is announced here holds from its day on. If it is all right with you, there is nothing to do. If it is not, take along what is yours and leave before that day.
leave-none = Nothing of this kind is announced at the moment.
leave-recipient-from = gets data from { $time }
leave-stay = Stay
owed-title = Set up a second factor
owed-lead-admin = This account runs the brand and reaches everybody's data, so a password alone must not open it. Until it has a second factor, nothing else is open.
owed-lead = This service asks for a second factor beside the password, so that a stolen password alone opens nothing. Until your account has one, nothing else is open.
owed-choose = Choose one of the two below; it takes a minute. Then all is open, and whoever else is signed in to this account is signed out.
owed-passkey = With a passkey you sign in by itself; the password alone does not open your account any more.
owed-leave = What is open all the same
owed-leave-lead = What is yours you can take along or have erased without it. What is scheduled and your API tokens go on.
wrong-second_factor = A second factor is demanded of this account, and this is its last one. Set up another one first, then take this one off.
accepted-title = What you accepted
accepted-lead = Each version of each document, with a file that proves it: check it offline with “entente proof verify” and the log's key.
accepted-none = Nothing: you set this brand up, and its documents are yours.
accepted-document = Document
accepted-when = Accepted
accepted-proof = Proof
accepted-file = File
console-done-decided = Your decision is recorded.
document-overtaken = never in force: a newer version came before it
