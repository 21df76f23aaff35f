# Leads in bulk: tags on many at once, exports. Every id here stands in the other languages' file of this name too.

## Tags on many

many-title = Tag several leads at once
many-pick = Choose { $id }
many-whom = Which leads
many-ticked = Those who are ticked
many-page = { $count ->
    [one] The one on this page
   *[other] All { $shown } on this page
}
many-fitting = All who fit the filter …
many-all = All leads …
many-take = Take off
many-no-tags = With tags you choose who gets a broadcast.
many-put-title = { $count ->
    [0] Nobody fits this filter
    [one] Put the tag { $name } on { $shown } lead?
   *[other] Put the tag { $name } on { $shown } leads?
}
many-take-title = { $count ->
    [0] Nobody fits this filter
    [one] Take the tag { $name } off { $shown } lead?
   *[other] Take the tag { $name } off { $shown } leads?
}
many-put-what = Whoever bears it already keeps it. You can take this back afterwards with one button.
many-take-what = Whoever does not bear it stays as they are. This cannot be taken back with one button: nothing remembers who bore it.
many-put-button = Put the tag on
many-take-button = Take the tag off
many-none = There is nobody to change. Go back and take a condition away.
many-back = Back to the list
many-put = { $count ->
    [0] Nobody was changed: they bear the tag already.
    [one] The tag was put on { $shown } lead.
   *[other] The tag was put on { $shown } leads.
}
many-taken = { $count ->
    [0] Nobody was changed: none of them bears the tag.
    [one] The tag was taken off { $shown } lead.
   *[other] The tag was taken off { $shown } leads.
}
many-undo = Take this back

## Exports

exports-title = Exports
exports-lead = Leads as a file, for another program. Each file is written down here, so that you always know what left.
exports-button-list = Export …
exports-take = Take leads out as a file
exports-which = Which leads
exports-tagged = Tag: { $name }
exports-broadcast = Broadcast { $id }
exports-fitting = { $count ->
    [0] Nobody fits this choice at the moment.
    [one] { $shown } lead fits this choice at the moment.
   *[other] { $shown } leads fit this choice at the moment.
}
exports-fitting-first = { $count ->
    [0] None of your first { $looked } leads fits this choice. The file looks through all of them.
    [one] At least { $shown } lead fits this choice: your first { $looked } leads were counted here. The file looks through all of them.
   *[other] At least { $shown } leads fit this choice: your first { $looked } leads were counted here. The file looks through all of them.
}
exports-form = As what
exports-form-csv = Table (CSV), for spreadsheets
exports-form-json = JSON, for programs
exports-form-lead = Everything about one lead
exports-form-deliveries = Who got a broadcast and who did not · without names
exports-names = With first name, language and Messenger's id
exports-names-why = Without this, the file says nothing of who somebody is. With it, whoever holds the file can: keep it safe and delete it when it is no longer needed.
exports-with-names = with names
exports-masked = without names
exports-why = What is the file for?
exports-why-why = Data may leave only for a reason that you could tell the people it is about: they can read it on their own page.
exports-why-wrong = Say in 3 to 200 characters what the file is for.
exports-comes = Your file comes as a download; a large one takes a while. Then it stands in the list of files that were taken.
exports-button = Export
exports-taken = Taken out so far
exports-empty = No file has been taken out yet.
exports-column-when = When
exports-column-what = What
exports-column-which = Which
exports-column-for = What for
exports-column-leads = Leads
exports-unfinished = Not complete
exports-by-console = Here in the console
exports-by-api = By an API token
exports-kept = Each entry is encrypted with your account's key and deleted after a year. People who may stand in the file see on their own page when it was taken and what for. You also get a mail about it.
exports-column-lead = Lead
exports-column-page = Page
exports-column-first_wrote_at = First wrote (UTC)
exports-column-last_wrote_at = Last wrote (UTC)
exports-column-evidence = Evidence
exports-column-promotions = Promotions
exports-column-withdrawn_at = Unsubscribed (UTC)
exports-column-window_open_until = Window open until (UTC)
exports-column-unavailable = Cannot be reached
exports-column-tags = Tags
exports-column-given_name = First name
exports-column-language = Language
exports-column-messenger_id = Messenger's id

## The check of a page

pages-renew = Renew the access
pages-renew-title = Renew the access
pages-renew-what = The page gets its new access, the events and the greeting are set again, and it sends again from where it stopped.
pages-renew-finish = Renew it
pages-renew-not-granted = Facebook's dialog did not grant this page. Sign in there as somebody who manages the page, and leave it ticked.
pages-subscribe = Have the events delivered again
pages-check-now = Check now
pages-check-just = Meta was asked just now. This is what it says.
pages-check-known = As far as it is known here. “Check now” asks Meta.
pages-check-access-info = Meta did not say whether the access works
pages-check-access-silent = Try again in a while. What came instead of an answer: { $said }
pages-check-permissions-info = The permissions are not known at the moment
pages-check-permissions-missing = Missing: { $names }. Renew the access and leave everything ticked in Facebook's dialog.
pages-check-permissions-notices = Promotions and answers work. Notices by template need one more permission, pages_utility_messaging: renew the access and leave it ticked.
pages-check-events-good = What happens in Messenger is delivered here
pages-check-events-bad = Not everything that happens is delivered here
pages-check-events-info = Whether everything is delivered here is not known at the moment
pages-check-events-explain = Messages, taps, unsubscribing in Messenger's settings and the confirmation of what was sent. Facebook ends it when our server could not be reached for an hour.
pages-check-events-missing = Not delivered: { $names }. One click asks for them again.
pages-check-greeting-info = The greeting is on its way to Meta
pages-check-greeting-waits = It is set by itself within minutes; Meta takes only so many changes at a time.
pages-check-heard-info = Nobody has written yet
pages-check-heard-good = Messages arrive
pages-check-heard-at = Last message or tap: { $at }
pages-check-heard-explain = Write to the page yourself from another Facebook account. If nothing appears here within a minute, have the events delivered again.
pages-check-heard-well = Facebook reaches our server.
pages-check-heard-long = Nothing has come for more than a week. Write to the page yourself to see whether it arrives.
console-done-renewed = The access is renewed. The page sends again; broadcasts go on from where they stopped.
console-done-subscribed = Done. From now on everything that happens in Messenger is delivered here.
console-done-not-subscribed = Facebook did not do it. Check the access and the permissions below first.

## The last days

console-day = { $day } { $month }
days-title-sending = Messages in the last 30 days
days-title-consent = Agreed and unsubscribed in the last 30 days
days-most = Most in one day: { $most }
days-agreed = Said yes
days-left = Unsubscribed
days-table = As a table, days in UTC
days-nothing = Nothing in these days.
days-day = Day

## Why a field is asked for: the words of the data map (`.of`), held to it by a test

purpose-sentence = Asked { $purpose }.
purpose-account-sealed-name = so that we know what to call you
    .of = so that we know what to call you
purpose-account-sealed-email = so that you can sign in and we can write when something happens in your account
    .of = so that you can sign in and we can write when something happens in your account
purpose-account-sealed-language = so that the console and our mails speak it
    .of = so that the console and our mails speak it
purpose-account-sealed-zone = so that the console and our mails tell times as your clocks show them
    .of = so that the console and our mails tell times as your clocks show them
purpose-tag-sealed = so that you can choose who gets a broadcast
    .of = so that you can choose who gets a broadcast
purpose-export-sealed = so that you can always see what left and what for
    .of = so that you can always see what left and what for
