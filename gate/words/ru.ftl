# Слова входов и стены. Аргументы приходят готовыми из words.py.

## The light
title-go = ДОБРО ПОЖАЛОВАТЬ
title-exit = ДО СВИДАНИЯ
title-stop = СТОП
title-check = ПРОВЕРИТЬ

## Reasons in full: what the person at the door is told
reason-admitted = { $event } · { $today }
reason-exited = Выход записан
reason-emergency = Чрезвычайная ситуация: все двери открыты
reason-overridden = Допущен старшим смены
reason-frozen = Вход приостановлен: пожалуйста, подождите
reason-unreadable = Этот код — не бейдж
reason-claim-code = Это код для киоска: распечатайте бейдж в киоске
reason-wrong-edition = Этот бейдж для другой конференции
reason-unknown-key = Этот бейдж нельзя проверить
reason-bad-signature = Этот бейдж нельзя проверить
reason-key-not-valid = Этот бейдж нельзя проверить
reason-key-scope = Этот бейдж нельзя проверить
reason-test-badge = Это пробный бейдж
reason-expired = Срок действия бейджа истёк
reason-replaced = Этот бейдж заменён более новым
reason-cancelled = Эта регистрация отменена
reason-blocked = Обратитесь к старшему смены
reason-not-approved = Эта регистрация ещё не одобрена
reason-unknown-issue = Этот бейдж неизвестен
reason-needs-record = Этот бейдж нужно проверить на стойке
reason-not-collected = Цифровой бейдж не активен: покажите печатный или подойдите к киоску
reason-wrong-gate = Этот вход не открыт в этом направлении
reason-wrong-event = Этот бейдж для: { $events }
reason-wrong-event-none = Для этого бейджа не записано ни одного события
reason-wrong-category = Закрыто для этой категории: { $event }
reason-wrong-day = { $event }: действителен { $days }
reason-too-early = { $event }: открытие { $when }
reason-too-late = { $event }: на сегодня закрыто
reason-already-inside = Уже внутри: вход { $gate }, { $since }
reason-too-soon = Подождите до { $when }
reason-day-limit = Сегодня уже входили: { $gate }, { $since }
reason-zone-full = Зал заполнен
reason-delegation-full = Места этой делегации заняты
reason-second-look = Сравните человека с фотографией
reason-rule-error = Нет решения: позовите старшего смены

## Reasons in short: table rows and bars
reason-admitted-short = Допущен
reason-exited-short = Вышел
reason-emergency-short = Авария
reason-overridden-short = По решению старшего
reason-frozen-short = Вход приостановлен
reason-unreadable-short = Не бейдж
reason-claim-code-short = Код для киоска
reason-wrong-edition-short = Другая конференция
reason-unknown-key-short = Неизвестный ключ
reason-bad-signature-short = Подделка
reason-key-not-valid-short = Ключ недействителен
reason-key-scope-short = Ключ не для этого
reason-test-badge-short = Пробный бейдж
reason-expired-short = Истёк
reason-replaced-short = Заменён
reason-cancelled-short = Отменена
reason-blocked-short = Заблокирован
reason-not-approved-short = Не одобрена
reason-unknown-issue-short = Неизвестен
reason-needs-record-short = Нужна запись
reason-not-collected-short = Цифровой бейдж не активен
reason-wrong-gate-short = Не тот вход
reason-wrong-event-short = Другое событие
reason-wrong-category-short = Другая категория
reason-wrong-day-short = Не в этот день
reason-too-early-short = Слишком рано
reason-too-late-short = Закрыто
reason-already-inside-short = Уже внутри
reason-too-soon-short = Слишком скоро
reason-day-limit-short = Дневной предел
reason-zone-full-short = Зал полон
reason-delegation-full-short = Делегация полна
reason-second-look-short = Проверить
reason-rule-error-short = Нет решения

## What the guard must see
attention-escort = Сопровождение: не разделять
attention-medical = Медицина: по просьбе вызовите медпункт
attention-protocol = Протокол: вызовите сотрудника протокола

## The lane
lane-ready = Покажите бейдж
lane-starting = Запуск
lane-online = На связи
lane-offline = Нет связи, решает сам
lane-offline-since = Нет связи с { $when }, решает сам
lane-never-synced = Ожидание первого списка бейджей
lane-waiting = { $n ->
    [one] { $n } запись хранится
    [few] { $n } записи хранятся
    [many] { $n } записей хранится
   *[other] { $n } записи хранится
}
lane-camera-lost = Камера потеряна: возьмите ручной сканер
lane-several = В кадре несколько бейджей: показывайте по одному
lane-process-lost = Экран потерял свой пост. Никого по нему не пропускайте.
lane-revoked = Этот пост отозван: позовите старшего смены
lane-help-desk = Помощь: обратитесь к персоналу
lane-photo-asked = Запрашиваем фото
lane-photo-none = Фото нет в базе: сверьте имя на бейдже
lane-photo-offline = Нет сети, фото недоступно: сверьте имя на бейдже
lane-photo-too-often = Слишком много запросов фото за минуту: сверьте имя на бейдже
lane-photo-of = Фото: { $name }

## The wall
wall-entries = Входы
wall-inside = Сейчас внутри
wall-entered = Вошло сегодня
wall-per-minute = В минуту
wall-refused = Отказано сегодня
wall-attention = Требует внимания
wall-attention-none = Всё в порядке
wall-cumulative = Входы нарастающим итогом
wall-gates = Входы в зал
wall-gates-note = входы в минуту, последние 60 мин
wall-gate = Вход
wall-state = Состояние
wall-in = Вошло
wall-rate = /мин
wall-last-hour = Последний час
wall-refused-short = Отказы
wall-by-reason = Отказы по причинам
wall-events = События
wall-last-refusals = Последние отказы
wall-zones = Зоны
wall-state-ok = ок
wall-state-silent = молчит
wall-state-never = не был на связи
wall-live = в эфире
wall-reconnecting = переподключение
wall-stale = данным { $age }
wall-peak = максимум { $n } в { $when }
wall-share-of-scans = { $share } % проходов
wall-share-of = { $share } % из { $n }
wall-empty = В этот день входов нет
wall-no-refusals = Отказов нет
wall-people = люди
wall-scans = проходы
wall-attention-silent = { $gate }: молчит { $age }
wall-attention-waiting = { $gate }: { $n } записей не отправлено
wall-attention-full = { $zone }: { $share } % вместимости
wall-sign-out = Выйти
wall-last-scan = последний проход { $age } назад
wall-mode-emergency-open = Все двери открыты (чрезвычайная ситуация)
wall-mode-frozen = Вход закрыт для всех
wall-anomaly-double = Бейдж { $badge } дважды: { $gate } { $when }, ранее { $earlier } { $before }
wall-anomaly-hurry = Бейдж { $badge } быстрее пешехода: { $gate } { $when }, ранее { $earlier } { $before }
wall-anomaly-revoked = Допущен отозванный бейдж { $badge }: { $gate } { $when }
wall-anomaly-copies = Бейдж { $badge } напечатан дважды: { $gate } { $when }, раньше { $earlier } { $before }. Стойка печатает новый
wall-overridden = по решению старшего: { $n }
wall-more = и ещё { $n }

## Письма
mail-subject = Ваш бейдж: { $edition }
mail-hello = Здравствуйте, { $name }!
mail-claim = Ваша регистрация одобрена: { $edition }, { $place }. Ниже код для получения бейджа.
mail-how = По прибытии поднесите этот код к киоску: бейдж напечатается за несколько секунд.
mail-digital-inert = Бейдж можно носить и в телефоне или сохранить в PDF: откройте вашу личную ссылку. Он начнёт действовать, когда его активируют в киоске или на стойке.
mail-digital-valid = Бейдж можно носить и в телефоне или сохранить в PDF: откройте вашу личную ссылку.
mail-not-a-badge = Этот код не бейдж и не открывает дверей. Не передавайте его: владелец кода может напечатать ваш бейдж.

## Стойка аккредитации
desk-title = Стойка аккредитации
desk-find = Найти человека
desk-find-hint = Имя, организация, номер бейджа или код - или отсканируйте бейдж
desk-found = { $n ->
    [one] { $n } человек
    [few] { $n } человека
   *[other] { $n } человек
}
desk-found-none = Никто не найден. Попробуйте другое написание или часть имени.
desk-more-letters = Не менее трёх букв
desk-nobody = Найдите человека, отсканируйте бейдж или зарегистрируйте на месте.
desk-scan = Сканировать бейдж
desk-scan-hold = Поднесите бейдж к камере.
desk-scan-field = Отсканируйте бейдж в это поле
desk-walk-in = Регистрация на месте
desk-status-approved = Одобрено
desk-status-pending = Ожидает одобрения
desk-status-cancelled = Отменено
desk-status-blocked = Приостановлено
desk-generation = печать { $n }
desk-printed = напечатан
desk-waits = Напечатан заранее; лежит: { $place }
desk-not-printed = ещё не напечатан
desk-printing = печатается
desk-collected = Выдан
desk-collected-self = лично
desk-collected-focal-point = координатору: { $name }
desk-collected-vip = для VIP: { $name }
desk-not-collected = ещё нет
desk-code = Код
desk-print = Напечатать бейдж
desk-reprint = Напечатать новый бейдж
desk-hand-out = Выдать
desk-correct = Исправить
desk-notes = Заметки
desk-no-notes = Заметок нет
desk-hold = Приостановить
desk-hold-warning = Все входы будут отказывать этому человеку до снятия запрета.
desk-on-hold = Приостановлено: отказ на всех входах
desk-release = Снять запрет
desk-approve = Одобрить
desk-cancel-registration = Отменить регистрацию
desk-restore = Восстановить регистрацию
desk-undo = Отменить: { $act }
desk-bind = Выдать запасной бейдж
desk-bind-words = Запасной бейдж станет бейджем этого человека; прежний перестанет действовать.
desk-photo = Фотография
desk-photo-of = Фото: { $name }
desk-photo-take = Сделать фото
desk-photo-choose = Выбрать файл
desk-photo-remove = Удалить фото
desk-photo-shoot = Снять сейчас
desk-photo-again = Ещё раз
desk-photo-use = Использовать это фото
desk-photo-crop = Перетащите, чтобы сдвинуть; колесо или + и - меняют масштаб.
desk-photo-not = Этот файл не подходит: JPEG или PNG, до 8 МБ.
desk-no-camera = Камера недоступна. Используйте файл или ручной сканер.
desk-given = Имена
desk-family = Фамилия
desk-name-on-badge = Имя на бейдже
desk-native-name = Имя родным письмом
desk-organisation = Организация
desk-country = Страна
desk-category = Категория
desk-status = Статус
desk-held-status = До запрета
desk-badge = Номер бейджа
desk-photo-at-ms = Снято
desk-email = Эл. почта
desk-language = Язык
desk-entitlements = Мероприятия и дни
desk-events = Мероприятия и дни
desk-no-events = Выберите хотя бы один день мероприятия.
desk-attention = Показать охране
desk-attention-escort = Сопровождение
desk-attention-medical = Медицинское
desk-attention-protocol = Протокол
desk-why = Причина
desk-reason-first = Первый бейдж
desk-reason-lost = Утерян
desk-reason-stolen = Украден
desk-reason-damaged = Повреждён
desk-reason-corrected = Исправлены имя или дни
desk-reason-misprint = Плохая печать
desk-printer = Принтер
desk-printer-by-hand = Другой принтер: я подтвержу выход
desk-print-warning = Прежний бейдж перестанет действовать, когда выйдет новый.
desk-print-reserved = ждёт принтер
desk-print-printed = вышел
desk-print-failed = не вышел
desk-came-out = Вышел
desk-not-out = Ничего не вышло
desk-prints = Печать
desk-no-prints = У стойки не печатали
desk-how-self = Самому участнику
desk-how-focal-point = Координатору делегации
desk-how-vip = Для VIP: протоколу или сотруднику
desk-by-name = Имя получателя
desk-conflict = Данные изменены другим сотрудником
desk-conflict-words = { $who }, { $when }. Ничего не перезаписано. Отметьте, что из вашего оставить.
desk-an-import = Импорт
desk-theirs = Сейчас
desk-mine = Ваше
desk-keep-chosen = Оставить отмеченное
desk-history = История
desk-no-history = Изменений не было
desk-act-walk-in = Зарегистрирован на месте
desk-act-corrected = Исправлено
desk-act-status = Статус изменён
desk-act-held = Приостановлен
desk-act-released = Запрет снят
desk-act-noted = Заметки изменены
desk-act-undone = Отменено действие
desk-act-collected = Выдан
desk-act-reprint = Отправлен на печать
desk-act-printed = Бейдж напечатан и действует
desk-act-print-failed = Печать не удалась
desk-act-bound = Выдан запасной бейдж
desk-act-photo = Фото сделано
desk-act-photo-removed = Фото удалено
desk-badge-current = Это действующий бейдж.
desk-badge-replaced = Этот бейдж (печать { $n }) заменён: заберите его.
desk-badge-printing = Этот бейдж (печать { $n }) ещё не действует: подтвердите выход.
desk-badge-spare = Это запасной бейдж: откройте человека и выдайте его.
desk-badge-void = Этот бейдж недействителен: уничтожьте его.
desk-saved = Сохранено
desk-tickets = Направлены киосками
desk-tickets-waiting = Ожидают: { $n }
desk-tickets-none = Никто не ждёт.
desk-ticket-wrong = На бейдже ошибка
desk-ticket-not-found = Киоск не нашёл регистрацию
desk-ticket-collected = Бейдж уже напечатан или выдан
desk-ticket-printer = Бейдж не вышел
desk-ticket-staff = Просит о помощи
desk-ticket-nobody = Человек не известен
desk-ticket-done = Готово
desk-ticket-closed = Обслужен
desk-ticket-back = Отменить
desk-ticket-waits = Снова ожидает
desk-ticket-done-number = Номер киоска { $number }: готово
desk-digital = Бейдж в телефоне
desk-digital-warning = Действовать будет только бейдж в телефоне. Печатный перестанет работать.
desk-on-phone = в телефоне
desk-kiosk-prints = { $kiosk } начал печатать
desk-act-digital = Бейдж в телефоне активирован
desk-reason-paper = С телефона на бумагу
desk-print-from-phone = Бейдж в телефоне перестанет работать, когда выйдет печатный.
desk-print-kiosk = Этот бейдж начал печатать киоск: сначала посмотрите там. Напечатанный здесь сделает тот недействительным.
desk-badge-inert = Это бейдж в телефоне, и он не активен.
desk-not-sent = Сервер не ответил. Введённое сохранено: снова откройте форму регистрации на месте и отправьте.
desk-copies = На руках два бейджа с одним номером
desk-copies-hint = Напечатайте новый: оба перестанут действовать
desk-act-copies = Два бейджа с одним номером
desk-act-lot-taken-back = Партия из типографии отозвана; действует новый бейдж
desk-mail-queued = ждёт отправки
desk-mail-sent = код отправлен
desk-mail-failed = не отправлено
desk-mail-bounced = вернулось
desk-mail-again = отправлено снова
desk-keys = Клавиши: / поиск · T номера киосков · D номер готов · P печать · H выдать · E исправить · N заметки · F фото · U отмена · Esc к поиску

## The command page
command-title = Управление
command-wall = Панель
command-mode = Режим площадки
command-mode-normal = Обычный: решают входы
command-mode-emergency-open = Чрезвычайная ситуация: все двери открыты
command-mode-frozen = Остановлено: войти нельзя, выйти можно
command-set-normal = Вернуть обычный режим
command-set-emergency-open = Открыть все двери
command-set-frozen = Остановить вход
command-sure = { $what } - вы уверены?
command-reach = Получили { $n } из { $of } постов.
command-behind = Ещё нет: { $names }
command-zones = Зоны
command-roll-call = Список присутствующих
command-sweep = Освободить
command-sweep-zone = Все покинули зону { $zone }; бывшие внутри могут вернуться
command-badge = Бейдж
command-name = Имя
command-organisation = Организация
command-since = С
command-supervisors = Старшие смены
command-no-supervisors = Пока никто не может допускать вопреки отказу
command-pin = ПИН, от 8 до 12 цифр
command-pin-badge = ПИН или свой бейдж
command-registration = Код собственной регистрации (необязательно)
command-save = Сохранить
command-retire = Отозвать
command-retired = отозван
command-cancel = Отмена
command-only-pin = ПИН
command-nobody = Внутри никого нет
command-anomalies = Требует проверки
command-anomalies-none = Сегодня проверять нечего
command-look = Кто это?
command-look-first = Сначала
command-look-then = Затем
command-no-photo = Фото нет в базе
command-no-person = Под этим бейджем никто не зарегистрирован
command-look-recorded = Каждый просмотр записывается.

## What a guard does at a lane
lane-same-person = Это тот же человек
lane-override = Решение старшего
lane-undo = Отменить последний вход
lane-supervisor = Старший смены
lane-emergency-open = Открыть эту дверь (ЧС)
lane-frozen = Никого не впускать
lane-normal = Обычный режим
lane-turn = Сменить вход и выход
lane-entry = Вход
lane-exit = Выход
lane-pin = ПИН
lane-why = Причина
lane-do = Выполнить
lane-cancel = Отмена
lane-ask-supervisor = Старший: покажите свой бейдж
lane-not-a-supervisor = Такого ПИН или бейджа ни у кого нет
lane-pin-locked = Слишком много неверных ПИН: подождите до { $when }
lane-why-needed = Сначала выберите причину
lane-scan-again = Сначала отсканируйте бейдж ещё раз
lane-one-way = Здесь только одно направление
lane-undone = Последний вход отменён
lane-undo-no-admission = Нет входа для отмены
lane-undo-already = Уже отменён
lane-undo-too-late = Поздно отменять: прошло более 15 минут
lane-undo-store = Не отменено: сбой памяти поста
lane-mode-normal = Обычный режим
lane-mode-emergency-open = ЧС: эта дверь открыта
lane-mode-frozen = Вход здесь закрыт
lane-clock-wrong = Часы неверны на { $s } с, исправлено
lane-places = { $n ->
    [one] свободно { $n } место
    [few] свободно { $n } места
   *[many] свободно { $n } мест
}
lane-in-zone = внутри: { $n }
lane-or-badge = или покажите свой бейдж
wall-attention-clock = { $device }: часы неверны на { $age }
wall-attention-battery = { $device }: заряд { $share } %
wall-attention-places = Места в залах с лимитом не выдаются: была восстановлена копия. Подключите все посты, затем «gate places trust»
wall-attention-set-aside = { $n ->
    [one] отложена { $n } запись: устройство скопировано или неисправно
    [few] отложены { $n } записи: устройство скопировано или неисправно
   *[many] отложено { $n } записей: устройство скопировано или неисправно
}
lane-roll-call = Список присутствующих
lane-heard = Сервер слышен { $age } назад; уведомлено других постов: { $n }
lane-never-heard = сервер ещё не слышен


## The phone scanner
scanner-title = Сканер входа
scanner-point = Наведите на бейдж
scanner-point-exit = Выход: наведите на бейдж
scanner-direction = Направление
scanner-find = Имя
scanner-find-words = Не менее трёх букв имени
scanner-find-go = Найти
scanner-find-none = С таким именем никто не ожидается
scanner-find-offline = Поиск возможен только при связи
scanner-find-too-often = Слишком много поисков: повторите через минуту
scanner-torch = Фонарь
scanner-language = Язык
scanner-learning = Загрузка списка допущенных: { $done }
scanner-in = { $n } вошли
scanner-offline = Нет связи
scanner-offline-kept = Нет связи · { $n } хранится
scanner-keep-badge = Оставить бейдж, позвать
scanner-badge-kept = Оставьте бейдж у себя и позовите старшего
scanner-help-desk = К справочной
scanner-override-limit = В этот час исключения здесь исчерпаны
scanner-pin-or-badge = Введите ПИН-код или покажите свой бейдж
scanner-no-supervisors = Этому телефону ещё не известен ни один старший
scanner-unlock = Далее
scanner-close = Закрыть
scanner-enrol-title = Настроить этот телефон
scanner-enrol-words = Введите одноразовый код оператора или откройте ссылку, пришедшую с ним.
scanner-enrol-code = Одноразовый код
scanner-enrol-go = Начать
scanner-enrol-again = Настроить снова
scanner-install-first = iPhone и iPad: сначала «Поделиться», «На экран „Домой“»; откройте оттуда и введите код там.
scanner-code-refused = Код не принят: он неверен, уже использован или старше десяти минут
scanner-code-too-often = Слишком много попыток: подождите десять минут
scanner-no-server = Сервер не отвечает: есть ли связь у этого телефона?
scanner-not-a-lane = Этот код не для входа
scanner-unsent = Ещё не отправлено записей { $device }: { $n }. Сначала настройте этот телефон как { $device }
scanner-camera-start = Включить камеру
scanner-camera-refused = Камера не разрешена: разрешите её в настройках браузера или возьмите ручной сканер
scanner-camera-none = Нет камеры: возьмите ручной сканер
scanner-other-tab = Сканер открыт в другой вкладке. Закройте её, чтобы продолжить здесь.
scanner-no-storage = Этот телефон не может хранить записи. Никого по нему не впускайте.
scanner-insecure = Сканеру нужен защищённый адрес (https)

## The kiosk where people collect their badges
kiosk-welcome = Добро пожаловать в { $place }
kiosk-title = Получите бейдж
kiosk-steps = Шаги
kiosk-step-code = Код
kiosk-step-check = Проверка
kiosk-step-badge = Бейдж
kiosk-languages = Язык
kiosk-help = Нужна помощь
kiosk-larger = Крупный текст
kiosk-lower = Ниже экран
kiosk-contrast = Контрастность
kiosk-privacy = На этом экране ничего не сохраняется.
kiosk-back = Назад
kiosk-yes = Да
kiosk-no = Нет
kiosk-scan-title = Покажите код регистрации
kiosk-scan-hint = Поднесите к камере QR-код из письма.
kiosk-camera-lost = Камера не работает. Введите фамилию и эл. почту.
kiosk-no-code = У меня нет кода
kiosk-no-code-hint = По фамилии и адресу эл. почты
kiosk-name-title = Фамилия и эл. почта
kiosk-name-hint = Как при регистрации. Регистр букв не важен.
kiosk-family = Фамилия
kiosk-email = Эл. почта регистрации
kiosk-search = Найти мой бейдж
kiosk-keyboard = Клавиатура
kiosk-key-delete = Стереть
kiosk-key-space = Пробел
kiosk-key-next = Далее
kiosk-looking = Одну минуту
kiosk-not-found-title = Здесь бейдж напечатать нельзя
kiosk-not-found-hint = Попробуйте ещё раз или подойдите к стойке { $desk }: вам помогут.
kiosk-try-again = Попробовать ещё раз
kiosk-to-desk = Пойти к стойке
kiosk-check-title = Всё верно?
kiosk-print = Напечатать мой бейдж
kiosk-wrong = Есть ошибка
kiosk-not-me = Это не я: начать заново
kiosk-printing-title = Ваш бейдж печатается
kiosk-printing-hint = Подождите здесь несколько секунд.
kiosk-waiting-title = Ваш бейдж готов
kiosk-waiting-hint = Он уже напечатан и ждёт вас здесь:
kiosk-waiting-not-there = Его там нет
kiosk-done-title = Вот ваш бейдж
kiosk-done-hint = Возьмите его внизу. Хорошей конференции!
kiosk-phone = Оставлю в телефоне
kiosk-keeping-title = Одну минуту
kiosk-kept-title = Ваш бейдж в телефоне
kiosk-kept-hint = Откройте ссылку из нашего письма и показывайте код на входах.
kiosk-phone-not = Сейчас это не получается. Напечатайте бейдж.
kiosk-finish = Готово
kiosk-desk-title = Подойдите к стойке { $desk }
kiosk-desk-number = Ваш номер
kiosk-desk-wrong = Там исправят ваш бейдж.
kiosk-desk-printer = Ваш бейдж за вами. Его напечатают там.
kiosk-desk-help = Там вам помогут.
kiosk-idle-title = Вы ещё здесь?
kiosk-idle-hint = { $n ->
    [one] Экран будет очищен через { $n } секунду.
    [few] Экран будет очищен через { $n } секунды.
    [many] Экран будет очищен через { $n } секунд.
   *[other] Экран будет очищен через { $n } секунды.
}
kiosk-idle-more = Мне нужно ещё время
kiosk-idle-end = Завершить
kiosk-out-title = Этот киоск не работает
kiosk-out-hint = Воспользуйтесь другим киоском или подойдите к стойке { $desk }.
kiosk-lost = Воспользуйтесь другим киоском или обратитесь к персоналу.
kiosk-starting-title = Киоск готовится к работе
kiosk-staff = Персонал
kiosk-pin-title = PIN персонала
kiosk-pin-open = Открыть
kiosk-pin-wrong = Неверный PIN
kiosk-pin-closed = Слишком много попыток: подождите несколько минут
kiosk-pin-none = У этого киоска нет PIN персонала
kiosk-staff-title = Меню персонала
kiosk-staff-well = Всё работает
kiosk-staff-online = На связи
kiosk-staff-offline = Без связи: печатает сам, сообщит позже
kiosk-staff-people = { $n ->
    [one] Известна { $n } регистрация
    [few] Известны { $n } регистрации
    [many] Известно { $n } регистраций
   *[other] Известно { $n } регистрации
}
kiosk-staff-records = { $n ->
    [one] { $n } бейдж ещё не передан
    [few] { $n } бейджа ещё не переданы
    [many] { $n } бейджей ещё не передано
   *[other] { $n } бейджа ещё не передано
}
kiosk-staff-pause = Приостановить
kiosk-staff-resume = Продолжить
kiosk-staff-test = Напечатать пробную страницу
kiosk-staff-tested = Пробная страница отправлена на принтер
kiosk-staff-test-failed = Пробная страница не напечатана
kiosk-staff-reprint = Напечатать последний бейдж ещё раз
kiosk-staff-reprint-none = Здесь ещё не печатали бейджей
kiosk-staff-stop = Выключить
kiosk-staff-doubt = Печать бейджа { $n } прервалась. Он вышел?
kiosk-trouble-starting = Список регистраций ещё не полон
kiosk-trouble-revoked = Киоск отозван: зарегистрируйте его снова
kiosk-trouble-paused = Приостановлен персоналом
kiosk-trouble-no-printer = Принтер не задан
kiosk-trouble-offline = Принтер не отвечает
kiosk-trouble-cover-open = Принтер открыт
kiosk-trouble-jam = Замятие бумаги
kiosk-trouble-paper-out = Бумага закончилась
kiosk-trouble-supply-out = Чернила или лента закончились
kiosk-trouble-printer-paused = Принтер приостановлен
kiosk-trouble-output-full = Выходной лоток заполнен
kiosk-trouble-unsuitable = Принтер не может печатать эти бейджи
kiosk-trouble-attention = Принтер требует внимания
kiosk-trouble-stalled = Принтер остановился

## A badge on its holder's phone
phone-badge-inert = Ещё не активен
phone-badge-inert-hint = По прибытии подойдите к киоску или к стойке аккредитации. Тогда это станет вашим бейджем.
phone-badge-active = Это ваш бейдж
phone-badge-active-hint = Показывайте код на входах. Сделайте экран ярче.
phone-badge-replaced = Заменён другим бейджем
phone-badge-replaced-hint = Пользуйтесь печатным бейджем. Этот больше ничего не открывает.
phone-badge-code = QR-код бейджа
phone-badge-none = По этой ссылке бейджа нет. Откройте ссылку из письма ещё раз или обратитесь на стойку аккредитации.
phone-badge-wait = Слишком много попыток. Подождите минуту.
phone-badge-away = Нет связи. Показанное могло устареть.
phone-badge-again = Повторить
phone-badge-save = Сохранить в PDF
phone-badge-print = Печать
phone-badge-no-pdf = Сейчас PDF создать не удалось. Распечатайте эту страницу или попробуйте позже.
phone-badge-pdf-inert = Этот код ничего не открывает, пока его не активируют в киоске или на стойке аккредитации.
phone-badge-pdf-valid = Показывайте этот код на входах.
phone-badge-pdf-replaced = Как только напечатан другой бейдж, этот больше ничего не открывает.

## The print station's page
station-title = Станция печати
station-language = Язык
station-code = Код регистрации
station-printer = Принтер
station-freest = самый свободный принтер
station-print = Напечатать бейдж
station-connecting = Соединение
station-live = На связи; у сервера есть все бейджи
station-behind = Ещё не передано серверу: { $count }
station-lost = Станция не отвечает; показанное устарело
station-silent = Станция не отвечает.
station-records = { $n ->
    [one] { $n } напечатанный бейдж
    [few] { $n } напечатанных бейджа
   *[many] { $n } напечатанных бейджей
}
station-asking = Бейдж вышел?
station-printers = Принтеры
station-no-printers = У станции ещё нет принтера. Укажите его в настройках и запустите станцию снова, например:
station-queue = Очередь
station-no-jobs = Ничего не ждёт.
station-done = Готово
station-no-ended = Ещё ничего не напечатано.
station-to-print = { $n ->
    [one] { $n } бейдж к печати
    [few] { $n } бейджа к печати
   *[many] { $n } бейджей к печати
}
station-idle = Печатать нечего
station-sheets = { $n ->
    [one] остался { $n } лист
    [few] осталось { $n } листа
   *[many] осталось { $n } листов
}
station-not-counted = Бумага не считается
station-ready = Готов
station-paused-here = Приостановлен здесь
station-pause = Приостановить
station-pause-of = Приостановить { $printer }
station-resume = Продолжить
station-resume-of = Продолжить печать на { $printer }
station-paper = Бумага …
station-paper-in = Бумага в { $printer }
station-stock = Сколько листов сейчас в принтере
station-stock-hint = Каждый напечатанный бейдж убавляет один. Оставьте пустым, чтобы не считать.
station-save = Сохранить
station-leave = Оставить как есть
station-counted = Бумага в { $printer }: { $count }
station-uncounted = Бумага в { $printer } больше не считается.
station-badge-of = Бейдж { $code }
station-print-of = { $code } · печать { $generation } · { $printer }
station-move = Перенести на
station-move-of = Перенести бейдж: { $who }
station-move-where = На какой принтер перенести бейдж: { $who }
station-cancel = Отменить
station-cancel-of = Отменить бейдж: { $who }
station-yes = Да, вышел
station-again = Нет, напечатать снова на
station-again-where = На каком принтере напечатать снова
station-no = Нет, и оставить так
station-copy = Напечатать второй экземпляр того же бейджа?
station-nothing-printed = Ничего не напечатано.
station-going = Бейдж отправлен на { $printer }: { $who }.
station-fit = При { $dpi } точках на дюйм модуль QR-кода получает { $dots } точек, нужно { $wanted }. Возьмите принтер от { $more } точек на дюйм или шаблон с кодом { $mm } мм.
station-why-cancelled = Печать отменена у принтера, но принтеры часто всё же допечатывают такой бейдж
station-why-no-badge = Бейдж не вышел
station-why-cannot-say = Принтер не знает, получил ли он этот бейдж
station-why-too-old = Ожидал здесь больше двенадцати часов
station-why-stopped = Остановлено на принтере
station-why-forgotten = Принтер больше не знает этого задания
station-why-no-printer = У этой станции нет принтера
station-server-away = Сервер не отвечает
station-server-refused = Сервер их не принимает; причина в его журнале
station-server-cut-off = Станция отключена: зарегистрируйте её заново
station-server-aside = Сервер отложил некоторые; причина в его журнале
station-problem-pages = Открыто слишком много страниц этой станции. Закройте одну.
station-problem-unprintable = Этот бейдж нельзя напечатать
station-problem-no-printer = У этой станции нет принтера. Укажите его в настройках.
station-problem-no-such-printer = У этой станции нет принтера с таким именем.
station-problem-printed = Этот бейдж здесь уже напечатан.
station-problem-queued = Этот бейдж уже в очереди.
station-problem-full = Очередь заполнена. Подождите, пока часть бейджей напечатают.
station-problem-nobody = Нет одобренной регистрации с таким кодом.
station-problem-refused = Сервер отказал
station-problem-away = Сервер не отвечает. Попробуйте ещё раз через минуту.
station-problem-no-job = Этого задания здесь больше нет.
station-problem-at-printer = Задание уже на принтере. Сначала отмените его, затем укажите, вышел ли бейдж.
station-problem-in-doubt = Сначала укажите, вышел ли бейдж.
station-problem-still-here = Задание ещё ждёт здесь: бейдж выйти не мог.
station-problem-cancel-first = Задание на принтере. Сначала отмените его.
station-problem-ended = Задание тем временем завершено.
station-problem-never = Сейчас это невозможно.
station-state-queued = Ждёт
station-state-sent = Отправляется
station-state-printing = Печатается
station-state-printed = Напечатан
station-state-failed = Не напечатан
station-state-in-doubt = Под вопросом
station-condition-offline = Недоступен
station-condition-cover-open = Открыта крышка или лоток
station-condition-jam = Замятие бумаги
station-condition-paper-out = Нет бумаги
station-condition-supply-out = Нет чернил, тонера или ленты
station-condition-paused = Приостановлен на принтере
station-condition-output-full = Выходной лоток полон
station-condition-unsuitable = Не может печатать эти бейджи
station-condition-attention = Остановился: посмотрите принтер
station-condition-stalled = Ничего не движется: посмотрите принтер
station-condition-wrong-paper = Заправлена другая бумага
station-condition-coarse = Мало точек для QR-кода
station-condition-paper-low = Бумага заканчивается
station-condition-supply-low = Чернила, тонер или лента заканчиваются
station-condition-notice = Скоро потребует внимания
