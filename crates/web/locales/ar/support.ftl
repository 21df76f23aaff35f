# Access for support: the admin's pages, and the helper's.

support-nav = وصول الدعم
support-title = وصول الدعم
support-lead = لا طريق لأحد من الخارج إلا إذا فتحته هنا: لمساعد واحد، ولما تسميه من الأشياء، ولمدة 72 ساعة على الأكثر. ترى كل صفحة فتحها المساعد وكل استدعاء أجراه، وكل رمز لواجهة البرمجة أُنشئ له ينتهي مع الوصول.
support-grants = الأذونات
support-none = لم يُعطَ أحد وصولًا قط.
support-column-helper = المساعد
support-column-state = الحالة
support-column-until = حتى
support-opens = يفتح
support-made = أُنشئ
support-ends = ينتهي على الأكثر
support-entered = دخل المساعد
support-ended = انتهى
support-looks = نظرات
support-people = أشخاص عُرضوا
support-state-waiting = بانتظار المساعد
support-state-inside = المساعد في الداخل
support-state-ended-admin = أنهاه مدير
support-state-ended-helper = أنهاه المساعد
support-state-ended-time = انقضت مدته
support-scope-accounts = الحسابات
support-scope-leads = العملاء
support-scope-broadcasts = كيف سارت الرسائل الجماعية
support-scope-log = سجل البرنامج
support-scope-secrets = الاستدعاءات الموقَّعة وواجهة البرمجة

support-new = إعطاء وصول
support-new-lead = تبقى الأسماء والعناوين والمعرّفات والأسرار محجوبة. وليُعرض على المساعد شخص بعينه أو ليحصل على رمز لواجهة البرمجة، عليه أن يقول لماذا؛ ويرى الشخص ذلك، وتراه أنت.
support-new-recipient = من يساعد ولا يعمل لديك هو متلقٍّ للبيانات: أعلن عنه أولًا.
support-prove-first = لإعطاء وصول، أثبت أنك أنت.
support-new-button = إعطاء وصول
support-field-helper = من يساعد
support-field-helper-why = اسم الشخص وشركته، ليُعرف لاحقًا من كان له وصول.
support-field-purpose = في ماذا
support-field-purpose-why = ما يجب معرفته أو إصلاحه؛ ويقرؤه المساعد أيضًا. 10 أحرف على الأقل.
support-field-scopes = ما يجوز للمساعد فتحه
support-field-scopes-why = ما يلزم فقط. ومع العملاء أو الرسائل الجماعية تأتي قائمة الحسابات محجوبة، لمعرفة لمن هي. وغير ذلك مما لا تختاره لا وجود له عند المساعد.
support-field-hours = لكم من الوقت
support-field-hours-why = ينتهي من تلقاء نفسه. يمكنك إنهاؤه قبل ذلك؛ وللاستمرار أعطِ وصولًا من جديد.
support-hours = { $count ->
    [zero] { $shown } ساعة
    [one] ساعة واحدة
    [two] ساعتان
    [few] { $shown } ساعات
    [many] { $shown } ساعة
   *[other] { $shown } ساعة
  }
support-wrong-helper = قل من يساعد، في 2 إلى 100 حرف.
support-wrong-purpose = قل في ماذا، في 10 إلى 500 حرف.
support-wrong-scopes = اختر شيئًا واحدًا على الأقل يجوز للمساعد فتحه.
support-wrong-hours = اختر المدة: 72 ساعة على الأكثر.
support-wrong-many = عشرة أذونات مفتوحة: أنهِ واحدًا أولًا.

support-facts = الإذن
support-code-made = هذا هو الرمز.
support-code-once = يُعرض هذه المرة فقط ويعمل مرة واحدة. سلّمه بطريقة لا يقرؤها إلا المساعد: شخصيًا أو بالهاتف أو في رسالة مشفّرة.
support-code = الرمز
support-code-where = يُدخله المساعد هنا:
support-code-again = رمز المساعد
support-code-again-why = أنشئه وسلّمه. وإذا ضاع، أو دخل به غيره، فأنشئ آخر: من دخل بالذي قبله يصبح في الخارج.
support-code-again-button = إنشاء رمز
support-did = ما فعله المساعد
support-did-none = دخل المساعد ولم يفتح شيئًا بعد.
support-did-nobody = لم يدخل أحد بعد.
support-column-at = متى
support-column-what = ماذا
support-column-reason = لماذا
support-act-looked = فتح صفحة
support-act-lead = عُرض عليه من هو عميل
support-act-account = عُرض عليه لمن الحساب
support-act-token = عُرض عليه رمز جديد لواجهة البرمجة
support-act-called = استدعى واجهة البرمجة برمز
support-end-title = إنهاء وصول { $helper }؟
support-end-what = يصبح المساعد في الخارج فورًا، ولا يعمل الرمز بعد ذلك.
support-end-secrets = كل رمز لواجهة البرمجة أُنشئ للمساعد ينتهي الآن.
support-end-button = إنهاء الوصول
support-summary = الملخص
support-summary-why = ما فُتح وعُرض وأُنهي، بالأعداد، كما هو في السجل العلني. ويُتحقق من الملف دون هذا الخادم: entente proof verify support.json --key log.key، بالمفتاح من صفحة السجل.
support-summary-file = أخذ الملخص
console-done-support-granted = أُعطي الوصول. أنشئ الآن الرمز للمساعد.
console-done-support-ended = انتهى الوصول، ومعه كل رمز لواجهة البرمجة أُنشئ للمساعد.
console-done-support-waits = الملخص ليس في السجل العلني بعد: حاول بعد دقيقة.

support-enter-title = وصول الدعم
support-enter-lead = لمن يساعدون وأُعطوا رمزًا. يعمل مرة واحدة، في متصفح واحد؛ ويبقى وصولك هنا، بملف تعريف ارتباط، حتى تنقضي مدته.
support-enter-button = دخول
field-support-code = الرمز
field-support-code-why = أعطاك إياه المدير الذي طلب مساعدتك.
support-closed = انتهى وصولك، أو لم يُفتح قط في هذا المتصفح. إذا كانت مساعدتك ما زالت لازمة، فاطلب رمزًا من المدير.
support-over = انتهى وصولك. شكرًا لك.
support-wrong-code = هذا الرمز غير صالح: كُتب خطأ، أو استُعمل من قبل، أو انقضت مدته. اطلب غيره من المدير.
support-desk-title = الدعم
support-desk-until = ينتهي وصولك من تلقاء نفسه في { $until }.
support-desk-rule = لا يُسمّى أحد هنا. كل ما تفتحه يُكتب للمدير؛ ومن يُعرض عليك يُبلَّغ.
support-page-accounts = الحسابات
support-page-account = حساب واحد
support-page-leads = العملاء
support-page-lead = عميل واحد
support-page-broadcasts = الرسائل الجماعية
support-page-secret = سر الاستدعاءات الموقَّعة
support-page-log = سجل البرنامج
support-account = حساب
support-lead-one = عميل
support-nothing = لا شيء هنا.
support-column-broadcast = رسالة جماعية
support-column-went = كيف سارت
support-who = من هو
support-language = اللغة
support-masked = من هو محجوب.
support-reason = لماذا
support-reason-why = في 10 إلى 500 حرف. يقرؤه المدير، ويقرؤه الشخص المعني.
support-show-button = عرض من هو
support-secret-why = من أحرفه الأخيرة ترى هل هو الذي تُوقَّع به النداءات. ولا يُعرض على أحد أكثر من ذلك.
support-shown-told = كُتب هذا، وللشخص أيضًا. ويُعرض هذه المرة فقط.
support-token-button = إنشاء رمز لواجهة البرمجة
support-token = رمز لواجهة البرمجة
support-token-rule = يقرأ صفحات المدير الذي أعطاك الوصول ورسائله الجماعية. ويُكتب كل استدعاء للمدير، وينتهي الرمز حين ينتهي وصولك.
support-token-once = يُعرض هذه المرة فقط، وينتهي مع وصولك.
support-leave = انتهيت
support-leave-why = ينتهي وصولك فورًا، ومعه كل رمز لواجهة البرمجة أُنشئ لك.
support-leave-button = إنهاء وصولي
support-wrong-reason = قل لماذا، في 10 إلى 500 حرف.
support-wrong-held = لا يمكن هذا: طلب الشخص أن تُحفظ بياناته ولا تُستعمل، أو لم يعد المدير الذي أعطى الوصول موجودًا، أو أُنشئت عشرة رموز من قبل.
