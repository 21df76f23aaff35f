# Mails. Every id here stands in the other languages' file of this name too.
# العربية. لا يوضع رابط داخل نص: لكل رابط سطر خاص به.

## في كل رسالة

mail-hello = مرحبًا،
mail-plain-link = إن لم يعمل الزر فانسخ هذا العنوان إلى المتصفح:
mail-time = { $day } { $month ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
  } { $year }، الساعة { $clock } { $zone }
mail-utc = بالتوقيت العالمي
mail-zone = بتوقيت { $zone } ({ $offset })
mail-when = الوقت
mail-valid-until = يعمل هذا الرابط حتى { $time } ولمرة واحدة فقط. فتحه لا يغيّر شيئًا: ستسألك الصفحة التي يؤدي إليها أولًا.
mail-was-it-you = لم تكن أنت؟
mail-not-me-explain = إذًا استخدم هذا الرابط، فهو يسجّل الخروج من كل الأجهزة، ويُنهي كل وصول للدعم أعطاه حسابك، ويزيل الخطوة الثانية للتحقق ومفاتيح المرور، ويتيح لك تعيين كلمة مرور جديدة، ثم تُعدّها من جديد:
mail-not-me-button = لم أكن أنا
mail-why = وصلتك هذه الرسالة لأن { $brand } تُعلمك بكل ما يحدث في حسابك. كُتبت آليًا، وليس فيها ما يُخبر أحدًا بأنك قرأتها.
mail-why-stranger = وصلتك هذه الرسالة لأن شخصًا أدخل عنوانك لدى { $brand }. كُتبت آليًا، وليس فيها ما يُخبر أحدًا بأنك قرأتها.
mail-controller = المسؤول عن بياناتك: { $controller }، { $contact }. إن كان لديك سؤال فردّ على هذه الرسالة.

## التسجيل

mail-confirm_address-subject = أكّد عنوان بريدك لدى { $brand }
mail-confirm_address-text = سجّل شخص لدى { $brand } بعنوان البريد هذا. إن كنت أنت فأكّد أن العنوان لك. وإن لم تكن أنت فلا تفعل شيئًا: لن يُفتح أي حساب من دون تأكيدك.
mail-confirm_address-button = تأكيد عنواني

mail-confirm_new_address-subject = أكّد عنوان بريدك الجديد لدى { $brand }
mail-confirm_new_address-text = أُدخل هذا العنوان ليكون العنوان الجديد لحساب لدى { $brand }. أكّد أنه لك ليحلّ محل القديم. وإن كان الأمر لا يعنيك فلا تفعل شيئًا: لن يُستخدم العنوان.
mail-confirm_new_address-button = تأكيد عنواني الجديد

mail-already_registered-subject = لديك حساب بالفعل لدى { $brand }
mail-already_registered-text = حاول شخص التسجيل لدى { $brand } بهذا العنوان، وله حساب بالفعل. لم يتغيّر أي شيء. إن كنت أنت فسجّل الدخول فحسب.
mail-already_registered-button = تسجيل الدخول
mail-already_registered-forgotten = إن نسيت كلمة المرور فعيّن كلمة جديدة من هنا:

mail-account_created-subject = حسابك لدى { $brand } جاهز
mail-account_created-text = تم تأكيد عنوانك وفُتح حسابك. ومن الآن تصلك رسالة كلما تغيّر فيه شيء.
mail-account_created-button = تسجيل الدخول

mail-account_set_up-subject = اكتمل إعداد { $brand }
mail-account_set_up-text = لقد أعددت { $brand } وأنت مديرها. احفظ كلمة المرور في برنامج لإدارة كلمات المرور وفعّل خطوة تحقق ثانية: من يملك هذا الحساب يملك الخدمة كلها.
mail-account_set_up-button = تسجيل الدخول

## الدخول

mail-new_place-subject = دخول إلى { $brand } من مكان جديد
mail-new_place-text = سجّل شخص الدخول إلى حسابك من شبكة أو بمتصفح لم نره من قبل. إن كنت أنت فليس عليك فعل شيء.
mail-new_place-network = الشبكة
mail-new_place-browser = المتصفح

mail-password_forgotten-subject = عيّن كلمة مرور جديدة لدى { $brand }
mail-password_forgotten-text = طلب شخص كلمة مرور جديدة لحسابك لدى { $brand }. إن كنت أنت فعيّنها من هنا؛ وعندها تُزال مفاتيح مرورك وتضيفها من جديد. وإن لم تكن أنت فلا تفعل شيئًا: تبقى كلمة مرورك كما هي.
mail-password_forgotten-text-undone = قلت إن غيرك دخل إلى حسابك لدى { $brand }. انتهى كل ما كان مفتوحًا فيه، ولم تعد كلمة المرور القديمة تفتح شيئًا. عيّن كلمة جديدة من هنا، ثم فعّل الخطوة الثانية وأضف مفاتيح مرورك من جديد.
mail-password_forgotten-button = تعيين كلمة مرور جديدة

## التغييرات

mail-password_changed-subject = تغيّرت كلمة مرورك لدى { $brand }
mail-password_changed-text = تغيّرت كلمة مرور حسابك، وسُجّل الخروج من كل الأجهزة الأخرى. وإن تمّ ذلك برابط مُرسل بالبريد فقد أُزيلت مفاتيح المرور كلها أيضًا: أضف مفاتيحك من جديد في حسابك.

mail-address_changed_old-subject = تغيّر عنوان بريدك لدى { $brand }
mail-address_changed_old-text = لم يعد حسابك يستخدم عنوان البريد هذا. من الآن تصل الرسائل عنه إلى العنوان الجديد.
mail-address_changed_old-new = العنوان الجديد

mail-address_changed_new-subject = هذا عنوان بريدك لدى { $brand } الآن
mail-address_changed_new-text = يستخدم حسابك عنوان البريد هذا من الآن، لتسجيل الدخول وللرسائل.
mail-address_changed_new-button = تسجيل الدخول

mail-two_factor_changed-subject = تغيّرت خطوة التحقق الثانية لدى { $brand }
mail-two_factor_changed-text = تغيّرت الطريقة التي تؤكد بها تسجيل دخولك.
mail-two_factor_changed-what = ما الذي تغيّر
mail-two_factor-codes_on = فُعّلت الرموز من التطبيق
mail-two_factor-codes_off = أُوقفت الرموز من التطبيق
mail-two_factor-passkey_added = أُضيف مفتاح مرور
mail-two_factor-passkey_removed = أُزيل مفتاح مرور

mail-token_made-subject = رمز API جديد لدى { $brand }
mail-token_made-text = أُنشئ رمز API لحسابك. ومن يملكه يستطيع فعل ما يلي باسمك.
mail-token_made-text-helper = أنشأ من يساعد رمز API لحسابك، بوصول الدعم الذي أعطيته. ويُلغى حين ينتهي ذلك الوصول. وترى لماذا أُنشئ وكل استدعاء به، ويمكنك إنهاء الوصول، تحت «وصول الدعم».
mail-token_made-scopes = الصلاحيات

mail-token_revoked-subject = أُلغي رمز API لدى { $brand }
mail-token_revoked-text = أُلغي رمز API في حسابك، أو عدة رموز معًا، ولم يعد يعمل ما أُلغي.

mail-admin_read-subject = اطّلع مدير { $brand } على اسمك وعنوانك
mail-admin_read-text = طلب مدير { $brand } إظهار اسم حسابك وعنوان بريده. هذا مسموح حين يحتاج إليه تشغيل الخدمة، وتُخبَر به. وإن تكرّر ذلك كثيرًا فليس لكل مرة رسالة، أما السجلّ في حسابك ففيه المرات كلها. إن أردت أن تعرف السبب فاسأل جهة الاتصال أدناه.
mail-admin_read-button = عرض حسابي
mail-admin_opened-subject = اطّلع مدير { $brand } على ما يحفظه حسابك
mail-admin_opened-text = اطّلع مدير { $brand } على شيء مما يحفظه حسابك، وذكر السبب. هذا مسموح حين يحتاج إليه تشغيل الخدمة، وتُخبَر به. وإن تكرّر ذلك كثيرًا فليس لكل مرة رسالة، أما القائمة في حسابك ففيها المرات كلها. والأسئلة إلى جهة الاتصال أدناه.
mail-admin_opened-text-last = اطّلع مدير { $brand } على شيء مما يحفظه حسابك، وليست هذه أول مرة. وقد لا تصلك رسالة أخرى عن ذلك في الوقت الحاضر إن اطّلع عليه مرة أخرى في الدقائق القادمة. أما القائمة في حسابك ففيها كل مرة مع سببها، فاطّلع عليها. والأسئلة إلى جهة الاتصال أدناه.
mail-admin_opened-what = ماذا
mail-admin_opened-reason = لماذا
mail-admin_opened-button = عرض حسابي

mail-sessions_ended-subject = سجّل مدير { $brand } خروجك من كل مكان
mail-sessions_ended-text = أنهى مدير { $brand } كل جلسات حسابك، كما يُفعل حين يُخشى أن تكون إحداها في يد غير صاحبها. يمكنك تسجيل الدخول من جديد فورًا. وانتهى كذلك كل وصول للدعم منحه الحساب، وتبقى رموز API تعمل. إن لم تطلب ذلك وأردت أن تعرف السبب فاسأل جهة الاتصال أدناه.
mail-sessions_ended-button = تسجيل الدخول

mail-plan_changed-subject = تغيّرت باقتك لدى { $brand }
mail-plan_changed-text = تغيّرت باقة حسابك أو حالة اشتراكك. تجد في حسابك ما تشمله الباقة وما استخدمته منها.
mail-plan_changed-plan = الباقة
mail-plan_changed-state = الاشتراك
mail-plan_changed-button = عرض باقتي

## البيانات

mail-export_taken-subject = صُدّرت بيانات من { $brand }
mail-export_taken-text = أُخرج من حسابك ملف فيه بيانات شخصية. ومن يملكه يستطيع قراءة ما فيه، فاحفظه في مكان آمن واحذفه حين لا تعود بحاجة إليه. وإذا أُخذت ملفات كثيرة تباعًا فلا تأتيك رسالة عن كل ملف.
mail-export_taken-what = المحتوى
mail-export-leads = { $count ->
    [zero] لا بيانات لأي عميل
    [one] بيانات عميل واحد
    [two] بيانات عميلين
    [few] بيانات { $people } عملاء
    [many] بيانات { $people } عميلًا
   *[other] بيانات { $people } عميل
  }
mail-export-account = { $count ->
    [0] كل ما في الحساب
    [zero] كل ما في الحساب
    [one] كل ما في الحساب، ومعه بيانات عميل واحد
    [two] كل ما في الحساب، ومعه بيانات عميلين
    [few] كل ما في الحساب، ومعه بيانات { $people } عملاء
    [many] كل ما في الحساب، ومعه بيانات { $people } عميلًا
   *[other] كل ما في الحساب، ومعه بيانات { $people } عميل
  }

mail-lead_erased-subject = مُحيت بيانات شخص لدى { $brand }
mail-lead_erased-text = مُحيت بيانات شخص كان قد راسل إحدى صفحاتك، مع كل ما خُزّن عنه. ولن تصله رسائلك الجماعية بعد الآن. يثبت الإيصال ذلك ولا يذكر اسم أحد. وإذا مُحي كثيرون تباعًا فلا تأتيك رسالة عن كل واحد منهم.
mail-lead_erased-page = الصفحة
mail-lead_erased-button = عرض الإيصال

## الإرسال

mail-page_stopped-subject = توقفت إحدى صفحاتك عن الإرسال
mail-page_stopped-text = إحدى صفحاتك لا ترسل في الوقت الحالي. والرسائل الجماعية الجارية تستثني عملاءها إلى أن ترسل من جديد.
mail-page_stopped-page = الصفحة
mail-page_stopped-why = السبب
mail-page_stopped-button = عرض الصفحة

mail-broadcast_finished-subject = انتهت رسالتك الجماعية
mail-broadcast_finished-text = { $count ->
    [zero] انتهت رسالتك الجماعية. لم تكن موجهة إلى أحد.
    [one] انتهت رسالتك الجماعية. كانت موجهة إلى شخص واحد.
    [two] انتهت رسالتك الجماعية. كانت موجهة إلى شخصين.
    [few] انتهت رسالتك الجماعية. كانت موجهة إلى { $total } أشخاص.
    [many] انتهت رسالتك الجماعية. كانت موجهة إلى { $total } شخصًا.
   *[other] انتهت رسالتك الجماعية. كانت موجهة إلى { $total } شخص.
  } وتجد في النتيجة من لم تصلهم وسبب ذلك.
mail-broadcast_finished-sent = أُرسلت
mail-broadcast_finished-refused = لم تُرسل وفق القواعد
mail-broadcast_finished-failed = رفضتها ميتا
mail-broadcast_finished-unknown = سُلّمت ولا يُعرف هل وصلت
mail-broadcast_finished-button = عرض النتيجة

mail-account_erased-subject = مُحي حسابك لدى { $brand }
mail-account_erased-text = كما طلبت، مُحي حسابك لدى { $brand } بكل صفحاته وعملائها ورسائلها الجماعية وكل ما كان فيه، ولم يعد أحد يستطيع قراءة شيء منه. هذه آخر رسالة تصلك منا، وعنوانك يُنسى بعدها. في الصفحة أدناه ترى إلى أين وصلت الإزالة وتجد الإيصال الموقّع؛ احتفظ بعنوانها فلا يمكن إرساله مرة أخرى.
mail-account_erased-text-admin = طلب مدير { $brand } محو حسابك بكل صفحاته وعملائها ورسائلها الجماعية وكل ما كان فيه، والسبب الذي ذكره مكتوب أدناه. لم يعد أحد يستطيع قراءة شيء منه. هذه آخر رسالة تصلك منا، وعنوانك يُنسى بعدها. في الصفحة أدناه ترى إلى أين وصلت الإزالة وتجد الإيصال الموقّع؛ احتفظ بعنوانها فلا يمكن إرساله مرة أخرى.
mail-account_erased-button = سير المحو والإيصال
mail-account_erased-reason = السبب
mail-account_erased-tag = وسم المحو

## السجلّ

mail-weekly_checkpoint-subject = بصمة هذا الأسبوع لسجلّ { $brand }
mail-weekly_checkpoint-text = احتفظ بهذه الرسالة. السجلّ الذي تُثبَت فيه كل موافقة وكل محو يكبر ولا ينقص. تقول هذه الأسطر ماذا كان فيه، وبها يستطيع أي شخص أن يعرف لاحقًا هل أُضيف إليه شيء أو حُذف منه أو غُيّر تاريخه. وللمقارنة اكتب عدد القيود في صفحة السجلّ: يجب أن تظهر البصمة نفسها.
mail-weekly_checkpoint-log = السجلّ
mail-weekly_checkpoint-entries = عدد القيود
mail-weekly_checkpoint-root = البصمة
mail-weekly_checkpoint-witness = شهد عليها
mail-weekly_checkpoint-nobody = لا أحد بعد: هذه الرسالة هي النسخة الوحيدة خارج الخادم
mail-weekly_checkpoint-button = عرض السجلّ

## العودة من نسخة احتياطية

mail-restored-subject = استُعيدت خدمة { $brand } من نسخة احتياطية
mail-restored-text = استُعيدت الخدمة من نسخة احتياطية، وهي لا تعرف ما جرى بعدها. توقفت الرسائل الجماعية، ولن تصل رسالة جماعية إلى أحد قبل أن يكتب من جديد. ومن مُحيت بياناتهم منذ ذلك الحين تبقى ممحوّة. أما كلمات السر ومفاتيح المرور والإعدادات فهي كما كانت في النسخة: يُرجى مراجعتها.
mail-restored-lost = سجلات مفقودة من السجل الموقّع
mail-restored-unknown = رسائل لا يُعرف هل خرجت أم لا
mail-restored-button = فتح لوحة التحكم

mail-data_map_changed-subject = { $brand } يعلن تغييرًا في استعمال البيانات
mail-data_map_changed-text = يتغير ما يحفظه { $brand } أو طريقة حفظه ابتداءً من اليوم المذكور هنا وليس قبله. هذه الرسالة عن ذلك ولا شيء غيره. نرحب بالأسئلة: أجب عن هذه الرسالة.
mail-data_map_changed-from = ابتداءً من
mail-data_map_changed-early = سبب المهلة القصيرة
mail-data_map_changed-what = ما الذي يتغير
mail-data_map_changed-button = اطّلع على ما هو آتٍ
mail-data_map_changed-leave = ابقَ، أو خذ ما هو لك وغادر

mail-recipient_announced-subject = { $brand } يعلن من سيتلقى بيانات
mail-recipient_announced-text = ستتلقى جهة بيانات من { $brand } ابتداءً من اليوم المذكور هنا وليس قبله. هذه الرسالة عن ذلك ولا شيء غيره. نرحب بالأسئلة: أجب عن هذه الرسالة.
mail-recipient_announced-from = ابتداءً من
mail-recipient_announced-early = سبب المهلة القصيرة
mail-recipient_announced-who = الجهة
mail-recipient_announced-data = ما الذي تتلقاه
mail-recipient_announced-purpose = الغرض
mail-recipient_announced-country = المكان
mail-recipient_announced-safeguard = ما الذي يحميها هناك
mail-recipient_announced-button = اطّلع على كل من يتلقى بيانات
mail-recipient_announced-leave = ابقَ، أو خذ ما هو لك وغادر
mail-brand_ends-subject = تنتهي خدمة { $brand }: خذ ما هو لك
mail-brand_ends-text = تنتهي خدمة { $brand } في اليوم المذكور هنا. ومنذ ذلك الحين يمكن أن يُمحى كل ما يُحفظ هنا في أي وقت: حسابك وصفحاتك والأشخاص الذين راسلوها. ولا يمكن بعدها تسليم شيء. وحتى ذلك اليوم يستمر كل شيء على حاله: نزّل أرشيفك قبله، أو غادر واطلب محو كل شيء الآن. هذه الرسالة عن ذلك ولا شيء غيره. نرحب بالأسئلة: أجب عن هذه الرسالة.
mail-brand_ends-from = تنتهي في
mail-brand_ends-contact = من تسأل
mail-brand_ends-button = خذ نسخة وغادر
mail-brand_goes_on-subject = خدمة { $brand } مستمرة
mail-brand_goes_on-text = كان قد أُعلن أن خدمة { $brand } ستنتهي. وقد أُلغي ذلك: لن يُمحى شيء، ويستمر كل شيء على حاله. ليس عليك فعل شيء. هذه الرسالة عن ذلك ولا شيء غيره. نرحب بالأسئلة: أجب عن هذه الرسالة.
mail-brand_goes_on-from = اليوم الذي أُلغي
mail-brand_goes_on-button = حسابك
mail-breach_notice-subject = مسّ خرقٌ بياناتك لدى { $brand }
mail-breach_notice-text = حدث شيء يخص بياناتك. لا تتناول هذه الرسالة غير ذلك. نرجو أن تقرأ ما يمكنك فعله.
mail-breach_notice-seen = ما اطُّلع عليه بالتأكيد
mail-breach_notice-possible = ما ربما اطُّلع عليه
mail-breach_notice-happened = ما حدث
mail-breach_notice-follows = ما يُرجّح أن يترتب عليه
mail-breach_notice-done = ما فعلناه
mail-breach_notice-advice = ما يمكنك فعله
mail-breach_notice-contact = من تسأل
mail-breach_notice-button = كيف نتعامل مع الخروقات
mail-breach_of_leads-subject = مسّ خرقٌ بيانات أشخاص راسلوا صفحاتك
mail-breach_of_leads-text = حدث شيء يخص بيانات أشخاص راسلوا صفحاتك. وأنت المتحكم ببياناتهم، فأنت من يقرر ما يُقال غير ذلك لهم ولسلطتك. من تُمكن مراسلته يُعلَم في محادثته، والآخرون في صفحتهم الخاصة.
mail-breach_of_leads-people = أشخاص راسلوا صفحاتك
mail-breach_of_leads-seen = البيانات المعنية، مؤكدةً أو محتملة
mail-breach_of_leads-happened = ما حدث
mail-breach_of_leads-follows = ما يُرجّح أن يترتب عليه
mail-breach_of_leads-done = ما فعلناه
mail-breach_of_leads-advice = ما يمكنهم فعله
mail-breach_of_leads-contact = من تسأل
mail-breach_of_leads-button = كيف نتعامل مع الخروقات
mail-breach_due-subject = خرق: مهلة إعلام السلطة توشك أن تنتهي
mail-breach_due-text = إحدى حالاتك مؤكدة، ولا يقول السجل بعد إن السلطة أُعلمت، ولا لماذا لم تُعلَم.
mail-breach_due-due = موعد الإعلام
mail-breach_due-button = إلى الحالة

mail-support_granted-subject = أُعطي وصول للدعم لدى { $brand }
mail-support_granted-text = أعطى مدير وصولًا لمدة لمن يساعد. وإن لم يفعل ذلك أحد منكم فأنهوه فورًا. ومن دخل غيره إلى حسابه، أو لم يعد يستطيع الدخول، فليطلب كلمة مرور جديدة من صفحة الدخول: بذلك ينتهي كل وصول أعطاه حسابه.
mail-support_granted-opens = يفتح
mail-support_granted-until = ينتهي على الأكثر
mail-support_granted-button = إلى الإذن
mail-support_entered-subject = دخل من يساعد لدى { $brand }
mail-support_entered-text = استُعمل رمز وصول للدعم، ولا يعمل بعد الآن. وإن لم يكن ذلك المساعد الذي أعطيته إياه فأنهِ الوصول فورًا.
mail-support_entered-button = إلى الإذن
mail-support_ended-subject = انتهى وصول للدعم لدى { $brand }
mail-support_ended-text = خرج المساعد، وانتهى كل رمز لواجهة البرمجة أُنشئ له. والملخص في السجل العلني.
mail-support_ended-how = كيف
mail-support_ended-people = أشخاص عُرضوا
mail-support_ended-button = إلى الملخص
mail-support_read-subject = اطُّلع على اسمك وعنوانك للدعم لدى { $brand }
mail-support_read-text = طلب من يساعد { $brand } بوصول محدود إظهار اسم حسابك وعنوان بريده. وإن تكرّر ذلك كثيرًا فليس لكل مرة رسالة، أما القائمة في حسابك ففيها المرات كلها. والأسئلة إلى جهة الاتصال أدناه.
mail-support_read-text-last = طلب من يساعد { $brand } بوصول محدود إظهار اسم حسابك وعنوان بريده، وليست هذه أول مرة. وقد لا تصلك رسالة أخرى عن ذلك في الوقت الحاضر إن أُظهرا مرة أخرى في الدقائق القادمة. أما القائمة في حسابك ففيها كل مرة مع سببها، فاطّلع عليها. والأسئلة إلى جهة الاتصال أدناه.
mail-support_read-reason = لماذا
mail-support_read-button = عرض حسابي

mail-document_changed-subject = { $brand }: وثيقة تتغيّر، نرجو أن تقرأ وتقرر
mail-document_changed-subject-told = { $brand }: وثيقة تتغيّر
mail-document_changed-text = وثيقة بينك وبين { $brand } لها إصدار جديد. هذه الرسالة عن ذلك ولا شيء غيره. نرحب بالأسئلة: أجب عن هذه الرسالة.
mail-document_changed-document = الوثيقة
mail-document_changed-version = الإصدار الجديد
mail-document_changed-from = يسري من
mail-document_changed-early = سبب المهلة القصيرة
mail-document_changed-what = ما الذي يتغيّر
mail-document_changed-button = اقرأه مع الفروق
mail-document_changed-decide = القرار لك: اقبله، أو خذ بياناتك وغادر. تُسأل عند تسجيل دخولك التالي، أو هنا
