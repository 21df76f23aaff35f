# Who gets data: the public page, the admin's pages, and who received what of one person.

recipients-nav = المتلقّون
recipients-title = من يتلقى البيانات
recipients-lead = كل جهة خارج هذا البرنامج تتلقى بيانات: ما هي، ولماذا، وأين، وبأي حماية. ما ذُكر هنا مرة يبقى هنا.
recipients-notice = لا تُعطى بيانات لجهة لم تُذكر هنا أولًا. كل جهة جديدة يُعلن عنها لكل حساب برسالة لا تتحدث عن غيرها، قبل يومها بثلاثين يومًا على الأقل، ما لم يُذكر لماذا لا يمكن الانتظار. والبرنامج نفسه لا يفتح اتصالًا بأي مضيف لا يسري ذكره هنا.
recipients-log = لكل قيد بصمة في سجل لا ينقص أبدًا: فلا يمكن تغيير ما أُعلن ولا موعد إعلانه بعد ذلك.
recipients-in-force = يسري الآن
recipients-in-force-none = لا أحد يتلقى بيانات.
recipients-coming = معلن عنه
recipients-coming-none = لم يُعلن عن أحد.
recipients-ended = انتهى
recipients-ended-none = لا توجد جهة كانت تتلقى بيانات ثم توقفت.
recipients-from = تتلقى بيانات ابتداءً من
recipients-until = حتى
recipients-withdrawn = سُحب قبل أن تتلقى شيئًا
recipients-announced = أُعلن
recipients-told = { $count ->
    [zero] لم يُبلَّغ أي حساب بالبريد
    [one] أُبلغ حساب واحد بالبريد
    [two] أُبلغ حسابان بالبريد
    [few] أُبلغت { $shown } حسابات بالبريد
    [many] أُبلغ { $shown } حسابًا بالبريد
   *[other] أُبلغ { $shown } حساب بالبريد
  }
recipients-by-mail = بالبريد
recipients-never-announced = قبل أن يكون هناك من يُبلَّغ، أو قبل أن تُحفظ الإعلانات هنا
recipients-reason = سبب المهلة القصيرة
recipients-way = كيف تصل إليها
recipients-not-connected = ليس من هذا البرنامج: فهو لا يتصل بها
recipients-leaf = القيد في السجل
recipients-leaf-waits = لم يُرقَّم بعد: خلال دقيقة
recipients-hashed = ما الذي حُسبت منه البصمة

recipients-admin-lead = الجهات التي يتصل بها البرنامج مذكورة في ملف المشغّل recipients.toml. أعلن هنا عن كل جهة أخرى تتلقى بيانات: شركة الاستضافة، أو المحاسب، أو المحامي.
announced-waiting = { $count ->
    [zero] لا رسالة تنتظر الإرسال.
    [one] لم تُرسل بعد الرسالة إلى حساب واحد.
    [two] لم تُرسل بعد الرسالتان إلى حسابين.
    [few] لم تُرسل بعد الرسائل إلى { $shown } حسابات.
    [many] لم تُرسل بعد الرسائل إلى { $shown } حسابًا.
   *[other] لم تُرسل بعد الرسائل إلى { $shown } حساب.
  } تُعاد محاولة الإرسال ثلاثة أيام. وإن استمر ذلك فالأمر «entente doctor» يبيّن ما الخلل في إرسال البريد.
announced-lost = { $count ->
    [zero] لا حساب لم يُبلَّغ.
    [one] هناك حساب واحد لم يُبلَّغ: لم يقبل أي خادم بريد رسالته، ولن تُعاد المحاولة.
    [two] هناك حسابان لم يُبلَّغا: لم يقبل أي خادم بريد رسالتيهما، ولن تُعاد المحاولة.
    [few] هناك { $shown } حسابات لم تُبلَّغ: لم يقبل أي خادم بريد رسائلها، ولن تُعاد المحاولة.
    [many] هناك { $shown } حسابًا لم تُبلَّغ: لم يقبل أي خادم بريد رسائلها، ولن تُعاد المحاولة.
   *[other] هناك { $shown } حساب لم تُبلَّغ: لم يقبل أي خادم بريد رسائلها، ولن تُعاد المحاولة.
  } اليوم المعلن يبقى كما هو. تحقق بالأمر «entente doctor» من أن البريد يُرسل، ثم أعلن ذلك مرة أخرى (والوثيقة بإصدارها التالي) بمهلة كافية. والعنوان الذي لم يعد يقبل البريد لا تصله الرسالة، والإعلان في الصفحة العامة أيضًا.
recipients-all = كلهم، مع المعلن عنهم ومن انتهوا
recipients-public = الصفحة العامة
recipients-end-title = إنهاء { $who }؟
recipients-end-what = لا تتلقى بيانات بعد الآن. ويبقى القيد في الصفحة العامة بين ما انتهى. ولإعطائها بيانات مرة أخرى أعلن عنها من جديد.
recipients-end-button = إنهاء

recipient-title = الإعلان عن متلقٍّ
recipient-lead = يتلقى كل صاحب حساب رسالة عن هذا ولا شيء غيره، ويظهر القيد في الصفحة العامة فورًا. لا تعطِ بيانات قبل يومه. ولا يمكن تغيير القيد: أنهِه وأعلن عن غيره.
recipient-look-button = راجعه قبل أن يُرسل
recipient-look-from = تتلقى بيانات من { $time }
recipient-look-at-once = تتلقى بيانات فور الإعلان عنها
recipient-look-mail = الرسالة
recipient-look-told = { $count ->
    [zero] لا تُرسل رسالة إلى أحد: لا يوجد بعد إلا المشرفون.
    [one] يتلقى حساب واحد هذه الرسالة فورًا.
    [two] يتلقى حسابان هذه الرسالة فورًا.
    [few] تتلقى { $shown } حسابات هذه الرسالة فورًا.
    [many] يتلقى { $shown } حسابًا هذه الرسالة فورًا.
   *[other] يتلقى { $shown } حساب هذه الرسالة فورًا.
  }
recipient-sure = هل يُعلن؟
recipient-sure-lead = يظهر فورًا في الصفحة العامة وفي السجلّ. ولا يمكن تغييره بعد ذلك، وإنما إنهاؤه فقط.
recipient-publish = إعلانه
recipient-button = الإعلان عن متلقٍّ
field-recipient-who = الجهة
field-recipient-who-why = الشركة أو الشخص بالاسم الكامل: فللناس حق في معرفة من هو بالضبط.
field-recipient-data = ما الذي تتلقاه
field-recipient-data-why = كل نوع من البيانات، ليرى الناس ما الذي يخصهم منها.
field-recipient-purpose = الغرض
field-recipient-purpose-why = ما يُعطى لغرض لا يُستخدم لغيره.
field-recipient-country = المكان
field-recipient-country-why = البلد الذي تُحفظ فيه البيانات، والبلدان الأخرى التي يمكن الوصول إليها منها.
field-recipient-safeguard = ما الذي يحميها هناك
field-recipient-safeguard-why = عقد وفق المادة 28، أو قرار ملاءمة، أو بنود نموذجية: لا يجوز إعطاء شيء خارج الاتحاد الأوروبي دون أحدها.
field-recipient-from = تتلقى بيانات ابتداءً من
field-recipient-from-why = بداية هذا اليوم بالتوقيت العالمي. بعد 30 يومًا من الآن على الأقل، ليتمكن الناس من القراءة والسؤال والمغادرة.
field-recipient-reason = لماذا لا يمكن الانتظار 30 يومًا
field-recipient-reason-why = فقط إذا كان اليوم أقرب: يُذكر في الرسالة وفي الصفحة العامة.
wrong-recipient-from = اختر يومًا خلال سنة لا يقل عن 30 يومًا من الآن، أو اذكر أدناه لماذا لا يمكن الانتظار.
wrong-recipient-text = اكتبه في 1 إلى 500 حرف في سطر واحد.
wrong-recipient-many = يوجد 100 متلقٍّ بالفعل: أنهِ أحدهم أولًا.
console-done-recipient-announced = أُعلن عنه، ويجري إبلاغ كل صاحب حساب.
console-done-recipient-ended = انتهى.
console-done-recipient-kept = البرنامج يتصل بهذه الجهة: تنتهي حين يُحذف قيدها من recipients.toml.

received-title = من تلقى بياناتك
received-lead = من هذا البرنامج، ومن كل جهة أخرى أُعلن عنها، بقدر ما يخص الحسابات. والكلمات هي كلمات السجل.
received-none = لا أحد.
received-who = الجهة
received-what = ما الذي تتلقاه
received-when = متى
received-since = منذ { $from }
received-between = من { $from } إلى { $until }
received-general = أُعلن عنها للجميع: ولا يعرف هذا البرنامج هل كانت بياناتك أنت منها.
received-messages = { $count ->
    [zero] لا رسائل جماعية:
    [one] رسالة جماعية واحدة:
    [two] رسالتان جماعيتان:
    [few] { $shown } رسائل جماعية:
    [many] { $shown } رسالة جماعية:
   *[other] { $shown } رسالة جماعية:
  }

# ما تقوله القيود التي تأتي مع البرنامج أو يعرضها ملف المستلمين (brands/recipients.toml). القيد المكتوب بهذه الكلمات نفسها يظهر بكل لغة،
# وبصمته هي بصمة الكلمات الإنجليزية.
recipients-own-meta-data = معرّف الشخص المراسَل لدى الصفحة، ونص الرسالة وأزرارها، والاسم الأول حيث يستعمله النص، ورمز وصول الصفحة
recipients-own-meta-purpose = إيصال الإجابات والرسائل في ماسنجر، وإعداد الصفحة المربوطة، وقراءة حالة قوالب الرسائل
recipients-own-meta-country = أيرلندا، مع نقل إلى الولايات المتحدة
recipients-own-meta-safeguard = إطار خصوصية البيانات بين الاتحاد الأوروبي والولايات المتحدة، والبنود التعاقدية القياسية لدى Meta
recipients-own-login-data = معرّف التطبيق والعنوان الذي يُعاد إليه؛ ويسجّل المستخدم الدخول في صفحة فيسبوك نفسها
recipients-own-login-purpose = تمكين المستخدم من اختيار الصفحات التي يربطها
recipients-own-mail-data = عنوان البريد الإلكتروني للحساب، ونص الرسائل عمّا جرى للحساب
recipients-own-mail-purpose = تأكيد العناوين، وإخبار أصحاب الحسابات بما يجري لحساباتهم
recipients-own-contract = عقد معالجة وفق المادة 28 من اللائحة العامة لحماية البيانات
recipients-own-witness-data = اسم السجل وعدد قيوده وبصمة: لا بيانات شخصية
recipients-own-witness-purpose = التوقيع على أن السجل لا يفعل سوى أن يزيد، فلا يُسجَّل فيه شيء بتاريخ سابق
recipients-own-nothing = لا تُرسَل بيانات شخصية
recipients-own-database-data = كل ما يُحفظ، مختومًا كما تقول صفحة البيانات
recipients-own-database-purpose = حفظ قاعدة البيانات
