# The admin's pages about the brand and its documents. Every id here stands in the other languages' file of this name too.

console-nav-brand = Brand
console-nav-documents = Documents
console-done-brand = Saved, and in force from this moment.
console-done-brand-back = It follows the brand's file again.
console-done-logo = The logo is in its place.
console-done-logo-gone = The logo is gone. The first letter of the name stands in its place.
console-done-published = Published. From now on people can sign up.

brand-lead = What people see of you. What you set here goes over the brand's file and is in force at once; what you do not set follows the file.
brand-save = Save
brand-set-here = Set here
brand-in-file = As in the file
brand-back = Back to the file …

brand-name-title = Name
brand-name-name = Name of the brand
brand-name-name-why = It heads every page and every mail, and stands in the bot's texts wherever they say {"{brand}"}.

brand-logo = Logo
brand-logo-lead = It stands at the head of the console and of the pages for sign-in and sign-up. Mails carry the name in your colours instead: a picture in a mail would tell who opens it.
brand-logo-now = The logo as it is now
brand-logo-none = No logo yet: the first letter of the name stands in its place.
brand-logo-file = Picture
brand-logo-why = PNG, JPEG or WebP, at most { $kib } KiB, with sides of { $least } to { $most } pixels. Whatever a camera or a program has written into the file besides the picture is left out.
brand-logo-button = Use this picture
brand-logo-wrong-empty = Choose a file first.
brand-logo-wrong-large = This file is too large: { $kib } KiB at most. Save the picture smaller and try again.
brand-logo-wrong-kind = This is no PNG, JPEG or WebP. An SVG is not taken, since it can hold a program: save it as PNG.
brand-logo-wrong-damaged = This file cannot be read to its end. Save the picture once more and try again.
brand-logo-wrong-sides = Each side must have { $least } to { $most } pixels.
brand-logo-wrong-moves = The picture moves. Choose one that stands still.

brand-colours-title = Colours
brand-colours-lead = Buttons and links bear the first colour; the second is what is written on it.
brand-colours-primary = Colour of the brand
brand-colours-on_primary = Writing on it
brand-pair-button = Button
brand-pair-link = A link
brand-contrast-buttons = Writing on buttons: { $ratio } to 1. At least 4.5 is needed.
brand-contrast-links = Links on the page: { $ratio } to 1. At least 4.5 is needed.

brand-languages-title = Languages
brand-languages-lead = In which languages the pages, the mails and the bot speak.
brand-languages-speaks-en = English
brand-languages-speaks-ar = Arabic
brand-languages-first = The first of them
brand-languages-first-why = It is spoken to people whose language is not known or not among them.

brand-controller-title = Who answers for the data
brand-controller-lead = The controller under data protection law. It stands at the foot of every page and mail. Documents that are published already keep what they said on the day they were published.
brand-controller-name = Name
brand-controller-address = Postal address
brand-controller-country = Country
brand-controller-contact = E-mail address for questions about data
brand-controller-contact-why = The bot names it to whoever asks about their data, and answers to our mails go there. Somebody has to read it.

brand-texts = What the bot says
brand-texts-lead = For pages whose account has not written texts of its own.
brand-texts-wording = Other words in the welcome, in the question, in its two answers, or in the brand's name make a new version of the question. Whoever has agreed keeps the version they saw, word for word, as evidence.
brand-texts-language = Language
brand-texts-origin = Where the texts come from
brand-texts-none = None yet
brand-texts-change = Change
brand-texts-leave = Leave it as it is
brand-texts-title = What the bot says: { $language }
brand-texts-names = {"{page}"}, {"{brand}"} and {"{contact}"} are filled in with the page's name, yours, and the address for questions about data, except on buttons.
brand-texts-ask = Before the answer
brand-texts-ask-lead = Together these ask for permission. They say that a program answers, and what it is that people would get.
brand-texts-after = After the answer
brand-texts-else = Everything else
brand-texts-way-out = The way out
brand-texts-way-out-lead = Every bulk message carries one of the two.
text-greeting = Greeting
text-greeting-why = Messenger shows it before the first tap. At most 160 characters, and it names the purpose.
text-welcome = Welcome
text-welcome-why = The first answer. It says that a program answers.
text-question = The question
text-question-why = It says exactly what somebody agrees to, and how to end it.
text-yes = Yes, on a button
text-no = No, on a button
text-thanks = After Yes
text-declined = After No
text-stopped = After “stop”
text-default_answer = When the bot has no answer
text-my_data = To “my data”
text-my_data-why = What is kept about somebody, why, and whom to turn to.
text-unsubscribe_button = Button for leaving
text-unsubscribe_button-why = Must be one of the words that stop offers, such as “Unsubscribe”.
text-unsubscribe_sentence = Before the link for leaving

brand-file = In the brand's file
brand-file-lead = Under which hosts and at which address the brand is reached is up to whoever runs the program: it depends on names, certificates and the app at Meta. It stands in brand.toml and is read when the program starts.
brand-file-hosts = Hosts
brand-file-address = Public address
brand-file-slug = Short name

brand-wrong-length = Must have 1 to { $shown } { $count ->
    [one] character
   *[other] characters
  }.
brand-wrong-placeholder = { $name } would be shown as it stands: only {"{page}"}, {"{brand}"} and {"{contact}"} are filled in.
brand-wrong-no-placeholder = { $name } would be shown as it stands: nothing is filled in here. Write it out.
brand-wrong-control = This must stand on one line.
brand-wrong-stop-word = The bot must know this button as a wish to leave. Take one of its words: “Unsubscribe”, “Stop”, “Stop offers” …
brand-wrong-same = Must say something else than Yes.
brand-wrong-notice = The privacy notice in force does not name this. Whoever else becomes responsible is announced first: publish a notice that names them under Documents, and set the name here once that notice is in force.
brand-wrong-address = This is no e-mail address.
brand-wrong-colour = Choose two colours of the form #1f4e79.
brand-wrong-faint = This cannot be read well: the writing on buttons has a contrast of { $buttons } to 1, and 4.5 is the least. Choose two colours that are further apart in lightness.
brand-wrong-faint-links = This cannot be read well: links in this colour have a contrast of { $links } to 1 on the page, and 4.5 is the least. Choose a darker colour.
brand-wrong-languages = Choose at least one language.
brand-wrong-texts = The bot has no texts in one of these languages yet. Write them first, below.
brand-wrong-empty = This must not be empty.

brand-back-title = Back to what the file says?
brand-back-file = The file says: { $value }
brand-back-texts = The texts that are set here are lost; those of the file are in force from then on.
brand-back-texts-none = The file has no texts in this language. If it is offered, take it off the languages first.
brand-back-button = Back to the file
brand-back-logo = Take the logo away?
brand-back-logo-what = The picture is deleted. The first letter of the name stands in its place.
brand-back-logo-button = Take it away

documents-lead = What people read before they give data, in the versions that are in force.
documents-in-force = In force
documents-version = Version
documents-published = Published
documents-since = In force since
documents-read = Read it as people see it: { $language }
documents-public = Where people find it
documents-missing = It is not there in { $language } yet. Whoever reads { $language } is shown another language.
documents-fixed = A version that has been published never changes: whoever accepted it has accepted exactly its words. What changes comes as a new version.
documents-publish-title = Publish version 1
documents-publish-lead = As long as one of these is missing, nobody can sign up. Each begins as a template that says truthfully what this program does; read it, put in what only you know, and publish. A template begins with the line “This is a template …”, which is published as it stands unless you unfold the document and delete it: have the text checked by your counsel first.
documents-publish-button = Publish as version 1
documents-prove-first = Everybody who signs up accepts these words, and a published version never changes. Before you publish, show that it is you.
document-terms-what = What you and your users promise each other.
document-privacy-what = Who answers for the data, what happens to it, and which rights people have.
document-data_use-what = What is stored, why and for how long: everybody sees it right above the sign-up form.
document-from-template = Markdown. It begins as a template that says truthfully what this program does: read it, check it with whoever advises you in law, and remove the note at its top.
document-from-own = Markdown, from the brand's own folder. Read it once more before it is published.
wrong-document-empty = This document is empty. It needs a text in each of the brand's languages.
wrong-document-long = This document is too long: at most { $shown } { $count ->
    [one] character
   *[other] characters
  }.

documents-next = Write a new version
documents-coming = See the new version
documents-telling = Everybody is being told; so far { $count ->
    [one] one account.
   *[other] { $shown } accounts.
}
console-done-announced-policy = Published. Everybody with an account is told by mail; nobody has to accept it.
console-done-announced = Published. Everybody with an account is told by mail, and decides at the next sign-in.
version-title = A new version
version-lead-policy = Everybody with an account gets a mail about this change and nothing else. Nobody has to accept this document; it is public. Until its day the version before stays in force. A published version never changes.
version-waits = { $version } is published already and is coming: { $since }. What you write here is the one after it, and people are told and asked once more.
version-template = A text still says that it is a template. Have it checked and take that line out, or everybody reads it.
version-lead = Everybody with an account gets a mail about this change and nothing else, and decides: accept, or back up and leave. Until its day the version before stays in force. A published version never changes.
version-button = Look at the differences
version-text = The text in { $language }
version-summary = What changes, in { $language }
version-summary-why = In plain words, 20 to 2,000 characters. It stands in the mail and above the differences.
version-early-none = No: with at least 30 days' notice
version-at-once = in force as soon as it is published
version-look = Look at it once more
version-unchanged = In this language nothing is different.
version-sure = Publish it?
version-sure-lead = It is written into the log, and the mails go out at once.
version-same-in = Only the text in { $other } is different. In { $same } it stays as it is, so whoever reads it there does not find the change. Have it translated first, or publish it knowingly.
version-same-known = I know that the text in { $same } stays as it is.
version-publish = Publish and tell everybody
version-change = Change it
version-same = Nothing is different from the version before.
version-order = The version before this one comes into force later. Choose a day after that.
version-meanwhile = Somebody has published a version of this document meanwhile. Look at it before you write the next.
field-effective_at = In force from
field-effective_at-why = The beginning of this day, in UTC. At least 30 days from now, so that people can read, ask and leave.
field-early = Does it come with less notice?
field-early-why = Only where a law or people's safety asks for it. The mail says so.
wrong-summary = Say in 20 to 2,000 characters what changes, in each language.
wrong-effective_at = Choose a day within a year that is at least 30 days from now, unless a law or safety asks for less.
version-prove = Publishing asks for your password once more, if you gave it longer than a quarter of an hour ago. Open this in another tab, then publish from here; what you wrote stays.
wrong-document-size = Each text needs between 1 and 200,000 characters, in each of the brand's languages.
