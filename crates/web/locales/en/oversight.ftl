# What the admin looks at of what an account keeps. English; every id here stands in ../ar/oversight.ftl too.

oversight-title = What it keeps
oversight-explain = Whose it is, its pages, its leads and its broadcasts, when something has to be found out there. Each look is written down with what for: in the audit, in the account's own list of who looked, and for a lead on their own page. The account is told by mail.
oversight-reason = What for
oversight-reason-why = In 10 to 500 characters. The account reads it, and so does a lead whom you have shown. It is kept for a year: name nobody in it.
oversight-open = Open
oversight-pages = Pages
oversight-leads = Leads
oversight-broadcasts = Broadcasts
oversight-noted = Written down, with what for: { $reason }
oversight-leads-rule = Nobody is named in this list. Choose a lead to be shown who it is.
oversight-broadcasts-rule = What a broadcast says is shown when you choose it.
oversight-nothing = There is nothing here.
oversight-lead = Lead
oversight-lead-masked = Who it is, what they agreed to and what they answered is hidden until you say what for. The lead reads it on their own page, the account in its list.
oversight-lead-button = Show who it is
oversight-lead-restricted = This person asked that their data be kept and not used: nothing of it is shown.
oversight-broadcast = Broadcast
oversight-broadcast-masked = What it says is hidden until you say what for. The account reads it in its list of who looked.
oversight-broadcast-button = Show what it says
oversight-shown = This is written down and can be read by those it is about. It is shown this once.
