# Where weaknesses are reported. Every id here stands in the other languages' file of this name too.

security-title = Reporting a weakness
security-lead = Have you found a way to see, change or break what you should not be able to? Please say so here, before somebody else uses it.
security-where = Where to write
security-what = Say what you did, step by step, what happened, and what you had expected, so that it can be done once more. Say also whether you saw data of others: then the people concerned have to be told.
security-please = What we ask of you
security-please-own = Try it with accounts and pages of your own. Do not look at, change, keep or pass on the data of others; if you come upon some, stop there.
security-please-still = Do not send messages to people, and do not hold up the service: no flooding, no guessing of passwords, nothing against the people who work here.
security-please-first = Leave us the time to mend it before you tell others, and agree with us on the day.
security-scope = What belongs here
security-scope-here = Everything at this address: these pages, the console, the interface for programs and the bot on Messenger. Facebook and Messenger themselves are Meta's; it takes reports of its own.
security-scope-program = A weakness of the program itself, Entente, is as well reported to those who make it: the file SECURITY.md that comes with it says how.
security-file = The same for programs: security.txt
