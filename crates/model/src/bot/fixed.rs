//! What the program itself says in a page's name, in each language. A user's settings stand beside
//! these sentences and never instead of them.
//!
//! Invariant: that the bot is automated, what is offered and how it ends, and the way to one's data are
//! said by the program, so that no setting can leave them out.

use super::permission::Use;

/// The program's own sentences in one language.
#[derive(Debug)]
pub struct Fixed {
    /// Opens the first answer.
    pub automated: &'static str,
    /// Closes the opt-in question.
    pub ends: &'static str,
    /// Closes the greeting: the purpose, and that nothing comes unasked.
    pub greeting: &'static str,
    /// Title of the menu's entry.
    pub my_data: &'static str,
    /// Closes the answer to "my data" where the page asks for data: what is kept of that.
    pub kept: &'static str,
    /// Closes the answer to "my data": before the link to the lead's own page.
    pub own_page: &'static str,
    /// The same where links were asked for too often.
    pub own_page_later: &'static str,
    /// Title under a question that asks for data.
    pub skip: &'static str,
    /// After a skipped question.
    pub skipped: &'static str,
    /// After an answer, where the user wrote nothing.
    pub noted: &'static str,
    /// Before the purpose of a question.
    pub why: &'static str,
    /// To an answer that does not fit the question.
    pub unfit: &'static str,
    uses: [&'static str; 4],
}

const ENGLISH: Fixed = Fixed {
    automated: "This is an automated assistant.",
    ends: "Write \"stop\" at any time and they end.",
    greeting: "Automated. Offers only if you say yes.",
    my_data: "My data",
    kept: "Also kept, encrypted: what you answered when we asked you, for the purpose we named then. Ask us to see it or to have it erased.",
    own_page: "See all of it, correct it, stop it or erase it here yourself. The link works once, for ten minutes:",
    own_page_later: "You have asked for several links just now. The newest one still works, or write \"my data\" again in a few minutes.",
    skip: "Skip",
    skipped: "All right, we go on without it.",
    noted: "Thank you, noted.",
    why: "Why we ask:",
    unfit: "That does not look like an answer to the question. Try once more, or tap \"Skip\".",
    uses: [
        "It is stored, encrypted, until you erase it.",
        "The people who run this page can see it.",
        "It may be used in messages to you.",
        "It may be passed on.",
    ],
};

const ARABIC: Fixed = Fixed {
    automated: "يردّ عليك هنا مساعد آلي.",
    ends: "اكتب «توقف» في أي وقت لتنقطع.",
    greeting: "ردود آلية، ولا عروض إلا بموافقتك.",
    my_data: "بياناتي",
    kept: "ونحفظ كذلك، مشفّرًا، ما أجبت به حين سألناك، للغرض الذي ذكرناه عندئذ. ولك أن تطلب منا الاطلاع عليه أو محوه.",
    own_page: "اطّلع على بياناتك كلها، وصحّحها أو أوقف استعمالها أو امحها بنفسك من هنا. الرابط يعمل مرة واحدة خلال عشر دقائق:",
    own_page_later: "طلبت عدة روابط قبل قليل. آخر رابط ما زال صالحًا، أو اكتب «بياناتي» مرة أخرى بعد بضع دقائق.",
    skip: "تخطٍّ",
    skipped: "حسنًا، نتابع من دونها.",
    noted: "شكرًا لك، سجّلنا ذلك.",
    why: "لماذا نسأل:",
    unfit: "لا يبدو هذا جوابًا عن السؤال. أعد المحاولة أو اضغط «تخطٍّ».",
    uses: [
        "تُحفظ الإجابة مشفّرة إلى أن تطلب محوها.",
        "يستطيع القائمون على هذه الصفحة الاطلاع عليها.",
        "قد تُستعمل في الرسائل الموجّهة إليك.",
        "قد تُنقل إلى غيرنا.",
    ],
};

/// The sentences of a language; English where there are none.
pub fn fixed(language: &str) -> &'static Fixed {
    if language == "ar" { &ARABIC } else { &ENGLISH }
}

impl Fixed {
    /// What happens to an answer.
    pub const fn of_use(&self, what: Use) -> &'static str {
        let [store, show, message, share] = self.uses;
        match what {
            Use::Store => store,
            Use::Show => show,
            Use::Message => message,
            Use::Share => share,
        }
    }
}
