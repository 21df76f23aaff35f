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
