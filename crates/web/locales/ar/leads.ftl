# العملاء دفعةً واحدة: الوسوم على كثيرين معًا، والتصدير. ولكل معرّف هنا نظيره في ملف هذا الاسم في اللغات الأخرى.

## الوسوم على كثيرين

many-title = ضع وسمًا على عدة عملاء معًا
many-pick = حدّد { $id }
many-whom = أي عملاء
many-ticked = من حدّدتهم
many-page = { $count ->
    [zero] لا أحد في هذه الصفحة
    [one] العميل الذي في هذه الصفحة
    [two] العميلان اللذان في هذه الصفحة
    [few] العملاء الـ{ $shown } في هذه الصفحة
    [many] كل من في هذه الصفحة وعددهم { $shown } عميلًا
   *[other] كل من في هذه الصفحة وعددهم { $shown } عميل
}
many-fitting = كل من يطابق التصفية …
many-all = كل العملاء …
many-take = انزع الوسم
many-no-tags = بالوسوم تختار من تصل إليه الرسالة الجماعية.
many-put-title = { $count ->
    [zero] لا أحد يطابق هذه التصفية
    [one] هل تضع الوسم { $name } على عميل واحد؟
    [two] هل تضع الوسم { $name } على عميلين؟
    [few] هل تضع الوسم { $name } على { $shown } عملاء؟
    [many] هل تضع الوسم { $name } على { $shown } عميلًا؟
   *[other] هل تضع الوسم { $name } على { $shown } عميل؟
}
many-take-title = { $count ->
    [zero] لا أحد يطابق هذه التصفية
    [one] هل تنزع الوسم { $name } عن عميل واحد؟
    [two] هل تنزع الوسم { $name } عن عميلين؟
    [few] هل تنزع الوسم { $name } عن { $shown } عملاء؟
    [many] هل تنزع الوسم { $name } عن { $shown } عميلًا؟
   *[other] هل تنزع الوسم { $name } عن { $shown } عميل؟
}
many-put-what = من يحمله يبقى عليه. ويمكنك التراجع بعدها بزر واحد.
many-take-what = من لا يحمله يبقى كما هو. ولا يمكن التراجع عن ذلك بزر واحد، إذ لا يُحفظ من كان يحمله.
many-put-button = ضع الوسم
many-take-button = انزع الوسم
many-none = لا أحد يتغير. ارجع وأزل أحد الشروط.
many-back = عودة إلى القائمة
many-put = { $count ->
    [zero] لم يتغير أحد: كلهم يحملون الوسم.
    [one] وُضع الوسم على عميل واحد.
    [two] وُضع الوسم على عميلين.
    [few] وُضع الوسم على { $shown } عملاء.
    [many] وُضع الوسم على { $shown } عميلًا.
   *[other] وُضع الوسم على { $shown } عميل.
}
many-taken = { $count ->
    [zero] لم يتغير أحد: لا أحد منهم يحمل الوسم.
    [one] نُزع الوسم عن عميل واحد.
    [two] نُزع الوسم عن عميلين.
    [few] نُزع الوسم عن { $shown } عملاء.
    [many] نُزع الوسم عن { $shown } عميلًا.
   *[other] نُزع الوسم عن { $shown } عميل.
}
many-undo = تراجع عن ذلك

## التصدير

exports-title = التصدير
exports-lead = العملاء في ملف لبرنامج آخر. ويُدوَّن كل ملف هنا لتعرف دائمًا ما الذي خرج.
exports-button-list = صدّر …
exports-take = أخرج العملاء في ملف
exports-which = أي عملاء
exports-tagged = الوسم: { $name }
exports-broadcast = الرسالة الجماعية { $id }
exports-fitting = { $count ->
    [zero] لا أحد يطابق هذا الاختيار الآن.
    [one] يطابق هذا الاختيار الآن عميل واحد.
    [two] يطابق هذا الاختيار الآن عميلان.
    [few] يطابق هذا الاختيار الآن { $shown } عملاء.
    [many] يطابق هذا الاختيار الآن { $shown } عميلًا.
   *[other] يطابق هذا الاختيار الآن { $shown } عميل.
}
exports-fitting-first = { $count ->
    [zero] لا أحد من أول { $looked } من عملائك يطابق هذا الاختيار. أما الملف فيمرّ بهم جميعًا.
    [one] يطابق هذا الاختيار عميل واحد على الأقل، فقد عُدّ هنا أول { $looked } من عملائك فقط. أما الملف فيمرّ بهم جميعًا.
    [two] يطابق هذا الاختيار عميلان على الأقل، فقد عُدّ هنا أول { $looked } من عملائك فقط. أما الملف فيمرّ بهم جميعًا.
    [few] يطابق هذا الاختيار { $shown } عملاء على الأقل، فقد عُدّ هنا أول { $looked } من عملائك فقط. أما الملف فيمرّ بهم جميعًا.
    [many] يطابق هذا الاختيار { $shown } عميلًا على الأقل، فقد عُدّ هنا أول { $looked } من عملائك فقط. أما الملف فيمرّ بهم جميعًا.
   *[other] يطابق هذا الاختيار { $shown } عميل على الأقل، فقد عُدّ هنا أول { $looked } من عملائك فقط. أما الملف فيمرّ بهم جميعًا.
}
exports-form = بأي صيغة
exports-form-csv = جدول (CSV) لبرامج الجداول
exports-form-json = JSON للبرامج
exports-form-lead = كل شيء عن عميل واحد
exports-form-deliveries = من وصلت إليه رسالة جماعية ومن لم تصل إليه · من دون أسماء
exports-names = مع الاسم الأول واللغة ومعرّف ماسنجر
exports-names-why = من دون ذلك لا يقول الملف شيئًا عن هوية أحد. ومعه يعرفها كل من بيده الملف، فاحفظه بأمان واحذفه حين لا يلزم.
exports-with-names = مع الأسماء
exports-masked = من دون أسماء
exports-why = لأي غرض هذا الملف؟
exports-why-why = ولا تخرج البيانات إلا لسبب يمكنك أن تقوله لأصحابها: فهم يستطيعون قراءته في صفحتهم.
exports-why-wrong = اذكر غرض الملف في 3 إلى 200 حرف.
exports-comes = يأتيك الملف تنزيلًا، والملف الكبير يستغرق وقتًا. ثم يظهر في قائمة الملفات المأخوذة.
exports-button = صدّر
exports-taken = ما خرج حتى الآن
exports-empty = لم يخرج أي ملف بعد.
exports-column-when = متى
exports-column-what = ماذا
exports-column-which = أيّهم
exports-column-for = الغرض
exports-column-leads = العملاء
exports-unfinished = غير مكتمل
exports-by-console = من هذه اللوحة
exports-by-api = برمز API
exports-kept = كل قيد مشفّر بمفتاح حسابك ويُحذف بعد سنة. ومن قد يكون في الملف يرى في صفحته متى أُخذ ولماذا. وتصلك رسالة بريد عنه أيضًا.
exports-column-lead = العميل
exports-column-page = الصفحة
exports-column-first_wrote_at = أول رسالة منه (UTC)
exports-column-last_wrote_at = آخر رسالة منه (UTC)
exports-column-evidence = الدليل
exports-column-promotions = العروض
exports-column-withdrawn_at = ألغى اشتراكه (UTC)
exports-column-window_open_until = النافذة مفتوحة حتى (UTC)
exports-column-unavailable = لا يمكن الوصول إليه
exports-column-tags = الوسوم
exports-column-given_name = الاسم الأول
exports-column-language = اللغة
exports-column-messenger_id = معرّف ماسنجر

## فحص الصفحة

pages-renew = جدّد إذن الوصول
pages-renew-title = تجديد إذن الوصول
pages-renew-what = تحصل الصفحة على إذن جديد، وتُضبط الأحداث والترحيب من جديد، وتعود إلى الإرسال من حيث توقفت.
pages-renew-finish = جدّده
pages-renew-not-granted = لم تُمنح هذه الصفحة في نافذة فيسبوك. سجّل الدخول هناك بحساب يدير الصفحة واتركها محددة.
pages-subscribe = أعد طلب تسليم الأحداث
pages-check-now = تحقّق الآن
pages-check-just = سُئلت ميتا الآن، وهذا ما تقوله.
pages-check-known = بحسب المعروف هنا. الزر «تحقّق الآن» يسأل ميتا.
pages-check-access-info = لم تقل ميتا هل يصلح إذن الوصول
pages-check-access-silent = حاول بعد قليل. ما جاء بدل الرد: { $said }
pages-check-permissions-info = الأذونات غير معروفة حاليًا
pages-check-permissions-missing = الناقص: { $names }. جدّد إذن الوصول واترك كل شيء محددًا في نافذة فيسبوك.
pages-check-permissions-notices = تعمل العروض والردود. أما الإشعارات بالقوالب فتحتاج إذنًا آخر هو pages_utility_messaging: جدّد إذن الوصول واتركه محددًا.
pages-check-events-good = يصل إلى هنا ما يجري في ماسنجر
pages-check-events-bad = لا يصل إلى هنا كل ما يجري
pages-check-events-info = لا يُعرف حاليًا هل يصل إلى هنا كل شيء
pages-check-events-explain = الرسائل والنقرات وإلغاء الاشتراك من إعدادات ماسنجر وتأكيد ما أُرسل. ويوقفها فيسبوك إن تعذر الوصول إلى خادمنا ساعة.
pages-check-events-missing = ما لا يصل: { $names }. نقرة واحدة تطلبها من جديد.
pages-check-greeting-info = الترحيب في طريقه إلى ميتا
pages-check-greeting-waits = يُضبط تلقائيًا خلال دقائق، فميتا لا تقبل إلا عددًا محدودًا من التغييرات في المدة.
pages-check-heard-info = لم يكتب أحد بعد
pages-check-heard-good = الرسائل تصل
pages-check-heard-at = آخر رسالة أو نقرة: { $at }
pages-check-heard-explain = اكتب إلى الصفحة بنفسك من حساب فيسبوك آخر. إن لم يظهر هنا شيء خلال دقيقة فأعد طلب تسليم الأحداث.
pages-check-heard-well = يصل فيسبوك إلى خادمنا.
pages-check-heard-long = لم يصل شيء منذ أكثر من أسبوع. اكتب إلى الصفحة بنفسك لترى هل يصل.
console-done-renewed = جُدّد إذن الوصول. عادت الصفحة إلى الإرسال، وتتابع الرسائل الجماعية من حيث توقفت.
console-done-subscribed = تمّ. من الآن يصل إلى هنا كل ما يجري في ماسنجر.
console-done-not-subscribed = لم ينفذ فيسبوك ذلك. تحقق أولًا من إذن الوصول والأذونات أدناه.

## الأيام الأخيرة

console-day = { $day } { $month }
days-title-sending = الرسائل في آخر 30 يومًا
days-title-consent = الموافقة والإلغاء في آخر 30 يومًا
days-most = الأكثر في يوم واحد: { $most }
days-agreed = وافقوا
days-left = ألغوا اشتراكهم
days-table = في جدول، والأيام بتوقيت UTC
days-nothing = لا شيء في هذه الأيام.
days-day = اليوم

## لماذا يُسأل عن الحقل: ترجمة ما في خريطة البيانات (`.of`)، ويتحقق اختبار من مطابقته

purpose-sentence = السبب: { $purpose }.
purpose-account-sealed-name = لنعرف بماذا نخاطبك
    .of = so that we know what to call you
purpose-account-sealed-email = لتسجّل به الدخول ونكتب إليك عندما يحدث شيء في حسابك
    .of = so that you can sign in and we can write when something happens in your account
purpose-account-sealed-language = لتخاطبك بها لوحة التحكم ورسائلنا
    .of = so that the console and our mails speak it
purpose-account-sealed-zone = لتعرض لوحة التحكم ورسائلنا الأوقات كما تعرضها ساعتك
    .of = so that the console and our mails tell times as your clocks show them
purpose-tag-sealed = لتختار به من تصل إليه الرسالة الجماعية
    .of = so that you can choose who gets a broadcast
purpose-export-sealed = لترى دائمًا ما الذي خرج ولأي غرض
    .of = so that you can always see what left and what for
