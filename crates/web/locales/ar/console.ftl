# The console: dashboard, pages, leads, broadcasts, plans. Every id here stands in the other languages' file of this name too.

## حول كل صفحة

console-skip = انتقل إلى المحتوى
console-menu = القائمة
console-navigation = التنقل الرئيسي
console-trail = موضعك
console-pager = بقية هذه القائمة
console-signed-in = سُجّل الدخول باسم
console-nav-dashboard = نظرة عامة
console-administration = إدارة العلامة التجارية
console-nav-pages = الصفحات
console-nav-leads = العملاء
console-nav-broadcasts = الرسائل الجماعية
console-nav-tokens = رموز الواجهة البرمجية
console-refused = لم يُحفظ شيء. ستجد ما لا يصح عند هذا الحقل:
console-to-field = انتقل إلى الحقل
console-back-home = العودة إلى النظرة العامة
console-first = العودة إلى البداية
console-next = عرض المزيد
console-typed-before = ما كتبته قبل دقائق موجود هنا من جديد، ولم يخرج منه شيء.
console-typed-anew = ابدأ من جديد
console-keep = لا، ليبقَ كما هو
console-confirm = يرجى التأكيد
console-not-now = ليس الآن
console-foot-times = الأوقات بتوقيت { $zone } ما لم تُذكر بجانبها منطقة أخرى.
console-foot-zone = اختر منطقتك الزمنية
console-foot = لا تحمّل هذه الصفحة شيئًا من مواقع أخرى، ولا يُتتبّع ما تفعله هنا.
console-time = { $day } { $month } { $year }، { $time }
console-date = { $day } { $month } { $year }
console-month-1 = يناير
console-month-2 = فبراير
console-month-3 = مارس
console-month-4 = أبريل
console-month-5 = مايو
console-month-6 = يونيو
console-month-7 = يوليو
console-month-8 = أغسطس
console-month-9 = سبتمبر
console-month-10 = أكتوبر
console-month-11 = نوفمبر
console-month-12 = ديسمبر

## بعد إتمام أمر ما

console-done-connected = تمّ الربط. من الآن يُردّ على رسائل الصفحة، ويظهر عملاؤها هنا.
console-done-paused = أُوقفت الصفحة مؤقتًا، ولن يُرسل عبرها شيء حتى تستأنفها.
console-done-disconnected = فُصلت الصفحة: لا يصل منها شيء بعد الآن، ولا يُرسل عبرها شيء.
console-done-disconnected-here = فُصلت الصفحة هنا، ولا يُرسل عبرها شيء بعد الآن. لكن فيسبوك لم يقبل الباقي لأن الوصول لم يعد صالحًا: أزل هذا التطبيق من إعدادات الصفحة هناك، وإلا فقد يظل ما يكتبه الناس يصل إلى هنا.
console-done-still-connected = لم يُجب فيسبوك، فلم يتغيّر شيء وما زالت الصفحة مربوطة. أعد المحاولة بعد قليل؛ وإن أردت ألّا يُرسل شيء إلى ذلك الحين فأوقف الصفحة مؤقتًا.
console-done-resumed = عادت الصفحة إلى الإرسال.
console-done-saved = حُفظت المسودة. لم يُرسل شيء بعد.
console-done-by-the-api = في هذه الرسالة أزرار لا تكتبها إلا الواجهة البرمجية: عدّلها هناك، أو اكتب رسالة أخرى هنا.
console-done-sent = الرسالة الجماعية في طريقها.
console-done-broadcast-paused = أُوقف الإرسال مؤقتًا، وما لم يخرج بعدُ ينتظر.
console-done-scheduled = ستُرسل تلقائيًا في ذلك الوقت. ويمكنك حتى ذلك الحين تغيير الوقت أو إعادتها مسودة.
console-done-scheduled-skipped = تُقدَّم الساعة هناك فوق الوقت الذي اخترته، فلا وجود له في ذلك اليوم. وستُرسل بعده بمقدار ما تقفزه الساعة.
console-done-scheduled-first = تُؤخَّر الساعة هناك فيمرّ الوقت الذي اخترته مرتين في ذلك اليوم. وستُرسل في المرة الأولى. إن قصدت الثانية فغيّر الوقت وضع العلامة في المربع.
console-done-scheduled-second = يمرّ الوقت الذي اخترته مرتين في ذلك اليوم. وستُرسل في المرة الثانية.
console-done-sent-again = هي في طريقها إليهم مرة أخرى.
console-done-again-nobody = لم يكن هناك من تُعاد إليه، فلم يُرسل شيء.
console-done-again-closed = كانت هذه الرسالة مفتوحة حتى وقت مضى. اكتب رسالة جديدة بدلًا منها.
console-done-broadcast-unscheduled = عادت مسودة ولن تُرسل من تلقاء نفسها.
console-done-broadcast-resumed = استؤنف الإرسال.
console-done-cancelled = أُلغي الإرسال، وما لم يخرج بعدُ لن يُرسل.
console-done-tag-made = أُنشئ الوسم. ضعه على العملاء في قائمتهم، أو على عميل في صفحته.
console-done-tag-known = لديك وسم بهذا الاسم من قبل، ولا فرق بين الأحرف الكبيرة والصغيرة. لم يُنشأ شيء.
console-done-tag-deleted = حُذف الوسم، ونُزع من كل العملاء.
console-done-many-undone = أُلغي ذلك، وعاد كل شيء كما كان.
console-done-many-nobody = لم تحدد أي عميل، فلم يتغير شيء.
console-done-many-no-tag = اختر وسمًا من وسومك. لم يتغير شيء.
console-done-tag-put = وُضع الوسم.
console-done-tag-taken = نُزع الوسم.
console-done-template-made = القالب عند ميتا. وهنا ترى قرارها فيه، ويستغرق ذلك ثواني وأحيانًا يومًا.
console-done-template-asked = سُئلت ميتا، وهذا ما تقوله.
console-done-template-silent = لم يمكن سؤال ميتا الآن. وهذا ما قالته آخر مرة.
console-done-template-deleted = حُذف القالب.
console-done-template-kept = لم تحذفه ميتا. حاول مرة أخرى بعد قليل.
console-done-plan-cancelled = أُلغي الاشتراك. لن يُرسل شيء من الرسائل الجماعية، ولم يُحذف شيء.
console-done-plan-resumed = عاد اشتراكك ساريًا. تُستكمل الرسائل المتوقفة حين تستأنفها.
console-done-plan-made = أُنشئت الباقة.
console-done-plan-saved = حُفظت، وهي سارية على كل من هو على الباقة.
console-done-plan-starts = يبدأ المسجّلون على هذه الباقة من الآن.
console-done-plan-retired = أُوقف عرضها، وتبقى لمن هم عليها.
console-done-plan-offered = يمكن وضع حسابات عليها من جديد.
console-done-plan-deleted = حُذفت الباقة.
console-done-plan-kept = لم يكن ذلك ممكنًا: يبدأ المسجّلون على هذه الباقة، أو عليها حسابات، أو بلغت الباقات خمسين. لم يتغيّر شيء.
console-done-account-changed = حُفظ وهو سارٍ. إن تغيّر شيء فسيُخبَر صاحب الحساب بالبريد.
console-done-account-signed-out = انتهت كل جلسات هذا الحساب، وسيُخبَر صاحبه بالبريد.
console-done-account-not-signed-in = لم يكن أحد مسجّلًا دخوله إلى هذا الحساب. لم يتغيّر شيء.
console-done-account-kept = لا يمكن ضبط هذه الباقة أو الحالة لهذا الحساب. لم يتغيّر شيء.
console-done-secret-ended = انتهى السرّ، ولا يُقبل أي استدعاء موقَّع بعد الآن.
console-done-subscription-ended = اشتراكك ملغى، فلا يمكن إرسال شيء. استأنفه من صفحة باقتك.
console-done-revoked = لم يعد الرمز صالحًا.
console-done-not-found = لم يكتب أحد بهذا المعرّف إلى تلك الصفحة، أو أن بياناته قد مُحيت.
console-done-changed = لم يعد ذلك يناسب الحالة الراهنة، فلم يتغيّر شيء. وهذه هي الحالة الآن.

## نظرة عامة

dashboard-title = نظرة عامة
dashboard-begin-title = اربط صفحتك الأولى
dashboard-begin = اربط صفحة على فيسبوك وسيبدأ بوتها بالرد فورًا. يُسأل كل من يكتب إليها هل يريد عروضك، ولا تصل إلا إلى من قال نعم.
dashboard-attention = ما يحتاج إليك
dashboard-all-well = كل شيء على ما يرام، ولا شيء ينتظرك.
dashboard-look-at-page = اعرف ما عليك فعله
dashboard-look-at-broadcast = انظر في الرسالة الجماعية
dashboard-look-at-broadcasts = انظر في الرسائل الجماعية
dashboard-write-broadcast = اكتب رسالة جماعية
dashboard-quota-used-up = نفدت رسائل باقتك لهذا الشهر، ولن ترسل الرسائل الجماعية شيئًا حتى يبدأ الشهر الجديد أو تتغيّر الباقة.
dashboard-cancelled = اشتراكك ملغى، ولا يُرسل شيء من الرسائل الجماعية حتى يُستأنف.
dashboard-leads-limit = { $count ->
    [zero] لا تسمح باقتك بعملاء ({ $shown })، وعندك عملاء. يُردّ على الجميع، ولا تصل الرسائل الجماعية إلى أحد.
    [one] تسمح باقتك بعميل واحد، وعندك أكثر. يُردّ على الجميع، وتصل الرسائل الجماعية إلى من جاء أولًا.
    [two] تسمح باقتك بعميلين، وعندك أكثر. يُردّ على الجميع، وتصل الرسائل الجماعية إلى من جاؤوا أولًا.
    [few] تسمح باقتك بـ{ $shown } عملاء، وعندك أكثر. يُردّ على الجميع، وتصل الرسائل الجماعية إلى من جاؤوا أولًا.
    [many] تسمح باقتك بـ{ $shown } عميلًا، وعندك أكثر. يُردّ على الجميع، وتصل الرسائل الجماعية إلى من جاؤوا أولًا.
   *[other] تسمح باقتك بـ{ $shown } عميل، وعندك أكثر. يُردّ على الجميع، وتصل الرسائل الجماعية إلى من جاؤوا أولًا.
}
dashboard-unheard = { $count ->
    [zero] استُعيدت هذه الخدمة من نسخة احتياطية، ولا ينتظر أحد أن يكتب من جديد ({ $shown }).
    [one] استُعيدت هذه الخدمة من نسخة احتياطية ولا تعرف من انسحب بعدها. وافق شخص واحد، ولن تصل إليه رسالة جماعية قبل أن يكتب من جديد.
    [two] استُعيدت هذه الخدمة من نسخة احتياطية ولا تعرف من انسحب بعدها. وافق شخصان، ولن تصل إليهما رسالة جماعية قبل أن يكتبا من جديد.
    [few] استُعيدت هذه الخدمة من نسخة احتياطية ولا تعرف من انسحب بعدها. وافق { $shown } أشخاص، ولن تصل إليهم رسالة جماعية قبل أن يكتبوا من جديد.
    [many] استُعيدت هذه الخدمة من نسخة احتياطية ولا تعرف من انسحب بعدها. وافق { $shown } شخصًا، ولن تصل إليهم رسالة جماعية قبل أن يكتبوا من جديد.
   *[other] استُعيدت هذه الخدمة من نسخة احتياطية ولا تعرف من انسحب بعدها. وافق { $shown } شخص، ولن تصل إليهم رسالة جماعية قبل أن يكتبوا من جديد.
}
dashboard-breach = هذا الخرق، مشتبهًا به كان أو مؤكدًا، لم يُحسم بعد: في صفحته ما يجب فعله ومتى.
dashboard-look-at-breach = انظر في الحالة
dashboard-support = هناك وصول للدعم مفتوح: قد ينظر شخص من خارجكم.
dashboard-look-at-leads = عرض العملاء
dashboard-look-at-plan = عرض باقتي
dashboard-broadcast-paused = هذه الرسالة الجماعية متوقفة مؤقتًا. استأنفها أو ألغِها.
dashboard-broadcast-unknown = { $count ->
    [zero] لا توجد رسائل مجهولة المصير ({ $shown }).
    [one] لا يُعرف هل وصلت رسالة واحدة. راجع القائمة قبل أن تكتب إلى هذا الشخص مرة أخرى.
    [two] لا يُعرف هل وصلت رسالتان. راجع القائمة قبل أن تكتب إلى هذين الشخصين مرة أخرى.
    [few] لا يُعرف هل وصلت { $shown } رسائل. راجع القائمة قبل أن تكتب إلى هؤلاء الأشخاص مرة أخرى.
    [many] لا يُعرف هل وصلت { $shown } رسالة. راجع القائمة قبل أن تكتب إلى هؤلاء الأشخاص مرة أخرى.
   *[other] لا يُعرف هل وصلت { $shown } رسالة. راجع القائمة قبل أن تكتب إلى هؤلاء الأشخاص مرة أخرى.
}
dashboard-windows-closing = { $count ->
    [zero] لا تُغلق نافذة أحد خلال ثلاث ساعات ({ $shown }).
    [one] تُغلق نافذة الـ24 ساعة لشخص واحد خلال ثلاث ساعات، ولا تصل إليه العروض إلا قبل ذلك.
    [two] تُغلق نافذة الـ24 ساعة لشخصين خلال ثلاث ساعات، ولا تصل إليهما العروض إلا قبل ذلك.
    [few] تُغلق نافذة الـ24 ساعة لـ{ $shown } أشخاص خلال ثلاث ساعات، ولا تصل إليهم العروض إلا قبل ذلك.
    [many] تُغلق نافذة الـ24 ساعة لـ{ $shown } شخصًا خلال ثلاث ساعات، ولا تصل إليهم العروض إلا قبل ذلك.
   *[other] تُغلق نافذة الـ24 ساعة لـ{ $shown } شخص خلال ثلاث ساعات، ولا تصل إليهم العروض إلا قبل ذلك.
}
dashboard-figures = أرقام
dashboard-figure-leads = العملاء
dashboard-figure-confirmed = وافقوا على العروض
dashboard-figure-windows = يمكن الوصول إليهم الآن (نافذة الـ24 ساعة)
dashboard-figure-quota = الرسائل الباقية هذا الشهر
dashboard-newest = أحدث الرسائل الجماعية
dashboard-all-broadcasts = جميع الرسائل الجماعية
dashboard-no-broadcasts = لم تُرسل أي رسالة جماعية بعد. تستغرق الأولى دقيقتين، وترى قبل خروجها من ستصل إليه بالضبط.

## الصفحات

pages-title = صفحات فيسبوك
pages-lead = الصفحات التي يُردّ هنا على محادثاتها في ماسنجر.
pages-why = سيطلب منك فيسبوك إذنًا بقراءة رسائل الصفحة والرد عليها. ولا يُستعمل الإذن إلا لذلك، ويُحفظ مشفّرًا.
pages-connect = اربط صفحة
pages-connect-more = اربط صفحة أخرى
pages-empty-title = لم تُربط أي صفحة بعد
pages-empty = يُفتح فيسبوك لتختار أيّ صفحاتك تُربط. ويلزمك حق إرسال الرسائل باسمها.
pages-column-page = الصفحة
pages-column-health = الحالة
pages-column-connected = تاريخ الربط
pages-health-good = تُرسل
pages-health-good-explain = كل شيء سليم: يُردّ على الرسائل وتخرج الرسائل الجماعية.
pages-health-gaps = تُرسل مع نقص
pages-health-gaps-explain = تُرسل الرسائل، لكنّ في الإعداد نقصًا يبيّنه الفحص أدناه.
pages-health-still = متوقفة
pages-health-stopped = موقوفة
pages-health-awaited = تنتظر الربط
pages-health-awaited-explain = جاءت هذه الصفحة مع أرشيف. اربطها ليردّ بوتها ويُعرف عملاؤها من جديد. وحتى ذلك الحين لا يُستقبل شيء ولا يُرسل شيء.
pages-not-yet = لم تُربط بعد
pages-check-title = فحص الإعداد
pages-check-access-good = إذن الوصول صالح
pages-check-access-bad = إذن الوصول لم يعد صالحًا
pages-check-access-explain = يُنهيه فيسبوك حين يغيّر أحدهم كلمة مروره أو يزيل التطبيق. ويتطلب تجديده نقرة واحدة وموافقة في فيسبوك.
pages-check-permissions-good = جميع الأذونات ممنوحة
pages-check-permissions-bad = أحد الأذونات ناقص
pages-check-permissions-explain = يحتاج الإرسال إلى كل إذن تطلبه نافذة فيسبوك. اتركها جميعها محددة هناك.
pages-check-policy-good = تسمح ميتا للصفحة بالإرسال
pages-check-policy-bad = لا تسمح ميتا للصفحة بالإرسال
pages-check-policy-explain = تقيّد ميتا الصفحات التي تخالف قواعدها. ويبيّن بريد الدعم الخاص بالصفحة على فيسبوك السبب والمدة.
pages-check-greeting-good = رسالة الترحيب تذكر الغرض
pages-check-greeting-bad = تعذّر ضبط رسالة الترحيب
pages-check-greeting-explain = من يقرؤها قبل أن يضغط «بدء الاستخدام» يعرف ما يبدأ به. ومن دونها يكون البدء دليلًا أضعف.
pages-check-echoes-explain = يؤكد فيسبوك كل رسالة مرسلة مرة ثانية (message echoes). ومن دون ذلك يبقى مصير الرسالة التي ضاع ردّها مجهولًا.
pages-facts = عن هذه الصفحة
pages-meta-id = معرّف الصفحة لدى فيسبوك
pages-its-leads = عملاء هذه الصفحة
pages-pause = أوقف الصفحة مؤقتًا
pages-resume = استأنف الإرسال
pages-disconnect = افصل هذه الصفحة
pages-disconnect-explain = لن يسلّم فيسبوك إلى هنا شيئًا من هذه الصفحة، وتُزال القائمة ورسالة الترحيب هناك، ويُحذف إذن الوصول هنا. والرسائل الجماعية الجارية تستثني عملاء هذه الصفحة. ويبقى عملاؤها وموافقاتهم والبوت، فيعيد ربطها كل شيء. أما ما يكتبه الناس في هذه الأثناء فلا يُرى هنا ولو انسحبوا، فلا تصل رسائل جماعية إلى أي منهم من جديد إلا بعد أن يكتب. والصفحة المفصولة لا تُحسب على خطتك، وتبقى محجوزة لهذا الحساب.
pages-disconnect-do = افصلها الآن
pages-back = العودة إلى الصفحات
pages-connect-title = ربط الصفحات
pages-connect-granted = منح فيسبوك إذن الوصول. بقيت خطوة واحدة.
pages-connect-what = ستُربط الصفحات التي حدّدتها هناك: تأتي رسائلها إلى هنا، وتُضبط رسالة الترحيب والقائمة التي فيها «بياناتي» وطريقة إلغاء الاشتراك.
pages-connect-finish = اربط هذه الصفحات
pages-connect-again = حاول مرة أخرى
pages-connect-denied = يقول فيسبوك إن الإذن لم يُمنح، فلم يُربط شيء. إن لم يكن هذا مرادك فحاول مرة أخرى وأكّد في نافذته.
pages-connect-no-app = لا يقف خلف هذا التثبيت تطبيق فيسبوك بعد، فلا يمكن ربط أي صفحة. على من يشغّله أن يدخل معرّف التطبيق وسرّه ورمز التحقق في الإعدادات (تحت «messenger»)، ويبيّن الأمر «entente doctor» ما ينقص غير ذلك.
pages-connect-stale = لا يخصّ هذا الرد من فيسبوك نافذةً فتحتها هنا، أو أنه استغرق أكثر من نصف ساعة. لم يُربط شيء.
pages-connect-used = لم يعد فيسبوك يقبل هذا الجواب، فهو صالح مرة واحدة ولدقائق فقط. وإن كنت قد ضغطت مرتين فصفحاتك مربوطة الآن، فاطّلع عليها. وإن لم تجدها هناك فاربطها مرة أخرى.
pages-connect-failed = لم يمنح فيسبوك إذن الوصول، ولم يُربط شيء آخر. حاول مرة أخرى، فإن تكرّر ذلك فأخبرنا بما قاله فيسبوك:
pages-connect-none = ليس لك حق إرسال الرسائل باسم أيٍّ من الصفحات التي حدّدتها. اطلب من مالك الصفحة مهمة «الرسائل» ثم حاول مرة أخرى.
pages-connect-limit = لا تسمح باقتك بهذا العدد من الصفحات، فلم يُربط شيء. حدّد صفحات أقل أو اطلب تغيير باقتك. العدد المسموح به:
pages-connect-cancelled = اشتراكك ملغى، فلا يمكن ربط صفحة أخرى. استأنفه أولًا.
pages-connect-taken = ربط حساب آخر ما يلي من قبل، ولا تُربط الصفحة إلا مرة واحدة. لم يُربط شيء آخر. لربط صفحاتك الأخرى أعد المحاولة، ولا تحدّد حين يسألك فيسبوك عن الصفحات:
pages-connect-taken-own = أتريد ربطها هنا؟ تصبح متاحة حين يُمحى الحساب الآخر. فإن كان ذلك الحساب لك أيضًا فسجّل الدخول إليه وخذ بياناتك ثم امحُه، وإلا فاسأل مديري الصفحة الآخرين. لا نخبر أحدًا لمن ذلك الحساب، وإن كان لديك سؤال فاكتب إلى جهة الاتصال أسفل هذه الصفحة.
pages-connect-removing = لم يُربط شيء: ما زال يُزال ما كان لحساب مُحي من إحدى هذه الصفحات. أعد المحاولة بعد دقائق.

## العملاء

leads-title = العملاء
leads-lead = كل من كتب إلى صفحاتك. وتبقى هويّاتهم محجوبة حتى تحتاج إليها.
leads-filter = تصفية القائمة
leads-filter-button = صفِّ
leads-evidence = الدليل
leads-any-page = جميع الصفحات
leads-any-level = أي دليل
leads-any-state = أي حالة
leads-any-tag = أي وسم
leads-all = جميع العملاء
leads-column-lead = العميل
leads-column-page = الصفحة
leads-column-state = الحالة
leads-column-wrote = آخر رسالة منه
leads-never = لم يكتب قط
leads-before-archive = قبل الأرشيف
leads-level-started = كتب أولًا
leads-level-informed = بدأ بعد قراءة الترحيب
leads-level-confirmed = قال نعم
leads-state-subscribed = تصله العروض
leads-state-unsubscribed = ألغى اشتراكه
leads-state-window_open = يمكن الوصول إليه الآن
leads-state-unavailable = لا يمكن الوصول إليه
leads-badge-subscribed = تصله العروض
leads-badge-unsubscribed = ألغى اشتراكه
leads-badge-window = النافذة مفتوحة
leads-badge-unavailable = لا يمكن الوصول إليه
leads-badge-restricted = محفوظ بلا استعمال
leads-empty-title = لم يكتب أحد بعد
leads-empty = حالما يكتب أحدهم إلى إحدى صفحاتك في ماسنجر يظهر هنا مع دليل ما وافق عليه. ضع رابط ماسنجر الخاص بالصفحة حيث يراه الناس.
leads-empty-no-pages = العملاء هم من يكتبون إلى صفحاتك. اربط صفحة أولًا.
leads-none-title = لا أحد يطابق
leads-none = لا يطابق هذه التصفية أحد. أزل أحد الشروط.
leads-none-yet-title = لا أحد حتى الآن
leads-none-yet = لا يطابق هذه التصفية أحد ممن فُحصوا، وللقائمة بقية: تابع أدناه.
leads-find = ابحث عن شخص بعينه
leads-find-explain = بالرقم الذي يعرف به ماسنجر الشخص في صفحة واحدة، كما في تصدير سابق مثلًا. يُبحث عنه ببصمة ذات مفتاح، ولا يُحفظ مكشوفًا في أي مكان.
leads-find-button = ابحث
leads-psid = معرّف ماسنجر (PSID)

lead-title = العميل
lead-back = العودة إلى العميل
lead-evidence = دليل الموافقة
lead-evidence-explain = كل حدث محفوظ مختومًا مع ما سلّمه فيسبوك، والتزامه مثبت في السجل العلني. ويستطيع أي شخص التحقق من الإثبات من دون الرجوع إلينا.
lead-proof = نزّل الإثبات
lead-proof-wait-title = الإثبات غير جاهز بعد
lead-proof-wait = ينتظر الحدث نقطة التحقق القادمة في السجل العلني، دقيقة على الأكثر. حاول بعدها مرة أخرى.
lead-leaf = القيد { $leaf } في السجل العلني
lead-leaf-waits = ينتظر نقطة التحقق القادمة
lead-event-opt_in-started = كتب إلى الصفحة أولًا
lead-event-opt_in-informed = بدأ بعد ترحيب يذكر الغرض
lead-event-opt_in-confirmed = أجاب عن السؤال بنعم
lead-event-withdrawal-button = ألغى اشتراكه بالزر
lead-event-withdrawal-link = ألغى اشتراكه بالرابط
lead-event-withdrawal-word = ألغى اشتراكه بكتابة «توقف»
lead-event-withdrawal-answer = أجاب بلا
lead-event-withdrawal-platform = ألغى اشتراكه من إعدادات ماسنجر
lead-event-withdrawal-console = أُلغي اشتراكه هنا بناءً على طلبه
lead-purpose-promotion = بشأن العروض
lead-purpose-utility = بشأن الإشعارات
lead-purpose-conversation = بشأن المحادثة
lead-purpose-all = بشأن جميع الرسائل الجماعية
lead-who = من هو
lead-masked = محجوب حتى تحتاج إليه، ويعود الحجب حالما تغادر الصفحة. كل اطلاع يُدوَّن لهذا الشخص مع غرضه، ولا يُدوَّن اسمك.
lead-restricted = طلب هذا الشخص حفظ بياناته من دون استعمالها. لا يُعرض منها شيء إلى أن يرفع ذلك.
lead-reveal = اكشف
lead-reveal-for = الغرض
lead-reveal-for-answering = للرد عليه
lead-reveal-for-order = طلب أو موعد
lead-reveal-for-request = طلب يخص بياناته
lead-reveal-for-security = خلل أو إساءة استعمال
lead-hide = احجب
lead-name = الاسم الأول
lead-language = اللغة
lead-not-given = لم يذكره
lead-not-known = غير معروفة
lead-facts = ما يُحفظ غير ذلك
lead-created = أول رسالة منه
lead-window = نافذة الـ24 ساعة
lead-window-until = مفتوحة حتى { $until }
lead-window-closed = مغلقة. تنتظر العروض حتى يكتب هذا الشخص مرة أخرى.
lead-rights = حقوق هذا الشخص
lead-rights-explain = من حق من يطلب أن يحصل على نسخة من كل ما يُحفظ عنه، وأن يُمحى.
lead-export = صدّر كل شيء
lead-erase = امحُ …
lead-erase-title = هل تمحو بيانات هذا الشخص؟
lead-erase-what = يُتلف المفتاح الذي شُفّرت به بيانات هذا الشخص، فيصير كل ما خُتم به غير مقروء في تلك اللحظة، ثم تُحذف السجلات: الملف والأدلة والأجوبة عن الأسئلة والوسوم والتسليمات والرسائل المنتظرة.
lead-erase-proof = ويذهب الدليل معها. ولا يبقى في السجل العلني إلا ما لا معنى له، وإيصال خالٍ من البيانات الشخصية.
lead-erase-final = لا يستطيع أحد التراجع عن ذلك. وإن كتب هذا الشخص مرة أخرى فسيبدأ غريبًا.
lead-erase-button = امحُ نهائيًا
lead-erased-title = تمّ المحو
lead-erased = أُتلف المفتاح وحُذفت السجلات.
lead-erased-receipt = أعطِ هذا الرمز لصاحب البيانات إن كان هو من طلب المحو، فبه يرى أنه تمّ ويحصل على الإيصال الموقّع.
lead-erased-look = انظر في حالة المحو

## الرسائل الجماعية

broadcasts-title = الرسائل الجماعية
broadcasts-lead = رسالة واحدة إلى كل من يريدها، وفي كل منها طريقة لإلغاء الاشتراك.
broadcasts-write = اكتب رسالة جماعية
broadcasts-empty-title = لا رسائل جماعية بعد
broadcasts-empty = اكتب رسالة وانظر كيف يعرضها ماسنجر، واعرف من ستصل إليه ومن لن تصل إليه ولماذا، قبل أن يخرج أي شيء.
broadcasts-template-named = القالب { $template }
broadcasts-column-message = الرسالة
broadcasts-column-state = الحالة
broadcasts-column-sent = أُرسلت
broadcasts-column-not-sent = لم تُرسل
broadcasts-column-made = كُتبت
broadcasts-state-draft = مسودة
broadcasts-state-scheduled = مجدولة
broadcasts-state-sending = قيد الإرسال
broadcasts-state-paused = متوقفة مؤقتًا
broadcasts-state-finished = انتهت
broadcasts-state-cancelled = ملغاة
broadcasts-purpose-promotion = عرض ترويجي
broadcasts-purpose-utility = إشعار
broadcasts-step-edit = عدّلها
broadcasts-step-like = اكتب رسالة مثلها
broadcasts-step-send = تابع إلى الإرسال …
broadcasts-step-schedule = أرسلها في وقت محدد …
broadcasts-step-move = غيّر الوقت …
broadcasts-step-again = أعد الإرسال …
broadcasts-step-pause = أوقف مؤقتًا
broadcasts-step-resume = استأنف
broadcasts-step-unschedule = أعدها مسودة
broadcasts-step-cancel = ألغِ …
broadcasts-scheduled = تُرسل تلقائيًا في هذا الوقت. ولم يخرج شيء بعد.
broadcasts-draft = هذه مسودة. تابع إلى الإرسال لترى من ستصل إليه، وتسألك تلك الصفحة قبل أن يخرج أي شيء.
broadcasts-progress = سير الإرسال
broadcasts-progress-bar = أُرسلت، من بين الجميع
broadcasts-progress-live = يُحدَّث كل ثانيتين.
broadcasts-progress-again = انظر مرة أخرى
broadcasts-reasons = من لا تصل إليه، ولماذا
broadcasts-no-reasons = لم يُستثنَ أحد حتى الآن.
broadcasts-list = القائمة
broadcasts-counted = بعد تسعين يومًا من انتهاء الرسالة تُحذف القوائم وتبقى هذه الأرقام وحدها.
broadcasts-not-reached = من لم تصل إليهم (CSV)
broadcasts-table = جدول (CSV)
broadcasts-message = الرسالة
broadcasts-facts = عن هذه الرسالة الجماعية
broadcasts-started = بدأت
broadcasts-finished = انتهت
broadcasts-send-at = تُرسل تلقائيًا في
broadcasts-tag-gone = وسم محذوف
broadcasts-open-until = مفتوحة حتى
broadcasts-unknown = { $count ->
    [zero] لم يضع أي ردّ ({ $shown }).
    [one] ضاع ردّ فيسبوك على رسالة واحدة. لا يُعاد إرسالها تلقائيًا كي لا تصل إلى أحد مرتين.
    [two] ضاع ردّ فيسبوك على رسالتين. لا يُعاد إرسالهما تلقائيًا كي لا تصل رسالة إلى أحد مرتين.
    [few] ضاع ردّ فيسبوك على { $shown } رسائل. لا يُعاد إرسالها تلقائيًا كي لا تصل رسالة إلى أحد مرتين.
    [many] ضاع ردّ فيسبوك على { $shown } رسالة. لا يُعاد إرسالها تلقائيًا كي لا تصل رسالة إلى أحد مرتين.
   *[other] ضاع ردّ فيسبوك على { $shown } رسالة. لا يُعاد إرسالها تلقائيًا كي لا تصل رسالة إلى أحد مرتين.
}
broadcasts-unknown-list = انظر من يخصّهم ذلك
broadcasts-back-to-it = الرسالة الجماعية
broadcasts-cancel-title = هل تلغي هذه الرسالة الجماعية؟
broadcasts-cancel-what = ما خرج فقد خرج. وما عداه لن يُرسل، ولا يمكن استئناف الرسالة بعد ذلك.
broadcasts-cancel-button = ألغِ الرسالة الجماعية

chart-sent = أُرسلت
chart-waiting = تنتظر
chart-unknown = لا يُعرف مصيرها
chart-failed = رفضتها ميتا
chart-refused = استُثنيت

## كتابة رسالة جماعية

compose-lead = تُحفظ مسودةً أولًا، ولا يخرج شيء قبل أن ترى من ستصل إليه.
compose-no-pages = تصل الرسالة الجماعية إلى عملاء صفحاتك. اربط صفحة أولًا.
compose-purpose = النوع
compose-purpose-promotion = عروض وأخبار لمن وافق عليها. وتسمح بها ميتا خلال 24 ساعة من آخر رسالة من الشخص.
compose-purpose-utility = طلب أو موعد أو تغيير في حساب. يستعمل قالبًا وافقت عليه ميتا، ويجوز إرساله في أي وقت.
compose-text = النص
compose-text-why = ما يقرؤه الناس. لتناديهم بالاسم الذي ذكروه، مع كلمة لمن لم يذكر اسمه، اكتب
compose-text-placeholder = {"{"}name|صديقنا{"}"}
compose-picture = صورة
compose-picture-why = اختيارية: عنوان صورة تُعرض فوق النص. ولا يزيد النص حينها على جزأين من 80 حرفًا: سطره الأول بخط عريض وما يليه.
compose-buttons = الأزرار
compose-buttons-why = زرّان على الأكثر، يفتح كل منهما صفحة ويب. أما المكان الثالث فلزر إلغاء الاشتراك الذي يُضاف تلقائيًا.
compose-button-title = كلمات الزر { $number }
compose-button-url = عنوان الزر { $number }
compose-template = القالب (للإشعارات)
compose-template-why = للإشعار نصّه وأزراره من القالب الذي وافقت عليه ميتا لصفحتك.
compose-template-name = القوالب الموافَق عليها
compose-template-choose = اختر قالبًا
compose-template-none = لم توافق ميتا على أي من قوالبك بعد. اكتب واحدًا هنا:
compose-template-parameters = ما يملأ فراغاته
compose-template-parameters-why = سطر لكل فراغ، بالترتيب.
compose-pages = الصفحات
compose-pages-why = تصل إلى عملاء هذه الصفحات.
compose-filter = لبعضهم فقط
compose-filter-why = إن لم تختر شيئًا وصلت إلى كل عملاء الصفحات. ومن لم يوافق لا تصل إليه في كل الأحوال.
compose-tags = من يحمل أحد هذه الوسوم
compose-tags-why = إن لم تضع علامة فلا أثر للوسوم.
compose-level-started = من كتب أولًا أو أكثر من ذلك
compose-level-informed = من بدأ تحت الترحيب أو أكثر من ذلك
compose-level-confirmed = من قال نعم
compose-language = من يكتب باللغة
compose-any-language = أي لغة
compose-open = من كانت نافذته مغلقة الآن
compose-open-why = لا تسمح ميتا بالعروض إلا خلال 24 ساعة من آخر رسالة من الشخص. ومن كانت نافذته مغلقة قد تصل إليه حين يكتب في المرة القادمة.
compose-open-now = لا تصل إليه
compose-open-1 = تصل إليه إن كتب خلال يوم
compose-open-3 = تصل إليه إن كتب خلال 3 أيام
compose-open-7 = تصل إليه إن كتب خلال 7 أيام
compose-open-30 = تصل إليه إن كتب خلال 30 يومًا
compose-preview = اعرض الرسالة
compose-edit = عدّل المسودة
compose-change = احفظ التعديلات
compose-save = احفظ وتابع
compose-save-why = الحفظ لا يرسل شيئًا.
compose-sketch = كما يعرضها ماسنجر
compose-image = صورة:
compose-sketch-empty = تظهر الرسالة هنا وأنت تكتب.
compose-sketch-named = إلى شخص اسمه { $name }
compose-sketch-nameless = إلى شخص لم يذكر اسمه
compose-sketch-template = يأتي النص من القالب «{ $template }»، وتعرضه ميتا لكل شخص بعد ملء الفراغات.
compose-sketch-way-out = طريقة إلغاء الاشتراك جزء من كل رسالة ولا يمكن إزالتها.
compose-sample-name = سارة
compose-wrong = ثمة ما لا يناسب بعد. ستجد الموضع معلّمًا أدناه، ولم يُحفظ شيء.
compose-wrong-text-none = اكتب نصًّا.
compose-wrong-text = يلزم النصَّ من 1 إلى 1,700 حرف، أو 580 حرفًا على الأكثر مع الأزرار، ومع الصورة 80 حرفًا على الأكثر في سطره الأول و80 فيما يليه. ولا يجوز بين القوسين إلا {"{"}name|صديقنا{"}"} مع كلمة لا تتجاوز 50 حرفًا لمن لا اسم له. أما الإشعار فله قالب بدل النص.
compose-wrong-buttons = يلزم كلَّ زر كلمات (20 حرفًا على الأكثر) وعنوان يبدأ بـ https://.
compose-wrong-template = يلزم الإشعارَ قالبٌ وافقت عليه ميتا. اختر واحدًا.
compose-wrong-parameters = لا يجوز بين القوسين إلا {"{"}name|صديقنا{"}"} مع كلمة لا تتجاوز 50 حرفًا لمن لا اسم له.
compose-wrong-image = يجب أن يبدأ العنوان بـ https:// وأن يؤدي إلى صورة.
compose-wrong-tag = أحد الوسوم المختارة لم يعد موجودًا. اختر من جديد.
compose-wrong-language = اختر إحدى اللغات المعروضة.
compose-wrong-pages = اختر صفحة واحدة على الأقل.
compose-wrong-open_until = اختر أحد الأوقات المعروضة.

## قبل الإرسال

send-title = هل تُرسلها؟
send-will-get = ستصل إليهم الآن
send-will-not-get = لن تصل إليهم
send-left-out = استبعدهم التحديد
send-why-not = لماذا لا
send-open-until = من كانت نافذته مغلقة قد تصل إليه حين يكتب، وذلك حتى { $until }.
send-final = لا يمكن استرجاع رسالة خرجت. ويمكنك إيقاف الإرسال مؤقتًا في أي وقت.
send-nobody-subscription = لن تصل إلى أحد: اشتراكك ملغى. ويمكن إرسال هذه المسودة بعد استئنافه.
send-nobody-plan = لن تصل إلى أحد: نفد ما تسمح به خطتك. انتظر بداية الشهر التالي أو غيّر الخطة.
send-nobody-leads = لن تصل إلى أحد: لم يكتب أحد إلى الصفحات بعد. ومن يكتب إلى إحداها يصبح من العملاء.
send-nobody-filter = لن تصل إلى أحد: لا أحد من عملائك ينطبق عليه تحديد هذه الرسالة.
send-nobody-consent = لن تصل إلى أحد: لم يوافق أحد من عملائك على رسائل من هذا النوع. والبوت يسأل كل من يكتب إلى الصفحة.
send-nobody-other = لن تصل إلى أحد الآن، والأسباب مذكورة أعلاه.
send-nobody-look-leads = عرض العملاء
send-nobody-look-pages = عرض الصفحات
send-button-waiting = أرسلها إلى من يكتب
send-button = { $count ->
    [zero] أرسلها ({ $shown })
    [one] أرسلها إلى شخص واحد
    [two] أرسلها إلى شخصين
    [few] أرسلها إلى { $shown } أشخاص
    [many] أرسلها إلى { $shown } شخصًا
   *[other] أرسلها إلى { $shown } شخص
}

## الإرسال في وقت محدد

timed-title = متى تُرسل؟
timed-lead = تخرج بعدها تلقائيًا. ويُحدَّد من تصل إليه في تلك اللحظة، فلا تصل إلى من ألغى اشتراكه قبلها.
timed-now = موعد إرسالها الحالي:
timed-local = التاريخ والوقت
timed-zone = المنطقة الزمنية
timed-zone-choose = اختر المكان الذي تُعتمد ساعته
timed-zone-likely = الأكثر استعمالًا
timed-zone-all = ما سواها
timed-why = الوقت كما ستعرضه الساعة هناك في ذلك اليوم، مع مراعاة التوقيت الصيفي.
timed-second = إن مرّ هذا الوقت مرتين فأرسلها في المرة الثانية
timed-second-why = يحدث ذلك في ليلة واحدة من السنة حين ينتهي التوقيت الصيفي، ولا أثر لهذا الخيار فيما عداها.
timed-open-until = هذه الرسالة مفتوحة حتى { $until }، ويجب أن يسبق الوقتُ ذلك.
timed-button = أرسلها في هذا الوقت
timed-wrong = لم تُجدول بعد. ستجد الموضع معلّمًا أدناه.
timed-wrong-local = أدخل تاريخًا ووقتًا.
timed-wrong-zone = اختر منطقة زمنية من القائمة.
timed-wrong-past = مضى هذا الوقت. اختر وقتًا لاحقًا أو أرسلها الآن.
timed-wrong-far = هذا الوقت بعد أكثر من سنة. اختر وقتًا أقرب.
timed-wrong-open = لن تكون الرسالة مفتوحة حينها. اختر وقتًا أقرب.

## إعادة الإرسال

again-title = هل تُعيد إرسالها؟
again-lead = إلى من لم تصل إليهم. ومن وصلت إليه لا تصل إليه مرتين.
again-table = من لم تصل إليهم (CSV)
again-failed = لم تصل إليهم وتمكن إعادة المحاولة
again-unknown = ربما وصلت إليهم
again-for-good = لن تصل إليهم
again-why = لماذا لم تصل
again-why-those = تمكن إعادة المحاولة حيث قد يكون السبب زال: نافذة كانت مغلقة، أو إرسال كثير دفعة واحدة، أو خلل لدى ميتا. أما من حظر الصفحة أو لم تعد ميتا تعرفه فيُترك وشأنه.
again-gate = يُفحص كل شخص من جديد قبل الإرسال، فمن ألغى اشتراكه في هذه الأثناء لا يصل إليه شيء.
again-nobody = ليس هناك من تنفع إعادة الإرسال إليه.
again-unknown-too = { $count ->
    [zero] ولا أحد ربما وصلت إليه ({ $shown })
    [one] وإلى شخص واحد ربما وصلت إليه أيضًا
    [two] وإلى شخصين ربما وصلت إليهما أيضًا
    [few] وإلى { $shown } أشخاص ربما وصلت إليهم أيضًا
    [many] وإلى { $shown } شخصًا ربما وصلت إليهم أيضًا
   *[other] وإلى { $shown } شخص ربما وصلت إليهم أيضًا
}
again-unknown-why = ضاع ردّ فيسبوك. فمن كانت وصلت إليه ستصل إليه مرتين.
again-button = { $count ->
    [zero] أعد الإرسال ({ $shown })
    [one] أعد الإرسال إلى شخص واحد
    [two] أعد الإرسال إلى شخصين
    [few] أعد الإرسال إلى { $shown } أشخاص
    [many] أعد الإرسال إلى { $shown } شخصًا
   *[other] أعد الإرسال إلى { $shown } شخص
}
again-button-unknown = أعد الإرسال

## من وصلت إليه

deliveries-title = من وصلت إليه ومن لم تصل إليه
deliveries-lead = كل شخص مرة واحدة مع السبب. وفي الجدول ما في القائمة لبرنامج الجداول، من دون أسماء.
deliveries-all = الجميع
deliveries-empty = لا أحد في هذه القائمة.
deliveries-not-reached = كل من لم تصل إليه، أو لم تصل بعد
deliveries-export = إخراج الجدول
deliveries-export-lead = من وصلت إليه ومن لم تصل إليه ولماذا، في جدول (CSV) لبرنامج الجداول، من دون أسماء. ويُدوَّن لأي غرض هو، وتصلك رسالة بريد عنه.
deliveries-export-whom = من يضمّ
deliveries-column-lead = العميل
deliveries-column-page = الصفحة
deliveries-column-state = الحالة
deliveries-column-reason = السبب
deliveries-column-time = الوقت
deliveries-column-code = الرمز
deliveries-column-attempts = المحاولات
deliveries-reason-interrupted = توقف البرنامج والرسالة في طريقها.
deliveries-reason-known = { $meaning } (رمز ميتا { $code })
deliveries-reason-meta = رفضتها ميتا بالرمز { $code }، وهو غير موثّق لماسنجر. ابحث عن الرمز في developers.facebook.com أو اسأل دعم ميتا.

## الوسوم

tags-title = الوسوم
tags-lead = كلماتك أنت لعملائك. ويمكن أن تصل الرسالة الجماعية إلى من يحمل وسمًا ما فقط.
tags-empty = لا وسوم بعد.
tags-column-tag = الوسم
tags-make = أنشئ وسمًا
tags-name = الاسم
tags-name-why = 40 حرفًا على الأكثر. لا تكتب فيه شيئًا عن الصحة أو الدين وما شابه، فصاحبه يقرؤه في بياناته المصدّرة.
tags-make-button = أنشئ الوسم
tags-wrong-name = يلزم الاسمَ من 1 إلى 40 حرفًا.
tags-wrong-many = لديك 100 وسم وهو أقصى عدد. احذف وسمًا أولًا.
tags-delete = احذف …
tags-delete-title = هل تحذف الوسم { $name }؟
tags-delete-what = يُنزع من كل العملاء الذين يحملونه. ولا تجد به أحدًا رسالةٌ جماعية لم تُرسل بعد وتطلبه.
tags-delete-button = احذف الوسم
tags-all = كل الوسوم
tags-none-here = لا وسم.
tags-put = ضع الوسم
tags-take = (انزعه)

## القوالب

templates-title = القوالب
templates-lead = إشعارات عن طلب أو موعد أو حساب. وتوافق ميتا على كل منها قبل أن يمكن إرساله.
templates-write = اكتب قالبًا
templates-empty-title = لا قوالب بعد
templates-empty = بقالب موافق عليه تخبر الناس عن طلباتهم ومواعيدهم في أي وقت، حتى إن كانت نافذتهم مغلقة.
templates-column-template = القالب
templates-column-page = الصفحة
templates-column-state = الحالة
templates-asked = سُئلت ميتا في { $at }
templates-column-steps = الخطوات
templates-not-asked = لم تُسأل ميتا بعد
templates-refresh = اسأل ميتا
templates-delete = احذف …
templates-state-unknown = سُلّم
templates-state-unknown-explain = لم تقل ميتا بعد ما مصيره.
templates-state-approved = موافق عليه
templates-state-approved-explain = يمكن إرساله.
templates-state-pending = قيد المراجعة
templates-state-pending-explain = تنظر ميتا فيه. ويستغرق ذلك ثواني في العادة.
templates-state-rejected = مرفوض
templates-state-rejected-explain = لم تقل ميتا لماذا.
templates-state-paused = أوقفته ميتا مؤقتًا
templates-state-paused-explain = لا يُرسل ما دامت ميتا توقفه.
templates-state-disabled = عطّلته ميتا
templates-state-disabled-explain = لا يمكن إرساله بعد الآن. اكتب غيره.
templates-state-archived = مؤرشف
templates-state-archived-explain = وضعته ميتا جانبًا، فلا يُرسل.
templates-state-in_appeal = قيد الاعتراض
templates-state-in_appeal-explain = تعيد ميتا النظر في رفضه.
templates-state-limit_exceeded = القوالب كثيرة
templates-state-limit_exceeded-explain = تقول ميتا إن الحد قد بُلغ. احذف قالبًا لا حاجة إليه.
templates-state-pending_deletion = قيد الحذف
templates-state-pending_deletion-explain = تحذفه ميتا الآن.
templates-state-deleted = محذوف
templates-state-deleted-explain = لم يعد لدى ميتا.
templates-reason = السبب عند ميتا: { $code }
templates-reason-incorrect_params = فراغاته غير مناسبة: رقّمها بالترتيب، وابدأ واختم بكلمات.
templates-reason-params_to_word_ratio_exceed_limit = فيه فراغات كثيرة لكلمات قليلة. اكتب المزيد مما هو واحد للجميع.
templates-reason-tag_should_be_marketing = تعدّه ميتا تسويقًا. والإشعار لا يقول إلا ما ينتظره صاحبه.
templates-write-lead = اكتب ما يتساوى فيه الجميع واترك فراغات لما سواه. أما طريقة إلغاء الاشتراك فتُضاف تلقائيًا.
templates-no-pages = القالب تابع لصفحة. اربط صفحة أولًا.
templates-name = الاسم
templates-name-why = لك ولميتا ولا يراه الناس. حروف لاتينية صغيرة وأرقام وشرطات سفلية.
templates-language = اللغة
templates-language-why = كما تكتبها ميتا: ar أو en_US.
templates-body-why = ما يقرؤه الناس. وحيث يُملأ شيء اكتب فراغًا برقمه:
templates-examples = أمثلة
templates-examples-why = سطر لكل فراغ بالترتيب، فميتا تريد أن ترى كيف سيكون.
templates-link = زر (إن شئت)
templates-link-why = يفتح صفحة ويب.
templates-link-title = كلمات الزر
templates-link-url = العنوان
templates-hand-over = سلّمه إلى ميتا
templates-wrong = ثمة ما لا يناسب بعد. ستجد الموضع معلّمًا أدناه، ولم يُسلَّم شيء.
templates-wrong-page = اختر إحدى صفحاتك.
templates-wrong-name = يلزم الاسمَ من 1 إلى 60 من الحروف اللاتينية الصغيرة والأرقام والشرطات السفلية، مثل order_ready.
templates-wrong-language = اكتب اللغة مثل ar أو en_US.
templates-wrong-body = يلزم النصَّ من 1 إلى 600 حرف. وتُرقَّم فراغاته من 1 بالترتيب، ولا تزيد على 10، ولا يبدأ بفراغ ولا ينتهي به.
templates-wrong-examples = اكتب مثالًا واحدًا لكل فراغ، كلًّا في سطر.
templates-wrong-link = يلزم الزرَّ كلمات (20 حرفًا على الأكثر) وعنوان يبدأ بـ https://.
templates-wrong-meta = لم تقبله ميتا. وقالت:
templates-delete-title = هل تحذف القالب { $name }؟
templates-delete-what = تحذفه ميتا بكل لغاته. ولا يمكن بعدها إرسال الرسائل الجماعية التي تستعمله.
templates-delete-button = احذف القالب

## رموز الواجهة البرمجية

tokens-title = رموز الواجهة البرمجية
tokens-lead = لبرامجك التي تعمل مع صفحاتك وعملائك ورسائلك الجماعية. ولا يستطيع الرمز إلا ما تحدّده له.
tokens-made = أُنشئ الرمز.
tokens-made-once = انسخه الآن، فلن يُعرض مرة أخرى، ولا تُحفظ منه إلا بصمته.
tokens-in-force = الرموز السارية
tokens-empty = لا يوجد أي رمز. ومن يستعمل هذه اللوحة وحدها لا يحتاج إليه.
tokens-column-token = الرمز
tokens-column-may = يستطيع
tokens-column-made = أُنشئ
tokens-column-ends = ينتهي
tokens-scope-pages-read = رؤية الصفحات
tokens-scope-pages-write = ربط الصفحات وفصلها وضبط بوتاتها
tokens-scope-leads-read = رؤية العملاء وتصديرهم
tokens-scope-leads-erase = محو العملاء
tokens-scope-broadcasts-read = رؤية الرسائل الجماعية والقوالب والوسوم
tokens-scope-broadcasts-write = كتابة الرسائل الجماعية وإرسالها وتغيير القوالب والوسوم
tokens-scopes-why = حدّد أقل ما يحتاج إليه البرنامج، فمن وقع الرمز في يده يستطيع ما يستطيعه.
tokens-life-why = الرمز الذي ينتهي من تلقائه لا يُنسى.
tokens-life-30 = بعد 30 يومًا
tokens-life-90 = بعد 90 يومًا
tokens-life-365 = بعد سنة
tokens-life-never = لا ينتهي
tokens-make = إنشاء رمز
tokens-prove-first = من يحمل رمزًا يتصرف باسمك. قبل أن تنشئ رمزًا أثبت أنك أنت.
tokens-make-button = أنشئ الرمز
tokens-wrong-scopes = حدّد أمرًا واحدًا على الأقل يستطيعه الرمز.
tokens-wrong-days = اختر متى ينتهي الرمز.
tokens-revoke = أنهِ …
tokens-revoke-title = هل تُنهي الرمز { $token }؟
tokens-revoke-what = تُرفض البرامج التي تستعمله من هذه اللحظة. ولا يمكن إعادته، لكن يمكنك إنشاء غيره.
tokens-revoke-button = أنهِ الرمز
tokens-back = رموز الواجهة البرمجية
