# The page on which the log shows itself. Every id here stands in the other languages' file of this name too.

logs-title = The log
logs-lead = Every agreement, every withdrawal and every erasure leaves an entry here that says nothing about anybody. The log can only grow; each checkpoint below fixes all that was in it before.
logs-witnessed = Witnessed
logs-unwitnessed = Not witnessed yet
logs-name = Name
logs-size = Size
logs-root = Root
logs-at = Signed
logs-by = Witnessed by
logs-empty = Nothing has been logged yet. The first entry comes with the first person who agrees to something, and its checkpoint about a minute later.

log-entries = { $count ->
    [one] one entry
   *[other] { $shown } entries
  }
log-seen = { $what }, { $at }
log-signed = Has seen { $what }. Signed last on { $at }.
log-never = Has not signed yet.
log-quorum = { $count ->
    [one] A checkpoint counts as witnessed once one of them has signed it.
   *[other] A checkpoint counts as witnessed once { $shown } of them have signed it.
  }

logs-witnesses = Witnesses
logs-witnesses-lead = A witness is somebody else who signs a checkpoint only if it continues the one they signed before. What they have signed, not even the operator of this service can change or date back.
logs-witnesses-none = Nobody witnesses this log yet. Until somebody does, its checkpoints are the operator's word alone. Whoever runs this service can name a witness in its configuration.

log-problem-unreachable = It did not answer when it was last asked. It is asked again with the next checkpoint.
log-problem-unregistered = It may not be connected to: it does not stand in the register of recipients, or not yet.
log-problem-unknown = It does not know this log yet: its operator has to add the log's key.
log-problem-other_key = It knows another key of this log: its operator has to correct it.
log-problem-senseless = It answered something that makes no sense. It is asked again with the next checkpoint.
log-problem-rolled_back = It holds a longer log under the same signature: older data was put back here. What came after it is missing.
log-problem-forked = It holds another history under the same signature: older data was put back here and written on, or a copy ran elsewhere.

logs-compare = Compare a checkpoint that you kept
logs-compare-lead = A checkpoint in a mail, a proof or a receipt names a number of entries and a root. Enter the number: the root that stands here must be the same.
logs-compare-size = Number of entries
logs-compare-button = Show the root
logs-compare-how = Is it the same as yours? Then nothing before it was changed, put in or taken out. Is it another? Then keep what you have and show it to somebody you trust.
log-compare-none = The log does not hold so many entries. If your checkpoint says that it did, older data was put back here: keep your checkpoint and show it to somebody you trust.

logs-check = Check a proof or a receipt
logs-check-lead = A proof of an agreement and a receipt of an erasure are files that anybody can check without us, without a network and without asking anybody.
logs-check-key = Take the key of this log once, keep it, and do not take it from whoever hands you a proof:
logs-check-how = With the program:
logs-check-limit = Take the key of a witness from the witness, not from this page. A check says “witnessed by …” with the time, or “unwitnessed”.
logs-key-file = The log's key
logs-checkpoint-file = The newest checkpoint
