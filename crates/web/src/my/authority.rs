//! Whom a lead may complain to: the supervisory authority of the controller's country, by the name under which it
//! is listed at the European Data Protection Board. Where the country is not among these, the page says in
//! general how to find it. And what a country is called in Arabic.

use crate::language::Language;

/// Countries of the European Economic Area, as a brand's particulars write them in English, and their authorities.
const AUTHORITIES: [(&str, &str); 29] = [
    ("Austria", "Österreichische Datenschutzbehörde"),
    ("Belgium", "Autorité de protection des données / Gegevensbeschermingsautoriteit"),
    ("Bulgaria", "Commission for Personal Data Protection"),
    ("Croatia", "Croatian Personal Data Protection Agency"),
    ("Cyprus", "Commissioner for Personal Data Protection"),
    ("Czechia", "Office for Personal Data Protection"),
    ("Czech Republic", "Office for Personal Data Protection"),
    ("Denmark", "Datatilsynet"),
    ("Estonia", "Estonian Data Protection Inspectorate"),
    ("Finland", "Office of the Data Protection Ombudsman"),
    ("France", "Commission Nationale de l'Informatique et des Libertés"),
    ("Greece", "Hellenic Data Protection Authority"),
    ("Hungary", "Hungarian National Authority for Data Protection and Freedom of Information"),
    ("Iceland", "Persónuvernd"),
    ("Ireland", "Data Protection Commission"),
    ("Italy", "Garante per la protezione dei dati personali"),
    ("Latvia", "Data State Inspectorate"),
    ("Liechtenstein", "Datenschutzstelle"),
    ("Lithuania", "State Data Protection Inspectorate"),
    ("Luxembourg", "Commission Nationale pour la Protection des Données"),
    ("Malta", "Office of the Information and Data Protection Commissioner"),
    ("Netherlands", "Autoriteit Persoonsgegevens"),
    ("Norway", "Datatilsynet"),
    ("Poland", "Urząd Ochrony Danych Osobowych"),
    ("Portugal", "Comissão Nacional de Proteção de Dados"),
    ("Romania", "The National Supervisory Authority for Personal Data Processing"),
    ("Slovakia", "Office for Personal Data Protection of the Slovak Republic"),
    ("Slovenia", "Information Commissioner of the Republic of Slovenia"),
    ("Sweden", "Integritetsskyddsmyndigheten"),
];

/// Countries as particulars write them in English, and in Arabic.
const IN_ARABIC: [(&str, &str); 31] = [
    ("Austria", "النمسا"),
    ("Belgium", "بلجيكا"),
    ("Bulgaria", "بلغاريا"),
    ("Croatia", "كرواتيا"),
    ("Cyprus", "قبرص"),
    ("Czechia", "التشيك"),
    ("Czech Republic", "التشيك"),
    ("Denmark", "الدنمارك"),
    ("Estonia", "إستونيا"),
    ("Finland", "فنلندا"),
    ("France", "فرنسا"),
    ("Germany", "ألمانيا"),
    ("Greece", "اليونان"),
    ("Hungary", "المجر"),
    ("Iceland", "آيسلندا"),
    ("Ireland", "أيرلندا"),
    ("Italy", "إيطاليا"),
    ("Latvia", "لاتفيا"),
    ("Liechtenstein", "ليختنشتاين"),
    ("Lithuania", "ليتوانيا"),
    ("Luxembourg", "لوكسمبورغ"),
    ("Malta", "مالطا"),
    ("Netherlands", "هولندا"),
    ("Norway", "النرويج"),
    ("Poland", "بولندا"),
    ("Portugal", "البرتغال"),
    ("Romania", "رومانيا"),
    ("Slovakia", "سلوفاكيا"),
    ("Slovenia", "سلوفينيا"),
    ("Spain", "إسبانيا"),
    ("Sweden", "السويد"),
];

/// A country's name in a language; as it was written where it is not known.
pub fn named(language: Language, country: &str) -> &str {
    let own = country.trim();
    let known = IN_ARABIC.iter().find(|(english, _)| english.eq_ignore_ascii_case(own));
    match (language, known) {
        (Language::Arabic, Some((_, arabic))) => arabic,
        _ => country,
    }
}

/// The authority of a country. Germany and Spain have several: there the page speaks in general.
pub fn of_country(country: &str) -> Option<&'static str> {
    let country = country.trim();
    AUTHORITIES.iter().find(|(own, _)| own.eq_ignore_ascii_case(country)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_found_by_its_name_and_no_other_gets_an_authority() {
        assert_eq!(of_country(" ireland"), Some("Data Protection Commission"));
        assert_eq!(of_country("Netherlands"), Some("Autoriteit Persoonsgegevens"));
        for none in ["Germany", "الأردن", "", "Sample Country"] {
            assert_eq!(of_country(none), None, "{none}");
        }
    }

    #[test]
    fn a_country_is_called_by_its_arabic_name_in_arabic() {
        assert_eq!(named(Language::Arabic, "germany "), "ألمانيا");
        assert_eq!(named(Language::Arabic, "Sample Country"), "Sample Country");
        assert_eq!(named(Language::English, "Germany"), "Germany");
        assert!(AUTHORITIES.iter().all(|(country, _)| named(Language::Arabic, country) != *country));
    }
}
