# Words of the gates and the wall. $event, $days, $when, $gate arrive ready-made from words.py.

## The light
title-go = WELCOME
title-exit = GOODBYE
title-stop = STOP
title-check = CHECK

## Reasons in full: what the person at the door is told
reason-admitted = { $event } · { $today }
reason-exited = Exit recorded
reason-emergency = Emergency: all doors are open
reason-overridden = Admitted by a supervisor
reason-frozen = Entry is stopped: please wait
reason-unreadable = This code is not a badge
reason-wrong-edition = This badge is for another conference
reason-unknown-key = This badge cannot be verified
reason-bad-signature = This badge cannot be verified
reason-key-not-valid = This badge cannot be verified
reason-key-scope = This badge cannot be verified
reason-test-badge = This is a test badge
reason-expired = This badge has expired
reason-replaced = This badge was replaced by a newer one
reason-cancelled = This registration was cancelled
reason-blocked = Please speak to a supervisor
reason-not-approved = This registration is not approved yet
reason-unknown-issue = This badge is not known
reason-needs-record = This badge must be checked at the desk
reason-wrong-gate = This gate is not open in this direction
reason-wrong-event = This badge is for: { $events }
reason-wrong-event-none = No event is registered for this badge
reason-wrong-category = Not open to this badge category: { $event }
reason-wrong-day = { $event }: valid { $days }
reason-too-early = { $event }: opens { $when }
reason-too-late = { $event }: closed for today
reason-already-inside = Already inside: entered at { $gate }, { $since }
reason-too-soon = Please wait until { $when }
reason-day-limit = Already entered today at { $gate }, { $since }
reason-zone-full = This room is full
reason-delegation-full = The places of this delegation are taken
reason-second-look = Compare the person with the photo
reason-rule-error = Not decided: please call a supervisor

## Reasons in short: table rows and bars
reason-admitted-short = Admitted
reason-exited-short = Left
reason-emergency-short = Emergency
reason-overridden-short = Override
reason-frozen-short = Entry stopped
reason-unreadable-short = Not a badge
reason-wrong-edition-short = Other conference
reason-unknown-key-short = Unknown key
reason-bad-signature-short = Forged
reason-key-not-valid-short = Key not valid
reason-key-scope-short = Key not for this badge
reason-test-badge-short = Test badge
reason-expired-short = Expired
reason-replaced-short = Badge replaced
reason-cancelled-short = Cancelled
reason-blocked-short = Blocked
reason-not-approved-short = Not approved
reason-unknown-issue-short = Unknown badge
reason-needs-record-short = Needs a record
reason-wrong-gate-short = Wrong gate
reason-wrong-event-short = Other event
reason-wrong-category-short = Other category
reason-wrong-day-short = Not valid today
reason-too-early-short = Too early
reason-too-late-short = Closed
reason-already-inside-short = Already inside
reason-too-soon-short = Too soon
reason-day-limit-short = Daily limit
reason-zone-full-short = Room full
reason-delegation-full-short = Delegation full
reason-second-look-short = Second look
reason-rule-error-short = Not decided

## What the guard must see
attention-escort = Escort: let them stay together
attention-medical = Medical: call the medical desk if asked
attention-protocol = Protocol: call the protocol officer

## The lane
lane-ready = Show your badge
lane-starting = Starting
lane-online = Online
lane-offline = Offline, deciding alone
lane-offline-since = Offline since { $when }, deciding alone
lane-never-synced = Waiting for the first list of badges
lane-waiting = { $n ->
    [one] { $n } record kept
   *[other] { $n } records kept
}
lane-camera-lost = Camera lost: use the hand scanner
lane-several = Several badges in view: please hold up one at a time
lane-process-lost = This screen lost its lane. Do not admit anyone by it.
lane-revoked = This lane was revoked: call a supervisor
lane-help-desk = Help desk: please ask the staff

## The wall
wall-entries = Entries
wall-inside = Inside now
wall-entered = Entered today
wall-per-minute = Per minute
wall-refused = Refused today
wall-attention = Needs attention
wall-attention-none = Nothing to report
wall-cumulative = Cumulative entries
wall-gates = Gates
wall-gates-note = entries per minute, last 60 min
wall-gate = Gate
wall-state = State
wall-in = In
wall-rate = /min
wall-last-hour = Last hour
wall-refused-short = Refused
wall-by-reason = Refused, by reason
wall-events = Events
wall-last-refusals = Last refusals
wall-zones = Zones
wall-state-ok = ok
wall-state-silent = silent
wall-state-never = never heard
wall-live = live
wall-reconnecting = reconnecting
wall-stale = data { $age } old
wall-peak = peak { $n } at { $when }
wall-share-of-scans = { $share } % of scans
wall-share-of = { $share } % of { $n }
wall-empty = No entries on this day yet
wall-no-refusals = No refusals
wall-people = people
wall-scans = scans
wall-attention-silent = { $gate }: silent for { $age }
wall-attention-waiting = { $gate }: { $n } records waiting
wall-attention-full = { $zone }: { $share } % of capacity
wall-sign-out = Sign out
wall-last-scan = last scan { $age } ago
wall-mode-emergency-open = All doors are open (emergency)
wall-mode-frozen = Nobody may enter (frozen)
wall-anomaly-double = Badge { $badge } twice: { $gate } { $when }, before at { $earlier } { $before }
wall-anomaly-hurry = Badge { $badge } faster than walking: { $gate } { $when }, before at { $earlier } { $before }
wall-anomaly-revoked = Revoked badge { $badge } was admitted: { $gate } { $when }
wall-overridden = { $n } overridden
wall-more = and { $n } more

## The command page
command-title = Command
command-wall = The wall
command-mode = Mode of the venue
command-mode-normal = Normal: gates decide
command-mode-emergency-open = Emergency: every door is open
command-mode-frozen = Frozen: nobody may enter, everybody may leave
command-set-normal = Back to normal
command-set-emergency-open = Open every door
command-set-frozen = Stop all entries
command-sure = { $what } - are you sure?
command-reach = Heard by { $n } of { $of } lanes.
command-behind = Not yet: { $names }
command-zones = Zones
command-roll-call = Roll-call
command-sweep = Sweep
command-sweep-zone = Everybody has left { $zone }; whoever was inside may come back
command-badge = Badge
command-name = Name
command-organisation = Organisation
command-since = Since
command-supervisors = Supervisors
command-no-supervisors = Nobody may override yet
command-pin = PIN, 6 to 12 digits
command-pin-badge = PIN or own badge
command-registration = Code of own registration (optional)
command-save = Save
command-retire = Retire
command-retired = retired
command-cancel = Cancel
command-only-pin = PIN
command-nobody = Nobody is inside

## What a guard does at a lane
lane-same-person = It is the same person
lane-override = Supervisor override
lane-undo = Undo last entry
lane-supervisor = Supervisor
lane-emergency-open = Open this door (emergency)
lane-frozen = Let nobody in here
lane-normal = Back to normal
lane-turn = Turn entry and exit
lane-entry = Entry
lane-exit = Exit
lane-pin = PIN
lane-why = Reason
lane-do = Do it
lane-cancel = Cancel
lane-ask-supervisor = Supervisor: show your badge to this lane
lane-not-a-supervisor = This is nobody's PIN or badge
lane-pin-locked = Too many wrong PINs: wait until { $when }
lane-why-needed = Choose a reason first
lane-scan-again = Scan the badge again first
lane-one-way = This gate has one direction only
lane-undone = The last entry was undone
lane-undo-no-admission = There is no entry to undo
lane-undo-already = It was undone already
lane-undo-too-late = Too late to undo it: more than 15 minutes
lane-undo-store = Not undone: the lane's store failed
lane-mode-normal = Back to normal
lane-mode-emergency-open = Emergency: this door is open
lane-mode-frozen = Nobody may enter here
lane-clock-wrong = Clock wrong by { $s } s, corrected
lane-places = { $n ->
    [one] { $n } place left
   *[other] { $n } places left
}
lane-in-zone = { $n } inside
lane-or-badge = or show your own badge
wall-attention-clock = { $device }: clock wrong by { $age }
wall-attention-battery = { $device }: battery at { $share } %
wall-attention-set-aside = { $n ->
    [one] { $n } record set aside: a device may be copied or faulty
   *[other] { $n } records set aside: a device may be copied or faulty
}
lane-roll-call = Roll-call: who is inside
lane-heard = Heard from the server { $age } ago; told { $n } other lanes
lane-never-heard = not yet heard from the server


## The phone scanner
scanner-title = Gate scanner
scanner-point = Point at the badge
scanner-point-exit = Exit: point at the badge
scanner-direction = Direction
scanner-find = Find name
scanner-find-words = At least three letters of a name
scanner-find-go = Search
scanner-find-none = Nobody of this name is expected
scanner-find-offline = Names can be looked up only with a network, and a few times a minute
scanner-torch = Torch
scanner-language = Language
scanner-in = { $n } in
scanner-offline = Offline
scanner-offline-kept = Offline · { $n } kept
scanner-keep-badge = Keep badge, call
scanner-badge-kept = Keep the badge, and call a supervisor
scanner-help-desk = Send to help desk
scanner-override-limit = No more overrides here within this hour
scanner-pin-or-badge = Type your PIN, or show your own badge
scanner-no-supervisors = No supervisor is known at this phone yet
scanner-unlock = Continue
scanner-close = Close
scanner-enrol-title = Set up this phone
scanner-enrol-words = Type the one-time code from the operator, or open the link that came with it.
scanner-enrol-code = One-time code
scanner-enrol-go = Start
scanner-enrol-again = Set up again
scanner-no-server = The server does not answer: is this phone online?
scanner-not-a-lane = This code is not for a gate
scanner-unsent = { $n } records of { $device } are not sent yet: set this phone up as { $device } first
scanner-camera-start = Start the camera
scanner-camera-refused = The camera is not allowed: allow it in the browser’s settings, or use a hand scanner
scanner-camera-none = No camera: use a hand scanner
scanner-other-tab = The scanner is open in another tab. Close that one to go on here.
scanner-no-storage = This phone cannot keep records. Do not admit anyone by it.
scanner-insecure = The scanner needs a secure address (https)
