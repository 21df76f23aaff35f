# سجل الخروقات وما يُعلَم به الناس.

breaches-nav = خروقات البيانات
breaches-title = خروقات البيانات
breaches-lead = دوّن كل ما تشتبه فيه فور اشتباهك به. ومتى تأكد أن الأمر مسّ بيانات شخصية بدأت 72 ساعة يجب أن تُعلَم السلطة خلالها.
breaches-open = الحالات
breaches-none = لم يُشتبه في شيء حتى الآن. وإن حدث ذلك فدوّنه أدناه. ويمكنك أيضًا تجربة الأمر تدريبًا ثم إغلاق الحالة على أنها ليست خرقًا.
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
breaches-standing-closed = مغلقة
breaches-note = دوّن حالة
breaches-note-title = كيف تسميها
breaches-note-title-why = كلمات قليلة تعرفها بها لاحقًا، من دون أسماء.
breaches-note-nature = ما تعرفه حتى الآن
breaches-note-nature-why = ما حدث، ومتى، وأي بيانات قد يمسّها. يمكن أن يبقى فارغًا الآن ويُستكمل لاحقًا.
breaches-note-suspected = وقت بدء الاشتباه
breaches-times = بتوقيت { $zone }.
breaches-note-button = دوّن الحالة
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
breaches-affected-start-window = كل ما عُرض على أي أحد في ذلك الوقت
breaches-affected-start-server = الخادم وهو يعمل
breaches-affected-start-backup = نسخة من قاعدة البيانات (نسخة احتياطية)
breaches-affected-name = رقمه
breaches-affected-name-why = رقم الجلسة أو الرمز أو الحساب، ويبدأ بـ ses_ أو tok_ أو acc_. ويملؤه لك قسم «ابحث عن جلسة أو رمز» أدناه. وإلا فاتركه فارغًا.
breaches-affected-from = من
breaches-affected-until = إلى
breaches-affected-until-why = للنسخة الاحتياطية: وقت إنشائها.
breaches-affected-keys = أُخذت أيضًا مفاتيح ذلك الوقت
breaches-affected-keys-why = للنسخة الاحتياطية فقط. من دون مفاتيحها لا يستطيع أحد قراءة ما فيها عن الناس، فلا يلزم إعلامهم.
breaches-affected-button = ابحث
breaches-doors = ابحث عن جلسة أو رمز
breaches-doors-account = رقم الحساب
breaches-doors-account-why = تجده في عنوان صفحة الحساب، ويبدأ بـ acc_.
breaches-doors-accounts = إلى الحسابات
breaches-doors-button = اعرض جلساته ورموزه
breaches-doors-none = ليس لهذا الحساب جلسة ولم يكن له رمز قط. ابحث بالحساب والوقت، فبذلك يُعثر على ما مرّ بجلسة انتهت.
breaches-doors-unknown = لا حساب بهذا الرقم لدى هذه العلامة.
breaches-door-session = جلسة منذ { $since }
breaches-door-token = رمز للواجهة البرمجية منذ { $since }
breaches-door-token-until = رمز للواجهة البرمجية منذ { $since } حتى { $until }
breaches-door-use = ابحث من هنا
breaches-found-leads-certain = عملاء محتملون يقول سطر مدوّن إنهم عُرضوا
breaches-found-leads-possible = عملاء محتملون ربما اطُّلع عليهم (حد أعلى)
breaches-found-accounts-certain = حسابات يقول سطر مدوّن إنها عُرضت
breaches-found-accounts-possible = حسابات ربما اطُّلع عليها (حد أعلى)
breaches-found-what-leads = أي بيانات العملاء
breaches-found-what-accounts = أي بيانات الحسابات
breaches-found-bound = الحد الأعلى يُذكر حيث لا يقول سطر مدوّن من كان: رمز الواجهة البرمجية يقرأ من دون أثر، والخادم يعمل ببيانات الجميع، والملف المصفّى لا يُعرف منه إلا التصفية.
breaches-what-listed = متى كتبوا وعلى ماذا وافقوا، من دون من هم
breaches-what-found = أن معرّفًا معروفًا في ماسنجر موجود هنا
breaches-what-identity = الاسم واللغة والمعرّف في ماسنجر
breaches-what-answers = أجوبتهم عن الأسئلة
breaches-what-proof = سجل ما وافقوا عليه
breaches-what-file = كل ما يُحفظ عنهم
breaches-what-account = اسم الحساب وعنوان بريده وصفحاته
breaches-facts = ما تُعلَم به السلطة
breaches-facts-why = هذه الأربعة هي ما يطلبه القانون. اكتب ما تعرفه الآن، وما ينقص يمكن أن يتبع على مراحل من دون تأخير.
breaches-facts-nature = ما حدث: أنواع الأشخاص والسجلات وأعدادها
breaches-facts-contact = من تسأله السلطة
breaches-facts-consequences = ما يُرجّح أن يترتب عليه
breaches-facts-measures = ما فعلته وما تقترح فعله
breaches-facts-button = احفظ ما هو معروف
breaches-facts-complete = الأربعة كلها موجودة
breaches-facts-incomplete = ينقص شيء
breaches-draft = نزّل المسودة الموجّهة إلى السلطة
breaches-authority = أعلم السلطة
breaches-authority-why = أرسل المسودة باستمارة السلطة نفسها أو بالبريد، ثم اذكر هنا متى فعلت. ولك أن تكرر ذلك لكل مرحلة لاحقة.
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
breaches-leave = أو لا تُعلمها
breaches-leave-why = فقط إذا كان الخطر على حقوق أي أحد مستبعدًا، مثلًا لأن أحدًا لا يستطيع قراءة ما أُخذ. ويبقى السبب في السجل، حيث يمكن للسلطة أن تقرأه.
breaches-leave-reason = لماذا الخطر مستبعد
breaches-leave-button = لا تُعلَم، لهذا السبب
breaches-people = أعلم الناس
breaches-people-why = إذا كان الخطر عليهم كبيرًا فيُعلَم الناس من دون تأخير. تصل الحسابات رسالةُ بريد، وتصل العملاءَ رسالةٌ في محادثتهم ما دام ماسنجر يسمح بها، وإلا رأوا ذلك في صفحتهم الخاصة. ويُعلَم كل شخص مرة واحدة، ومن يجده بحث لاحق يُعلَم حينئذ.
breaches-people-happened = ما حدث ({ $language })
breaches-people-done = ما فعلناه ({ $language })
breaches-people-advice = ما يمكنهم فعله ({ $language })
breaches-people-size = بكلمات واضحة، من 10 إلى 500 حرف.
breaches-people-button = أعلم كل من عُثر عليه
breaches-people-again = احفظ الكلمات، وأعلم من لم يُعلَم بعد
breaches-people-nobody = ابحث أولًا عمّن تأثّر.
breaches-people-state = من أُعلم
breaches-told-mail = بالبريد
breaches-told-thread = في محادثتهم
breaches-told-page = في صفحتهم الخاصة
breaches-told-none = تعذّر إعلامهم: لا عنوان مؤكد، أو تعذّر فتح بيانات الحساب
breaches-told-unreadable = تعذّر إعلامهم: تعذّر فتح ما هو محفوظ عنهم
breaches-told-waiting = في الانتظار
breaches-told-lead = العملاء المحتملون
breaches-told-account = الحسابات
breaches-told-owner = حسابات مسّ الأمر عملاءها
breaches-close = أغلق الحالة
breaches-close-why = مع ما استُفيد منها. والحالة التي لم تتأكد قط تُغلق على أنها ليست خرقًا.
breaches-close-words = ما استُفيد منها
breaches-close-button = أغلقها
breaches-entries = المدخلات
breaches-entry = المدخل { $number }
breaches-entry-leaf = المدخل { $leaf } من السجل العلني
breaches-entry-waits = ينتظر السجل العلني
breaches-entry-proof = الإثبات
breaches-entry-suspected = اشتباه
breaches-entry-aware = مؤكد: تُحسب الساعات الاثنتان والسبعون
breaches-entry-facts = ما هو معروف
breaches-entry-affected = بُحث عمّن تأثّر
breaches-entry-authority = أُعلمت السلطة
breaches-entry-not_told = لا تُعلَم السلطة
breaches-entry-people = يُعلَم الناس
breaches-entry-closed = أُغلقت
breaches-said-phase = المرحلة { $phase }
breaches-said-late = بعد الساعات الاثنتين والسبعين
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
breaches-wrong-until = «إلى» لا يكون قبل «من» ولا في المستقبل.
breaches-wrong-name = لا جلسة ولا رمز ولا حساب بهذا الرقم لدى هذه العلامة، أو أنه انتهى ولم يمرّ به شيء. انسخ الرقم من «ابحث عن جلسة أو رمز»، أو ابحث بحسابه والوقت.
breaches-wrong-reason = كانت الساعات الاثنتان والسبعون قد انقضت في ذلك الوقت: اكتب سبب التأخر.
breaches-wrong-leave = اكتب في 10 إلى 4,000 حرف لماذا الخطر مستبعد.
breaches-wrong-facts = أُعلمت السلطة ببعض الأمر فقط. أكمل ما تُعلَم به، وأعلمها بالباقي، ثم أغلق الحالة.
breaches-wrong-words = اكتب في 3 إلى 4,000 حرف ما استُفيد منها.
breaches-wrong-text = كل نص يحتاج من 10 إلى 500 حرف، بكل لغة من لغات العلامة.
breaches-wrong-order = هذا لا يلائم وضع الحالة: انظر إليها مرة أخرى. ربما كتب فيها أحد في هذه الأثناء.
console-done-breach-noted = دُوّنت الحالة.
console-done-breach-aware = دُوّن ذلك، والساعات الاثنتان والسبعون تُحسب.
console-done-breach-facts = حُفظ ما هو معروف.
console-done-breach-searched = انتهى البحث. وأدناه من عُثر عليه.
console-done-breach-told = دُوّن أن السلطة أُعلمت.
console-done-breach-left = دُوّن أن السلطة لا تُعلَم، وسبب ذلك.
console-done-breach-people = يُعلَم الآن كل من عُثر عليه.
console-done-breach-closed = أُغلقت الحالة.

breach-draft-title = إخطار بخرق بيانات شخصية (المادة 33 من اللائحة العامة لحماية البيانات)
breach-draft-drafted = أُعدّت المسودة { $at } من سجل الخروقات؛ الحالة { $id }، المرحلة { $phase }.
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
    [one] في السجل مدخل واحد، وتُحسب فيه الاشتباهات التي تبيّن أنها لا شيء.
    [two] في السجل مدخلان، وتُحسب فيهما الاشتباهات التي تبيّن أنها لا شيء.
    [few] في السجل { $shown } مدخلات، وتُحسب فيها الاشتباهات التي تبيّن أنها لا شيء.
    [many] في السجل { $shown } مدخلًا، وتُحسب فيها الاشتباهات التي تبيّن أنها لا شيء.
   *[other] في السجل { $shown } مدخل، وتُحسب فيها الاشتباهات التي تبيّن أنها لا شيء.
}
breach-policy-leaf = أحدث ما يوجد منه في السجل العلني هو مدخله { $leaf }.

my-breach-title = مسّ خرقٌ بياناتك
my-breach-certain = من المؤكد أنه اطُّلع على ما يأتي:
my-breach-possible = لا يمكن استبعاد أنه اطُّلع على ما يأتي:
my-breach-happened = ما حدث
my-breach-done = ما فعلناه
my-breach-advice = ما يمكنك فعله
