# ما يطّلع عليه المدير مما يحفظه حساب. كل معرّف هنا موجود في ../en/oversight.ftl أيضًا.

oversight-title = ما يحفظه الحساب
oversight-explain = لمن هو، وصفحاته وعملاؤه ورسائله الجماعية، حين يلزم التحقق من شيء فيها. وكل اطّلاع يُدوَّن مع سببه: في سجل التدقيق، وفي قائمة الحساب نفسه بمن اطّلع، وللعميل في صفحته. ويُخبَر صاحب الحساب بالبريد.
oversight-reason = لماذا
oversight-reason-why = في 10 إلى 500 حرف. يقرؤه صاحب الحساب، ويقرؤه العميل الذي تطلب إظهاره. ويُحفظ سنة، فلا تسمِّ فيه أحدًا.
oversight-open = افتح
oversight-pages = الصفحات
oversight-leads = العملاء
oversight-broadcasts = الرسائل الجماعية
oversight-noted = دُوِّن ذلك مع سببه: { $reason }
oversight-leads-rule = لا يُسمّى أحد في هذه القائمة. اختر عميلًا ليُعرض من هو.
oversight-broadcasts-rule = نص الرسالة الجماعية يُعرض حين تختارها.
oversight-nothing = لا شيء هنا.
oversight-lead = عميل
oversight-lead-masked = من هو، وعلى ماذا وافق، وبماذا أجاب: محجوب إلى أن تقول لماذا. يقرأ العميل ذلك في صفحته، ويقرؤه صاحب الحساب في قائمته.
oversight-lead-button = عرض من هو
oversight-lead-restricted = طلب هذا الشخص أن تُحفظ بياناته ولا تُستعمل: لا يُعرض منها شيء.
oversight-broadcast = رسالة جماعية
oversight-broadcast-masked = نصها محجوب إلى أن تقول لماذا. ويقرأ صاحب الحساب ذلك في قائمة من اطّلع.
oversight-broadcast-button = عرض نصها
oversight-shown = دُوِّن هذا، ويستطيع من يخصّه أن يقرأه. ويُعرض هذه المرة فقط.
