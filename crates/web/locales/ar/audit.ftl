# سجل التدقيق وسجل البرنامج. كل معرّف هنا موجود أيضًا في ../en/audit.ftl.

audit-nav = التدقيق
audit-title = سجل التدقيق
audit-lead = ما فعله المديرون وما يخص أمان الحسابات: من دخل، وكلمات المرور، ومفاتيح المرور، والرموز، وما رُفض لمن دخل. ولا يظهر فيه ما يفعله الناس ببوتاتهم وعملائهم ورسائلهم. كل قيد مختوم، وبصمته في السجل العلني، فلا يستطيع أحد تغيير قيد دون أن يُكشف.
audit-filter = اختيار القيود
audit-filter-button = عرض
audit-any-kind = كل شيء
audit-any-by = أي شخص
audit-any-days = كل المدة
audit-days = المدة الماضية
audit-days-1 = يوم واحد
audit-days-7 = 7 أيام
audit-days-30 = 30 يومًا
audit-days-90 = 90 يومًا
audit-from = من (UTC)
audit-to = إلى (UTC)
audit-id = يضم معرّفًا
audit-id-why = لحساب أو حالة أو إذن أو جلسة أو رمز: ألصقه كاملًا، مثل acc_ و32 رقمًا.
audit-id-wrong = ليس هذا معرّفًا. انسخه كاملًا من حيث هو.
audit-searched = { $count ->
    [zero] ما يقوله القيد مختوم: لم يُفتح أي قيد للبحث عن المعرّف.
    [one] ما يقوله القيد مختوم: فُتح قيد واحد للبحث عن المعرّف.
    [two] ما يقوله القيد مختوم: فُتح قيدان للبحث عن المعرّف.
    [few] ما يقوله القيد مختوم: فُتحت { $shown } قيود للبحث عن المعرّف.
    [many] ما يقوله القيد مختوم: فُتح { $shown } قيدًا للبحث عن المعرّف.
   *[other] ما يقوله القيد مختوم: فُتح { $shown } قيد للبحث عن المعرّف.
}
audit-none-yet = ليس المعرّف في أي من القيود التي فُتحت حتى الآن. وهناك قيود أقدم.
audit-go-on = تابع البحث في الأقدم
audit-entries = القيود
audit-none = لا يوجد قيد كهذا.
audit-all = عرض كل القيود
audit-by-admin = المدير
audit-by-holder = صاحب الحساب
audit-by-support = المساعد
audit-by-billing = نظام الفوترة
audit-by-somebody = شخص عند الباب
audit-by-program = البرنامج
audit-column-at = متى
audit-column-kind = ماذا
audit-column-by = من
audit-column-account = الحساب
audit-column-facts = التفاصيل
audit-column-id = القيد
audit-column-proof = الإثبات
audit-erased = مُحي ما كان فيه
audit-proof = ملف
audit-proof-waits = خلال دقيقة
audit-export = إخراج هذه القيود
audit-export-why = يصبح ذلك قيدًا مستقلًا يتضمن ما تكتبه هنا. والملف جدول لبرامج الجداول، وفيه القيود المختارة أعلاه.
audit-export-button = تنزيل الجدول
audit-kept = { $count ->
    [zero] لا يُحفظ القيد أي يوم ({ $shown }).
    [one] يُحفظ القيد يومًا واحدًا ({ $shown }) أو إلى أن يُمحى حسابه.
    [two] يُحفظ القيد يومين ({ $shown }) أو إلى أن يُمحى حسابه.
    [few] يُحفظ القيد { $shown } أيام أو إلى أن يُمحى حسابه.
    [many] يُحفظ القيد { $shown } يومًا أو إلى أن يُمحى حسابه.
   *[other] يُحفظ القيد { $shown } يوم أو إلى أن يُمحى حسابه.
}

program-log-nav = سجل البرنامج
program-log-title = سجل البرنامج
program-log-lead = أحدث الأسطر التي كتبها البرنامج لمشغّله: معرّفات وأعداد وما حدث من أخطاء. لا يُسمّى فيها أحد، ولا شيء فيها عن العلامات التجارية الأخرى.
program-log-search = البحث في الأسطر
program-log-search-button = بحث
program-log-from = المستوى
program-log-from-all = كل الأسطر
program-log-from-warn = التحذيرات والأخطاء
program-log-from-error = الأخطاء
program-log-lines = الأسطر
program-log-none = لم يكتب البرنامج شيئًا منذ بدء تشغيله. وما لم يقرر مشغّله غير ذلك (ENTENTE_LOG) فهو لا يكتب إلا التحذيرات والأخطاء.
program-log-not-found = لا يوجد سطر مطابق. اختر مستوى آخر أو كلمات أخرى.
program-log-all = عرض كل الأسطر
program-log-found = { $count ->
    [zero] لا أسطر ({ $shown }).
    [one] سطر واحد ({ $shown }).
    [two] سطران ({ $shown }).
    [few] { $shown } أسطر.
    [many] { $shown } سطرًا.
   *[other] { $shown } سطر.
}
program-log-part = المعروض هنا من { $from } إلى { $to }، والأحدث أولًا.
program-log-older = أسطر أقدم
program-log-at = متى
program-log-level = أين
program-log-what = ماذا
program-log-whose = أي أسطر هذه
program-log-node = العقدة التي أجابتك
program-log-since = كل سطر منذ
program-log-held = الأسطر المحفوظة
program-log-held-of = { $lines } مما يحق لك قراءته؛ ومع أسطر العلامات التجارية الأخرى 2,000 على الأكثر، ويُخلي أقدمها مكانه للأحدث
program-log-memory = هي في ذاكرة هذا البرنامج على هذه العقدة، وتزول بانتهائه.
program-log-before = الأسطر الأقدم
program-log-before-how = يقرؤها من يدير الخادم حيث تذهب مخرجات البرنامج. وإن كان يعمل خدمةً من خدمات النظام فهذا الأمر يعرض ما كُتب قبل الأسطر أعلاه:
program-log-nodes = العُقد الأخرى
program-log-nodes-none = لا عُقد أخرى: هذا البرنامج يعمل وحده.
program-log-nodes-several = لكل عقدة أسطرها، ولا تعرضها لغيرها. حمّل هذه الصفحة مرة أخرى: فقد تجيبك عقدة أخرى، ويظهر رقمها هنا. ولقراءة أسطر عقدة بعينها افتح لوحة التحكم على عنوانها الخاص، أو نفّذ الأمر على جهازها.
program-log-kept = تُحفظ أحدث 2,000 سطر من العقدة التي أجابتك ({ $node })، في ذاكرتها وإلى أن ينتهي برنامجها، رجوعًا إلى { $since }؛ وللعُقد الأخرى أسطرها، ويحتفظ بالباقي من يدير الخادم.

audit-kind-brand_set = تغيير في العلامة التجارية
audit-kind-brand_given_back = إعادة العلامة التجارية إلى ملفها
audit-kind-logo_set = تغيير الشعار
audit-kind-logo_removed = إزالة الشعار
audit-kind-document_published = نشر وثيقة
audit-kind-plan_made = إنشاء باقة
audit-kind-plan_changed = تغيير باقة
audit-kind-plan_start = جعل باقة بدايةً للمشتركين الجدد
audit-kind-plan_retired = إيقاف باقة
audit-kind-plan_offered = عرض باقة من جديد
audit-kind-plan_deleted = حذف باقة
audit-kind-subscription_set = ضبط اشتراك
audit-kind-account_revealed = الاطّلاع على صاحب حساب
audit-kind-account_sought = البحث عن حساب بعنوانه
audit-kind-account_opened = الاطّلاع على ما يحفظه حساب
audit-kind-account_sessions_ended = إنهاء كل جلسات حساب
audit-kind-account_erased = محو حساب
audit-kind-request_noted = تسجيل طلب
audit-kind-request_extended = تأجيل طلب
audit-kind-request_closed = إغلاق طلب
audit-kind-billing_secret_made = إنشاء سر النداءات الموقّعة
audit-kind-billing_secret_ended = إنهاء سر النداءات الموقّعة
audit-kind-audit_exported = إخراج سجل التدقيق كملف
audit-kind-breach_step = خطوة في خرق بيانات
audit-kind-brand_end_announced = إعلان نهاية العلامة
audit-kind-brand_end_called_off = إلغاء نهاية العلامة
audit-kind-recipient_announced = إعلان متلقٍّ
audit-kind-recipient_ended = إنهاء متلقٍّ
audit-kind-support_granted = إعطاء وصول للدعم
audit-kind-support_code = رمز آخر للدعم
audit-kind-support_entered = دخول المساعد
audit-kind-support_shown = عُرض شيء على المساعد
audit-kind-support_ended = انتهاء وصول الدعم
audit-kind-restored = أُعيدت البيانات من نسخة احتياطية
audit-kind-set_up_offered = طباعة رابط الإعداد
audit-kind-account_made = إنشاء حساب
audit-kind-signed_in = تسجيل دخول
audit-kind-sign_in_failed = فشل تسجيل دخول
audit-kind-signed_out = تسجيل خروج
audit-kind-session_ended = إنهاء جلسة
audit-kind-other_sessions_ended = إنهاء كل الجلسات الأخرى
audit-kind-password_changed = تغيير كلمة المرور
audit-kind-recovery_asked = طلب كلمة مرور جديدة بالبريد
audit-kind-password_reset = كلمة مرور جديدة عبر رابط بالبريد
audit-kind-undone = «لم أكن أنا»
audit-kind-address_changed = تغيير عنوان البريد الإلكتروني
audit-kind-codes_on = تشغيل رموز التطبيق
audit-kind-codes_off = إيقاف رموز التطبيق
audit-kind-passkey_added = إضافة مفتاح مرور
audit-kind-passkey_removed = إزالة مفتاح مرور
audit-kind-token_made = إنشاء رمز واجهة برمجية
audit-kind-token_revoked = إنهاء رمز واجهة برمجية
audit-kind-denied_page = رفض: صفحة لا تتاح إلا للمديرين
audit-kind-denied_id = رفض: لا شيء بهذا المعرّف في حسابه
audit-kind-denied_scope = رفض: لا يملك رمز الواجهة البرمجية هذه الصلاحية
audit-kind-denied_form = رفض: النموذج ليس من هذه الجلسة
audit-kind-denied_proof = رفض: كلمة مرور أو مفتاح مرور أو رمز غير صحيح عند طلبه مجددًا
audit-kind-denied_grant = رفض: ما لا يتيحه وصول الدعم
audit-kind-denied_limit = رفض: محاولات أو طلبات أكثر مما يُسمح به في وقت واحد
audit-kind-denied_file = رفض: وجد فاحص البرمجيات الخبيثة شيئًا في الملف

audit-word-admin = مدير
audit-word-user = مستخدم
audit-word-helper = المساعد
audit-word-time = انتهت مدته
audit-word-recovery = استعادة الحساب الذي أعطاه
audit-word-password = كلمة المرور
audit-word-password_and_code = كلمة المرور ورمز
audit-word-link = رابط بالبريد
audit-word-passkey = مفتاح مرور
audit-word-lead = عميل
audit-word-broadcast = نص رسالة جماعية
audit-word-opened_pages = صفحاته
audit-word-opened_leads = عملاؤه من دون أسماء
audit-word-opened_broadcasts = كيف سارت رسائله الجماعية
audit-word-opened_bots = ما تقوله بوتاته
audit-word-opened_templates = قوالبه
audit-word-opened_tags = وسومه
audit-word-opened_exports = الملفات التي استخرجها
audit-word-account = حساب
audit-word-token = رمز واجهة برمجية
audit-word-looked = صفحة
audit-word-called = استدعاء
audit-fact-account = الحساب
audit-fact-breach = الحالة
audit-fact-breach_policy = سياسة الخروقات، الإصدار
audit-fact-by = من قام به
audit-fact-data_use = إعلان استخدام البيانات، النسخة
audit-fact-ends_at = تنتهي في
audit-fact-erasure = المحو
audit-fact-grant = الإذن
audit-fact-id = يضم المعرّف
audit-fact-kind = النوع
audit-fact-leads = العملاء
audit-fact-lost = قيود السجل التي ضاعت
audit-fact-messages = الرسائل في الشهر
audit-fact-name = الاسم
audit-fact-outcome = النتيجة
audit-fact-pages = الصفحات
audit-fact-part = الجزء
audit-fact-passkey = مفتاح المرور
audit-fact-plan = الباقة
audit-fact-privacy = إشعار الخصوصية، النسخة
audit-fact-reason = السبب
audit-fact-recipient = المتلقي
audit-fact-request = الطلب
audit-fact-role = الدور
audit-fact-route = الصفحة أو النداء، دون ما يسمّيه
audit-fact-scopes = الصلاحيات
audit-fact-session = الجلسة
audit-fact-since = من
audit-fact-state = الحالة
audit-fact-step = الخطوة
audit-fact-terms = الشروط، النسخة
audit-fact-times = مرات الرفض خلال الساعة
audit-fact-token = الرمز
audit-fact-until = قبل
audit-fact-way = الطريقة
audit-fact-what = ماذا
audit-fact-why = لماذا
