# Mails. Every id here stands in the other languages' file of this name too.
# A letter has a subject, a text, and where it leads somewhere a button; what it says besides is put
# together in src/letters.rs. Links never stand in a text: they have a line of their own.

## In every mail

mail-hello = Hello,
mail-plain-link = If the button does not work, copy this address into your browser:
mail-time = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
  } { $day }, { $year }, { $clock } { $zone }
mail-utc = UTC
mail-zone = ({ $zone }, { $offset })
mail-when = When
mail-valid-until = This link works until { $time }, and only once. Opening it changes nothing: the page that it leads to asks you first.
mail-was-it-you = Was this not you?
mail-not-me-explain = Then use this link. It signs out every device, ends any access for support that your account gave, takes off second factor and passkeys, and lets you set a new password; then you set them up anew:
mail-not-me-button = This was not me
mail-why = You get this mail because { $brand } tells you of everything that happens to your account. It was written by a machine and holds nothing that reports back whether you read it.
mail-why-stranger = You get this mail because somebody entered your address at { $brand }. It was written by a machine and holds nothing that reports back whether you read it.
mail-controller = Responsible for your data: { $controller }, { $contact }. Answer this mail if you have a question.

## Signing up

mail-confirm_address-subject = Confirm your address for { $brand }
mail-confirm_address-text = Somebody signed up at { $brand } with this e-mail address. If it was you, confirm that the address is yours. If it was not, do nothing: without your confirmation no account is opened.
mail-confirm_address-button = Confirm my address

mail-confirm_new_address-subject = Confirm your new address for { $brand }
mail-confirm_new_address-text = This address was entered as the new address of an account at { $brand }. Confirm that it is yours, and it takes the place of the old one. If this means nothing to you, do nothing: the address will not be used.
mail-confirm_new_address-button = Confirm my new address

mail-already_registered-subject = You already have an account at { $brand }
mail-already_registered-text = Somebody tried to sign up at { $brand } with this address, which already has an account. Nothing was changed. If it was you, simply sign in.
mail-already_registered-button = Sign in
mail-already_registered-forgotten = If you no longer know your password, set a new one here:

mail-account_created-subject = Your account at { $brand } is ready
mail-account_created-text = Your address is confirmed and your account is open. From now on you get a mail whenever something about it changes.
mail-account_created-button = Sign in

mail-account_set_up-subject = { $brand } is set up
mail-account_set_up-text = You set up { $brand } and are its administrator. Keep your password in a password manager and turn on a second factor: whoever has this account has the whole service.
mail-account_set_up-button = Sign in

## Signing in

mail-new_place-subject = A sign-in to { $brand } from a new place
mail-new_place-text = Somebody signed in to your account from a network or with a browser that we had not seen before. If it was you, there is nothing to do.
mail-new_place-network = Network
mail-new_place-browser = Browser

mail-password_forgotten-subject = Set a new password for { $brand }
mail-password_forgotten-text = Somebody asked for a new password for your account at { $brand }. If it was you, set it here; your passkeys are then taken off, and you add them anew. If it was not, do nothing: your password stays as it is.
mail-password_forgotten-text-undone = You said that somebody else has been in your account at { $brand }. Everything there is ended, and the old password opens nothing any more. Set a new one here; then set up your second factor and your passkeys anew.
mail-password_forgotten-button = Set a new password

## Changes

mail-password_changed-subject = Your password at { $brand } was changed
mail-password_changed-text = The password of your account was changed, and every other device was signed out. If that was done by a mailed link, all passkeys were taken off as well: add yours anew in your account.

mail-address_changed_old-subject = Your address at { $brand } was changed
mail-address_changed_old-text = Your account no longer uses this e-mail address. Mails about it go to the new one from now on.
mail-address_changed_old-new = New address

mail-address_changed_new-subject = This is your address at { $brand } now
mail-address_changed_new-text = Your account uses this e-mail address from now on, for signing in and for mails.
mail-address_changed_new-button = Sign in

mail-two_factor_changed-subject = Your second factor at { $brand } was changed
mail-two_factor_changed-text = The way in which you confirm your sign-in was changed.
mail-two_factor_changed-what = What changed
mail-two_factor-codes_on = Codes from an app were turned on
mail-two_factor-codes_off = Codes from an app were turned off
mail-two_factor-passkey_added = A passkey was added
mail-two_factor-passkey_removed = A passkey was removed

mail-token_made-subject = A new API token for { $brand }
mail-token_made-text = An API token was made for your account. Whoever holds it can do the following in your name.
mail-token_made-text-helper = Somebody who helps made an API token for your account, under the access for support that you gave. It is revoked when that access ends. You see what it was made for and each call by it, and can end the access, under "Support access".
mail-token_made-scopes = May

mail-token_revoked-subject = An API token for { $brand } was revoked
mail-token_revoked-text = An API token of your account, or several at once, was revoked and no longer works.

mail-admin_read-subject = The admin of { $brand } looked at your name and address
mail-admin_read-text = The admin of { $brand } had the name and the e-mail address of your account shown. That is allowed where running the service needs it, and you are told of it. When that is done many times over, not every time has a mail of its own; the history in your account has them all. If you wonder why, ask the contact below.
mail-admin_read-button = See my account
mail-admin_opened-subject = The admin of { $brand } looked at what your account keeps
mail-admin_opened-text = The admin of { $brand } looked at something that your account keeps, and said what for. That is allowed where running the service needs it, and you are told of it. If it happens often, not each time has a mail; the list in your account has them all. Questions go to the contact below.
mail-admin_opened-text-last = The admin of { $brand } looked at something that your account keeps, and not for the first time. There may be no further mail about it for now, if it is looked at again within the next minutes. The list in your account has every time, with what for; look there. Questions go to the contact below.
mail-admin_opened-what = What
mail-admin_opened-reason = What for
mail-admin_opened-button = To my account

mail-sessions_ended-subject = The admin of { $brand } signed you out everywhere
mail-sessions_ended-text = The admin of { $brand } ended every session of your account, as is done when one may be in the wrong hands. You can sign in again at once. Any access for support that the account gave has ended, too; API tokens go on. If you did not ask for this and wonder why, ask the contact below.
mail-sessions_ended-button = Sign in

mail-plan_changed-subject = Your plan at { $brand } was changed
mail-plan_changed-text = The plan of your account, or the state of its subscription, has changed. What it includes and what you have used is shown in your account.
mail-plan_changed-plan = Plan
mail-plan_changed-state = Subscription
mail-plan_changed-button = See my plan

## Data

mail-export_taken-subject = Data was exported from { $brand }
mail-export_taken-text = A file with personal data was taken out of your account. Whoever holds it can read what is in it; keep it safe and delete it when it is no longer needed. When many files are taken one after another, not every one has a mail of its own.
mail-export_taken-what = What
mail-export-leads = { $count ->
    [one] The data of one lead
   *[other] The data of { $people } leads
  }
mail-export-account = { $count ->
    [0] Everything of the account
    [one] Everything of the account, with the data of one lead
   *[other] Everything of the account, with the data of { $people } leads
  }

mail-lead_erased-subject = A person's data was erased at { $brand }
mail-lead_erased-text = A person who had written to one of your pages was erased, with everything that was stored about them. Broadcasts no longer reach them. The receipt proves it and names nobody. When many people are erased one after another, not every one has a mail of its own.
mail-lead_erased-page = Page
mail-lead_erased-button = See the receipt

## Sending

mail-page_stopped-subject = A page of yours has stopped sending
mail-page_stopped-text = One of your pages does not send at the moment. Broadcasts that are going leave its people out until it sends again.
mail-page_stopped-page = Page
mail-page_stopped-why = Why
mail-page_stopped-button = Look at the page

mail-broadcast_finished-subject = Your broadcast is finished
mail-broadcast_finished-text = { $count ->
    [0] Your broadcast is finished. It was meant for nobody.
    [one] Your broadcast is finished. It was meant for one person.
   *[other] Your broadcast is finished. It was meant for { $total } people.
  } Whom it did not reach, and why, is listed in the result.
mail-broadcast_finished-sent = Sent
mail-broadcast_finished-refused = Not sent, by rule
mail-broadcast_finished-failed = Refused by Meta
mail-broadcast_finished-unknown = Handed over, arrival unknown
mail-broadcast_finished-button = See the result

mail-account_erased-subject = Your account at { $brand } is erased
mail-account_erased-text = As you asked, your account at { $brand } is erased, with all its pages, their leads, broadcasts and everything else it held. Nobody can read any of it any more. This is the last letter you get from us, and your address is forgotten with it. The page below shows how far the removal is and has the signed receipt; keep its address, it cannot be sent again.
mail-account_erased-text-admin = The admin of { $brand } had your account erased, with all its pages, their leads, broadcasts and everything else it held. The reason they gave stands below. Nobody can read any of it any more. This is the last letter you get from us, and your address is forgotten with it. The page below shows how far the removal is and has the signed receipt; keep its address, it cannot be sent again.
mail-account_erased-button = Progress and receipt
mail-account_erased-reason = Reason
mail-account_erased-tag = Erasure tag

## The log

mail-weekly_checkpoint-subject = This week's checkpoint of { $brand }'s log
mail-weekly_checkpoint-text = Keep this mail. The log under every opt-in and every erasure can only grow; these lines say what it held, and with them anybody can tell later whether something was put in, taken out or dated back. To compare, enter the number of entries on the page of the log: it must show the same root.
mail-weekly_checkpoint-log = Log
mail-weekly_checkpoint-entries = Entries
mail-weekly_checkpoint-root = Root
mail-weekly_checkpoint-witness = Witnessed by
mail-weekly_checkpoint-nobody = nobody yet: this mail is the only copy elsewhere
mail-weekly_checkpoint-button = See the log

## A return from a backup

mail-restored-subject = { $brand } was brought back from a backup
mail-restored-text = The service was brought back from a backup and does not know what came after it. Broadcasts are stopped, and nobody gets a bulk message before they have written again. People who were erased since stay erased. Passwords, passkeys and settings are as they were in the backup: please look through them.
mail-restored-lost = Records of the log that are lost
mail-restored-unknown = Deliveries that may or may not have gone
mail-restored-button = Look at the console

mail-data_map_changed-subject = { $brand } announces a change in how data is used
mail-data_map_changed-text = What { $brand } stores, or how, changes from the day named here and not before. This mail is about nothing else. Questions are welcome: answer this mail.
mail-data_map_changed-from = From
mail-data_map_changed-early = Why so soon
mail-data_map_changed-what = What changes
mail-data_map_changed-button = See what is coming
mail-data_map_changed-leave = Stay, or take along what is yours and leave

mail-recipient_announced-subject = { $brand } announces who is to get data
mail-recipient_announced-text = Somebody is to get data from { $brand }, from the day named here and not before. This mail is about nothing else. Questions are welcome: answer this mail.
mail-recipient_announced-from = From
mail-recipient_announced-early = Why so soon
mail-recipient_announced-who = Who
mail-recipient_announced-data = What they get
mail-recipient_announced-purpose = What for
mail-recipient_announced-country = Where
mail-recipient_announced-safeguard = What protects it there
mail-recipient_announced-button = See all who get data
mail-recipient_announced-leave = Stay, or take along what is yours and leave
mail-brand_ends-subject = { $brand } ends: take along what is yours
mail-brand_ends-text = { $brand } ends on the day named here. From then on everything that is kept here can be erased at any time: your account, your pages and the people who wrote to them. Nothing can be handed out afterwards. Until then everything goes on as it is: download your archive before that day, or leave and have everything erased now. This mail is about nothing else. Questions are welcome: answer this mail.
mail-brand_ends-from = Ends on
mail-brand_ends-contact = Whom to ask
mail-brand_ends-button = Back up and leave
mail-brand_goes_on-subject = { $brand } goes on after all
mail-brand_goes_on-text = { $brand } had announced its end. That is called off: nothing is erased, and everything goes on as it is. There is nothing you have to do. This mail is about nothing else. Questions are welcome: answer this mail.
mail-brand_goes_on-from = The day that is called off
mail-brand_goes_on-button = Your account
mail-breach_notice-subject = Your data at { $brand } was concerned by a breach
mail-breach_notice-text = Something happened that concerns your data. This mail is about nothing else. Please read what you can do.
mail-breach_notice-seen = What was seen for certain
mail-breach_notice-possible = What may have been seen
mail-breach_notice-happened = What happened
mail-breach_notice-follows = What is likely to follow
mail-breach_notice-done = What we did
mail-breach_notice-advice = What you can do
mail-breach_notice-contact = Whom to ask
mail-breach_notice-button = How we handle breaches
mail-breach_of_leads-subject = Data of people who wrote to your pages was concerned by a breach
mail-breach_of_leads-text = Something happened that concerns data of people who wrote to your pages. Towards them you are the controller: you decide what else is to be said to them and to your authority. Those who can be written to are told in their thread, the others on their own page.
mail-breach_of_leads-people = People of your pages
mail-breach_of_leads-seen = Data concerned, for certain or possibly
mail-breach_of_leads-happened = What happened
mail-breach_of_leads-follows = What is likely to follow
mail-breach_of_leads-done = What we did
mail-breach_of_leads-advice = What they can do
mail-breach_of_leads-contact = Whom to ask
mail-breach_of_leads-button = How we handle breaches
mail-breach_due-subject = A breach: the time to tell the authority runs out
mail-breach_due-text = One of your cases is certain, and the register does not say yet that the authority was told, nor why not.
mail-breach_due-due = To be told by
mail-breach_due-button = To the case

mail-support_granted-subject = Access for support was given at { $brand }
mail-support_granted-text = An admin gave somebody who helps access for a time. If nobody of you did, end it at once. Whoever finds that somebody else was in their account, or cannot sign in any more, asks for a new password on the sign-in page: that ends every access which their account gave.
mail-support_granted-opens = Opens
mail-support_granted-until = Ends at the latest
mail-support_granted-button = To the grant
mail-support_entered-subject = Somebody came in to help at { $brand }
mail-support_entered-text = The code of an access for support was used. It works no more. If this was not the helper whom you gave it to, end the access at once.
mail-support_entered-button = To the grant
mail-support_ended-subject = Access for support has ended at { $brand }
mail-support_ended-text = The helper is out, and every API token that was made for the helper has ended. The summary stands in the log.
mail-support_ended-how = How
mail-support_ended-people = People shown
mail-support_ended-button = To the summary
mail-support_read-subject = Your name and address were looked at for support at { $brand }
mail-support_read-text = Somebody who helps { $brand } under a limited access had your account's name and mail address shown. If it happens often, not each time has a mail; the list in your account has them all. Questions go to the contact below.
mail-support_read-text-last = Somebody who helps { $brand } under a limited access had your account's name and mail address shown, and not for the first time. There may be no further mail about it for now, if they are shown again within the next minutes. The list in your account has every time, with what for; look there. Questions go to the contact below.
mail-support_read-reason = What for
mail-support_read-button = To my account

mail-document_changed-subject = { $brand } changes a document: please read and decide
mail-document_changed-subject-told = { $brand } changes a document
mail-document_changed-text = A document that holds between you and { $brand } gets a new version. This mail is about nothing else. Questions are welcome: answer this mail.
mail-document_changed-document = Document
mail-document_changed-version = New version
mail-document_changed-from = In force from
mail-document_changed-early = Why so soon
mail-document_changed-what = What changes
mail-document_changed-button = Read it, with the differences
mail-document_changed-decide = You decide: accept it, or take your data along and leave. You are asked at your next sign-in, or here
