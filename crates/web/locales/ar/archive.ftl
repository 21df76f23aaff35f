# أخذ كل شيء، وإعادته.

archive-title = خذ كل شيء معك
archive-lead = كل ما في حسابك في ملف واحد: لتحتفظ به، أو تقرأه، أو تنتقل به إلى خدمة أخرى، أو تعود به.
archive-take = أرشيفك
archive-size = { $count ->
    [zero] لا عملاء بعد.
    [one] عميل واحد.
    [two] عميلان.
    [few] { $shown } عملاء.
    [many] { $shown } عميلًا.
   *[other] { $shown } عميل.
}
archive-holds-account = حسابك: الاسم والعنوان، وعمليات الدخول، وأين سُجّل دخولك، وما وافقت عليه، وما صُدِّر، وباقتك
archive-holds-work = عملك: الصفحات والبوتات وما تسأل عنه، والوسوم، والقوالب، والرسائل الجماعية ومن وصلته ومن لم تصله
archive-holds-leads = عملاؤك وكل ما نحتفظ به عنهم ويجوز أن تراه
archive-holds-proofs = إثبات كل موافقة، ويستطيع أي أحد التحقق منه من دوننا
archive-holds-not = ليس فيه: كلمات المرور، ومفاتيح صفحاتك على فيسبوك، وما لم يأذن صاحبه بأن تراه.
archive-lock = من يستطيع فتح الملف
archive-lock-why = في الملف بيانات شخصية لك ولعملائك. إذا كان مشفّرًا فلن ينتفع به من يعثر عليه.
archive-lock-passphrase = من يعرف عبارة سرّ
archive-lock-key = من يملك مفتاحًا لي (age)
archive-lock-none = أي شخص يحصل على الملف: غير مشفّر
archive-passphrase = عبارة السر
archive-again = العبارة نفسها مرة أخرى
archive-passphrase-why = 12 حرفًا على الأقل، والأفضل عدة كلمات. لا نحتفظ بها هنا: إن ضاعت فلن يفتح الملف أحد.
archive-key = المفتاح العام
archive-key-why = فقط إن اخترت مفتاحًا. يبدأ بـ age1، ويصنعه برنامج age.
archive-button = تنزيل الأرشيف
archive-written-down = يُسجَّل في حسابك أنك أخذته، وتصلك رسالة بذلك.
archive-wrong-again = العبارتان ليستا متطابقتين. اكتبهما من جديد.
archive-wrong-passphrase = يجب ألا تقل عبارة السر عن 12 حرفًا. اختر عدة كلمات.
archive-wrong-key = هذا ليس مفتاحًا عامًا لـ age: يبدأ المفتاح بـ age1 وطوله 62 حرفًا. لا تعطِ المفتاح السري لأحد أبدًا.
archive-open = فتحه لاحقًا
archive-open-zip = هو ملف zip: فك ضغطه وافتح index.html في المتصفح. لا تحتاج الصفحات إلى اتصال ولا إلى برنامج منا. تُفتح الجداول في أي برنامج جداول، وتقرأ البرامج ملفات JSON.
archive-open-age = إن كان مشفّرًا فافتحه أولًا ببرنامج age، وهو مجاني لكل الأنظمة:
archive-open-back = احتفظ به كاملًا: يستطيع حساب جديد هنا أن يعيد محتواه.

# داخل الأرشيف.
archive-file-title = كل ما في حسابك لدى { $brand }
archive-file-made = أُعدّ في { $time }.
archive-file-times = جميع الأوقات بتوقيت { $zone }.
archive-file-account = الحساب
archive-file-documents = وثائق وافقت عليها
archive-file-part = العملاء، الجزء { $number }
archive-file-index = المحتويات
archive-file-before = السابق
archive-file-next = التالي
archive-file-nothing = لا شيء محفوظ هنا.
archive-file-consents = الموافقات والتراجعات عنها
archive-file-answers = الإجابات
archive-file-deliveries = الرسائل الجماعية
archive-file-history = من أرشيف سابق
archive-file-proofs = التحقق من الإثباتات
archive-file-proofs-how = في المجلد proofs ملف لكل موافقة، وفي log-key.txt المفتاح العام للسجل. يستطيع أي أحد، بالبرنامج أو ببرنامج يكتبه، أن يتحقق منها من دون اتصال:
archive-label-name = الاسم
archive-label-email = البريد الإلكتروني
archive-label-language = اللغة
archive-label-zone = المنطقة الزمنية
archive-label-account = رقم الحساب
archive-label-created = أُنشئ
archive-label-password = تغيّرت كلمة المرور
archive-label-plan = الباقة
archive-label-document = الوثيقة
archive-label-version = الإصدار
archive-label-accepted = تاريخ الموافقة
archive-label-meta = الرقم لدى ميتا
archive-label-connected = رُبطت
archive-label-question = سؤال الموافقة
archive-label-tags = الوسوم
archive-label-text = النص
archive-label-state = الحالة
archive-label-kind = النوع
archive-label-counts = من وصلته
archive-label-first = كتب أول مرة
archive-label-last = كتب آخر مرة
archive-label-about = بشأن
archive-label-shown = ما عُرض
archive-label-answered = ما أُجيب به
archive-label-broadcast = الرسالة الجماعية
archive-label-reason = السبب
archive-value-agreed = موافق
archive-value-withdrawn = تراجع
archive-value-not-agreed = غير موافق
archive-value-opt_in = موافقة
archive-value-withdrawal = تراجع عن الموافقة
exports-form-archive = كل ما في الحساب
exports-column-state = الحالة
exports-column-reason = السبب
exports-column-attempts = المحاولات
exports-column-changed_at = تغيّر في (UTC)
archive-delivery-sent = أُرسلت
archive-delivery-refused = لم تُرسل
archive-delivery-failed = تعذّرت
archive-delivery-unknown = غير معروف
archive-delivery-planned = مقررة
archive-delivery-sending = قيد الإرسال

# الإعادة.
import-title = أعِد أرشيفًا
import-lead = ما أخذته معك يومًا يعود إلى هذا الحساب: عملك فورًا، وعملاؤك نائمين.
import-choose = اختر أرشيفًا
import-choose-lead = نفحص الملف أولًا وترى ما فيه. لا يتغير شيء قبل أن توافق.
import-passphrase-why = فقط إن كان الملف مشفّرًا بعبارة سر. تُستعمل لفتح الملف ولا نحتفظ بها.
import-file = الملف (‎.zip أو ‎.zip.age)
import-look = افحصه
import-chosen = الأرشيف الذي اخترته
import-whence = من { $brand }.
import-comes-nothing = ليس فيه ما يمكن أن يعود.
import-comes-leads = { $count ->
    [zero] لا عملاء
    [one] عميل واحد، مع وسومه وموافقاته وتراجعاته السابقة
    [two] عميلان، مع وسومهما وموافقاتهما وتراجعاتهما السابقة
    [few] { $shown } عملاء، مع وسومهم وموافقاتهم وتراجعاتهم السابقة
    [many] { $shown } عميلًا، مع وسومهم وموافقاتهم وتراجعاتهم السابقة
   *[other] { $shown } عميل، مع وسومهم وموافقاتهم وتراجعاتهم السابقة
}
import-comes-tags = { $count ->
    [zero] لا وسوم
    [one] وسم واحد
    [two] وسمان
    [few] { $shown } وسوم
    [many] { $shown } وسمًا
   *[other] { $shown } وسم
}
import-comes-bots = { $count ->
    [zero] لا بوتات
    [one] بوت صفحة واحدة
    [two] بوتا صفحتين
    [few] بوتات { $shown } صفحات
    [many] بوتات { $shown } صفحة
   *[other] بوتات { $shown } صفحة
}
import-comes-templates = { $count ->
    [zero] لا قوالب
    [one] قالب واحد
    [two] قالبان
    [few] { $shown } قوالب
    [many] { $shown } قالبًا
   *[other] { $shown } قالب
}
import-comes-drafts = { $count ->
    [zero] لا مسودات
    [one] رسالة جماعية واحدة مسودةً
    [two] رسالتان جماعيتان مسودتين
    [few] { $shown } رسائل جماعية مسودات
    [many] { $shown } رسالة جماعية مسودات
   *[other] { $shown } رسالة جماعية مسودات
}
import-comes-past = { $count ->
    [zero] لا رسائل جماعية مرسلة
    [one] رسالة جماعية واحدة أُرسلت، للرجوع إليها
    [two] رسالتان جماعيتان أُرسلتا، للرجوع إليهما
    [few] { $shown } رسائل جماعية أُرسلت، للرجوع إليها
    [many] { $shown } رسالة جماعية أُرسلت، للرجوع إليها
   *[other] { $shown } رسالة جماعية أُرسلت، للرجوع إليها
}
import-dormant = يعود العملاء نائمين: لا يكتب إليهم أحد حتى يكتبوا هم أو يوافقوا من جديد. وما وافقوا عليه سابقًا يُحفظ للتاريخ فقط.
import-comes-not = ما لا يعود: كلمة المرور، وجلسات الدخول، ورموز API، والوصول إلى الصفحات، وباقتك، والرسائل التي كانت تنتظر.
import-fate = ما مصيرها
import-page-connect = اربطها من جديد
import-page-here = مربوطة هنا
import-pages-why = يسألك فيسبوك عن كل صفحة من جديد، حتى لا يحصل أحد على صفحة غيره بمجرد ذكرها. وحتى ذلك ينتظر عملاؤها.
import-start = أعِده
import-drop = لا تُعِده
import-forget = لا تعرض هذا بعد الآن
import-moving = يستمر العمل ولو أغلقت هذه الصفحة.
import-done = عاد كل ما يمكن أن يعود.
import-leads-in = عملاء عادوا
import-leads-known = عملاء كانوا هنا من قبل
import-leads-left = عملاء تُركوا لأن صفحتهم ليست في الأرشيف
import-wrong-busy = هناك أرشيف قيد الإعادة. انتظر حتى ينتهي ثم اختر غيره.
import-wrong-not-ours = هذا ليس أرشيف حساب. اختر الملف كما نزّلته.
import-wrong-version = هذا الأرشيف بإصدار لا يمكن قراءته هنا.
import-wrong-needs-passphrase = هذا الأرشيف مشفّر. اكتب عبارة سره واختر الملف من جديد.
import-wrong-passphrase = عبارة السر لا تفتح هذا الأرشيف. انتبه إلى الحروف الكبيرة والمسافات، واختر الملف من جديد.
import-wrong-key = هذا الأرشيف مشفّر بمفتاح. افتحه على جهازك ببرنامج age ثم اختر ملف zip.
import-wrong-truncated = ينتهي الملف قبل أوانه: لم يُحفظ كاملًا. خذ نسخة أخرى منه.
import-wrong-large = الأرشيف من الداخل أكبر مما يُسمح به.
import-wrong-damaged = الأرشيف تالف أو جرى تغييره. خذ نسخة أخرى منه. لم يتغير شيء هنا.
console-done-import-dropped = لم يعد الأرشيف هنا.
leads-badge-dormant = نائم
lead-dormant = عاد من أرشيف وهو نائم: لا يكتب إليه أحد حتى يكتب هو أو يوافق من جديد. ما وافق عليه سابقًا مذكور في ملفه للتاريخ فقط ولا يُجيز أي رسالة.
