# The bot's page of the console. Every id here stands in the other languages' file of this name too.

# Why the test pane's bot answered as it did.
bot-because-nothing = لا شيء هنا يستدعي ردًّا.
bot-because-withdrawn = بهذا تتوقف جميع العروض. يُرسل تأكيد واحد مهما كانت القواعد.
bot-because-said_yes = أُجيب عن السؤال بنعم: هذه موافقة على العروض.
bot-because-said_no = أُجيب عن السؤال بلا.
bot-because-my_data = سؤال عن البيانات، ويُجاب مهما كانت القواعد.
bot-because-opening = شخص جديد، أو شخص يطلب العروض: الترحيب ثم السؤال.
bot-because-rule = انطبقت القاعدة «{ $name }».
bot-because-answered = أُخذت الإجابة عن السؤال «{ $name }».
bot-because-skipped = جرى تخطّي السؤال «{ $name }».
bot-because-unfit = السؤال «{ $name }» ينتظر جوابًا، وليس هذا جوابًا عنه.
bot-because-default = لم تنطبق أي قاعدة: الردّ الافتراضي.
bot-because-off = البوت متوقف. لا يُجاب إلا عن طلب التوقف، والإجابة عن سؤال الموافقة، وكلمة «بياناتي».

# Whether what Messenger shows of the page is what was set.
bot-published-never = لم يُنشر لدى ميتا بعد.
bot-published-waiting = يجري نشره لدى ميتا.
bot-published-done = نُشر لدى ميتا.
bot-published-failed = لم تقبله ميتا. انظر السبب، وغيّر ما يشير إليه، ثم انشر من جديد.

# Kinds of data that a question may ask for.
bot-field-given_name = الاسم الأول
bot-field-phone = رقم الهاتف
bot-field-email = البريد الإلكتروني
bot-field-free_text = نص حر
bot-field-choice = اختيار من قائمة

# What a lead may permit with an answer.
bot-use-store = حفظها
bot-use-show = عرضها على القائمين على الصفحة
bot-use-message = استعمالها في الرسائل إلى صاحبها
bot-use-share = نقلها إلى طرف آخر

# Where a template stands at Meta.
template-status-unknown = سُلّم القالب، ولم تجب ميتا بعد
template-status-approved = معتمد
template-status-pending = قيد المراجعة لدى ميتا
template-status-rejected = رفضته ميتا
template-status-paused = أوقفته ميتا مؤقتًا
template-status-disabled = عطّلته ميتا
template-status-archived = مؤرشف
template-status-in_appeal = قيد التظلّم
template-status-limit_exceeded = تجاوز حدّ القوالب لدى ميتا
template-status-pending_deletion = قيد الحذف
template-status-deleted = لم يعد موجودًا لدى ميتا

# What the clocks make of a local time.
schedule-how-exact = تُظهر الساعات هذا الوقت مرة واحدة.
schedule-how-skipped = تُقدَّم الساعات فتتخطّى هذا الوقت. يُرسل متأخرًا بقدر ما تتخطّاه.
schedule-how-twice = تُظهر الساعات هذا الوقت مرتين لأنها تُؤخَّر.

## The bot of a page

bot-title = البوت
bot-of-page = ما يقوله البوت في هذه الصفحة
bot-lead = يردّ باسم الصفحة فورًا وفي كل وقت. وما لا تضبطه يُقال بعبارات العلامة نفسها.
bot-try = جرّبه
bot-parts = ما يقوله
bot-save = حفظ
bot-leave = رجوع من دون حفظ
bot-change = تعديل
bot-delete = حذف
bot-look = اطّلع على الوضع الحالي
bot-changed = آخر تعديل: { $at }
bot-is-off = البوت متوقف. لا يُجاب إلا عن «توقف» و«بياناتي» وعن سؤال الموافقة، وكل ما عدا ذلك ينتظرك في بريد الصفحة.
bot-switch-title = إيقافه
bot-switch-explain = مثلًا حين يتولى شخص الردّ بنفسه. تبقى «توقف» و«بياناتي» تعملان، فالناس يعتمدون عليهما في كل وقت.
bot-switch-off = أوقف البوت
bot-switch-on = شغّله من جديد
bot-state-brand = بعبارات العلامة
bot-state-own = بعباراتك: { $languages }
bot-state-menu = { $count ->
    [zero] «بياناتي» وطريقة التوقف
    [one] بند واحد من عندك، و«بياناتي» وطريقة التوقف
    [two] بندان من عندك، و«بياناتي» وطريقة التوقف
    [few] { $shown } بنود من عندك، و«بياناتي» وطريقة التوقف
    [many] { $shown } بندًا من عندك، و«بياناتي» وطريقة التوقف
   *[other] { $shown } بند من عندك، و«بياناتي» وطريقة التوقف
}
bot-state-rules = { $count ->
    [zero] لا قاعدة بعد
    [one] قاعدة واحدة
    [two] قاعدتان
    [few] { $shown } قواعد
    [many] { $shown } قاعدة
   *[other] { $shown } قاعدة
}
bot-state-asks = { $count ->
    [zero] لا يطلب بيانات من أحد
    [one] سؤال واحد مع غرضه
    [two] سؤالان، لكل منهما غرضه
    [few] { $shown } أسئلة، لكل منها غرضه
    [many] { $shown } سؤالًا، لكل منها غرضه
   *[other] { $shown } سؤال، لكل منها غرضه
}
bot-automated-title = يقول إنه آلي
bot-automated = يقرأ الناس ذلك مرتين قبل أن يخبروه بشيء. عبارات العلامة تقوله، وإلى عباراتك يضيفه البرنامج.
bot-automated-greeting-own = في ختام تحيتك
bot-automated-greeting-brand = في تحية العلامة
bot-automated-first-own = في مطلع الردّ الأول
bot-automated-first-brand = في ترحيب العلامة

## What stands at Meta

bot-published-title = لدى ميتا
bot-published-what = التحية وزر البدء والقائمة والأسئلة المقترحة يعرضها ماسنجر بنفسه، ولذلك تُنشر لدى ميتا بعد كل تعديل.
bot-published-since = آخر نشر: { $at }
bot-published-again = لم تقبله ميتا هذه المرة، وستُعاد المحاولة تلقائيًا.
bot-published-next = المحاولة التالية: { $at }
bot-publish = انشر من جديد الآن
bot-failure-unreachable = تعذّر الوصول إلى ميتا، أو كان لديها خلل ({ $code }).
bot-failure-unreadable = تعذّرت قراءة الإعدادات. احفظها مرة أخرى.
bot-failure-refused = لم تقبل ميتا أحد النصوص أو العناوين (الرمز { $code }). راجع التحية والقائمة.
bot-failure-access = انتهت صلاحية الوصول إلى الصفحة (الرمز { $code }). اربط الصفحة من جديد.
bot-failure-slow = عُدّل كثيرًا في وقت قصير، وتطلب ميتا التمهّل (الرمز { $code }).
bot-failure-permission = ينقص إذن (الرمز { $code }). اربط الصفحة من جديد وأبقِ كل الخيارات محددة في نافذة فيسبوك.
bot-failure-other = أعطت ميتا الرمز { $code }.

## Forms

bot-wrong = لم يكتمل الأمر بعد. ما يحتاج إلى تصحيح مكتوب عند حقله. لم يُحفظ شيء، ولم يضع شيء مما كتبت.
bot-wrong-elsewhere = لم يُحفظ هذا، لأن شيئًا في جزء آخر من البوت لم يعد صالحًا: { $problem }
bot-stale = عدّل شخص آخر هذا البوت وأنت تكتب، فلم يُحفظ شيء. ما كتبته باقٍ هنا: إن حفظت مرة أخرى حلّ محلّ الموجود الآن.
bot-promises = قائم دائمًا
bot-get-started = بدء الاستخدام
bot-characters = { $count ->
    [zero] { $shown } حرف
    [one] حرف واحد
    [two] حرفان
    [few] { $shown } أحرف
    [many] { $shown } حرفًا
   *[other] { $shown } حرف
}
bot-wrong-length = على الأكثر { $limit }.
bot-wrong-text = اكتب شيئًا، على الأكثر { $limit }.
bot-wrong-purpose = اذكر الغرض من الإجابة في { $limit } على الأكثر. لا يجوز السؤال عن شيء بلا غرض.
bot-wrong-no = على الأكثر { $limit }، ولا يطابق «نعم».
bot-wrong-answer = اكتب شيئًا. الحدّ الأقصى لعدد الأحرف { $limit }، ومع الأزرار { $less }.
bot-wrong-rows = أقصى عدد هنا { $limit }.
bot-wrong-row = السطر { $row }: طول العنوان من 1 إلى { $limit } من الأحرف، ولا يتكرر، وليس من الكلمات التي تعمل دائمًا مثل «توقف» أو «بياناتي».
bot-wrong-url = السطر { $row }: يجب أن يبدأ الرابط بـ https:// وألا يحوي مسافات.
bot-wrong-sign = السطر { $row }: الحدّ الأقصى لأحرف العلامة 1,000، ولا يجوز أن تبدأ بـ «entente:».
bot-wrong-language = ليست هذه من لغات العلامة.
bot-wrong-name = أعطه اسمًا خاصًا به: من 1 إلى 40 من الحروف أو الأرقام أو المسافات أو الشرطات.
bot-wrong-many = بلغ العدد الحدّ الأقصى وهو { $limit }. احذف ما لم تعد تحتاج إليه.
bot-wrong-words = اكتب من كلمة واحدة إلى 20 كلمة أو عبارة، كلًّا منها في سطر.
bot-wrong-word = السطر { $row }: من 1 إلى 80 من الأحرف وفيه حرف أو رقم، وليس من الكلمات التي تعمل دائمًا مثل «توقف» أو «بياناتي».
bot-wrong-pattern = لا يمكن استعمال هذا النمط. طوله من 1 إلى 200 من الأحرف، ولا يجوز أن ينطبق على رسالة فارغة. ما فيه من خطأ: { $problem }
bot-wrong-patterns = لا يجوز استعمال الأنماط في أكثر من { $limit } قواعد. استعمل كلمات هنا.
bot-wrong-tap = اكتب العلامة التي يحملها الزر، بحدّ أقصى 1,000 من الأحرف ومن دون أن تبدأ بـ «entente:».
bot-wrong-ask = اختر أحد أسئلتك.
bot-wrong-uses = لا تُنقل الإجابات إلى أحد. أزل هذه العلامة.
bot-wrong-no-speech = اكتب السؤال بلغة واحدة على الأقل.
bot-wrong-choices = يحتاج الاختيار إلى ما بين 2 و12 إجابة، كل منها في سطر بحدّ أقصى { $limit } من الأحرف، مختلفة فيما بينها وليست من الكلمات التي تعمل دائمًا مثل «توقف».
bot-answer-text = ما يقوله البوت
bot-answer-text-why = تُملأ مواضع { "{page}" } و{ "{brand}" } و{ "{contact}" } بالأسماء وعنوان الاتصال.
bot-answer-buttons = الأزرار
bot-answer-buttons-why = ثلاثة على الأكثر. يفتح الزر رابطًا، أو يعمل كأن عنوانه قد كُتب. أعطه علامة إن أردت أن تجيب عنه قاعدة خاصة به.
bot-answer-replies = الردود السريعة
bot-answer-replies-why = اقتراحات تحت الرسالة تختفي بعد الرسالة التالية. يعمل الضغط عليها كأن عنوانها قد كُتب، ما لم تعطها علامة.
bot-row-title = العنوان، السطر { $row }
bot-row-kind = ماذا يفعل، السطر { $row }
bot-row-target = الرابط أو العلامة، السطر { $row }
bot-row-sign = العلامة، السطر { $row }
bot-row-title-hint = العنوان
bot-row-target-hint = https://… / علامة
bot-row-sign-hint = علامة (يجوز تركها فارغة)
bot-row-taps = يُجاب عنه
bot-row-opens = رابط

## Greeting

bot-greeting-title = التحية
bot-greeting-lead = ما يعرضه ماسنجر قبل الضغطة الأولى. تذكر الغرض، فيعرف من يضغط «بدء الاستخدام» ما الذي يبدأ.
bot-greeting-text = التحية
bot-greeting-text-why = جملة قصيرة أو جملتان. إن تركتها فارغة ظهرت تحية العلامة.
bot-greeting-adds = يُضاف إلى كلامك
bot-breakers = أسئلة مقترحة
bot-breakers-why = أربعة أسئلة على الأكثر يضغط عليها الناس بدل أن يكتبوا أولًا. تجيب عنها إحدى القواعد.
bot-greeting-promise-1 = تقول التحية إن البوت آلي، وإن العروض لا تأتي إلا بعد الموافقة.
bot-greeting-promise-2 = البدء تحتها دليل من مستوى «على علم». وهو ليس بعدُ موافقة على العروض.

## Welcome and opt-in question

bot-opening-title = الترحيب وسؤال الموافقة
bot-opening-lead = الردّ الأول على شخص جديد. لا تصل عروضك إلا إلى من يجيب عن هذا السؤال بنعم.
bot-opening-welcome = الترحيب
bot-opening-welcome-why = من يردّ هنا، وما الذي يمكن توقعه.
bot-opening-question = سؤال الموافقة
bot-opening-question-why = قل بوضوح ما تريد إرساله. كل تعديل في الترحيب أو السؤال أو الزرّين يُنشئ نسخة جديدة.
bot-opening-yes = عنوان «نعم»
bot-opening-no = عنوان «لا»
bot-opening-adds = يُضاف قبل كلامك وبعده
bot-opening-promise-1 = يقول الردّ الأول إن البوت آلي، وكيف تتوقف العروض.
bot-opening-promise-2 = يذكر دليل كل موافقة النسخة التي رآها صاحبها. وتُحفظ النسخ القديمة من أجل إثباتاتها.
bot-opening-promise-3 = كتابة «نعم» وحدها ليست موافقة: لا بدّ من الزر الذي تحت هذا السؤال نفسه.
bot-wordings = نسخ السؤال
bot-wordings-explain = لكل نسخة اسم مشتق من كلماتها. تشير إليه الأدلة والإثباتات، فيمكن في أي وقت بيان ما وافق عليه الشخص.
bot-wordings-name = النسخة
bot-wordings-text = الكلمات
bot-wordings-state = الحالة
bot-wordings-read = اقرأ
bot-wording-since = تُسأل منذ { $at }
bot-wording-now = تُسأل الآن
bot-wording-brand = تُسأل الآن، بعبارات العلامة
bot-wording-before = كانت تُسأل، وأولها في { $at }

## Menu

bot-menu-title = القائمة
bot-menu-lead = تبقى بجانب حقل الكتابة ما دامت المحادثة.
bot-menu-entries = بنودك
bot-menu-entries-why = كل بند يفتح رابطًا، أو يعمل كأن عنوانه قد كُتب. تُترك الأسطر الفارغة، وبعد الحفظ يتّسع المكان لغيرها.
bot-menu-adds = يبقيان في آخر القائمة دائمًا ولا يُحذفان
bot-menu-promise-1 = «بياناتي» تبيّن ما يُحفظ عن الشخص وكيف يطّلع عليه أو يمحوه.
bot-menu-promise-2 = طريقة التوقف تنهي العروض كلها فورًا مهما كانت قواعدك.

## Rules

bot-rules-title = القواعد
bot-rules-lead = ما يكتبه الناس أو يضغطون عليه، وما يجيب به البوت. تُجرَّب من الأعلى إلى الأسفل، وتجيب أول قاعدة تنطبق.
bot-rules-empty-title = لا قاعدة بعد
bot-rules-empty = تنتظر القاعدة كلمات مثل «أوقات العمل» فتجيب عنها. ابدأ بأكثر ما يُسأل عنه.
bot-rules-foot = تُفهم «توقف» و«بياناتي» والكلمات التي بمعناهما قبل أي قاعدة، وبكل اللغات.
bot-rule-title = القاعدة
bot-rule-new = قاعدة جديدة
bot-rule-lead = إذا جاء هذا، أجاب البوت بذاك.
bot-rule-kind = حين …
bot-rule-kind-contains = … تُذكر إحدى هذه الكلمات
bot-rule-kind-contains-why = في أي موضع من الرسالة، كلماتٍ كاملة.
bot-rule-kind-exact = … يُكتب هذا بالضبط
bot-rule-kind-exact-why = الرسالة كلها واحدة من هذه. لا يهم الترقيم ولا التشكيل.
bot-rule-kind-pattern = … يُكتب ما ينطبق على نمط
bot-rule-kind-pattern-why = تعبير نمطي، لمن يعرفه.
bot-rule-kind-tap = … يُضغط على ما يحمل هذه العلامة
bot-rule-kind-tap-why = زر أو ردّ سريع أو بند من القائمة أو سؤال مقترح يحملها.
bot-rule-value = الكلمات أو النمط أو العلامة
bot-rule-value-why = الكلمات والعبارات: كل منها في سطر. أما النمط أو العلامة فيُكتب وحده.
bot-rule-then = … فإن البوت
bot-rule-then-answer = يجيب
bot-rule-then-answer-why = بنص، وبأزرار إن شئت.
bot-rule-then-ask = يطلب بيانات
bot-rule-then-ask-why = يطرح أحد أسئلتك مع غرضه.
bot-rule-ask = السؤال
bot-rule-ask-why = تُكتب الأسئلة تحت «أسئلة تطلب بيانات».
bot-rule-ask-none = اختر سؤالًا
bot-rule-asks = يسأل «{ $question }»
bot-rule-name = اسم القاعدة
bot-rule-name-why = لك أنت: بهذا الاسم تظهر في القائمة وعند التجربة.
bot-rule-language = لمن يكتب بـ
bot-rule-any-language = أي لغة
bot-rule-up = انقل «{ $rule }» إلى أعلى
bot-rule-down = انقل «{ $rule }» إلى أسفل
bot-rule-delete-title = أتحذف القاعدة «{ $rule }»؟
bot-rule-delete-what = ما كانت تجيب عنه ينتقل إلى القاعدة التالية التي تنطبق، أو ينال الردّ الافتراضي. لا رجعة في هذا.
bot-rule-delete-button = احذف القاعدة
bot-rule-promise-1 = لا تستطيع أي قاعدة أن تحلّ محلّ «توقف» أو «بياناتي» أو الإجابة عن سؤال الموافقة.
bot-rule-promise-2 = من يكتب أول مرة يقرأ قبل الجواب أن البوت آلي.

## Default answer

bot-fallback-title = الردّ الافتراضي
bot-fallback-lead = ما يُقال عن كل ما لا تجيب عنه قاعدة.
bot-fallback-promise-1 = لا يُعدّ موافقة أبدًا، مهما كُتب.

## Questions that ask for data

bot-asks-title = أسئلة تطلب بيانات
bot-asks-lead = كل سؤال يبيّن الغرض من الإجابة ويمكن تخطّيه. تطرحه إحدى القواعد.
bot-asks-empty-title = البوت لا يطلب بيانات من أحد
bot-asks-empty = إن احتجت إلى رقم هاتف أو اختيار لتلبية طلب أحد، فاكتب هنا سؤالًا مع غرضه، ثم اجعل إحدى القواعد تطرحه.
bot-ask-title = السؤال
bot-ask-new = سؤال جديد
bot-ask-lead = الغرض جزء من الرسالة التي تسأل. لا يُسأل عن شيء بلا غرض.
bot-ask-name = اسم السؤال
bot-ask-name-why = لك أنت: بهذا الاسم يظهر في القواعد وفي صفحة العميل.
bot-ask-kind = ما المطلوب
bot-ask-text = السؤال
bot-ask-text-why = كما يقرؤه الناس.
bot-ask-purpose = الغرض
bot-ask-purpose-why = فيمَ تحتاج إلى الإجابة. يقرؤه الناس تحت السؤال.
bot-ask-choices = الإجابات التي يُختار منها
bot-ask-choices-why = كل منها في سطر، من 2 إلى 12.
bot-ask-thanks = بعدها يقول البوت
bot-ask-thanks-why = إن تُرك فارغًا: شكر قصير.
bot-ask-uses = ما يجوز لك أن تفعله بالإجابة
bot-ask-uses-why = كل منها إذن قائم بذاته. يقرأ الناس كل ما تحدده، ولهم أن يسحبوا كل إذن لاحقًا.
bot-ask-use-store = لازم: ما لا يُحفظ لا يُسأل عنه.
bot-ask-use-show = ترى الإجابة في صفحة العميل.
bot-ask-use-message = الاسم الأول مثلًا يوضع في الرسائل.
bot-ask-use-share = غير متاح: لا تُنقل الإجابات إلى أحد.
bot-ask-kept = مدة الحفظ
bot-ask-kept-why = مشفّرة بمفتاح الشخص نفسه، إلى أن تُمحى بياناته أو يسحب إذن الحفظ، فتزول.
bot-ask-delete-title = أتحذف السؤال «{ $question }»؟
bot-ask-delete-what = لن يُطرح بعد الآن. والإجابات السابقة تُحفظ لغرضها إلى أن تُمحى بيانات صاحبها أو يسحبها.
bot-ask-delete-rules = ما زالت هذه القواعد تطرحه: { $rules }. عدّلها أو احذفها أولًا.
bot-ask-delete-button = احذف السؤال
bot-ask-promise-1 = الغرض والأذون في الرسالة نفسها، وتحتها «تخطٍّ».
bot-ask-promise-2 = تُحفظ الإجابة مع الرسالة التي سألت عنها كما رآها صاحبها.

## The test pane

bot-try-title = تجربة البوت
bot-try-lead = تحدّث إلى البوت كما يفعل شخص في ماسنجر. لا يُرسل شيء ولا يُحفظ شيء.
bot-try-conversation = المحادثة
bot-try-you = أنت:
bot-try-bot = البوت:
bot-try-say = اكتب رسالة
bot-try-send = أرسل
bot-try-menu = القائمة
bot-try-who = من يتحدث
bot-try-as = أنت
bot-try-new = شخص جديد
bot-try-known = شخص سُئل من قبل
bot-try-language = كتب حتى الآن بـ
bot-try-language-why = يتبع البوت لغة كل رسالة.
bot-try-again = ابدأ من جديد
bot-try-full = طالت هذه المحادثة بما يكفي. ابدأ من جديد لتواصل التجربة.
bot-try-silent = لا يقول البوت شيئًا.
bot-try-withdraws = بهذا تنتهي العروض فورًا.
bot-try-keeps = كانت الإجابة ستُحفظ مشفّرة لهذا الغرض: { $purpose } إلى أن تُمحى بيانات صاحبها أو يسحب الإذن.
bot-try-waits = السؤال «{ $question }» ينتظر ساعة: ما يُكتب بعده يُعدّ جوابًا عنه.
bot-try-evidence-started = هذا دليل من مستوى «كتب أولًا». ولا يكفي للعروض.
bot-try-evidence-informed = هذا دليل من مستوى «بدأ تحت التحية». ولا يكفي للعروض.
bot-try-evidence-confirmed = هذا دليل من مستوى «قال نعم»: موافقة على العروض.
bot-try-know = من المفيد أن تعرف
bot-try-know-1 = القواعد التي تجيب هنا هي التي تجيب في ماسنجر، بالدالة نفسها.
bot-try-know-2 = تحت كل ردّ سببه، وما كان سيُسجَّل.
bot-try-know-3 = بعد أي تعديل تجيب الإعدادات الجديدة عن رسالتك التالية وعن كل ما قيل قبلها.

## After something was done

console-done-bot-saved = حُفظ. هكذا يجيب البوت من الآن، وما يعرضه ماسنجر بنفسه يجري نشره.
console-done-bot-moved = تغيّر الترتيب.
console-done-bot-deleted = حُذف.
console-done-bot-kept = لم يتغير شيء، لأن البوت لا يستقيم من دونه. افتح الجزء المعني وأصلحه أولًا.
console-done-bot-on = البوت يعمل.
console-done-bot-off = البوت متوقف. وتبقى «توقف» و«بياناتي» تعملان.
console-done-bot-publishing = يجري نشره لدى ميتا. بعد لحظات يظهر هنا ما كان من ذلك.

## What a lead told

told-title = ما أجاب به عن الأسئلة
told-hidden = لا إذن بعرضه
told-given = أُذن به في { $at }
told-ended = سُحب في { $at }
told-end = سحب الإذن
told-end-title = أتسحب الإذن «{ $use }»؟
told-end-store = تُحذف الإجابة نفسها. ويبقى السؤال وغرضه سجلًّا لما جرت الموافقة عليه.
told-end-other = تبقى الإجابة، لكن لا يُفعل بها هذا بعد الآن.
told-end-final = افعل هذا حين يطلبه الشخص. وهو وحده من يستطيع أن يأذن به مجددًا إذا أجاب عن السؤال مرة أخرى.
told-end-button = اسحب الإذن
console-done-told-ended = سُحب الإذن.
