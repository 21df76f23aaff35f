# خريطة البيانات: الصفحة ‎/data‎ وسجل أنشطة المعالجة ومدد الحفظ. كل معرّف هنا موجود في الملف المماثل للغات الأخرى.

## الصفحة

data-title = كيف تُستخدم البيانات
data-lead = القائمة الكاملة لما يُخزَّن هنا عنك وعن غيرك: ما هو، ولماذا، وعلى أي أساس قانوني، وإلى متى، وكيف يُحمى، ومن يصل إليه. يستخرج البرنامج هذه القائمة من تصريحاته هو، وتقارنها اختباراته بقواعد البيانات والمتصفح والملفات التي تخرج منه.
data-contents = في هذه الصفحة
data-promises = بماذا نَعِد في ذلك، وكيف نفي بكل وعد
data-version = الإصدار { $number } من خريطة البيانات، معروض منذ { $time }
data-hash = البصمة (SHA-256)
data-leaf = وهي الورقة { $leaf } في السجل العام: فلا يستطيع أحد أن يزعم لاحقًا أن الوعد كان غير هذا.
data-leaf-waits = تدخل السجل العام مع نقطة التحقق التالية.
data-file = الخريطة في ملف (JSON)
data-file-why = البصمة بصمة هذا الملف: ومن يحفظه يستطيع إثبات ما وُعد به.
data-file-ld = الخريطة بمفردات W3C ‏(JSON-LD)
data-short = باختصار
data-announcement = ما تعلنه { $brand }
data-announcement-none = لم تنشر { $brand } إعلانها بعد، فلا يستطيع أحد التسجيل.
data-account-given = عن أصحاب الحسابات: ما تعطينا إياه
data-account-given-why = تكتبه أو تختاره بنفسك. وما ليس لازمًا فهو اختياري.
data-account-arises = عن أصحاب الحسابات: ما ينشأ عن الاستخدام
data-account-arises-why = ينشأ عندما تستخدم الخدمة.
data-lead-given = عمّن يراسلون صفحة: ما يقولونه
data-lead-given-why = صاحب الحساب مالك الصفحة هو من يقرر لماذا تُستخدم هذه البيانات وكيف؛ و{ $brand } تعمل لحسابه.
data-lead-arises = عمّن يراسلون صفحة: ما يأتي مع ذلك
data-lead-arises-why = ترسله ميتا عندما يكتب أحد، أو يصنعه البرنامج من ذلك.
data-browser = في متصفحك
data-browser-why = هذا كل ما يحفظه متصفحك منا، إلى جانب صور صفحاتنا وملفات تنسيقها. ولا يُطلب شيء من أي طرف ثالث.
data-memory = في ذاكرة البرنامج
data-memory-why = لا يوجد هذا في أي قاعدة بيانات، ويزول بانتهاء البرنامج.
data-address = أين تُحفظ عناوين IP
data-address-why = لا يكتب البرنامج سجلًّا للزيارات. وما يقوله لمن يديره أرقام معرّفة وحالات وأعداد، بلا عناوين IP ولا أسماء.
data-recipients = من تصل إليه البيانات
data-recipients-why = لا يتصل البرنامج إلا بمن في هذا السجل، ولا يتصل بأحد منهم قبل تاريخه.
data-recipients-none = لا أحد: السجل فارغ.
data-not = ما لا نَعِد به
data-all = كل شيء، عمودًا عمودًا
data-all-why = كل جدول في قاعدتي البيانات، وكل حقل داخل المغلفات المشفّرة. افتح جدولًا لترى أعمدته.
data-rights = حقوقك
data-rights-text = لك أن تطلب الاطلاع والنسخة والتصحيح والمحو وتقييد المعالجة، وأن تعترض. راسل { $contact }؛ ويصلك الجواب خلال شهر مجانًا. ولك أيضًا أن تشتكي إلى السلطة المختصة بحماية البيانات في { $country }.
data-rights-lead = إن كنت قد راسلت صفحة فاكتب لها «بياناتي»، أو اخترها من القائمة هناك، فيصلك رابط إلى صفحة تخصك: ترى فيها كل ما يُحفظ عنك، وتأخذ نسخة منه، وتصحّحه، وتوقف استعماله، وتمحوه في الحال. و«توقف» تُنهي كل الرسائل الجماعية. ولغير ذلك راسل صاحب الصفحة أو العنوان أعلاه.

## باختصار

data-short-list = أنواع السجلات التي يحفظها البرنامج: { $tables }. وكل عمود في كل منها مذكور أدناه.
data-short-need = نطلب أقل ما يمكن: اسمًا وعنوان بريد وكلمة مرور. وما سوى ذلك فباختيارك.
data-short-texts = لا تُحفظ نصوص الرسائل بعد الإجابة عنها. وتُحفظ الرسائل التي يبدأ بها الشخص أو يوافق أو يوقف لأنها هي الدليل، والأجوبة عن أسئلة ذكرت غرضها.
data-short-sealed = الأسماء والعناوين والنصوص ورموز الوصول مشفّرة بمفتاح خاص بكل شخص. والمقروء أرقام عشوائية وأوقات وحالات وأعداد، وما ذُكر أدناه أنه مقروء.
data-short-promotion = مراسلة الصفحة تتيح لها الإجابة. أما العروض فلا تأتي إلا بعد أن يضغط الشخص «نعم» على سؤال يذكر ذلك بعينه.
data-short-cookie = ملف تعريف ارتباط واحد بعد تسجيل الدخول، وآخر لنصف ساعة حين ينظر من راسل صفحة في بياناته، وآخر لمن أُعطي وصولًا ليساعد. وكل منها لازم لذلك. لا تتبّع، ولا شيء من أطراف ثالثة في صفحاتنا.
data-short-shared = لا يرسل البرنامج البيانات إلا إلى المذكورين أدناه. ولا نبيع منها شيئًا.
data-short-end = ما له مدة يُحذف آليًّا عند انقضائها. وما يخص شخصًا يذهب مع محوه.

## ما لا نَعِد به

data-not-running = إذا سُرقت قاعدة بيانات أو نسخة احتياطية أو نسخة متماثلة فلا تُقرأ من دون المفاتيح، ما عدا ما ذُكر أنه مقروء. أما الاستيلاء على خادم وهو يعمل فلا تشمله الحماية، لأن فيه المفاتيح التي يعمل بها.
data-not-backup = { $count ->
    [zero] من مُحي لم يعد أحد يقرأ بياناته على النظام العامل في الحال، ولا في أي نسخة احتياطية من اليوم نفسه. وقبل ذلك قد تفتحها نسخة سابقة من المفاتيح في يد المشغّل. ويمكنك التحقق من الأمرين بنفسك: يقول إيصال المحو الأول في الحال، والثاني متى تحقق.
    [one] من مُحي لم يعد أحد يقرأ بياناته على النظام العامل في الحال، ولا في أي نسخة احتياطية بعد يوم واحد على الأكثر. وقبل ذلك قد تفتحها نسخة سابقة من المفاتيح في يد المشغّل. ويمكنك التحقق من الأمرين بنفسك: يقول إيصال المحو الأول في الحال، والثاني متى تحقق.
    [two] من مُحي لم يعد أحد يقرأ بياناته على النظام العامل في الحال، ولا في أي نسخة احتياطية بعد يومين على الأكثر. وقبل ذلك قد تفتحها نسخة سابقة من المفاتيح في يد المشغّل. ويمكنك التحقق من الأمرين بنفسك: يقول إيصال المحو الأول في الحال، والثاني متى تحقق.
    [few] من مُحي لم يعد أحد يقرأ بياناته على النظام العامل في الحال، ولا في أي نسخة احتياطية بعد { $shown } أيام على الأكثر. وقبل ذلك قد تفتحها نسخة سابقة من المفاتيح في يد المشغّل. ويمكنك التحقق من الأمرين بنفسك: يقول إيصال المحو الأول في الحال، والثاني متى تحقق.
    [many] من مُحي لم يعد أحد يقرأ بياناته على النظام العامل في الحال، ولا في أي نسخة احتياطية بعد { $shown } يومًا على الأكثر. وقبل ذلك قد تفتحها نسخة سابقة من المفاتيح في يد المشغّل. ويمكنك التحقق من الأمرين بنفسك: يقول إيصال المحو الأول في الحال، والثاني متى تحقق.
   *[other] من مُحي لم يعد أحد يقرأ بياناته على النظام العامل في الحال، ولا في أي نسخة احتياطية بعد { $shown } يوم على الأكثر. وقبل ذلك قد تفتحها نسخة سابقة من المفاتيح في يد المشغّل. ويمكنك التحقق من الأمرين بنفسك: يقول إيصال المحو الأول في الحال، والثاني متى تحقق.
  }
data-not-meta = تستطيع ميتا قراءة رسائل ماسنجر وتحتفظ بها وفق قواعدها. ورسائل البريد التي خرجت منا وصور الشاشة ليست في يدنا.
data-not-operator = من يدير الخادم يستطيع قراءة ما يقرؤه البرنامج وهو يعمل. ويُظهر السجل هل تغيّر تسجيل بعد كتابته، لكنه لا يُثبت أنه كان صحيحًا عند كتابته.

## النسخ الاحتياطية

data-backups = في النسخ الاحتياطية
data-backups-why = تُنسخ المنظومة كي لا يضيع بعطل قرص موافقة أحد أو انسحابه. والنسخة ملفان لكل منهما عمر.
data-backups-data = نسخة البيانات
data-backups-data-text = كل الجداول ما عدا المذكورة أدناه. وما فيها من بيانات شخصية مشفّر بمفاتيح ليست فيها، فلا تفتح وحدها شيئًا مهما طال حفظها.
data-backups-keys = نسخة المفاتيح
data-backups-keys-text = { $count ->
    [zero] مخزن المفاتيح مع أوقات الانسحاب. ولا تُحفظ نسخة منه.
    [one] مخزن المفاتيح مع أوقات الانسحاب. وتُتلف بعد يوم واحد على الأكثر، فلا يُفتح بها بعد ذلك شيء ممن مُحي.
    [two] مخزن المفاتيح مع أوقات الانسحاب. وتُتلف بعد يومين على الأكثر، فلا يُفتح بها بعد ذلك شيء ممن مُحي.
    [few] مخزن المفاتيح مع أوقات الانسحاب. وتُتلف بعد { $shown } أيام على الأكثر، فلا يُفتح بها بعد ذلك شيء ممن مُحي.
    [many] مخزن المفاتيح مع أوقات الانسحاب. وتُتلف بعد { $shown } يومًا على الأكثر، فلا يُفتح بها بعد ذلك شيء ممن مُحي.
   *[other] مخزن المفاتيح مع أوقات الانسحاب. وتُتلف بعد { $shown } يوم على الأكثر، فلا يُفتح بها بعد ذلك شيء ممن مُحي.
  }
data-backups-both = وكلاهما مشفّر مرة أخرى بمفتاح مكانه جهاز آخر.
data-backups-return = وإذا أُعيدت نسخة احتياطية مُحي من جديد كل من مُحي بعدها قبل أن يعمل أي شيء، ولا تصل رسالة جماعية إلى أحد قبل أن يكتب من جديد.
data-backups-left = ما لا يدخل أي نسخة احتياطية

## بطاقة أو صف

data-what = البيانات
data-for = الغرض
data-basis = الأساس القانوني
data-kept = المدة
data-who = من تصل إليه
data-protected = الحماية
data-where = المكان
data-nobody-yet = لا أحد حتى الآن: لم تُعلَن جهة تتلقّاها
data-nobody = لا أحد
data-where-data = الجدول { $table } في قاعدة البيانات
data-where-keys = الجدول { $table } في مخزن المفاتيح
data-inside = داخل المغلف
data-column = العمود
data-columns = { $count ->
    [zero] لا أعمدة
    [one] عمود واحد
    [two] عمودان
    [few] { $shown } أعمدة
    [many] { $shown } عمودًا
   *[other] { $shown } عمود
  }
data-name = الاسم
data-life = عمره
data-life-my = ينتهي بعد نصف ساعة (بالدقائق: { $idle })، أو عند إغلاق الصفحة بزرّها. ويُبقي صفحة الشخص الخاصة مفتوحة، وهو يصل إليها برابط في محادثته.
data-life-support = ينتهي مع وصول الدعم، بعد { $hours } ساعة على الأكثر.
data-life-session = ينتهي بإغلاق المتصفح، أو بعد عدم الاستخدام (بالدقائق: { $idle })، أو بعد ساعات عددها على الأكثر { $hours }. وإن اخترت البقاء مسجّلًا فبعد الأيام التي تختارها، وأكثرها { $days }. وتسجيل الخروج يحذفه هنا وهناك.
data-recipient-who = الشركة
data-recipient-data = ما يصل إليها
data-recipient-purpose = الغرض
data-recipient-country = البلد
data-recipient-safeguard = ما يحميها هناك
data-recipient-since = ابتداءً من

data-basis-consent = الموافقة (المادة 6(1)(أ) من اللائحة الأوروبية)
data-basis-contract = العقد (المادة 6(1)(ب))
data-basis-legal-obligation = التزام قانوني (المادة 6(1)(ج))
data-basis-legitimate-interest = مصلحة مشروعة (المادة 6(1)(و))
data-basis-not-personal = ليست بيانات شخصية

data-until-erasure = حتى المحو
data-until-processed = حتى الفراغ منه
data-installation = ما دامت الخدمة
data-days = { $count ->
    [zero] أقل من يوم
    [one] يوم واحد على الأكثر
    [two] يومان على الأكثر
    [few] { $shown } أيام على الأكثر
    [many] { $shown } يومًا على الأكثر
   *[other] { $shown } يوم على الأكثر
  }
data-step = { $step }؛ { $longest }
data-step-sign-out = حتى تسجيل الخروج
data-step-use = حتى استعماله
data-step-mail = حتى إرسالها
data-step-no-to-keeping = حتى سحب الإذن بحفظه
data-step-first-message = حتى تُسجَّل أول رسالة من الشخص
data-step-reply = حتى الإجابة عنه، ثوانٍ عادةً؛ وما تتعذر معالجته فأطول
data-step-counted = حتى تسعين يومًا بعد انتهاء الرسالة الجماعية، ثم تبقى الأعداد وحدها
data-step-send = حتى الإرسال
data-step-erasure = حتى يتم المحو
data-step-confirm = 30 يومًا إن لم تؤكد عنوانك
data-step-import = ساعة إن لم ترده؛ وإلا فإلى أن تطويه
data-step-part = حتى يُقرأ، دقائق عادةً
data-step-notice = حتى تُبلَّغ ميتا ويذهب عملاء الصفحة، دقائق عادةً
data-step-tree = حتى يُنقل إلى الشجرة عند أول تشغيل
data-step-sweep = حتى يُزال، ثوانٍ عادةً
data-step-log = حتى يدخل السجل

data-way-sealed-person = مشفّر بمفتاح الشخص نفسه
data-way-sealed-brand = مشفّر بمفتاح العلامة التجارية
data-way-wrapped = مفتاح مشفّر بمفتاح آخر
data-way-keyed-hash = بصمة بمفتاح سري
data-way-hash = بصمة سرٍّ عشوائي
data-way-readable = مقروء: { $what }
data-way-plain = مقروء

data-goes-lead = يذهب مع العميل
data-goes-account = يذهب مع الحساب
data-goes-brand = يذهب مع العلامة التجارية
data-goes-stays = يبقى: لا يخص أحدًا، أو لا معنى له بعد زوال المفاتيح

data-from-given = يعطيه الشخص
data-from-arises = ينشأ عن الاستخدام
data-from-meta = ترسله ميتا
data-from-made = يصنعه البرنامج
data-from-brand = تضبطه العلامة التجارية

## ما هي البيانات

data-is-name = الاسم
data-is-email = عنوان البريد
data-is-language = اللغة
data-is-zone = المنطقة الزمنية
data-is-password = كلمة المرور، بصمةً (Argon2id)
data-is-second-factor = خطوة التحقق الثانية
data-is-passkey = مفتاح المرور
data-is-own-words = كلماتك في البوتات والرسائل والقوالب
data-is-mark = الوسوم
data-is-page-token = رمز الوصول إلى صفحة
data-is-page-name = اسم الصفحة
data-is-answer = جواب عن سؤال
data-is-reason = السبب الذي ذكرته
data-is-message = نص رسالة
data-is-evidence = دليل الموافقة أو سحبها
data-is-messenger-id = المعرّف في ماسنجر
data-is-page-id = معرّف الصفحة العام لدى ميتا
data-is-ip-address = عنوان IP
data-is-browser = نوع المتصفح
data-is-permission = الأذونات
data-is-letter = مضمون رسالة بريد
data-is-id = أرقام عشوائية
data-is-time = أوقات
data-is-state = حالات
data-is-count = أعداد
data-is-envelope = مغلف مشفّر
data-is-keyed-hash = بصمة بمفتاح سري للعثور عليه
data-is-secret-hash = بصمة سرّ
data-is-key = مفتاح
data-is-brand = شؤون العلامة التجارية
data-is-book-keeping = ما يدوّنه البرنامج لنفسه

## فيمَ تُستخدم البيانات

data-for-run-account = إدارة حسابك
data-for-sign-in = تسجيل الدخول والبقاء مسجّلًا
data-for-security = الأمان: ملاحظة الغرباء وإطلاعك على من دخل
data-for-tell-owner = إعلامك بالبريد بما يجري في حسابك
data-for-prove = إثبات ما وُوفق عليه أو قُبل أو صُدّر
data-for-connect-page = الإرسال باسم صفحتك
data-for-answer = الإجابة عمّن كتب
data-for-call-by-name = مخاطبة الشخص باسمه
data-for-as-asked = الغرض الذي ذكره السؤال
data-for-deliver = إرسال الرسائل الجماعية، كلٍّ مرة واحدة، مع بيان ما جرى مع كل شخص
data-for-sort = اختيار من تصله الرسالة
data-for-honour-no = احترام الانسحاب
data-for-handle-breach = توثيق الخروقات ومعرفة من تأثّر بها وإعلامه
data-for-serve-rights = الاستجابة لمن يسأل عن بياناته، وإظهار من اطّلع عليها
data-for-erase = المحو، وإظهار أنه تم
data-for-grant-access = إدخال برامجك
data-for-keep-limits = حدود باقتك
data-for-do-once = عدم تنفيذ أمر مرتين
data-for-keep-log = سجل الالتزامات
data-for-operate = تشغيل البرنامج
data-for-present = عرض الخدمة
data-for-count = أرقام بلا أشخاص

## الجداول

data-place-account = حسابك
data-place-account-what = من أنت عندنا، وما حالة الحساب.
data-place-account_lookup = العثور على حسابك
data-place-account_lookup-what = بصمة لعنوان بريدك بمفتاح سري، ليُعثر عليك عند تسجيل الدخول.
data-place-credential = كلمة المرور وخطوة التحقق الثانية
data-place-credential-what = كلمة المرور بصمةً؛ وخطوة التحقق الثانية إن كنت تستخدمها.
data-place-passkey = مفاتيح المرور
data-place-passkey-what = إن كنت تستخدمها: ما تسميها به، ومفاتيحها العلنية، ومتى استُخدمت.
data-place-acceptance = ما قبلته
data-place-acceptance-what = أي إصدار من أي وثيقة ومن خريطة البيانات هذه، ومتى.
data-place-page = صفحاتك على فيسبوك
data-place-page-what = الصفحات التي تربطها، مع رمز الوصول الذي أعطته ميتا لها. ولا تصل إلينا كلمة مرورك في فيسبوك.
data-place-facebook_login = دخول فيسبوك الذي رُبطت به الصفحة
data-place-facebook_login-what = رقم يستعمله فيسبوك لذلك الشخص مع هذا التطبيق وحده، ليُعرف المقصود إذا طلب فيسبوك المحو.
data-place-import = أرشيف تعيده
data-place-import-what = ما فيه بالأعداد، وإلى أين وصلت قراءته.
data-place-import_part = أجزاء ذلك الأرشيف
data-place-import_part-what = ما لم يُقرأ بعد.
data-place-bot = بوتاتك
data-place-bot-what = ما تجعل بوت الصفحة يقوله ويسأل عنه.
data-place-broadcast = رسائلك الجماعية
data-place-broadcast-what = النص والأزرار، ولمن تذهب.
data-place-template = قوالبك
data-place-template-what = إشعارات لا بد أن توافق عليها ميتا.
data-place-tag = وسومك
data-place-tag-what = كلماتك أنت لتصنيف العملاء.
data-place-api_token = رموز API
data-place-api_token-what = وصول برامجك. ولا يُحفظ السرّ نفسه، بل بصمته.
data-place-export = التصدير
data-place-export-what = أي عملاء أخرجت بياناتهم، ومتى، وبأي صيغة، ولأي غرض. وترى القائمة في لوحة التحكم.
data-place-session = الجلسات
data-place-session-what = أين أنت مسجّل. ويمكنك رؤية كل جلسة وإنهاؤها في حسابك.
data-place-sign_in = سجل الدخول
data-place-sign_in-what = مرات الدخول والمحاولات الفاشلة، وكل مرة نظر فيها المدير لمن الحساب. وتراه في حسابك.
data-place-link = روابط البريد
data-place-link-what = تأكيد عنوان، كلمة مرور جديدة، «لم أكن أنا».
data-place-mail = رسائل بريد تنتظر
data-place-mail-what = ما نكتبه إليك، إلى أن يستلمه خادم بريد.
data-place-subscription = الباقة والاشتراك
data-place-subscription-what = على أي باقة أنت، وما استخدمته منها هذا الشهر. بلا بيانات دفع.
data-place-idempotency = أجوبة أُعطيت
data-place-idempotency-what = كي لا يُنفَّذ طلب API مرتين إذا تكرر.
data-place-billing_event = نداءات نظام الفوترة
data-place-billing_event-what = أن نداءً وصل، ليُطبَّق كل نداء مرة واحدة.
data-place-lead = الشخص
data-place-lead-what = المعرّف الذي يعطيه ماسنجر للشخص لدى هذه الصفحة، والاسم الأول إن ذكره للبوت، وأوقات أول رسالة وآخرها والموافقة والانسحاب.
data-place-lookup = العثور على الشخص
data-place-lookup-what = بصمة بمفتاح سري للصفحة ومعرّف ماسنجر، ليُعرف بمن يتعلق الحدث.
data-place-answer = الأجوبة عن أسئلة البوت
data-place-answer-what = الجواب مع السؤال وغرضه كما عُرض، وما يجوز فعله به.
data-place-lead_tag = وسوم على الشخص
data-place-lead_tag-what = أي وسوم صاحب الصفحة يحملها الشخص.
data-place-consent_event = دليل الموافقة
data-place-consent_event-what = الرسالة التي بدأ بها الشخص أو وافق أو أوقف، والسؤال كما عُرض، وإشعار ميتا الموقّع.
data-place-consent_leaf = مكان الدليل في السجل
data-place-consent_leaf-what = رقم.
data-place-broadcast_count = أرقام رسائل جماعية انتهت منذ زمن
data-place-broadcast_count-what = كم وصلت إليهم وكم لم تصل إليهم ولماذا، بحسب الصفحة. ولا يُذكر أحد.
data-place-delivery = الرسائل الجماعية إلى الشخص
data-place-delivery-what = ما أُرسل منها، ونتيجته. ولا تُسجَّل القراءة ولا النقر.
data-place-returned = ما وُوفق عليه من قبل
data-place-returned-what = موافقات وانسحابات وأجوبة سابقة من أرشيف أعاده صاحب الصفحة. تُعرض ولا يُرسل شيء بناءً عليها أبدًا.
data-place-lead_link = روابط الصفحة الخاصة بالشخص
data-place-lead_link-what = بصمة رابط أرسله البوت لمن طلبه، وبصمة الصفحة التي فتحها.
data-place-breach = خروقات البيانات
data-place-breach-what = حالات اشتُبه أو تأكد فيها أن الأمر مسّ بيانات، وما فُعل في كل منها.
data-place-breach_entry = سجل الخروقات
data-place-breach_entry-what = كل خطوة في حالة، مدخلًا يلتزم بالذي قبله وله موضع في السجل العلني.
data-place-breach_person = من مسّه خرق
data-place-breach_person-what = من تخصه الحالة، وأي أنواع من البيانات، وأن الشخص أُعلم.
data-place-support_grant = وصول الدعم
data-place-support_grant-what = من أُعطي وصولًا ليساعد، وما فتحه ولكم من الوقت، وكيف انتهى، وما رُئي بالأعداد.
data-place-support_act = ما نظر فيه المساعدون
data-place-support_act-what = كل صفحة فتحها مساعد، وكل استدعاء لواجهة البرمجة برمز أُنشئ له، وكل شخص عُرض عليه، مع السبب.
data-place-audit = سجل التدقيق
data-place-audit-what = ما فعله المديرون وما يخص أمان الحساب: متى دخل أحد أو حاول الدخول، وكلمات المرور ومفاتيح المرور والرموز، وأي نوع من الأشياء رُفض لمن دخل وكم مرة. دون أسماء أو عناوين أو أماكن.
data-place-reading = من اطّلع
data-place-reading-what = متى اطّلع أحد على ما يُحفظ عن شخص، وبأي صفة، ولأي غرض. ويرى الشخص هذه القائمة.
data-place-request = طلبات تخص البيانات
data-place-request-what = من طلب أي حق: قائمة أعمال المدير بمواعيدها. وبعد المحو لا تذكر لمن كان الطلب.
data-place-pending_withdrawal = انسحاب سابق
data-place-pending_withdrawal-what = كلمة «توقف» من شخص لم يُسجَّل بعد.
data-place-inbox = رسائل تنتظر الإجابة
data-place-inbox-what = حدث كما أرسلته ميتا، إلى أن يُعالَج. وما فشل خمس مرات يُنحّى لينظر فيه أحد.
data-place-outbox = أجوبة تنتظر
data-place-outbox-what = ما يقوله البوت، إلى أن يُرسل.
data-place-seen = علامات الأحداث المستلمة
data-place-seen-what = بصمات بمفتاح سري، ليُحسب الحدث الذي تكرره ميتا مرة واحدة.
data-place-brand = العلامة التجارية
data-place-brand-what = الاسم والألوان واللغات والمسؤول.
data-place-logo = الشعار
data-place-logo-what = صورة.
data-place-document = الوثائق
data-place-document-what = الشروط وإشعار الخصوصية والإعلان، بإصداراتها.
data-place-data_map = إصدارات هذه الخريطة
data-place-data_map-what = كل إصدار كما عُرض، ومكانه في السجل.
data-place-wording = أسئلة الموافقة
data-place-wording-what = نصوصها كما عُرضت. وهي علنية.
data-place-plan = الباقات
data-place-plan-what = ما تسمح به كل باقة.
data-place-billing_secret = سرّ النداءات الموقّعة
data-place-billing_secret-what = به يُعرف نظام الفوترة.
data-place-tally = أرقام لكل صفحة
data-place-tally-what = أعداد، لا لكل شخص أبدًا.
data-place-daily = أرقام لكل يوم
data-place-daily-what = الموافقات والانسحابات في صفحة بحسب اليوم، أعدادًا فقط.
data-place-mail_count = أرقام عن البريد
data-place-mail_count-what = كم وصل منه، أعدادًا فقط.
data-place-erasure = عمليات المحو
data-place-erasure-what = أن محوًا تم، ومتى، وكم ذهب. أما لمن كان فيُفرَّغ عند تمامه.
data-place-erasure_page = صفحات يُمحى حسابها
data-place-erasure_page-what = صفحات لم تُبلَّغ ميتا بعد ألا توصل إليها شيئًا.
data-place-ledger_cosignature = توقيعات الشهود
data-place-ledger_cosignature-what = يؤكد بها آخرون أن السجل لا يزيد إلا نموًّا. ولا شيء فيها عن أشخاص.
data-place-ledger_witness = إلى أين وصل كل شاهد
data-place-ledger_witness-what = حتى أي حجم من السجل وقّع.
data-place-ledger_letter = رسائل أسبوعية عن السجل
data-place-ledger_letter-what = لأي أسبوع أُرسلت أحدث حالة بالبريد.
data-place-ledger_pending = ما ينتظر السجل
data-place-ledger_pending-what = التزامات لا رقم لها بعد.
data-place-ledger_tile = السجل
data-place-ledger_tile-what = بصمات التزامات. ولا معنى لها بعد إتلاف مفتاح الشخص.
data-place-ledger_checkpoint = حالات السجل الموقّعة
data-place-ledger_checkpoint-what = ثلاثة أسطر لكل منها.
data-place-installation = إعدادات التنصيب
data-place-installation-what = اسم السجل مثلًا.
data-place-lease = من يقوم بأي عمل
data-place-lease-what = كي لا تقوم عقدتان بالعمل نفسه.
data-place-node = ما يعمل الآن
data-place-node-what = أي العمليات تعمل، ومنذ متى.
data-place-migration = إصدارات قاعدة البيانات
data-place-migration-what = ما أُجري عليها من تغييرات.
data-place-key = المفاتيح
data-place-key-what = مفتاح كل شخص، مشفّرًا بمفتاح آخر. والمحو يُتلفه.
data-place-flat_key = مفاتيح من إصدار سابق
data-place-flat_key-what = مفاتيح كما كان يحفظها إصدار سابق، إلى أن تُنقل.
data-place-tree = حالة شجرة المفاتيح
data-place-tree-what = كم مرة جُدّد جذرها. وكل محو يجدّده، فلا تفتح نسخ الشجرة القديمة شيئًا جديدًا.
data-place-felled = ما قُطع من شجرة المفاتيح
data-place-felled-what = ما قُطع لا يفتح شيئًا، وهو قيد الإزالة.
data-place-key_copy = نسخ المفاتيح
data-place-key_copy-what = متى أُخذت كل نسخة، وأين كُتبت، ومتى زالت. وعلى هذه القائمة يقوم الإيصال الثاني للمحو.
data-place-erased_key = مفاتيح أُتلفت
data-place-erased_key-what = أرقام عشوائية، ليُمحى من مُحي مرة أخرى إذا أُعيدت نسخة احتياطية أقدم.
data-place-record = سجلات الخزنة
data-place-record-what = أحدث حالة للسجل، وغيرها.

## في الذاكرة؛ عناوين IP

data-memory-tries = عناوين IP لمن يحاول الدخول أو التسجيل أو يفتح رابط صفحته الخاصة، لإبطاء التخمين: دقائق، ويومًا على الأكثر
data-memory-known-places = الشبكات التي سُجّل منها الدخول إلى حساب، كي لا يُبطئ الغرباء صاحبه: 30 يومًا
data-memory-session-use = متى استُخدمت جلسة آخر مرة، إلى أن يُدوَّن: ثوانٍ
data-memory-keys = مفاتيح مفتوحة: دقيقة
data-memory-in-flight = إلى من توجد رسالة في الطريق: ثوانٍ
data-address-session = مع كل جلسة، مشفّرًا ومعروضًا لك: مدة الجلسة
data-address-sign-in = في سجل الدخول، مشفّرًا ومعروضًا لك
data-address-tries = في الذاكرة، لمن يحاول الدخول أو التسجيل أو يفتح رابط صفحته الخاصة: دقائق، ويومًا على الأكثر
data-address-known-places = في الذاكرة، للأماكن التي نجح منها الدخول
document-data_map = خريطة البيانات

## للمدير: سجل أنشطة المعالجة ومدد الحفظ

data-admin-title = حماية البيانات
data-admin-lead = ما يطلب القانون أن تستطيع إظهاره، مستخرجًا من خريطة البيانات.
data-admin-map = خريطة البيانات
data-admin-map-why = ما يراه الجميع، بإصداراته. وبصمة كل إصدار محفوظة في السجل العام.
data-admin-show = عرض الصفحة العامة
data-admin-record = سجل أنشطة المعالجة
data-admin-record-why = المادة 30 من اللائحة الأوروبية: سجلك متحكمًا ببيانات الحسابات، وسجل المشغّل معالجًا لبيانات العملاء.
data-admin-record-controller = السجل بصفة المتحكم (Markdown)
data-admin-record-processor = السجل بصفة المعالج (Markdown)
data-admin-plan = خطة المحو
data-admin-plan-why = ما يذهب مع من. والمحو يتبع هذه القائمة.
data-admin-versions = الإصدارات
data-admin-version-row = الإصدار { $number }، { $time }
data-retention-title = مدد الحفظ
data-retention-lead = ما ينتهي من تلقاء نفسه، وكيف هو الآن، وما تحذفه المرة القادمة. تعمل المهمة كل ساعة؛ وهذه الصفحة تنظر فقط.
data-retention-period = المدة
data-retention-rows = السجلات الآن
data-retention-oldest = أقدمها
data-retention-due = انقضت مدته
data-retention-by = يحذفه
data-retention-job = المهمة
data-retention-station = المحطة «{ $name }»
data-retention-shared = لا يُحصى لكل علامة
data-retention-unconfirmed = حسابات لم يُؤكَّد عنوانها قط
data-retention-none = لا شيء
data-retention-all-well = لم تنقضِ مدة شيء.
data-retention-some-due = { $count ->
    [zero] لا سجلات انقضت مدتها.
    [one] سجل واحد انقضت مدته ويذهب في المرة القادمة.
    [two] سجلان انقضت مدتهما ويذهبان في المرة القادمة.
    [few] { $shown } سجلات انقضت مدتها وتذهب في المرة القادمة.
    [many] { $shown } سجلًّا انقضت مدته ويذهب في المرة القادمة.
   *[other] { $shown } سجل انقضت مدته ويذهب في المرة القادمة.
  }

data-place-announcement = الإعلانات
data-place-announcement-what = أي إصدارات جديدة من الوثائق ومتلقين وتغييرات في خريطة البيانات، وأي نهاية للعلامة، أُعلن عنها، ومتى، ولكم حسابًا.

data-place-recipient = المتلقّون
data-place-recipient-what = من يتلقى البيانات كما أُعلن: ابتداءً من متى، وحتى متى، ولماذا بمهلة أقصر.

## خريطة أُعلن عنها

data-coming = ما هو آتٍ
data-coming-why = كل تغيير في هذه الخريطة يهم الناس يُعلن لكل حساب برسالة لا تتناول غيره، قبل ثلاثين يومًا. والبرنامج الذي يأتي به لا يخدم أحدًا قبل يومه.
data-coming-none = لم يُعلن عن أي تغيير.
data-coming-from = ابتداءً من { $time }
data-coming-file = الخريطة المعلنة في ملف (JSON)
data-change-new-place = نوع جديد من السجلات، «{ $about }»: { $what }. مدة الحفظ: { $more }.
data-change-new-field = «{ $about }»: يُحفظ فيه شيء إضافي ({ $what }).
data-change-new-purpose = «{ $about }»: يُستعمل أيضًا من أجل { $what }.
data-change-new-basis = «{ $about }»: يقوم على أساس قانوني آخر، { $what }.
data-change-new-recipient = «{ $about }»: يصل أيضًا إلى { $what }.
data-change-longer = «{ $about }»: يُحفظ مدة أطول، { $what }.
data-change-later-erased = «{ $about }»: يذهب متأخرًا عما كان ({ $what }).
data-change-weaker = «{ $about }»: حماية الحقل { $more } أضعف مما كانت ({ $what }).
data-change-new-in-browser = يحفظ متصفحك شيئًا إضافيًا: { $what }.
data-change-longer-in-browser = يحفظ متصفحك شيئًا مدة أطول: { $what }.
data-change-new-in-memory = في ذاكرة البرنامج شيء إضافي: { $what }.
data-change-longer-in-memory = في ذاكرة البرنامج شيء يبقى مدة أطول، { $what }: { $about }.
data-change-new-in-letters = تذكر الرسائل شيئًا إضافيًا: { $what }.
data-change-new-in-files = تذكر الملفات التي تُستخرج شيئًا إضافيًا: { $what }.
data-change-new-flow = يصل إلى { $about } شيء إضافي: { $what }.
data-change-new-purpose-of-flow = ما يصل إلى { $about } يُستعمل أيضًا من أجل { $what }.
data-change-longer-backups = تُحفظ نسخ المفاتيح مدة أطول، { $what }: وبقدر ذلك يتأخر زوال قراءة من مُحي من النسخ الاحتياطية.
data-change-new-in-backups = «{ $about }»: يدخل النسخ الاحتياطية أيضًا.
