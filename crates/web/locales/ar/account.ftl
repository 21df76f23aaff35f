# Accounts: set-up, sign-up, sign-in, profile, security. Every id here stands in the other languages' file of this name too.

## The pages for visitors

portal-languages = اللغات
portal-documents = الوثائق
home-title = أهلًا بك
home-lead = راسل من وافقوا على رسائلك عبر فيسبوك ماسنجر: مساعد آلي يجيب، ورسالة تصل بين حين وآخر إلى كل من قال نعم.
home-consent = لا تصل العروض إلا إلى من ضغط «نعم» على سؤال يقول ذلك صراحةً.
home-proof = تُحفظ كل موافقة مع إثباتها، ويستطيع أي أحد التحقق منه من دوننا.
home-erase = ومن أراد الرحيل مُحيت بياناته: يُتلف مفتاحه الخاص، ويبقى إيصال يشهد بذلك.
bounce-title = لحظة واحدة
bounce-go-on = متابعة

## Documents

document-terms = الشروط والأحكام
document-privacy = إشعار الخصوصية
document-data_use = كيف تُستخدم البيانات
document-version = الإصدار { $version }
document-since = سارٍ منذ { $time }
document-missing-title = لم تُنشر بعد
document-missing-lead = لم تُنشر هذه الوثيقة بعد. وما دامت غائبة فلا يستطيع أحد التسجيل هنا.

## Signing in

sign-in-title = تسجيل الدخول
sign-in-button = دخول
sign-in-forgotten = هل نسيت كلمة المرور؟
sign-in-register = ليس لديك حساب؟ سجّل الآن
sign-in-wrong = البريد الإلكتروني أو كلمة المرور غير صحيحين.
sign-in-unconfirmed = لم تؤكّد بريدك الإلكتروني بعد. أرسلنا إليك رسالة جديدة للتوّ: افتح الرابط الذي فيها ثم سجّل الدخول.
sign-in-must-reset = انتهت صلاحية كلمة المرور هذه، لأن أحدهم أفاد بأن الدخول لم يكن منك. اختر كلمة جديدة بالرابط المرسل إليك، أو اطلب رابطًا آخر أدناه.
field-email = البريد الإلكتروني
field-password = كلمة المرور
field-keep = البقاء مسجَّلًا
field-keep-why = من دونه تنتهي الجلسة بإغلاق المتصفح أو بعد ثلاثين دقيقة بلا استخدام. لا تختر الأيام إلا على جهازك الخاص. ومدير كلمات المرور يجعل الدخول سهلًا.
keep-no = لا
keep-days = { $count ->
    [zero] نعم، { $shown } يوم
    [one] نعم، ليوم واحد
    [two] نعم، ليومين
    [few] نعم، لمدة { $shown } أيام
    [many] نعم، لمدة { $shown } يومًا
   *[other] نعم، لمدة { $shown } يوم
}
signed-out = خرجت من حسابك، وحُذفت الجلسة وملف الارتباط الخاص بها.
confirmed = تأكّد بريدك الإلكتروني. يمكنك تسجيل الدخول الآن.
reset-done = حُفظت كلمة المرور الجديدة وانتهت كل الجلسات. سجّل الدخول بها الآن.
set-up-done = اكتمل الإعداد. سجّل الدخول بالبريد وكلمة المرور اللذين اخترتهما للتوّ.
too-many = { $count ->
    [zero] محاولات كثيرة. عُد بعد { $shown } ثانية.
    [one] محاولات كثيرة. عُد بعد ثانية واحدة.
    [two] محاولات كثيرة. عُد بعد ثانيتين.
    [few] محاولات كثيرة. عُد بعد { $shown } ثوانٍ.
    [many] محاولات كثيرة. عُد بعد { $shown } ثانية.
   *[other] محاولات كثيرة. عُد بعد { $shown } ثانية.
}
second-title = الخطوة الثانية للتحقق
second-lead = اكتب الأرقام الستة التي يعرضها تطبيق المصادقة الآن، أو أحد رموز الاسترداد.
second-button = متابعة
second-anew = تسجيل الدخول من جديد
field-code = الرمز
wrong-code = هذا الرمز غير صحيح أو سبق استخدامه. اكتب الرمز الذي يعرضه التطبيق الآن.
sign-out = تسجيل الخروج

## Signing up

register-title = إنشاء حساب
register-lead = قبل أن تكتب أي شيء: هذا ما سنحتفظ به عنك، ولماذا، وإلى متى.
register-address-log = نحتفظ لأغراض الأمان بعنوان الإنترنت (IP) ونوع المتصفح لكل عملية دخول مدة 30 يومًا، ولكل جلسة ما دامت قائمة، 90 يومًا على الأكثر. ويمكنك رؤيتهما في حسابك متى شئت.
register-button = إنشاء الحساب
register-sign-in = تسجيل الدخول
register-closed-title = التسجيل مغلق
register-closed-lead = لم تُنشر بعد الوثائق التي ينبغي أن تقرأها أولًا. نرجو أن تعود لاحقًا.
register-sent-title = راجع بريدك
register-sent-lead = أرسلنا رسالة إلى العنوان الذي كتبته. افتح الرابط الذي فيها للمتابعة. وإن لم تصل خلال دقائق فابحث في مجلد الرسائل غير المرغوبة أو سجّل من جديد.
field-name = الاسم
field-new-password = كلمة مرور جديدة
field-new-password-why = عشرة أحرف على الأقل لا يخمّنها أحد، حتى من يعرفك. ومدير كلمات المرور يصنع لك كلمة جيدة ويحفظها.
field-admin-password-why = أربعة عشر حرفًا على الأقل، وأصعب تخمينًا من كلمة المستخدم: فالمدير يصل إلى بيانات الجميع.
field-agree = قرأتُ ما يلي وأوافق عليه:
wrong-agree = نرجو أن تقرأ الوثائق وتضع علامة في المربع، فمن دون ذلك لا يحقّ لنا الاحتفاظ ببياناتك.
wrong-accepted = تغيّرت الوثائق وأنت تقرؤها. نرجو أن تقرأها من جديد.
wrong-email = هذا ليس عنوان بريد إلكتروني. اكتبه على هيئة name@example.com.
wrong-name = اكتب اسمًا من حرف واحد إلى 100 حرف.
wrong-password = اختر كلمة مرور غير التي لديك.
wrong-documents = يجب أن يكون لكل وثيقة نصّ بكل لغة من لغات العلامة التجارية.
wrong-language = اختر إحدى اللغات من القائمة.

## Passwords that are refused

password-too-short = كلمة المرور هذه قصيرة جدًّا.
password-too-long = كلمة المرور هذه طويلة جدًّا: أقصى طول هو 200 حرف.
password-own-words = كلمة المرور هذه مؤلفة من كلماتك أنت (اسمك أو بريدك أو اسمنا). ومن يعرفك يجرّب هذه أولًا.
password-common = هذه من كلمات المرور التي تُجرَّب أولًا لأن كثيرين يستخدمونها.
password-word = الكلمة الواحدة سهلة التخمين. اجمع عدة كلمات لا صلة بينها.
password-name = الاسم وحده سهل التخمين. اجمع عدة كلمات لا صلة بينها.
password-pattern = المفاتيح المتجاورة على لوحة المفاتيح سهلة التخمين.
password-repeat = تكرار الأحرف نفسها سهل التخمين.
password-sequence = التسلسلات مثل abc أو 6543 سهلة التخمين.
password-date = التواريخ والسنوات سهلة التخمين.
password-guessable = ستُخمَّن كلمة المرور هذه سريعًا. أطِلها: عدة كلمات لا صلة بينها خيار جيد.

## Mailed links

link-not-good-title = لم يعد هذا الرابط صالحًا
link-not-good-lead = سبق استخدامه، أو انتهى وقته، أو انقطع عند نسخه. لم يتغيّر شيء. اطلب رابطًا جديدًا.
confirm-title = تأكيد بريدك الإلكتروني
confirm-lead = اضغط الزر إن كنت أنت من سجّل هنا. وإن لم تكن فأغلق هذه الصفحة ولن يحدث شيء.
confirm-button = تأكيد
confirm-address-title = تأكيد بريدك الإلكتروني الجديد
confirm-address-lead = اضغط الزر ليصبح هذا العنوان عنوان حسابك من الآن.
confirm-address-button = تأكيد
not-me-title = لم أكن أنا
not-me-lead = اضغط الزر إن دخل غيرك إلى حسابك. تنتهي كل الجلسات ورموز الواجهة البرمجية فورًا، ونرسل إليك رسالة فيها رابط لكلمة مرور جديدة.
not-me-button = إنهاء كل شيء
not-me-done-title = انتهى كل شيء
not-me-done-lead = انتهت كل الجلسات ورموز الواجهة البرمجية. افتح الرسالة التي أرسلناها إليك للتوّ واختر كلمة مرور جديدة.
reset-title = اختر كلمة مرور جديدة
reset-lead = بعدها تنتهي كل الجلسات، وتسجّل الدخول بكلمة المرور الجديدة.
reset-button = حفظ كلمة المرور
forgotten-title = نسيت كلمة المرور
forgotten-lead = نرسل إلى بريدك رابطًا لكلمة مرور جديدة، وهو صالح ساعة واحدة.
forgotten-button = أرسل الرابط
forgotten-sent-title = راجع بريدك
forgotten-sent-lead = إن كان لهذا العنوان حساب هنا فثمة رسالة فيها رابط في طريقها إليه.

## Set-up

set-up-title = الإعداد
set-up-lead = أنت أول من يصل إلى هنا. أنشئ حساب المدير، وراجع الوثائق، ثم انشرها إصدارًا أول. ولا يستطيع أحد التسجيل قبل ذلك.
set-up-button = إنشاء الحساب والنشر
field-document-why = بصيغة Markdown. هذا قالب: راجعه مع مستشارك القانوني، واحذف الملاحظة التي في أوله.

## One's own account

console-nav-account = الحساب
account-title = حسابي
account-done-password = تغيّرت كلمة مرورك وانتهت جلساتك الأخرى.
account-done-address = أرسلنا رابطًا إلى العنوان الجديد. وإلى أن تفتحه يبقى العنوان القديم.
account-done-session = انتهت.
account-done-factor-on = الخطوة الثانية للتحقق مفعّلة. ومن الآن يُطلب رمز عند تسجيل الدخول.
account-done-factor-off = الخطوة الثانية للتحقق متوقفة.
wrong-current = ليست هذه كلمة مرورك.
field-language = اللغة
field-current-password = كلمة المرور الحالية
field-new-email = البريد الإلكتروني الجديد
profile-title = الملف الشخصي
profile-button = حفظ
change-password-title = كلمة المرور
change-password-button = تغيير كلمة المرور
change-address-title = البريد الإلكتروني
change-address-lead = نرسل رابطًا إلى العنوان الجديد، ونُعلم العنوان القديم أيضًا.
change-address-button = أرسل الرابط
factor-on-title = الخطوة الثانية للتحقق
factor-on-lead = بها لا تكفي كلمة مرور مسروقة وحدها: عند تسجيل الدخول يُطلب أيضًا رمز من تطبيق على هاتفك.
factor-on-button = تفعيل
factor-confirm-title = تفعيل الخطوة الثانية للتحقق
factor-confirm-lead = اكتب الأرقام الستة التي يعرضها التطبيق الآن. عندها فقط يُطلب رمز عند تسجيل الدخول.
factor-confirm-button = تفعيل
factor-off-title = الخطوة الثانية للتحقق
factor-off-lead = هي مفعّلة. ولإيقافها اكتب كلمة مرورك ورمزًا.
factor-off-button = إيقاف
factor-codes-left = { $count ->
    [zero] لم يبقَ أي رمز استرداد.
    [one] بقي رمز استرداد واحد.
    [two] بقي رمزا استرداد.
    [few] بقيت { $shown } رموز استرداد.
    [many] بقي { $shown } رمز استرداد.
   *[other] بقي { $shown } رمز استرداد.
}
factor-new = خطوة ثانية جديدة للتحقق
factor-scan = صوّر هذا الرمز بتطبيق المصادقة:
factor-picture = رمز QR لتطبيق المصادقة
factor-by-hand = أو اكتب هذا السرّ فيه:
factor-recovery = احفظ رموز الاسترداد هذه حيث تحفظ أوراقك المهمة. كل رمز يفتح حسابك مرة واحدة إن ضاع الهاتف. ولا تُعرض إلا الآن.
sessions-title = الأجهزة التي دخلت منها
sessions-lead = كل سطر متصفح مسجَّل الدخول إلى حسابك. أنهِ ما لا تعرفه منها.
sessions-browser = المتصفح
sessions-address = عنوان الإنترنت (IP)
sessions-since = منذ
sessions-seen = آخر استخدام
sessions-end = إنهاء
sessions-this = هذه الجلسة
sessions-kept = يبقى مسجَّلًا
sessions-end-others = إنهاء كل ما سواها
history-title = عمليات الدخول في آخر 30 يومًا
history-lead = تُحفظ لأغراض الأمان فقط، مشفّرةً بمفتاحك الخاص، ولا تُعرض لأحد سواك. ويُحذف كل سطر بعد 30 يومًا.
history-when = متى
history-what = ماذا
sign-in-outcome-signed_in = تسجيل دخول
sign-in-outcome-second_factor = كلمة مرور صحيحة، وطُلبت الخطوة الثانية
sign-in-outcome-wrong_password = كلمة مرور خاطئة
sign-in-outcome-ended_password = كلمة مرور انتهت صلاحيتها
sign-in-outcome-wrong_code = رمز خاطئ

## The demo's mailbox

mailbox-title = صندوق البريد
mailbox-lead = رسائل هذه العلامة، الأحدث أولًا. حُفظت هنا ولم تُرسل إلى أحد.
mailbox-empty = لا رسائل بعد. أنشئ حسابًا أو اطلب كلمة مرور جديدة، فتظهر الرسالة هنا.
