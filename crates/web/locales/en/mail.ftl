# Mails. Every id here stands in the other languages' file of this name too.
