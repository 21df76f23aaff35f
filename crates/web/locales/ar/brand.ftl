# صفحات المدير عن العلامة التجارية ووثائقها. كل معرّف هنا موجود في ملفات اللغات الأخرى بالاسم نفسه.

console-nav-brand = العلامة التجارية
console-nav-documents = الوثائق
console-done-brand = حُفظ، وهو سارٍ من هذه اللحظة.
console-done-brand-back = عاد يتبع ملف العلامة التجارية.
console-done-logo = وُضع الشعار في مكانه.
console-done-logo-gone = أُزيل الشعار، ويحلّ محلّه الحرف الأول من الاسم.
console-done-published = نُشرت الوثائق، وصار التسجيل متاحًا للناس.

brand-lead = هذا ما يراه الناس منك. ما تضبطه هنا يعلو على ملف العلامة التجارية ويسري فورًا، وما لا تضبطه يتبع الملف.
brand-save = حفظ
brand-set-here = مضبوط هنا
brand-in-file = كما في الملف
brand-back = العودة إلى الملف…

brand-name-title = الاسم
brand-name-name = اسم العلامة التجارية
brand-name-name-why = يتصدّر كل صفحة وكل رسالة بريد، ويحلّ في نصوص البوت محلّ {"{brand}"}.

brand-logo = الشعار
brand-logo-lead = يظهر في أعلى لوحة التحكم وفي صفحات الدخول والتسجيل. أما رسائل البريد فتحمل الاسم بألوانك بدلًا منه، لأن الصورة في البريد تكشف من يفتحه.
brand-logo-now = الشعار كما هو الآن
brand-logo-none = لا شعار بعد، ويحلّ محلّه الحرف الأول من الاسم.
brand-logo-file = الصورة
brand-logo-why = بصيغة PNG أو JPEG أو WebP، وبحجم لا يتجاوز { $kib } كيلوبايت، وطول كل ضلع من { $least } إلى { $most } بكسل. وما كتبته الكاميرا أو البرامج في الملف سوى الصورة يُترك.
brand-logo-button = استخدام هذه الصورة
brand-logo-wrong-empty = اختر ملفًا أولًا.
brand-logo-wrong-large = الملف أكبر من اللازم: الحدّ { $kib } كيلوبايت. احفظ الصورة بحجم أصغر وأعد المحاولة.
brand-logo-wrong-kind = ليست هذه صورة PNG ولا JPEG ولا WebP. ولا تُقبل صيغة SVG لأنها قد تحوي برنامجًا: احفظها بصيغة PNG.
brand-logo-wrong-damaged = تعذّرت قراءة الملف إلى آخره. احفظ الصورة من جديد وأعد المحاولة.
brand-logo-wrong-sides = يجب أن يكون طول كل ضلع من { $least } إلى { $most } بكسل.
brand-logo-wrong-moves = هذه صورة متحركة. اختر صورة ثابتة.

brand-colours-title = الألوان
brand-colours-lead = الأزرار والروابط باللون الأول، والثاني لون ما يُكتب عليه.
brand-colours-primary = لون العلامة التجارية
brand-colours-on_primary = الكتابة عليه
brand-pair-button = زرّ
brand-pair-link = رابط
brand-contrast-buttons = الكتابة على الأزرار: تباينها { $ratio } إلى 1، والمطلوب 4.5 على الأقل.
brand-contrast-links = الروابط في الصفحة: تباينها { $ratio } إلى 1، والمطلوب 4.5 على الأقل.

brand-languages-title = اللغات
brand-languages-lead = اللغات التي تتحدث بها الصفحات ورسائل البريد والبوت.
brand-languages-speaks-en = الإنجليزية
brand-languages-speaks-ar = العربية
brand-languages-first = اللغة الأولى
brand-languages-first-why = يُخاطَب بها من لا نعرف لغته أو كانت لغته غير متاحة.

brand-controller-title = المسؤول عن البيانات
brand-controller-lead = هو المتحكّم بالبيانات في نظر قانون حماية البيانات، ويظهر في أسفل كل صفحة وكل رسالة بريد. أما الوثائق المنشورة فتبقى على ما قالته يوم نُشرت.
brand-controller-name = الاسم
brand-controller-address = العنوان البريدي
brand-controller-country = البلد
brand-controller-contact = بريد إلكتروني للأسئلة عن البيانات
brand-controller-contact-why = يذكره البوت لمن يسأل عن بياناته، وإليه تصل الردود على رسائلنا. ولا بدّ من أحد يقرؤه.

brand-texts = ما يقوله البوت
brand-texts-lead = للصفحات التي لم يكتب حسابها نصوصًا خاصة بها.
brand-texts-wording = تغيير كلمات الترحيب أو السؤال أو جوابيه أو اسم العلامة التجارية يُنشئ إصدارًا جديدًا من السؤال. ومن وافق من قبل يبقى له الإصدار الذي رآه، بنصّه، دليلًا.
brand-texts-language = اللغة
brand-texts-origin = مصدر النصوص
brand-texts-none = لا نصوص بعد
brand-texts-change = تعديل
brand-texts-leave = تركها كما هي
brand-texts-title = ما يقوله البوت: { $language }
brand-texts-names = تُملأ {"{page}"} و{"{brand}"} و{"{contact}"} باسم الصفحة واسمك والبريد المخصّص للأسئلة عن البيانات، إلا على الأزرار.
brand-texts-ask = قبل الجواب
brand-texts-ask-lead = بها مجتمعةً يُطلب الإذن: تقول إن المجيب برنامج، وتبيّن ما الذي سيصل إلى الناس.
brand-texts-after = بعد الجواب
brand-texts-else = ما سوى ذلك
brand-texts-way-out = طريق الخروج
brand-texts-way-out-lead = تحمل كل رسالة جماعية واحدًا من الاثنين.
text-greeting = التحية
text-greeting-why = يعرضها ماسنجر قبل أول نقرة. لا تتجاوز 160 حرفًا، وفيها ذكر الغرض.
text-welcome = الترحيب
text-welcome-why = أول جواب، وفيه أن المجيب برنامج.
text-question = السؤال
text-question-why = يقول بدقّة على ماذا يوافق المرء، وكيف ينهيه.
text-yes = «نعم» على الزرّ
text-no = «لا» على الزرّ
text-thanks = بعد «نعم»
text-declined = بعد «لا»
text-stopped = بعد «توقف»
text-default_answer = حين لا يجد البوت جوابًا
text-my_data = ردًّا على «بياناتي»
text-my_data-why = ما الذي يُحفظ عن المرء، ولماذا، وإلى من يتوجّه.
text-unsubscribe_button = زرّ المغادرة
text-unsubscribe_button-why = يجب أن يكون من الكلمات التي توقف العروض، مثل «إلغاء الاشتراك».
text-unsubscribe_sentence = قبل رابط المغادرة

brand-file = في ملف العلامة التجارية
brand-file-lead = المضيفات والعنوان العام من شأن من يشغّل البرنامج، لأنها ترتبط بالأسماء والشهادات وبالتطبيق لدى ميتا. وهي مكتوبة في brand.toml وتُقرأ عند بدء التشغيل.
brand-file-hosts = المضيفات
brand-file-address = العنوان العام
brand-file-slug = الاسم القصير

brand-wrong-length = { $count ->
    [zero] لا يُقبل هنا نصّ.
    [one] يُقبل حرف واحد.
    [two] من حرف إلى حرفين.
    [few] من حرف إلى { $shown } أحرف.
    [many] من حرف إلى { $shown } حرفًا.
   *[other] من حرف إلى { $shown } حرف.
  }
brand-wrong-placeholder = ستظهر { $name } كما هي: لا يُملأ إلا {"{page}"} و{"{brand}"} و{"{contact}"}.
brand-wrong-no-placeholder = ستظهر { $name } كما هي: لا يُملأ شيء هنا، فاكتب الكلمة نفسها.
brand-wrong-control = يجب أن يكون هذا في سطر واحد.
brand-wrong-stop-word = يجب أن يفهم البوت هذا الزرّ رغبةً في المغادرة. اختر واحدة من كلماته: «إلغاء الاشتراك» أو «توقف» أو «إيقاف العروض»…
brand-wrong-same = يجب أن يختلف عن «نعم».
brand-wrong-notice = لا يذكر إشعار الخصوصية الساري هذا الاسم. من يصبح مسؤولًا بدلًا منك يُعلَن عنه أولًا: انشر ضمن «الوثائق» إشعارًا يذكره، ثم عيّن الاسم هنا متى صار ذلك الإشعار ساريًا.
brand-wrong-address = ليس هذا عنوان بريد إلكتروني.
brand-wrong-colour = اختر لونين على الصورة #1f4e79.
brand-wrong-faint = لا تسهل قراءة هذا: تباين الكتابة على الأزرار { $buttons } إلى 1، والحدّ الأدنى 4.5. اختر لونين أشدّ تباعدًا في الإضاءة.
brand-wrong-faint-links = لا تسهل قراءة هذا: تباين الروابط بهذا اللون في الصفحة { $links } إلى 1، والحدّ الأدنى 4.5. اختر لونًا أغمق.
brand-wrong-languages = اختر لغة واحدة على الأقل.
brand-wrong-texts = ليس للبوت نصوص بعدُ بإحدى هذه اللغات. اكتبها أولًا في الأسفل.
brand-wrong-empty = لا يجوز أن يبقى هذا فارغًا.

brand-back-title = أتريد العودة إلى ما في الملف؟
brand-back-file = في الملف: { $value }
brand-back-texts = تضيع النصوص المضبوطة هنا، وتسري من بعدها نصوص الملف.
brand-back-texts-none = ليس في الملف نصوص بهذه اللغة. إن كانت من اللغات المتاحة فأزلها منها أولًا.
brand-back-button = العودة إلى الملف
brand-back-logo = أتريد إزالة الشعار؟
brand-back-logo-what = تُحذف الصورة، ويحلّ محلّها الحرف الأول من الاسم.
brand-back-logo-button = إزالة الشعار

documents-lead = ما يقرؤه الناس قبل أن يقدّموا بياناتهم، بالإصدارات السارية.
documents-in-force = سارية
documents-version = الإصدار
documents-published = نُشرت
documents-since = سارية منذ
documents-read = اقرأها كما يراها الناس: { $language }
documents-public = حيث يجدها الناس
documents-missing = ليست متاحة باللغة { $language } بعد. ومن يقرأ بها تُعرض عليه لغة أخرى.
documents-fixed = الإصدار المنشور لا يتغيّر أبدًا: فمن قبِله قبِل كلماته هذه بعينها. وما يتغيّر يأتي إصدارًا جديدًا.
documents-publish-title = نشر الإصدار الأول
documents-publish-lead = ما دامت واحدة من هذه غائبة فلا يستطيع أحد التسجيل. تبدأ كل وثيقة قالبًا يصف بصدق ما يفعله هذا البرنامج: اقرأها، وأضف ما لا يعرفه غيرك، ثم انشرها. ويبدأ القالب بسطر «هذا نموذج …»، وهو يُنشر كما هو ما لم تفتح الوثيقة وتحذفه: فاعرض النص أولًا على مستشارك القانوني.
documents-publish-button = نشر الإصدار الأول
documents-prove-first = كل من يسجّل يوافق على هذه النصوص، والإصدار المنشور لا يتغيّر أبدًا. قبل أن تنشر أثبت أنك أنت.
document-terms-what = ما تتعاهدون عليه أنت ومستخدموك.
document-privacy-what = من المسؤول عن البيانات، وماذا يجري لها، وما حقوق الناس.
document-data_use-what = ماذا يُحفظ ولماذا وإلى متى: يراها الجميع فوق استمارة التسجيل مباشرة.
document-from-template = بصيغة Markdown. تبدأ قالبًا يصف بصدق ما يفعله هذا البرنامج: اقرأها، وراجعها مع مستشارك القانوني، واحذف الملاحظة التي في أولها.
document-from-own = بصيغة Markdown، من مجلد العلامة التجارية نفسها. اقرأها مرة أخرى قبل نشرها.
wrong-document-empty = هذه الوثيقة فارغة. لا بدّ لها من نصّ بكل لغة من لغات العلامة التجارية.
wrong-document-long = { $count ->
    [zero] هذه الوثيقة أطول من اللازم.
    [one] هذه الوثيقة أطول من اللازم: الحدّ حرف واحد.
    [two] هذه الوثيقة أطول من اللازم: الحدّ حرفان.
    [few] هذه الوثيقة أطول من اللازم: الحدّ { $shown } أحرف.
    [many] هذه الوثيقة أطول من اللازم: الحدّ { $shown } حرفًا.
   *[other] هذه الوثيقة أطول من اللازم: الحدّ { $shown } حرف.
  }

documents-next = كتابة إصدار جديد
documents-coming = عرض الإصدار الجديد
documents-telling = يجري تبليغ الجميع؛ وقد بُلّغ حتى الآن { $count ->
    [zero] لا أحد.
    [one] حساب واحد.
    [two] حسابان.
    [few] { $shown } حسابات.
    [many] { $shown } حسابًا.
   *[other] { $shown } حساب.
}
console-done-announced-policy = نُشر. يُبلَّغ كل من له حساب بالبريد، ولا يلزم أحدًا قبوله.
console-done-announced = نُشر. يُبلَّغ كل من له حساب بالبريد، ويقرر عند تسجيل دخوله التالي.
version-title = إصدار جديد
version-lead-policy = يتلقى كل من له حساب رسالة عن هذا التغيير ولا شيء غيره. ولا يلزم أحدًا أن يقبل هذه الوثيقة، فهي عامة. ويبقى الإصدار السابق ساريًا حتى يومه. والإصدار المنشور لا يتغيّر أبدًا.
version-waits = { $version } منشور وسيسري: { $since }. وما تكتبه هنا هو الإصدار الذي يليه، فيُبلَّغ الناس ويُسألون مرة أخرى.
version-template = ما زال أحد النصوص يقول إنه نموذج. اعرضه على من يراجعه واحذف ذلك السطر، وإلا قرأه الجميع.
version-lead = يتلقى كل من له حساب رسالة عن هذا التغيير ولا شيء غيره، ثم يقرر: يقبل، أو يأخذ بياناته ويغادر. ويبقى الإصدار السابق ساريًا حتى يومه. والإصدار المنشور لا يتغيّر أبدًا.
version-button = عرض الفروق
version-text = النص باللغة: { $language }
version-summary = ما الذي يتغيّر، باللغة: { $language }
version-summary-why = بكلمات بسيطة، من 20 إلى 2,000 حرف. يظهر في الرسالة وفوق الفروق.
version-early-none = لا: بمهلة 30 يومًا على الأقل
version-at-once = يسري فور نشره
version-look = راجعه مرة أخرى
version-unchanged = لا فرق في هذه اللغة.
version-sure = هل يُنشر؟
version-sure-lead = يُكتب في السجلّ، وتُرسل الرسائل فورًا.
version-same-in = لم يتغيّر إلا النص باللغة: { $other }. أما باللغة: { $same } فيبقى كما هو، فلا يجد التغيير من يقرؤه بها. اطلب ترجمته أولًا، أو انشره عن علم.
version-same-known = أعلم أن النص يبقى كما هو باللغة: { $same }.
version-publish = نشره وتبليغ الجميع
version-change = تعديله
version-same = لا فرق عن الإصدار السابق.
version-order = الإصدار السابق يسري بعد هذا اليوم. اختر يومًا بعده.
version-meanwhile = نشر أحد إصدارًا من هذه الوثيقة في هذه الأثناء. راجعه قبل أن تكتب التالي.
field-effective_at = يسري من
field-effective_at-why = بداية هذا اليوم بالتوقيت العالمي. بعد 30 يومًا من الآن على الأقل، حتى يقرأ الناس ويسألوا ويغادروا إن شاؤوا.
field-early = هل يأتي بمهلة أقل؟
field-early-why = فقط حيث يطلب ذلك قانون أو سلامة الناس. وتذكر الرسالة ذلك.
wrong-summary = قل في 20 إلى 2,000 حرف ما الذي يتغيّر، بكل لغة.
wrong-effective_at = اختر يومًا خلال سنة وبعد 30 يومًا من الآن على الأقل، إلا إذا طلب قانون أو سلامة الناس أقل من ذلك.
version-prove = يتطلب النشر كلمة مرورك مرة أخرى إن مرّ على إدخالها أكثر من ربع ساعة. افتح هذا في علامة تبويب أخرى ثم انشر من هنا؛ ويبقى ما كتبته.
wrong-document-size = يحتاج كل نص إلى ما بين 1 و200,000 حرف، بكل لغة من لغات العلامة.
