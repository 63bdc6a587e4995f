# Las palabras de las puertas y del muro. Los argumentos llegan hechos de words.py.

## The light
title-go = BIENVENIDO
title-exit = HASTA PRONTO
title-stop = ALTO
title-check = COMPROBAR

## Reasons in full: what the person at the door is told
reason-admitted = { $event } · { $today }
reason-exited = Salida registrada
reason-emergency = Emergencia: todas las puertas están abiertas
reason-overridden = Admitido por un supervisor
reason-frozen = Las entradas están detenidas: espere, por favor
reason-unreadable = Este código no es una credencial
reason-wrong-edition = Esta credencial es de otra conferencia
reason-unknown-key = Esta credencial no se puede verificar
reason-bad-signature = Esta credencial no se puede verificar
reason-key-not-valid = Esta credencial no se puede verificar
reason-key-scope = Esta credencial no se puede verificar
reason-test-badge = Esta es una credencial de prueba
reason-expired = Esta credencial ha caducado
reason-replaced = Esta credencial fue sustituida por otra más nueva
reason-cancelled = Esta inscripción fue cancelada
reason-blocked = Diríjase a un supervisor
reason-not-approved = Esta inscripción aún no está aprobada
reason-unknown-issue = Esta credencial no se conoce
reason-needs-record = Esta credencial debe comprobarse en el mostrador
reason-wrong-gate = Esta puerta no está abierta en este sentido
reason-wrong-event = Esta credencial es para: { $events }
reason-wrong-event-none = Esta credencial no tiene ningún evento inscrito
reason-wrong-category = No abierto a esta categoría de credencial: { $event }
reason-wrong-day = { $event }: válida { $days }
reason-too-early = { $event }: abre { $when }
reason-too-late = { $event }: cerrado por hoy
reason-already-inside = Ya está dentro: entró por { $gate }, { $since }
reason-too-soon = Espere hasta { $when }
reason-day-limit = Ya entró hoy por { $gate }, { $since }
reason-zone-full = Esta sala está llena
reason-delegation-full = Las plazas de esta delegación están ocupadas
reason-second-look = Compare a la persona con la foto
reason-rule-error = Sin decisión: llame a un supervisor

## Reasons in short: table rows and bars
reason-admitted-short = Admitido
reason-exited-short = Salió
reason-emergency-short = Emergencia
reason-overridden-short = Excepción
reason-frozen-short = Entradas detenidas
reason-unreadable-short = No es credencial
reason-wrong-edition-short = Otra conferencia
reason-unknown-key-short = Clave desconocida
reason-bad-signature-short = Falsificada
reason-key-not-valid-short = Clave no válida
reason-key-scope-short = Clave no autorizada
reason-test-badge-short = De prueba
reason-expired-short = Caducada
reason-replaced-short = Sustituida
reason-cancelled-short = Cancelada
reason-blocked-short = Bloqueada
reason-not-approved-short = No aprobada
reason-unknown-issue-short = Desconocida
reason-needs-record-short = Falta registro
reason-wrong-gate-short = Otra puerta
reason-wrong-event-short = Otro evento
reason-wrong-category-short = Otra categoría
reason-wrong-day-short = No válida hoy
reason-too-early-short = Demasiado pronto
reason-too-late-short = Cerrado
reason-already-inside-short = Ya está dentro
reason-too-soon-short = Demasiado seguido
reason-day-limit-short = Límite diario
reason-zone-full-short = Sala llena
reason-delegation-full-short = Delegación completa
reason-second-look-short = Por comprobar
reason-rule-error-short = Sin decisión

## What the guard must see
attention-escort = Escolta: que permanezcan juntos
attention-medical = Médico: llame al puesto médico si lo piden
attention-protocol = Protocolo: llame al oficial de protocolo

## The lane
lane-ready = Muestre su credencial
lane-starting = Iniciando
lane-online = En línea
lane-offline = Sin conexión, decide solo
lane-offline-since = Sin conexión desde { $when }, decide solo
lane-never-synced = Esperando la primera lista de credenciales
lane-waiting = { $n ->
    [one] { $n } registro guardado
   *[other] { $n } registros guardados
}
lane-camera-lost = Cámara perdida: use el lector manual
lane-several = Varias credenciales a la vista: presente una sola cada vez
lane-process-lost = Esta pantalla perdió su puesto. No admita a nadie según ella.
lane-revoked = Este puesto fue revocado: llame a un supervisor
lane-help-desk = Ayuda: pregunte al personal

## The wall
wall-entries = Entradas
wall-inside = Dentro ahora
wall-entered = Entraron hoy
wall-per-minute = Por minuto
wall-refused = Rechazados hoy
wall-attention = Requiere atención
wall-attention-none = Nada que señalar
wall-cumulative = Entradas acumuladas
wall-gates = Puertas
wall-gates-note = entradas por minuto, últimos 60 min
wall-gate = Puerta
wall-state = Estado
wall-in = Entradas
wall-rate = /min
wall-last-hour = Última hora
wall-refused-short = Rechazos
wall-by-reason = Rechazados, por motivo
wall-events = Eventos
wall-last-refusals = Últimos rechazos
wall-zones = Zonas
wall-state-ok = bien
wall-state-silent = callada
wall-state-never = nunca vista
wall-live = en vivo
wall-reconnecting = reconectando
wall-stale = datos de hace { $age }
wall-peak = máximo { $n } a las { $when }
wall-share-of-scans = { $share } % de los pasos
wall-share-of = { $share } % de { $n }
wall-empty = Sin entradas este día
wall-no-refusals = Sin rechazos
wall-people = personas
wall-scans = pasos
wall-attention-silent = { $gate }: callada desde hace { $age }
wall-attention-waiting = { $gate }: { $n } registros por enviar
wall-attention-full = { $zone }: { $share } % de la capacidad
wall-sign-out = Cerrar sesión
wall-last-scan = último paso hace { $age }
wall-mode-emergency-open = Todas las puertas están abiertas (emergencia)
wall-mode-frozen = Nadie puede entrar (detenido)
wall-anomaly-double = Credencial { $badge } dos veces: { $gate } { $when }, antes en { $earlier } { $before }
wall-anomaly-hurry = Credencial { $badge } más rápida que a pie: { $gate } { $when }, antes en { $earlier } { $before }
wall-anomaly-revoked = Credencial revocada { $badge } admitida: { $gate } { $when }
wall-overridden = { $n } por excepción
wall-more = y { $n } más

## The command page
command-title = Mando
command-wall = El panel
command-mode = Modo del recinto
command-mode-normal = Normal: las puertas deciden
command-mode-emergency-open = Emergencia: todas las puertas abiertas
command-mode-frozen = Detenido: nadie entra, todos pueden salir
command-set-normal = Volver a lo normal
command-set-emergency-open = Abrir todas las puertas
command-set-frozen = Detener las entradas
command-sure = { $what } - ¿está seguro?
command-reach = Recibido por { $n } de { $of } carriles.
command-behind = Aún no: { $names }
command-zones = Zonas
command-roll-call = Pase de lista
command-sweep = Desalojar
command-sweep-zone = Todos han salido de { $zone }; quienes estaban dentro pueden volver
command-badge = Credencial
command-name = Nombre
command-organisation = Organización
command-since = Desde
command-supervisors = Supervisores
command-no-supervisors = Nadie puede hacer excepciones todavía
command-pin = PIN, de 6 a 12 cifras
command-pin-badge = PIN o credencial propia
command-registration = Código de su propia inscripción (opcional)
command-save = Guardar
command-retire = Retirar
command-retired = retirado
command-cancel = Cancelar
command-only-pin = PIN
command-nobody = No hay nadie dentro

## What a guard does at a lane
lane-same-person = Es la misma persona
lane-override = Excepción del supervisor
lane-undo = Deshacer la última entrada
lane-supervisor = Supervisor
lane-emergency-open = Abrir esta puerta (emergencia)
lane-frozen = No dejar entrar a nadie aquí
lane-normal = Volver a lo normal
lane-turn = Invertir entrada y salida
lane-entry = Entrada
lane-exit = Salida
lane-pin = PIN
lane-why = Motivo
lane-do = Hacerlo
lane-cancel = Cancelar
lane-ask-supervisor = Supervisor: muestre su credencial a este carril
lane-not-a-supervisor = Este PIN o credencial no es de nadie
lane-pin-locked = Demasiados PIN erróneos: espere hasta { $when }
lane-why-needed = Elija primero un motivo
lane-scan-again = Escanee primero la credencial otra vez
lane-one-way = Esta puerta tiene un solo sentido
lane-undone = La última entrada se deshizo
lane-undo-no-admission = No hay entrada que deshacer
lane-undo-already = Ya se había deshecho
lane-undo-too-late = Demasiado tarde: más de 15 minutos
lane-undo-store = No se deshizo: falló la memoria del carril
lane-mode-normal = Vuelta a lo normal
lane-mode-emergency-open = Emergencia: esta puerta está abierta
lane-mode-frozen = Nadie puede entrar aquí
lane-clock-wrong = Reloj mal por { $s } s, corregido
lane-places = { $n ->
    [one] { $n } plaza libre
   *[other] { $n } plazas libres
}
lane-in-zone = { $n } dentro
lane-or-badge = o muestre su propia credencial
wall-attention-clock = { $device }: reloj mal por { $age }
wall-attention-battery = { $device }: batería al { $share } %
wall-attention-set-aside = { $n ->
    [one] { $n } registro apartado: un dispositivo puede estar copiado o averiado
   *[other] { $n } registros apartados: un dispositivo puede estar copiado o averiado
}
lane-roll-call = Pase de lista: quién está dentro
lane-heard = Servidor oído hace { $age }; { $n } otros carriles informados
lane-never-heard = servidor aún no oído


## The phone scanner
scanner-title = Lector de entrada
scanner-point = Apunte a la credencial
scanner-point-exit = Salida: apunte a la credencial
scanner-direction = Sentido
scanner-find = Nombre
scanner-find-words = Al menos tres letras de un nombre
scanner-find-go = Buscar
scanner-find-none = No se espera a nadie con este nombre
scanner-find-offline = La búsqueda necesita red, y pocas veces por minuto
scanner-torch = Linterna
scanner-language = Idioma
scanner-in = { $n } dentro
scanner-offline = Sin conexión
scanner-offline-kept = Sin conexión · { $n } guardados
scanner-keep-badge = Retener y llamar
scanner-badge-kept = Retenga la credencial y llame a un supervisor
scanner-help-desk = Enviar a información
scanner-override-limit = No hay más excepciones aquí en esta hora
scanner-pin-or-badge = Escriba su PIN o muestre su propia credencial
scanner-no-supervisors = Este teléfono aún no conoce a ningún supervisor
scanner-unlock = Continuar
scanner-close = Cerrar
scanner-enrol-title = Preparar este teléfono
scanner-enrol-words = Escriba el código de un solo uso del operador, o abra el enlace que lo acompaña.
scanner-enrol-code = Código de un solo uso
scanner-enrol-go = Empezar
scanner-enrol-again = Preparar de nuevo
scanner-no-server = El servidor no responde: ¿tiene red este teléfono?
scanner-not-a-lane = Este código no es para una puerta
scanner-unsent = { $n } registros de { $device } aún no se han enviado: prepare primero este teléfono como { $device }
scanner-camera-start = Encender la cámara
scanner-camera-refused = La cámara no está permitida: permítala en los ajustes del navegador, o use un lector de mano
scanner-camera-none = No hay cámara: use un lector de mano
scanner-other-tab = El lector está abierto en otra pestaña. Ciérrela para seguir aquí.
scanner-no-storage = Este teléfono no puede guardar registros. No admita a nadie con él.
scanner-insecure = El lector necesita una dirección segura (https)
