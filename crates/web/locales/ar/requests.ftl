# سجل الطلبات. كل معرّف هنا موجود في ../en/requests.ftl أيضًا.

requests-nav = الطلبات
requests-title = الطلبات
requests-lead = كل مرة يستعمل فيها أحد حقًا من حقوقه. ما يفعله الناس بأنفسهم في صفحتهم يُنفَّذ في ثوانٍ، وما يصل بالبريد يجب الرد عليه خلال شهر.
requests-open = بانتظار الرد
requests-open-none = لا شيء ينتظر. إذا طلب أحد بالبريد أو برسالة أو باتصال أن يرى بياناته أو يصحّحها أو يمحوها فدوّن ذلك أدناه ليُحسب شهره.
requests-closed = أُجيب عنها
requests-closed-none = لم يُجب عن شيء بعد.
requests-column-what = الطلب
requests-column-way = كيف وصل
requests-column-received = وصل
requests-column-due = موعد الرد
requests-column-outcome = النتيجة
requests-put-off = مؤجل
requests-kind-access = الاطلاع على البيانات
requests-kind-export = أخذ نسخة من البيانات
requests-kind-correction = تصحيحها
requests-kind-restriction = حفظها من دون استعمال
requests-kind-restriction_lifted = استعمالها من جديد
requests-kind-objection = لا تسويق بعد الآن
requests-kind-withdrawal = سحب موافقة
requests-kind-erasure = محوها
requests-kind-facebook_data = محو ما أعطاه تسجيل الدخول بفيسبوك
requests-kind-facebook_removal = أُزيل التطبيق في فيسبوك
requests-way-own_page = بأنفسهم
requests-way-facebook = من فيسبوك
requests-way-mail = بالبريد أو برسالة أو باتصال
requests-outcome-done = نُفّذ
requests-outcome-partly = نُفّذ جزئيًا
requests-outcome-refused = رُفض
requests-outcome-no_data = لم تكن هناك بيانات
requests-done = نُفّذ
requests-today = موعد الرد اليوم
requests-left = { $count ->
    [zero] لم يبق يوم
    [one] بقي يوم واحد
    [two] بقي يومان
    [few] بقيت { $shown } أيام
    [many] بقي { $shown } يومًا
   *[other] بقي { $shown } يوم
}
requests-overdue-today = فات موعده اليوم
requests-overdue = { $count ->
    [zero] فات موعده اليوم
    [one] فات موعده منذ يوم
    [two] فات موعده منذ يومين
    [few] فات موعده منذ { $shown } أيام
    [many] فات موعده منذ { $shown } يومًا
   *[other] فات موعده منذ { $shown } يوم
}
requests-note = دوّن طلبًا وصل بطريقة أخرى
requests-note-kind = المطلوب
requests-note-received = متى وصل
requests-note-received-why = يبدأ الشهر في ذلك اليوم. بالتوقيت العالمي.
requests-note-words = ملاحظتك
requests-note-words-why = كيف يُعثر على الرسالة مرة أخرى، برقم مثلًا. لا تكتب أسماء: يُحفظ السجل ثلاث سنوات ويبقى بعد المحو.
requests-note-button = دوّنه
requests-one = طلب
requests-facts = حاله
requests-extend = أجّله
requests-extend-why = مرة واحدة، شهرين، وما دام الشهر الأول جاريًا. ويجب إخبار الشخص بالسبب خلال ذلك الشهر؛ ويقرؤه من يراسل الصفحة في صفحته.
requests-extend-reason = السبب
requests-extend-button = أجّله شهرين
requests-extend-not = لا يمكن تأجيله: انقضى شهره الأول، أو أُجّل من قبل.
requests-close = أغلقه
requests-close-outcome = كيف انتهى
requests-close-answer = ما أُجيب به
requests-close-answer-why = لازم إذا رُفض شيء أو نُفّذ جزئيًا.
requests-close-button = أغلق الطلب
requests-wrong-date = اختر يومًا ليس في المستقبل.
requests-wrong-reason = اكتب السبب في 3 إلى 500 حرف.
requests-wrong-answer = قل في 3 إلى 500 حرف لماذا رُفض أو نُفّذ جزئيًا.
requests-wrong-note = لا يجوز أن تزيد الملاحظة على 500 حرف.
console-done-request-noted = دُوّن الطلب وبدأ شهره.
console-done-request-extended = أُجّل الطلب. أخبر الشخص بالسبب.
console-done-request-closed = أُغلق الطلب.
requests-status-title = طلب نقله فيسبوك
requests-status-done = مُحي ما أعطاه تسجيل الدخول بفيسبوك
requests-status-done-explain = حُذف هنا معرّف الشخص لدى فيسبوك وصلاحية الوصول إلى صفحاته، وتوقفت هذه الصفحات. أما الحساب نفسه فيستطيع صاحبه محوه من لوحة التحكم.
requests-status-removed = انتهت الصلاحية التي أعطاها تسجيل الدخول
requests-status-removed-explain = حُذفت هنا صلاحية الوصول إلى صفحات الشخص، وتوقفت هذه الصفحات إلى أن تُربط من جديد.
requests-status-none = لا توجد بيانات من تسجيل الدخول هذا
requests-status-none-explain = لم يربط أحد يسميه فيسبوك بهذا المعرّف صفحة هنا، أو أن كل ذلك مُحي من قبل.
