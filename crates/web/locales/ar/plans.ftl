# الباقات والاشتراكات والاستدعاء الموقَّع. كل معرّف هنا موجود أيضًا في ملفات اللغات الأخرى بهذا الاسم.

plans-nav-own = الباقة
plans-nav-accounts = الحسابات
plans-nav-plans = الباقات

## باقة صاحب الحساب

plans-own-title = باقتك
plans-admin-lead = أنت تدير هذه العلامة، فلا حدود لحسابك.
plans-state-active = ساري
plans-state-past_due = دفعة متأخرة
plans-state-cancelled = ملغى
plans-told-past-due = تأخّرت دفعة باقتك. كل شيء يعمل كما كان، فسدّدها ليبقى كذلك.
plans-told-cancelled = ألغيتَ اشتراكك. لا يُرسل شيء من الرسائل الجماعية، ويستمر البوت في الرد، وكل بياناتك ما زالت هنا.
plans-told-ended = أنهى مشغّل هذا الموقع اشتراكك. لا يُرسل شيء من الرسائل الجماعية، وكل بياناتك ما زالت هنا. اسأل على العنوان المذكور أسفل هذه الصفحة.
plans-resume-button = استأنف الاشتراك
plans-use = ما استُخدم حتى الآن
plans-messages = الرسائل الجماعية هذا الشهر
plans-pages = الصفحات المربوطة
plans-leads = العملاء
plans-used = { $used } من { $limit }
plans-used-unlimited = { $used }، بلا حد
plans-messages-over = نفدت: لا ترسل الرسائل الجماعية شيئًا حتى يبدأ الشهر الجديد أو تتغيّر الباقة. ولا تُحسب ردود البوت.
plans-pages-over = أكثر مما تسمح به الباقة. تستمر الصفحات المربوطة في العمل، ولا يمكن إضافة صفحة أخرى.
plans-leads-over = أكثر مما تسمح به الباقة. يُردّ على الجميع ويُؤخذ بما يقولون، وتصل الرسائل الجماعية إلى من جاؤوا أولًا.
plans-refills = تتوفر الرسائل كلها من جديد مع بداية الشهر بالتوقيت العالمي (UTC): { $at }.
plans-change = التغيير أو الإلغاء
plans-change-how = لتغيير باقتك اسأل على العنوان المذكور أسفل هذه الصفحة، واذكر مرجع حسابك هذا:
plans-cancel-lead = يمكنك الإلغاء متى شئت، واستئناف الاشتراك ما دام لم يُمحَ شيء.
plans-cancel = إلغاء الاشتراك
plans-cancel-title = هل تلغي الاشتراك؟
plans-cancel-sending = من هذه اللحظة لا يُرسل شيء من الرسائل الجماعية. يتوقف ما يجري إرساله مؤقتًا، وتعود الرسائل المجدولة مسودات.
plans-cancel-people = يستمر البوت في الرد على كل من يكتب، ويبقى بوسع الجميع إلغاء الاشتراك في الرسائل.
plans-cancel-data = لا يُحذف شيء. يمكنك الدخول كما كنت وأخذ بياناتك معك.
plans-cancel-back = يمكنك استئناف الاشتراك من صفحة باقتك.
plans-take-along = خذ معك بيانات عملائك
plans-cancel-button = ألغِ الاشتراك

## باقات المدير

plans-title = الباقات
plans-lead = ما يحقّ للحسابات استخدامه. يسري كل تغيير فورًا على كل من هو على الباقة.
plans-column-plan = الباقة
plans-column-messages = الرسائل في الشهر
plans-column-leads = العملاء
plans-column-pages = الصفحات
plans-column-accounts = الحسابات
plans-unlimited = بلا حد
plans-without = بلا باقة
plans-badge-start = يبدأ عليها المسجّلون
plans-badge-retired = لم تعد تُعرض
plans-make = أنشئ باقة
plans-make-button = أنشئ الباقة
plans-edit = الاسم والحدود
plans-edit-lead = من يستخدم أكثر من حدّ أصغر يبقى له ما عنده: تستمر الصفحات في العمل ويبقى العملاء. لا تتوقف إلا الإضافة والإرسال الجماعي.
plans-save-button = احفظ
plans-field-name = الاسم
plans-field-name-why = تراه الحسابات في صفحة باقتها. لا يزيد على 60 حرفًا.
plans-field-messages = الرسائل الجماعية في الشهر
plans-field-messages-why = تتوفر كلها من جديد في أول كل شهر، 00:00 UTC. اتركه فارغًا لئلا يكون حدّ.
plans-field-leads = العملاء
plans-field-leads-why = بعده تصل الرسائل الجماعية إلى من جاؤوا أولًا. اتركه فارغًا لئلا يكون حدّ.
plans-field-pages = الصفحات
plans-field-pages-why = كم صفحة يمكن ربطها. اتركه فارغًا لئلا يكون حدّ.
plans-wrong-name = اكتب اسمًا من 1 إلى 60 حرفًا لا تحمله باقة أخرى.
plans-wrong-limit = اكتب عددًا صحيحًا لا يزيد على 1,000,000,000، أو اتركه فارغًا لئلا يكون حدّ.
plans-accounts-on-it = { $count ->
    [zero] لا حساب عليها.
    [one] عليها حساب واحد.
    [two] عليها حسابان.
    [few] عليها { $shown } حسابات.
    [many] عليها { $shown } حسابًا.
   *[other] عليها { $shown } حساب.
}
plans-offer-title = من يوضع عليها
plans-start-is = كل من يسجّل يبدأ على هذه الباقة. لإيقاف عرضها أو حذفها اجعل المسجّلين يبدؤون على باقة أخرى أولًا.
plans-offered-is = يمكنك وضع حسابات عليها. إن أوقفت عرضها بقيت لمن هم عليها، ولم يوضع عليها أحد جديد.
plans-retired-is = لم تعد تُعرض: تبقى لمن هم عليها، ولا يوضع عليها أحد جديد.
plans-start-button = اجعل المسجّلين يبدؤون عليها
plans-retire-button = أوقف عرضها
plans-offer-button = اعرضها من جديد
plans-delete = حذف
plans-delete-title = هل تحذف الباقة { $plan }؟
plans-delete-what = ليس عليها أحد. لا يمكن استرجاعها، لكن يمكنك إنشاء غيرها.
plans-delete-button = احذف الباقة
plans-back-to-plan = العودة إلى الباقة
plans-id = اسم هذه الباقة في الاستدعاءات الموقَّعة:

## حسابات العلامة

accounts-find-title = ابحث عن حساب
accounts-find-why = العنوان الكامل الذي كتب إليك صاحبه منه. يُقارَن ببصمة ذات مفتاح ولا يُحفظ، وتصل به إلى صفحة الحساب. وتعرف عندئذ لمن هو، فيقرأ صاحبه أنك نظرت كما لو أظهرت اسمه، ويُكتب بحثك في سجل التدقيق سواء وُجد الحساب أم لم يوجد.
accounts-find-button = ابحث
accounts-find-none = لا حساب هنا بهذا العنوان. ربما سجّل من كتب إليك بعنوان آخر.
plans-accounts-title = الحسابات
plans-accounts-lead = كل من له حساب هنا، والأحدث أولًا. تظهر الأسماء والعناوين في صفحة الحساب حين تطلبها.
plans-account-title = حساب
plans-column-account = الحساب
plans-column-state = الاشتراك
plans-column-since = منذ
plans-unconfirmed = العنوان غير مؤكَّد
plans-is-admin = مدير
plans-terms = الباقة والاشتراك
plans-terms-admin = هذا حساب مدير العلامة: لا باقة له ولا حدود.
plans-terms-button = احفظ
plans-state-why = يسري فورًا، ويُخبَر صاحب الحساب بالبريد. «دفعة متأخرة» لا توقف شيئًا، و«ملغى» يوقف كل إرسال جماعي.
plans-cancelled-by-itself = ألغى صاحب الحساب اشتراكه في { $at }. اختيار حالة أخرى يتراجع عن ذلك.
plans-who = صاحب الحساب
plans-who-name = الاسم
plans-who-email = عنوان البريد
plans-masked = مخفي إلى أن تحتاج إليه: اذكر السبب في الأسفل. كل اطّلاع يُسجَّل في سجلّ الحساب نفسه، ويُخبَر به صاحبه بالبريد.
plans-reveal = أظهر الاسم والعنوان
plans-sessions = الجلسات
plans-sessions-why = حين يُخشى أن يكون الحساب في يد غير صاحبه: يُسجَّل خروج كل من دخل إليه، على كل جهاز. ويُخبَر صاحب الحساب بالبريد ويمكنه الدخول من جديد. وينتهي ما منحه من وصول للدعم، وتبقى رموز API تعمل.
plans-sessions-button = سجّل الخروج من كل مكان
plans-facts = عن الحساب
plans-reference = مرجع الحساب للاستدعاءات الموقَّعة وللأسئلة:

## الاستدعاءات الموقَّعة

plans-billing-title = الاستدعاءات الموقَّعة
plans-billing-lead = يمكن لمزوّد دفع أو لبرنامج صغير لديك أن يضبط باقة الحساب وحالته. يُوقَّع كل استدعاء بسرّ تنشئه هنا.
plans-secret = السرّ
plans-secret-made = أُنشئ السرّ.
plans-secret-once = انسخه الآن فلن يظهر مرة أخرى. احفظه حيث يقرؤه برنامجك، لا في مكان آخر.
plans-secret-since = يوجد سرّ منذ { $at }، ولا يمكن إظهاره مرة أخرى.
plans-secret-none = لا يوجد سرّ بعد، فلا يُقبل أي استدعاء.
plans-secret-button = أنشئ سرًّا
plans-secret-renew = استبدله
plans-secret-end = لا تقبل استدعاءات بعد الآن
plans-secret-renew-title = هل تستبدل السرّ؟
plans-secret-renew-what = ينتهي القديم فورًا. تُرفض الاستدعاءات الموقَّعة به ولا تغيّر شيئًا، ويمكن إرسالها من جديد بالسرّ الجديد.
plans-secret-renew-button = استبدل السرّ
plans-secret-end-title = ألا تُقبل استدعاءات موقَّعة بعد الآن؟
plans-secret-end-what = ينتهي السرّ ويُرفض كل استدعاء حتى تنشئ سرًّا جديدًا. تبقى الباقات والحالات كما هي.
plans-secret-end-button = أنهِ السرّ
plans-billing-how = كيف تستدعي
plans-billing-address = أرسل طلب POST بصيغة JSON إلى هذا العنوان:
plans-billing-names = يُسمّى الحساب بمرجعه المذكور في صفحته ضمن «الحسابات»، والباقة بمعرّفها المذكور في صفحتها. الصيغ ومثال عليها في docs/billing.md.
plans-billing-order = يُطبَّق الحدث مرة واحدة مهما تكرّر إرساله، ولا يغيّر شيئًا حدثٌ أقدم من آخر حدث طُبِّق على الحساب.
