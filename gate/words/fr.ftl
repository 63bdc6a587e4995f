# Les mots des portes et du mur. Les arguments arrivent tout faits de words.py.

## The light
title-go = BIENVENUE
title-exit = AU REVOIR
title-stop = STOP
title-check = VÉRIFIER

## Reasons in full: what the person at the door is told
reason-admitted = { $event } · { $today }
reason-exited = Sortie enregistrée
reason-emergency = Urgence : toutes les portes sont ouvertes
reason-overridden = Admis par un responsable
reason-frozen = Les entrées sont suspendues : veuillez patienter
reason-unreadable = Ce code n’est pas un badge
reason-wrong-edition = Ce badge est pour une autre conférence
reason-unknown-key = Ce badge ne peut pas être vérifié
reason-bad-signature = Ce badge ne peut pas être vérifié
reason-key-not-valid = Ce badge ne peut pas être vérifié
reason-key-scope = Ce badge ne peut pas être vérifié
reason-test-badge = Ceci est un badge d’essai
reason-expired = Ce badge a expiré
reason-replaced = Ce badge a été remplacé par un plus récent
reason-cancelled = Cette inscription a été annulée
reason-blocked = Veuillez vous adresser à un responsable
reason-not-approved = Cette inscription n’est pas encore approuvée
reason-unknown-issue = Ce badge est inconnu
reason-needs-record = Ce badge doit être vérifié au guichet
reason-wrong-gate = Cette porte n’est pas ouverte dans ce sens
reason-wrong-event = Ce badge est pour : { $events }
reason-wrong-event-none = Aucun événement n’est inscrit pour ce badge
reason-wrong-category = Pas ouvert à cette catégorie de badge : { $event }
reason-wrong-day = { $event } : valable { $days }
reason-too-early = { $event } : ouverture { $when }
reason-too-late = { $event } : fermé pour aujourd’hui
reason-already-inside = Déjà à l’intérieur : entrée par { $gate }, { $since }
reason-too-soon = Veuillez attendre jusqu’à { $when }
reason-day-limit = Déjà entré aujourd’hui par { $gate }, { $since }
reason-zone-full = Cette salle est pleine
reason-delegation-full = Les places de cette délégation sont prises
reason-second-look = Comparer la personne avec la photo
reason-rule-error = Pas de décision : appelez un responsable

## Reasons in short: table rows and bars
reason-admitted-short = Admis
reason-exited-short = Sorti
reason-emergency-short = Urgence
reason-overridden-short = Dérogation
reason-frozen-short = Entrées suspendues
reason-unreadable-short = Pas un badge
reason-wrong-edition-short = Autre conférence
reason-unknown-key-short = Clé inconnue
reason-bad-signature-short = Falsifié
reason-key-not-valid-short = Clé non valable
reason-key-scope-short = Clé non autorisée
reason-test-badge-short = Badge d’essai
reason-expired-short = Expiré
reason-replaced-short = Badge remplacé
reason-cancelled-short = Annulé
reason-blocked-short = Bloqué
reason-not-approved-short = Pas approuvé
reason-unknown-issue-short = Badge inconnu
reason-needs-record-short = Fiche requise
reason-wrong-gate-short = Mauvaise porte
reason-wrong-event-short = Autre événement
reason-wrong-category-short = Autre catégorie
reason-wrong-day-short = Pas valable ce jour
reason-too-early-short = Trop tôt
reason-too-late-short = Fermé
reason-already-inside-short = Déjà à l’intérieur
reason-too-soon-short = Trop vite
reason-day-limit-short = Limite du jour
reason-zone-full-short = Salle pleine
reason-delegation-full-short = Délégation complète
reason-second-look-short = À vérifier
reason-rule-error-short = Pas de décision

## What the guard must see
attention-escort = Escorte : ne pas les séparer
attention-medical = Médical : appeler le poste médical si demandé
attention-protocol = Protocole : appeler l’agent du protocole

## The lane
lane-ready = Présentez votre badge
lane-starting = Démarrage
lane-online = En ligne
lane-offline = Hors ligne, décide seul
lane-offline-since = Hors ligne depuis { $when }, décide seul
lane-never-synced = En attente de la première liste de badges
lane-waiting = { $n ->
    [one] { $n } enregistrement gardé
   *[other] { $n } enregistrements gardés
}
lane-camera-lost = Caméra perdue : utilisez le lecteur à main
lane-several = Plusieurs badges visibles : présentez-en un seul à la fois
lane-process-lost = Cet écran a perdu son poste. N’admettez personne d’après lui.
lane-revoked = Ce poste a été révoqué : appelez un responsable
lane-help-desk = Aide : adressez-vous au personnel

## The wall
wall-entries = Entrées
wall-inside = À l’intérieur
wall-entered = Entrés aujourd’hui
wall-per-minute = Par minute
wall-refused = Refusés aujourd’hui
wall-attention = À signaler
wall-attention-none = Rien à signaler
wall-cumulative = Entrées cumulées
wall-gates = Portes
wall-gates-note = entrées par minute, 60 dernières minutes
wall-gate = Porte
wall-state = État
wall-in = Entrées
wall-rate = /min
wall-last-hour = Dernière heure
wall-refused-short = Refus
wall-by-reason = Refusés, par motif
wall-events = Événements
wall-last-refusals = Derniers refus
wall-zones = Zones
wall-state-ok = ok
wall-state-silent = muet
wall-state-never = jamais vu
wall-live = en direct
wall-reconnecting = reconnexion
wall-stale = données de { $age }
wall-peak = pointe { $n } à { $when }
wall-share-of-scans = { $share } % des passages
wall-share-of = { $share } % de { $n }
wall-empty = Aucune entrée ce jour
wall-no-refusals = Aucun refus
wall-people = personnes
wall-scans = passages
wall-attention-silent = { $gate } : muet depuis { $age }
wall-attention-waiting = { $gate } : { $n } enregistrements en attente
wall-attention-full = { $zone } : { $share } % de la capacité
wall-sign-out = Se déconnecter
wall-last-scan = dernier passage il y a { $age }
wall-mode-emergency-open = Toutes les portes sont ouvertes (urgence)
wall-mode-frozen = Personne ne peut entrer (suspension)
wall-anomaly-double = Badge { $badge } deux fois : { $gate } { $when }, avant à { $earlier } { $before }
wall-anomaly-hurry = Badge { $badge } plus vite qu’à pied : { $gate } { $when }, avant à { $earlier } { $before }
wall-anomaly-revoked = Badge révoqué { $badge } admis : { $gate } { $when }
wall-overridden = { $n } par dérogation
wall-more = et { $n } de plus

## The command page
command-title = Commandement
command-wall = Tableau de bord
command-mode = Mode du site
command-mode-normal = Normal : les portes décident
command-mode-emergency-open = Urgence : toutes les portes sont ouvertes
command-mode-frozen = Suspendu : personne n’entre, tout le monde peut sortir
command-set-normal = Retour à la normale
command-set-emergency-open = Ouvrir toutes les portes
command-set-frozen = Suspendre les entrées
command-sure = { $what } - êtes-vous sûr ?
command-reach = Reçu par { $n } voies sur { $of }.
command-behind = Pas encore : { $names }
command-zones = Zones
command-roll-call = Appel
command-sweep = Évacuer
command-sweep-zone = Tout le monde a quitté { $zone } ; ceux qui étaient dedans peuvent revenir
command-badge = Badge
command-name = Nom
command-organisation = Organisation
command-since = Depuis
command-supervisors = Responsables
command-no-supervisors = Personne ne peut encore déroger
command-pin = Code PIN, 6 à 12 chiffres
command-pin-badge = PIN ou propre badge
command-registration = Code de sa propre inscription (facultatif)
command-save = Enregistrer
command-retire = Retirer
command-retired = retiré
command-cancel = Annuler
command-only-pin = Code PIN
command-nobody = Personne à l’intérieur

## What a guard does at a lane
lane-same-person = C’est la même personne
lane-override = Dérogation du responsable
lane-undo = Annuler la dernière entrée
lane-supervisor = Responsable
lane-emergency-open = Ouvrir cette porte (urgence)
lane-frozen = Ne laisser entrer personne ici
lane-normal = Retour à la normale
lane-turn = Inverser entrée et sortie
lane-entry = Entrée
lane-exit = Sortie
lane-pin = Code PIN
lane-why = Motif
lane-do = Valider
lane-cancel = Annuler
lane-ask-supervisor = Responsable : présentez votre badge à cette voie
lane-not-a-supervisor = Ce PIN ou ce badge n’est à personne
lane-pin-locked = Trop de PIN erronés : attendez jusqu’à { $when }
lane-why-needed = Choisissez d’abord un motif
lane-scan-again = Scannez d’abord le badge à nouveau
lane-one-way = Cette porte n’a qu’un sens
lane-undone = La dernière entrée est annulée
lane-undo-no-admission = Aucune entrée à annuler
lane-undo-already = Déjà annulée
lane-undo-too-late = Trop tard pour annuler : plus de 15 minutes
lane-undo-store = Non annulée : la mémoire de la voie a échoué
lane-mode-normal = Retour à la normale
lane-mode-emergency-open = Urgence : cette porte est ouverte
lane-mode-frozen = Personne ne peut entrer ici
lane-clock-wrong = Horloge fausse de { $s } s, corrigée
lane-places = { $n ->
    [one] { $n } place libre
   *[other] { $n } places libres
}
lane-in-zone = { $n } à l’intérieur
lane-or-badge = ou présentez votre propre badge
wall-attention-clock = { $device } : horloge fausse de { $age }
wall-attention-battery = { $device } : batterie à { $share } %
wall-attention-set-aside = { $n ->
    [one] { $n } enregistrement mis de côté : un appareil est peut-être copié ou défectueux
   *[other] { $n } enregistrements mis de côté : un appareil est peut-être copié ou défectueux
}
lane-roll-call = Appel : qui est à l’intérieur
lane-heard = Serveur entendu il y a { $age } ; { $n } autres voies informées
lane-never-heard = serveur pas encore entendu


## The phone scanner
scanner-title = Lecteur d’entrée
scanner-point = Visez le badge
scanner-point-exit = Sortie : visez le badge
scanner-direction = Sens
scanner-find = Nom
scanner-find-words = Au moins trois lettres d’un nom
scanner-find-go = Chercher
scanner-find-none = Personne de ce nom n’est attendu
scanner-find-offline = La recherche demande le réseau, et quelques essais par minute au plus
scanner-torch = Lampe
scanner-language = Langue
scanner-in = { $n } entrés
scanner-offline = Hors ligne
scanner-offline-kept = Hors ligne · { $n } gardés
scanner-keep-badge = Garder le badge, appeler
scanner-badge-kept = Gardez le badge et appelez un responsable
scanner-help-desk = Diriger vers l’accueil
scanner-override-limit = Plus aucune dérogation ici dans cette heure
scanner-pin-or-badge = Tapez votre code PIN ou présentez votre badge
scanner-no-supervisors = Aucun responsable n’est encore connu de ce téléphone
scanner-unlock = Continuer
scanner-close = Fermer
scanner-enrol-title = Préparer ce téléphone
scanner-enrol-words = Tapez le code à usage unique de l’opérateur, ou ouvrez le lien qui l’accompagne.
scanner-enrol-code = Code à usage unique
scanner-enrol-go = Commencer
scanner-enrol-again = Préparer à nouveau
scanner-no-server = Le serveur ne répond pas : ce téléphone est-il en ligne ?
scanner-not-a-lane = Ce code n’est pas pour une entrée
scanner-unsent = { $n } enregistrements de { $device } ne sont pas encore envoyés : préparez d’abord ce téléphone comme { $device }
scanner-camera-start = Démarrer la caméra
scanner-camera-refused = La caméra n’est pas autorisée : autorisez-la dans les réglages du navigateur, ou prenez un lecteur à main
scanner-camera-none = Pas de caméra : prenez un lecteur à main
scanner-other-tab = Le lecteur est ouvert dans un autre onglet. Fermez-le pour continuer ici.
scanner-no-storage = Ce téléphone ne peut rien enregistrer. N’admettez personne d’après lui.
scanner-insecure = Le lecteur demande une adresse sécurisée (https)
