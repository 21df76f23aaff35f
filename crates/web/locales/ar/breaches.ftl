# سجل الخروقات وما يُعلَم به الناس.

breaches-nav = خروقات البيانات
breaches-title = خروقات البيانات
breaches-lead = دوّن كل ما تشتبه فيه فور اشتباهك به. ومتى تأكد أن الأمر مسّ بيانات شخصية بدأت 72 ساعة يجب أن تُعلَم السلطة خلالها.
breaches-open = الحالات
breaches-none = لم يُشتبه في شيء حتى الآن. وإن حدث ذلك فدوّنه أدناه. ويمكنك أيضًا تجربة الأمر تدريبًا.
breaches-column-title = الحالة
breaches-column-suspected = وقت الاشتباه
breaches-column-due = موعد إعلام السلطة
breaches-column-standing = الوضع
breaches-standing-suspected = اشتباه
breaches-standing-today = بقي أقل من ساعة
breaches-standing-left = { $count ->
    [zero] بقي أقل من ساعة
    [one] بقيت ساعة واحدة
    [two] بقيت ساعتان
    [few] بقيت { $shown } ساعات
    [many] بقيت { $shown } ساعة
   *[other] بقيت { $shown } ساعة
}
breaches-standing-overdue-now = فات الموعد منذ أقل من ساعة
breaches-standing-overdue = { $count ->
    [zero] فات الموعد منذ أقل من ساعة
    [one] فات الموعد منذ ساعة
    [two] فات الموعد منذ ساعتين
    [few] فات الموعد منذ { $shown } ساعات
    [many] فات الموعد منذ { $shown } ساعة
   *[other] فات الموعد منذ { $shown } ساعة
}
breaches-standing-settled = أمر السلطة منتهٍ
breaches-standing-in-part = أُعلمت السلطة ببعض الأمر
breaches-standing-closed = مغلقة
breaches-note = دوّن حالة
breaches-note-title = كيف تسميها
breaches-note-title-why = كلمات قليلة تعرفها بها لاحقًا، من دون أسماء.
breaches-note-nature = ما تعرفه حتى الآن
breaches-note-nature-why = ما حدث، ومتى، وأي بيانات قد يمسّها. يمكن أن يبقى فارغًا الآن ويُستكمل لاحقًا.
breaches-note-suspected = وقت بدء الاشتباه
breaches-note-suspected-why = ليس في المستقبل، ولا قبل إعداد هذه العلامة هنا.
breaches-note-which = هل هي حقيقية؟
breaches-note-real = حقيقية، أو قد تكون كذلك
breaches-note-real-why = تُعدّ الحالة في سياسة الخروقات وتبقى في السجل دائمًا، حتى إن تبيّن أن لا شيء وراءها.
breaches-note-drill = هذا تدريب
breaches-note-drill-why = لا يُعلَم الناس بشيء، ولا يُعدّ خرقًا. ويبقى تدريبًا: فإن تبيّن أنه حقيقي فدوّن حالة جديدة.
breaches-times = بتوقيت { $zone }.
breaches-note-button = دوّن الحالة
breaches-drill = تدريب
breaches-drill-what = هذه الحالة تدريب. يُجرَّب كل شيء كأنه حقيقي، وكل خطوة مدخل في السجل، وتُعدّ تدريبًا في سياسة الخروقات. ولا يُكتب إلى أحد سوى المديرين.
breaches-register = السجل
breaches-register-why = كل خطوة مدخل في السجل. وكل مدخل ملتزم بالذي قبله، وهو مدخل في السجل العلني. فلا يستطيع أحد، ولا أنت، أن يحذف مدخلًا أو يغيّره لاحقًا من دون أن يظهر ذلك هنا.
breaches-register-whole = { $count ->
    [zero] السجل كامل: لا مدخل فيه.
    [one] السجل كامل: مدخل واحد لم يتغير.
    [two] السجل كامل: مدخلان لم ينقص منهما شيء ولم يتغير.
    [few] السجل كامل: { $shown } مدخلات لم ينقص منها شيء ولم يتغير.
    [many] السجل كامل: { $shown } مدخلًا لم ينقص منها شيء ولم يتغير.
   *[other] السجل كامل: { $shown } مدخل لم ينقص منها شيء ولم يتغير.
}
breaches-register-empty = لا مدخل فيه بعد.
breaches-register-missing = المدخل { $number } مفقود. استرجع قاعدة البيانات من نسخة احتياطية لا يزال فيها، واعرف من حذفه.
breaches-register-changed = المدخل { $number } ليس كما كُتب. استرجع قاعدة البيانات من نسخة احتياطية، واعرف من غيّره.
breaches-register-not-in-log = المدخل { $number } ليس في السجل العلني حيث يقول. شغّل الأمر «entente log check».
breaches-policy-missing = لم تنشر سياسة الخروقات بعد. فيها يقرأ الناس ما تفعله إذا فُقدت بيانات أو رآها غرباء.
breaches-policy-go = انشرها
breaches-policy-public = ما يراه الجميع منه

breaches-step-aware = هل الأمر مؤكد؟
breaches-step-aware-why = متى تأكدت بقدر معقول أن الأمر مسّ بيانات شخصية فاذكر منذ متى. من ذلك الوقت تُحسب 72 ساعة لا يوقفها شيء.
breaches-step-aware-at = مؤكد منذ
breaches-step-aware-button = نعم، مسّ الأمر بيانات شخصية
breaches-clock = الساعات الاثنتان والسبعون
breaches-clock-suspected = وقت الاشتباه
breaches-clock-aware = مؤكد منذ
breaches-clock-due = موعد إعلام السلطة
breaches-clock-told = أُعلمت السلطة
breaches-clock-not-told = تقرر عدم إعلامها
breaches-clock-people = بدء إعلام الناس
breaches-clock-closed = أُغلقت
breaches-clock-none = لا مهلة جارية بعد: لا شيء مؤكد.
breaches-reason = السبب
breaches-affected = من تأثّر
breaches-affected-lead = يبحث البرنامج فيما دوّنه: كل اطلاع في لوحة الإدارة على بيانات شخص، وكل ملف خرج، ومن كان موجودًا في أي وقت.
breaches-affected-none = لم يُبحث عن أحد بعد.
breaches-affected-start = من أين بدأ
breaches-affected-start-session = جلسة دخول
breaches-affected-start-token = رمز للواجهة البرمجية
breaches-affected-start-account = كل ما يصل إليه حساب واحد
breaches-affected-start-grant = دخول ممنوح للدعم
breaches-affected-start-window = كل ما عُرض على أي أحد في ذلك الوقت
breaches-affected-start-server = الخادم وهو يعمل
breaches-affected-start-backup = نسخة من قاعدة البيانات (نسخة احتياطية)
breaches-affected-from = من
breaches-affected-until = إلى
breaches-affected-until-why = ليس في المستقبل.
breaches-affected-made = وقت إنشائها
breaches-affected-keys = أُخذت أيضًا مفاتيح ذلك الوقت
breaches-affected-keys-why = للنسخة الاحتياطية فقط. من دون مفاتيحها لا يستطيع أحد قراءة ما فيها عن الناس، فلا يلزم إعلامهم.
breaches-affected-button = ابحث
breaches-affected-go = ابحث عمّن تأثّر
breaches-affected-who = انظر من عُثر عليه
breaches-affected-masked = من عثرت عليه عمليات البحث، وما قاد إلى كل منهم. ولا يُعرض من هم. أما الحساب فلك أن تسأل عن صاحبه في صفحته، ويُدوَّن ذلك.
breaches-affected-parts = بيانات من
breaches-affected-nobody = لم تعثر عمليات البحث على أحد من هذا النوع.
breaches-affected-of = كتب إلى صفحة لدى
breaches-affected-leads = عدد عملائه المعنيين:
breaches-affected-certain = مؤكد
breaches-affected-possible = حد أعلى
breaches-affected-untold = لم يُعلَم
breaches-column-person = من
breaches-column-what = أي بيانات
breaches-column-why = ما قاد إليه
breaches-column-told = الإعلام
breaches-led-session = الجلسة { $name }، { $from } – { $until }
breaches-led-token = رمز الواجهة البرمجية { $name }، { $from } – { $until }
breaches-led-account = الحساب { $name }، { $from } – { $until }
breaches-led-grant = الدخول الممنوح للدعم { $name }، { $from } – { $until }
breaches-led-window = كل ما عُرض، { $from } – { $until }
breaches-led-server = الخادم وهو يعمل، { $from } – { $until }
breaches-led-backup = نسخة احتياطية أُنشئت { $until }، من دون مفاتيحها
breaches-led-backup-keys = نسخة احتياطية أُنشئت { $until }، مع مفاتيحها
breaches-led-unknown = بحث انقطع أو أُعيد
breaches-search = البحث عمّن تأثّر
breaches-search-chosen = ما اخترته حتى الآن
breaches-search-anew = اختر من جديد
breaches-search-chosen-session = الجلسة
breaches-search-chosen-token = رمز الواجهة البرمجية
breaches-search-chosen-account = الحساب
breaches-search-chosen-grant = الدخول الممنوح للدعم
breaches-search-helper = من ساعد
breaches-search-of = لدى الحساب
breaches-search-start = من أين بدأ الأمر؟
breaches-search-why-session = استخدم شخص متصفحًا كان الدخول منه قائمًا. يُعثر على ما عُرض من خلاله.
breaches-search-why-token = صار رمز معروفًا لغير صاحبه. القراءة بالرمز لا تترك أثرًا، فيُعثر على كل من كان يستطيع قراءته حدًّا أعلى.
breaches-search-why-account = لا تعرف أي جلسة أو رمز كان، أو أنه انتهى.
breaches-search-why-grant = شخص ساعد بدخول منحته له. يُعثر على من عُرضت بياناته عليه.
breaches-search-why-window = لا تعرف من خلال دخول من حدث ذلك.
breaches-search-why-server = كان شخص على الخادم. وهو يعمل ببيانات الجميع، فيُعثر على الجميع حدًّا أعلى.
breaches-search-why-backup = فُقدت نسخة من البيانات. ومن دون مفاتيحها لا يستطيع أحد قراءتها.
breaches-search-account = أي حساب؟
breaches-search-account-why = تظهر الحسابات هنا بأرقامها من دون أسماء. ولمعرفة صاحب كلٍّ منها ابحث عنه بعنوان بريده في صفحة
breaches-search-session = أي جلسة؟
breaches-search-token = أي رمز؟
breaches-search-grant = أي دخول للدعم؟
breaches-search-copy = أي نسخة؟
breaches-search-when = من متى إلى متى؟
breaches-search-since = منذ { $since }
breaches-search-from-until = { $since } – { $until }
breaches-search-seen = آخر استخدام { $seen }
breaches-search-admin = حساب مدير
breaches-search-copy-data = أحدث نسخة احتياطية أُنشئت بهذا البرنامج.
breaches-search-copy-keys = أقدم نسخة من المفاتيح قد تكون باقية.
breaches-search-copy-other = نسخة أخرى
breaches-search-copy-other-why = تذكر أنت وقت إنشائها.
breaches-search-column-what = الاختيار
breaches-search-column-words = ما هو
breaches-search-none = لا شيء للاختيار منه.
breaches-search-no-session = لا دخول قائم لهذا الحساب في أي مكان. وما مرّ بجلسة انتهت يُعثر عليه برقمها إن كان لديك، أو بالحساب والوقت.
breaches-search-no-token = لم يكن لهذا الحساب رمز للواجهة البرمجية قط.
breaches-search-no-grant = لم يُمنح دخول للدعم في السنة الأخيرة.
breaches-search-ended = ليس في القائمة؟
breaches-search-number = رقمه
breaches-search-number-why = الجلسة التي انتهت لا تُعرض في القائمة. إن كان لديك رقمها فاكتبه هنا، وأرقام جلسات المديرين تجدها في سجل التدقيق.
breaches-search-number-button = تابع بهذا الرقم
breaches-found-leads-certain = عملاء محتملون يقول سطر مدوّن إنهم عُرضوا
breaches-found-leads-possible = عملاء محتملون ربما اطُّلع عليهم (حد أعلى)
breaches-found-accounts-certain = حسابات يقول سطر مدوّن إنها عُرضت
breaches-found-accounts-possible = حسابات ربما اطُّلع عليها (حد أعلى)
breaches-found-what-leads = أي بيانات العملاء
breaches-found-what-accounts = أي بيانات الحسابات
breaches-found-bound = الحد الأعلى يُذكر حيث لا يقول سطر مدوّن من كان: رمز الواجهة البرمجية يقرأ من دون أثر، والخادم يعمل ببيانات الجميع، والملف المصفّى لا يُعرف منه إلا التصفية، وجدول الإرسال الذي لا يُعرف لأي رسالة جماعية هو، أو صارت إرسالاته أعدادًا فقط، قد يضمّ أيًّا كان.
breaches-what-listed = متى كتبوا وعلى ماذا وافقوا
breaches-what-nameless = { $what }، من دون من هم
breaches-what-found = أن معرّفًا معروفًا في ماسنجر موجود هنا
breaches-what-identity = الاسم واللغة والمعرّف في ماسنجر
breaches-what-answers = أجوبتهم عن الأسئلة
breaches-what-proof = سجل ما وافقوا عليه
breaches-what-file = كل ما يُحفظ عنهم
breaches-what-account = اسم الحساب وعنوان بريده وصفحاته
breaches-what-deliveries = هل أُرسلت إليهم رسائل جماعية ومتى، وإن لم تُرسل فلماذا
breaches-what-standing = حال الحساب: خطته وأرقامه وكيف سارت رسائله الجماعية أعدادًا
breaches-facts = ما تُعلَم به السلطة
breaches-facts-why = هذه الأربعة هي ما يطلبه القانون. اكتب ما تعرفه الآن، وما ينقص يمكن أن يتبع على مراحل من دون تأخير.
breaches-facts-nature = ما حدث: أنواع الأشخاص والسجلات وأعدادها
breaches-facts-contact = من تسأله السلطة
breaches-facts-consequences = ما يُرجّح أن يترتب عليه
breaches-facts-measures = ما فعلته وما تقترح فعله
breaches-facts-button = احفظ ما هو معروف
breaches-facts-complete = الأربعة كلها موجودة
breaches-facts-incomplete = ينقص شيء
breaches-field-nature = ما حدث
breaches-field-contact = من تسأله السلطة
breaches-field-consequences = ما يُرجّح أن يترتب عليه
breaches-field-measures = ما فُعل وما يُقترح
breaches-draft = نزّل المسودة الموجّهة إلى السلطة
breaches-authority = أعلم السلطة
breaches-authority-why = أرسلها إلى السلطة بالبريد من هنا، ويُدوَّن ذلك تلقائيًا. أو أرسل المسودة باستمارة السلطة نفسها، ثم اذكر هنا متى فعلت. ولك أن تكرر ذلك لكل مرحلة لاحقة.
breaches-authority-missing = غير معروف بعد
breaches-authority-phase = هذه مرحلة: ما ينقص يتبع
breaches-authority-phase-why = يسمح القانون بأن تُعلَم السلطة على مراحل بما لا يمكن ذكره دفعة واحدة، من دون تأخير آخر لا داعي له. وتبقى الحالة مفتوحة حتى تُعلَم بكل شيء.
breaches-authority-at = وقت الإعلام
breaches-authority-reason = سبب التأخر
breaches-authority-reason-why = يلزم إذا انقضت الساعات الاثنتان والسبعون.
breaches-authority-button = أُعلمت
breaches-authority-phases = { $count ->
    [zero] لم تُعلَم بعد.
    [one] أُعلمت مرة واحدة.
    [two] أُعلمت على مرحلتين.
    [few] أُعلمت على { $shown } مراحل.
    [many] أُعلمت على { $shown } مرحلة.
   *[other] أُعلمت على { $shown } مرحلة.
}
breaches-mail = رسالة بريد إلى السلطة
breaches-mail-go = أرسل إلى السلطة بالبريد
breaches-mail-lead = فقط إذا كانت السلطة لديك تقبل الإخطارات بالبريد الإلكتروني، فلكثير من السلطات استمارة خاصة بها. الرسالة نص عادي، ولا تذكر اسم أحد ممن مسّهم الأمر ما لم تكتبه أنت فيها، وتستطيع الخوادم التي تمرّ بها قراءتها.
breaches-mail-write = الرسالة
breaches-mail-language = لغة المسودة
breaches-mail-anew = أنشئ النص من جديد من الحالة
breaches-mail-address = عنوان بريد السلطة
breaches-mail-address-why = كما تنشره السلطة. ويُحفظ للحالة التالية.
breaches-mail-text = النص
breaches-mail-text-why = أُنشئ مما تعرفه الحالة. ولك أن تغيّره. وما تراه بعد ذلك في المعاينة هو ما يُرسل.
breaches-mail-reason-why = انقضت الساعات الاثنتان والسبعون. يُضاف السبب أسفل النص، ويبقى في السجل.
breaches-mail-preview-why = لم تُرسل الرسالة بعد. تُرسل مرة واحدة كما هي تمامًا، ويحفظها السجل.
breaches-mail-preview-again = إن أُرسلت الرسالة مرة أخرى ذهبت كما هي تمامًا، ويحفظ السجل ذلك أيضًا.
breaches-mail-from = من
breaches-mail-to = إلى
breaches-mail-to-drill = إلى (إليك أنت: هذا تدريب)
breaches-mail-to-nobody = لا أحد: ليس لحسابك عنوان مؤكد
breaches-mail-to-instead = لو لم يكن تدريبًا لذهبت إلى
breaches-mail-reply-to = تصل الردود إلى
breaches-mail-subject = الموضوع
breaches-mail-drill = تدريب: { $title }
breaches-mail-drill-what = هذه الحالة تدريب: تذهب الرسالة إلى عنوانك أنت لا إلى السلطة.
breaches-mail-again = أرسلها مع ذلك، وإن كانت رسالة سابقة ربما وصلت
breaches-mail-again-why = قد تصل الرسالة إلى السلطة مرتين. ويذكر السجل أنك كنت تعلم ذلك.
breaches-mail-button = أرسل إلى السلطة
breaches-mail-drill-button = أرسل رسالة التدريب إليّ
breaches-mail-waits = منذ { $at } تُسلَّم إلى خادم البريد رسالة موجّهة إلى { $to }. حمّل هذه الصفحة من جديد بعد دقيقة، وستجد هنا ما آل إليه أمرها.
breaches-mail-unknown = في { $at } سُلّمت إلى خادم البريد رسالة موجّهة إلى { $to } ولم يُعرف جوابه، فربما وصلت إلى السلطة. اسأل السلطة: إن وصلتها فدوّن متى أُعلمت، وإلا فأرسلها مرة أخرى.
breaches-mail-taken = في { $at } قبل خادم البريد رسالة موجّهة إلى { $to }، لكن تعذّر احتساب ذلك إعلامًا. دوّنه بنفسك.
breaches-mail-refused = في { $at } رفض خادم البريد الرسالة الموجّهة إلى { $to } رفضًا نهائيًا. لم تُعلَم السلطة. تحقق من العنوان، أو استخدم استمارة السلطة نفسها.
breaches-mail-not_taken = في { $at } لم يقبل خادم البريد الرسالة الموجّهة إلى { $to }، ولم تُعلَم السلطة. أرسلها مجددًا بعد دقائق، أو استخدم استمارة السلطة نفسها. وإن استمر ذلك فالأمر «entente doctor» يبيّن السبب.
breaches-mailed-handed = إلى { $to }: تُسلَّم إلى خادم البريد.
breaches-mailed-taken = إلى { $to }: قبلها خادم البريد.
breaches-mailed-refused = إلى { $to }: رفضها خادم البريد نهائيًا. لم يُعلَم بها أحد.
breaches-mailed-not_taken = إلى { $to }: لم يقبلها خادم البريد. لم يُعلَم بها أحد.
breaches-mailed-unanswered = إلى { $to }: سُلّمت ولم يأتِ جواب. لا يُعرف هل وصلت.
breaches-mailed-again = أُرسلت مع العلم بأن رسالة سابقة ربما وصلت.
breaches-mailed-drill = تدريب: تذهب الرسالة إلى من يتدرب لا إلى السلطة.
breaches-leave = أو لا تُعلمها
breaches-leave-why = فقط إذا كان الخطر على حقوق أي أحد مستبعدًا، مثلًا لأن أحدًا لا يستطيع قراءة ما أُخذ. ويبقى السبب في السجل، حيث يمكن للسلطة أن تقرأه.
breaches-leave-reason = لماذا الخطر مستبعد
breaches-leave-button = لا تُعلَم، لهذا السبب
breaches-people = أعلم الناس
breaches-people-why = إذا كان الخطر عليهم كبيرًا فيُعلَم الناس من دون تأخير. تصل الحسابات رسالةُ بريد، وتصل العملاءَ رسالةٌ في محادثتهم ما دام ماسنجر يسمح بها، وإلا رأوا ذلك في صفحتهم الخاصة ووصلتهم الرسالة حين يكتبون. ويُعلَم كل شخص مرة واحدة، ومن يجده بحث لاحق يُعلَم حينئذ. وترى أنت ما سيُرسل قبل أن يصل إلى أحد.
breaches-people-happened = ما حدث ({ $language })
breaches-people-follows = ما يُرجّح أن يترتب عليه ({ $language })
breaches-people-done = ما فعلناه ({ $language })
breaches-people-advice = ما يمكنهم فعله ({ $language })
breaches-people-go = اكتب الكلمات وانظر إليها
breaches-people-look = انظر إلى المسودة
breaches-people-write = الكلمات
breaches-people-show = أرني ما سيُرسل
breaches-people-size = كلام بسيط، من 10 إلى 400 حرف لكلٍّ منها. والرسالة في المحادثة تبدأ بما حدث، فقل فيه من يكتب وأن الأمر يخص ما تحفظه عنهم. ويأتي عنوان الأسئلة في آخرها.
breaches-people-drafted = مسودة أعدّها البرنامج مما هو معروف في هذه الحالة، ولم يقرأها أحد بعد. اقرأها وغيّر ما ليس صحيحًا، وأضف ما لا يعرفه غيرك، مثل ما فُعل لإنهاء الأمر.
breaches-people-button = أعلم كل من عُثر عليه
breaches-people-again-button = احفظ، وأعلم من لم يُعلَم بعد
breaches-people-drill-button = دوّن أن هذا ما كانوا سيُعلَمون به
breaches-preview = ما سيُرسل
breaches-preview-why = لم يُرسل هذا إلى أحد بعد. يصل كل شخص مرة واحدة، بلغته، مع أنواع البيانات التي تخصه.
breaches-preview-nobody = لم يبقَ من يُعلَم. ومن يجده بحث لاحق يصله هذا.
breaches-preview-thread = عملاء محتملون، في محادثتهم
breaches-preview-page = عملاء محتملون، في صفحتهم الخاصة
breaches-preview-accounts = حسابات، بالبريد
breaches-preview-owners = حسابات مسّ الأمر عملاءها، بالبريد
breaches-preview-to-leads = إلى العملاء المحتملين في محادثتهم؛ وفي صفحتهم الخاصة يوجد الشيء نفسه جزءًا جزءًا
breaches-preview-to-certain = بريد إلى حسابات الأمر مؤكد بشأنها
breaches-preview-to-possible = بريد إلى حسابات لا يمكن استبعاد الأمر بشأنها
breaches-preview-to-owner = بريد إلى حسابات مسّ الأمر عملاءها، لكل منها عدد عملائه
breaches-people-again = غيّر الكلمات، أو أعلم من لم يُعلَم بعد
breaches-people-nobody = ابحث أولًا عمّن تأثّر.
breaches-people-state = من أُعلم
breaches-told-mail = بالبريد
breaches-told-thread = في محادثتهم
breaches-told-page = في صفحتهم الخاصة
breaches-told-lost = تعذّر إعلامهم: لم يقبل أي خادم بريد الرسالة
breaches-told-none = تعذّر إعلامهم: لا عنوان مؤكد، أو تعذّر فتح بيانات الحساب
breaches-told-unreadable = تعذّر إعلامهم: تعذّر فتح ما هو محفوظ عنهم
breaches-told-waiting = في الانتظار
breaches-told-lead = العملاء المحتملون
breaches-told-account = الحسابات
breaches-told-owner = حسابات مسّ الأمر عملاءها
breaches-close = أغلق الحالة
breaches-close-why = مع ما استُفيد منها. والحالة التي لم تتأكد قط تُغلق على أنها ليست خرقًا.
breaches-close-unsettled = أعلم السلطة أولًا، أو دوّن لماذا لا تُعلَم.
breaches-close-words = ما استُفيد منها
breaches-close-button = أغلقها
breaches-entries = المدخلات
breaches-entry = المدخل { $number }
breaches-entry-leaf = المدخل { $leaf } من السجل العلني
breaches-entry-waits = ينتظر السجل العلني
breaches-entry-proof = الإثبات
breaches-entry-suspected = اشتباه
breaches-entry-drill = بدأ تدريب
breaches-entry-aware = مؤكد: تُحسب الساعات الاثنتان والسبعون
breaches-entry-facts = ما هو معروف
breaches-entry-affected = بُحث عمّن تأثّر
breaches-entry-authority = أُعلمت السلطة
breaches-entry-mailed = رسالة بريد إلى السلطة
breaches-entry-not_told = لا تُعلَم السلطة
breaches-entry-people = يُعلَم الناس
breaches-entry-closed = أُغلقت
breaches-entry-unknown = قيد كتبه إصدار أحدث من البرنامج، وهو الذي يبيّن مضمونه
breaches-said-phase = المرحلة { $phase }
breaches-said-late = بعد الساعات الاثنتين والسبعين
breaches-said-follows = يتبع في مرحلة لاحقة: { $list }
breaches-said-drill = تدريب: لم يُكتب إلى أحد.
breaches-said-found = العملاء: { $certain } مؤكد و{ $possible } محتمل. الحسابات: { $certain_accounts } مؤكد و{ $possible_accounts } محتمل.
breaches-said-unreadable = { $count ->
    [zero] لا سجلات لأشخاص في النسخة.
    [one] في النسخة سجل شخص واحد لا يُقرأ من دون المفاتيح.
    [two] في النسخة سجلا شخصين لا يُقرآن من دون المفاتيح.
    [few] في النسخة { $shown } سجلات لأشخاص لا تُقرأ من دون المفاتيح.
    [many] في النسخة { $shown } سجلًا لأشخاص لا تُقرأ من دون المفاتيح.
   *[other] في النسخة { $shown } سجل لأشخاص لا تُقرأ من دون المفاتيح.
}
breaches-said-gone = { $count ->
    [zero] لم تُمحَ بيانات أحد منذ ذلك الحين.
    [one] مُحيت بيانات شخص واحد منذ ذلك الحين، ولا يمكن لأحد أن يقول هل كان منهم.
    [two] مُحيت بيانات شخصين منذ ذلك الحين، ولا يمكن لأحد أن يقول هل كانا منهم.
    [few] مُحيت بيانات { $shown } أشخاص منذ ذلك الحين، ولا يمكن لأحد أن يقول هل كانوا منهم.
    [many] مُحيت بيانات { $shown } شخصًا منذ ذلك الحين، ولا يمكن لأحد أن يقول هل كانوا منهم.
   *[other] مُحيت بيانات { $shown } شخص منذ ذلك الحين، ولا يمكن لأحد أن يقول هل كانوا منهم.
}
breaches-wrong-title = سمّها في 3 إلى 120 حرفًا.
breaches-wrong-nature = ما هو معروف لا يزيد على 4,000 حرف.
breaches-wrong-facts-size = كل واحد من الأربعة لا يزيد على 4,000 حرف.
breaches-wrong-at = اختر وقتًا ليس في المستقبل، ولا قبل ما ترتب عليه.
breaches-wrong-before = هذا قبل إعداد هذه العلامة هنا. اختر وقتًا بعده.
breaches-wrong-future = هذا الوقت لم يأتِ بعد. اختر وقتًا مضى.
breaches-wrong-time = اختر يومًا ووقتًا.
breaches-wrong-until = «إلى» لا يكون قبل «من» ولا في المستقبل.
breaches-wrong-name = لا شيء بهذا الرقم لدى هذه العلامة، أو أنه انتهى ولم يمرّ به شيء. اختر من جديد، أو ابحث بالحساب والوقت.
breaches-wrong-reason = كانت الساعات الاثنتان والسبعون قد انقضت في ذلك الوقت: اكتب سبب التأخر.
breaches-wrong-phase = ينقص شيء يجب أن تُعلَم به السلطة. اكتبه أعلاه، أو أشّر على أنه يتبع في مرحلة لاحقة.
breaches-wrong-leave = اكتب في 10 إلى 4,000 حرف لماذا الخطر مستبعد.
breaches-wrong-facts = أُعلمت السلطة ببعض الأمر فقط. أكمل ما تُعلَم به، وأعلمها بالباقي، ثم أغلق الحالة.
breaches-wrong-words = اكتب في 3 إلى 4,000 حرف ما استُفيد منها.
breaches-wrong-text = كل نص يحتاج من 10 إلى 400 حرف، بكل لغة من لغات العلامة.
breaches-wrong-mail-to = اكتب عنوانًا واحدًا على صورة name@example.com.
breaches-wrong-mail-late = انقضت الساعات الاثنتان والسبعون: اكتب أدناه في 3 إلى 4,000 حرف سبب التأخر، ثم اعرض الرسالة من جديد.
breaches-wrong-mail-text = يحتاج النص من 10 إلى 30,000 حرف، والسبب لا يزيد على 4,000 حرف.
breaches-wrong-mail-again = ربما وصلت رسالة سابقة: أشّر على أنك ترسلها مع ذلك.
breaches-wrong-mail-own = في التدريب تذهب الرسالة إليك، وليس لحسابك عنوان مؤكد. أكّد عنوانًا أولًا.
breaches-wrong-mail-mailer = ليس لدى هذا التثبيت ما يرسل به البريد (mail.url). استخدم استمارة السلطة نفسها، ثم دوّن متى فعلت.
breaches-wrong-order = هذا لا يلائم وضع الحالة: انظر إليها مرة أخرى. ربما كتب فيها أحد في هذه الأثناء.
console-done-breach-noted = دُوّنت الحالة.
console-done-breach-aware = دُوّن ذلك، والساعات الاثنتان والسبعون تُحسب.
console-done-breach-facts = حُفظ ما هو معروف.
console-done-breach-searched = انتهى البحث. وأدناه من عُثر عليه.
console-done-breach-told = دُوّن أن السلطة أُعلمت.
console-done-breach-mailed = قبل خادم البريد الرسالة، ودُوّن أن السلطة أُعلمت.
console-done-breach-mailed-drill = ذهبت رسالة التدريب إليك لا إلى السلطة، ودُوّن ذلك تدريبًا.
console-done-breach-mail-waits = لا يُعرف بعد هل قبل خادم البريد الرسالة. حمّل هذه الصفحة من جديد بعد دقيقة: ستجد أدناه ما عُرف عنها وما عليك فعله.
console-done-breach-mail-failed = لم يقبل خادم البريد الرسالة. لم تُعلَم السلطة. أدناه ما عليك فعله.
console-done-breach-left = دُوّن أن السلطة لا تُعلَم، وسبب ذلك.
console-done-breach-people = يُعلَم الآن كل من عُثر عليه.
console-done-breach-drilled = دُوّن ما كان الناس سيُعلَمون به. لم يُكتب إلى أحد.
console-done-breach-closed = أُغلقت الحالة.

breach-words-who = معكم { $brand }. الأمر يخص بيانات نحفظها.
breach-words-how-session = ربما استخدم شخصٌ متصفحًا كان أحد الحسابات مفتوحًا فيه.
breach-words-how-token = ربما استخدم شخص آخر وصولًا كان لبرنامج إلى أحد الحسابات.
breach-words-how-account = ربما استخدم شخص آخر أحد الحسابات.
breach-words-how-grant = ربما أُسيء استخدام دخول مُنح للدعم.
breach-words-how-window = ربما اطّلع على بياناتٍ شخصٌ لا يحق له ذلك.
breach-words-how-server = ربما دخل شخصٌ إلى خادمنا.
breach-words-how-backup = ربما وقعت نسخة من بياناتنا في أيدي آخرين.
breach-words-what-leads = اطُّلع أو ربما اطُّلع من بيانات من راسلوا إحدى الصفحات على ما يلي: { $what }.
breach-words-what-accounts = اطُّلع أو ربما اطُّلع من بيانات الحسابات على ما يلي: { $what }.
breach-words-when = وذلك بين { $from } و{ $until }.
breach-words-follows-named = قد يكتب إليكم أحدٌ كأنه يعرفكم، أو كأنه نحن أو صفحة راسلتموها.
breach-words-follows-written = قد يصير ما كتبتموه أو أجبتم به معروفًا لآخرين.
breach-words-follows-nameless = ما اطُّلع عليه لا يقول من أنتم، لكنه قد يدل عليكم مع ما يعرفه آخرون.
breach-words-done-searched = بحثنا في سجلاتنا عن كل من يخصه الأمر، ونُعلم كلًّا منهم.
breach-words-done-authority = أُعلمت السلطة الرقابية في { $at }.
breach-words-advice-named = احذروا الرسائل التي تطلب مالًا أو رموزًا أو كلمات مرور، حتى إن بدت أنها منا.
breach-words-advice-leads = إن كنتم راسلتم صفحة فاكتبوا لها «بياناتي» لتروا ما يُحفظ عنكم ولتطلبوا محوه.
breach-words-advice-accounts = إن كان لكم حساب فانظروا أين هو مفتوح، وأنهوا ما لا تعرفونه، واختاروا كلمة مرور جديدة.
breach-words-advice-ask = إن بدا لكم شيء غريبًا فاسألونا قبل أن تجيبوا عنه.

breach-draft-title = إخطار بخرق بيانات شخصية (المادة 33 من اللائحة العامة لحماية البيانات)
breach-draft-drafted = أُعدّت المسودة { $at } من سجل الخروقات؛ الحالة { $id }، المرحلة { $phase }.
breach-draft-drill = تدريب: لا تُرسَل هذه المسودة.
breach-draft-controller = المتحكم بالبيانات
breach-draft-times = متى
breach-draft-nature = (أ) ما حدث
breach-draft-people = الأعداد التقريبية للأشخاص
breach-draft-data = أنواع البيانات
breach-draft-contact = (ب) جهة الاستفسار
breach-draft-consequences = (ج) العواقب المرجّحة
breach-draft-measures = (د) التدابير المتخذة والمقترحة
breach-draft-late = سبب التأخر عن 72 ساعة
breach-draft-protection = الحماية
breach-draft-protection-text = المحتوى الشخصي مشفّر بمفتاح لكل شخص، ونسخة قاعدة البيانات لا تُقرأ من دون المفاتيح، ما عدا معرّفات عشوائية وأوقاتًا وحالات.
breach-draft-told = هل أُعلم الناس
breach-draft-told-no = ليس بعد.
breach-draft-follows = غير معروف بعد، ويتبع في مرحلة لاحقة.
breach-draft-register = أين هو موثّق
breach-draft-register-text = { $count ->
    [zero] لا مدخل في سجلنا.
    [one] مدخل واحد في سجلنا، ملتزم به في سجل علني.
    [two] مدخلان في سجلنا، ملتزم بهما في سجل علني.
    [few] { $shown } مدخلات في سجلنا، ملتزم بكل منها في سجل علني.
    [many] { $shown } مدخلًا في سجلنا، ملتزم بكل منها في سجل علني.
   *[other] { $shown } مدخل في سجلنا، ملتزم بكل منها في سجل علني.
}

document-breach_policy = سياسة الخروقات
document-breach_policy-what = ما تفعله إذا فُقدت بيانات الناس أو رآها غرباء. يقرؤها الجميع ولا يلزم أحدًا قبولها.
documents-publish-later = هذه الوثيقة جديدة ولا يلزم أحدًا قبولها، فالتسجيل يعمل من دونها. تبدأ نموذجًا يقول بصدق ما يفعله هذا البرنامج؛ اقرأها وأضف ما لا يعرفه غيرك وانشرها.
breach-policy-missing = لم تُنشر هنا سياسة بعد. أما ما يفعله البرنامج على كل حال فهو أنه يدوّن من اطّلع على بيانات من، ويعدّ الساعات الاثنتين والسبعين، ويحفظ سجلًا للخروقات لا يمكن اختصاره.
breach-policy-register = سجلنا حتى الآن
breach-policy-breaches = { $count ->
    [zero] لم يُكتشف حتى الآن أي خرق لبيانات شخصية.
    [one] اكتُشف حتى الآن خرق واحد لبيانات شخصية.
    [two] اكتُشف حتى الآن خرقان لبيانات شخصية.
    [few] اكتُشفت حتى الآن { $shown } خروقات لبيانات شخصية.
    [many] اكتُشف حتى الآن { $shown } خرقًا لبيانات شخصية.
   *[other] اكتُشف حتى الآن { $shown } خرق لبيانات شخصية.
}
breach-policy-entries = { $count ->
    [zero] لا مدخل في السجل.
    [one] في السجل مدخل واحد، وتُحسب فيه الاشتباهات التي تبيّن أنها لا شيء والتدريبات.
    [two] في السجل مدخلان، وتُحسب فيهما الاشتباهات التي تبيّن أنها لا شيء والتدريبات.
    [few] في السجل { $shown } مدخلات، وتُحسب فيها الاشتباهات التي تبيّن أنها لا شيء والتدريبات.
    [many] في السجل { $shown } مدخلًا، وتُحسب فيها الاشتباهات التي تبيّن أنها لا شيء والتدريبات.
   *[other] في السجل { $shown } مدخل، وتُحسب فيها الاشتباهات التي تبيّن أنها لا شيء والتدريبات.
}
breach-policy-drills = { $count ->
    [zero] لم تكن أي من حالاته تدريبًا.
    [one] حالة واحدة منها كانت تدريبًا فقط، ولا تُعدّ خرقًا.
    [two] حالتان منها كانتا تدريبًا فقط، ولا تُعدّان خرقين.
    [few] { $shown } حالات منها كانت تدريبًا فقط، ولا تُعدّ خروقات.
    [many] { $shown } حالة منها كانت تدريبًا فقط، ولا تُعدّ خروقات.
   *[other] { $shown } حالة منها كانت تدريبًا فقط، ولا تُعدّ خروقات.
}
breach-policy-leaf = أحدث ما يوجد منه في السجل العلني هو مدخله { $leaf }.

my-breach-title = مسّ خرقٌ بياناتك
account-breach-owner = مسّ خرقٌ بيانات عملائك المحتملين
my-breach-certain = من المؤكد أنه اطُّلع على ما يأتي:
my-breach-possible = لا يمكن استبعاد أنه اطُّلع على ما يأتي:
my-breach-happened = ما حدث
my-breach-follows = ما يُرجّح أن يترتب عليه
my-breach-done = ما فعلناه
my-breach-advice = ما يمكنك فعله
