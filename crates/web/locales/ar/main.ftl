# العربية. كل معرّف هنا موجود أيضًا في ../en/main.ftl، ويقارن اختبار بين الملفين.

## في كل صفحة

language-name = العربية
footer-controller = المسؤول عن بياناتك: { $controller }، { $contact }
footer-quiet = لا تحفظ هذه الصفحة ملفات تعريف ارتباط، ولا تشغّل برامج نصية، ولا تحمّل شيئًا من مواقع أخرى.

## إلغاء الاشتراك بالرابط

unsubscribe-title = إلغاء الاشتراك
unsubscribe-heading = هل تريد إيقاف الرسائل الجماعية من { $page }؟
unsubscribe-heading-nameless = هل تريد إيقاف الرسائل الجماعية من هذه الصفحة؟
unsubscribe-explain = اضغط الزر ولن ترسل إليك صفحة { $page } عروضًا ولا غيرها من الرسائل الجماعية. ويبقى بإمكانك أن تكتب إليها وأن تردّ عليك.
unsubscribe-explain-nameless = اضغط الزر ولن ترسل إليك الصفحة عروضًا ولا غيرها من الرسائل الجماعية. ويبقى بإمكانك أن تكتب إليها وأن تردّ عليك.
unsubscribe-button = ألغوا اشتراكي
unsubscribe-nothing-yet = لم يغيّر فتح هذه الصفحة شيئًا بعد، ولا تحتاج إلى حساب ولا إلى كلمة مرور.
unsubscribe-otherwise = ويمكنك ذلك في ماسنجر أيضًا: اكتب كلمة «توقف» إلى الصفحة في أي وقت.

unsubscribed-title = أُلغي اشتراكك
unsubscribed-heading = أُلغي اشتراكك
unsubscribed-explain = لن ترسل إليك صفحة { $page } رسائل جماعية بعد الآن. ليس عليك فعل أي شيء آخر.
unsubscribed-explain-nameless = لن ترسل إليك هذه الصفحة رسائل جماعية بعد الآن. ليس عليك فعل أي شيء آخر.
unsubscribed-back = ما زال بإمكانك أن تكتب إلى الصفحة وتتلقّى الردود. وإن رغبت في عروضها من جديد فاكتب إليها «اشتراك» في ماسنجر، وسنسألك أولًا. لا يمكن لأي رابط أن يسجّلك.

link-unknown-title = هذا الرابط لا يعمل
link-unknown-heading = هذا الرابط لا يعمل
link-unknown-explain = ربما لم يُنسخ كاملًا، أو أنه يخصّ خدمة أخرى. لم يتغيّر أي شيء.
link-unknown-otherwise = لإيقاف الرسائل، اكتب كلمة «توقف» إلى الصفحة في ماسنجر. يمكنك ذلك في أي وقت ومن دون أي رابط.

## حالة المحو

erasure-title = محو البيانات الشخصية
erasure-heading-done = تمّ محو البيانات
erasure-heading-running = يجري محو البيانات
erasure-explain-done = أُتلف المفتاح الذي كانت بيانات هذا الشخص مشفّرة به على هذا النظام، وحُذفت السجلات.
erasure-explain-running = وصل الطلب، ولم يعد يُرسل إلى هذا الشخص أو يُسجَّل عنه أي شيء. والمحو جارٍ الآن، فارجع إلى هذه الصفحة لترى انتهاءه.
erasure-code = الرمز
erasure-requested = وقت الطلب
erasure-finished = وقت الانتهاء
erasure-tag = الوسم في السجل
erasure-receipt = تنزيل الإيصال الموقّع
erasure-receipt-explain = لا يحتوي الإيصال على بيانات شخصية، ويستطيع أي شخص أن يتحقق به وبالمفتاح العلني للسجل، من دون الرجوع إلينا، من أن هذا المحو مُدرَج في السجل وأن مفتاح السجل وقّع على الأعداد.
erasure-receipt-check = احتفظ بالإيصال وبمفتاح السجل، وتحقّق منهما بالبرنامج متى شئت:
erasure-receipt-wait = سيتاح الإيصال الموقّع هنا حالما يُدرَج المحو في السجل.
erasure-unknown-title = لا توجد عملية محو بهذا الرمز
erasure-unknown-restored = استُعيدت هذه الخدمة من نسخة احتياطية في { $at }، وقد يغيب عنها ما أُدخل هنا قبل ذلك بقليل. الإيصال الذي احتفظت به ما زال صالحًا للتحقق، فإن لم يكن لديك إيصال فاكتب إلى العنوان المذكور أدناه.
erasure-unknown-explain = تأكد من نسخ الرمز كاملًا. فإن كان كذلك فاكتب إلى العنوان المذكور أدناه.

## حين لا يعمل شيء ما

problem-not-found-title = لا يوجد شيء هنا
problem-not-found-explain = تحقق من العنوان. وإن وصلت إلى هنا عن طريق رابط فربما لم يُنسخ كاملًا.
problem-busy-title = هذه الخدمة لا تعمل الآن
problem-busy-explain = الخلل من جهتنا. حاول مرة أخرى بعد دقيقة من فضلك، فلا ضرر من تكرار المحاولة.
problem-archive-title = هناك أرشيف آخر قيد القراءة
problem-archive-explain = تُقرأ الأرشيفات واحدًا بعد الآخر. لم يتغير شيء؛ ارجع وحاول مرة أخرى بعد دقيقة.
problem-other-title = تعذّر ذلك
problem-other-explain = لا يناسب الطلب هذه الصفحة. ارجع وحاول مرة أخرى.
problem-number = إن تكرّر ذلك فأخبرنا بهذا الرقم: { $number }
problem-stop = لإيقاف الرسائل يمكنك دائمًا أن تكتب «توقف» إلى الصفحة في ماسنجر.

## لماذا لا تُرسل رسالة

refusal-erased = مُحيت البيانات أو يجري محوها.
refusal-restricted = طلب صاحبها حفظ بياناته من دون استعمالها.
refusal-dormant = عاد من أرشيف. لا يُراسَل قبل موافقة جديدة.
refusal-no_consent = لا موافقة على رسائل من هذا النوع.
refusal-evidence_too_weak = وصلت إلى الصفحة رسالة لكن من دون موافقة صريحة على العروض.
refusal-withdrawn = أُلغي الاشتراك في رسائل الصفحة.
refusal-not_heard_since_restore = استُعيدت الخدمة من نسخة احتياطية، فتنتظر الرسائل الجماعية حتى يكتب هذا الشخص من جديد.
refusal-window_closed = مضت أكثر من 24 ساعة على آخر رسالة واردة، ولا تسمح ميتا بالعروض بعدها.
refusal-person_unavailable = تفيد ميتا بأن الوصول متعذّر حاليًا.
refusal-thread_elsewhere = يتولّى المحادثة تطبيق آخر أو بريد الصفحة نفسها.
refusal-page_token_invalid = لم يعد إذن الوصول إلى الصفحة صالحًا. اربط الصفحة من جديد.
refusal-page_restricted = قيّدت ميتا رسائل هذه الصفحة مؤقتًا.
refusal-page_permission_missing = ينقص الصفحةَ إذنٌ يحتاج إليه الإرسال. اربطها من جديد وامنح جميع الأذونات.
refusal-page_policy_blocked = حظرت ميتا رسائل هذه الصفحة بسبب سياساتها. راجع بريد الدعم الخاص بالصفحة.
refusal-page_paused = أُوقفت الصفحة هنا مؤقتًا.
refusal-page_disconnected = لم تعد الصفحة مرتبطة هنا.
refusal-subscription_ended = اشتراك الحساب ملغى.
refusal-leads_limit = عدد العملاء أكثر مما تسمح به الباقة، فتصل الرسائل الجماعية إلى من جاؤوا أولًا.
refusal-quota_exhausted = نفدت رسائل الباقة لهذا الشهر.
refusal-template_not_approved = لم توافق ميتا على قالب الرسالة.
refusal-broadcast_ended = انقضى الوقت الذي كان الإرسال مفتوحًا حتى بلوغه.
refusal-broadcast_cancelled = أُلغي الإرسال قبل أن يحين الدور.

## لماذا لا ترسل صفحة

page-stop-token_invalid = لم يعد إذن الوصول إلى الصفحة صالحًا. جدّده لتعود إلى الإرسال.
page-stop-restricted = قيّدت ميتا رسائل هذه الصفحة مؤقتًا. انتظر حتى ينتهي التقييد.
page-stop-permission_missing = ينقص أحد الأذونات. جدّد إذن الوصول وامنح جميع الأذونات.
page-stop-policy_blocked = حظرت ميتا رسائل هذه الصفحة بسبب سياساتها. راجع بريد الدعم الخاص بالصفحة.
page-stop-paused = أوقفتَ هذه الصفحة مؤقتًا.
page-stop-disconnected = فُصلت هذه الصفحة.

## ما آلت إليه رسالة

delivery-planned = في انتظار الإرسال
delivery-sending = قيد الإرسال
delivery-sent = أُرسلت
delivery-refused = لم تُرسل
delivery-failed = رفضتها ميتا
delivery-unknown = سُلّمت، ولا يُعرف هل وصلت
