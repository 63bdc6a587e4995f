# كلمات البوابات والشاشة. تصل الوسائط جاهزة من words.py.

## The light
title-go = أهلاً وسهلاً
title-exit = مع السلامة
title-stop = قف
title-check = تحقق

## Reasons in full: what the person at the door is told
reason-admitted = { $event } · { $today }
reason-exited = سُجّل الخروج
reason-emergency = طوارئ: جميع الأبواب مفتوحة
reason-overridden = أُدخل بموافقة المشرف
reason-frozen = الدخول متوقف: يرجى الانتظار
reason-unreadable = هذا الرمز ليس شارة
reason-claim-code = هذا الرمز للكشك: تُطبع الشارة عند أحد الأكشاك
reason-wrong-edition = هذه الشارة لمؤتمر آخر
reason-unknown-key = لا يمكن التحقق من هذه الشارة
reason-bad-signature = لا يمكن التحقق من هذه الشارة
reason-key-not-valid = لا يمكن التحقق من هذه الشارة
reason-key-scope = لا يمكن التحقق من هذه الشارة
reason-test-badge = هذه شارة تجريبية
reason-expired = انتهت صلاحية هذه الشارة
reason-replaced = استُبدلت هذه الشارة بأخرى أحدث
reason-cancelled = أُلغي هذا التسجيل
reason-blocked = يرجى مراجعة المشرف
reason-not-approved = لم تتم الموافقة على هذا التسجيل بعد
reason-unknown-issue = هذه الشارة غير معروفة
reason-needs-record = يجب التحقق من هذه الشارة في مكتب الاعتماد
reason-not-collected = شارة رقمية غير مفعّلة: يرجى إظهار الشارة المطبوعة أو التوجه إلى كشك
reason-wrong-gate = هذه البوابة غير مفتوحة في هذا الاتجاه
reason-wrong-event = هذه الشارة مخصصة لـ: { $events }
reason-wrong-event-none = لا فعالية مسجلة لهذه الشارة
reason-wrong-category = غير مفتوح لهذه الفئة من الشارات: { $event }
reason-wrong-day = { $event }: صالحة { $days }
reason-too-early = { $event }: يُفتح { $when }
reason-too-late = { $event }: مغلق لهذا اليوم
reason-already-inside = في الداخل حالياً: سُجّل الدخول من { $gate }، { $since }
reason-too-soon = يرجى الانتظار حتى { $when }
reason-day-limit = سبق الدخول اليوم من { $gate }، { $since }
reason-zone-full = هذه القاعة ممتلئة
reason-delegation-full = مقاعد هذا الوفد مشغولة
reason-second-look = قارن الشخص بالصورة
reason-rule-error = لا قرار: استدعِ المشرف

## Reasons in short: table rows and bars
reason-admitted-short = مسموح
reason-exited-short = خرج
reason-emergency-short = طوارئ
reason-overridden-short = تجاوز
reason-frozen-short = الدخول متوقف
reason-unreadable-short = ليس شارة
reason-claim-code-short = رمز الكشك
reason-wrong-edition-short = مؤتمر آخر
reason-unknown-key-short = مفتاح مجهول
reason-bad-signature-short = مزورة
reason-key-not-valid-short = مفتاح غير صالح
reason-key-scope-short = مفتاح غير مخوّل
reason-test-badge-short = تجريبية
reason-expired-short = منتهية
reason-replaced-short = مستبدلة
reason-cancelled-short = ملغى
reason-blocked-short = محظورة
reason-not-approved-short = غير موافق عليه
reason-unknown-issue-short = مجهولة
reason-needs-record-short = تحتاج إلى سجل
reason-not-collected-short = شارة رقمية غير مفعّلة
reason-wrong-gate-short = بوابة أخرى
reason-wrong-event-short = فعالية أخرى
reason-wrong-category-short = فئة أخرى
reason-wrong-day-short = غير صالحة اليوم
reason-too-early-short = مبكر جداً
reason-too-late-short = مغلق
reason-already-inside-short = في الداخل
reason-too-soon-short = قريب جداً
reason-day-limit-short = الحد اليومي
reason-zone-full-short = القاعة ممتلئة
reason-delegation-full-short = الوفد مكتمل
reason-second-look-short = للتحقق
reason-rule-error-short = لا قرار

## What the guard must see
attention-escort = مرافقة: لا تفرّقوا بينهم
attention-medical = طبي: اتصل بالمركز الطبي عند الطلب
attention-protocol = مراسم: اتصل بمسؤول المراسم

## The lane
lane-ready = أظهر شارتك
lane-starting = بدء التشغيل
lane-online = متصل
lane-offline = غير متصل، يقرر وحده
lane-offline-since = غير متصل منذ { $when }، يقرر وحده
lane-never-synced = في انتظار أول قائمة للشارات
lane-waiting = { $n ->
    [zero] لا سجلات محفوظة
    [one] سجل واحد محفوظ
    [two] سجلان محفوظان
    [few] { $n } سجلات محفوظة
    [many] { $n } سجلاً محفوظاً
   *[other] { $n } سجل محفوظ
}
lane-camera-lost = فُقدت الكاميرا: استخدم القارئ اليدوي
lane-several = عدة شارات أمام الكاميرا: أظهروا شارة واحدة في كل مرة
lane-process-lost = فقدت هذه الشاشة مسارها. لا تُدخل أحداً بناءً عليها.
lane-revoked = أُلغي هذا المسار: استدعِ المشرف
lane-help-desk = المساعدة: اسأل الموظفين
lane-photo-asked = جارٍ طلب الصورة
lane-photo-none = لا توجد صورة محفوظة: قارن الاسم على الشارة
lane-photo-offline = الصورة غير متاحة دون اتصال: قارن الاسم على الشارة
lane-photo-too-often = طُلبت صور كثيرة خلال دقيقة: قارن الاسم على الشارة
lane-photo-of = صورة { $name }

## The wall
wall-entries = الدخول
wall-inside = في الداخل الآن
wall-entered = دخلوا اليوم
wall-per-minute = في الدقيقة
wall-refused = رُفضوا اليوم
wall-attention = يتطلب الانتباه
wall-attention-none = كل شيء على ما يرام
wall-cumulative = الدخول التراكمي
wall-gates = البوابات
wall-gates-note = الدخول في الدقيقة، آخر 60 دقيقة
wall-gate = البوابة
wall-state = الحالة
wall-in = دخول
wall-rate = /دقيقة
wall-last-hour = آخر ساعة
wall-refused-short = رفض
wall-by-reason = الرفض حسب السبب
wall-events = الفعاليات
wall-last-refusals = آخر حالات الرفض
wall-zones = المناطق
wall-state-ok = سليم
wall-state-silent = صامت
wall-state-never = لم يتصل قط
wall-live = مباشر
wall-reconnecting = إعادة الاتصال
wall-stale = بيانات عمرها { $age }
wall-peak = الذروة { $n } عند { $when }
wall-share-of-scans = { $share } % من عمليات المسح
wall-share-of = { $share } % من { $n }
wall-empty = لا دخول في هذا اليوم
wall-no-refusals = لا حالات رفض
wall-people = أشخاص
wall-scans = عمليات مسح
wall-attention-silent = { $gate }: صامت منذ { $age }
wall-attention-waiting = { $gate }: { $n } سجلات قيد الإرسال
wall-attention-full = { $zone }: { $share } % من السعة
wall-sign-out = تسجيل الخروج
wall-last-scan = آخر مسح قبل { $age }
wall-mode-emergency-open = جميع الأبواب مفتوحة (طوارئ)
wall-mode-frozen = لا يُسمح لأحد بالدخول (إيقاف)
wall-anomaly-double = الشارة { $badge } مرتين: { $gate } { $when }، قبلها { $earlier } { $before }
wall-anomaly-hurry = الشارة { $badge } أسرع من المشي: { $gate } { $when }، قبلها { $earlier } { $before }
wall-anomaly-revoked = أُدخلت شارة ملغاة { $badge }: { $gate } { $when }
wall-anomaly-copies = طُبعت الشارة { $badge } مرتين: { $gate } { $when }، وقبلها { $earlier } { $before }. يطبع المكتب شارة أخرى
wall-overridden = تجاوزات: { $n }
wall-more = و{ $n } أخرى

## الرسائل
mail-subject = شارتك لحضور { $edition }
mail-hello = تحية طيبة { $name }،
mail-claim = تمت الموافقة على تسجيلك في { $edition }، { $place }. رمز شارتك أدناه.
mail-how = عند الوصول، يرجى وضع هذا الرمز أمام أحد الأكشاك لتُطبع الشارة خلال ثوانٍ.
mail-digital-inert = يمكنك أيضاً حمل شارتك على هاتفك أو حفظها بصيغة PDF من خلال رابطك الشخصي. تصبح صالحة بعد تفعيلها في أحد الأكشاك أو في مكتب الاعتماد.
mail-digital-valid = يمكنك أيضاً استخدام شارتك على هاتفك أو حفظها بصيغة PDF من خلال رابطك الشخصي.
mail-not-a-badge = هذا الرمز ليس شارة ولا يفتح أي باب. يرجى عدم إعطائه لأحد: فمن يحمله يستطيع طباعة شارتك.

## مكتب الاعتماد
desk-title = مكتب الاعتماد
desk-find = البحث عن شخص
desk-find-hint = الاسم أو المنظمة أو رقم الشارة أو الرمز، أو امسح شارة
desk-found = { $n ->
    [one] شخص واحد
    [two] شخصان
    [few] { $n } أشخاص
   *[other] { $n } شخصاً
}
desk-found-none = لم يُعثر على أحد. جرّب كتابة أخرى أو جزءاً من الاسم.
desk-more-letters = ثلاثة أحرف على الأقل من فضلك
desk-nobody = ابحث عن شخص، أو امسح شارة، أو سجّل زائراً جديداً.
desk-scan = مسح شارة
desk-scan-hold = أمسك الشارة أمام الكاميرا.
desk-scan-field = امسح الشارة في هذا الحقل
desk-walk-in = تسجيل زائر جديد
desk-status-approved = معتمد
desk-status-pending = بانتظار الموافقة
desk-status-cancelled = ملغى
desk-status-blocked = موقوف
desk-generation = الطبعة { $n }
desk-printed = مطبوعة
desk-waits = طُبعت مسبقاً؛ مكانها: { $place }
desk-not-printed = لم تُطبع بعد
desk-printing = قيد الطباعة
desk-collected = التسليم
desk-collected-self = شخصياً
desk-collected-focal-point = إلى منسق الوفد { $name }
desk-collected-vip = لكبار الشخصيات، إلى { $name }
desk-not-collected = ليس بعد
desk-code = الرمز
desk-print = طباعة الشارة
desk-reprint = طباعة شارة بديلة
desk-hand-out = تسليم
desk-correct = تصحيح
desk-notes = ملاحظات
desk-no-notes = لا توجد ملاحظات
desk-hold = إيقاف
desk-hold-warning = سترفض جميع البوابات هذا الشخص حتى يُرفع الإيقاف.
desk-on-hold = موقوف: مرفوض عند جميع البوابات
desk-release = رفع الإيقاف
desk-approve = موافقة
desk-cancel-registration = إلغاء التسجيل
desk-restore = استعادة التسجيل
desk-undo = تراجع: { $act }
desk-bind = إعطاء شارة احتياطية
desk-bind-words = تصبح الشارة الاحتياطية شارة هذا الشخص، وتتوقف شارته الحالية عن العمل.
desk-photo = الصورة
desk-photo-of = صورة { $name }
desk-photo-take = التقاط صورة
desk-photo-choose = اختيار ملف
desk-photo-remove = حذف الصورة
desk-photo-shoot = التقط الآن
desk-photo-again = مرة أخرى
desk-photo-use = استخدام هذه الصورة
desk-photo-crop = اسحب للتحريك، واستخدم العجلة أو + و - للتكبير.
desk-photo-not = لا يمكن استخدام هذا الملف: JPEG أو PNG حتى 8 ميغابايت.
desk-no-camera = لا تتوفر كاميرا. استخدم ملفاً أو ماسحاً يدوياً.
desk-given = الأسماء الأولى
desk-family = اسم العائلة
desk-name-on-badge = الاسم على الشارة
desk-native-name = الاسم بالخط الأصلي
desk-organisation = المنظمة
desk-country = البلد
desk-category = الفئة
desk-status = الحالة
desk-held-status = قبل الإيقاف
desk-badge = رقم الشارة
desk-photo-at-ms = التُقطت
desk-email = البريد الإلكتروني
desk-language = اللغة
desk-entitlements = الفعاليات والأيام
desk-events = الفعاليات والأيام
desk-no-events = اختر يوماً واحداً على الأقل من إحدى الفعاليات.
desk-attention = يجب أن يراه الحراس
desk-attention-escort = مرافق
desk-attention-medical = طبي
desk-attention-protocol = المراسم
desk-why = السبب
desk-reason-first = الشارة الأولى
desk-reason-lost = مفقودة
desk-reason-stolen = مسروقة
desk-reason-damaged = تالفة
desk-reason-corrected = تصحيح الاسم أو الأيام
desk-reason-misprint = طباعة رديئة
desk-printer = الطابعة
desk-printer-by-hand = طابعة أخرى: سأؤكد خروجها بنفسي
desk-print-warning = تتوقف الشارة الحالية عن العمل عند خروج الجديدة.
desk-print-reserved = بانتظار الطابعة
desk-print-printed = خرجت
desk-print-failed = لم تخرج
desk-came-out = خرجت الشارة
desk-not-out = لم يخرج شيء
desk-prints = الطباعة
desk-no-prints = لا شيء من المكتب
desk-how-self = إلى الشخص نفسه
desk-how-focal-point = إلى منسق الوفد
desk-how-vip = لكبار الشخصيات: إلى المراسم أو الموظفين
desk-by-name = اسم المستلم
desk-conflict = عدّل شخص آخر هذه البيانات في هذه الأثناء
desk-conflict-words = { $who }، { $when }. لم يُستبدل شيء. حدّد ما يجب اعتماده مما أدخلته.
desk-an-import = استيراد
desk-theirs = الآن
desk-mine = ما أدخلته
desk-keep-chosen = الاحتفاظ بالمحدد
desk-history = السجل
desk-no-history = لم يتغير شيء هنا
desk-act-walk-in = سُجّل في المكتب
desk-act-corrected = تصحيح
desk-act-status = تغيير الحالة
desk-act-held = إيقاف
desk-act-released = رفع الإيقاف
desk-act-noted = تعديل الملاحظات
desk-act-undone = تراجع
desk-act-collected = تسليم
desk-act-reprint = أُرسلت للطباعة
desk-act-printed = طُبعت الشارة وأصبحت سارية
desk-act-print-failed = فشلت الطباعة
desk-act-bound = أُعطيت شارة احتياطية
desk-act-photo = التُقطت الصورة
desk-act-photo-removed = حُذفت الصورة
desk-badge-current = هذه هي الشارة السارية.
desk-badge-replaced = استُبدلت هذه الشارة (الطبعة { $n }): اسحبها.
desk-badge-printing = هذه الشارة (الطبعة { $n }) ليست سارية بعد: أكّد خروجها.
desk-badge-spare = هذه شارة احتياطية: افتح سجل شخص ثم أعطها له.
desk-badge-void = هذه الشارة ملغاة: أتلفها.
desk-saved = حُفظ
desk-tickets = أرسلتهم الأكشاك
desk-tickets-waiting = { $n } في الانتظار
desk-tickets-none = لا أحد ينتظر.
desk-ticket-wrong = خطأ على الشارة
desk-ticket-not-found = لم يجد الكشك التسجيل
desk-ticket-collected = طُبعت الشارة أو سُلّمت من قبل
desk-ticket-printer = لم تخرج الشارة
desk-ticket-staff = طلب المساعدة
desk-ticket-nobody = شخص غير معروف
desk-ticket-done = تم
desk-ticket-closed = تمت المساعدة
desk-ticket-back = تراجع
desk-ticket-waits = في الانتظار من جديد
desk-ticket-done-number = رقم الكشك { $number }: تم
desk-digital = الشارة على الهاتف
desk-digital-warning = تصبح شارة الهاتف هي الوحيدة الصالحة، وتتوقف الشارة المطبوعة.
desk-on-phone = على الهاتف
desk-kiosk-prints = بدأ { $kiosk } طباعتها
desk-act-digital = فُعّلت الشارة على الهاتف
desk-reason-paper = من الهاتف إلى الورق
desk-print-from-phone = تتوقف شارة الهاتف حين تخرج المطبوعة.
desk-print-kiosk = بدأ كشك طباعة هذه الشارة: انظر هناك أولاً. الشارة المطبوعة هنا تلغي تلك.
desk-badge-inert = هذه شارة على هاتف، وهي غير مفعّلة.
desk-not-sent = لم يجب الخادم. ما كتبته محفوظ: افتح نموذج تسجيل الزائر من جديد وأرسله.
desk-copies = صدرت شارتان بالرقم نفسه
desk-copies-hint = اطبع شارة أخرى: تلغي الاثنتين
desk-act-copies = شارتان بالرقم نفسه
desk-act-lot-taken-back = سُحبت دفعة المطبعة؛ شارة جديدة سارية
desk-mail-queued = بانتظار الإرسال
desk-mail-sent = أُرسل الرمز
desk-mail-failed = لم يُرسل
desk-mail-bounced = عاد البريد
desk-mail-again = أُرسل مرة أخرى
desk-keys = المفاتيح: / بحث · T أرقام الأكشاك · D تم الرقم · P طباعة · H تسليم · E تصحيح · N ملاحظات · F صورة · U تراجع · Esc عودة إلى البحث

## The command page
command-title = القيادة
command-wall = اللوحة
command-mode = وضع الموقع
command-mode-normal = عادي: البوابات تقرر
command-mode-emergency-open = طوارئ: جميع الأبواب مفتوحة
command-mode-frozen = إيقاف: لا يدخل أحد ويمكن للجميع الخروج
command-set-normal = العودة إلى الوضع العادي
command-set-emergency-open = فتح جميع الأبواب
command-set-frozen = إيقاف الدخول
command-sure = { $what } - هل أنت متأكد؟
command-reach = وصل إلى { $n } من { $of } من الممرات.
command-behind = ليس بعد: { $names }
command-zones = المناطق
command-roll-call = نداء الحضور
command-sweep = إخلاء
command-sweep-zone = غادر الجميع { $zone }؛ ويمكن لمن كان في الداخل العودة
command-badge = الشارة
command-name = الاسم
command-organisation = المنظمة
command-since = منذ
command-supervisors = المشرفون
command-no-supervisors = لا أحد يملك حق التجاوز بعد
command-pin = رقم سري من 8 إلى 12 رقماً
command-pin-badge = رقم سري أو الشارة الخاصة
command-registration = رمز تسجيله الشخصي (اختياري)
command-save = حفظ
command-retire = سحب
command-retired = مسحوب
command-cancel = إلغاء
command-only-pin = رقم سري
command-nobody = لا أحد في الداخل
command-anomalies = للتحقق
command-anomalies-none = لا شيء للتحقق اليوم
command-look = من هذا؟
command-look-first = أولاً
command-look-then = ثم
command-no-photo = لا توجد صورة محفوظة
command-no-person = لا أحد مسجل بهذه الشارة
command-look-recorded = كل اطلاع يُسجَّل.

## What a guard does at a lane
lane-same-person = إنه الشخص نفسه
lane-override = تجاوز المشرف
lane-undo = إلغاء آخر دخول
lane-supervisor = المشرف
lane-emergency-open = فتح هذا الباب (طوارئ)
lane-frozen = منع الدخول هنا
lane-normal = العودة إلى الوضع العادي
lane-turn = تبديل الدخول والخروج
lane-entry = دخول
lane-exit = خروج
lane-pin = رقم سري
lane-why = السبب
lane-do = تنفيذ
lane-cancel = إلغاء
lane-ask-supervisor = المشرف: اعرض شارتك على هذا الممر
lane-not-a-supervisor = هذا الرقم أو الشارة ليس لأحد
lane-pin-locked = أرقام خاطئة كثيرة: انتظر حتى { $when }
lane-why-needed = اختر سبباً أولاً
lane-scan-again = امسح الشارة مرة أخرى أولاً
lane-one-way = لهذه البوابة اتجاه واحد فقط
lane-undone = أُلغي آخر دخول
lane-undo-no-admission = لا يوجد دخول لإلغائه
lane-undo-already = أُلغي من قبل
lane-undo-too-late = فات الأوان: أكثر من 15 دقيقة
lane-undo-store = لم يُلغَ: تعطلت ذاكرة الممر
lane-mode-normal = الوضع العادي
lane-mode-emergency-open = طوارئ: هذا الباب مفتوح
lane-mode-frozen = لا يدخل أحد من هنا
lane-clock-wrong = الساعة خاطئة بمقدار { $s } ث، وصُححت
lane-places = { $n ->
    [zero] لا مكان متبقٍ
    [one] مكان واحد متبقٍ
    [two] مكانان متبقيان
    [few] { $n } أماكن متبقية
    [many] { $n } مكاناً متبقياً
   *[other] { $n } مكان متبقٍ
}
lane-in-zone = في الداخل: { $n }
lane-or-badge = أو اعرض شارتك
wall-attention-clock = { $device }: الساعة خاطئة بمقدار { $age }
wall-attention-battery = { $device }: البطارية { $share } %
wall-attention-places = لا تُمنح أماكن القاعات المحدودة السعة: جرت استعادة نسخة احتياطية. صِل كل ممر ثم شغّل «gate places trust»
wall-attention-set-aside = { $n ->
    [one] سجل واحد وُضع جانباً: قد يكون جهاز منسوخاً أو معطلاً
    [two] سجلان وُضعا جانباً: قد يكون جهاز منسوخاً أو معطلاً
    [few] { $n } سجلات وُضعت جانباً: قد يكون جهاز منسوخاً أو معطلاً
    [many] { $n } سجلاً وُضعت جانباً: قد يكون جهاز منسوخاً أو معطلاً
   *[other] { $n } سجل وُضعت جانباً: قد يكون جهاز منسوخاً أو معطلاً
}
lane-roll-call = نداء الحضور: من في الداخل
lane-heard = سُمع الخادم قبل { $age }؛ أُبلغت { $n } ممرات أخرى
lane-never-heard = لم يُسمع الخادم بعد


## The phone scanner
scanner-title = ماسح البوابة
scanner-point = وجّه الهاتف نحو الشارة
scanner-point-exit = خروج: وجّه الهاتف نحو الشارة
scanner-direction = الاتجاه
scanner-find = بحث بالاسم
scanner-find-words = ثلاثة أحرف من الاسم على الأقل
scanner-find-go = بحث
scanner-find-none = لا أحد متوقع بهذا الاسم
scanner-find-offline = البحث يحتاج إلى الشبكة
scanner-find-too-often = عمليات بحث كثيرة: أعد المحاولة بعد دقيقة
scanner-torch = المصباح
scanner-language = اللغة
scanner-learning = جارٍ تحميل قائمة المسموح لهم بالدخول: { $done }
scanner-in = دخل { $n }
scanner-offline = غير متصل
scanner-offline-kept = غير متصل · { $n } محفوظ
scanner-keep-badge = احتفظ بالشارة واتصل
scanner-badge-kept = احتفظ بالشارة واتصل بالمشرف
scanner-help-desk = إلى مكتب المساعدة
scanner-override-limit = لا استثناءات أخرى هنا خلال هذه الساعة
scanner-pin-or-badge = أدخل رقمك السري أو أظهر شارتك
scanner-no-supervisors = لا مشرف معروف على هذا الهاتف بعد
scanner-unlock = متابعة
scanner-close = إغلاق
scanner-enrol-title = إعداد هذا الهاتف
scanner-enrol-words = أدخل رمز المرة الواحدة من المشغّل، أو افتح الرابط المرفق به.
scanner-enrol-code = رمز المرة الواحدة
scanner-enrol-go = ابدأ
scanner-enrol-again = إعداد من جديد
scanner-install-first = على iPhone وiPad: اختر أولاً «مشاركة» ثم «إضافة إلى الشاشة الرئيسية»، وافتحها من هناك واكتب الرمز هناك.
scanner-code-refused = لم يُقبل الرمز: إنه خاطئ أو مستعمل أو مضى عليه أكثر من عشر دقائق
scanner-code-too-often = محاولات كثيرة: انتظر عشر دقائق
scanner-no-server = الخادم لا يجيب: هل هذا الهاتف متصل؟
scanner-not-a-lane = هذا الرمز ليس لبوابة
scanner-unsent = لم تُرسل بعد { $n } من سجلات { $device }: أعدّ هذا الهاتف أولاً باسم { $device }
scanner-camera-start = تشغيل الكاميرا
scanner-camera-refused = الكاميرا غير مسموح بها: اسمح بها في إعدادات المتصفح أو استخدم ماسحاً يدوياً
scanner-camera-none = لا كاميرا: استخدم ماسحاً يدوياً
scanner-other-tab = الماسح مفتوح في علامة تبويب أخرى. أغلقها للمتابعة هنا.
scanner-no-storage = هذا الهاتف لا يستطيع حفظ السجلات. لا تُدخل أحداً بناءً عليه.
scanner-insecure = يحتاج الماسح إلى عنوان آمن (https)

## The kiosk where people collect their badges
kiosk-welcome = مرحباً بكم في { $place }
kiosk-title = استلام الشارة
kiosk-steps = الخطوات
kiosk-step-code = الرمز
kiosk-step-check = المراجعة
kiosk-step-badge = الشارة
kiosk-languages = اللغة
kiosk-help = أحتاج إلى مساعدة
kiosk-larger = نص أكبر
kiosk-lower = شاشة أخفض
kiosk-contrast = تباين عالٍ
kiosk-privacy = لا يُحفظ أي شيء على هذه الشاشة.
kiosk-back = رجوع
kiosk-yes = نعم
kiosk-no = لا
kiosk-scan-title = يرجى إظهار رمز التسجيل
kiosk-scan-hint = يرجى وضع رمز QR الوارد بالبريد الإلكتروني أمام الكاميرا.
kiosk-camera-lost = الكاميرا لا تعمل. يرجى استخدام اسم العائلة والبريد الإلكتروني.
kiosk-no-code = ليس لديّ رمز
kiosk-no-code-hint = باستخدام اسم العائلة وبريد التسجيل
kiosk-name-title = اسمك وبريدك الإلكتروني
kiosk-name-hint = كما في تسجيلك، ولا يهم التشكيل.
kiosk-family = اسم العائلة
kiosk-email = بريد التسجيل
kiosk-search = البحث عن شارتي
kiosk-keyboard = لوحة المفاتيح
kiosk-key-delete = حذف
kiosk-key-space = مسافة
kiosk-key-next = التالي
kiosk-looking = لحظة من فضلك
kiosk-not-found-title = لا يمكن طباعة شارة هنا
kiosk-not-found-hint = يرجى المحاولة مرة أخرى أو التوجه إلى المكتب { $desk }: سيساعدك الموظفون هناك.
kiosk-try-again = المحاولة مرة أخرى
kiosk-to-desk = التوجه إلى المكتب
kiosk-check-title = هل هذه البيانات صحيحة؟
kiosk-print = طباعة شارتي
kiosk-wrong = هناك خطأ
kiosk-not-me = لست أنا: البدء من جديد
kiosk-printing-title = جارٍ طباعة شارتك
kiosk-printing-hint = يرجى الانتظار هنا بضع ثوانٍ.
kiosk-waiting-title = شارتك جاهزة
kiosk-waiting-hint = طُبعت مسبقاً وهي بانتظارك هنا:
kiosk-waiting-not-there = ليست هناك
kiosk-done-title = ها هي شارتك
kiosk-done-hint = يرجى أخذها من الفتحة أدناه. نتمنى لك مؤتمراً موفقاً!
kiosk-phone = الاحتفاظ بها على هاتفي
kiosk-keeping-title = لحظة من فضلك
kiosk-kept-title = شارتك على هاتفك
kiosk-kept-hint = يرجى فتح الرابط الوارد في بريدنا وإظهار الرمز عند المداخل.
kiosk-phone-not = هذا غير ممكن الآن. يرجى طباعة الشارة.
kiosk-finish = إنهاء
kiosk-desk-title = يرجى التوجه إلى المكتب { $desk }
kiosk-desk-number = رقمك
kiosk-desk-wrong = سيصحح الموظفون شارتك هناك.
kiosk-desk-printer = شارتك محفوظة. سيطبعها لك الموظفون هناك.
kiosk-desk-help = سيساعدك الموظفون هناك.
kiosk-idle-title = هل ما زلت هنا؟
kiosk-idle-hint = { $n ->
    [zero] ستُمسح هذه الشاشة الآن.
    [one] ستُمسح هذه الشاشة بعد ثانية واحدة.
    [two] ستُمسح هذه الشاشة بعد ثانيتين.
    [few] ستُمسح هذه الشاشة بعد { $n } ثوانٍ.
    [many] ستُمسح هذه الشاشة بعد { $n } ثانية.
   *[other] ستُمسح هذه الشاشة بعد { $n } ثانية.
}
kiosk-idle-more = أحتاج إلى مزيد من الوقت
kiosk-idle-end = انتهيت
kiosk-out-title = هذا الجهاز خارج الخدمة
kiosk-out-hint = يرجى استخدام جهاز آخر أو التوجه إلى المكتب { $desk }.
kiosk-lost = يرجى استخدام جهاز آخر أو سؤال الموظفين.
kiosk-starting-title = هذا الجهاز قيد التحضير
kiosk-staff = الموظفون
kiosk-pin-title = رمز الموظفين السري
kiosk-pin-open = فتح
kiosk-pin-wrong = هذا الرمز السري خاطئ
kiosk-pin-closed = محاولات كثيرة: انتظر بضع دقائق
kiosk-pin-none = لا يوجد رمز سري للموظفين على هذا الجهاز
kiosk-staff-title = قائمة الموظفين
kiosk-staff-well = كل شيء يعمل
kiosk-staff-online = متصل
kiosk-staff-offline = غير متصل: يطبع وحده ويبلّغ لاحقاً
kiosk-staff-people = { $n ->
    [zero] لا تسجيلات معروفة
    [one] تسجيل واحد معروف
    [two] تسجيلان معروفان
    [few] { $n } تسجيلات معروفة
    [many] { $n } تسجيلاً معروفاً
   *[other] { $n } تسجيل معروف
}
kiosk-staff-records = { $n ->
    [zero] لا شارات غير مبلَّغ عنها
    [one] شارة واحدة لم يُبلَّغ عنها بعد
    [two] شارتان لم يُبلَّغ عنهما بعد
    [few] { $n } شارات لم يُبلَّغ عنها بعد
    [many] { $n } شارة لم يُبلَّغ عنها بعد
   *[other] { $n } شارة لم يُبلَّغ عنها بعد
}
kiosk-staff-pause = إيقاف مؤقت
kiosk-staff-resume = استئناف
kiosk-staff-test = طباعة صفحة تجريبية
kiosk-staff-tested = أُرسلت الصفحة التجريبية إلى الطابعة
kiosk-staff-test-failed = لم تُطبع الصفحة التجريبية
kiosk-staff-reprint = إعادة طباعة آخر شارة
kiosk-staff-reprint-none = لم تُطبع أي شارة هنا بعد
kiosk-staff-stop = إيقاف التشغيل
kiosk-staff-doubt = انقطعت طباعة الشارة { $n }. هل خرجت؟
kiosk-trouble-starting = قائمة التسجيلات لم تكتمل بعد
kiosk-trouble-revoked = أُلغي هذا الجهاز: سجّله من جديد
kiosk-trouble-paused = أوقفه الموظفون مؤقتاً
kiosk-trouble-no-printer = لم تُحدد أي طابعة
kiosk-trouble-offline = الطابعة لا تستجيب
kiosk-trouble-cover-open = الطابعة مفتوحة
kiosk-trouble-jam = الورق عالق
kiosk-trouble-paper-out = نفد الورق
kiosk-trouble-supply-out = نفد الحبر أو الشريط
kiosk-trouble-printer-paused = الطابعة متوقفة مؤقتاً
kiosk-trouble-output-full = درج الخروج ممتلئ
kiosk-trouble-unsuitable = لا تستطيع الطابعة طباعة هذه الشارات
kiosk-trouble-attention = الطابعة تحتاج إلى تدخل
kiosk-trouble-stalled = الطابعة لا تتحرك

## A badge on its holder's phone
phone-badge-inert = غير مفعّلة بعد
phone-badge-inert-hint = عند الوصول، يرجى التوجه إلى أحد الأكشاك أو إلى مكتب الاعتماد، فتصبح هذه شارتك.
phone-badge-active = هذه شارتك
phone-badge-active-hint = يرجى إظهار الرمز عند المداخل وزيادة سطوع الشاشة.
phone-badge-replaced = حلّت محلها شارة أخرى
phone-badge-replaced-hint = يرجى استخدام الشارة المطبوعة. هذه لم تعد تفتح أي باب.
phone-badge-code = رمز الشارة
phone-badge-none = لا توجد شارة بهذا الرابط. يرجى فتح الرابط من البريد الإلكتروني مرة أخرى أو السؤال في مكتب الاعتماد.
phone-badge-wait = محاولات كثيرة. يرجى الانتظار دقيقة.
phone-badge-away = لا يوجد اتصال. قد يكون المعروض قديماً.
phone-badge-again = المحاولة مرة أخرى
phone-badge-save = حفظ بصيغة PDF
phone-badge-print = طباعة
phone-badge-no-pdf = لا يمكن إنشاء ملف PDF الآن. يرجى طباعة هذه الصفحة أو إعادة المحاولة لاحقاً.
phone-badge-pdf-inert = لا يفتح هذا الرمز أي باب قبل تفعيله في أحد الأكشاك أو في مكتب الاعتماد.
phone-badge-pdf-valid = يرجى إظهار هذا الرمز عند المداخل.
phone-badge-pdf-replaced = ومتى طُبعت شارة أخرى لم تعد هذه تفتح أي باب.

## The print station's page
station-title = محطة الطباعة
station-language = اللغة
station-code = رمز التسجيل
station-printer = الطابعة
station-freest = الطابعة الأقل انشغالاً
station-print = طباعة الشارة
station-connecting = جارٍ الاتصال
station-live = مباشر؛ لدى الخادم كل الشارات
station-behind = لم يُبلَّغ به الخادم بعد: { $count }
station-lost = المحطة لا تستجيب؛ المعروض قديم
station-silent = المحطة لا تستجيب.
station-records = { $n ->
    [zero] لا شارات مطبوعة
    [one] شارة مطبوعة واحدة
    [two] شارتان مطبوعتان
    [few] { $n } شارات مطبوعة
    [many] { $n } شارة مطبوعة
   *[other] { $n } شارة مطبوعة
}
station-asking = هل خرجت شارة؟
station-printers = الطابعات
station-no-printers = لا طابعة لهذه المحطة بعد. سمِّ واحدة في الإعدادات ثم أعد تشغيلها، مثلاً:
station-queue = قائمة الانتظار
station-no-jobs = لا شيء في الانتظار.
station-done = انتهى
station-no-ended = لم يُطبع شيء بعد.
station-to-print = { $n ->
    [zero] لا شارات للطباعة
    [one] شارة واحدة للطباعة
    [two] شارتان للطباعة
    [few] { $n } شارات للطباعة
    [many] { $n } شارة للطباعة
   *[other] { $n } شارة للطباعة
}
station-idle = لا شيء للطباعة
station-sheets = { $n ->
    [zero] لم تبقَ أي ورقة
    [one] بقيت ورقة واحدة
    [two] بقيت ورقتان
    [few] بقيت { $n } أوراق
    [many] بقيت { $n } ورقة
   *[other] بقيت { $n } ورقة
}
station-not-counted = الورق غير معدود
station-ready = جاهزة
station-paused-here = موقوفة هنا مؤقتاً
station-pause = إيقاف مؤقت
station-pause-of = إيقاف { $printer } مؤقتاً
station-resume = استئناف
station-resume-of = استئناف { $printer }
station-paper = الورق …
station-paper-in = الورق في { $printer }
station-stock = عدد الأوراق في الطابعة الآن
station-stock-hint = كل شارة مطبوعة تُنقص ورقة. اتركه فارغاً لإيقاف العد.
station-save = حفظ
station-leave = إبقاؤه كما هو
station-counted = الورق في { $printer }: { $count }
station-uncounted = لم يعد الورق في { $printer } معدوداً.
station-badge-of = شارة { $code }
station-print-of = { $code } · الطبعة { $generation } · { $printer }
station-move = نقل إلى
station-move-of = نقل شارة { $who }
station-move-where = الطابعة التي تُنقل إليها شارة { $who }
station-cancel = إلغاء
station-cancel-of = إلغاء شارة { $who }
station-yes = نعم، خرجت
station-again = لا، أعد طباعتها على
station-again-where = الطابعة التي تُعاد عليها الطباعة
station-no = لا، واتركها
station-copy = أتريد طباعة نسخة ثانية من الشارة نفسها؟
station-nothing-printed = لم يُطبع شيء.
station-going = شارة { $who } في طريقها إلى { $printer }.
station-fit = عند { $dpi } نقطة في البوصة تنال وحدة رمز QR { $dots } من النقاط والمطلوب { $wanted }. استعمل طابعة دقتها { $more } نقطة في البوصة أو أكثر، أو قالباً رمزه { $mm } مم.
station-why-cancelled = أُلغيت في الطابعة، وكثيراً ما تُكمل الطابعات شارة كهذه
station-why-no-badge = لم تخرج أي شارة
station-why-cannot-say = لا تعرف الطابعة هل وصلتها هذه الشارة
station-why-too-old = انتظرت هنا أكثر من اثنتي عشرة ساعة
station-why-stopped = توقفت عند الطابعة
station-why-forgotten = لم تعد الطابعة تعرف هذه المهمة
station-why-no-printer = لا توجد طابعة لهذه المحطة
station-server-away = الخادم لا يستجيب
station-server-refused = لا يقبلها الخادم؛ والسبب في سجلّه
station-server-cut-off = فُصلت هذه المحطة: سجّلها من جديد
station-server-aside = وضع الخادم بعضها جانباً؛ والسبب في سجلّه
station-problem-pages = صفحات كثيرة لهذه المحطة مفتوحة. أغلق إحداها.
station-problem-unprintable = لا يمكن طباعة هذه الشارة
station-problem-no-printer = لا توجد طابعة لهذه المحطة. حدّد واحدة في الإعدادات.
station-problem-no-such-printer = لا توجد لهذه المحطة طابعة بهذا الاسم.
station-problem-printed = طُبعت هذه الشارة هنا من قبل.
station-problem-queued = هذه الشارة في قائمة الانتظار بالفعل.
station-problem-full = قائمة الانتظار ممتلئة. انتظر حتى تُطبع بعض الشارات.
station-problem-nobody = لا يوجد تسجيل معتمد بهذا الرمز.
station-problem-refused = رفض الخادم
station-problem-away = الخادم لا يستجيب. أعد المحاولة بعد لحظات.
station-problem-no-job = لم تعد هذه المهمة هنا.
station-problem-at-printer = وصلت إلى الطابعة. ألغِها أولاً ثم أخبر هل خرجت شارة.
station-problem-in-doubt = أخبر أولاً هل خرجت شارة.
station-problem-still-here = ما زالت تنتظر هنا: لا يمكن أن تكون شارة قد خرجت.
station-problem-cancel-first = إنها عند الطابعة. ألغِها أولاً.
station-problem-ended = انتهت في هذه الأثناء.
station-problem-never = هذا غير ممكن الآن.
station-state-queued = في الانتظار
station-state-sent = قيد الإرسال
station-state-printing = قيد الطباعة
station-state-printed = طُبعت
station-state-failed = لم تُطبع
station-state-in-doubt = غير مؤكدة
station-condition-offline = لا يمكن الوصول إليها
station-condition-cover-open = الغطاء أو الدرج مفتوح
station-condition-jam = الورق عالق
station-condition-paper-out = نفد الورق
station-condition-supply-out = نفد الحبر أو الشريط
station-condition-paused = موقوفة مؤقتاً عند الطابعة
station-condition-output-full = درج الخروج ممتلئ
station-condition-unsuitable = لا تستطيع طباعة هذه الشارات
station-condition-attention = متوقفة: انظر إلى الطابعة
station-condition-stalled = لا شيء يتحرك: انظر إلى الطابعة
station-condition-wrong-paper = فيها ورق آخر
station-condition-coarse = نقاط قليلة لرمز QR
station-condition-paper-low = الورق قليل
station-condition-supply-low = الحبر أو الشريط قليل
station-condition-notice = تحتاج قريباً إلى عناية
