# The register of requests. English; every id here stands in ../ar/requests.ftl too.

requests-nav = Requests
requests-title = Requests
requests-lead = Each time somebody uses a right. What people do by themselves on their own page is done in seconds; what comes by mail has to be answered within a month.
requests-open = Waiting for an answer
requests-open-none = Nothing waits. When somebody asks by mail, letter or call to see, correct or erase their data, note it below, so that its month is counted.
requests-closed = Answered
requests-closed-none = Nothing has been answered yet.
requests-column-what = What
requests-column-way = How it came
requests-column-received = Came
requests-column-due = To be answered by
requests-column-outcome = Outcome
requests-put-off = put off
requests-kind-access = To see the data
requests-kind-export = To take the data along
requests-kind-correction = To have it corrected
requests-kind-restriction = To have it kept and not used
requests-kind-restriction_lifted = To have it used again
requests-kind-objection = No more marketing
requests-kind-withdrawal = An agreement taken back
requests-kind-erasure = To have it erased
requests-kind-facebook_data = To erase what a Facebook login gave
requests-kind-facebook_removal = App removed at Facebook
requests-way-own_page = By themselves
requests-way-facebook = From Facebook
requests-way-mail = By mail, letter or call
requests-outcome-done = Done
requests-outcome-partly = Done in part
requests-outcome-refused = Refused
requests-outcome-no_data = There was no data
requests-done = Done
requests-today = To be answered today
requests-left = { $count ->
    [one] { $shown } day left
   *[other] { $shown } days left
}
requests-overdue-today = Overdue since today
requests-overdue = { $count ->
    [one] Overdue by { $shown } day
   *[other] Overdue by { $shown } days
}
requests-note = Note a request that came otherwise
requests-note-kind = What is asked for
requests-note-received = When it came
requests-note-received-why = The month begins that day. In UTC.
requests-note-words = Your note
requests-note-words-why = How to find the message again, for example a number. No names: the register is kept for three years and outlives an erasure.
requests-note-button = Note it
requests-one = Request
requests-facts = How it stands
requests-extend = Put it off
requests-extend-why = Once, by two months, and only while the first month runs. The person is to be told the reason within that month; leads read it on their own page.
requests-extend-reason = Reason
requests-extend-button = Put it off by two months
requests-extend-not = It cannot be put off: its first month is over, or that was done before.
requests-close = Close it
requests-close-outcome = How it ended
requests-close-answer = What was answered
requests-close-answer-why = Needed where something was refused or done in part.
requests-close-button = Close the request
requests-wrong-date = Choose a day that is not in the future.
requests-wrong-reason = Write a reason in 3 to 500 characters.
requests-wrong-answer = Say in 3 to 500 characters why it was refused or done in part.
requests-wrong-note = The note may have 500 characters at most.
console-done-request-noted = The request is noted and its month runs.
console-done-request-extended = The request was put off. Tell the person why.
console-done-request-closed = The request is closed.
requests-status-title = A request passed on by Facebook
requests-status-done = What the login with Facebook gave has been erased
requests-status-done-explain = Facebook's id of the person and the access to their pages are deleted here, and these pages stand still. The account itself can be erased by its owner in the console.
requests-status-removed = The access that the login gave has ended
requests-status-removed-explain = The access to the person's pages is deleted here, and these pages stand still until they are connected anew.
requests-status-none = There is no data from this login
requests-status-none-explain = Nobody whom Facebook calls by that id has connected a page here, or all of it was erased before.
