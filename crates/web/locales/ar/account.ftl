# Accounts: set-up, sign-up, sign-in, profile, security. Every id here stands in the other languages' file of this name too.
